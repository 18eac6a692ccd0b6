"""Which conversations and replies the person asked for: the flags under "what to keep".

A conversation that is refused has one reason, the first of: title, project, GPT, date, model, turns, language.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from identity.console import UsageError
from identity.formats.times import epoch_seconds
from identity.records import Conversation
from identity.rows import pairs

BEFORE_SINCE = "before --since"
AFTER_UNTIL = "after --until"
NO_DATE = "no date to compare with --since or --until"
OTHER_TITLE = "title does not match --title"
NO_SUCH_MODEL = "no reply by the --model asked for"
NO_PROJECT = "in no project, and --project asks for one"
OTHER_PROJECT = "in another project than --project"
NO_GPT = "with no custom GPT, and --gpt asks for one"
OTHER_GPT = "with another GPT than --gpt"
TOO_FEW_TURNS = "fewer turns than --min-turns"
OTHER_LANGUAGE = "in another language than --language"
LANGUAGE_UNKNOWN = "too short to tell its language"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
NAMES_SHOWN = 6


@dataclass(frozen=True)
class Selection:
    """What to keep; every field is optional. Times are seconds since 1970, `until` is exclusive."""

    models: tuple[str, ...] = ()  # globs, as all others here
    since: float | None = None
    until: float | None = None
    titles: tuple[Callable[[str], bool], ...] = ()
    projects: tuple[str, ...] = ()
    gpts: tuple[str, ...] = ()
    min_turns: int = 0
    languages: frozenset[str] = frozenset()
    refused_names: dict[str, Counter[str]] = field(default_factory=dict)  # flag -> what it did not match

    def refuses(self, conversation: Conversation) -> str | None:
        """Why the conversation is not wanted; None if it is."""
        return (
            self._title_refused(conversation.title)
            or self._name_refused("--project", self.projects, conversation.project or "", NO_PROJECT, OTHER_PROJECT)
            or self._name_refused("--gpt", self.gpts, conversation.gpt or "", NO_GPT, OTHER_GPT)
            or self._time_refused(conversation)
            or self._model_refused(conversation)
            or self._length_refused(conversation)
            or self._language_refused(conversation)
        )

    def hint(self) -> str:
        """What --project and --gpt passed over, for a call that left nothing; "" if they passed over no name."""
        told = []
        for flag, names in self.refused_names.items():
            shown = ", ".join(f"{name} ({count:,})" for name, count in names.most_common(NAMES_SHOWN))
            more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
            told.append(f"{flag} passed over {shown}{more}; name one of these")
        return "; ".join(told)

    def _title_refused(self, title: str) -> str | None:
        return OTHER_TITLE if self.titles and not any(matches(title) for matches in self.titles) else None

    def _name_refused(self, flag: str, globs: tuple[str, ...], name: str, missing: str, other: str) -> str | None:
        if not globs or (name and _matches_any(name, globs)):
            return None
        if not name:
            return missing
        self.refused_names.setdefault(flag, Counter())[name] += 1
        return other

    def _time_refused(self, conversation: Conversation) -> str | None:
        if self.since is None and self.until is None:
            return None
        moment = _time_of(conversation)
        if moment is None:
            return NO_DATE
        if self.since is not None and moment < self.since:
            return BEFORE_SINCE
        return AFTER_UNTIL if self.until is not None and moment >= self.until else None

    def _model_refused(self, conversation: Conversation) -> str | None:
        """Replies of other models become context (weight 0); refused if no reply is left to learn from."""
        if not self.models:
            return None
        found = False
        for message in conversation.messages:
            if message.role != "assistant":
                continue
            if _matches_any(message.model or "", self.models):
                found = True
            else:
                message.weight = 0
        return None if found else NO_SUCH_MODEL

    def _length_refused(self, conversation: Conversation) -> str | None:
        enough = self.min_turns <= 0 or len(list(islice(pairs(conversation), self.min_turns))) == self.min_turns
        return None if enough else TOO_FEW_TURNS

    def _language_refused(self, conversation: Conversation) -> str | None:
        if not self.languages:
            return None
        from identity.languages import language_of

        language = language_of(conversation)
        if language is None:
            return LANGUAGE_UNKNOWN
        return None if language in self.languages else OTHER_LANGUAGE


def selection(
    models: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    titles: Sequence[str] = (),
    projects: Sequence[str] = (),
    gpts: Sequence[str] = (),
    min_turns: int = 0,
    languages: Sequence[str] = (),
) -> Selection:
    """A Selection from what was typed; UsageError names the flag and what is wrong with it."""
    return Selection(
        models=_globs("--model", models),
        since=_moment("--since", since) if since else None,
        until=_end_of("--until", until) if until else None,
        titles=tuple(title_matcher(title) for title in titles),
        projects=_globs("--project", projects),
        gpts=_globs("--gpt", gpts),
        min_turns=min_turns,
        languages=_codes(languages) if languages else frozenset(),
    )


def _globs(flag: str, globs: Sequence[str]) -> tuple[str, ...]:
    """The globs in lower case, if each of them can match something."""
    for glob in globs:
        if not glob.strip():
            raise UsageError(f'{flag} "": nothing can match it; name one, * stands for anything')
        if "[" in glob.replace("[[]", "") and "]" not in glob.rpartition("[")[2]:
            raise UsageError(f"{flag} {glob}: the bracket is not closed; write [[] for a bracket itself")
    return tuple(glob.lower() for glob in globs)


def _matches_any(name: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name.lower(), glob) for glob in globs)


def _codes(typed: Sequence[str]) -> frozenset[str]:
    """Language codes from one or several "en,de"."""
    from identity.languages import known_codes

    known = known_codes()
    codes = [code.strip().lower() for part in typed for code in part.split(",")]
    for code in codes:
        if code not in known:
            raise UsageError(f"--language {code or chr(34) * 2}: unknown; one or more of {', '.join(known)}")
    return frozenset(codes)


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
