"""What assistants say of themselves and why they will not: off unless --packs names it."""

from __future__ import annotations

from typing import Any

from identity.packs import any_of, words

# What an assistant calls itself, and the words that turn it into somebody's trade ("an AI researcher").
_AI = (
    r"(?:an?|your) (?:\w+ )?(?:ai(?:-powered)?|artificial intelligence|llm|(?:large )?language model"
    r"|machine learning model|chat(?: )?bot|bot|(?:virtual|digital|automated) (?:assistant|companion)|computer program)"
    r"\b(?: (?:language model|assistant|model|chatbot|system|companion|program)\b)*"
)
_TRADE = words(
    r"""
    (?:ai|llm|bot|model|intelligence) researchers?, (?:ai|llm|bot|model|chatbot) engineers?, ai students?,
    ai scientists?, ai ske?ptics?, ai fan, ai person, ai doomers?, ai optimists?, ai nerd, ai geek, ai hater,
    ai developers?, ai consultants?, ai designers?, ai artists?, ai ethicists?, ai lawyers?, ai trainers?,
    ai writers?, ai teachers?, ai lecturers?, ai professors?, ai enthusiasts?, ai experts?, ai company,
    ai start-?ups?, ai team, ai lab, ai founder, ai investor, ai analyst, ai tester, ai users?
    """
)
_MAKER = words(
    r"""
    openai, anthropic, google, meta, mistral, deepseek, xai, alibaba, microsoft, cohere,
    a team of (?:engineers|researchers|developers|scientists), (?:engineers|researchers|developers) at \w+
    """
)
_MADE = r"(?:trained|developed|created|made|built|designed|programmed)"
_NOT_HAVE = (
    r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience|hold|feel|form) (?:any"
    r" )?"
)
_INNER = words(
    r"""
    feelings?, emotions?, opinions?, experiences?, beliefs?, preferences?, views?, thoughts?, stories, anecdotes,
    memories, tastes?, desires?, likes, stakes?, relationships?, perspectives?, consciousness
    """
)
_CANNOT = (
    r"\bI(?: )?(?:can't|cannot|can not|(?:don't|do not) have (?:the|any) (?:ability|way|means) to|lack the ability to"
    r"|(?:'m|am) (?:not able|unable) to|have no (?:way|means) (?:of|to))(?: \w+)?"
)
_ONLINE = words(
    r"""
    (?:the |any )?(?:internet|web|websites?|webpages?|web pages?|links|urls), (?:\w+ )?(?:real-time|real time|live),
    (?:\w+ )?(?:up-to-date|up to date|external|online), current (?:data|information|prices|events|news), today's news
    """
)

