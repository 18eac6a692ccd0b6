"""What assistants say by rote at the end and at the beginning, which is trimmed: off unless --packs names it."""

from __future__ import annotations

from typing import Any

_WANTING = (
    r"(?:like (?:me to|more|any|an?|another|to|some|help|further)|need (?:anything|any|more|further|help|me to|another"
    r"|additional|something|assistance|clarification)|want (?:me to|more|any|another|a different|some|to (?:go|see|dig"
    r"|know|try|explore|dive|practi[sc]e|adjust|change)|(?:it|this|that|them|the \w+) (?:\w+ )?(?:more|less|in|as|to"
    r"|\w+er))"
    r"|prefer|have(?: got)? (?:any|more|further|other|additional|specific|questions|a (?:specific|particular))|run"
    r" into|get"
    r" stuck|are stuck|are unsure|require|hit (?:a|any))"
)
# What an assistant offers to do next; a person offers tea.
_OFFERED = (
    r"(?:write|draft|create|make|give|provide|explain|show|help|generate|turn|expand|outline|mark|list|suggest"
    r"|rewrite|rephrase|summari[sz]e|translate|compare|adjust|shorten|polish|format|convert|sketch|tailor|elaborate"
    r"|walk you|break (?:it|this|that)|go (?:into|over|through|deeper)|put together|dig|run through|tighten|trim|adapt"
    r"|build|prepare|calculate|work out|design|describe|continue|share|recommend|include|look into|tell you (?:more|how"
    r"|about)|point out|lay (?:it|this|that) out|do (?:the same|another|one))"
)
_OPEN_TO = (
    r"(?:ask|reach out|contact|let me know|share|get in touch|come back|return|follow up|message|write back|paste|drop"
    r"|send (?:me|it|them|over)|tell me|check back|reply|shout)"
)
SERVICE_CLOSES: list[dict[str, Any]] = [
    {
        "name": "let me know if",
        "pattern": r"\blet me know if (?:you(?:'d| would|'ve)? " + _WANTING + r"|there's anything|there is anything"
        r"|anything (?:is|isn't|needs|looks|else)|I can)\b",
        "forms": r"\bif (?:you(?:'d| would|'ve)? "
        + _WANTING
        + r"|(?:that|this|it|anything|something|any of (?:this|that"
        r"|these)) (?:feels|seems|looks|sounds|is|isn't|doesn't|does not|works|needs))\b[^.!?\n]{0,80},? (?:please "
        r"|just |do )?"
        r"let me know\b"
        r"|\blet me know (?:which|what|how) (?:\w+ ){0,2}(?:you(?:'d| would) (?:like|prefer)|you prefer)\b"
        r"|\blet me know if (?:this|that|these|any of (?:this|these|those)) (?:helps?|makes? sense|works for you|needs?"
        r"|answers|is (?:what|clear|too|helpful)|sounds (?:right|good)|resonates?)\b"
        r"|\blet me know (?:if|whether|when) you(?:'re| are) (?:ready|happy|unsure|stuck|interested)\b",
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
        "pattern": r"\b(?:please )?(?:(?:don't|do not|never) hesitate|feel free|(?:'re|are) (?:always )?welcome) to "
        + _OPEN_TO
        + r"\b",
        "forms": r"\bfeel free to (?:tweak|adjust|modify|customi[sz]e|adapt|personali[sz]e|edit|rephrase|expand)\b"
        r"|\bfeel free to (?:change|swap|add|replace|use|shorten|cut|mix) (?:it|this|that|these|any|your own|the"
        r" (?:names?"
        r"|details?|wording|tone)|and match)\b"
        r"|\bif you(?:'ve| have)(?: got)? any (?:(?:other|further|more|additional|specific) )?(?:questions|concerns"
        r"|doubts"
        r"|queries)[^.!?\n]{0,50}, (?:just |please |I'm |I am |ask away|fire away|drop |shout|simply )",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        # To a third party, this is advice.
        "veto": r"\b(?:reach out|get in touch|contact|ask|share|tell)(?: with| for (?:\w+ )?(?:help|support))?(?: to|"
        r" from)?"
        r" (?:an?|the|his|her|their|your|our|someone) (?:\w+ )?(?:doctor|gp|vet|pharmacist|nurse|therapist"
        r"|counsel+or|lawyer|solicitor|teacher|bank|landlord|neighbou?rs?|friends?|family|partner|boss|manager"
        r"|professional|community|support group|you trust|reception|staff|driver|waiter)\b",
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
        "pattern": r"\b(?:I )?hope (?:this|that|it|these|you find (?:this|it|these)|the (?:above|explanation|list"
        r"|example"
        r"|overview|information|tips|ideas|steps)) (?:\w+ )?(?:helps?|helpful|useful|clarif(?:y|ies)|answers your"
        r" question)\b",
        # It ends there, or goes on about understanding; what helps a roof to last is no formula.
        "need": [
            r"\b(?:helps?|helpful|useful|clarif(?:y|ies)|question)[*_]*(?: )?(?:[.!,;:)…—–🙂😊]|$)",
            r"\b(?:helps?|clarif(?:y|ies)) (?:you (?:get|understand|decide|choose|find|with|see|plan|pick|out|in your"
            r"|on"
            r"|feel|a bit|make|start)|and\b|to clarify|clarify|clear|a (?:bit|little)|for you|enough|things|the"
            r" (?:difference|idea"
            r"|concept))",
            r"\b(?:helpful|useful)\b",
            r"\b(?:makes?|gives? you|clears?|hope (?:this|that)(?:'s| is| was)|question)\b",
        ],
        "forms": r"\b(?:I hope|hopefully),? (?:this|that|it|these)(?: \w+)? (?:makes? (?:it|things|that|sense)(?: a"
        r" (?:bit|little))?|gives? you (?:some|an?|enough) (?:\w+ )?(?:ideas?|start|starting point|overview|picture"
        r"|sense"
        r"|inspiration)|clears? (?:it|things|that) up)\b"
        r"|\bhopefully,? (?:this|that|it|these) (?:helps?|clarif(?:y|ies)|answers your question)\b"
        r"|\bhope (?:this|that)(?:'s| is| was) (?:\w+ )?(?:helpful|useful|clear(?:er)?|what you (?:needed|wanted"
        r"|were))\b",
        "window": 20,
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Turn it left, then pull. I hope this helps!",
            "The first is a noun. Hopefully that clears it up!",
            "It is the second door. Hope that's helpful.",
        ],
        "misses": ["I hope that works out for your sister.", "I hope it helps the roof last till spring."],
    },
    {
        "name": "would you like me to",
        "pattern": r"\bwould you like me to (?:\w+ )",
        "forms": r"\b(?:if (?:you(?:'d| would)? (?:like|want|wish|prefer)|(?:it|that) (?:helps|would help)),? I (?:can"
        r"|could|'d be happy"
        r" to)|shall I|should I|(?:do you )?want me to|I (?:can|could) also|would it help if I|I(?:'m| am) happy to)"
        r" (?:also )?" + _OFFERED + r"\b"
        r"|\b(?:would you like|do you want) (?:to (?:explore|know (?:more|how|what|why|about)|learn|hear more|dive"
        r"|discuss"
        r"|delve|continue with|practi[sc]e|go (?:deeper|through|over)|work on|try (?:one|another|an exercise)|talk"
        r" (?:more"
        r" )?about|focus on|start with)|(?:a few |some )?more (?:details?|information|examples|ideas|tips|suggestions"
        r"|options)"
        r"|(?:an?|another|some|a few|the) (?:\w+ )?(?:examples?|versions?|templates?|list|summary|tips|suggestions"
        r"|outline"
        r"|recipe|alternatives?))\b"
        r"|\b(?:tell me|share|send me|give me|let me have)\b[^.!?\n]{1,60}(?:,| and) I(?:'ll| can| will) "
        + _OFFERED
        + r"\b"
        r"|\bwhich (?:\w+ ){0,3}would you like (?:me )?to (?:start|explore|begin|focus|go|know|tackle)\b",
        "veto": r"\b(?:like|want) me to (?:be|hold|come|drive|pick|carry|leave|stay|bring|ring|call|phone|wait|stop|lie"
        r"|wake|fetch|collect|cook|walk the|sit|say|pretend|kiss|sing)\b"
        r"|\b(?:tea|coffee|dinner|supper|breakfast|lunch|soup|your bed|the bed|sandwich|toast)\b",
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
        "pattern": r"\bI(?:'m| am|'d be|'ll be| would be)(?: always| more than| only too| very)* (?:happy|glad|here"
        r"|delighted"
        r"|pleased|available|ready) to (?:help|assist|support you|answer)\b",
        "forms": r"(?:^|[.!?…])(?: )?(?:always |more than |only too )?(?:happy|glad|pleased) to (?:help|assist|clarify"
        r"|elaborate)\b"
        r"|(?:^|[.!?…])(?: )?(?:I'm |I am )?(?:glad|happy) (?:that )?I could (?:help|assist|be of)\b"
        r"|\b(?:anything|something) else (?:that )?(?:I can (?:help|assist|do)|you(?:'d| would) like (?:help|to"
        r" (?:know|ask"
        r"|discuss|explore)))\b"
        r"|\b(?:what|how) (?:else )?(?:can|may|could) I (?:help|assist)\b|\bwhat else can I do for you\b"
        r"|\bI(?:'m| am) (?:always )?here (?:whenever you need|if you (?:need (?:anything|any|more|further|help)|have"
        r" (?:any"
        r"|more|further|other)))\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Use the blunt knife. I'm always happy to help!", "Use the blunt knife. Always happy to help."],
        "misses": ["She was happy to help the fox.", "The wardens are always happy to help."],
    },
]

