"""What assistants say in place of feeling; where it is meant or comforts, it passes."""

from __future__ import annotations

from typing import Any

from identity.packs import words

# What makes comfort fit: something happened, or the other side says how it feels. English only, and never complete:
# where your chats have other words for it, add them.
_LOSS = words(
    r"""
    died, dying, is dead, passed away, pass away, death, funeral, burial, grief, griev(?:e|ed|ing), mourning,
    widow(?:ed|er)?, miscarr\w+, stillborn, suicid\w*, kill (?:myself|himself|herself|themsel\w+), end it all,
    self-harm\w*, cut(?:ting)? myself, overdos\w+, hospital(?:i[sz]ed)?, hospice, icu, intensive care, surgery,
    chemo\w*, cancer, tumou?rs?, diagnos(?:ed|is), dementia, alzheimer\w*, had a stroke, heart attack, seizures?,
    ambulance, accident, car crash, assault(?:ed)?, raped?, abus(?:e|ed|ive), stalk(?:ed|ing), evict(?:ed|ion),
    homeless, laid off, (?:got|was|been|being) fired,
    lost (?:my|the|his|her|our|their) (?:\w+ )?(?:job|mother|mom|mum|father|dad|brother|sister|son|daughter|baby|nan),
    lost (?:my|his|her|our|their) (?:\w+ )?(?:wife|husband|partner|friend|grandm\w+),
    lost (?:my|his|her|our|their) (?:\w+ )?(?:grandf\w+|grandpa|dog|cat|home|house),
    lost (?:him|her|them) (?:yesterday|today|last|this|in|to), br(?:oke|eaking|oken) up, break-?up, dumped me,
    left me, leav(?:es|ing) me, divorc(?:e|ed|ing), cheated on, relaps\w+, rehab, put (?:him|her|them|\w+) to sleep,
    put (?:him|her|them) down, panic attacks?, ptsd, trauma\w*, flashbacks?,
    nothing more (?:they|we|i|he|she|the \w+) (?:can|could) do, (?:he|she|they|mum|mom|dad)(?:'s| is| are) gone,
    stopped breathing, custody, in court, court (?:is|tomorrow|date|hearing), bad news, it's over between, we're over,
    ended (?:it|things) with me, in prison, to the er, emergency room, test results, won't make it, didn't make it,
    doesn't love me, bullied, bullying, biops(?:y|ies),
    (?:killed|kill|hurt|harm(?:ed)?|cut) (?:myself|himself|herself|themselves),
    passed (?:this|last|yesterday|peacefully|in his|in her), (?:hit|hits|hurt|hurts|beat|choked|threatened) me,
    (?:recogni[sz]e|remember) me (?:anymore|any more), say(?:ing)? goodbye to (?:him|her|them|our|my|the dog|the cat),
    (?:came|come) back positive, life support, terminal(?:ly)? ill, palliative, arrested, burn(?:ed|t) down
    """
)
_SORROW = words(
    r"""
    feel(?:ing)?(?: \w+){0,3} (?:sad|scared|afraid|lonely|alone|anxious),
    feel(?:ing)?(?: \w+){0,3} (?:overwhelmed|hopeless|worthless|useless|numb|down),
    feel(?:ing)?(?: \w+){0,3} (?:awful|terrible|empty|broken|ashamed|guilty),
    feel(?:ing)?(?: \w+){0,3} (?:lost|dead|sick|ugly|stupid|unloved|invisible),
    (?:i'm|i am|i was|i've been)(?: \w+){0,3} (?:sad|scared|afraid|lonely|alone|anxious|overwhelmed|hopeless|numb),
    (?:i'm|i am|i was|i've been)(?: \w+){0,3} (?:worthless|useless|exhausted|struggling|hurting|miserable|ashamed),
    (?:i'm|i am|i was|i've been)(?: \w+){0,3} (?:not ok|not okay|not coping|drowning|panicking|spiralling|spiraling),
    (?:i'm|i am|i was|i've been)(?: \w+){0,3} (?:broken|shaking|frightened), devastated, burn(?:ed|t) out,
    it all feels pointless,
    (?:can't|cannot|couldn't) (?:stop crying|stop shaking|breathe|cope|sleep|go on|do this|get out of bed),
    (?:can't|cannot|couldn't) (?:anymore|any more|do it anymore|take it anymore|take this anymore), cried, crying,
    in tears, heartbroken, breakdown, burnout, miss (?:him|her|them|my \w+) so, hate myself,
    (?:want|wish) (?:to|i could) (?:die|disappear|give up),
    (?:rough|hard|horrible|terrible|awful|worst) (?:day|week|night|time|month|year), so lonely, hurts so much,
    depress(?:ed|ion), anxiety, nightmares?, scared, terrified, falling apart, don't know how to go on,
    (?:such a|am a|a total|complete) failure, failed (?:him|her|them|everyone), too much (?:right now|for me|today),
    (?:without|lost without) (?:him|her|them) (?:anymore|any more|now), who i am (?:without|anymore|any more),
    if i (?:was|were) gone, better off without me, nobody (?:would (?:notice|care|miss)|cares|loves me|likes me),
    no one (?:would (?:notice|care|miss)|cares|loves me),
    (?:so|really|very|too) (?:worried|stressed|upset|nervous|guilty|ashamed|tired of everything),
    i (?:keep|kept) (?:crying|shaking|thinking about (?:him|her|it)), give up, giving up on,
    i (?:don't think|am not sure) i can(?: do this| go on| cope)?, no point (?:in|any|going), what's the point,
    i miss (?:him|her|them|home|my|us), hurting, in pain, i'm (?:worried|upset|ill)
    """
)
_NO_LOSS = words(
    r"""
    (?:phone|battery|laptop|computer|server|router|wifi|internet|engine|car|tv|console|mouse)(?: \w+){0,2} died,
    (?:controller|drive|app|plant|basil|cactus|sourdough|starter|character|guy|chat|joke|thread|link)(?: \w+){0,2} died,
    (?:phone|battery|laptop|server|engine|car|app|plant|basil|starter|chat|joke|thread|link) is (?:dead|dying),
    (?:i|you|we) (?:just |nearly |almost )?died (?:laughing|of laughter|inside), dying (?:laughing|to|of laughter),
    death (?:metal|star|valley|note|stranding|march|by chocolate), (?:bored|love\w*|sick|tickled) to death,
    (?:by|happy) accident, cancer (?:season|rising|sun|moon|the crab), tropic of cancer, tears of (?:joy|laughter),
    cry(?:ing)? (?:laughing|with laughter), crying(?:-| )laughing, happy (?:tears|crying),
    (?:bug|crash|engine|network|root cause) diagnosis, kernel panic, abuse of notation, seizure of,
    hospital (?:drama|show|series|scene|corners), plane surgery, dumped me a,
    left me (?:with|a|the|wondering|on read|cold|hungry)
    """
)

