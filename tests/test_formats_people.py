"""Chats between people: what the samples of the messengers cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, call, chatgpt, node, only, parse, texts, write

from identity import json_window
from identity.console import UsageError, UserError
from identity.formats.messenger import Speakers
from identity.formats.nodes import CALL, DELETED, MEDIA_ONLY, NOTICE
from identity.formats.peek import peek_at
from identity.formats.whatsapp_lines import header
from identity.formats.whatsapp_notes import words_of
from identity.importing import Collection
from identity.records import read_conversations
from identity.sources import Document, documents

EXPORTS = Path(__file__).parent / "exports"
NOON = 1767268800  # 2026-01-01T12:00:00Z
Json = dict[str, Any]


def telegram(*said: tuple[str, str] | Json, **fields: Any) -> Json:
    """A chat in which these people said this, one a minute; a dict replaces fields of a message."""
    messages = []
    for number, entry in enumerate(said):
        message: Json = {"id": number + 1, "type": "message", "date_unixtime": str(NOON + 60 * number)}
        if isinstance(entry, tuple):
            entry = {"from": entry[0], "from_id": f"user-{entry[0]}", "text": entry[1]}
        messages.append(message | entry)
    return {"name": "Mira", "type": "personal_chat", "id": 7} | fields | {"messages": messages}


def discord(*said: tuple[str, str], channel: Json | None = None, **fields: Any) -> Json:
    """A channel in which these people said this, one a minute; a name with "bot" in it is a bot's."""
    messages = [
        {
            "id": str(100 + number),
            "type": "Default",
            "timestamp": f"2026-01-01T12:{number:02d}:00+00:00",
            "content": text,
            "author": {"id": f"id-{name}", "name": name.lower(), "nickname": name, "isBot": "bot" in name},
        }
        | fields
        for number, (name, text) in enumerate(said)
    ]
    around = {"guild": {"id": "0"}, "channel": channel or {"id": "9", "type": "DirectTextChat"}, "exportedAt": "…"}
    return around | {"messages": messages, "messageCount": len(messages)}


def whatsapp(tmp_path: Path, *lines: str, voice: str = "Anna", encoding: str = "utf-8") -> Collection:
    file = tmp_path / "_chat.txt"
    file.write_bytes("\n".join(lines).encode(encoding))
    return parse(file, voices=(voice,))


# --- whose voice --------------------------------------------------------------------------------------------------


def test_without_a_voice_the_speakers_are_listed_with_their_messages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "result.json", telegram(("Anna", "Rain?"), ("Mira", "Mizzle."), ("Mira", "Drizzle.")))
    assert call(file, "--output", tmp_path / "out.json") == 2
    told = capsys.readouterr().err
    assert "1 conversations are between people; say with --voice NAME whose voice is to be learned" in told
    assert "Mira (2), Anna (1)" in " ".join(told.split())
    assert not (tmp_path / "out.json").exists()