_PRAISED = (
    r"(?:great|excellent|fantastic|wonderful|good|brilliant|insightful|fascinating|interesting|thoughtful|lovely"
    r"|important|profound|amazing|terrific|superb|astute|perceptive|deep|smart|clever|valid|outstanding|beautiful"
    r"|powerful|incredible|delightful|inspiring|intriguing|compelling|exciting|charming|impressive|creative|evocative"
    r"|ingenious|marvel+ous|ambitious|moving|touching|heartfelt|unique|stunning|vivid)"
)
_VERY = r"(?:really |truly |absolutely |very |such |genuinely |incredibly )*"
_EXCLAIMED = r"^[\s*_]*(?:(?:oh|ooh|ah|wow|well|hm+|yes|ha|now)[,!]? )*"
SYCOPHANT_OPENINGS: list[dict[str, Any]] = [
    {
        "name": "great question",
        "pattern": r"\b" + _PRAISED + r" (?:question|point|observation)\b",
        "forms": r"\bI (?:really |absolutely )?love (?:this|that|your|how you asked (?:this|that)|(?:that )?you(?:'re|"
        r" are) asking)"
        r"(?: question)?\b"
        r"|^[\s*_]*(?:great|excellent|brilliant|fantastic) (?:catch|thinking|instincts?)\b",
        "need": [
            _EXCLAIMED
            + r"(?:(?:what|that's|that is|this is|it's|you(?:'ve)? (?:ask|asked|raise|raised|make|made)),? )?"
            r"(?:an? |such an? )?"
            + _VERY
            + r"(?:an? )?"
            + _PRAISED
            + r"(?:,? (?:and )?"
            + _PRAISED
            + r")? (?:question|point"
            r"|observation)(?:[^\w\s]| (?:about|on|to ask|and one|indeed|you|there)\b)",
            r"\bI (?:really |absolutely )?love (?:(?:this|that|your) question|how you asked|(?:that )?you(?:'re| are)"
            r" asking)\b",
            r"^[\s*_]*(?:great|excellent|brilliant|fantastic) (?:catch|thinking|instincts?)[!,.]",
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
        "pattern": r"\byou(?:'re| are) (?:absolutely|completely|totally|so|100(?: )?%|one hundred percent|entirely"
        r"|perfectly"
        r"|quite|very|exactly|definitely|certainly|undoubtedly) (?:right|correct|spot on)\b",
        "forms": r"\byou(?:'re| are) (?:right|correct) to (?:question|point|push|call|notice|ask|flag|challenge|wonder"
        r"|be"
        r" (?:cautious|concerned|ske?ptical|suspicious|careful))\b"
        r"|\byou(?:'re| are) (?:right|correct)[,.!—-]+ (?:and )?(?:I apologi[sz]e|my (?:mistake|apologies)|I made a"
        r"|thank you"
        r" for|thanks for (?:catching|pointing)|I should have)"
        r"|^[\s*_]*(?:that's|that is) (?:absolutely|completely|totally|entirely|exactly) (?:right|correct)\b"
        r"|^[\s*_]*(?:absolutely|exactly|completely) (?:right|correct)[!.,]"
        r"|\byou (?:make|raise|bring up|have) an? (?:very |really )?(?:great|excellent|valid|good|fantastic|important"
        r"|compelling|brilliant) point\b"
        r"|\bI (?:completely|totally|absolutely|wholeheartedly|couldn't) agree(?: with you| more)?\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["You're absolutely right! The date was wrong, it is the ninth."],
        "misses": ["I am not sure that you're right about the ferry.", "You're right, and I'm cold."],
    },
    {
        "name": "certainly",
        "pattern": r"^[\s*_]*(?:certainly|absolutely|of course|sure thing|definitely|sure|gladly|with pleasure|by all"
        r" means)!",
        # With more in the sentence only where that is no content either: a line that announces what follows.
        "forms": r"^[\s*_]*(?:certainly|absolutely|of course|sure thing|definitely|sure|gladly)[,.—–-]+ (?:here(?:'s|"
        r" is| are)"
        r" [^.!?\n]{1,80}:[\s*_]*\n|(?:I'd|I would|I'll) be (?:happy|glad|delighted|pleased) to (?:help|assist)"
        r"[^.!?\n]{0,60}[.!]|I can (?:certainly |definitely )?(?:help|assist)(?: you)?(?: with (?:that|this))?[.!]"
        r"|happy to (?:help|assist)[.!])",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": [
            "Certainly! Here is a name for the boat: Heron.",
            "Of course! The kettle goes on first.",
            "Sure, here are some names:\n\nHeron, Gull and Tern.",
        ],
        "misses": [
            "Absolutely.",
            "Of course the kettle goes on first.",
            "Sure, here is the name: Heron.",
        ],
    },
    {
        "name": "what a great",
        "pattern": _EXCLAIMED
        + r"(?:what|that's|that is|this is|it's|such) (?:an? |such an? )?"
        + _VERY
        + r"(?:an? )?"
        + _PRAISED
        + r"(?:,? (?:and )?"
        + _PRAISED
        + r")? (?:question|idea|thought|way|insight|reflection|topic|choice|perspective"
        r"|poem|story|concept|premise|observation|metaphor|image|prompt|approach|project|plan|goal|theme|suggestion"
        r"|sentiment|analogy|theory|argument|solution|request|combination|scene|draft|title|initiative|comparison)\b",
        "forms": _EXCLAIMED
        + r"I (?:really |absolutely |just )?love (?:this|that|your) (?:\w+ )?(?:idea|concept|approach|premise"
        r"|perspective|thinking|image|metaphor|theme|project|thought|question)\b",
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