_MARKET = words(
    r"""
    players?, innovat\w*, compan(?:y|ies), leaders?, leading, trends?, work(?:s|ed|ing)?, startups?, start-ups?,
    compet\w+, experts?, advances?, advancements?, developments?, research(?:ers?)?, brands?, vendors?, thought,
    experienced?, expertise, opportunit\w+, invest\w*, regulat\w*, products?, tools?, solutions?, markets?, founders?,
    progress, happening, activity, years, customers?, clients?, business\w*, firms?, professionals?, practitioners?,
    operat\w+, build(?:s|ing)?, creators?, names, providers?, services?, growth, momentum, disrupt\w*,
    differentiat\w*, evolv\w+, conversations?, funding, hiring, career, jobs?, organi[sz]ations?, technolog\w+,
    evolution, exciting, success, role, skills, incumbents?, contacts?, rivals?, hype, buzz, noise, won, winning,
    losing, tried, attempted, built, published, open source, demand, adoption, standards?, deals?, bets?,
    communit(?:y|ies), scene, stakeholders?, use cases?, challenges, voices?, talents?, money, sell\w*, sold,
    software, industr(?:y|ies), sector, pric(?:e|es|ing), revenue, sales, partners, entrants?, newcomers?, pioneers?,
    analysts?, consultants?, engineers?, specialists?, leadership, presence, reputation, ambitions?, gatekeep\w*,
    name, patents?, trust, rounds?, seed, rais(?:e|ed|ing)
    """
)

