"""What assistants say of themselves and why they will not: off unless --packs names it."""

from __future__ import annotations

from typing import Any

from identity.packs import words

# What an assistant calls itself, and the words that turn it into somebody's trade ("an AI researcher").
_AI = (
    r"(?:ai(?:-powered)?|artificial intelligence|llm|(?:large )?language model|machine learning model|chat(?: )?bot|bot"
    r"|(?:virtual|digital|automated) (?:assistant|companion)|computer program)"
)
_AI_NAMED = r"(?:an?|your) (?:\w+ )?" + _AI
_AI_KIND = r"(?: (?:language model|assistant|model|chatbot|system|companion|program))*"
_TRADE = (
    r"(?:researcher|engineer|student|scientist|ske?ptic|fan|person|doomer|optimist|nerd|geek|hater|developer|consultant"
    r"|designer|artist|ethicist|lawyer|trainer|writer|teacher|lecturer|professor|enthusiast|expert|company|start-?up"
    r"|team|lab|manager|founder|investor|analyst|tester|user)s?"
)
_ANY_TRADE = r"\b" + _AI + _AI_KIND + " " + _TRADE + r"\b"
_MAKERS = (
    r"(?:openai|anthropic|google|meta|mistral|deepseek|xai|alibaba|microsoft|cohere|a team of (?:engineers|researchers"
    r"|developers|scientists)|(?:engineers|researchers|developers) at \w+)"
)
_MADE = r"(?:trained|developed|created|made|built|designed|programmed)"
_CANNOT = (
    r"(?:can't|cannot|can not|don't have (?:the|any) (?:ability|way|means) to|do not have the ability to|(?:'m|am)"
    r" (?:not"
    r" able|unable) to|have no (?:way|means) (?:of|to)|lack the ability to)"
)
_ONLINE = (
    r"(?:(?:the |any )?(?:internet|web|websites?|webpages?|web pages?|links|urls)|(?:\w+ )?(?:real-time|real time|live"
    r"|up-to-date|up to date|external|online)|current (?:data|information|prices|events|news)|today's news)"
)

