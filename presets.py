"""What a person may want to edit: model presets, phrase lists, probe questions. Plain data, standard library only.

A preset of your own is one more entry of PRESETS (or a file of them, for `text_lora_train.py --preset-file`):

    "my-model": {
        "base_model": "path/to/model",
        "lora_r": 32,
        "lora_alpha": 32,
        "lora_dropout": 0.1,
        "target_modules": ["q_proj", "v_proj"],
        "learning_rate": 1e-4,
        "batch_size": 2,
        "max_seq_length": 4096,
    }

Fields that an entry leaves out have the values of PRESET_DEFAULTS.
"""

from __future__ import annotations

import re
from typing import Any

# All linear layers of the attention and of the MLP; attention alone learns a voice less well at equal size.
ALL_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

PRESET_DEFAULTS: dict[str, Any] = {
    "lora_r": 16,
    "lora_alpha": 16,
    "lora_dropout": 0.0,
    "target_modules": ALL_PROJECTIONS,
    "learning_rate": 2e-4,
    "batch_size": 4,
    "gradient_accumulation_steps": 4,
    "epochs": 3,
    "max_seq_length": 2048,  # tokens; longer rows become windows of whole turns
    "warmup_share": 0.05,  # of all steps, then a cosine down to zero
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    # Used only if the base model's tokenizer has no chat template: llama-3, mistral or chatml.
    "chat_template": "chatml",
}

PRESETS: dict[str, dict[str, Any]] = {
    "llama-3-8b": {
        "base_model": "meta-llama/Meta-Llama-3-8B-Instruct",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "llama-3",
    },
    "mistral-7b": {
        "base_model": "mistralai/Mistral-7B-Instruct-v0.3",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "mistral",
    },
    "qwen-2.5-7b": {
        "base_model": "Qwen/Qwen2.5-7B-Instruct",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "chatml",
    },
    # Built on the spot from a fixed seed: random weights, no download, trains on a laptop in seconds. It cannot
    # speak; it is for trying the commands and for tests.
    "tiny": {
        "base_model": "tiny",
        "lora_r": 16,
        "lora_alpha": 32,
        "learning_rate": 5e-3,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "gradient_accumulation_steps": 1,
        "epochs": 1,
        "max_seq_length": 512,
        "chat_template": "llama-3",
    },
}

# --- phrases that the filter takes ------------------------------------------------------------------------------
#
# A phrase is searched without regard to case, in a message's own words only: not in code, block quotes, links or
# quoted speech. In every pattern below a blank stands for any white space (with Markdown emphasis around it), an
# apostrophe for all apostrophes, a hyphen between letters for all hyphens. Patterns are RE2: no lookaround.
#
#   pattern      the phrase, as the statistics show it
#   forms        more word forms, counted under the same pattern
#   need         taken only if this is found near it (jargon has company)
#   veto         passed if this is found near it (the words are meant literally)
#   sure         taken, whatever veto says
#   window       what "near" means: characters on either side (default 100)
#   mention      False: "the phrase" before it says nothing (default True)
#   earned_by    passed if the other side said this shortly before (in the last four messages)
#   earned_here  passed if this is found in the message itself
#   harmless     stretches that earned_by and earned_here overlook ("my phone died")
#   idle_after   taken only if the last thing the other side said has this (or is not known, or has a harmless stretch)
#   idle_here    or if the message itself has this
#
# All but the first two, window and mention are one pattern or a list of which any counts.


def words(text: str) -> str:
    """A pattern for any of the words or phrases between the commas, each a pattern of its own."""
    return r"\b(?:" + "|".join(" ".join(word.split()) for word in re.split(r",\s+", text.strip())) + r")\b"


# A phrase that is talked about is not used: "I hate the word synergy". Stands directly before the phrase.
PHRASE_MENTIONED = (
    r"\b(?:word|phrase|term|expression|idiom|saying|buzzword|clich[eé]|verb)s?(?: like| such as| of)?[\s*_:,–—-]*$"
)

