"""What every format does to text: junk of the services out, code and Markdown kept to the letter.

`clean_reply` is for what a model wrote, `clean_typed` for what a person typed (only characters that no text may
hold). Inside code fences and inline code nothing changes but control characters and ChatGPT's private-use citation
spans, which the service itself puts there. Shapes of the junk: exports of 2023-2026, see each pattern.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from identity.code_spans import code_spans
from identity.json_stream import decode_value

# Control characters but tab and line breaks, and halves of surrogate pairs: no tokenizer or terminal wants them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# ChatGPT marks a citation as U+E200 name U+E202 payload U+E201; U+E203/E204 stand around the cited words, which
# stay. The class excludes both ends, so a run of unclosed openers costs no quadratic search.
_SPAN = re.compile("\ue200([^\ue200\ue201]*)\ue201")
_SPAN_MARKS = "\ue200\ue201\ue202\ue203\ue204\ue205\ue206"
_SPAN_MARK = re.compile(f"[{_SPAN_MARKS}]")
_SPAN_FIELD = "\ue202"
_SPANS = re.compile("\ue200[^\ue200\ue201]*\ue201(?:\ue200[^\ue200\ue201]*\ue201)*")
_AFTER_SPAN = tuple(" .,;:!?)\n")

# What the patterns for prose could act on: a text without any of it (nearly every one) is left alone at once. A search
# for one character costs a tenth of one for a word, and that a tenth of a pattern for all of them.
_REASONING_TAGS = ("<think", "<Think", "<THINK", "<antThink", "<antthink", "<details", "<DETAILS", "<Details")
_SUSPECT_CHARACTERS = re.compile("[\u200b\u2060\ufeff†]")
_SUSPECT_TURN = re.compile(r"turn\d")
# The same characters, and those of _UNWANTED and _SPAN_MARK, as JSON escapes them and as UTF-8.
_ODD_ESCAPES = re.compile(rb"\\(?:[bf]|u(?:00[01789]|200[bB]|2060|2020|[fF][eE][fF][fF]|[eE]20[0-6]))")
_ODD_BYTES = tuple(map(re.compile, (rb"\xc2[\x80-\x9f]", rb"\xe2(?:\x80[\x8b\xa0]|\x81\xa0)", rb"\xef\xbb\xbf")))
_SPAN_BYTES = re.compile(rb"\xee\x88[\x80-\x86]")
_SPAN_ESCAPES = frozenset(b"\\u%s20%d" % (letter, number) for letter in (b"e", b"E") for number in range(7))

_NAKED_CITATION = re.compile(
    r"(?:cite|filecite|navlist)?(?:turn\d+(?:search|news|view|image|file|fetch|forecast|product|finance|sports|reddit"
    r"|academia|maps|calculator|time|msearch)\d+)+"
)
_DAGGER_SOURCE = re.compile(r" ?【[^【】\n]{0,200}†[^【】\n]{0,200}】")
_OAICITE = re.compile(r" ?:?contentReference\[oaicite:\d+\](?:\{[^{}\n]*\})?| ?\[oaicite:\d+\]")
_DEAD_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:sandbox:|data:[\w/.+;=-]{0,100}base64,)[^()\s]*\)")
_DATA_URL = re.compile(r"data:[\w/.+-]{0,80}(?:;[\w=-]{1,40})*;base64,[A-Za-z0-9+/=_-]+")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")  # not U+200D: emoji are joined by it
_WRITING_OPENS = re.compile(r"^[ \t]*:::[ \t]*writing(?:[ \t]*\{[^{}\n]*\})?[ \t]*(?:\n|$)", re.MULTILINE)
_WRITING_CLOSES = re.compile(r"^[ \t]*:::[ \t]*(?:\n|$)", re.MULTILINE)

# Reasoning that a front end left in the reply; the closing tag of each opener.
_REASONING_OPENS = re.compile(
    r"<(?:(think|thinking|antThinking)|(details)\s[^<>]*type=[\"']?(?:reasoning|tool_calls|code_interpreter)[^<>]*)>",
    re.IGNORECASE,
)
_REASONING_CLOSES = {
    tag: re.compile(rf"</{tag}>\s*", re.IGNORECASE) for tag in ("think", "thinking", "antthinking", "details")
}
# What Claude writes into `text` for each block that its plain view cannot show.
_PLACEHOLDER = re.compile(
    r"(?:^|\n)[ \t]*```[^\n`]*\n[ \t]*This block is not supported on your current device yet\.?[ \t]*\n[ \t]*```[ \t]*"
)


class Traits(NamedTuple):
    """What the texts of a conversation may hold, found out once for all of them."""

    odd: bool = True  # control characters, zero-width characters, daggers
    spans: bool = True  # ChatGPT's citation marks


ANYTHING = Traits()


def traits_of(raw: bytes) -> Traits:
    """Traits from the JSON that a conversation is decoded from, whether it is escaped to ASCII or not."""
    found = set(_ODD_ESCAPES.findall(raw))
    odd, spans = not found <= _SPAN_ESCAPES, not found.isdisjoint(_SPAN_ESCAPES)
    if not raw.isascii():
        odd = odd or any(pattern.search(raw) for pattern in _ODD_BYTES)
        spans = spans or _SPAN_BYTES.search(raw) is not None
    return Traits(odd, spans)


def clean_typed(text: str, may_hold: Traits = ANYTHING) -> str:
    """A person's words, without control characters; half of a surrogate pair becomes U+FFFD."""
    if not (may_hold.odd and _UNWANTED.search(text)) and "\x7f" not in text:
        return text
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def clean_reply(text: str, may_hold: Traits = ANYTHING) -> str:
    """A model's words, without the junk of the service that delivered them. The ends are not stripped."""
    if may_hold.odd or "\x7f" in text:  # JSON does not escape the latter, and a search in a text costs nothing
        text = clean_typed(text)
    if may_hold.spans and _has_span_marks(text):
        text = _without_spans(text)
    if not _has_suspect_words(text) and not (may_hold.odd and _has_suspect_characters(text)):
        return text
    text = _without_reasoning(without_placeholders(text))
    pieces: list[str] = []
    writing = 0  # :::writing blocks that are still open
    for is_code, piece in split_code(text):
        if is_code:
            pieces.append(piece)
            continue
        if not _has_suspect_words(piece) and not _has_suspect_characters(piece):
            pieces.append(piece)
            continue
        piece, opened = _WRITING_OPENS.subn("", piece)
        writing += opened
        piece, closed = _WRITING_CLOSES.subn("", piece, count=writing) if writing else (piece, 0)
        writing -= closed
        pieces.append(_clean_prose(piece))
    return "".join(pieces)