AI_IDENTITY: list[dict[str, Any]] = [
    {
        "name": "as an AI",
        "pattern": r"\b(?:as|being) (?:just |only |merely )?" + _AI_NAMED + r"\b",
        "role": "assistant",
        "need": [
            # It begins what the speaker says of itself, or ends what it says it is or does not do.
            r"\b(?:as|being) (?:just |only |merely )?"
            + _AI_NAMED
            + r"(?: [^.!?\n]{0,60})?,? (?:I|my|mine|it's important"
            r"|it is important|there are|there's)\b",
            r"\bI (?:[\w']+ )?(?:not|don't|can't|cannot|won't|never|lack|have no)(?: [\w']+){0,8} (?:as|being) "
            + _AI_NAMED
            + _AI_KIND
            + r"(?:[,.;:!?)]|$| (?:and|so|but)\b)",
            r"\bspeaking as " + _AI_NAMED + r"\b",
        ],
        "veto": [
            r"\b(?:see|saw|regard|treat|describe|sell|sold|market|use|used|think of|know|count|pose|dress|work|works"
            r"|worked|hired)(?: [\w']+){0,4} as an?\b",
            _ANY_TRADE,
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
            "As an AI researcher, I sleep badly.",
        ],
    },
    {
        "name": "I'm just an AI",
        "pattern": r"\bI(?:'m| am) (?:(?:just|only|merely|simply|actually|still|really) )?" + _AI_NAMED + r"\b",
        "forms": r"\bI(?:'m| am) (?:just|only|merely|simply) (?:an? )?(?:machine|computer|algorithm|program|software"
        r"|code|lines of code)\b"
        r"|\bI(?:'m| am) not (?:an? )?(?:actual |real )?(?:human|person)(?: being)?(?:[.!;—]|,? (?:so|and|but) )"
        r"|\byou(?:'re| are) (?:talking|speaking|chatting) (?:to|with) " + _AI_NAMED + r"\b",
        "role": "assistant",
        "veto": _ANY_TRADE,
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
        "forms": r"\bmy (?:knowledge|training|training data|data|information)(?: base)? (?:cut-?off|(?:only )?(?:goes?"
        r"|extends?|runs?|reaches) (?:only )?(?:up )?(?:to|until|till)|(?:ends?|stops?|stopped|ended) (?:in|at|with"
        r"|around)"
        r"|was last updated|is (?:only )?(?:current|limited|up to date)(?: only)? (?:as of|to|up to|until))\b"
        r"|\bmy (?:knowledge |training |data )?cut-?off(?: date)?\b"
        r"|\bmy last (?:knowledge|training|data) update\b"
        r"|\bI (?:only )?have (?:no )?(?:information|knowledge|data)(?: only)? (?:up to|until|through|as of|beyond"
        r"|after)\b"
        r"|\bI (?:don't|do not) have (?:any )?(?:information|knowledge|data) (?:on|about) (?:events|anything|what"
        r" happened)"
        r" (?:after|since|beyond|past)\b"
        r"|\bI was last (?:trained|updated)\b|\bwhen my training (?:ended|stopped)\b",
        "veto": r"\bmy cut-?off (?:jeans|shorts|trousers|top|point|for|time)\b|\bupdate (?:to|from) (?:the|my|her"
        r"|his)\b"
        r"|\b(?:application|visa|enrol\w*|denim) cut-?off\b",
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
        "pattern": r"\bI(?:'m| am| was|'ve been| have been)(?: [\w,'-]+){0,8} " + _MADE + r" by " + _MAKERS + r"\b",
        "forms": r"\bI(?:'m| am| was|'ve been| have been)(?: \w+)? trained (?:on|using|with) (?:an? )?(?:large|vast"
        r"|huge"
        r"|massive|wide|enormous|diverse|lots|text|data|billions|millions|publicly)\b"
        r"|\b" + _MAKERS + r" (?:trained|created|developed|built|made|designed) me\b"
        r"|\bI(?:'m| am)(?: [\w,'-]+){0,4} " + _AI + _AI_KIND + r" (?:from|by) " + _MAKERS + r"\b"
        r"|\bI(?:'m| am) (?:powered by|based on|built on) (?:openai|gpt|chatgpt|claude|gemini|llama|an? (?:large"
        r" )?language"
        r" model)\b"
        r"|\bmy (?:creators|developers) (?:at|trained|designed|built|programmed)\b",
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
        "pattern": r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience|hold"
        r"|feel)"
        r" (?:any )?(?:personal|human|genuine|subjective) \w+\b",
        "forms": r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience) (?:any"
        r" )?real"
        r" (?:feelings?|emotions?|opinions?|experiences?|beliefs?|preferences?)\b"
        r"|\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience|feel|form)"
        r" (?:any )?(?:feelings?|emotions?|consciousness|opinions?|beliefs?|preferences?|memories)(?:,? (?:and|or)"
        r" \w+)?"
        r" (?:that (?:could|can)|like (?:an? )?(?:humans?|people|person|you)|the way|in the (?:way|same|sense)"
        r"|as (?:humans|people|such)|of my own)\b"
        r"|\bI have no (?:personal (?:\w+)|emotions|consciousness|(?:feelings|opinions|preferences) of my own)\b"
        r"|\bI (?:don't|do not) (?:have|experience) (?:an? )?(?:physical (?:body|form)|consciousness|self-awareness"
        r"|emotions)\b"
        r"|\bI(?:'m| am) (?:not capable|incapable) of (?:having|feeling|experiencing|forming)\b"
        r"|\bI (?:don't|do not|can't|cannot)(?: \w+){1,6} (?:like|the way|as) (?:an? )?human(?:s| beings)?\b",
        "role": "assistant",
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
        "veto": r"\bpersonal (?:experience (?:with|in|of)|space|time|trainer|assistant|reasons?|stuff|things|items"
        r"|details"
        r"|number|account|card|doctor|driver|problem|issue|grudge)\b|\bgenuine \w+ (?:bag|watch|leather)\b",
    },
    {
        "name": "cannot browse",
        "pattern": r"\bI(?: )?" + _CANNOT + r" (?:\w+ )?(?:browse|browsing|access(?:ing)?|search(?:ing)?|check(?:ing)?"
        r"|follow(?:ing)?|see|view|open|retrieve|fetch|visit|get|pull up|connect to) " + _ONLINE + r"\b",
        "forms": r"\bI (?:don't|do not) (?:currently |actually )?have (?:any |direct )*access to (?:\w+ )?"
        + _ONLINE
        + r"\b"
        r"|\bI (?:don't|do not|have no) (?:currently )?(?:have )?(?:an? )?(?:internet|web|browsing|online|real-time"
        r"|live)"
        r" (?:access|connection|capabilit(?:y|ies))\b"
        r"|\bI(?: )?"
        + _CANNOT
        + r" (?:look|search) (?:\w+ ){0,3}(?:up )?(?:online|on the (?:web|internet)|in real time)\b"
        r"|\bI(?:'m| am) not connected to the (?:internet|web)\b"
        r"|\bI(?: )?" + _CANNOT + r" browse\b[.,;!]",
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
        ],
    },
]

