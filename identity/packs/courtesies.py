"""What assistants say by rote at the end and at the beginning, which is trimmed: off unless --packs names it."""

from __future__ import annotations

from typing import Any

from identity.packs import any_of, words

# What a customer wants, needs or meets with. A friend needs a lift.
_WANTING = (
    r"you(?:'d| would|'ve)? "
    + words(
        r"""
        like (?:me to|more|any|an?|another|to|some|help|further), prefer, rather, require, run into, get stuck,
        need (?:anything|any|more|further|help|me to|another|additional|something|assistance|clarification),
        want (?:me to|more|any|another|a different|some|to (?:go|see|dig|know|try|explore|dive|practi[sc]e)),
        want (?:it|this|that|them|the \w+) (?:\w+ )?(?:more|less|in|as|to|\w+er), hit (?:an?|any),
        have(?: got)? (?:any|more|further|other|additional|specific|questions|a (?:specific|particular))
        """
    )
    + r"|you(?:'re| are| were) "
    + words("unsure, stuck, not sure, looking for, after something, thinking of something, ready, interested")
)
# What an assistant offers to do next; a person offers tea, or to come.
_OFFERED = words(
    r"""
    write, draft, create, make, give, provide, explain, show, help, generate, turn, expand, outline, mark, list,
    suggest, rewrite, rephrase, summari[sz]e, translate, compare, adjust, shorten, polish, format, convert, sketch,
    tailor, elaborate, walk you, break (?:it|this|that), go (?:into|over|through|deeper), put together, dig,
    run through, tighten, trim, adapt, build, prepare, calculate, work out, design, describe, continue, share,
    recommend, include, look into, tell you (?:more|how|about), point out, lay (?:it|this|that) out,
    do (?:the same|another|one), map out, plan, edit, proofread, revise, research, quiz, test you, come up with,
    think of, find, add
    """
)
_HUMAN = words(
    r"""
    (?:like|want) me to (?:hold|drive|carry|leave|stay|bring|ring|call|phone|wait|stop|lie|wake|fetch|collect|cook|sit),
    (?:like|want) me to (?:pretend|kiss|sing|move|meet|text|book|buy|order|open|close|shut|feed|wash|iron|lend|pay),
    (?:like|want) me to (?:be (?:honest|blunt|quiet|there|kind)|come (?:with|over|round|along|and|in|back|home|to)),
    (?:like|want) me to (?:pick (?:you|it|him|her|up)|go (?:with|and|home|away|now|first)|get (?:you|him|her|the)),
    (?:like|want) me to (?:turn (?:off|on|up|down|back|the)|walk (?:you (?:home|to|back)|the)|(?:talk|speak) to|shout),
    (?:like|want) me to (?:take (?:you|him|her|the|it)|tell (?:him|her|them)|say|sleep),
    (?:make|cook|get) (?:you |us )?(?:a |some )?(?:cup of |pot of )?(?:tea|coffee|dinner|supper|breakfast|lunch|soup)
    """
)
_OPEN_TO = words(
    r"""
    ask, reach out, contact, let me know, share, get in touch, come back, return, follow up, message, write back, paste,
    drop, send (?:me|it|them|over), tell me, check back, reply, shout, ping, email, correct me, push back, upload,
    tweak, adjust, modify, customi[sz]e, adapt, personali[sz]e, edit, rephrase, expand, experiment, play around,
    (?:change|swap|add|replace|use|shorten|cut) (?:it|this|that|these|any|your own|the (?:names?|details?|wording|tone))
    """
)
_BEGINS = r"(?:^|[.!?…:)\n])[\s*_]*"  # of a sentence; only in a need, since what a pattern matches is trimmed
_HOPED = (
    r"\b(?:(?:and )?I (?:do |really )?)?hope (?:this|that|it|these|the (?:above|explanation|list|overview|information))"
    r" (?:\w+ )?(?:helps?|clarif(?:y|ies)|answers your question)\b"
)
_HELPING = r"\bI(?:'m| am|'d be|'ll be| would be)(?: always| more than| only too| very)* (?:happy|glad|here|delighted)"
_GLAD = any_of(
    r"\b(?:always |more than |only too )?(?:happy|glad|pleased) to (?:help|assist|clarify|elaborate)\b",
    r"\b(?:I'm |I am )?(?:glad|happy) (?:that )?I could (?:help|assist|be of)\b",
)
_ANYTHING_ELSE = [
    r"\b(?:anything|something) else (?:that )?I can (?:help|assist)(?: you)?(?: with)?\b",
    r"\banything else you(?:'d| would) like (?:help|to (?:know|ask|discuss|explore))\b",
    r"\bI(?:'m| am) (?:always )?here (?:whenever you need|if you have (?:any|more|further|other))\b",
]
SERVICE_CLOSES: list[dict[str, Any]] = [
    {
        "name": "let me know if",
        "pattern": r"\blet me know (?:if|whether|when) (?:"
        + _WANTING
        + r"|there(?:'s| is) (?:anything|something)|I can\b)",
        "forms": any_of(
            r"\b(?:if|should) (?:" + _WANTING + r")[^.!?\n]*,? (?:please |just |do )?let me know\b",
            r"\bif (?:that|this|it|anything|something|any of (?:this|that|these)) (?:feels|seems|looks|sounds|is|isn't"
            r"|doesn't|works|needs)\b[^.!?\n]*,? (?:please |just |do )?let me know\b",
            r"\blet me know (?:which|what|how) (?:\w+ ){0,2}(?:you(?:'d| would) (?:like|prefer)|you prefer)\b",
            r"\blet me know if (?:this|that|these|anything|any (?:part )?of (?:this|that|these|those|it)) (?:helps?"
            r"|makes? sense|works for you|needs?|answers|is (?:what|too|helpful|unclear)|isn't|sounds|looks|feels)\b",
            r"\blet me know if I(?:'ve| have| should)\b",
            r"\bplease let me know (?:if|whether|how|which|what)\b",
        ),
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Salt the water first. Let me know if you need anything else!",
            "It holds nine people. If you have other boats in mind, please let me know.",
        ],
        "misses": [
            "Let me know if you need more rope. I will come down with the old anchor and we shall see what the tide"
            " makes of us, since it has been patient all week and so have you, and the harbour master owes me a favour"
            " anyhow from last spring.",
            "The tide is late. Let me know if you need a lift.",
        ],
    },
    {
        "name": "feel free to",
        "pattern": r"\b(?:please )?(?:(?:don't|do not|never) hesitate|feel free|(?:'re|are) (?:always )?welcome) to "
        + _OPEN_TO,
        "forms": r"\bif you(?:'ve| have)(?: got)? any (?:(?:other|further|more|additional|specific) )?(?:questions"
        r"|concerns|doubts|queries)[^.!?\n]*, (?:just |please |I'm |I am |ask away|fire away|drop |shout|simply )",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        # To a third party, this is advice.
        "veto": r"\b(?:reach out|get in touch|contact|ask|share|tell)(?: with| for (?:\w+ )?(?:help|support))?(?: to|"
        r" from)? (?:an?|the|his|her|their|your|our|someone) (?:\w+ )?"
        + words(
            r"""
            doctor, gp, vet, pharmacist, nurse, therapist, counsel+or, lawyer, solicitor, teacher, bank, landlord,
            family, neighbou?rs?, friends?, partner, boss, manager, professional, community, support group, you trust,
            reception, staff, driver, waiter
            """
        ),
        "hits": [
            "It opens at nine. Feel free to reach out with any other questions.",
            "Here is the toast, in four lines. Feel free to adapt it.",
        ],
        "misses": ["Feel free to take the last pear.", "If the lump grows, do not hesitate to contact your vet."],
    },
    {
        "name": "I hope this helps",
        # A sentence of its own, which ends there or goes on about understanding; what helps a roof to last is none.
        "pattern": _HOPED,
        "need": [
            _BEGINS + _HOPED + r"[*_]*(?: )?(?:[.!,;:)…—–🙂😊]|$)",
            _BEGINS
            + _HOPED
            + " "
            + words(
                r"""
                you (?:get|understand|decide|choose|find|with|see|plan|pick|out|in your|on|feel|a bit|make|start), and,
                clarify, to clarify, clear, a (?:bit|little), for you, enough, things, the (?:difference|idea|concept)
                """
            ),
            r"\b(?:makes?|gives? you|clears?|helpful|useful|needed|wanted|clear|clearer|were|hopefully)\b",
        ],
        "forms": any_of(
            r"\b(?:I hope|hopefully),? (?:this|that|these)(?: \w+)? (?:makes? (?:it|things|that|sense)|clears? (?:it"
            r"|things|that) up|gives? you (?:some|an?|enough) (?:\w+ )?(?:ideas?|start|overview|picture|sense"
            r"|inspiration))\b",
            r"\bhopefully,? (?:this|that|these) (?:helps?|clarif(?:y|ies)|answers your question)\b",
            r"\b(?:I )?hope (?:this|that)(?:'s| is| was) (?:\w+ )?(?:helpful|useful|clear(?:er)?|what you (?:needed"
            r"|wanted|were))\b",
            r"\bI hope you find (?:this|it|these) (?:helpful|useful)\b",
        ),
        "window": 20,
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Turn it left, then pull. I hope this helps!",
            "The first is a noun. Hopefully that clears it up!",
            "It is the second door. Hope that's helpful.",
        ],
        "misses": [
            "I hope that works out for your sister.",
            "I hope it helps the roof last till spring.",
            "There were two socks in the parcel, and a card: they hope it helps.",
        ],
    },
    {
        "name": "would you like me to",
        "pattern": r"\bwould you like me to (?:\w+ )",
        "forms": any_of(
            r"\bwant me to (?:also )?" + _OFFERED,
            r"\b(?:if (?:you(?:'d| would)? (?:like|want|wish|prefer)|(?:it|that) (?:helps|would help)),? I(?: can|"
            r" could|'d be happy to|'ll)|shall I|should I|I (?:can|could) also|would it help if I|I(?:'m| am) happy to)"
            r" (?:also )?" + _OFFERED,
            r"\bI(?:'d be happy to| can| could|'ll) (?:also )?"
            + _OFFERED
            + r"[^.!?\n]*,? if (?:you(?:'d)? (?:like|want|wish|prefer)|(?:that|it)(?:'s| is| would be|'d be)?"
            r" (?:helpful|useful|of (?:use|interest)|help))\b",
            r"\b(?:would you like|do you want) (?:to (?:explore|know (?:more|how|what|why|about)|learn|hear more|dive"
            r"|discuss|delve|continue with|practi[sc]e|go (?:deeper|through|over)|work on|talk (?:more )?about|focus"
            r" on|start with)|(?:a few |some )?more (?:details?|information|examples|ideas|tips|suggestions|options)"
            r"|(?:an?|another|some|a few|the) (?:\w+ )?(?:examples?|versions?|templates?|list|summary|tips"
            r"|suggestions))\b",
            r"\b(?:tell me|share|send me|give me|let me have|say the word|just (?:ask|say))\b[^.!?\n]*(?:,| and)"
            r" I(?:'ll| can| will) " + _OFFERED,
            r"\bwhich (?:\w+ ){0,3}would you like (?:me )?to (?:start|explore|begin|focus|go|know|tackle)\b",
        ),
        "veto": [
            _HUMAN,
            r"\bme to tell you(?:[,.?]| or\b)",
            r"\b(?:how|what|that|if|when|where) you want me to\b|\b(?:they|he|she|we|who|people) want me to\b",
        ],
        "window": 40,
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Three cups of flour. Would you like me to suggest a filling?",
            "Done so far. If you want, I can draft it.",
            "It is a knot for two ropes. Do you want me to explain the second half?",
            "The plan has nine steps. I can turn it into a table if you like.",
        ],
        "misses": [
            "If you want, I can wait by the gate.",
            "You look pale. Would you like me to ring your sister?",
            "Shall I make some tea?",
            "Do you want me to water them while you are gone?",
        ],
    },
    {
        "name": "happy to help",
        # Of the speaker: a team that is always happy to help is somebody else.
        "pattern": _HELPING + r" to (?:help|assist|support you|answer)\b",
        "forms": any_of(_GLAD, *_ANYTHING_ELSE),
        "need": [_HELPING + " to", _BEGINS + "(?:" + _GLAD + ")", *_ANYTHING_ELSE],
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Use the blunt knife. I'm always happy to help!", "Use the blunt knife. Always happy to help."],
        "misses": ["She was happy to help the fox.", "The wardens are always happy to help."],
    },
]