def test_a_voice_that_nobody_has_is_refused_with_the_speakers(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nobody of that name speaks; .*: Mira \(1\)"):
        parse(write(tmp_path / "result.json", telegram(("Mira", "Rain?"))), voices=("anna",))


def test_one_person_may_have_two_names(tmp_path: Path) -> None:
    file = write(tmp_path / "result.json", telegram(("Anna", "Rain?"), ("Mira", "Mizzle."), ("Annie", "Fog?")))
    output = tmp_path / "out.json"
    assert call(file, "--output", output, "--voice", "Anna", "--voice", "Annie", "--quiet") == 0
    (conversation,) = read_conversations(output)
    assert [message.role for message in conversation.messages] == ["assistant", "user", "assistant"]


def test_what_one_typed_to_an_assistant_and_to_friends_is_learned_together(tmp_path: Path) -> None:
    chats = write(tmp_path / "a.json", [chatgpt(node("q", None, "user", "Fog?"), node("r", "q", "assistant", "Haar."))])
    friends = write(tmp_path / "b.json", telegram(("Mira", "Rain?"), ("Anna", "Mizzle.")))
    output = tmp_path / "out.json"
    assert call(chats, friends, "--output", output, "--voice", "user", "--voice", "Anna", "--quiet") == 0
    learned = [m.content for found in read_conversations(output) for m in found.messages if m.role == "assistant"]
    assert learned == ["Fog?", "Mizzle."]


def test_rows_of_a_group_say_who_speaks(tmp_path: Path) -> None:
    file = write(tmp_path / "result.json", telegram(("Mira", "Rain?"), ("Tom", "Snow?"), ("Anna", "Fog.")))
    rows = tmp_path / "rows.jsonl"
    assert call(file, "--export", rows, "--voice", "Anna", "--quiet") == 0
    (row,) = map(json.loads, rows.read_text(encoding="utf-8").splitlines())
    assert (row["instruction"], row["response"]) == ("Mira: Rain?\n\nTom: Snow?", "Fog.")


def test_two_accounts_with_one_name_are_told_apart() -> None:
    speakers = Speakers()
    assert [speakers.name("1", "Tom", "tom"), speakers.name("2", "Tom", "tom_b"), speakers.name("3", "Tom")] == [
        "Tom",
        "Tom (tom_b)",
        "Tom (3)",
    ]
    assert speakers.name("2", "") == "Tom (tom_b)"
    assert speakers.name("4", "") == "4"
    assert speakers.name(None, "") is None


# --- Telegram -----------------------------------------------------------------------------------------------------


def test_a_later_export_of_a_chat_replaces_the_earlier_one(tmp_path: Path) -> None:
    said = [("Mira", "Rain?"), ("Anna", "Mizzle."), ("Mira", "And fog?"), ("Anna", "Haar.")]
    for build in (telegram, discord):
        folder = tmp_path / build.__name__
        files = [write(folder / f"{count}.json", build(*said[:count])) for count in (4, 2)]
        found = parse(*files, voices=("Anna",))
        assert [text for _, text in texts(only(found))] == [text for _, text in said]
        assert_reconciles(found)


def test_a_notice_does_not_bridge_a_silence_and_is_no_turn(tmp_path: Path) -> None:
    notice = {"type": "service", "action": "pin_message", "date_unixtime": str(NOON + 4 * 3600)}
    late = {"from": "Anna", "from_id": "user-Anna", "text": "Night.", "date_unixtime": str(NOON + 8 * 3600)}
    found = parse(
        write(tmp_path / "x.json", telegram(("Mira", "Rain?"), notice, ("Anna", "Mizzle."), notice, late)),
        voices=("Anna",),
    )
    assert [len(conversation.messages) for conversation in found] == [2, 1]
    assert next(iter(found)).messages[1].parent == "1"
    assert found.account.messages_left_out == {NOTICE: 2}


def test_a_long_chat_is_read_message_by_message(tmp_path: Path) -> None:
    said = [(("Mira", "Anna")[number % 2], f"word {number} " * 20) for number in range(4_000)]
    assert len(only(parse(write(tmp_path / "x.json", telegram(*said)), voices=("Anna",))).messages) == 4_000


def test_the_json_of_an_account_with_many_contacts_is_known(tmp_path: Path) -> None:
    contacts = [
        {"user_id": number, "first_name": "n" * 40, "last_name": "", "phone_number": ""} for number in range(5000)
    ]
    account = {
        "about": "…",
        "personal_information": {"user_id": 1},
        "contacts": {"list": contacts},
        "chats": {"list": [telegram(("Mira", "Rain?"), ("Anna", "Mizzle."))]},
    }
    assert texts(only(parse(write(tmp_path / "x.json", account), voices=("Anna",))))[1] == ("assistant", "Mizzle.")


def test_an_account_is_read_chat_by_chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what one value may hold; chats that were left stand in a list of their own, and a file may be cut off."""
    monkeypatch.setattr(json_window, "LONGEST", 8_000)
    monkeypatch.setattr(json_window, "BLOCK", 500)
    chats = [telegram(("Mira", "Rain?"), ("Anna", "Mizzle." * 50), id=number) for number in range(20)]
    account = {
        "about": {"list": ["no chat"]},
        "chats": {"about": "}", "list": chats[:15]},
        "stories": [{"list": [1]}],
        "left_chats": {"list": [*chats[15:], None]},
    }
    file = write(tmp_path / "x.json", account)
    found = parse(file, voices=("Anna",))
    assert (len(found), found.account.conversations_left_out) == (20, {"not a conversation": 1})
    file.write_text(file.read_text(encoding="utf-8")[: file.stat().st_size // 2], encoding="utf-8")
    found = parse(file, voices=("Anna",))
    assert len(found) in range(8, 12)
    assert found.account.conversations_left_out == {"cut off at the end of the file": 1}


# --- Discord ------------------------------------------------------------------------------------------------------


def test_a_channel_exported_newest_first_is_turned_round(tmp_path: Path) -> None:
    value = discord(("Mira", "Rain?"), ("Anna", "Mizzle."))
    value["messages"].reverse()
    assert texts(only(parse(write(tmp_path / "x.json", value), voices=("Anna",)))) == [
        ("user", "Rain?"),
        ("assistant", "Mizzle."),
    ]


def test_a_bot_is_the_assistant_without_a_voice_and_a_speaker_with_its_name(tmp_path: Path) -> None:
    file = write(tmp_path / "x.json", discord(("Anna", "Rain?"), ("Luna-bot", "Mizzle.")))
    assert texts(only(parse(file))) == texts(only(parse(file, voices=("Luna-bot",))))
    assert texts(only(parse(file, voices=("Anna",)))) == [("assistant", "Rain?"), ("user", "Mizzle.")]


def test_what_was_forwarded_is_nobodys_own_words(tmp_path: Path) -> None:
    value = discord(("Mira", ""), ("Anna", "Oh!"))
    value["messages"][0]["forwardedMessage"] = {"content": "Rain.", "timestamp": "2026-01-01T12:00:00+00:00"}
    found = parse(write(tmp_path / "x.json", value), voices=("Anna",))
    assert texts(only(found)) == [("assistant", "Oh!")]
    assert only(found).messages[0].parent == "100"


# --- WhatsApp -----------------------------------------------------------------------------------------------------

HEADERS = {
    "iPhone, German": ("[01.02.26, 10:00:00] Anna: Hi", (1, 2, 26), 36000),
    "iPhone, American": ("[2/1/26, 10:00:00\u202fPM] Anna: Hi", (2, 1, 26), 79200),
    "iPhone, a mark before it": ("\u200e[01.02.26, 10:00:00] Anna: Hi", (1, 2, 26), 36000),
    "iPhone, Swedish": ("[2026-02-01, 10:00:00] Anna: Hi", (2026, 2, 1), 36000),
    "iPhone, Japanese": ("[2026/02/01 10:00:00] Anna: Hi", (2026, 2, 1), 36000),
    "iPhone, Chinese": ("[2026/2/1 下午10:00:00] Anna: Hi", (2026, 2, 1), 79200),
    "iPhone, Korean": ("[2026. 2. 1. 오후 10:00:00] Anna: Hi", (2026, 2, 1), 79200),
    "Android, British": ("01/02/2026, 10:00 - Anna: Hi", (1, 2, 2026), 36000),
    "Android, American": ("2/1/26, 12:30\u202fAM - Anna: Hi", (2, 1, 26), 1800),
    "Android, Spanish": ("1/2/26, 10:00 p. m. - Anna: Hi", (1, 2, 26), 79200),
    "Android, Brazilian": ("01/02/2026 10:00 - Anna: Hi", (1, 2, 2026), 36000),
    "Android, French": ("01/02/2026 à 10:00 - Anna: Hi", (1, 2, 2026), 36000),
    "Android, Dutch": ("01-02-2026 10:00 - Anna: Hi", (1, 2, 2026), 36000),
    "Android, Finnish": ("1.2.2026 klo 10.00 - Anna: Hi", (1, 2, 2026), 36000),
    "Android, Arabic": ("\u200f1\u200f/2\u200f/2026، 10:00 م - Anna: Hi", (1, 2, 2026), 79200),
}


@pytest.mark.parametrize(("line", "numbers", "seconds"), HEADERS.values(), ids=HEADERS.keys())
def test_the_beginning_of_a_message(line: str, numbers: tuple[int, int, int], seconds: int) -> None:
    found = header(line)
    assert found is not None
    assert (found.numbers, found.seconds, found.sender, found.text) == (numbers, seconds, "Anna", "Hi")


@pytest.mark.parametrize(
    "line", ["Am 13.02., 18:00 Uhr - Suppe: gut", "see 01/02/2026, 10:00 - Anna: Hi", "1.2 - 3: x", "[1, 2] a: b", ""]
)
def test_a_line_that_goes_on_with_a_message(line: str) -> None:
    assert header(line) is None


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        (["01/02/26, 10:00 - Anna: a", "13/02/26, 10:00 - Anna: b"], "2026-02-01"),  # a day over 12
        (["01/02/26, 10:00 - Anna: a", "02/13/26, 10:00 - Anna: b"], "2026-01-02"),
        (["12/01/26, 10:00 - Anna: a", "01/02/26, 10:00 - Anna: b"], "2026-01-12"),  # else time runs backwards
        (["11/12/25, 10:00 - Anna: a", "12/01/25, 10:00 - Anna: b"], "2025-11-12"),
        (["1/2/26, 10:00 AM - Anna: a"], "2026-01-02"),  # slashes and twelve hours
        (["1/2/26, 10:00 - Anna: a"], "2026-02-01"),
        (["1.2.26, 10:00 - Anna: a"], "2026-02-01"),
    ],
)
def test_the_order_of_day_and_month(tmp_path: Path, lines: list[str], first: str) -> None:
    assert str(next(iter(whatsapp(tmp_path, *lines))).created_at)[:10] == first


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("\u200eimage omitted", "", MEDIA_ONLY),
        ("<Multimedia omitido>", "", MEDIA_ONLY),
        ("<Без медиафайлов>", "", MEDIA_ONLY),
        ("<Medien ausgeschlossen>\nSuppe.pdf", "Suppe.pdf", MEDIA_ONLY),
        ("<Media omitted>\nlook at this", "look at this", None),
        ("IMG-1.jpg (Datei angehängt)\nschau", "schau", None),
        ("see \u200e<attached: 01-PHOTO.jpg>", "see", None),
        ("Menu.pdf • \u200e2 pages \u200edocument omitted", "Menu.pdf • 2 pages", MEDIA_ONLY),
        ("\u200eThis message was deleted.", "This message was deleted.", DELETED),
        ("Eliminaste este mensaje", "Eliminaste este mensaje", DELETED),
        ("\u200eMissed voice call, \u200eTap to call back", "Missed voice call, Tap to call back", CALL),
        ("\u200eAnna ha cambiado el icono", "Anna ha cambiado el icono", NOTICE),
        ("\u200e图片已忽略", "图片已忽略", MEDIA_ONLY),
        ("\u200eubicación: https://maps.google.com/?q=1,2", "ubicación: https://maps.google.com/?q=1,2", MEDIA_ONLY),
        ("yes \u200e<Ce message a été modifié>", "yes", None),
        ("yes <This message was edited>", "yes", None),
        ("I omitted the image", "I omitted the image", None),
        ("a <b> c", "a <b> c", None),
        ("", "", "empty"),
    ],
)
def test_what_is_not_a_persons_words(text: str, words: str, reason: str | None) -> None:
    assert words_of(text, "Anna", is_first=False) == (words, reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_iphone_file_is_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = whatsapp(tmp_path, "[01.02.26, 10:00:00] Mira: Grüße?", "[01.02.26, 10:01:00] Anna: Ja", encoding=encoding)
    assert texts(only(found)) == [("user", "Grüße?"), ("assistant", "Ja")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[1, 2]", "json"),
        ("[-1.5e3]", "json"),
        ("[ 0 ]", "json"),
        ("[12", "json"),
        ("[[1]]", "json"),
        ("[01.02.26, 10:00:00] Anna: Hi", "text"),
        ("[1/2/26, 10:00:00 AM] Anna: Hi", "text"),
        ("[26.1.2, 10:00] Anna: Hi", "text"),
        ("[10:00, 1/2/2026] Anna: Hi", "text"),
    ],
)
def test_an_array_of_numbers_is_json_and_a_date_in_brackets_is_text(tmp_path: Path, text: str, kind: str) -> None:
    file = tmp_path / "x"
    file.write_text(text, encoding="utf-8")
    (document,) = documents([file])
    assert isinstance(document, Document)
    assert peek_at(document).kind == kind


def test_the_same_greeting_to_two_friends_in_one_minute_stays_two_conversations(tmp_path: Path) -> None:
    for name in ("Mira", "Tom"):
        lines = ["01/02/2026, 10:00 - Anna: Happy new year!", f"01/02/2026, 10:05 - {name}: To you too"]
        (tmp_path / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    assert len(parse(tmp_path, voices=("Anna",))) == 2


def test_a_later_export_of_a_text_chat_replaces_the_earlier_one(tmp_path: Path) -> None:
    lines = [f"01/02/2026, 10:0{n} - {('Mira', 'Anna')[n % 2]}: word {n}" for n in range(6)]
    for count in (3, 6):
        (tmp_path / f"{count}.txt").write_text("\n".join(lines[:count]), encoding="utf-8")
    assert len(only(parse(tmp_path, voices=("Anna",))).messages) == 6


def test_a_log_is_no_chat(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("2026-01-02 10:00:00,123 INFO started\n2026-01-02 10:00:01,000 INFO: x\n", encoding="utf-8")
    with pytest.raises(UserError, match="none of the"):
        parse(file)


@pytest.mark.parametrize(
    "piece", ["\u200e<", "[1/2/26, ", "<a ", "x (", "1/2/26, 10:00 - A: b\n", "\u200e", " <x>", "a: "]
)
def test_hostile_text_is_read_to_its_end(tmp_path: Path, piece: str) -> None:
    """Anything quadratic in its length would take hours here."""
    whatsapp(tmp_path, "1/2/26, 10:00 - Anna: x " + piece * (300_000 // len(piece)))
