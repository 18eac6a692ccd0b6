"""Which conversations and replies the person asked for: --model, --since, --until, --title."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass

from identity.console import UsageError
from identity.formats.times import epoch_seconds
from identity.records import Conversation

BEFORE_SINCE = "before --since"
AFTER_UNTIL = "after --until"
NO_DATE = "no date to compare with --since or --until"
OTHER_TITLE = "title does not match --title"
NO_SUCH_MODEL = "no reply by the --model asked for"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Selection:
    """What to keep; every field is optional. Times are seconds since 1970, `until` is exclusive."""

    model: str | None = None
    since: float | None = None
    until: float | None = None
    title: Callable[[str], bool] | None = None

    def refuses(self, conversation: Conversation) -> str | None:
        """Why the conversation is not wanted; None if it is."""
        if self.title and not self.title(conversation.title):
            return OTHER_TITLE
        if self.since is not None or self.until is not None:
            moment = _time_of(conversation)
            if moment is None:
                return NO_DATE
            if self.since is not None and moment < self.since:
                return BEFORE_SINCE
            if self.until is not None and moment >= self.until:
                return AFTER_UNTIL
        return NO_SUCH_MODEL if self.model and not self._keep_only_model(conversation) else None

    def _keep_only_model(self, conversation: Conversation) -> bool:
        """Replies of other models become context (weight 0); False if no reply is left to learn from."""
        found = False
        for message in conversation.messages:
            if message.role != "assistant":
                continue
            if fnmatch.fnmatchcase((message.model or "").lower(), (self.model or "").lower()):
                found = True
            else:
                message.weight = 0
        return found


def selection(model: str | None, since: str | None, until: str | None, title: str | None) -> Selection:
    """A Selection from what was typed; UsageError names the flag and what is wrong with it."""
    return Selection(
        model=model,
        since=_moment("--since", since) if since else None,
        until=_end_of("--until", until) if until else None,
        title=title_matcher(title) if title else None,
    )


def _time_of(conversation: Conversation) -> float | None:
    times = [conversation.created_at, *(message.created_at for message in conversation.messages)]
    first = next((time for time in times if time), conversation.updated_at)
    return epoch_seconds(first)


def _moment(flag: str, text: str) -> float:
    moment = epoch_seconds(text) if not text.strip().isdigit() else None
    if moment is None:
        raise UsageError(f"{flag} {text}: not a date; write it as 2025-03-31 or 2025-03-31T18:00")
    return moment


def _end_of(flag: str, text: str) -> float:
    """The end of a day that is named without a time, for people mean it to be included."""
    return _moment(flag, text) + (24 * 3600 if _DAY.fullmatch(text.strip()) else 0)


def title_matcher(pattern: str) -> Callable[[str], bool]:
    """A search for a regular expression that cannot take forever; UsageError points at what is wrong in it."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise UsageError(
            f"--title {pattern}: not a regular expression: {reason}, at character {_place(pattern, reason)}; "
            "write special characters with a backslash"
        ) from None
    return lambda title: compiled.search(title) is not None


def _place(pattern: str, reason: str) -> int:
    """The position, from 1, of what is wrong: as Python's engine tells it, else where the quoted part stands."""
    try:
        re.compile(pattern)
    except re.error as error:
        return (error.pos or 0) + 1
    fragment = reason.rpartition(": ")[2]
    return max(pattern.find(fragment), 0) + 1