def _has_suspect_characters(text: str) -> bool:
    return not text.isascii() and _SUSPECT_CHARACTERS.search(text) is not None


def _has_suspect_words(text: str) -> bool:
    """True if one of the words stands in the text that its junk cannot be without."""
    return (
        (text.count(":") > 2 and ":::" in text)
        or ("<" in text and any(tag in text for tag in _REASONING_TAGS))
        or ("[" in text and ("oaicite" in text or "sandbox:" in text))
        or (";" in text and "base64," in text)
        or ("`" in text and "not supported" in text)
        or _SUSPECT_TURN.search(text) is not None
    )


def without_placeholders(text: str) -> str:
    """Claude's plain text without the fences that stand for blocks which it cannot show."""
    return _PLACEHOLDER.sub("", text) if "not supported" in text else text


def _clean_prose(text: str) -> str:
    if _SUSPECT_TURN.search(text):
        text = _NAKED_CITATION.sub("", text)
    if "†" in text:
        text = _DAGGER_SOURCE.sub("", text)
    if "oaicite" in text:
        text = _OAICITE.sub("", text)
    if "sandbox:" in text or "base64," in text:
        text = _DEAD_LINK.sub(r"\1", text)
        text = _DATA_URL.sub("", text)
    return _ZERO_WIDTH.sub("", text)


def _shown_name(match: re.Match[str]) -> str:
    """What a citation span showed to the reader: nothing, or the name of an entity."""
    name, _, payload = match.group(1).partition(_SPAN_FIELD)
    if name != "entity":
        return ""
    try:
        value = decode_value(payload.encode())
    except ValueError:
        return ""
    if isinstance(value, dict):
        value = [value.get("type"), value.get("name") or value.get("display_name")]
    # entity["city","Paris","capital of France"]: kind, name, hint
    return value[1] if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str) else ""


def _without_spans(text: str) -> str:
    """The text without citation spans. One before a space, a mark or a line break takes the space before it along."""
    pieces: list[str] = []
    position = 0
    for run in _SPANS.finditer(text):
        start, end = run.span()
        shown = "".join(_shown_name(span) for span in _SPAN.finditer(run.group()))
        if not shown and start > position and text[start - 1] == " " and text[end : end + 1] in _AFTER_SPAN:
            start -= 1
        pieces += [text[position:start], shown]
        position = end
    whole = "".join([*pieces, text[position:]])
    return _SPAN_MARK.sub("", whole) if _has_span_marks(whole) else whole


def _has_span_marks(text: str) -> bool:
    return any(mark in text for mark in _SPAN_MARKS)  # each a tenth of what the pattern for all of them costs


def _without_reasoning(text: str) -> str:
    """Cut out <think>…</think> and its like, unless code shows the tag; an unclosed one at the start takes all."""
    if not _REASONING_OPENS.search(text):
        return text
    code = list(code_spans(text))
    starts = [start for start, _ in code]
    pieces: list[str] = []
    position = 0  # what is before it is in `pieces` or cut out
    unclosed: set[str] = set()  # tags without an end in the rest of the text
    for opener in _REASONING_OPENS.finditer(text):
        tag = (opener.group(1) or opener.group(2)).lower()
        before = bisect_right(starts, opener.start()) - 1
        is_code = before >= 0 and opener.start() < code[before][1]
        if opener.start() < position or tag in unclosed or is_code:
            continue
        closer = _REASONING_CLOSES[tag].search(text, opener.end())
        if closer:
            pieces.append(text[position : opener.start()])
            position = closer.end()
        elif not pieces and not text[: opener.start()].strip():
            return ""
        else:
            unclosed.add(tag)
    return "".join([*pieces, text[position:]])


def without_elements(text: str, opening: re.Pattern[str]) -> str:
    """The text without the elements whose opening tag the pattern matches, its group 1 being the tag's name.

    For what programs put into the prompts of people. An element without an end stays.
    """
    pieces: list[str] = []
    position = 0  # what is before it is in `pieces` or cut out
    unclosed: set[str] = set()
    for opener in opening.finditer(text):
        tag = opener.group(1)
        if opener.start() < position or tag in unclosed:
            continue
        end = text.find(f"</{tag}>", opener.end())
        if end < 0:
            unclosed.add(tag)
            continue
        pieces.append(text[position : opener.start()])
        position = end + len(f"</{tag}>")
    return "".join([*pieces, text[position:]])


def split_code(text: str) -> Iterator[tuple[bool, str]]:
    """The text in order as (is code, piece), fenced blocks and inline code apart from prose."""
    position = 0
    for start, end in code_spans(text):
        if position < start:
            yield False, text[position:start]
        yield True, text[start:end]
        position = end
    if position < len(text):
        yield False, text[position:]