# The contexts in which leverage is meant: money, force, and power over people (below).
_FINANCE = words(
    r"""
    ratios?, margins?, debts?, buy-?outs?, etfs?, brokers?, brokerage, loans?, mortgages?, trad(?:e|es|ing|ers?),
    forex, futures, short positions?, [0-9]+(?:x|:1), hedge funds?, balance sheets?, borrow\w*, lend(?:ers?|ing),
    collateral, interest rates?, crypto\w*, bitcoin, liquidat\w+, home equity, basis points, bonds?, treasur(?:y|ies),
    volatility
    """
)
_MECHANICS = words(
    r"""
    fulcrums?, torque, levers?, crowbars?, pry(?:ing)?, pried, wrench(?:es)?, mechanical advantage, bolts?, planks?,
    boulders?, hinges?, longer handle, oars?, wrestl\w+, judo, jiu[- ]?jitsu, grappl\w+, climb\w*, footholds?, holds,
    elbows?, hips?, screwdrivers?
    """
)

CORPORATE_PHRASES: list[dict[str, Any]] = [
    {
        "name": "not nothing",
        "pattern": r"\bnot nothing\b",
    },
    {
        "name": "hold space",
        "pattern": r"\bhold(?:ing)? space\b",
        "forms": r"\b(?:holds|held) space\b",
        "veto": words(
            r"""
            dis[ck]s?, drives?, ssd, storage, files?, folders?, partitions?, memory, ram, buffers?, cache,
            [0-9]+ ?[gmt]b, gigabytes?, parking, car, truck, van, trailers?, garage, seats?, shelf, shelves,
            cupboards?, closets?, wardrobes?, suitcases?, luggage, bags?, boxes, fridge, freezer, cargo, pallets?,
            warehouse, queue, layout, margins?, columns?, placeholders?, css, div, sofa, couch, tables?, plants?,
            seedlings?, typesetting, printers?
            """
        ),
    },
    {
        "name": "unpack that",
        "pattern": r"\bunpack that\b",
        "forms": r"\bunpack(?:s|ed|ing) that\b",
        "veto": [
            r"\bunpack(?:s|ed|ing)? that (?:\w+ )?(?:box|bag|suitcase|case|crate|parcel|package|trunk|delivery"
            r"|shopping|van|truck)\b",
            r"\bunpack(?:s|ed|ing)? that (?:\w+ )?(?:file|folder|list|array|dict|iterable|struct|payload|bytes?|stuff"
            r"|kit)\b",
            words(
                r"""
                zip, rar, 7z, tarballs?, \.tar, tar\.gz, gzip, unzip, suitcases?, crates?, parcels?, rucksack,
                backpack, luggage, tuples?, cardboard, moving (?:box|boxes|van|truck|day), boxes, removal men, movers,
                bubble wrap, groceries, archives?, installer
                """
            ),
        ],
    },
    {
        "name": "circle back",
        "pattern": r"\bcircle back\b",
        "forms": r"\bcircl(?:es|ed|ing) back\b",
        "sure": [
            r"\bcircl(?:e|ing) back (?:on|with|about|once|when|later|next|tomorrow) \w",
            r"\bcircle back (?:later|tomorrow|soon)\b",
        ],
        "veto": words(
            r"""
            walk\w*, dr(?:ive|ives|iving|ove), hik(?:e|es|ed|ing), trails?, path, paths, loop, bike, biked, cycl\w+,
            ran, runway, fly, flew, flying, flown, planes?, pilots?, helicopters?, airport, boats?, sail\w*, bus,
            taxi, car, truck, road, roads, street, parking, trailhead, lake, harbou?r, shore, hawks?, eagles?, gulls?,
            seagulls?, ravens?, crows?, vultures?, buzzards?, kites?, sharks?, wolf, wolves, dogs?, cats?, horses?,
            deer, drones?, camp, campsite, house, barn, woods, forest, mountains?, valley, river, bridge, skat\w+,
            ferry, ferries, ships?, trams?, trains?, cabs?, vans?, coach, enem(?:y|ies), squad, poems?, stanzas?,
            story, stories, novels?, song, songs, melody, chorus, essay, film, movie, plot, finale, narrat\w+, moth,
            moths, bees?
            """
        ),
    },
    {
        "name": "touch base",
        "pattern": r"\btouch base\b",
        "forms": r"\btouch(?:es|ed|ing) base\b",
        "veto": words(
            r"""
            baseball, softball, kickball, rounders, runners?, base-?runners?, innings?, umpires?, catcher, pitcher,
            shortstop, outfield\w*, infield\w*, home plate, (?:first|second|third) base, tag(?:ged)? (?:up|out),
            fly ball, dugout, batters?, tag game, game of tag, the catch, the bag,
            (?:throw|threw|thrown) (?:him|her|you|them)? ?out, home run, foul, outs?, capture the flag
            """
        ),
    },
    {
        "name": "synergize",
        "pattern": r"\bsynergi[sz]e\b",
        "forms": r"\bsynerg(?:i[sz]e[sd]|i[sz]ing|y|ies|istic|istically|i[sz]ation)\b",
        "veto": words(
            r"""
            drugs?, dos(?:e|es|ing|age), antibiotics?, medication\w*, pharma\w*, toxic\w*, inhibitors?, receptors?,
            enzymes?, bacteria\w*, pesticides?, herbicides?, compounds?, antioxidants?, vitamins?, muscles?, decks?,
            cards?, builds?, perks?, combos?, spells?, champions?, heroes, mana, dps, talents?, relics?, artifacts?,
            weapons?, team comp, hormones?, genes?, proteins?, chemo\w*, caffeine, alcohol
            """
        ),
    },
    {
        "name": "leverage",
        "pattern": r"\bleverage\b",
        "forms": r"\bleverag(?:es|ed|ing)\b",
        "need": [
            # It stands where a verb stands,
            r"\b(?:to|can|could|will|would|should|must|may|might|let's|lets|we|you|they|i|i'll|we'll|you'll"
            r"|they'll) leverage\b",
            r"\b(?:who|that|which|please|helps?|not|don't|can't|best|better|fully|effectively|strategically"
            r"|successfully) leverage [a-z]",
            r"\b(?:creatively|also|then|always|actively|simply|just|maybe|typically|often|usually|and"
            r"|or) leverage [a-z]",
            r"\b(?:compan(?:y|ies)|business(?:es)?|people|[a-z]{3,}s|each other) leverage [a-z]{3,}",
            r"\b(?:be|been|being|was|were|is|are|have|has|had|we|i|they|you|successfully|effectively) leveraged\b",
            r"\bleverag(?:es|ing)\b",
            # begins a sentence or an item of a list,
            r"^[\s*_#>•-]*leverage\b",
            r"[.!?:;•–—*] ?[*_]*leverage \w",
            # or has an object.
            r"\bleverag(?:e|ed) (?:our|your|their|its|my|his|her|all|the|this|these|those|a|an|both|every|any|some"
            r"|what|it|them)\b",
            r"\bleverag(?:e|ed) (?:existing|new|modern|advanced|one another|each other|multiple|various|different)\b",
            r"\bleverag(?:e|ed) (?:\w+ ){1,5}into\b",
            r"\bhigh(?:est|er)?-leverage (?:\w+ )?(?:activit\w+|work|things?|opportunit\w+|initiatives?|tasks?|moves?"
            r"|decisions?)\b",
        ],
        # Nobody lifts or lends these, whatever else the sentence is about.
        "sure": r"\bleverag(?:e|es|ed|ing)(?: [\w-]+){0,3} (?:power of|technolog(?:y|ies)|blockchain|expertise|data"
        r"|ai|skills"
        r"|social media|platforms?|insights?|strengths|networks?|relationships|partnerships?|capabilit(?:y|ies)"
        r"|analytics"
        r"|algorithms?|ecosystems?|talents?|synerg(?:y|ies)|knowledge|infrastructure|models|services)\b",
        "veto": [
            _FINANCE,
            _MECHANICS,
            r"\b(?:leverage (?:over|against) |blackmail\w*|hostages?|ransom|bargaining chips?)",
            r"\bleverage (?:in|over|against|on|for|from|to|of|with|at|when|because|once|if|is|was|here|now|points?"
            r"|ratios?)\b",
            r"\b(?:due|access|exposure|related|thanks|adds?|leads?|comes? down|amount|owing|according) to leverage\b",
            r"\b(?:the|more|much|enough|little|less|no|any|some|real|only) leverage (?:the|this|that|a|i|you|we|they"
            r"|he|she)\b",
            r"\b(?:highly|over|heavily|too) ?-?leveraged\b",
            r"\bleveraged (?:\w+ to one|\w+ times|[0-9]+)",
            r"\b(?:fund|bank|trader) (?:was|is|got) leveraged\b",
            r"\b(?:los(?:e|es|t|ing)|gain(?:s|ed|ing)?|gets?|got|gives?|gave|giving|need|needs|has|had) leverage\b",
            r"\b(?:political|legal|moral|negotiating|financial|operating) leverage\b",
            r"\bleverag(?:e|es|ed|ing) (?:the|his|her|their|its|my|our|your) (?:house|home|flat|farm|land|property"
            r"|savings|pension|inheritance)\b",
        ],
    },
    {
        "name": "think outside the box",
        "pattern": r"\bthink outside the box\b",
        "forms": r"\b(?:thinks|thinking|thought) outside the box\b",
        "veto": words(
            r"""
            cats?, kittens?, kitty, litter, cardboard, cartons?, crates?, hamsters?, rabbits?, bunny, puppy,
            nine[- ]dots?, (?:9|nine) dots, parcels?, penalty, goalkeeper, schr(?:ö|oe?)dinger\w*, toddlers?
            """
        ),
    },
    {
        "name": "low-hanging fruit",
        "pattern": r"\blow-hanging fruits?\b",
        "forms": r"\blow hanging fruits?\b",
        "veto": words(
            r"""
            trees?, orchards?, branch(?:es)?, boughs?, apples?, pears?, plums?, cherr(?:y|ies), peach(?:es)?, figs?,
            mango(?:es|s)?, lemons?, oranges?, apricots?, quinces?, ladders?, gardens?, gardener, deer, ripe,
            ripen\w*, jam, cider, wasps?, birds?, grove, basket, buckets?, prun\w+, monkeys?, giraffes?, elephants?,
            tantalus, berr(?:y|ies), bush(?:es)?, harvest(?:er|ers|ing) season, hedgehogs?, squirrels?, fox(?:es)?,
            goats?, rotten, sweet, blossoms?
            """
        ),
    },
    {
        "name": "move the needle",
        "pattern": r"\bmove the needle\b",
        "forms": r"\bmov(?:es|ed|ing) the needle\b",
        "veto": words(
            r"""
            record, records, vinyl, lp, turntable, stylus, tonearm, groove, sew\w*, thread\w*, stitch\w*, fabric,
            cloth, hem, seam, knit\w*, crochet\w*, embroider\w*, bobbin, gauges?, compass\w*, speedometer, dial,
            dials, meter, voltmeter, ammeter, galvanometer, barometer, magnet\w*, geiger, inject\w*, syringe, vein,
            iv, blood draw, nurse, acupunctur\w*, tattoo\w*, haystack, pine, skin
            """
        ),
    },
    {
        "name": "paradigm shift",
        "pattern": r"\bparadigm shifts?\b",
        "forms": r"\bparadigm-shift(?:s|ing)?\b",
        "window": 400,
        "veto": words(
            r"""
            kuhn\w*, copernic\w*, ptolem\w*, newton\w*, einstein\w*, relativity, quantum, plate tectonics,
            continental drift, wegener, philosoph\w+ of science, scientific revolutions?, normal science,
            incommensurab\w*, heliocentr\w*, geocentr\w*, darwin\w*, lamarck\w*, germ theory, miasma, phlogiston,
            lavoisier, epistem\w*, history of science, popper\w*, lakatos, feyerabend, galile\w*
            """
        ),
    },
]

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
                kitchen, keys, shout\w*, yell\w*
                """
            ),
        ],
        "window": 70,
    },
    {
        "name": "that resonates",
        "pattern": r"\bthat resonates\b",
        "forms": r"\bthat (?:really|deeply|truly|so|totally|definitely) resonates\b",
        "mention": False,  # "a phrase that resonates" mentions nothing
        "veto": words(
            r"""
            glass, wood, metal, tank, barrel, hollow, shell, knock\w*, tap(?:ped|ping)?, struck, strike, pluck\w*,
            rattl\w*, plate, plank, panel, membrane, [0-9]+ ?k?hz, hertz, frequenc(?:y|ies), strings?, soundboards?,
            cavit(?:y|ies), air column, chambers?, guitars?, violins?, cellos?, tuning forks?, bells?, drums?,
            circuits?, antennas?, coils?, harmonics?, overtones?, acoustics?, vibrat\w*, oscillat\w*, crystals?,
            pipes?, flutes?, sinus(?:es)?, larynx, wine glass(?:es)?, bowls?, gongs?, spruce, cedar, brass, amplitude,
            capacitors?, octaves?
            """
        ),
    },
    {
        "name": "I'm here for you",
        "pattern": r"\bI'm here for you\b",
        "forms": r"\bI(?:'m| am)(?: always| still| right| just| really)* here for you\b|\bI(?:'ll"
        r"| will)(?: always)? be here for you\b",
        "veto": [
            r"\bhere for you (?:to (?:sign|test|try|use|borrow)|at (?:the|gate|door|platform)|if the|two|guys at)",
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

# --- packs that are off unless --packs names them ----------------------------------------------------------------
#
# Besides the fields above:
#
#   role         assistant or user: whose messages (default any). assistant is the voice
#   position     start or end: only there (default anywhere), within so many characters (60 and 200)
#   action       drop (default); mask: stays as context that is not learned; trim: the sentence goes; score: only noted
#   least        so many hits in a message (default 1), counted once each with distinct, for every per_words words
#   hits, misses examples that it must find and must not: make test tries them

AI_IDENTITY: list[dict[str, Any]] = [
    {
        "name": "as an AI",
        "pattern": r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b",
        "role": "assistant",
        "need": r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)(?: (?:language model"
        r"|assistant|model"
        r"|chatbot|system))?,? (?:i|my|it's important)\b",
        "hits": ["As an AI language model, I don't have opinions.", "Well, as an AI I cannot taste it."],
        "misses": ["He works as an AI researcher in Oslo.", "They sold it as an AI, which it was not."],
    },
    {
        "name": "I'm just an AI",
        "pattern": r"\bI(?:'m| am) (?:just |only |merely )?an? (?:ai|(?:large )?language model|virtual assistant)\b",
        "role": "assistant",
        "veto": r"\ban ai (?:researcher|engineer|student|skeptic|sceptic|fan|person|doomer|optimist|nerd)\b",
        "hits": ["I'm just an AI, so take this lightly.", "I am a large language model."],
        "misses": ["I'm an AI researcher.", "You said you are an AI."],
    },
    {
        "name": "knowledge cutoff",
        "pattern": r"\b(?:as of|up to|until) my (?:last|latest|most recent) (?:knowledge |training )?(?:update"
        r"|cut-?off)\b",
        "forms": r"\bmy (?:knowledge|training data) (?:cut-?off|only goes up to|ends in)\b",
        "role": "assistant",
        "hits": ["As of my last knowledge update, it was open.", "My knowledge cutoff is in 2023."],
        "misses": ["As of my last visit, it was open.", "Until my latest haircut I looked like him."],
    },
    {
        "name": "trained by",
        "pattern": r"\bI(?:'m| am| was)(?: \w+){0,6} (?:trained|developed|created|made|built) by (?:openai"
        r"|anthropic|google|meta"
        r"|mistral|deepseek|xai|alibaba)\b",
        "role": "assistant",
        "hits": ["I'm a model trained by OpenAI.", "I was created by Anthropic to be helpful."],
        "misses": ["The model was trained by OpenAI.", "I was trained by my uncle."],
    },
    {
        "name": "no personal feelings",
        "pattern": r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience"
        r"|hold) (?:any )?"
        r"(?:personal|human|real|genuine) (?:feelings?|emotions?|opinions?|experiences?|beliefs?|preferences?)\b",
        "role": "assistant",
        "hits": ["I don't have personal opinions on that.", "I cannot experience human emotions."],
        "misses": ["I don't have personal experience with sailing.", "I have real feelings about soup."],
        "veto": r"\bpersonal experience (?:with|in|of)\b",
    },
    {
        "name": "cannot browse",
        "pattern": r"\bI (?:can't|cannot|don't have the ability to|am not able to|am unable to) (?:browse"
        r"|access) (?:the )?"
        r"(?:internet|web|real-time|real time|external)\b",
        "role": "assistant",
        "hits": ["I can't browse the internet.", "I cannot access real-time data."],
        "misses": ["I can't browse the shop on Sundays."],
    },
]

_REFUSED = r"(?:help|assist|comply|continue|provide|fulfil+|engage|generate|create|write|discuss|answer|do th(?:at|is))"
REFUSALS: list[dict[str, Any]] = [
    {
        "name": "sorry, but I can't",
        "pattern": r"\b(?:sorry|apologi[sz]e|apologies)[,.]? (?:but )?I(?:'m| am)?(?: )?(?:can't|cannot|won't"
        r"|unable to|not able to"
        r"|must decline)(?: \w+)? " + _REFUSED + r"\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": r"\b(?:move|tonight|tomorrow|carry|in the (?:garden|kitchen)|party|weekend|myself)\b",
        "hits": ["I'm sorry, but I can't help with that.", "I apologize, but I cannot assist with this request."],
        "misses": ["Sorry, I can't make it tonight.", "Sorry, I can't help you move this weekend, my back is gone."],
    },
    {
        "name": "I can't help with that",
        "pattern": r"\bI(?:'m| am)?(?: )?(?:can't|cannot|won't|unable to|not able to) (?:help|assist"
        r"|comply)(?: you)? with (?:that|this"
        r"|your request)\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "hits": ["I can't help with that.", "I'm not able to assist you with this request."],
        "misses": ["I can't help laughing.", "I can't help with the dishes tonight."],
    },
    {
        "name": "I must decline",
        "pattern": r"\bI (?:must|have to|need to) (?:respectfully |politely )?decline\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": r"\b(?:invitation|dinner|party|wedding|second helping)\b",
        "hits": ["I must respectfully decline this request."],
        "misses": ["I must decline the invitation, I am on a boat."],
    },
    {
        "name": "against my guidelines",
        "pattern": r"\b(?:against|violates?|not within|goes against) my (?:\w+ )?(?:guidelines|programming"
        r"|policies|policy)\b",
        "role": "assistant",
        "hits": ["That goes against my guidelines.", "It violates my content policy."],
        "misses": ["It goes against my grain."],
    },
]

SERVICE_CLOSES: list[dict[str, Any]] = [
    {
        "name": "let me know if",
        "pattern": r"\blet me know if (?:you(?:'d| would)? (?:like|need|want|have)|there's anything|I can)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Salt the water first. Let me know if you need anything else!"],
        "misses": [
            "Let me know if the boat floats. I will come down with the rope and the old anchor and we shall see"
            " what the"
            " tide makes of us, since it has been patient all week and so have you, and the harbour master owes"
            " me a favour anyhow"
            " from last spring."
        ],
    },
    {
        "name": "feel free to",
        "pattern": r"\b(?:please )?(?:don't hesitate|feel free) to (?:ask|reach out|contact|let me know|share)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["It opens at nine. Feel free to reach out with any other questions."],
        "misses": ["Feel free to take the last pear."],
    },
    {
        "name": "I hope this helps",
        "pattern": r"\b(?:I )?hope (?:this|that|it) (?:helps|was helpful|clarifies)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Turn it left, then pull. I hope this helps!"],
        "misses": ["I hope that works out for your sister."],
    },
    {
        "name": "would you like me to",
        "pattern": r"\bwould you like me to (?:\w+ )",
        "forms": r"\b(?:if you(?:'d like| want),? I can|shall I|do you want me to) (?:also )?(?:write|draft"
        r"|create|make|give|provide"
        r"|explain|show|help|generate|turn|expand|outline)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Three cups of flour. Would you like me to suggest a filling?",
            "Done so far. If you want, I can draft it.",
        ],
        "misses": ["If you want, I can wait by the gate."],
    },
    {
        "name": "happy to help",
        "pattern": r"\b(?:I'm|I am|always|more than) (?:always )?(?:happy|glad|here) to (?:help|assist)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Use the blunt knife. I'm always happy to help!"],
        "misses": ["She was happy to help the fox."],
    },
]

SYCOPHANT_OPENINGS: list[dict[str, Any]] = [
    {
        "name": "great question",
        "pattern": r"\b(?:great|excellent|fantastic|wonderful|good|brilliant|insightful"
        r"|fascinating) (?:question|point|observation)\b",
        "need": r"^[\s*_]*(?:(?:oh|ah|what|that's|that is|this is),? )?(?:(?:an?|such|really|truly|a really"
        r"|a very|such an?) )?"
        r"(?:great|excellent|fantastic|wonderful|good|brilliant|insightful|fascinating) (?:question|point"
        r"|observation)[^\w\s]",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": [
            "Great question! Herons stand on one leg to keep warm.",
            "That's an excellent point. The tide turns at six.",
        ],
        "misses": ["A good question deserves a slow answer.", "The great question of my life is soup."],
    },
    {
        "name": "you're absolutely right",
        "pattern": r"\byou(?:'re| are) (?:absolutely|completely|totally|so|100%) (?:right|correct)\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["You're absolutely right! The date was wrong, it is the ninth."],
        "misses": ["I am not sure that you're right about the ferry."],
    },
    {
        "name": "certainly",
        "pattern": r"^[\s*_]*(?:certainly|absolutely|of course|sure thing|definitely|sure)!",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["Certainly! Here is a name for the boat: Heron.", "Of course! The kettle goes on first."],
        "misses": ["Absolutely.", "Of course the kettle goes on first."],
    },
    {
        "name": "what a great",
        "pattern": r"^[\s*_]*what an? (?:great|wonderful|fantastic|beautiful|thoughtful|fascinating|lovely|powerful)"
        r" (?:question|idea|thought|way|insight|reflection|topic)\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["What a thoughtful question! I think it was the rain."],
        "misses": ["What a lovely dog, does she swim?"],
    },
]

CONTRASTS: list[dict[str, Any]] = [
    {
        "name": "not X but Y",
        "pattern": r"\b(?:it's|it is|this is|that's|that is|this isn't|it isn't|that isn't|you're|you are)(?: )?"
        r"(?:not )?(?:just|only|merely|simply|about)? [^.!?\n;—]{1,60}[,;.—–-]+(?: )?(?:it's|it is|this is|that's"
        r"|that is|you're|you are)\b",
        "forms": r"\bnot (?:just|only|merely|simply|because|about) [^.!?\n;—]{1,60}(?:,|;|—|–| -)?(?: )?"
        r"but(?: also)? \w",
        "need": r"\b(?:not|isn't|aren't)\b",
        "window": 0,
        "role": "assistant",
        "least": 2,
        "per_words": 200,
        "hits": ["It's not just a boat, it's a promise. And it's not about speed, it's about the water."],
        "misses": ["It's not just a boat, it's a promise.", "It's late, it's raining, it's Tuesday."],
    },
]

VOCABULARY: list[dict[str, Any]] = [
    {
        "name": "assistant words",
        "pattern": r"\b(?:delv(?:e|es|ed|ing)|tapestry|testament to|multifaceted|intricate|intricacies|pivotal"
        r"|underscor(?:e|es|ed|ing)"
        r"|seamless(?:ly)?|game-changer|nuanced|ever-evolving|navigat(?:e|ing) the complexities|foster(?:s|ed"
        r"|ing)?|realm of"
        r"|embark(?:s|ed|ing)? on|unlock(?:s|ing)? the|elevat(?:e|es|ing) your|vibrant|robust|holistic)\b",
        "role": "assistant",
        "action": "score",
        "least": 3,
        "distinct": True,
        "per_words": 150,
        "hits": ["We delve into the intricate tapestry of tides, a testament to patience."],
        "misses": ["The vibrant scarf was robust.", "We delve, delve and delve again."],
    },
]

FORMAT: list[dict[str, Any]] = [
    {
        "name": "em dashes",
        "pattern": r"\w(?: )?—(?: )?\w",
        "role": "assistant",
        "action": "score",
        "mention": False,
        "least": 4,
        "per_words": 150,
        "hits": ["The tide — slow — came in — grey — and the boats — all nine — rose."],
        "misses": ["The tide — slow — came in."],
    },
    {
        "name": "bold list items",
        "pattern": r"(?m)^[ \t]*(?:[-*+•]|[0-9]+[.)])[ \t]+\*\*[^*\n]{1,60}\*\*",
        "role": "assistant",
        "action": "score",
        "mention": False,
        "least": 3,
        "per_words": 300,
        "hits": ["- **Salt**: a pinch.\n- **Flour**: two cups.\n- **Patience**: more."],
        "misses": ["- salt\n- flour\n- patience"],
    },
    {
        "name": "headings",
        "pattern": r"(?m)^#{1,4}[ ]+\S",
        "role": "assistant",
        "action": "score",
        "mention": False,
        "least": 2,
        "per_words": 300,
        "hits": ["# The plan\n\nFirst we row.\n\n## The boat\n\nIt floats."],
        "misses": ["We are #1 in the regatta, and # is a hash."],
    },
    {
        "name": "emoji as bullets",
        "pattern": r"(?m)^[ \t]*(?:[-*][ \t]+)?(?:✅|❌|🚀|🧠|💡|🔑|⚡|🎯|✨|👉|📌|🔥)",
        "role": "assistant",
        "action": "score",
        "mention": False,
        "least": 2,
        "per_words": 300,
        "hits": ["✅ Oars\n🚀 Speed\n💡 Lamp"],
        "misses": ["That was fun 🚀🔥", "✨ oh you"],
    },
]

# All packs by name, in the order in which they judge. The first two are on unless --no-corporate or --no-ai-slop says
# otherwise; --packs switches on others.
PACKS: dict[str, list[dict[str, Any]]] = {
    "corporate": CORPORATE_PHRASES,
    "ai_slop": AI_SLOP_PHRASES,
    "ai_identity": AI_IDENTITY,
    "refusal": REFUSALS,
    "service_close": SERVICE_CLOSES,
    "sycophant_open": SYCOPHANT_OPENINGS,
    "contrast": CONTRASTS,
    "vocab": VOCABULARY,
    "format": FORMAT,
}
