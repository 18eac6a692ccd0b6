"""Low quality and too short: messages that hold too little to learn from.

Low quality, as the guide lists it: nothing visible; no words at all (an ellipsis, punctuation, only emoji: there is
no language in it to learn); exactly one word ("ok", "Thanks!", "42", a bare link). A block of code is an answer,
not a word.

Too short counts characters by what they carry. A Chinese sentence needs about a quarter of the characters of its
English translation and a Japanese or Korean one about half: Article 1 of the Universal Declaration of Human Rights
has 170 characters in English, 43 in Chinese, 84 in Japanese, 87 in Korean. So a Han character counts 3, kana and
Hangul count 2, everything else 1 (twitter-text likewise counts all of them 2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from identity.filters.spoken_text import as_read
from identity.filters.verdicts import Candidate, Evaluate, Findings, Settings, Verdict

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_KANA_HANGUL = re.compile(r"[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f\u1100-\u11ff\uac00-\ud7a3]")
# Scripts that write sentences without spaces between words: Han, kana, Thai, Lao, Myanmar, Khmer, Tibetan.
UNSPACED = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3041-\u30ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u0f00-\u0fff\U00020000-\U000323af]"
)
_LINK = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,20}://\S+")
# Letters and digits of any script with their marks, joined inside by apostrophe, hyphen, dot and the like.
MARKS = (
    "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0a3c-\u0a4d"
    "\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd\u0d3e-\u0d4d"
)
_WORD = re.compile(rf"[^\W_](?:[\w{MARKS}]|['’ʼ.,:@/&+\-‐‑](?=[^\W_]))*")
_TWO_WORDS = re.compile(r"[a-zA-Z]+,?[ \n]+[a-zA-Z]")
_CODE = re.compile(r"```|~~~")

# One-word replies in scripts where spaces do not tell words apart.
ONE_WORD_REPLIES = frozenset(
    """
    はい うん ううん いいえ いや ええ ありがとう ありがとうございます 了解 了解です わかった わかりました なるほど そう
    そうですね そうだね すごい もちろん ok オッケー
    好 好的 好吧 好啊 是 是的 对 對 嗯 嗯嗯 不 不是 没有 沒有 行 可以 谢谢 謝謝 谢谢你 謝謝你 多谢 收到 明白 知道了
    哈哈 哈哈哈
    ใช่ ไม่ ครับ ค่ะ โอเค ขอบคุณ ขอบคุณครับ ขอบคุณค่ะ
    """.split()  # noqa: SIM905 - a list of eighty literals reads worse
)


def prepare_low_quality(settings: Settings) -> Evaluate:
    """The rule for empty, wordless and one-word messages."""

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        has_words = _TWO_WORDS.match  # nearly every message; the rest is looked at closely
        contents = [candidate.message.content for candidate in candidates]
        return Findings([None if has_words(content) else _low_quality(content) for content in contents])

    return evaluate


def prepare_too_short(settings: Settings) -> Evaluate | None:
    """The rule for messages under settings.min_length; None when that is 0."""
    if settings.min_length <= 0:
        return None

    minimum = settings.min_length
    # Nearly every message has that many visible characters of ASCII at its very beginning.
    long_enough = re.compile(rf"(?: ?[!-~]){{{minimum}}}").match

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        contents = [candidate.message.content for candidate in candidates]
        return Findings([None if long_enough(content) else _too_short(content, minimum) for content in contents])

    return evaluate


def prepare_quality(settings: Settings) -> Evaluate | None:
    """The rule for messages whose quality score is under settings.min_quality; None when that is 0."""
    if settings.min_quality <= 0:
        return None
    from identity.filters.quality_score import score

    lengths = dict(settings.lengths)

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        verdicts: list[Verdict | None] = []
        for candidate in candidates:
            message = candidate.message
            quality = score(message.content, lengths.get(message.role), candidate.notes)
            worst = min(quality.components, key=lambda name: quality.components[name])
            low = quality.score < settings.min_quality
            span = (0, len(message.content))
            verdicts.append(Verdict("quality", worst, span, round(quality.score, 3)) if low else None)
        return Findings(verdicts)

    return evaluate


def _low_quality(content: str) -> Verdict | None:
    reason = low_quality_reason(content)
    return Verdict("low_quality", reason, (0, len(content))) if reason else None


def low_quality_reason(content: str) -> str | None:
    """ "empty", "no words" or "single word", None if the content is more than that."""
    if _TWO_WORDS.match(content):
        return None
    text = as_read(content).strip()
    if not text:
        return "empty"
    words = _WORD.findall(_LINK.sub("link", text))
    if not words:
        return "no words"
    if _CODE.search(text):
        return None
    if UNSPACED.search(text):
        letters = "".join(char for char in text if unicodedata.category(char)[0] in "LMN")
        return "single word" if letters.lower() in ONE_WORD_REPLIES else None
    return "single word" if len(words) == 1 else None


def readable_length(content: str) -> int:
    """Characters with runs of white space as one, Han counted 3, kana and Hangul 2 (see the module)."""
    text = " ".join(as_read(content).split())
    if text.isascii():
        return len(text)
    return len(text) + 2 * len(_HAN.findall(text)) + len(_KANA_HANGUL.findall(text))


def _too_short(content: str, minimum: int) -> Verdict | None:
    length = readable_length(content)
    if length >= minimum:
        return None
    return Verdict("too_short", f"fewer than {minimum} characters", (0, len(content)), float(length))
