"""How people write e-mail and postal addresses, telephone numbers, IP addresses and numbers of documents.

These have no check digit, so each form is narrow and has its look-alikes excluded by name. Detectors as in secrets.py.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from identity.filters.secrets import Detector, Part, stands_alone

# Not \pL: Chinese and Japanese write an address straight after a word.
_LETTERS = r"\p{Latin}\p{Greek}\p{Cyrillic}"

_MAIL = (
    rf"((?:[{_LETTERS}0-9_%+][{_LETTERS}0-9._%+'-]{{0,63}})@(?:[{_LETTERS}0-9-]{{1,63}}\.){{1,6}}[{_LETTERS}]{{2,24}}"
    r"|[A-Za-z0-9_][A-Za-z0-9._+-]{0,63} ?[(\[](?:at|AT)[)\]] ?[A-Za-z0-9-]{1,63}"
    r"(?: ?(?:\.|[(\[](?:dot|DOT)[)\]]) ?[A-Za-z0-9-]{1,63}){0,4} ?(?:\.|[(\[](?:dot|DOT)[)\]]) ?[A-Za-z]{2,24})"
)
_SPELLED_OUT = re.compile(r" ?[(\[](at|dot)[)\]] ?")
# "icon@2x.png" is a file; git@ is how repositories are addressed, and nobody's.
_NO_MAIL = re.compile(r"git@.*|.*\.(?:png|jpe?g|gif|svg|webp|css|js|ts|py|zip)")


def _mail(text: str, start: int, end: int) -> Iterator[Part]:
    value = _SPELLED_OUT.sub(lambda match: "@" if match[1] == "at" else ".", text[start:end].lower())
    if not _NO_MAIL.fullmatch(value):
        yield start, end, value


# --- telephone -------------------------------------------------------------------------------------------------------

_GAP = r"(?:[ \x{a0}./-]| ?\(|\) ?| [/-] )?"
_PHONE = "|".join(
    (
        rf"(?:\+ ?|00)[1-9](?:{_GAP}[0-9]){{7,14}}",  # international (E.164 allows 15 digits)
        r"(?:1[ .-])?\([2-9][0-9]{2}\) ?[0-9]{3}[ .-]?[0-9]{4}",  # North America
        r"(?:1-)?[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}",
        r"(?:1\.)?[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4}",
        r"(?:1 )?[2-9][0-9]{2} [2-9][0-9]{2}[ -][0-9]{4}",
        r"\(0[0-9]{1,5}\)[ /-]{0,3}[0-9](?:[ /-]?[0-9]){4,9}",  # countries that write a leading 0
        r"0[0-9]{2,5} ?[ /-] ?[0-9](?:[ /.-]?[0-9]){4,9}",
        r"0[1-9](?:[ .-][0-9]{2}){4}",  # France
        r"1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}",  # China
        r"\([1-9][0-9]\) ?[0-9]{4,5}-[0-9]{4}",  # Brazil
    )
)
_OTHER_NUMBER = re.compile(r"(?:isbn|issn|doi|version|order|invoice|ticket)[-\w.:#]{0,8}[ :#]{0,3}$", re.IGNORECASE)

_NOT_DIGIT = re.compile(r"[^0-9]")
_ANOTHER = re.compile(r" 00[1-9]")  # begins in the international form without a plus
_LAST_GROUP = re.compile(r"[^0-9+]+[0-9]*$")


def _phone(text: str, start: int, end: int) -> Iterator[Part]:
    if _OTHER_NUMBER.search(text[max(0, start - 24) : start]):
        return
    if text.startswith(("+", "00"), start):
        yield from _international(text, start, end)
        return
    digits = _NOT_DIGIT.sub("", text[start:end])
    if stands_alone(text, start, end) and 9 <= len(digits) <= 13:  # eight digits are a date
        yield start, end, digits


def _international(text: str, start: int, end: int) -> Iterator[Part]:
    """The candidate, or less of it where a date or another number follows after a space."""
    if text.startswith("0", start) and text[max(0, start - 2) : start].rstrip(" ")[-1:].isdigit():
        return  # a group of a longer number
    another = _ANOTHER.search(text, start + 1, end)
    end = another.start() if another else end
    while end > start:
        written = text[start:end]
        digits = _NOT_DIGIT.sub("", written.replace("(0)", "")).removeprefix("00")
        zones = digits[0] not in "17" or len(digits) == 11  # North America and Russia have one length
        if zones and 8 <= len(digits) <= 15 and stands_alone(text, start, end):
            # Without a separator 00 begins a counter; "+100 000 000 users" is a count.
            if not written.removeprefix("00").isdigit() and not digits.endswith("000000"):
                yield start, end, "+" + digits
            return
        shorter = _LAST_GROUP.search(written)
        if not shorter:
            return
        end = start + shorter.start()


# --- IP addresses ----------------------------------------------------------------------------------------------------

_VERSION = re.compile(
    r"(?:\b(?:v|ver|version|release|firmware|driver|build)[ .:]{0,2}|[A-Za-z]/|==|[<>~^]=?)$", re.IGNORECASE
)


def _ip(text: str, start: int, end: int) -> Iterator[Part]:
    colons = ":" in text[start:end]
    if colons and text[end - 1] == ":" != text[end - 2]:
        end -= 1  # "2a00:...:1: that is mine"
    before, after = text[max(0, start - 12) : start], text[end : end + 2]
    if re.search(r"[A-Za-z0-9_.]$", before) or re.match(r"[A-Za-z0-9_]|[.-][A-Za-z0-9]", after):
        return
    if colons and before.endswith(":"):
        return
    try:
        address = ipaddress.ip_address(text[start:end])
    except ValueError:
        return
    if not address.is_global or address.is_multicast:
        return
    if address.version == 4:
        # Four small numbers are a version (or a public resolver such as 8.8.8.8, which is nobody's address).
        if _VERSION.search(before) or max(address.packed) < 20 or address.packed[3] == 0:
            return
    elif address.packed[0] >> 5 != 1:  # 2000::/3, all that is given out; "a::b" is code
        return
    yield start, end, str(address)


# --- postal addresses ------------------------------------------------------------------------------------------------

_NAME = r"\p{Lu}[\p{Latin}'’.-]*"
_NUMBER = r"[0-9]{1,5}[a-zA-Z]?"
_ADDRESS = "|".join(
    (
        rf"[0-9]{{1,5}}[A-Za-z]? (?:(?:{_NAME}|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,3}}"
        r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace"
        r"|Crescent|Close|Highway|Hwy|Parkway|Pkwy)\b\.?"
        r"(?:,? (?:Apt|Apartment|Unit|Suite|Flat|#)\.? ?[0-9]{1,4}[A-Z]?\b)?",
        # German and Dutch write the kind of street as the end of its name.
        r"\p{Lu}[\p{Latin}-]{2,30}(?:stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ufer|damm|straat|laan|gracht|plein)"
        rf" {_NUMBER}\b",
        rf"(?:{_NAME} )?(?:Straße|Strasse|Str\.|Allee)(?: (?:der|des) {_NAME})? {_NUMBER}\b",
        rf"\p{{Lu}}\p{{Latin}}{{4,}}er (?:Platz|Weg|Ring|Damm) {_NUMBER}\b",  # "Auf Platz 1" is a rank
        r"[0-9]{1,4}(?: ?bis| ?ter)?,? (?i:rue|avenue|boulevard|impasse|allée|chemin|quai)"
        rf" (?:de la |de l['’]|du |des |de |d['’])?{_NAME}(?: {_NAME}){{0,2}}",
        rf"(?:Calle|Avenida|Avda\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua)(?: (?:de|del|della|la|el|da|do|dos))*"
        rf" {_NAME}(?: {_NAME}){{0,2}},? (?:n[º°.] ?)?[0-9]{{1,4}}\b",
    )
)
_NO_ADDRESS = re.compile(
    r"(?:park|arbeits|sitz|stell|spiel|fahr|schul|heim|rück|ausbildungs|studien|camping|sport)(?:platz|weg)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_MACHINE = re.compile(r"\b(?:state|hard|flash|disk|tape|thumb|test|worm|chain|belt|usb|optical) drive\b", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*(?:%|€|(?:minuten|min|stunden|std|km|meter|m|uhr|euro|mal|jahre|tage|personen)\b)", re.IGNORECASE
)


def _address(text: str, start: int, end: int) -> Iterator[Part]:
    year = re.match(r"(?:19|20)[0-9]{2} ", text[start:end])  # "In 2023 The Road to ..."
    touched = (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum())
    if (
        year
        or touched
        or _NO_ADDRESS.match(text, start, end)
        or _UNIT.match(text, end)
        or _MACHINE.search(text, start, end)
    ):
        return
    end = start + len(text[start:end].rstrip("'’-."))
    value = text[start:end].casefold().replace("str.", "strasse")
    yield start, end, " ".join(re.findall(r"\w+", value))


# --- numbers of documents --------------------------------------------------------------------------------------------

_SSN = r"[0-9]{3}-[0-9]{2}-[0-9]{4}"
_DOCUMENT = (
    r"(?i:passport|passeport|pasaporte|passaporto|reisepass|personalausweis|ausweis|driver['’]?s? licen[cs]e"
    r"|driving licen[cs]e|führerschein|national id|identity card|id card|id number|tax id|steuer-?id|dni|nie|nif"
    r"|social security|national insurance)"
    r"[^\n]{0,30}?[^A-Za-z0-9\n]([A-Z]{0,3}[0-9][A-Z0-9]{4,11})"
)


def _ssn(text: str, start: int, end: int) -> Iterator[Part]:
    area, group, serial = text[start:end].split("-")  # what the Social Security Administration never gives out:
    given_out = area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"
    if given_out and stands_alone(text, start, end):
        yield start, end, text[start:end].replace("-", "")


def _document(text: str, start: int, end: int) -> Iterator[Part]:
    value = text[start:end]
    if stands_alone(text, start, end) and sum(character.isdigit() for character in value) >= 4:
        yield start, end, value


PERSONAL_DATA: tuple[Detector, ...] = (
    Detector("EMAIL", rf"[{_LETTERS}0-9_%+'.-]@[{_LETTERS}0-9]|[(\[](?:at|AT)[)\]]", _MAIL, _mail),
    Detector("ID", _SSN, f"({_SSN})", _ssn),  # before telephone numbers, which can look the same
    Detector("ID", _DOCUMENT, _DOCUMENT, _document),
    Detector("PHONE", _PHONE, f"({_PHONE})", _phone),
    Detector("IP", r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", r"([0-9]{1,3}(?:\.[0-9]{1,3}){3})", _ip),
    Detector("IP", r"[23][0-9a-fA-F]{3}:[0-9a-fA-F:]", r"([23][0-9a-fA-F]{3}:[0-9a-fA-F:]{2,35})", _ip),
    Detector("ADDRESS", _ADDRESS, f"({_ADDRESS})", _address),
)
