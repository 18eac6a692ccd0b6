"""How assistants write, which only its density tells: off unless --packs names it."""

from __future__ import annotations

from typing import Any

# "Not this, but that": what is denied, then what is affirmed of the same subject. Between the two halves a comma, a
# stop or a dash. A condition before it ("if it is not ...") is caught with it, so that the veto sees it.
_CONDITION = r"(?:\b(?:if|when|whenever|unless|until) [^.!?\n,;—]*)?"
_DENIED = r" [^.!?\n;—]+(?: )?[,;.:—–-]+(?: )?"
_AFFIRMED = (
    r"(?:a|an|the|to|for|because|about|in|on|from|with|through|by|as|how|what|whether|your|his|her|their|our|one)"
)
CONTRASTS: list[dict[str, Any]] = [
    {
        "name": "not X but Y",
        "pattern": _CONDITION + r"\b(?:isn't|wasn't|is not|was not|was never|it's not|that's not|this's not|he's not"
        r"|she's not)" + _DENIED + r"(?:it's|it is|it was|this is|that's|that is|they're|they are|he's|she's|he is"
        r"|she is|he was|she was)\b",
        "forms": "|".join(
            [
                _CONDITION
                + r"\b(?:aren't|weren't|are not|were not|they're not)"
                + _DENIED
                + r"they(?:'re| are| were)\b",
                _CONDITION
                + r"\byou(?: aren't| weren't|'re not| are not| were not)"
                + _DENIED
                + r"you(?:'re| are| were)\b",
                _CONDITION
                + r"\bwe(?: aren't| weren't|'re not| are not| were not)"
                + _DENIED
                + r"we(?:'re| are| were)\b",
                # It does one thing, not the other.
                _CONDITION + r"\byou (?:don't|didn't|do not|did not)" + _DENIED + r"you \w+",
                _CONDITION + r"\bshe (?:doesn't|didn't)" + _DENIED + r"she(?: |')\w+",
                _CONDITION + r"\bhe (?:doesn't|didn't)" + _DENIED + r"he(?: |')\w+",
                _CONDITION + r"\b(?:doesn't|does not)" + _DENIED + r"it(?: |')\w+",
                _CONDITION + r"\b(?:don't|do not)" + _DENIED + r"they(?: |')\w+",
                # In one sentence, with "but".
                r"(?:\bnot|n't) [^.!?\n;—,]+,? but (?:also |rather )?" + _AFFIRMED + r"\b",
                r"\bnot [^.!?\n;—,]+,? but \w+[.,;!?—]",
                r"\bnot (?:just|only|merely|simply) [^.!?\n;—]+,? but\b",
                r"\b(?:less an? [^.!?\n;—,]+ than an?|(?:n't|not) [^.!?\n;—,]+ so much as) \w+",
                r"\bnot an? [^.!?\n]+[.,] not an? [^.!?\n]+[.,]",
            ]
        ),
        "need": r"\b(?:not|never|less)\b|n't",
        "veto": r"^(?:if|when|whenever|unless|until)\b|\bnot yet\b|\b(?:any more|anymore|any longer)\b",
        "window": 0,
        "role": "assistant",
        "least": 2,
        "per_words": 200,
        "hits": [
            "It's not just a boat, it's a promise. And it's not about speed, it's about the water.",
            "A harbour doesn't keep ships, it lets them go. It is not a wall but a door.",
        ],
        "misses": [
            "It's not just a boat, it's a promise.",
            "It's late, it's raining, it's Tuesday.",
            "If it isn't dry, it's too early. If it isn't firm, it's too late.",
            "Not far, but it's steep. Not today, but we could go on Sunday.",
        ],
    },
]

VOCABULARY: list[dict[str, Any]] = [
    {
        "name": "assistant words",
        "pattern": r"\b(?:delv(?:e|es|ed|ing)|tapestry|testament to|multifaceted|intricate(?:ly)?|intricacies|pivotal"
        r"|underscor(?:e|es|ed|ing)"
        r"|seamless(?:ly)?|game-changer|nuanced|ever-(?:evolving|changing)|fast-paced|navigat(?:e|es|ing) (?:the|life"
        r"|life's|this)|foster(?:s|ed"
        r"|ing)?|realms?|embark(?:s|ed|ing)?(?: on)?|unlock(?:s|ed|ing)?|elevat(?:e|es|ed|ing)|vibrant|robust|holistic"
        r"|transformative|meticulous(?:ly)?|bustling|cutting-edge|harness(?:es|ing)?|empower(?:s|ed|ing)?|timeless)\b",
        "role": "assistant",
        "action": "score",
        "least": 3,
        "distinct": True,
        "per_words": 150,
        "hits": [
            "We delve into the intricate tapestry of tides, a testament to patience.",
            "A timeless craft in a fast-paced world fosters calm.",
        ],
        "misses": ["The vibrant scarf was robust.", "We delve, delve and delve again."],
    },
]

FORMAT: list[dict[str, Any]] = [
    {
        "name": "em dashes",
        "pattern": r"\w(?: )?—(?: )?\w",
        "role": "assistant",
        "action": "score",
        "habit": True,
        "mention": False,
        "least": 4,
        "per_words": 150,
        "hits": ["The tide — slow — came in — grey — and the boats — all nine — rose."],
        "misses": ["The tide — slow — came in."],
    },
    {
        "name": "bold list items",
        "pattern": r"(?m)^[ \t]*(?:[-*+•]|[0-9]+[.)])[ \t]+(?:\*\*[^*\n]+\*\*|__[^_\n]+__)",
        "role": "assistant",
        "action": "score",
        "habit": True,
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
        "habit": True,
        "mention": False,
        "least": 2,
        "per_words": 300,
        "hits": ["# The plan\n\nFirst we row.\n\n## The boat\n\nIt floats."],
        "misses": ["We are #1 in the regatta, and # is a hash."],
    },
    {
        "name": "emoji as bullets",
        "pattern": r"(?m)^[ \t]*(?:[-*][ \t]+)?[✅✔☑❌✖➡▶★⭐🌟✨⚡⚠🔹🔸🔥🔑🚀🧠💡🎯👉📌📍📝📚📅📈🛠🌱🌿🌍🏆🎨🎉💪]",
        "role": "assistant",
        "action": "score",
        "habit": True,
        "mention": False,
        "least": 2,
        "per_words": 300,
        "hits": ["✅ Oars\n🚀 Speed\n💡 Lamp"],
        "misses": ["That was fun 🚀🔥", "✨ oh you"],
    },
]
