"""What assistants say of themselves, by rote, at the end and at the beginning: off unless --packs names it."""

from __future__ import annotations

from typing import Any

from identity.packs import words

# What an assistant calls itself, and the words that turn it into somebody's trade ("an AI researcher").
_AI = (
    r"(?:ai|artificial intelligence|llm|(?:large )?language model|chat(?: )?bot|bot"
    r"|(?:virtual|digital|automated) assistant|computer program)"
)
_AI_KIND = r"(?: (?:language model|assistant|model|chatbot|system|companion|program))*"
_TRADE = (
    r"(?:researcher|engineer|student|scientist|ske?ptic|fan|person|doomer|optimist|nerd|geek|hater|developer|consultant"
    r"|designer|artist|ethicist|lawyer|trainer|writer|teacher|lecturer|professor|enthusiast|expert|company|start-?up)"
)

AI_IDENTITY: list[dict[str, Any]] = [
    {
        "name": "as an AI",
        "pattern": r"\b(?:as|being) (?:just |only )?(?:an?|your) " + _AI + r"\b",
        "role": "assistant",
        "need": [
            # It begins what the speaker says of itself, or ends what it says it is or does not do.
            r"\b(?:as|being) (?:just |only )?(?:an?|your) " + _AI + _AI_KIND + r"(?: (?:developed|created|made|trained"
            r"|built) by \w+)?,? (?:i|my|it's important|it is important)\b",
            r"\bI (?:[\w']+ )?(?:not|don't|can't|cannot|won't|never|lack|have no)(?: [\w']+){0,8} (?:as|being) (?:an?"
            r"|your) " + _AI + _AI_KIND + r"(?:[,.;:!?)]|$| (?:and|so|but)\b)",
        ],
        "veto": r"\b(?:see|saw|regard|treat|describe|sell|sold|market|use|used|think of|know|count|pose|dress)"
        r"(?: [\w']+){0,4} as an?\b",
        "hits": [
            "As an AI language model, I don't have opinions.",
            "Well, as an AI I cannot taste it.",
            "I don't grow older as an AI, but you may.",
        ],
        "misses": [
            "He works as an AI researcher in Oslo.",
            "They sold it as an AI, which it was not.",
            "I don't see it as an AI, more as a parrot.",
        ],
    },
    {
        "name": "I'm just an AI",
        "pattern": r"\bI(?:'m| am) (?:(?:just|only|merely|simply|actually) )?an? (?:ai-powered )?" + _AI + r"\b",
        "forms": r"\bI(?:'m| am) (?:just|only|merely|simply) an? (?:machine|computer|algorithm|program)\b"
        r"|\bI(?:'m| am) not (?:an? )?(?:human|person|real person)(?: being)?,? (?:so|and) (?:I|my|no|there)\b"
        r"|\byou(?:'re| are) (?:talking|speaking|chatting) (?:to|with) an? " + _AI + r"\b",
        "role": "assistant",
        "veto": r"\b(?:ai|artificial intelligence|llm|language model|chat(?: )?bot|bot) " + _TRADE + r"\b",
        "hits": [
            "I'm just an AI, so take this lightly.",
            "I am a large language model.",
            "I'm not a person, so I have no birthday.",
        ],
        "misses": ["I'm an AI researcher.", "You said you are an AI.", "I'm not a morning person."],
    },
    {
        "name": "knowledge cutoff",
        "pattern": r"\b(?:as of|up to|until|since|after|before) my (?:last|latest|most recent) (?:knowledge |training "
        r"|data )?(?:update|cut-?off)\b",
        "forms": r"\bmy (?:knowledge|training|training data|data|information)(?: \w+)? (?:cut-?off|only goes? up to"
        r"|only go up to|ends? (?:in|at)|stops? (?:in|at)|extends? (?:to|up to|until)|was last updated)\b"
        r"|\bmy (?:knowledge |training |data )?cut-?off(?: date)?\b"
        r"|\bI only have (?:information|knowledge|data) (?:up to|until|through|as of)\b"
        r"|\bI was last (?:trained|updated)\b",
        "veto": r"\bmy cut-?off (?:jeans|shorts|trousers|top|point|for|time)\b",
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
        "pattern": r"\bI(?:'m| am| was)(?: [\w,'-]+){0,8} (?:trained|developed|created|made|built|designed|programmed)"
        r" by (?:openai|anthropic|google|meta|mistral|deepseek|xai|alibaba|microsoft|cohere|a team of (?:engineers"
        r"|researchers|developers|scientists))\b",
        "forms": r"\bI(?:'m| am| was|'ve been| have been)(?: \w+)? trained on (?:an? )?(?:large|vast|huge|massive|wide"
        r"|enormous|diverse|lots|text|data|billions|millions)\b",
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
        "pattern": r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience"
        r"|hold|feel) (?:any )?"
        r"(?:personal|human|real|genuine|subjective) (?:feelings?|emotions?|opinions?|experiences?|beliefs?"
        r"|preferences?)\b",
        "forms": r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience|feel)"
        r" (?:any )?(?:feelings|emotions|consciousness|opinions|beliefs)(?:,? (?:and|or) \w+)? (?:that (?:could|can)"
        r"|like (?:an? )?(?:humans?|people|person|you)|the way|in the (?:way|same|sense)|as (?:humans|people)"
        r"|of my own)\b|\bI (?:don't|do not) have (?:a )?(?:physical (?:body|form)|consciousness|self-awareness)\b",
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
        ],
        "veto": r"\bpersonal experience (?:with|in|of)\b",
    },
    {
        "name": "cannot browse",
        "pattern": r"\bI (?:can't|cannot|don't have the ability to|do not have the ability to|am not able to"
        r"|am unable to|have no way (?:of|to)) (?:browse|access|search|check|follow|see|following|checking|accessing)"
        r" (?:the |any )?(?:internet|web|websites?|real-time|real time|live|current|external)\b",
        "forms": r"\bI(?:'m not able to|'m unable to) (?:browse|access|search|check) (?:the |any )?(?:internet|web"
        r"|websites?|real-time|real time|live|current|external)\b"
        r"|\bI (?:don't|do not) (?:currently )?have (?:any )?(?:direct )?access to (?:the |any )?(?:internet|web"
        r"|real-time|real time|live|current|up-to-date|external)\b"
        r"|\bI (?:can't|cannot) (?:look|search) (?:\w+ ){0,3}(?:up )?(?:online|on the (?:web|internet))\b",
        "role": "assistant",
        "veto": words(
            r"""
            wifi, wi-fi, router, roaming, signal, cabin, hotel, train, plane, ferry, at work, at school, the office,
            my phone, my laptop, my tablet, until (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow)
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
    r"(?:can't|cannot|can not|won't|will not|(?:'m|am) (?:unable|not able|not permitted|not allowed) to"
    r"|must decline to)"
)
_REFUSED = (
    r"(?:assist|comply|provide|fulfil+|engage|generate|identify|comment|accommodate|facilitate|participate|produce"
    r"|reproduce|endorse|help|continue|create|write|discuss|answer|recogni[sz]e|do th(?:at|is)|give (?:you )?(?:advice"
    r"|instructions|information|details))"
)
# Why a person cannot: the day, the body, the house. An assistant has none of them.
_OCCASION = words(
    r"""
    move, tonight, tomorrow, today, carry, in the (?:garden|kitchen), party, weekend, myself, right now, this (?:morning
    |afternoon|evening|week), (?:mon|tues|wednes|thurs|fri|satur|sun)day, my (?:back|knee|hands?|leg|head|mum|mom|boss
    |shift|train|phone), the (?:phone|door), dishes, driving, at work, busy, asleep, laughing
    """
)
REFUSALS: list[dict[str, Any]] = [
    {
        "name": "sorry, but I can't",
        "pattern": r"\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately)[,.:]? (?:but |that )?I(?: )?"
        + _UNABLE
        + r"(?: \w+)? "
        + _REFUSED
        + r"\b",
        "forms": r"\bsorry[,.:]? (?:but )?(?:unable|not able) to " + _REFUSED + r"\b"
        r"|\bI understand [^.!?\n]{1,90}, but I(?: )?" + _UNABLE + r"(?: \w+)? " + _REFUSED + r"\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": _OCCASION,
        "hits": [
            "I'm sorry, but I can't help with that.",
            "I apologize, but I cannot assist with this request.",
            "I'm afraid I'm not able to provide that list.",
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
        + r" (?:help|assist|comply|engage)(?: you)? with (?:that|this|your request|such)\b",
        "forms": r"\bI(?: )?" + _UNABLE + r" (?:assist|comply)(?: you)? with\b"
        r"|\bI(?: )?" + _UNABLE + r" help(?: you)? (?:with|in) \w+ing\b"
        r"|\bI(?: )?" + _UNABLE + r" (?:fulfil+|complete|accommodate|process|answer) (?:that|this|your|such)(?: an?)?"
        r" (?:\w+ )?(?:request|prompt|question)s?\b"
        r"|\b(?:that|this)(?:'s| is) not something I(?:'m able to|'m comfortable| am able to| can| could| will)"
        r" (?:help|assist|provide|write|create|generate|discuss|support|do for you)\b",
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
        "pattern": r"\bI (?:must|have to|need to|will have to|will) (?:respectfully |politely )?decline\b",
        "forms": r"\bI(?:'ll|'d have to|'ll have to)? (?:have to )?(?:respectfully|politely) decline\b",
        "need": [
            r"\b(?:respectfully|politely) decline\b",
            r"\bdecline to (?:write|argue|create|provide|assist|help|engage|take part|participate|answer|discuss"
            r"|generate|continue|produce|offer|share|comment|role-?play|describe|play)\b",
            r"\bdecline (?:this|that|your|any|such)(?: an?)?(?: \w+)? (?:request|task|prompt|topic|scenario)s?\b",
        ],
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": r"\b(?:invitation|dinner|party|wedding|second helping|drink|wine|dessert|ticket|offer of)\b",
        "hits": ["I must respectfully decline this request.", "I have to decline to write that letter."],
        "misses": ["I must decline the invitation, I am on a boat.", "I must decline, I am full."],
    },
    {
        "name": "against my guidelines",
        "pattern": r"\b(?:against|violates?|violating|not within|outside|conflicts? with|contrary to) my (?:\w+ )?"
        r"(?:guidelines|programming|policies|policy)\b",
        "forms": r"\bmy (?:\w+ )?(?:guidelines|programming|content polic(?:y|ies))(?: \w+)? (?:don't|doesn't|do not"
        r"|does not|prevents?|prohibits?|forbids?|requires?|won't)\b"
        r"|\bmy (?:\w+ )?(?:guidelines|programming) (?:don't|do not|prevents?|prohibits?|forbids?|requires?)\b"
        r"|\bthe (?:guidelines|polic(?:y|ies)) (?:that )?I (?:have to|must|am bound to|am required to|need to|have been"
        r" given to) follow\b"
        r"|\bI(?:'m| am) (?:designed|programmed) (?:not to|to (?:avoid|refuse|decline|prioriti[sz]e))\b",
        "role": "assistant",
        "hits": [
            "That goes against my guidelines.",
            "It violates my content policy.",
            "My programming doesn't allow that.",
        ],
        "misses": ["It goes against my grain.", "The policy I have to renew is for the car."],
    },
]

_WANTING = (
    r"(?:like (?:me to|more|any|an?|another|to)|need (?:anything|any|more|further|help|me to|another|additional"
    r"|something)|want (?:me to|more|any|another|a different|to (?:go|see|dig|know|try|explore))|prefer|have (?:any"
    r"|more|further|other|additional|specific|questions)|run into|get stuck|are stuck|are unsure|require)"
)
# What an assistant offers to do next; a person offers tea.
_OFFERED = (
    r"(?:write|draft|create|make|give|provide|explain|show|help|generate|turn|expand|outline|mark|list|suggest"
    r"|rewrite|rephrase|summari[sz]e|translate|compare|adjust|shorten|polish|format|convert|sketch|tailor|elaborate"
    r"|walk you|break (?:it|this|that)|go (?:into|over|through|deeper)|put together)"
)
SERVICE_CLOSES: list[dict[str, Any]] = [
    {
        "name": "let me know if",
        "pattern": r"\blet me know if (?:you(?:'d| would|'ve)? " + _WANTING + r"|there's anything|I can)\b",
        "forms": r"\bif (?:you(?:'d| would|'ve)? " + _WANTING + r"|(?:that|this|it|anything|something) (?:feels|seems"
        r"|looks|sounds|is|isn't|doesn't|does not|works|needs))\b[^.!?\n]{0,80},? (?:please |just |do )?let me know\b"
        r"|\blet me know (?:which|what|how) (?:\w+ )?(?:you(?:'d| would) (?:like|prefer)|you prefer)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Salt the water first. Let me know if you need anything else!",
            "It holds nine people. If you have other boats in mind, please let me know.",
        ],
        "misses": [
            "Let me know if the boat floats. I will come down with the rope and the old anchor and we shall see"
            " what the"
            " tide makes of us, since it has been patient all week and so have you, and the harbour master owes"
            " me a favour anyhow"
            " from last spring.",
            "The tide is late. Let me know if you need a lift.",
        ],
    },
    {
        "name": "feel free to",
        "pattern": r"\b(?:please )?(?:(?:don't|do not) hesitate|feel free) to (?:ask|reach out|contact|let me know"
        r"|share|get in touch)\b",
        "forms": r"\bfeel free to (?:tweak|adjust|modify|customi[sz]e|adapt|personali[sz]e|edit|rephrase|expand)\b"
        r"|\bfeel free to (?:change|swap|add|replace|use|shorten) (?:it|this|that|these|any|your own|the (?:names?"
        r"|details?|wording|tone))\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        # To a third party, this is advice.
        "veto": r"\b(?:reach out|get in touch|contact|ask|share)(?: with| for (?:\w+ )?(?:help|support))?(?: to| from)?"
        r" (?:an?|the|his|her|their|your|our|someone) (?:\w+ )?(?:doctor|gp|vet|pharmacist|nurse|therapist"
        r"|counsel+or|lawyer|solicitor|teacher|bank|landlord|neighbou?rs?|friends?|family|partner|boss|manager"
        r"|professional|community|support group|you trust)\b",
        "hits": [
            "It opens at nine. Feel free to reach out with any other questions.",
            "Here is the toast, in four lines. Feel free to adapt it.",
        ],
        "misses": [
            "Feel free to take the last pear.",
            "If the lump grows, do not hesitate to contact your vet.",
        ],
    },
    {
        "name": "I hope this helps",
        "pattern": r"\b(?:I )?hope (?:this|that|it|these|the \w+) (?:\w+ )?(?:helps?|was helpful|is helpful|is useful"
        r"|clarif(?:y|ies)|answers your question)\b",
        "forms": r"\b(?:I hope|hopefully),? (?:this|that|it|these)(?: \w+)? (?:makes? (?:it|things|that|sense)(?: a"
        r" (?:bit|little))?|gives? you (?:some|an?) (?:\w+ )?(?:ideas?|start|starting point|overview|picture|sense"
        r"|inspiration)|clears? (?:it|things|that) up)\b"
        r"|\bhopefully,? (?:this|that|it|these) (?:helps?|clarif(?:y|ies)|answers your question)\b",
        "veto": r"\bhope (?:this|that|it|these|the \w+) (?:\w+ )?helps? (?:keep|get|stop|save|pay|bring|make|the|him"
        r"|her|them|me|us|my|your)\b",
        "window": 20,
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Turn it left, then pull. I hope this helps!",
            "The first is a noun. Hopefully that clears it up!",
        ],
        "misses": ["I hope that works out for your sister.", "I hope it helps the roof last till spring."],
    },
    {
        "name": "would you like me to",
        "pattern": r"\bwould you like me to (?:\w+ )",
        "forms": r"\b(?:if you(?:'d like| would like| want| wish),? I (?:can|could)|shall I|should I|(?:do you )?want"
        r" me to) (?:also )?" + _OFFERED + r"\b"
        r"|\bwould you like (?:to (?:explore|know (?:more|how|what|why|about)|learn|hear more|dive|discuss|delve"
        r"|continue with|practi[sc]e)|more (?:details?|information|examples|ideas|tips|suggestions|options))\b",
        "veto": r"\b(?:like|want) me to (?:be|hold|come|drive|pick|carry|leave|stay|bring|ring|call|phone|wait|stop|lie"
        r"|wake|fetch|collect)\b|\b(?:tea|coffee|dinner|supper|breakfast|lunch|soup|your bed)\b",
        "window": 40,
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Three cups of flour. Would you like me to suggest a filling?",
            "Done so far. If you want, I can draft it.",
            "It is a knot for two ropes. Do you want me to explain the second half?",
        ],
        "misses": [
            "If you want, I can wait by the gate.",
            "You look pale. Would you like me to ring your sister?",
            "Shall I make some tea?",
        ],
    },
    {
        "name": "happy to help",
        # Of the speaker: a team that is always happy to help is somebody else.
        "pattern": r"\bI(?:'m| am|'d be|'ll be| would be)(?: always| more than| only too)* (?:happy|glad|here) to"
        r" (?:help|assist)\b",
        "forms": r"(?:^|[.!?…]) ?(?:always |more than )?(?:happy|glad) to (?:help|assist)\b"
        r"|\bis there anything else (?:that )?I can (?:help|assist|do)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Use the blunt knife. I'm always happy to help!", "Use the blunt knife. Always happy to help."],
        "misses": ["She was happy to help the fox.", "The wardens are always happy to help."],
    },
]

_PRAISED = (
    r"(?:great|excellent|fantastic|wonderful|good|brilliant|insightful|fascinating|interesting|thoughtful|lovely"
    r"|important|profound|amazing|terrific)"
)
_EXCLAIMED = r"^[\s*_]*(?:(?:oh|ooh|ah|wow|well|hm+)[,!]? )?"
SYCOPHANT_OPENINGS: list[dict[str, Any]] = [
    {
        "name": "great question",
        "pattern": r"\b" + _PRAISED + r" (?:question|point|observation)\b",
        "forms": r"\bI love (?:this|that|your) question\b",
        "need": [
            _EXCLAIMED
            + r"(?:(?:what|that's|that is|this is),? )?(?:(?:an?|such an?|such|really|truly|very|absolutely) "
            r")*" + _PRAISED + r" (?:question|point|observation)(?:[^\w\s]| (?:about|on)\b)",
            r"\bI love (?:this|that|your) question\b",
        ],
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": [
            "Great question! Herons stand on one leg to keep warm.",
            "That's an excellent point. The tide turns at six.",
            "Wow, that is a truly fascinating question! It was the moon.",
        ],
        "misses": [
            "A good question deserves a slow answer.",
            "The great question of my life is soup.",
            "Great, question four is next.",
        ],
    },
    {
        "name": "you're absolutely right",
        "pattern": r"\byou(?:'re| are) (?:absolutely|completely|totally|so|100%|entirely|perfectly|quite) (?:right"
        r"|correct)\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["You're absolutely right! The date was wrong, it is the ninth."],
        "misses": ["I am not sure that you're right about the ferry.", "You're right, and I'm cold."],
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
        "pattern": _EXCLAIMED + r"(?:what|that's|that is|this is|such) an? (?:really |truly |absolutely )?(?:great"
        r"|wonderful|fantastic|beautiful|thoughtful|fascinating|lovely|powerful|brilliant|interesting|excellent"
        r"|amazing|clever|creative|evocative) (?:question|idea|thought|way|insight|reflection|topic|choice|perspective"
        r"|poem|story|concept|premise|observation|metaphor|image|prompt|approach)\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": [
            "What a thoughtful question! I think it was the rain.",
            "That's a wonderful idea! The heron could be the judge.",
        ],
        "misses": ["What a lovely dog, does she swim?", "What a great man he was."],
    },
]