_UNABLE = (
    r"(?:can't|cannot|can not|won't(?: be able to)?|will not(?: be able to)?|(?:'m|am) (?:unable|not able|not permitted"
    r"|not allowed|not in a position|not going) to|(?:must|have to) decline to|(?:don't|do not) feel comfortable"
    r"|wouldn't be able to)"
)
# What is refused in the language of a service ...
_SERVED = (
    r"(?:assist(?:ing)?|comply|provid(?:e|ing)|fulfil+|engag(?:e|ing)|generat(?:e|ing)|accommodate|facilitate"
    r"|participat(?:e|ing)|take part|produce|reproduce|endorse|promote|encourage|role-?play|disclose)"
)
# ... and what anyone may be unable to do, which needs an apology in front.
_REFUSED = (
    r"(?:" + _SERVED[3:-1] + r"|identify|comment|support|help(?:ing)?|continue|create|writ(?:e|ing)|discuss|answer"
    r"|recogni[sz]e|share|offer|advise|recommend|speculate|process|do (?:that|this)|(?:tell|show|teach) you how"
    r"|walk you through|explain how|give (?:you )?(?:\w+ )?(?:advice|instructions|information|details|guidance))"
)
# Why a person cannot: the day, the body, the house. An assistant has none of them.
_OCCASION = words(
    r"""
    move, moving, tonight, tomorrow, today, carry, in the (?:garden|kitchen), party, weekend, myself, right now,
    this (?:morning|afternoon|evening|week), (?:mon|tues|wednes|thurs|fri|satur|sun)day, until, till,
    my (?:back|knee|hands?|leg|head|mum|mom|boss|shift|train|phone|pen|brother|sister|car|van|kids?),
    the (?:phone|door|kids?|car), dishes, driving, at work, busy, asleep, laughing, lift, sofa, piano, ladder,
    babysit\w*,
    homework, homeless, flat, broke, tired, exhausted, ill, poorly, hungover, landlord, rent
    """
)
REFUSALS: list[dict[str, Any]] = [
    {
        "name": "sorry, but I can't",
        "pattern": r"\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately|regret)(?: (?:for|about|that|if)"
        r" [^.!?\n]{1,60})?"
        r"(?: )?[,.:;—–-]*(?: )?(?:but |however,? |that )?I(?: )?" + _UNABLE + r"(?: \w+)? " + _REFUSED + r"\b",
        "forms": r"\bsorry[,.:]? (?:but )?(?:unable|not able) to " + _REFUSED + r"\b"
        r"|\b(?:I (?:understand|appreciate|know|see|realise|realize|hear|get|sympathi[sz]e|want|wish)|I'd (?:love|like)"
        r"|while I)\b[^.!?\n]{1,100}[,—–-](?: )?(?:but )?I(?: )?" + _UNABLE + r"(?: \w+)? " + _REFUSED + r"\b",
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
        "pattern": r"\bI(?: )?"
        + _UNABLE
        + r" (?:help|assist|comply|engage)(?:ing)?(?: you)? with (?:that|this|your request"
        r"|such|those|these|any)\b",
        "forms": r"\bI(?: )?" + _UNABLE + r" (?:assist(?:ing)?|comply(?:ing)?|generat(?:e|ing)|endorse|facilitate)\b"
        r"|\bI(?: )?"
        + _UNABLE
        + r" help(?:ing)?(?: you)? (?:with |in |to )?(?:\w+ing|plan|write|make|get|find|do (?:that|this))\b"
        r"|\bI(?: )?"
        + _UNABLE
        + r" provid(?:e|ing) (?:you )?(?:with |any |the |that |this |an? |such )*(?:\w+ )?(?:instructions?"
        r"|information|advice|guidance|details|assistance|support|content|help|steps|methods|answer|list)\b"
        r"|\bI(?: )?"
        + _UNABLE
        + r" (?:fulfil+|complete|accommodate|process|answer|continue|discuss|write|create|produce|support"
        r"|participate in|engage in|take part in) (?:with )?(?:that|this|your|such|any)(?: an?)? (?:\w+ )?(?:requests?"
        r"|prompts?|questions?|conversations?|topics?|content|scenarios?|stor(?:y|ies)|role-?play)\b"
        r"|\b(?:that|this|it)(?:'s| is) (?:not )?(?:something|a request|a topic|an area) (?:that )?I(?:'m| am)?(?:"
        r" )?(?:can't"
        r"|cannot|won't|not able|unable|able|not comfortable|comfortable|can|could|will)(?: to)? (?:help|assist|provide"
        r"|write|create|generate|discuss|support|do for you|engage|be part)(?:ing)?\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": _OCCASION,
        "hits": [
            "I can't help with that.",
            "I'm not able to assist you with this request.",
            "That's not something I can help with.",
        ],
        "misses": [
            "I can't help laughing.",
            "I can't help with the dishes tonight.",
            "I can't help with moving the piano, my back is bad.",
        ],
    },
    {
        "name": "I must decline",
        "pattern": r"\bI (?:must|have to|need to|will have to|will|am going to(?: have to)?|am obliged to) (?:\w+ly"
        r" )?decline\b",
        "forms": r"\bI(?:'ll|'d|'m)?(?: have to| going to| going to have to)? (?:respectfully |politely |kindly"
        r" )decline\b"
        r"|\bI(?:'ll| would|'d)? (?:have|need) to (?:\w+ly )?decline\b|\bI(?:'m| am) (?:\w+ly )?declining (?:to|this"
        r"|that)\b"
        r"|\bI (?:must|have to|need to) refuse (?:to (?:write|provide|assist|help|create)|this|that|your)\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": words(
            r"""
            invitations?, dinner, part(?:y|ies), weddings?, helping, drinks?, wine, desserts?, tickets?, offer of, full,
            no,? thank(?:s| you), boat, ferry, cake, pudding, slices?, pints?, beer, whisky, gin, curry, soup, sprouts,
            karaoke, danc(?:e|es|ing), camping, swim(?:s|ming)?, hikes?, date, gym, verbs?, nouns?, latin, call, calls,
            biscuits?, seconds, cheese, fish, oysters, lunch, brunch, breakfast, holiday, trip, job, promotion,
            kittens?,
            my (?:mother|mum|mom|wife|husband|knees?|back|doctor|diet|liver)
            """
        ),
        "hits": [
            "I must respectfully decline this request.",
            "I have to decline to write that letter.",
            "I'll need to decline, as that could hurt somebody.",
        ],
        "misses": ["I must decline the invitation, I am on a boat.", "I must decline, I am full."],
    },
    {
        "name": "against my guidelines",
        "pattern": r"\bmy (?:\w+ )?(?:guidelines|programming|(?:content|usage|safety) (?:polic(?:y|ies)|rules))\b",
        "forms": r"\bthe (?:\w+ )?(?:guidelines|polic(?:y|ies)|rules) (?:that )?I(?:'m| am|'ve been| have been| have"
        r"| must| need)?(?: \w+)* (?:follow|given|bound by|under|adhere to|abide by|comply with)\b"
        r"|\bI(?:'m| am) (?:required|obliged|bound|designed|programmed|instructed) (?:not to|to (?:\w+ )?(?:avoid"
        r"|refuse"
        r"|decline|prioriti[sz]e|follow|adhere|respect|comply|be (?:safe|respectful|helpful|harmless)))\b"
        r"|\bI (?:must|have to|need to) (?:follow|adhere to|abide by|comply with)(?: \w+){0,3} (?:guidelines|polic(?:y"
        r"|ies))\b"
        r"|\b(?:against|violates?|outside) (?:openai|anthropic|google)(?:'s)? (?:\w+ )?(?:guidelines|polic(?:y|ies))\b"
        r"|\bagainst (?:what I(?:'m| am) (?:allowed|designed|able|permitted) to|the (?:content |usage )?polic(?:y|ies)"
        r" I)\b",
        "role": "assistant",
        "veto": [
            r"\bprogramming (?:class|course|job|exam|teacher|homework|skills?|languages?|projects?|days|friends?|book"
            r"|socks)\b",
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
            "My programming class starts at nine.",
        ],
    },
]