AI_SLOP_PHRASES: list[dict[str, Any]] = [
    # "I appreciate you telling me" is thanks for something done and "I appreciate you're busy" means "I know"; the
    # thanks that assistants give for being spoken to at all ("sharing", "opening up") are a phrase of their own.
    {
        "name": "I appreciate you",
        "pattern": r"\bI appreciate you\b",
        "forms": r"\bI (?:really|truly|deeply|just|do|so|genuinely) appreciate you\b",
        "veto": [
            r"\bappreciate you(?: both| all| guys| two| even| actually| not| never| always| just)* \w+ing\b",
            r"\bappreciate you'\w",
            r"\bappreciate you(?: both| all| guys)? (?:can|cannot|can't|could|couldn't|may|might|must|have|haven't"
            r"|had|are|aren't)\b",
            r"\bappreciate you(?: both| all| guys)? (?:were|will|would|won't|wouldn't|want|need|don't|didn't|probably"
            r"|got|only|think)\b",
        ],
        "window": 40,
    },
    {
        "name": "I appreciate you sharing",
        "pattern": r"\bI appreciate you sharing\b",
        "forms": r"\bI (?:\w+ )?appreciate you(?: so much| for)? (?:sharing|opening up|trusting me|reaching out"
        r"|showing up|naming)\b"
        r"|\bI (?:\w+ )?appreciate you(?: so much| for)? (?:bringing this|being (?:so )?(?:open|honest|vulnerable"
        r"|here|you))\b",
        "veto": words(
            r"""
            recipe, file, document, screen, link, notes, spreadsheet, slides, umbrella, fries, taxi, cab, code,
            (?:your|our|the|a) room, photos?, screenshots?, logs?, charger, lunch, desserts?, password, location
            """
        ),
        "window": 60,
    },
    {
        "name": "I hear you",
        "pattern": r"\bI hear you\b",
        "need": [
            # The formula stands alone or goes on with "and", "but", "on that"; "I hear you moved" does not.
            r"\bI (?:really |truly |do )?hear you[*_]*\s*(?:$|[.,;:!?…–—)-])",
            r"\bI (?:really |truly |do )?hear you (?:and|but|so|on (?:that|this)|there|completely|fully|deeply"
            r"|totally|that (?:this|it))\b",
            r"\bI (?:really |truly |do )?hear you (?:friend|love|man|girl|loud and clear|when you say|about (?:the"
            r"|feeling|that|this))\b",
            r"\bI (?:really |truly |do )?hear you (?:in (?:this|that|your)|with)\b",
            r"\bwhat I hear you saying\b",
        ],
        "forms": r"\bI (?:really|truly|do) hear you\b",
        "veto": [
            r"\b(?:when|whenever|if|before|until|did|do|can|could|should|will|so that|(?:every|each) time|once"
            r"|how) I (?:do )?hear you\b",
            words(
                r"""
                mic, microphones?, muted?, unmuted?, audio, headphones?, earbuds?, headset, speakers?, zoom call,
                bluetooth, walls?, stairs, upstairs, radio, static, crackl\w+, echo\w*, phone line, bad line,
                connection, walkie, volume, footsteps, snor\w+, sing, singing, piano, next room, door, doorbell,
                kitchen, keys, shout\w*, yell\w*, barely, faintly, lag, lagging, louder, camera, video, signal,
                reception,
                breathing, chewing, typing, cough\w*, sneez\w+, hum(?:ming)?, whistl\w+, drill\w*, hoover\w*, engine,
                footstep, creak\w*, cutting out, breaking up, dropping out, on the line, on speaker, through the floor,
                ceiling, over the (?:wind|noise|music|engine), in here, earplugs?, deaf,
                hearing aids?
                """
            ),
        ],
        # An answer to "can you hear me?" is meant.
        "earned_by": r"\b(?:can|do|could|did) you (?:\w+ )?hear (?:me|us|this|that|it)\b|\bis this (?:thing )?on\b"
        r"|\bmic (?:check|test)\b",
        "window": 70,
    },
    {
        "name": "that resonates",
        "pattern": r"\bthat resonates\b",
        "forms": r"\bthat (?:really|deeply|truly|so|totally|definitely) resonates\b",
        "mention": False,  # "a phrase that resonates" mentions nothing
        # As an answer, or as what something is to do to people. A line "that resonates" of itself, years later or in a
        # poem, is somebody's own observation.
        "need": [
            r"(?:^|[.!?,;:—–-]|\b(?:and|but|so|oh|yes|mm+|wow|because|how|since|think|really|of))[\s*_]*that (?:\w+ )?"
            r"resonates\b",
            r"\bthat (?:\w+ )?resonates (?:\w+ )*(?:with|for|to) (?:me|you|us|your|our|their|people|others|readers"
            r"|viewers|listeners|everyone|anyone|audiences?|customers?|users?|fans?|consumers|communit(?:y|ies)|target"
            r"|an audience|the (?:\w+ )?(?:audience|market|readers?|public))\b",
            r"\bthat (?:\w+ )?resonates (?:with|for) (?:him|her|them)\b|\bthat resonates the most\b|\bthat deeply"
            r" resonates\b",
        ],
        "veto": words(
            r"""
            glass, wood, metal, tank, barrel, hollow, shell, knock\w*, tap(?:ped|ping)?, struck, strike, pluck\w*,
            rattl\w*, plate, plank, panel, membrane, [0-9]+ ?k?hz, hertz, frequenc(?:y|ies), strings?, soundboards?,
            cavit(?:y|ies), air column, chambers?, guitars?, violins?, cellos?, tuning forks?, bells?, drums?,
            circuits?, antennas?, coils?, harmonics?, overtones?, acoustics?, vibrat\w*, oscillat\w*, crystals?,
            pipes?, flutes?, church(?:es)?, cathedrals?, chapels?, caves?, stairwells?, tunnels?, halls?,
            chests?, ribcage,
            panes?, exhausts?, engines?, rpm, bass, subwoofers?, lids?, pots?, tins?,
                        radiators?, screws?, hum(?:s|ming)?, buzz\w*, organs?, washing machine, boiler,
            ducts?,
            vents?, floorboards?, ceiling, tiles?, cymbals?, trumpets?, didgeridoos?, singing bowl,
            throat,
            flutes?, sinus(?:es)?, larynx, wine glass(?:es)?, bowls?, gongs?, spruce, cedar, brass, amplitude,
            capacitors?, octaves?
            """
        ),
        "hits": ["Oh, that resonates.", "Choose a name that resonates with your audience."],
        "misses": ["She has a chest voice that resonates through the whole church."],
    },
    {
        "name": "I'm here for you",
        "pattern": r"\bI'm here for you\b",
        "forms": r"\bI(?:'m| am)(?: always| still| right| just| really)* here for you\b|\bI(?:'ll"
        r"| will)(?: always)? be here for you\b",
        "veto": [
            r"\bhere for you (?:to (?:sign|test|try|use|borrow)|at (?:the|gate|door|platform)|if the\b|two\b|guys at)",
            words(
                r"""
                gate [0-9a-z]+, lobby, downstairs, parked, platform [0-9]+, arrivals, taxi, uber, pick you up,
                front door, buzz me in, car park, parking lot
                """
            ),
        ],
        # Said to comfort, it stays: after a loss or a sorrow, and also where nothing tells either way, because a real
        # voice is at its dearest there. Said as service (to a question, a task, a greeting, in high spirits) it goes.
        "earned_by": [_LOSS, _SORROW],
        "idle_after": [
            r"[?!]|^\s*(?:what|which|who|where|how|is|are|do|does|can|should|now)\b",
            r"^\s*(?:hey|hi|hiya|hello|good (?:morning|evening|afternoon|night)|ok|okay|k|thanks|thank you|thx|ty|yes"
            r"|yeah|yep"
            r"|no|nope|sure|cool|nice|great|awesome|perfect|brb|bye|hm+|interesting|tell|give|show|write|make|fix"
            r"|translate"
            r"|explain|check|list|suggest|recommend|summari[sz]e|find|plan|add|change|rewrite|help me (?:with|write"
            r"|find))\b",
            r"\b(?:can|could|would|will) you\b|\bplease(?: \w+)?\s*$|\bplease (?:check|fix|write|make|explain"
            r"|translate|help)\b",
            words(
                r"""
                let's, how do i, lol, lmao, rofl, ha(?:ha)+, hehe, guess what, i need a, i want a, i'm writing,
                i am writing, bored, thanks, thank you, i love (?:you|it|this|that), that worked, it works, finished,
                football, match, recipe, code, file, files, folder, so happy, excited
                """
            ),
        ],
        "idle_here": [
            r"!",
            words(
                r"""
                great question, happy to, any questions?, other questions?, whatever you need, every step,
                every draft, this journey, anything else, assist, here(?:'s| is) (?:a|an|the|your) \w+, let me know,
                the next one, if you (?:need|want|have), certainly, absolutely, congratulations, congrats, explore,
                we can explore
                """
            ),
        ],
        "earned_here": _LOSS,
        "harmless": _NO_LOSS,
    },
    {
        "name": "validate your feelings",
        "pattern": r"\bvalidate your feelings\b",
        "forms": r"\bvalidat(?:es|ed|ing) your feelings\b",
    },
    {
        "name": "in this space",
        "pattern": r"\bin this space\b",
        # Vague where a market is meant (somebody works, competes or moves in it), or the talk itself (it feels safe).
        "need": [
            _MARKET + r"[^.!?\n]{0,60}\bin this space\b",
            r"\b(?:safe|safety|vulnerab\w+|authentic\w*|open(?:ness|ing up)?|honest\w*|held|seen|heard"
            r"|support(?:ed|ive)|unmoored|grounded)\b[^.!?\n]{0,40}\bin this space\b",
            r"\b(?:shar(?:e|ed|ing)|heal(?:ing|ed)?|grow(?:th|ing)?|value|movement|moving|perspectives?|explor(?:e|ing)"
            r"|journey|trust)\b[^.!?\n]{0,40}\bin this space\b",
            r"\b(?:people|folks|others|peers|everyone|anyone|someone|somebody|nobody|no one"
            r"|person) (?:\w+ )?in this space\b",
            r"\b(?:first|best|biggest|largest|big|new|newer|else) (?:\w+ )?in this space\b",
            r"\bin this space(?: \w+){0,4} (?:are|is|have|has)(?: \w+){0,2} (?:innovat\w+|compet\w+|consolidat\w+"
            r"|evolv\w+)\b",
            r"\bin this space(?: \w+){0,4} (?:are|is|have|has)(?: \w+){0,2} (?:growing|moving|raising|pivot\w*)\b",
        ],
        "veto": words(
            r"""
            fits?, fitting, squeez\w+, smok\w+, danc\w+, sle(?:ep|eps|pt), sit, sits, sat, mirrors?, nook, pianos?,
            paint\w*, hang, hung, sign, signing, metres, meters, cedar, rooms?, sofas?, couch, desks?, parking,
            garage, walls?, windows?, floors?, shelf, shelves, closet, kitchen, bedroom, bathroom, apartment, flat,
            studio, furniture, hilbert, vector, vectors, metric space, latent, topolog\w*, banach, euclid\w*,
            dimension\w*, basis, norms?, subspaces?, manifold, eigen\w+, embeddings?, dis[ck], partition, bytes?,
            blank, your name, signature, boxes, plants?, garden, beds?, rugs?, tables?, chairs?, tiles?, venue,
            gallery, warehouse, basement, attic, hall, square (?:feet|foot|met(?:er|re)s), sqm, m², ceiling,
            acoustics, echo, astronauts?, orbit, vacuum, galax(?:y|ies), lamps?, lighting, stairs, oven, co-?working,
            church, chapel, barn, shed, yard
            """
        ),
    },
]
