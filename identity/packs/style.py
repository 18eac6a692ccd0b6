"""How assistants write, which only its density tells: off unless --packs names it."""

from __future__ import annotations

from typing import Any

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
