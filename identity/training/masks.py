"""Rows to token sequences with labels: which tokens carry loss, and how long rows become windows.

Loss falls on the replies that are to be learned and on the token that ends their turn, on nothing else: not on
headers, not on user or system turns, not on replies of weight 0.

A row longer than `max_seq_length` becomes windows of whole turns. Each begins with the system turn, if there is one,
and then a user turn, and ends with a reply. A later window repeats some turns of the one before as context, without
loss, so every reply is learned exactly once and with what led to it. Only a reply longer than a whole window is cut;
no end of turn is learned for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from identity.console import UserError
from identity.rows import JOINT, Row
from identity.training.template import ChatTemplate, Span, Turn, token_range

IGNORED = -100  # the label that torch's cross entropy leaves out

# Of a later window, the share that repeats earlier turns: a reply learned without what led to it is learned as a
# quirk ("I'm free Thursday" to any question).
CONTEXT_SHARE = 0.25
# Letters per token, to guess sizes before tokenising: few for context (errs towards less of it), many for what may
# still fit (a window that could have held more is only a little short).
FEW_LETTERS = 3
MANY_LETTERS = 12
MARGIN = 1.5  # on the letters per token that the rows so far have had, once there are SEEN_ENOUGH tokens of them
SEEN_ENOUGH = 20_000

CHECKED_REPLIES = 200  # decoded and compared with their text before training begins


class TrainingSequence(NamedTuple):
    """Token ids and labels of equal length; a label is its token's id where loss falls, else IGNORED."""

    input_ids: list[int]
    labels: list[int]


class Exchange(NamedTuple):
    """A user turn and the reply to it; `learned` says whether loss falls on the reply."""

    question: str
    reply: str
    learned: bool

    @property
    def letters(self) -> int:
        return len(self.question) + len(self.reply)


@dataclass
class LessonCounts:
    """What became of the rows; tokens are counted over all sequences, so repeated context counts again."""

    rows: int = 0
    rows_without_lesson: int = 0  # nothing in them to learn: empty, all of weight 0, no room
    rows_in_windows: int = 0
    sequences: int = 0
    replies_learned: int = 0
    replies_cut: int = 0
    replies_without_room: int = 0  # what led to them fills a whole window
    replies_without_question: int = 0  # before the first user turn
    lookalikes: int = 0  # turns in which the name of a control token was kept as text
    system_turns_folded: int = 0
    tokens: int = 0
    trained_tokens: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass
class LessonMaker:
    """Makes training sequences of rows, and counts; one for a whole run."""

    template: ChatTemplate
    max_seq_length: int  # tokens
    counts: LessonCounts = field(default_factory=LessonCounts)
    _letters: int = 0  # tokenised so far, and their tokens
    _tokens: int = 0

    def sequences(self, rows: Iterable[Row]) -> Iterator[TrainingSequence]:
        """Training sequences in the order of the rows, each with at least one trained token."""
        for row in rows:
            self.counts.rows += 1
            before = self.counts.sequences
            for sequence in self._of_row(row):
                self.counts.sequences += 1
                self.counts.tokens += len(sequence.input_ids)
                self.counts.trained_tokens += sum(label != IGNORED for label in sequence.labels)
                yield sequence
            made = self.counts.sequences - before
            self.counts.rows_without_lesson += made == 0
            self.counts.rows_in_windows += made > 1 and not self.template.rewrites_earlier_turns

    def _of_row(self, row: Row) -> Iterator[TrainingSequence]:
        system, exchanges = self._exchanges(row)
        if system and not self.template.takes_system:
            self.counts.system_turns_folded += 1
        position, is_first = _next_lesson(exchanges, 0), True
        while position < len(exchanges):
            begin = self._context_before(exchanges, position, is_first)
            sequence, position = self._window(system, exchanges, begin, position)
            if sequence:
                yield sequence
            position, is_first = _next_lesson(exchanges, position), False

    def _window(
        self, system: str, exchanges: list[Exchange], begin: int, position: int
    ) -> tuple[TrainingSequence | None, int]:
        """The window that learns from exchange `position` on, with context from `begin` on as far as it fits.

        Returns it (None if there is no room for one token) and the first exchange that is left for the next one.
        """
        only_one = self.template.rewrites_earlier_turns
        while True:
            stop = position + 1 if only_one else self._look_ahead(exchanges, begin, position)
            ids, places = self._encode(system, exchanges, range(begin, stop))
            too_long = places[position].end - self.max_seq_length
            if too_long <= 0:
                break
            if begin == position:
                return self._cut(ids, places[position]), position + 1
            begin = _shortened(exchanges, begin, position, too_long / places[position].end)
        learned = [
            number
            for number, place in places.items()
            if number >= position and exchanges[number].learned and place.end <= self.max_seq_length
        ]
        labels = [IGNORED] * len(ids)
        for number in learned:
            self._learn(ids, labels, places[number], exchanges[number].reply)
        end = places[learned[-1]].end
        return TrainingSequence(ids[:end], labels[:end]), learned[-1] + 1

    def _learn(self, ids: list[int], labels: list[int], place: Span, reply: str) -> None:
        labels[place.start : place.end] = ids[place.start : place.end]
        if self.counts.replies_learned < CHECKED_REPLIES:
            check_reply(self.template, ids[place.start : place.end], reply)
        self.counts.replies_learned += 1

    def _cut(self, ids: list[int], place: Span) -> TrainingSequence | None:
        limit = self.max_seq_length
        if place.start >= limit:
            self.counts.replies_without_room += 1
            return None
        self.counts.replies_cut += 1
        self.counts.replies_learned += 1
        return TrainingSequence(ids[:limit], [IGNORED] * place.start + ids[place.start : limit])

    def _encode(self, system: str, exchanges: list[Exchange], numbers: range) -> tuple[list[int], dict[int, Span]]:
        """Token ids of some exchanges, and for each the tokens of its reply.

        Where the template rewrites earlier turns, only the last reply lies where a span says, so only it has one.
        """
        turns: list[Turn] = []
        for number in numbers:
            turns += [("user", exchanges[number].question), ("assistant", exchanges[number].reply)]
        turns = self.template.conversation(system, turns)
        lead = len(turns) - 2 * len(numbers)
        replies = numbers[-1:] if self.template.rewrites_earlier_turns else numbers
        text = ""
        spans: dict[int, Span] = {}
        end = 0
        for number in replies:
            longer, span = self.template.reply_span(turns, lead + 2 * (number - numbers.start) + 1)
            if not longer.startswith(text[:end]):
                raise UserError(
                    f"row {self.counts.rows}: the chat template of the base model changes an earlier reply when a "
                    "later one comes; choose another --base-model"
                )
            text, end, spans[number] = longer, span.end, span
        cuts = [edge for span in spans.values() for edge in (span.start, span.end)]
        ids, offsets = self.template.tokens(text, cuts)
        self._letters += len(text)
        self._tokens += len(ids)
        return ids, {
            number: Span(*token_range(offsets, span.start, span.end), span.stops) for number, span in spans.items()
        }

    def _context_before(self, exchanges: list[Exchange], position: int, is_first: bool) -> int:
        """The earliest exchange that may lead a window, by a guess at sizes."""
        if is_first or self.template.rewrites_earlier_turns:  # all that fits
            letters = self._letters_that_fit()
        else:
            letters = CONTEXT_SHARE * self.max_seq_length * FEW_LETTERS
        earliest = position
        while earliest and (letters := letters - exchanges[earliest - 1].letters) >= 0:
            earliest -= 1
        return earliest

    def _letters_that_fit(self) -> float:
        """More letters than a window is likely to hold."""
        if self._tokens < SEEN_ENOUGH:
            return float(self.max_seq_length * MANY_LETTERS)
        return MARGIN * self.max_seq_length * self._letters / self._tokens

    def _look_ahead(self, exchanges: list[Exchange], begin: int, position: int) -> int:
        """The exchange after the last that could possibly fit, but always one after `position`."""
        letters = self._letters_that_fit()
        stop = begin
        while stop < len(exchanges) and (stop <= position or letters > 0):
            letters -= exchanges[stop].letters
            stop += 1
        return stop

    def _exchanges(self, row: Row) -> tuple[str, list[Exchange]]:
        """System text and exchanges of a row, with turns of one role in a row joined.

        A system turn in the middle belongs to the user turn after it; what stands before the first user turn
        answers nothing and is left out, as is a question at the end.
        """
        system: list[str] = []
        questions: list[str] = []
        replies: list[str] = []
        learned = True
        exchanges: list[Exchange] = []
        for message in row.messages:
            text = self._inert(message.content)
            if message.role == "assistant":
                if not questions and not replies and not exchanges:
                    self.counts.replies_without_question += bool(text.strip())
                elif text.strip():
                    replies.append(text)
                    learned = learned and message.weight != 0
                continue
            if replies:
                exchanges.append(Exchange(JOINT.join(questions), JOINT.join(replies), learned))
                questions, replies, learned = [], [], True
            if message.role == "system" and not exchanges and not questions:
                system.append(text)
            else:
                questions.append(text)
        if replies:
            exchanges.append(Exchange(JOINT.join(questions), JOINT.join(replies), learned))
        return JOINT.join(system), exchanges

    def _inert(self, text: str) -> str:
        safe = self.template.inert(text)
        self.counts.lookalikes += safe != text
        return safe


def _next_lesson(exchanges: list[Exchange], position: int) -> int:
    while position < len(exchanges) and not exchanges[position].learned:
        position += 1
    return position


def _shortened(exchanges: list[Exchange], begin: int, position: int, excess: float) -> int:
    """A later beginning that leaves out about `excess` (0-1) of the letters up to `position`, and at least one."""
    letters = excess * sum(exchange.letters for exchange in exchanges[begin : position + 1])
    while begin < position and letters > 0:
        letters -= exchanges[begin].letters
        begin += 1
    return begin


def check_reply(template: ChatTemplate, ids: list[int], reply: str) -> None:
    """Raise UserError unless the trained tokens decode to the reply and its end of turn, and to nothing else."""
    text = template.decode(ids)
    for said in (reply, reply.strip(), reply.lstrip(), reply.rstrip()):  # some templates trim
        expected = template.before_reply + said + template.after_reply
        # A tokenizer may fold letters (NFKC) or lack some, so the text is also compared as it comes through it.
        if text in (expected, template.decode(template.tokens(expected, [])[0])):
            break
    else:
        raise UserError(
            "the tokens to be trained do not decode to the assistant's text under this base model's chat template; "
            "nothing was trained, choose another --base-model"
        )
