"""What no training set should ever hold: keys, tokens, passwords in links, card numbers, IBANs.

Only forms that are recognisable by themselves are searched: a vendor's prefix, or a check digit. Rules that guess by
entropy or by a word like "password" nearby are left out: a comparison of secret scanners (arXiv 2307.00714) names
generic patterns and weak entropy as reasons for false alarms (a precision of 75 % for GitHub's, 46 % for gitleaks).

Every pattern is RE2's dialect: group 1 is the candidate, `check` says what of it is really meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

Part = tuple[int, int, str]  # start, end, normalised value
Check = Callable[[str, int, int], Iterator[Part]]


class Detector(NamedTuple):
    """One kind of thing. `gate` is searched in every text, `pattern` only where the gate matches."""

    kind: str
    gate: str
    pattern: str
    check: Check


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a number is not a piece of a longer one, of an identifier or of a price.

    Only ASCII letters count as touching: Chinese or Japanese text writes numbers without a space.
    """
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and (_alphanumeric(before[-1]) or before[-1] in "_#$€£"):
        return False
    if after and (_alphanumeric(after[0]) or after[0] in "_€"):
        return False
    inside = len(before) == 2 and before[1] in ".,-/:" and before[0].isdigit()
    return not inside and not (len(after) == 2 and after[0] in ".,-/:" and after[1].isdigit())


def _alphanumeric(character: str) -> bool:
    return character.isascii() and character.isalnum()


def as_written(text: str, start: int, end: int) -> Iterator[Part]:
    """The candidate as it is."""
    yield start, end, text[start:end]


# --- keys and tokens -------------------------------------------------------------------------------------------------

_KEYS = (
    r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}",  # OpenAI
    r"sk-ant-[A-Za-z0-9_-]{20,}",  # Anthropic
    r"sk-or-v1-[0-9a-f]{32,}",  # OpenRouter
    r"sk-[A-Za-z0-9]{20,}",  # OpenAI until 2024, DeepSeek and other compatible services
    r"(?:AKIA|ASIA)[A-Z0-9]{16}",  # AWS
    r"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub
    r"github_pat_[A-Za-z0-9_]{36,}",
    r"glpat-[A-Za-z0-9_.-]{20,}",  # GitLab
    r"xox[abeprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"AIza[A-Za-z0-9_-]{35}",  # Google
    r"hf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"[sr]k_live_[A-Za-z0-9]{16,}",  # Stripe
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-AgEI[A-Za-z0-9_-]{50,}",
    r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}",  # SendGrid
    r"(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",  # Telegram; "bot" in the address of its API
)
_HAS_DIGIT = re.compile(r"[0-9]")


# Specific enough by their beginning; the other kinds have a digit in all but one of some hundred keys, and words that
# begin as they do have none.
_WITHOUT_DIGIT = ("hf_", "AKIA", "ASIA", "sk_live_", "rk_live_", "sk_test_", "rk_test_")


def _key(text: str, start: int, end: int) -> Iterator[Part]:
    value = text[start:end].rstrip(".")
    if text.startswith("bot", start):
        start, value = start + 3, value[3:]
    end = start + len(value)
    cut = end < len(text) and _alphanumeric(text[end])  # longer than keys of this kind are: something else
    if not cut and (_HAS_DIGIT.search(value) or value.startswith(_WITHOUT_DIGIT)):
        yield start, end, value


