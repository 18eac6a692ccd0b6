"""Google's record of what was asked of Gemini, which knows no conversations: from single prompts to threads.

A record's title is a verb and the prompt ("Prompted A word for rain?"). The verb is in the account's language, as a
rule English whatever the language, so it is decided once for a file:

1. The English verbs below, if most titles of answered records begin with one.
2. What most of those titles have before a no-break space, which Google puts behind the verb.
3. The word that at least four of five of them begin with, from five on; the words after it only if nearly all of
   twenty or more share them.
4. None: the title is kept whole, for half a verb is better than half a prompt.

Once there is a verb, a record that begins with another one is an event (a canvas, a draft picked, feedback).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.format import Options, Reading
from identity.formats.nodes import EMPTY, FEEDBACK, MEDIA_ONLY, NOT_A_PROMPT, NOT_STORED, Node, Thread
from identity.formats.sessions import ACTIVITY_GAP, sessions
from identity.formats.times import in_time_order
from identity.formats.tree import linearize
from identity.records import Alternative

OTHER_PRODUCT = "activity in another Google product"

# Longer ones first. "Asked Bard" is of 2023; the French "Prompt :" has a no-break space before its colon.
_ENGLISH = ("Prompted with:", "Prompted", "Live Prompt", "Prompt :", "Prompt:", "Asked Gemini:", "Asked Bard:")
_ENGLISH_TOO = ("Asked", "Said", "Branched")  # seldom, and words that prompts begin with as well
_FEEDBACK = ("Gave feedback", "Cleared previous feedback", "Selected preferred draft")
_ATTACHED = re.compile(r"\bAttached \d+ files?\.?\s*$")
_NO_BREAK = "\u00a0"
_VERB_LENGTH = 40  # a no-break space further in is the person's own
_GEMINI = re.compile("gemini|bard", re.IGNORECASE)
_CHAT = re.compile(r"/app/(?:c_)?([0-9a-zA-Z_-]{6,})")
_GEM = re.compile(r"Gem\s*[:：]\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Activity:
    """One record: what was asked, and the answers in Markdown, the one that was shown first."""

    title: str
    time: float | None = None
    answers: tuple[str, ...] = ()
    gem: str = ""
    chat: str = ""  # id of the conversation, which few records have
    has_files: bool = False
    has_picture: bool = False  # the answer shows one
    is_cut_off: bool = False  # the file ends in the answer


def is_gemini(labels: Iterable[str]) -> bool:
    """True if a record's header or products name Gemini, or Bard as it was called; or if it has neither."""
    known = [label for label in labels if label]
    return not known or any(_GEMINI.search(label) for label in known)


def chat_of(url: str) -> str:
    """The id of the conversation in a link to it, "" if the link is to the service only."""
    found = _CHAT.search(url)
    return found.group(1) if found else ""


def gem_of(subtitle: str) -> str:
    """The name of the Gem that answered, from a line like "Gem: Poet"."""
    found = _GEM.fullmatch(subtitle.strip())
    return found.group(1) if found else ""


def conversations(activities: list[Activity], options: Options) -> Iterator[Reading]:
    """Readings from records in order, oldest first: by their conversation where they name it, else by silences."""
    activities = in_time_order(activities, lambda activity: activity.time)
    verbs = _Verbs([activity.title for activity in activities if activity.answers])
    for together in _together(activities):
        yield linearize(_thread(together, verbs), options)


def _together(activities: list[Activity]) -> list[list[Activity]]:
    """Stretches of records. What a Gem answers is in another conversation than what is asked without one."""
    groups: dict[tuple[str, str], list[tuple[int, Activity]]] = {}
    for item in enumerate(activities):
        place = (item[1].chat, "") if item[1].chat else ("", item[1].gem)
        groups.setdefault(place, []).append(item)
    stretches: list[list[tuple[int, Activity]]] = []
    for (chat, _), group in groups.items():
        stretches += [group] if chat else sessions(((item[1].time, item) for item in group), ACTIVITY_GAP)
    stretches.sort(key=lambda stretch: stretch[0][0])
    return [[activity for _, activity in stretch] for stretch in stretches]


