"""The phrases that the filter takes, as plain data: one list a pack, joined by name in PACKS of presets.py.

A phrase is searched without regard to case, in a message's own words only: not in code, block quotes, links or
quoted speech. In every pattern below a blank stands for any white space (with Markdown emphasis around it), an
apostrophe for all apostrophes, a hyphen between letters for all hyphens. Patterns are RE2: no lookaround. To reach over
a stretch of a sentence write [^.!?]+ and not [^.!?]{1,60}: counting makes the search of all phrases at once slow.

  pattern      the phrase, as the statistics show it
  forms        more word forms, counted under the same pattern
  need         taken only if this is found near it (jargon has company)
  veto         passed if this is found near it (the words are meant literally)
  sure         taken, whatever veto says
  window       what "near" means: characters on either side (default 100)
  mention      False: "the phrase" before it says nothing (default True)
  earned_by    passed if the other side said this shortly before (in the last four messages)
  earned_here  passed if this is found in the message itself
  harmless     stretches that earned_by and earned_here overlook ("my phone died")
  idle_after   taken only if the last thing the other side said has this (or is not known, or has a harmless stretch)
  idle_here    or if the message itself has this

All but the first two, window and mention are one pattern or a list of which any counts.

Besides, used by the packs that are off by default:

  role         assistant or user: whose messages (default any). assistant is the voice
  position     start or end: only there (default anywhere), within so many characters (60 and 200)
  action       drop (default); mask: stays as context that is not learned; trim: the sentence goes; score: only noted
  least        so many hits in a message (default 1), counted once each with distinct, for every per_words words
  habit        True: where the voice's own habit is known, far more than is usual for it instead (see UNUSUAL)
  hits, misses examples that it must find and must not (any pack): make test tries them

These files import nothing of the project but `words` and `any_of`.
"""

from __future__ import annotations

import re


def words(text: str) -> str:
    """A pattern for any of the words or phrases between the commas, each a pattern of its own."""
    return r"\b(?:" + "|".join(" ".join(word.split()) for word in re.split(r",\s+", text.strip())) + r")\b"


def any_of(*patterns: str) -> str:
    """A pattern for any of these."""
    return "|".join(patterns)
