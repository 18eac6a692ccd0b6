"""From conversations to a file of training rows, with the account of what did not become one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from identity.console import UserError
from identity.files import STANDARD, open_output
from identity.preferences import CHOICES, REPEATED, STRENGTHS, same_words
from identity.records import Conversation
from identity.rows import JUDGED_FORMATS, ROW_FORMATS

# What --preferences is where it is not given. A kto row says of one answer that it is good or bad, so by default
# somebody must have said that; a pair is at least a comparison that the person made, and bears its strength.
DEFAULT_CHOICES = {"preference": "all", "kto": "rated"}


@dataclass
class Export:
    """What went into a file of rows and which replies did not."""

    rows: int = 0
    replies: int = 0
    no_question: int = 0  # nothing before them that they answer
    context_only: int = 0  # weight 0
    system: int = 0  # system messages that the row format has no place for
    strengths: Counter[str] = field(default_factory=Counter)  # of preference and kto rows: rows by `source`
    wanted: int = 0  # kto rows with label true
    answers_left_out: Counter[str] = field(default_factory=Counter)  # by reason; with `rows` these are all answers

    def lines(self) -> Iterator[str]:
        """What was not written, for people: one line for each reason."""
        if self.no_question:
            yield f"{self.no_question:,} replies left out: no question before them"
        if self.context_only:
            yield f"{self.context_only:,} replies not learned: context only (weight 0)"
        if self.system:
            yield f"{self.system:,} system messages left out: jsonl has no place for them, --format chat has"
        if self.answers_left_out:
            reasons = (f"{count:,} {reason}" for reason, count in self.answers_left_out.most_common())
            yield f"{self.answers_left_out.total():,} answers left out: {', '.join(reasons)}"

    def kinds(self, row_format: str) -> str:
        """Of what kind the rows are, for people."""
        if row_format not in JUDGED_FORMATS:
            return f"with {self.replies:,} replies"
        kinds = ", ".join(f"{self.strengths[name]:,} {name}" for name in STRENGTHS if self.strengths[name])
        if row_format == "kto":
            return f"({kinds}; {self.wanted:,} labelled true, {self.rows - self.wanted:,} false)"
        return f"({kinds})"


def export_rows(
    conversations: Iterable[Conversation],
    path: str,
    row_format: str,
    force: bool = False,
    preferences: str | None = None,
) -> Export:
    """Write training rows as JSON Lines; UserError if there is not a single one, and then nothing is written.

    `preferences` is one of CHOICES, or None for the row format's own default.
    """
    encoder = msgspec.json.Encoder()
    export = Export()
    if row_format in JUDGED_FORMATS:
        chosen = CHOICES[preferences or DEFAULT_CHOICES[row_format]]
        rows = _judged_rows(conversations, row_format, chosen, export)
    else:
        rows = _rows(conversations, row_format, export)
    with open_output(path, force=force) as stream:
        for row in rows:
            stream.write(encoder.encode(row) + b"\n")
            export.rows += 1
        if not export.rows:
            raise UserError(f"{shown(path)}: no row to write: {_why_none(export, row_format)}")
    return export


def shown(path: str) -> str:
    """A path as people read it."""
    return "stdout" if path == STANDARD else path


def _why_none(export: Export, row_format: str) -> str:
    if row_format not in JUDGED_FORMATS:
        return (
            f"{export.no_question:,} replies answer no question, {export.context_only:,} are context only; "
            "look at --preview and --voice"
        )
    reasons = "; ".join(export.lines()) or "no reply has thumbs or other answers beside it"
    return f"{reasons}; other answers and thumbs come from the export, --stats counts them"


def _rows(conversations: Iterable[Conversation], row_format: str, export: Export) -> Iterator[dict[str, Any]]:
    for conversation in conversations:
        _count_replies(conversation, export)
        if row_format == "jsonl":  # exactly the guide's three keys
            export.system += sum(message.role == "system" for message in conversation.messages)
        yield from ROW_FORMATS[row_format](conversation)


def _judged_rows(
    conversations: Iterable[Conversation], row_format: str, chosen: tuple[str, ...], export: Export
) -> Iterator[dict[str, Any]]:
    """The rows of the chosen strengths, each once: a chat that was branched off repeats what came before."""
    seen: set[bytes] = set()
    for conversation in conversations:
        for judgement, row in JUDGED_FORMATS[row_format](conversation):
            reason = judgement.reason
            if row is not None and judgement.strength not in chosen:
                reason = f"only {judgement.strength} (--preferences all takes them)"
            elif row is not None:
                key = _key(row)
                reason = REPEATED if key in seen else ""
                seen.add(key)
            if row is None or reason:
                export.answers_left_out[reason] += 1
                continue
            export.strengths[judgement.strength] += 1
            export.wanted += judgement.is_wanted
            yield row


def _key(row: dict[str, Any]) -> bytes:
    """What makes two rows the same: prompt and answers, whatever their white space, label and conversation."""
    answers = [row[key] for key in ("chosen", "rejected", "completion") if key in row]
    words = [[turn["role"], same_words(turn["content"])] for turns in (row["prompt"], *answers) for turn in turns]
    return hashlib.sha256(msgspec.json.encode(words)).digest()[:16]


def _count_replies(conversation: Conversation, export: Export) -> None:
    """Sort the replies of a conversation into those a row can teach and those it cannot, by links as rows.py does."""
    previous = None
    is_asked = False
    for message in conversation.messages:
        is_linked = previous is not None and message.parent == previous.id and message.role != "system"
        is_asked = message.role == "user" or (is_asked and is_linked)
        previous = message
        if message.role != "assistant":
            continue
        if not message.weight:
            export.context_only += 1
        elif is_asked:
            export.replies += 1
        else:
            export.no_question += 1
