"""Secrets and personal data: what is found, what only looks like it, and that a placeholder stands for one thing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import conversation_filter
from identity.filters.privacy import Placeholders, Redactor
from identity.records import Alternative, Conversation, Message, write_conversations

A = "Ab1" * 40  # made at run time, so that nothing here looks like a key to those who scan for them
SECRETS = [
    ("API_KEY", "sk-" + A[:48]),
    ("API_KEY", "sk-" + "proj-" + A[:60]),
    ("API_KEY", "sk-" + "ant-api03-" + A[:80]),
    ("API_KEY", "AK" + "IA" + "ABCDEFGH12345678"),
    ("API_KEY", "gh" + "p_" + A[:36]),
    ("API_KEY", "github" + "_pat_" + A[:40]),
    ("API_KEY", "gl" + "pat-" + A[:20]),
    ("API_KEY", "xo" + "xb-" + "1234567890-abcdef"),
    ("API_KEY", "AI" + "za" + A[:35]),
    ("API_KEY", "h" + "f_" + A[:34]),
    ("API_KEY", "sk" + "_live_" + A[:24]),
    ("TOKEN", "ey" + "J" + A[:20] + ".ey" + "J" + A[:30] + "." + A[:40]),
    ("CARD", "4111 1111 1111 1111"),
    ("CARD", "5500-0055-5555-5559"),
    ("CARD", "378282246310005"),
    ("IBAN", "DE89 3704 0044 0532 0130 00"),
    ("IBAN", "GB82WEST12345698765432"),
    ("PRIVATE_KEY", "-----BEGIN RSA " + "PRIVATE KEY-----\n" + A + "\n-----END RSA " + "PRIVATE KEY-----"),
    ("PRIVATE_KEY", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + A[:50]),
]
PERSONAL = [
    ("EMAIL", "anna.wren+boats@example.co.uk"),
    ("PHONE", "+49 30 1234567"),
    ("PHONE", "+1 (415) 555-2671"),
    ("PHONE", "+33 6 60 00 83 35"),
    ("PHONE", "(415) 555-2671"),
    ("IP", "93.184.216.34"),
    ("IP", "2606:2800:220:1:248:1893:25c8:1946"),
]
LOOK_ALIKES = [
    "version 1.2.3.4000 of the app",
    "ISBN 978-3-16-148410-0",
    "at 1732531200 or 1732531200000",
    "the colour #ff8800 and 0xdeadbeef",
    "order 4111 1111 1111 1112",  # Luhn fails
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "123e4567-e89b-12d3-a456-426614174000",
    "on 2026-11-25 at 12:30:45",
    "127.0.0.1 and 0.0.0.0",
    "sk-learn and task-force, ghp_short",
    "12,345.67 or 3.14159265358979",
    "2 + 2 = 4, +5 points",
    "@anna on the quay, me@home",
    "an M.2 Internal Solid State Drive",
]


def kinds(level: str, text: str, *names: list[str]) -> list[tuple[str, str]]:
    return [(found.kind, text[found.start : found.end]) for found in Redactor(level, names).find(text)]


@pytest.mark.parametrize("kind, secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "my key is {}, keep it", "`{}`", "„{}“ — ü", "KEY={}\n"])
def test_a_secret_is_found_to_the_character(kind: str, secret: str, around: str) -> None:
    assert kinds("secrets", around.format(secret)) == [(kind, secret)]


@pytest.mark.parametrize("kind, data", PERSONAL)
@pytest.mark.parametrize("around", ["{}", "it is {}, I think", "ü — ({})"])
def test_personal_data_is_found_only_when_asked_for(kind: str, data: str, around: str) -> None:
    assert kinds("pii", around.format(data)) == [(kind, data)]
    assert kinds("secrets", around.format(data)) == []


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert kinds("pii", text) == []


def test_an_iban_has_its_check_digits() -> None:
    assert kinds("secrets", "DE89 3704 0044 0532 0130 01") == []


def test_a_number_of_three_groups_is_an_id_only_where_it_is_called_one() -> None:
    assert kinds("pii", "my SSN is 078-05-1120")[0][1] == "078-05-1120"


def test_the_login_in_a_link_goes_and_the_link_stays() -> None:
    assert kinds("secrets", "postgres://wren:hunter2@db.example.org/boats") == [("PASSWORD", "wren:hunter2")]


def test_the_same_thing_written_differently_has_one_placeholder() -> None:
    redactor, placeholders = Redactor("pii"), Placeholders()
    text = "Anna@Example.org, ben@example.org, anna@example.org"
    assert placeholders.replace(text, redactor.find(text)) == "[EMAIL_1], [EMAIL_2], [EMAIL_1]"
    assert placeholders.counts == {"EMAIL": 3}


def test_a_listed_person_has_one_placeholder_under_all_names_in_any_script() -> None:
    redactor, placeholders = Redactor("pii", [["Jonas Müller", "Jonas"], ["Оля"]]), Placeholders()
    text = "jonas müller, Jonas's boat, Jonasson and Оля, not Олят"
    assert (
        placeholders.replace(text, redactor.find(text)) == "[NAME_1], [NAME_1]'s boat, Jonasson and [NAME_2], not Олят"
    )


@given(st.lists(st.sampled_from([data for _, data in SECRETS + PERSONAL] + LOOK_ALIKES + ["ü", "😀", " "])))
def test_redacting_twice_is_redacting_once(parts: list[str]) -> None:
    redactor, text = Redactor("pii"), " ".join(parts)
    once = Placeholders().replace(text, redactor.find(text))
    assert redactor.find(once) == []


def filtered(tmp_path: Path, *flags: str) -> str:
    mail, key = "anna@example.org", "gh" + "p_" + A[:36]
    reply = Message(
        id="b",
        parent="a",
        role="assistant",
        content=f"Write to {mail}, and circle back with {key} later.",
        alternatives=[Alternative(content=f"Or {mail}.")],
    )
    first = Message(id="a", parent=None, role="user", content="Whom do I ask about the boat?")
    source, output = tmp_path / "parsed.json", tmp_path / "filtered.json"
    write_conversations(source, [Conversation(id="c", title=f"Mail to {mail}", messages=[first, reply])])
    flags = ("--rejects", str(tmp_path / "r.jsonl"), "--mode", "mask", "--toxicity", "off", *flags)
    assert conversation_filter.main([str(source), "--output", str(output), *flags]) == 0
    return output.read_text(encoding="utf-8") + (tmp_path / "r.jsonl").read_text(encoding="utf-8")


def test_secrets_are_redacted_unless_told_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "[API_KEY_1]" in filtered(tmp_path)
    told = capsys.readouterr().out
    assert "Redacted: API_KEY 1." in told
    assert A[:36] not in told
    assert A[:36] in filtered(tmp_path, "--redact", "none")


def test_title_alternatives_and_rejects_are_redacted_as_well(tmp_path: Path) -> None:
    written = filtered(tmp_path, "--redact", "pii")
    assert "anna@example.org" not in written and A[:36] not in written
    assert written.count("[EMAIL_1]") == 4


def test_spans_of_verdicts_are_those_of_the_redacted_text(tmp_path: Path) -> None:
    filtered(tmp_path, "--redact", "pii")
    line = json.loads((tmp_path / "r.jsonl").read_text(encoding="utf-8"))
    assert line["content"][slice(*line["span"])] == line["match"] == "circle back"


def test_names_without_pii_are_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names, source = tmp_path / "names.txt", tmp_path / "parsed.json"
    names.write_text("# us\nAnna Wren, Anna\n", encoding="utf-8")
    source.write_text("[]", encoding="utf-8")
    assert conversation_filter.main([str(source), "--dry-run", "--names", str(names)]) == 2
    assert "--redact pii" in capsys.readouterr().err
