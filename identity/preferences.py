"""What one message says about one answer against another, and how sure that is: for preference and kto rows.

The strengths, the surest first; every row bears its own as `source`:

- "side by side": two answers were shown and the person picked one;
- "rated": thumbs. Of a pair, thumbs down for the answer that was turned down: thumbs up for the kept one say nothing
  against an answer that was merely not gone on with, so such a pair stays regenerated;
- "regenerated": the person asked again, or went back, and went on with another answer. Perhaps only to see more.

Only the kept reply is ever preferred: the person went on with it, and the filter judges it and no other answer. So an
answer with thumbs up beside a kept reply gives no row. A kept reply that was rated down is preferred to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from identity.records import Alternative, Message

SIDE_BY_SIDE = "side by side"
RATED = "rated"
REGENERATED = "regenerated"
STRENGTHS = (SIDE_BY_SIDE, RATED, REGENERATED)

# What --preferences takes: the strengths that are written.
CHOICES = {"explicit": STRENGTHS[:1], "rated": STRENGTHS[:2], "all": STRENGTHS}

# Why an answer gives no row: words for people, after a count of answers.
CONTEXT_ONLY = "beside a reply that is context only (weight 0)"
NO_QUESTION = "to no question that is still there"
GREETING = "another greeting of a character"
UNKNOWN_KIND = "of a kind not known here"
EMPTY = "empty"
SAME_TEXT = "with the text of the kept reply"
BEGINNING = "of which one is the beginning of the other"
KEPT_RATED_DOWN = "beside a kept reply that is rated down"
RATED_UP = "rated up although another was kept"
REPEATED = "found twice"


class Judgement(NamedTuple):
    """One answer and what is known about it; `reason` says why it gives no row, "" if it gives one."""

    text: str
    strength: str = ""
    reason: str = ""
    is_wanted: bool = False


def turned_down(reply: Message, is_asked: bool) -> list[Judgement]:
    """Of a kept reply every other answer, as the rejected side of a pair; the surest first."""
    judged = [_judge_pair(reply, other, is_asked) for other in reply.alternatives]
    return sorted(judged, key=_sureness)


def labelled(reply: Message, is_asked: bool) -> Iterator[Judgement]:
    """The reply itself, if anything is known about it, and its other answers, each on its own."""
    pairs = turned_down(reply, is_asked)
    if own := _judge_kept(reply, pairs, is_asked):
        yield own
    for other in reply.alternatives:
        judgement = _judge_other(reply, other, is_asked)
        if judgement.strength == REGENERATED and reply.rating == -1:
            judgement = Judgement(other.content, reason=KEPT_RATED_DOWN)
        yield judgement


def same_words(text: str) -> str:
    """The text with all white space made alike: what differs in nothing else is no preference."""
    return " ".join(text.split())


def _judge_pair(reply: Message, other: Alternative, is_asked: bool) -> Judgement:
    judgement = _judge_other(reply, other, is_asked)
    if judgement.strength and reply.rating == -1:
        return Judgement(other.content, reason=KEPT_RATED_DOWN)
    return judgement


def _judge_other(reply: Message, other: Alternative, is_asked: bool) -> Judgement:
    """Another answer by itself: what is known against it, or why it is no matter of preference."""
    reason = _reason_against(reply, other, is_asked)
    if reason:
        return Judgement(other.content, reason=reason)
    if other.kind == SIDE_BY_SIDE:
        return Judgement(other.content, SIDE_BY_SIDE)
    return Judgement(other.content, RATED if other.rating == -1 else REGENERATED)


def _reason_against(reply: Message, other: Alternative, is_asked: bool) -> str:
    kept, turned_away = same_words(reply.content), same_words(other.content)
    tests = (
        (GREETING, other.kind == "greeting"),
        (UNKNOWN_KIND, other.kind not in (SIDE_BY_SIDE, REGENERATED)),
        (NO_QUESTION, not is_asked),
        (CONTEXT_ONLY, not reply.weight),
        (EMPTY, not kept or not turned_away),
        (SAME_TEXT, kept == turned_away),
        (BEGINNING, kept.startswith(turned_away) or turned_away.startswith(kept)),  # cut off, or went on
        (RATED_UP, other.rating == 1),
    )
    return next((reason for reason, holds in tests if holds), "")


def _judge_kept(reply: Message, pairs: list[Judgement], is_asked: bool) -> Judgement | None:
    """The kept reply by its own thumbs, else by what it was preferred to; None if nothing is known about it."""
    preferred_to = [pair.strength for pair in pairs if pair.strength]
    if not reply.rating and not preferred_to:
        return None
    if not is_asked or not reply.weight:
        return Judgement(reply.content, reason=CONTEXT_ONLY if is_asked else NO_QUESTION)
    if not same_words(reply.content):
        return Judgement(reply.content, reason=EMPTY)
    if SIDE_BY_SIDE in preferred_to:
        return Judgement(reply.content, SIDE_BY_SIDE, is_wanted=True)
    if reply.rating:
        return Judgement(reply.content, RATED, is_wanted=reply.rating > 0)
    return Judgement(reply.content, REGENERATED, is_wanted=True)  # thumbs down for another are none up for this


def _sureness(judgement: Judgement) -> int:
    return STRENGTHS.index(judgement.strength) if judgement.strength else len(STRENGTHS)