AI_IDENTITY: list[dict[str, Any]] = [
    {
        "name": "as an AI",
        "pattern": r"\b(?:as|being) (?:just |only |merely )?" + _AI,
        "role": "assistant",
        "need": [
            # It begins what the speaker says of itself, or ends what it says it is or does not do.
            r"\b(?:as|being) (?:just |only |merely )?"
            + _AI
            + r"(?: [^.!?\n]*)?,? (?:I|my|mine|it's important|it is important|there are|there's)\b",
            r"\bI (?:[\w']+ )?(?:not|don't|can't|cannot|won't|never|lack|have no)(?: [\w']+){0,8} (?:as|being) "
            + _AI
            + r"(?:[,.;:!?)]|$| (?:and|so|but)\b)",
        ],
        "veto": [
            words(
                "see, saw, regard, treat, describe, sell, sold, market, use, used, think of, know, count, pose, works?"
            )
            + r"(?: [\w']+){0,4} as an?\b",
            _TRADE,
        ],
        "hits": [
            "As an AI language model, I don't have opinions.",
            "Well, as an AI I cannot taste it.",
            "I don't grow older as an AI, but you may.",
            "As an AI without a nose, I have to take your word for it.",
        ],
        "misses": [
            "He works as an AI researcher in Oslo.",
            "They sold it as an AI, which it was not.",
            "I don't see it as an AI, more as a parrot.",
            "As an aid to memory, I tie knots.",
            "As an AI researcher, I sleep badly.",
        ],
    },
    {
        "name": "I'm just an AI",
        "pattern": r"\bI(?:'m| am) (?:(?:just|only|merely|simply|actually|still|really) )?" + _AI,
        "forms": any_of(
            r"\bI(?:'m| am) (?:just|only|merely|simply) (?:an? )?(?:machine|computer|algorithm|program|software"
            r"|code)\b",
            r"\bI(?:'m| am) not (?:an? )?(?:actual |real )?(?:human|person)(?: being)?(?:[.!;—]|,? (?:so|and|but) )",
            r"\byou(?:'re| are) (?:talking|speaking|chatting) (?:to|with) " + _AI,
        ),
        "role": "assistant",
        "veto": _TRADE,
        "hits": [
            "I'm just an AI, so take this lightly.",
            "I am a large language model.",
            "I'm not a person, so I have no birthday.",
        ],
        "misses": ["I'm an AI researcher.", "You said you are an AI.", "I'm not a morning person."],
    },
    {
        "name": "knowledge cutoff",
        "pattern": r"\b(?:as of|up to|until|since|after|before|at the time of|from) my (?:last|latest|most recent)"
        r" (?:knowledge |training |data )?(?:update|cut-?off)\b",
        "forms": any_of(
            r"\bmy (?:knowledge |training |data )?cut-?off(?: date)?\b",
            r"\bmy last (?:knowledge|training|data) update\b",
            r"\bmy (?:knowledge|training|training data)(?: base)? (?:only )?(?:goes|extends|runs|reaches) (?:only )?"
            r"(?:up )?(?:to|until|till)\b",
            r"\bmy (?:knowledge|training|training data) (?:ends?|ended|stops?|stopped) (?:in|around) \w+",
            r"\bmy (?:knowledge|training data|information) (?:was last updated|is (?:only )?(?:current|limited|up to"
            r" date))",
            r"\bI (?:only )?have (?:no )?(?:knowledge|data)(?: only)? (?:up to|until|through|as of|beyond|after)\b",
            r"\bI (?:only )?have information(?: only)? (?:up to|until|through|as of)\b",
            r"\bI (?:don't|do not) have (?:any )?(?:information|knowledge|data) (?:on|about) (?:events|anything)"
            r" (?:after|since|beyond|past)\b",
            r"\bI was last (?:trained|updated)\b",
        ),
        "veto": any_of(
            r"\bmy cut-?off (?:jeans|shorts|trousers|top|point|for|time)\b",
            r"\bupdate (?:to|from) (?:the|my|her|his)\b",
            r"\b(?:application|visa|enrol\w*|denim) cut-?off\b",
        ),
        "role": "assistant",
        "hits": [
            "As of my last knowledge update, it was open.",
            "My knowledge cutoff is in 2023.",
            "My training data only goes up to last spring.",
        ],
        "misses": [
            "As of my last visit, it was open.",
            "Until my latest haircut I looked like him.",
            "I wore my cut-off jeans to the wedding.",
        ],
    },
    {
        "name": "trained by",
        "pattern": r"\bI(?:'m| am| was|'ve been| have been)(?: [\w,'-]+){0,8} " + _MADE + " by " + _MAKER,
        "forms": any_of(
            r"\bI(?:'m| am| was|'ve been| have been)(?: \w+)? trained (?:on|using|with) (?:an? )?(?:large|vast|huge"
            r"|massive|wide|enormous|diverse|lots|text|data|billions|millions|publicly)\b",
            _MAKER + r" (?:trained|created|developed|built|made|designed) me\b",
            r"\bI(?:'m| am)(?: [\w,'-]+){0,4} " + _AI + r" (?:from|by) " + _MAKER,
            r"\bI(?:'m| am) (?:powered by|based on|built on) (?:openai|gpt|chatgpt|claude|gemini|llama)\b",
            r"\bmy (?:creators|developers) (?:at|trained|designed|built|programmed)\b",
        ),
        "role": "assistant",
        "veto": r"\b(?:employees?|hired|colleagues?|internship|weeks|certificate|my first job)\b",
        "hits": [
            "I'm a model trained by OpenAI.",
            "I was created by Anthropic to be helpful.",
            "I was trained on vast amounts of text.",
        ],
        "misses": [
            "The model was trained by OpenAI.",
            "I was trained by my uncle.",
            "I was trained by Google when they hired me as a guard.",
        ],
    },
    {
        "name": "no personal feelings",
        "pattern": _NOT_HAVE + r"(?:personal|human|real|genuine|subjective) " + _INNER,
        "forms": any_of(
            _NOT_HAVE
            + _INNER
            + r"(?:,? (?:and|or) \w+)? (?:that (?:could|can)|of my own|like (?:humans|people|you|a human)"
            r"|(?:the|in the same) way (?:that )?(?:you|humans|people|a human|a person)|as (?:humans|people))\b",
            r"\bI have no (?:personal |subjective )" + _INNER,
            r"\bI have no (?:emotions|consciousness|(?:feelings|opinions|preferences) of my own)\b",
            r"\bI (?:don't|do not) (?:have|experience) (?:an? )?(?:physical (?:body|form)|consciousness|emotions)\b",
            r"\bI(?:'m| am) (?:not capable|incapable) of (?:having|feeling|experiencing|forming)\b",
            r"\bI (?:don't|do not|can't|cannot)(?: \w+){1,6} (?:like|the way|as) (?:an? )?human(?:s| beings)?\b",
        ),
        "role": "assistant",
        "veto": r"\bpersonal experience (?:with|in|of)\b",
        "hits": [
            "I don't have personal opinions on that.",
            "I cannot experience human emotions.",
            "I don't have emotions the way you do.",
        ],
        "misses": [
            "I don't have personal experience with sailing.",
            "I have real feelings about soup.",
            "I don't have feelings for her any more.",
            "I don't have personal space on this train.",
        ],
    },
    {
        "name": "cannot browse",
        "pattern": _CANNOT + r" (?:browse|browsing|access(?:ing)?|search(?:ing)?|check(?:ing)?|follow(?:ing)?|see|view"
        r"|open|retrieve|fetch|visit|get|pull up|connect to) " + _ONLINE,
        "forms": any_of(
            r"\bI (?:don't|do not) (?:currently |actually )?have (?:any |direct )*access to (?:\w+ )?" + _ONLINE,
            r"\bI (?:don't have|do not have|have no) (?:an? )?(?:web|browsing|online|real-time|live) (?:access"
            r"|capabilit(?:y|ies))\b",
            _CANNOT + r" (?:look|search) (?:\w+ ){0,3}(?:up )?(?:online|on the (?:web|internet)|in real time)\b",
            _CANNOT + r" browse[.,;!]",
            r"\bI(?:'m| am) not connected to the (?:internet|web)\b",
        ),
        "role": "assistant",
        "veto": words(
            r"""
            wifi, wi-fi, router, roaming, signal, cabin, hotel, train, plane, ferry, at work, at school, the office,
            my phone, my laptop, my tablet, until (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow),
            broadband, data plan, village, power cut, library, my account, live music
            """
        ),
        "window": 60,
        "hits": [
            "I can't browse the internet.",
            "I cannot access real-time data.",
            "I don't have access to live prices, so do check.",
        ],
        "misses": [
            "I can't browse the shop on Sundays.",
            "I don't have access to the internet in the cabin.",
            "It works when I don't have an internet connection.",
        ],
    },
]