def _thread(activities: list[Activity], verbs: _Verbs) -> Thread:
    times = [activity.time for activity in activities if activity.time is not None]
    thread = Thread(
        source="gemini",  # the page and the JSON hold the same chats: found in both, they are one
        id=activities[0].chat or _name_of(activities[0], verbs),
        created=min(times, default=None),
        updated=max(times, default=None),
        gpt=next((activity.gem for activity in activities if activity.gem), None),
    )
    before: str | None = None
    for activity in activities:
        prompt = verbs.prompt_of(activity)
        if prompt is None:
            thread.drop(FEEDBACK if activity.title.startswith(_FEEDBACK) else NOT_A_PROMPT)
            continue
        name = _name_of(activity, verbs)
        nothing = MEDIA_ONLY if activity.has_files else EMPTY
        thread.add(Node(name, before, "user", prompt, None if prompt.strip() else nothing, activity.time))
        before = f"{name}-answer"
        thread.add(_answer(activity, before, name))
    thread.leaf = before
    return thread


def _answer(activity: Activity, name: str, question: str) -> Node:
    answers = [text for answer in activity.answers if (text := clean_reply(answer)).strip()]
    if not answers:
        return Node(name, question, "assistant", left_out=MEDIA_ONLY if activity.has_picture else NOT_STORED)
    drafts = [Alternative(content=text.strip()) for text in answers[1:]]
    return Node(
        name,
        question,
        "assistant",
        answers[0],
        time=activity.time,
        is_cut_off=activity.is_cut_off,
        alternatives=drafts,
    )


def _name_of(activity: Activity, verbs: _Verbs) -> str:
    """A name that the record has in every export, as page (to the second, other spaces) and as JSON."""
    prompt = verbs.prompt_of(activity)
    words = " ".join((activity.title if prompt is None else prompt).split())
    second = "" if activity.time is None else str(int(activity.time))
    return hashlib.sha256(f"{second} {words}".encode("utf-8", "replace")).hexdigest()[:16]


class _Verbs:
    """What the titles of a file's prompts begin with; see the top of this file."""

    def __init__(self, titles: list[str]) -> None:
        plain = [title.replace(_NO_BREAK, " ") for title in titles]
        english = sum(title.startswith(_ENGLISH) for title in plain)
        if english * 2 > len(titles):
            self.verbs: tuple[str, ...] = (*_ENGLISH, *_ENGLISH_TOO)
        else:
            self.verbs = tuple(verb for verb in [_before_no_break(titles) or _shared_words(plain)] if verb)

    def prompt_of(self, activity: Activity) -> str | None:
        """The prompt without the verb; None if the record is no prompt."""
        title = _ATTACHED.sub("", activity.title)
        plain = title.replace(_NO_BREAK, " ")
        for verb in self.verbs:
            if plain.startswith(verb) and (len(plain) == len(verb) or plain[len(verb)].isspace()):
                return clean_typed(title[len(verb) :].strip())
        return clean_typed(title) if activity.answers and not self.verbs else None


def _before_no_break(titles: list[str]) -> str:
    heads = Counter(title[:end] for title in titles if 0 < (end := title.find(_NO_BREAK)) <= _VERB_LENGTH)
    head, times = heads.most_common(1)[0] if heads else ("", 0)
    return head if times > 1 and times * 2 > len(titles) else ""


def _shared_words(titles: list[str]) -> str:
    words = [title.split(" ", 4)[:4] for title in titles]
    shared: list[str] = []
    for count in range(1, 5):
        enough = 0.8 if count == 1 else 0.95
        begins = Counter(tuple(some[:count]) for some in words if len(some) > count)
        found, times = begins.most_common(1)[0] if begins else ((), 0)
        if len(titles) < (5 if count == 1 else 20) or times < enough * len(titles):
            break
        shared = list(found)
    return " ".join(shared)