_PRIVATE_KEY = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_PRIVATE_KEY_END = re.compile(r"-----BEGIN |-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
# What a key block holds when its end is missing: header lines and base64, with line breaks real or spelled out.
_PRIVATE_KEY_BODY = re.compile(
    r"(?:(?:\s|\\[nr]|[>|])*(?:(?:Proc-Type|DEK-Info|Version|Comment): [^\n]*|[A-Za-z0-9+/]{12,}={0,2}))+"
    r"(?:(?:\s|\\[nr])*[A-Za-z0-9+/]*={1,2})?"
)


def _private_key(text: str, start: int, end: int) -> Iterator[Part]:
    stop = _PRIVATE_KEY_END.search(text, end)
    if stop and stop.group().startswith("-----END"):
        last = stop.end()
    else:
        body = _PRIVATE_KEY_BODY.match(text, end)
        last = body.end() if body else end
    yield start, last, "".join(text[start:last].split())


# --- numbers with a check digit --------------------------------------------------------------------------------------

_CARD_LENGTHS = (  # issuer identification numbers (ISO/IEC 7812) in use, and the lengths issued under them
    (re.compile(r"4"), (13, 16, 19)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"6011|64[4-9]|65|35(?:2[89]|[3-8])|220[0-4]"), (16,)),  # Discover, JCB, Mir
    (re.compile(r"30[0-5]|3[689]"), (14,)),  # Diners Club
    (re.compile(r"62"), (16, 19)),  # UnionPay
    (re.compile(r"50[123]8|5020|5893|6304|6759|676[1-3]"), (16, 18, 19)),  # Maestro
)
# How cards are grouped in print; digits grouped otherwise are something else (a UUID, a table).
_CARD_GROUPS = {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1), (6, 13)}
_DIGITS = re.compile(r"[0-9]+")


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[::-2]) + sum(n // 10 + n % 10 for n in doubled)) % 10 == 0


def _card(text: str, start: int, end: int) -> Iterator[Part]:
    groups = [(match.start(), match.end()) for match in _DIGITS.finditer(text, start, end)]
    for index, (first, _) in enumerate(groups):
        for count in range(1, 6):
            taken = groups[index : index + count]
            if len(taken) < count:
                break
            lengths = tuple(b - a for a, b in taken)
            if sum(lengths) > 19:
                break
            separators = {text[left[1]] for left in taken[:-1]}
            if len(separators) > 1 or (count > 1 and lengths not in _CARD_GROUPS):
                continue
            digits = "".join(text[a:b] for a, b in taken)
            known = any(prefix.match(digits) and len(digits) in sizes for prefix, sizes in _CARD_LENGTHS)
            if known and luhn(digits) and stands_alone(text, first, taken[-1][1]):
                yield first, taken[-1][1], digits


# Length by country, from the SWIFT IBAN registry.
_IBAN_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29
    ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
    LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 OM23 PK24 PL28 PS29
    PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
    BI27 DJ27 FK18 HN28 MN20 NI28 RU33 SO23 YE30
    """.split()  # noqa: SIM905 - a list of eighty literals reads worse
}


def _iban(text: str, start: int, end: int) -> Iterator[Part]:
    length = _IBAN_LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return
    value, position = "", start
    while len(value) < length and position < len(text):
        character = text[position]
        if _alphanumeric(character):
            value += character.upper()
        elif character not in " \u00a0-" or not _alphanumeric(text[position - 1]):
            return
        position += 1
    if len(value) < length or (position < len(text) and _alphanumeric(text[position])):
        return
    if int("".join(str(int(character, 36)) for character in value[4:] + value[:4])) % 97 == 1:
        yield start, position, value


_EDGE = r"(?:^|[^A-Za-z0-9])"
_KEY = f"{_EDGE}({'|'.join(_KEYS)})"
_TOKEN = rf"{_EDGE}(eyJ[A-Za-z0-9_-]{{10,}}\.eyJ[A-Za-z0-9_-]{{10,}}\.[A-Za-z0-9_-]{{10,}})"
_WEBHOOK = (
    r"(https://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{30,}"
    r"|https://hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,})"
)
_PASSWORD = r"[A-Za-z][A-Za-z0-9+.-]{1,20}://([^\s/?#@:]*:[^\s/?#]+)@[A-Za-z0-9\[]"

SECRETS: tuple[Detector, ...] = (
    Detector("PRIVATE_KEY", _PRIVATE_KEY, f"({_PRIVATE_KEY})", _private_key),
    Detector("API_KEY", _KEY, _KEY, _key),
    Detector("TOKEN", _TOKEN, _TOKEN, as_written),
    Detector("WEBHOOK", _WEBHOOK, _WEBHOOK, as_written),
    # Nearly any text holds words, so the gate begins at the colon.
    Detector("PASSWORD", r"://[^\s/?#@]*@", _PASSWORD, as_written),
    Detector("CARD", r"[0-9](?:[ \x{a0}-]?[0-9]){11}", r"([0-9]+(?:[ \x{a0}-][0-9]+)*)", _card),
    Detector(
        "IBAN",
        r"[A-Za-z]{2}[0-9]{2}(?:[ \x{a0}-]?[A-Za-z0-9]{4}){2}",
        f"{_EDGE}([A-Za-z]{{2}}[0-9]{{2}})",
        _iban,
    ),
)