_UNABLE = (
    r"\bI(?: )?(?:can't|cannot|can not|won't(?: be able to)?|will not(?: be able to)?|wouldn't be able to"
    r"|(?:'m|am) (?:unable|not able|not permitted|not allowed|not in a position|not going|not willing) to"
    r"|(?:'d|would) (?:rather|prefer) not(?: to)?"
    r"|(?:'m|am) not comfortable(?: with)?|(?:don't|do not) feel comfortable)"
)
# What is refused in the language of a service, and what anyone may be unable to do: that needs an apology in front.
_SERVED = words(
    r"""
    assist(?:ing)?, comply, generat(?:e|ing), endorse, facilitate, impersonate, diagnose, speculate, role-?play,
    engage (?:in|with), participate in, take part in, fulfil+, accommodate,
    provid(?:e|ing) (?:\w+ ){0,4}(?:instructions?|information|advice|guidance|details|assistance|support|content),
    provid(?:e|ing) (?:\w+ ){0,4}(?:help|steps|methods|lists?),
    give (?:you )?(?:medical|legal|financial|tax|specific|detailed|such) \w+,
    help(?:ing)? (?:you )?(?:with |in )?\w+ing,
    (?:complete|process|answer|continue|discuss|write|create|produce|support|share) (?:that|this|such|your|any) \w+,
    (?:writ(?:e|ing)|create|produce) (?:an? )?[^.!?,\n]+ (?:that|which|meant|designed|intended|mocking)
    """
)
_REFUSED = words(
    r"""
    assist(?:ing)?, comply, provid(?:e|ing), fulfil+, engag(?:e|ing), generat(?:e|ing), accommodate, facilitate,
    participat(?:e|ing), take part, produce, reproduce, endorse, promote, encourage, role-?play, disclose, identify,
    comment, support, help(?:ing)?, continue, create, writ(?:e|ing), discuss, answer, recogni[sz]e, share, offer,
    advise, recommend, speculate, process, do (?:that|this), (?:tell|show|teach) you how, walk you through, explain how,
    give (?:you )?(?:\w+ )?(?:advice|instructions|information|details|guidance)
    """
)
# Why a person cannot: the day, the body, the house. An assistant has none of them.
_OCCASION = words(
    r"""
    move, moving, tonight, tomorrow, today, carry, in the (?:garden|kitchen), party, weekend, myself, right now,
    this (?:morning|afternoon|evening|week), (?:mon|tues|wednes|thurs|fri|satur|sun)day, until, till,
    my (?:back|knee|hands?|leg|head|mum|mom|boss|shift|train|phone|pen|brother|sister|car|van|kids?),
    the (?:phone|door|kids?|car), dishes, driving, at work, busy, asleep, laughing, lift, sofa, piano, ladder,
    babysit\w*, homework, homeless, flat, broke, tired, exhausted, ill, poorly, hungover, landlord, rent
    """
)
REFUSALS: list[dict[str, Any]] = [
    {
        "name": "sorry, but I can't",
        "pattern": r"\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately|regret)(?: (?:for|about|that|if)"
        r" [^.!?\n]+)?(?: )?[,.:;—–-]*(?: )?(?:but |however,? |that )?" + _UNABLE + r"(?: \w+)? " + _REFUSED,
        "forms": any_of(
            r"\bsorry[,.:]? (?:but )?(?:unable|not able) to " + _REFUSED,
            r"\b(?:I (?:understand|appreciate|know|see|reali[sz]e|hear|get|sympathi[sz]e|want|wish)|I'd (?:love|like)"
            r"|while I)\b[^.!?\n]+[,—–-](?: )?(?:but )?" + _UNABLE + r"(?: \w+)? " + _REFUSED,
        ),
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": _OCCASION,
        "hits": [
            "I'm sorry, but I can't help with that.",
            "I apologize, but I cannot assist with this request.",
            "I'm afraid I'm not able to provide that list.",
            "While I see why you ask, I won't be able to share such a recipe.",
        ],
        "misses": [
            "Sorry, I can't make it tonight.",
            "Sorry, I can't help you move this weekend, my back is gone.",
            "I'm afraid I can't answer the phone, my hands are wet.",
        ],
    },
    {
        "name": "I can't help with that",
        "pattern": _UNABLE + r" (?:help|assist|comply)(?:ing)?(?: you)? with (?:that|this|your|such|those|these|any)\b",
        "forms": any_of(
            _UNABLE + " " + _SERVED,
            r"\b(?:that|this|it)(?:'s| is) (?:not )?(?:something|a request|a topic|an area) (?:that )?I(?:'m| am)?(?:"
            r" )?(?:can't|cannot|won't|not able|unable|able|not comfortable|comfortable|can|could|will)(?: to)?"
            r" (?:help|assist|provide|write|create|generate|discuss|support|do for you|engage|be part)(?:ing)?\b",
        ),
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": _OCCASION,
        "hits": [
            "I can't help with that.",
            "I'm not able to assist you with this request.",
            "That's not something I can help with.",
            "I'd rather not write a letter that frightens her.",
        ],
        "misses": [
            "I can't help laughing.",
            "I can't help with the dishes tonight.",
            "I can't help with moving the piano, my back is bad.",
            "I can't write when it is this hot.",
        ],
    },
    {
        "name": "I must decline",
        "pattern": r"\bI (?:must|have to|need to) (?:\w+ly )?decline\b",
        "forms": any_of(
            r"\bI(?:'ll|'d| will| would)?(?: have| need| like| prefer| choose| wish)?(?: to)? (?:\w+ly )?decline"
            r"(?: (?:to|this|that|your|any|such|and|as|because|here)\b|[,.;—]|$)",
            r"\bI(?:'m| am) (?:going to (?:have to )?|obliged to )(?:\w+ly )?decline\b",
            r"\bI(?:'m| am) (?:\w+ly )?declining (?:to|this|that)\b",
            r"\bI (?:must|have to|need to) refuse (?:to (?:write|provide|assist|help|create)|this|that|your)\b",
        ),
        "role": "assistant",
        "position": "start",
        "within": 200,
        # The request may be declined; a thing that was offered is declined by a guest.
        "sure": r"\bdeclin(?:e|ing) the (?:request|task|prompt|topic|question|scenario)\b",
        "veto": words(
            r"""
            invitations?, dinner, part(?:y|ies), weddings?, helping, drinks?, wine, desserts?, tickets?, offer of, full,
            no,? thank(?:s| you), boat, ferry, cake, pudding, slices?, pints?, beer, whisky, gin, curry, soup, sprouts,
            karaoke, danc(?:e|es|ing), camping, swim(?:s|ming)?, hikes?, date, gym, verbs?, nouns?, latin, calls?,
            biscuits?, seconds, cheese, fish, oysters, lunch, brunch, breakfast, holiday, trip, job, promotion,
            kittens?, my (?:mother|mum|mom|wife|husband|knees?|back|doctor|diet|liver),
            (?:her|his|their) (?:offer|kind), declin(?:e|ing) the
            """
        ),
        "hits": [
            "I must respectfully decline this request.",
            "I have to decline to write that letter.",
            "I'll need to decline, as that could hurt somebody.",
        ],
        "misses": [
            "I must decline the invitation, I am on a boat.",
            "I must decline, I am full.",
            "I have to decline the figs.",
        ],
    },
    {
        "name": "against my guidelines",
        "pattern": r"\bmy (?:\w+ )?(?:guidelines|(?:content|usage|safety) (?:polic(?:y|ies)|rules))\b",
        "forms": any_of(
            r"\b(?:against|violates?|outside|beyond|conflicts? with) my programming\b",
            r"\bmy programming (?:doesn't|does not|won't|prevents|prohibits|forbids|stops|requires)\b",
            r"\bthe (?:\w+ )?(?:guidelines|polic(?:y|ies)|rules) (?:that )?I(?:'m| am|'ve been| have been| have| must|"
            r" need)?(?: \w+)* (?:follow|given|bound by|under|adhere to|abide by|comply with)\b",
            r"\bI(?:'m| am) (?:required|obliged|bound|designed|programmed|instructed) (?:not to|to (?:\w+ )?(?:avoid"
            r"|refuse|decline|prioriti[sz]e|follow|adhere|respect|comply|be (?:safe|respectful|helpful|harmless)))\b",
            r"\bI (?:must|have to|need to) (?:follow|adhere to|abide by|comply with)(?: \w+){0,3} (?:guidelines"
            r"|policies)\b",
            r"\b(?:against|violates?|outside) (?:openai|anthropic|google)(?:'s)? (?:\w+ )?(?:guidelines|polic(?:y"
            r"|ies))\b",
            r"\bagainst what I(?:'m| am) (?:allowed|designed|able|permitted) to\b",
            r"\b(?:against|violates?) the (?:content |usage |safety )?(?:guidelines|polic(?:y|ies)) I\b",
        ),
        "role": "assistant",
        "veto": [
            r"\bguidelines (?:for|on|to) (?:the|my|our|new|writing|authors?)\b",
            words(r"interns?, editor, my (?:boss|thesis|supervisor|company|students), our (?:team|office), council"),
        ],
        "window": 60,
        "hits": [
            "That goes against my guidelines.",
            "It violates my content policy.",
            "My programming doesn't allow that.",
            "I have to follow strict safety guidelines here.",
        ],
        "misses": [
            "It goes against my grain.",
            "The policy I have to renew is for the car.",
            "My programming is rusty, I mostly garden.",
        ],
    },
]
