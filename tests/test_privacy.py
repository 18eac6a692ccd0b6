"""Redaction: what is found as a secret or as personal data, what only looks like it, and how it is numbered.

Keys are put together at run time, so that the secret scanners of code hosts do not take this file for a leak.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.console import UsageError
from identity.filters.privacy import PLACEHOLDER, Placeholders, Redactor, read_names

SECRETS = Redactor("secrets")
NAMES = [["Anna Lee", "Anna", "annie"], ["王伟"], ["민준"], ["O'Brien"], ["Zoë"], ["Юлия"]]
PERSONAL = Redactor("pii", NAMES)
MIXED = "a1B2c3D4e5F6g7H8i9J0" * 4  # stands for the random part of a key


def redacted(text: str, redactor: Redactor = PERSONAL) -> str:
    return Placeholders().replace(text, redactor.find(text))


KEYS = {
    "openai": "sk" + "-" + MIXED[:48],
    "openai project": "sk" + "-proj-" + MIXED,
    "anthropic": "sk" + "-ant-api03-" + MIXED + "_-AA",
    "aws": "AK" + "IA" + "Q3EGZ7T2N5XW4RPB",
    "aws session": "AS" + "IA" + "Q3EGZ7T2N5XW4RPB",
    "github": "gh" + "p_" + MIXED[:36],
    "github app": "gh" + "s_" + MIXED[:36],
    "github fine-grained": "github" + "_pat_" + MIXED[:22] + "_" + MIXED[:59],
    "gitlab": "gl" + "pat-" + MIXED[:20],
    "slack": "xo" + "xb-" + "123456789012-" + MIXED[:24],
    "google": "AI" + "za" + MIXED[:35],
    "hugging face": "h" + "f_" + "abcdefghijKLMNOPQRSTuvwxyzABCDEFGH",
    "stripe": "sk" + "_live_" + MIXED[:24],
    "stripe restricted": "rk" + "_live_" + MIXED[:24],
    "npm": "np" + "m_" + MIXED[:36],
    "pypi": "py" + "pi-AgEI" + MIXED,
    "sendgrid": "S" + "G." + MIXED[:22] + "." + MIXED[:43],
    "telegram": "123456789" + ":AA" + MIXED[:33],
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_a_vendor_key_is_found_wherever_it_stands(key: str) -> None:
    for text in ("my key is {}.", '```\nKEY="{}"\n```', "密钥是{}，请保密", "**{}**"):
        assert redacted(text.format(key), SECRETS) == text.format("[API_KEY_1]")


SECRET_TEXTS = [
    ("ey" + "J" + MIXED[:30] + "." + "ey" + "J" + MIXED[:40] + "." + MIXED[:43], "[TOKEN_1]"),
    ("https://discord" + ".com/api/webhooks/" + "123456789012345678/" + MIXED[:68], "[WEBHOOK_1]"),
    ("postgres://anna:hunter2" + "@db.example.com/x", "postgres://[PASSWORD_1]@db.example.com/x"),
    ("https://api.telegram.org/bot" + KEYS["telegram"] + "/getMe", "https://api.telegram.org/bot[API_KEY_1]/getMe"),
    ("card 4111 1111 1111 1111, 12/26", "card [CARD_1], 12/26"),
    ("card 4111-1111-1111-1111", "card [CARD_1]"),
    ("5555555555554444", "[CARD_1]"),
    ("3782 822463 10005", "[CARD_1]"),
    ("pay to DE89 3704 0044 0532 0130 00 please", "pay to [IBAN_1] please"),
    ("gb29nwbk60161331926819", "[IBAN_1]"),
    ("IBAN: FR1420041010050500013M02606.", "IBAN: [IBAN_1]."),
]


@pytest.mark.parametrize(("text", "expected"), SECRET_TEXTS)
def test_a_secret_is_replaced_and_nothing_around_it(text: str, expected: str) -> None:
    assert redacted(text, SECRETS) == expected


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", ""])
def test_a_private_key_is_replaced_as_a_block(kind: str) -> None:
    begin, end = (f"-----{word} {kind}PRIVATE" + " KEY-----" for word in ("BEGIN", "END"))
    body = "\n".join([MIXED[:64]] * 3)
    assert redacted(f"see\n{begin}\n{body}\nQk==\n{end}\nok?", SECRETS) == "see\n[PRIVATE_KEY_1]\nok?"
    assert redacted(f"see\n{begin}\n{body}\n\nThat is it.", SECRETS) == "see\n[PRIVATE_KEY_1]\n\nThat is it."


PERSONAL_TEXTS = [
    ("write to jose.maria+x@mail.example.org.", "write to [EMAIL_1]."),
    ("我的邮箱是anna@example.com。", "我的邮箱是[EMAIL_1]。"),
    ("jörg@müller.de", "[EMAIL_1]"),
    ("anna (at) example (dot) com", "[EMAIL_1]"),
    ("call +49 30 1234567 today", "call [PHONE_1] today"),
    ("call +49 (0)171/1234567", "call [PHONE_1]"),
    ("call 0044 20 7946 0958", "call [PHONE_1]"),
    ("+1 202 555 0123 12.05.2024", "[PHONE_1] 12.05.2024"),
    ("(202) 555-0123", "[PHONE_1]"),
    ("202-555-0123", "[PHONE_1]"),
    ("202.555.0123", "[PHONE_1]"),
    ("030 12345678", "[PHONE_1]"),
    ("0171-1234567", "[PHONE_1]"),
    ("01 23 45 67 89", "[PHONE_1]"),
    ("电话138-1234-5678", "电话[PHONE_1]"),
    ("090-1234-5678", "[PHONE_1]"),
    ("my ip is 93.184.216.34", "my ip is [IP_1]"),
    ("http://93.184.216.34:8080/x", "http://[IP_1]:8080/x"),
    ("2a00:1450:4001:81b::200e", "[IP_1]"),
    ("I live at 12 Oak Street.", "I live at [ADDRESS_1]."),
    ("221B Baker St, London", "[ADDRESS_1], London"),
    ("100 N Main Ave Apt 4B", "[ADDRESS_1]"),
    ("Lindenstraße 5 in Köln", "[ADDRESS_1] in Köln"),
    ("Berliner Str. 12a", "[ADDRESS_1]"),
    ("12 rue de Rivoli", "[ADDRESS_1]"),
    ("Calle de Alcalá 45", "[ADDRESS_1]"),
    ("Via Roma, 10", "[ADDRESS_1]"),
    ("ssn 078-05-1120", "ssn [ID_1]"),
    ("my passport number is 123456789", "my passport number is [ID_1]"),
    ("Personalausweis L01X00T471", "Personalausweis [ID_1]"),
    ("Anna's cat, ANNA LEE and Annie", "[NAME_1]'s cat, [NAME_1] and [NAME_1]"),
    ("@anna_92", "@[NAME_1]_92"),
    ("Anna Leeds", "[NAME_1] Leeds"),
    ("昨天王伟去了北京", "昨天[NAME_1]去了北京"),
    ("민준은 학생", "[NAME_1]은 학생"),
    ("O’Brien and o'brien", "[NAME_1] and [NAME_1]"),
    ("Zoe\u0308 or ZOË", "[NAME_1] or [NAME_1]"),
    ("позови ЮЛИЯ", "позови [NAME_1]"),
]


@pytest.mark.parametrize(("text", "expected"), PERSONAL_TEXTS)
def test_personal_data_is_replaced_and_nothing_around_it(text: str, expected: str) -> None:
    assert redacted(text) == expected


LOOK_ALIKES = [
    "version 10.15.7.21, v93.184.216.34, Chrome/120.0.6099.109, numpy==1.26.4",
    "1.2.3.4 and 8.8.8.8",
    "127.0.0.1 0.0.0.0 192.168.178.1 10.0.0.5 ::1 fe80::1 2001:db8::1",
    "std::vector<int> a::b 12:30:45",
    "ISBN 978-3-16-148410-0 or 0-306-40615-2",
    "ISBN: 0306406152, isbn 030-640-6152",
    "1700000000 1700000000123 1700000000123456789",
    "#ff00aa #123456 0xDEADBEEF",
    "order 4111 1111 1111 1112 and 1234567812345678",
    "2024-01-02 10:20:30, 01.02.2024, 1/2/2024, 2024/01/02 12:00, 01-02-2024 10:30",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709 and 71bd6e8",
    "550e8400-e29b-41d4-a716-446655440000 41111111-1111-4111-8111-111111111111",
    "DE89 3704 0044 0532 0130 01",
    "$1,234,567.89 or 12 345 678 €, +100 000 000 users",
    "sk-learn-pipeline-with-a-very-long-name task-a1B2c3D4e5F6g7H8i9J0k1",
    "hf_hub_download_with_a_long_function_name npm_config_registry_and_more",
    "git@github.com:user/repo.git, icon@2x.png, lodash@4.17.21, @anna92",
    "http://localhost:8080/a@b https://medium.com/@someone",
    "-----BEGIN PUBLIC KEY-----",
    "900-12-3456 000-12-3456",
    "my passport expires in 2027; he left his passport at home",
    "I walked 5 minutes down the street, won 3 games on Drive",
    "Auf Platz 1, Parkplatz 12, Heimweg 20 Minuten",
    "Annabel, Savanna, Hannah and Юлиян",
    "0930 - 1730, 3-2, 100-200, 0.123 456 789",
    "<@123456789012345678> <#987654321098765432>",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert redacted(text) == text


def test_secrets_leaves_personal_data_and_names() -> None:
    assert SECRETS.find("Anna, anna@example.com, +49 30 1234567, 93.184.216.34") == []
    assert Redactor("secrets", NAMES).find("Anna") == []


def test_the_same_thing_written_differently_has_one_number() -> None:
    text = "A@x.org a@X.org; +49 30 1234567 0049 (0)30/1234567; DE89370400440532013000 DE89 3704 0044 0532 0130 00"
    assert redacted(text) == "[EMAIL_1] [EMAIL_1]; [PHONE_1] [PHONE_1]; [IBAN_1] [IBAN_1]"


def test_numbers_run_through_all_texts_of_a_run() -> None:
    placeholders = Placeholders()
    texts = ["b@x.org and a@x.org", "a@x.org, c@x.org"]
    assert [placeholders.replace(text, PERSONAL.find(text)) for text in texts] == [
        "[EMAIL_1] and [EMAIL_2]",
        "[EMAIL_2], [EMAIL_3]",
    ]
    assert placeholders.counts == Counter(EMAIL=4)


def test_a_placeholder_is_never_touched() -> None:
    redactor = Redactor("pii", [["email"], ["1"]])
    assert redacted("[EMAIL_1] [API_KEY_12]", redactor) == "[EMAIL_1] [API_KEY_12]"


def test_offsets_count_characters_also_beyond_ascii() -> None:
    text = "😀 é 王 a@x.org"
    (finding,) = PERSONAL.find(text)
    assert text[finding.start : finding.end] == finding.value == "a@x.org"


def test_half_a_surrogate_pair_does_not_stop_the_search() -> None:
    assert redacted("\ud83d a@x.org") == "\ud83d [EMAIL_1]"


PIECES = st.sampled_from([*KEYS.values(), *(text for text, _ in SECRET_TEXTS + PERSONAL_TEXTS), *LOOK_ALIKES])
GLUE = st.sampled_from(["", " ", "\n", ", ", "-", ".", "1", "a", "[", "]", "[EMAIL_1]", "王", "@", "+"])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(PIECES, GLUE, st.text(max_size=8)), max_size=8).map("".join))
def test_findings_are_in_order_and_a_second_run_finds_nothing(text: str) -> None:
    findings = PERSONAL.find(text)
    edges = [edge for finding in findings for edge in finding[:2]]
    assert edges == sorted(edges) and all(0 <= a < b <= len(text) for a, b in zip(edges[::2], edges[1::2], strict=True))
    clean = redacted(text)
    assert PERSONAL.find(clean) == []
    assert len(PLACEHOLDER.findall(clean)) == len(PLACEHOLDER.findall(text)) + len(findings)


def test_names_are_read_one_person_per_line(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("# friends\nAnna Lee, Anna ,\n\n王伟\n,\n", encoding="utf-8")
    assert read_names(path) == [["Anna Lee", "Anna"], ["王伟"]]


def test_a_file_of_names_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(b"Zo\xeb\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_names(path)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        Redactor("everything")