_PRAISED = words(
    r"""
    great, excellent, fantastic, wonderful, good, brilliant, insightful, fascinating, interesting, thoughtful, lovely,
    important, profound, amazing, terrific, superb, astute, perceptive, deep, smart, clever, valid, outstanding,
    beautiful, powerful, incredible, delightful, inspiring, intriguing, compelling, exciting, charming, impressive,
    creative, moving, evocative, ingenious, marvel+ous, ambitious, touching, heartfelt, unique, stunning, vivid
    """
)
_EXCLAIMED = r"^[\s*_]*(?:(?:oh|ooh|ah|wow|well|hm+|yes|ha|now)[,!]? )*"
_SUCH = r"(?:an? |such an? )?(?:really |truly |absolutely |very |such |genuinely |incredibly )*(?:an? )?"
_PRAISE = _SUCH + _PRAISED + r"(?:,? (?:and )?" + _PRAISED + ")? "
_YES = r"^[\s*_]*(?:(?:yes|oh|why|okay|ah)[,!]? )?(?:certainly|absolutely|of course|sure thing|definitely|sure|gladly)"
_LOVED = r"I (?:really |absolutely |just )?love "
SYCOPHANT_OPENINGS: list[dict[str, Any]] = [
    {
        "name": "great question",
        "pattern": _PRAISED + r" (?:question|point|observation)\b",
        "forms": any_of(
            r"\b" + _LOVED + r"(?:(?:this|that|your) question|how you asked|(?:that )?you(?:'re| are) asking)\b",
            r"^[\s*_]*(?:great|excellent|brilliant|fantastic) (?:catch|thinking|instincts?)\b",
        ),
        "need": [
            _EXCLAIMED
            + r"(?:(?:what|that's|that is|this is|it's|you(?:'ve)? (?:ask|asked|raise|raised|make|made)),? )?"
            + _PRAISE
            + r"(?:question|point|observation)(?:[^\w\s]| (?:about|on|to ask|and one|indeed|you|there)\b)",
            r"\blove (?:this|that|your|how|you)\b",
            r"^[\s*_]*\w+ (?:catch|thinking|instincts?)[!,.]",
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
        r"|perfectly|quite|very|exactly|definitely|certainly|undoubtedly) (?:right|correct|spot on)\b",
        "forms": any_of(
            r"\byou(?:'re| are) (?:right|correct) to (?:question|point|push|call|notice|ask|flag|challenge|wonder|be"
            r" \w+)\b",
            r"\byou(?:'re| are) (?:right|correct)[,.!—-]+ (?:and )?(?:I apologi[sz]e|my (?:mistake|apologies)|I made a"
            r"|thank you for|thanks for (?:catching|pointing)|I should have)",
            r"^[\s*_]*(?:that's|that is) (?:absolutely|completely|totally|entirely|exactly) (?:right|correct)\b",
            r"^[\s*_]*(?:absolutely|exactly|completely) (?:right|correct)[!.,]",
            r"\byou (?:make|raise|bring up|have) an? (?:very |really )?" + _PRAISED + r" point\b",
            r"\bI (?:completely|totally|absolutely|wholeheartedly|couldn't) agree(?: with you| more)?\b",
        ),
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["You're absolutely right! The date was wrong, it is the ninth."],
        "misses": ["I am not sure that you're right about the ferry.", "You're right, and I'm cold."],
    },
    {
        "name": "certainly",
        "pattern": _YES + r"(?:, \w+)?!",
        "forms": any_of(
            r"^[\s*_]*(?:with pleasure|by all means|happy to help|of course I can|absolutely I can|I'd be (?:happy|glad"
            r"|delighted) to(?: help)?)!",
            # With more in the sentence only where that is no content either: a line that announces what follows.
            _YES + r"[,.—–-]+ here(?:'s| is| are) [^.!?\n]+:[\s*_]*\n",
            _YES + r"[,.—–-]+ (?:I'd|I would|I'll) be (?:happy|glad|delighted|pleased) to [^.!?\n]+[.!]",
            _YES + r"[,.—–-]+ (?:I can (?:help|assist|do that)[^.!?\n]*|happy to (?:help|assist))[.!]",
        ),
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": [
            "Certainly! Here is a name for the boat: Heron.",
            "Of course! The kettle goes on first.",
            "Sure, here are some names:\n\nHeron, Gull and Tern.",
        ],
        "misses": ["Absolutely.", "Of course the kettle goes on first.", "Sure, here is the name: Heron."],
    },
    {
        "name": "what a great",
        "pattern": _EXCLAIMED
        + r"(?:what|that's|that is|this is|it's|such) "
        + _PRAISE
        + words(
            r"""
            question, idea, thought, way, insight, reflection, topic, choice, perspective, poem, story, concept,
            premise, observation, metaphor, image, prompt, approach, project, plan, goal, theme, suggestion,
            sentiment, analogy, theory, argument, solution, request, combination, scene, draft, title, initiative,
            comparison, twist, ending, angle
            """
        ),
        "forms": _EXCLAIMED
        + _LOVED
        + r"(?:this|that|your) (?:\w+ )?(?:idea|concept|approach|premise|perspective|thinking|image|metaphor|theme"
        r"|project)\b",
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
