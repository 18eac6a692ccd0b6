"""A tokenizer's chat template as training needs it: what it does to turns, and where each reply lies in its text.

What a template does is found out by rendering a short made-up conversation, not by knowing its family:

- one that refuses or loses the system turn (Gemma, Mistral) gets it at the head of the first user turn instead;
- one that rewrites earlier turns when later ones come (thinking models drop old thoughts) gives every reply a
  sequence of its own, rendered as at inference, with that reply last.

Text that looks like a control token ("<|eot_id|>" quoted in a chat) must stay text: a word joiner (U+2060, invisible)
after its first character keeps the tokenizer from seeing the token. --try does the same to what is typed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Any, NamedTuple

from identity.console import UserError
from identity.rows import JOINT

WORD_JOINER = "\u2060"

PROBE_SYSTEM = "Zyx probe of the system turn."
PROBE = [
    ("user", "Zyx first question?"),
    ("assistant", "Zyx first answer."),
    ("user", "Zyx second question?"),
    ("assistant", "Zyx second answer."),
]

Turn = tuple[str, str]  # role, content


class Span(NamedTuple):
    """Where a reply with its end of turn lies: [start, end); `stops` is False if the template writes no end of turn."""

    start: int
    end: int
    stops: bool


class ChatTemplate:
    """Renders turns to text and tokens with the tokenizer's own chat template.

    Raises UserError if the tokenizer cannot say which characters a token stands for, or the template renders no
    plain exchange of user and assistant.
    """

    def __init__(self, tokenizer: Any) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise UserError(
                "the base model's tokenizer has no fast version (tokenizer.json); choose another --base-model"
            )
        self.tokenizer = tokenizer
        added = (token.content for token in tokenizer.added_tokens_decoder.values() if token.special)
        specials = {token for token in [*added, *tokenizer.all_special_tokens] if len(token.strip()) > 1}
        names = "|".join(re.escape(token) for token in sorted(specials, key=len, reverse=True))
        self._special = re.compile(names or r"(?!)")
        self._end_of_turn = re.compile(rf"\s*({names})" if names else r"(?!)")
        self.rewrites_earlier_turns = not self._is_stable(PROBE)
        self.takes_system = self._takes_system()
        text, span = self.reply_span(PROBE, len(PROBE) - 1)
        before, after = text[span.start : span.end].split(PROBE[-1][1])
        self.before_reply = before  # what the template writes at the head of a reply, such as empty thoughts
        self.after_reply = after
        self.end_of_turn = after.strip() if span.stops else None

    def inert(self, text: str) -> str:
        """The text with every look-alike of a control token kept from being one."""
        return self._special.sub(lambda match: match[0][0] + WORD_JOINER + match[0][1:], text)

    def conversation(self, system: str, turns: list[Turn]) -> list[Turn]:
        """Turns with the system text where this template can hold it; `turns` begin with a user turn."""
        if not system:
            return turns
        if self.takes_system:
            return [("system", system), *turns]
        role, content = turns[0]
        return [(role, system + JOINT + content), *turns[1:]]

    def render(self, turns: list[Turn], prompt: bool = False) -> str:
        """The text of the turns; with `prompt` also the header after which the model would answer."""
        messages = [{"role": role, "content": content} for role, content in turns]
        text: str = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
        return text

    def reply_span(self, turns: list[Turn], position: int) -> tuple[str, Span]:
        """The text of turns[: position + 1] and where in it the reply at `position`, which is the last, lies.

        The span begins where generation would begin and ends after the end-of-turn token.
        """
        before = self.render(turns[:position], prompt=True)
        after = self.render(turns[: position + 1])
        starts_as_prompted = after.startswith(before)
        # A prompt may have more than the header (an open thought); what comes first then is not the model's to say.
        start = len(before) if starts_as_prompted else _common_length(self.render(turns[:position]), after)
        content = turns[position][1]
        # As it is, or trimmed: no known template does more to a reply.
        for variant in (content, content.rstrip(), content.lstrip(), content.strip()):
            found = after.find(variant, start)
            if found >= 0:
                break
        else:
            raise UserError(
                "the chat template of the base model rewrites replies, so their tokens cannot be found; "
                "choose another --base-model"
            )
        end = found + len(variant)
        stop = self._end_of_turn.match(after, end)
        return after, Span(start if starts_as_prompted else found, stop.end() if stop else end, stop is not None)

    def tokens(self, text: str, cuts: list[int]) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids and their character offsets, with a token boundary at every cut (ascending).

        The text is tokenised as a whole, as at inference. Only where a token would reach across a cut (a reply that
        begins with the line break in which its header ends) is the text divided there: the model, which answers
        after the header's last token, could never produce such a token.
        """
        ids, offsets = self._tokenise(text)
        crossed = [cut for cut in cuts if _crosses(offsets, cut)]
        if not crossed:
            return ids, offsets
        ids, offsets = [], []
        for start, end in zip([0, *crossed], [*crossed, len(text)], strict=True):
            piece, places = self._tokenise(text[start:end])
            ids += piece
            offsets += [(first + start, last + start) for first, last in places]
        return ids, offsets

    def _tokenise(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        # The template writes the begin-of-sequence token itself, or the family has none.
        encoded = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return encoded["input_ids"], encoded["offset_mapping"]

    def _is_stable(self, turns: list[Turn]) -> bool:
        """True if every reply, once said, is rendered the same whatever comes after it."""
        try:
            whole = self.render(turns)
            for position, (role, _) in enumerate(turns):
                if role == "assistant":
                    text, span = self.reply_span(turns, position)
                    if not whole.startswith(text[: span.end]):
                        return False
        except UserError:
            raise
        except Exception as error:  # whatever a template raises: it is a program of the model's maker
            raise UserError(
                f"the chat template of the base model fails on a plain conversation ({type(error).__name__}); "
                "choose another --base-model"
            ) from error
        return True

    def _takes_system(self) -> bool:
        turns = [("system", PROBE_SYSTEM), *PROBE]
        try:
            if PROBE_SYSTEM not in self.render(turns) or PROBE_SYSTEM not in self.render(turns[:-1], prompt=True):
                return False
            return self.rewrites_earlier_turns or self._is_stable(turns)
        except Exception:  # a template refuses by raising, with jinja2's or an error of its own
            return False

    def decode(self, ids: list[int]) -> str:
        """The text of tokens, control tokens included, nothing tidied."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def _common_length(first: str, second: str) -> int:
    """How many letters two texts have in common at their beginning."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def _crosses(offsets: list[tuple[int, int]], cut: int) -> bool:
    last_before = bisect_left(offsets, cut, key=lambda place: place[0]) - 1
    return last_before >= 0 and offsets[last_before][1] > cut


def token_range(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """First token and the one after the last of the characters [start, end)."""
    return (
        bisect_right(offsets, start, key=lambda place: place[1]),
        bisect_left(offsets, end, key=lambda place: place[0]),
    )
