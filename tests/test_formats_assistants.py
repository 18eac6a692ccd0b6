"""The formats of other assistants: what their samples cannot show."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, only, parse, texts, write
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.console import UserError
from identity.formats import html_text
from identity.formats.citations import without_numbers
from identity.formats.html_text import markdown
from identity.formats.local_dates import is_local_date, local_seconds
from identity.formats.times import in_time_order, iso_text
from identity.importing import SAME_AS_JSON, Collection

EXPORTS = Path(__file__).parent / "exports"
PROMPTED = "Prompted\u00a0"

# --- HTML to Markdown ---------------------------------------------------------------------------------------------

MARKDOWN = {
    "paragraphs": ("<p>Rain.</p><p>Fog.</p>", "Rain.\n\nFog."),
    "a paragraph in an item": ("<ul><li><p>rain</p></li><li><p>fog</p></li></ul>", "- rain\n- fog"),
    "two paragraphs in an item": ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a\n\n   b\n2. c"),
    "a list in a list": ("<ol><li>a<ul><li>b</li></ul></li></ol>", "1. a\n   - b"),
    "a list that goes on": ('<ol start="4"><li>d<li>e</ol>', "4. d\n5. e"),
    "headings": ("<h2>Winds <em>now</em></h2>text", "## Winds *now*\n\ntext"),
    "code with its language": (
        '<pre><code class="hljs language-py">if a &lt; 1:\n    b()\n</code></pre>',
        "```py\nif a < 1:\n    b()\n```",
    ),
    "code with fences in it": ("<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"),
    "code in an item": ("<ul><li><pre>a\nb</pre></li></ul>", "- ```\n  a\n  b\n  ```"),
    "inline code with a backtick": ("<code>a`b</code>", "`` a`b ``"),
    "a table": (
        "<table><tr><th>a<th>b</tr><tr><td>1|2<td><p>x</p><p>y</p></table>",
        "| a | b |\n| --- | --- |\n| 1\\|2 | x y |",
    ),
    "a link": ('<a href="https://example.org/a b">here</a>', "[here](https://example.org/a%20b)"),
    "a link that shows itself": ('<a href="https://example.org">https://example.org</a>', "https://example.org"),
    "a link to a script": ('<a href="javascript:alert(1)">here</a>', "here"),
    "spaces at the ends of emphasis": ("so <strong>soft </strong>rain", "so **soft** rain"),
    "a quote": ("a<blockquote><p>b</p><p>c</p></blockquote>d", "a\n\n> b\n>\n> c\n\nd"),
    "line breaks": ("grey<br>hem", "grey\nhem"),
    "powers": ("10<sup>6</sup>, x<sup>n+1</sup>", "10^6, x^(n+1)"),
    "tags of the service": ("<response-element><x-y>rain</x-y></response-element>", "rain"),
    "furniture": ("<p>rain<button>Copy</button><script>f()</script></p>", "rain"),
    "entities": ("3 &lt; 4 &amp;&#39;", "3 < 4 &'"),
    "what is no tag": ("a < b <- c <!-- d -->", "a < b <- c"),
    "tags that nothing opened": ("</b></ul></td>rain</p>", "rain"),
    "tags that nothing closes": ("<ul><li><b>rain", "- **rain**"),
}


@pytest.mark.parametrize(("html", "expected"), MARKDOWN.values(), ids=MARKDOWN.keys())
def test_html_becomes_markdown(html: str, expected: str) -> None:
    assert markdown(html).strip() == expected


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<a ", "</a ", "<a x='", '<a x=">', "<a/", "<ul><li>x", "<b>x", "<blockquote>x", "<td>x", "<pre>`", "&#"],
)
def test_hostile_html_is_read_to_its_end(piece: str) -> None:
    """Anything quadratic in its length would take hours here."""
    assert len(markdown(piece * (300_000 // len(piece)) + ">")) < 20_000_000


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([*"<>/&\"'`| \n", "<ul>", "<li>", "</ul>", "<pre>", "</pre>", "<td>", "<table>", "x"])))
def test_no_html_is_refused(pieces: list[str]) -> None:
    markdown("".join(pieces))


# --- dates and numbers of sources ---------------------------------------------------------------------------------

DATES = [
    ("Apr 12, 2026, 3:34:31\u202fPM EDT", "2026-04-12T19:34:31Z"),
    ("12 Apr 2026, 15:34:31 BST", "2026-04-12T14:34:31Z"),
    ("12.04.2026, 15:34:31 MESZ", "2026-04-12T13:34:31Z"),
    ("12 avr. 2026, 15:34:31 CEST", "2026-04-12T13:34:31Z"),
    ("5 août 2026, 15:34:31 UTC", "2026-08-05T15:34:31Z"),
    ("12 de abr. de 2026, 15:34:31 BRT", "2026-04-12T18:34:31Z"),
    ("12 kwi 2026, 15:34:31 CEST", "2026-04-12T13:34:31Z"),
    ("12 апр. 2026 г., 15:34:31 MSK", "2026-04-12T12:34:31Z"),
    ("2026年4月12日 15:34:31 GMT+8", "2026-04-12T07:34:31Z"),
    ("2026/04/12 15:34:31 JST", "2026-04-12T06:34:31Z"),
    ("2026. 4. 12. 오후 3:34:31 GMT+09:00", "2026-04-12T06:34:31Z"),
    ("Apr 12, 2026, 12:05:00 AM GMT-03:30", "2026-04-12T03:35:00Z"),
    ("31 xyz 2026, 15:34:31", None),
    ("Feb 31, 2026, 3:34:31 PM", None),
]


@pytest.mark.parametrize(("line", "expected"), DATES, ids=[line for line, _ in DATES])
def test_a_date_is_read_in_the_language_of_the_account(line: str, expected: str | None) -> None:
    assert is_local_date(line)
    assert iso_text(local_seconds(line)) == expected


NUMBERED = [
    ("Mizzle[1], or smirr [2][3].", "Mizzle, or smirr."),
    ("It rains.[1] Then [2] sun.", "It rains. Then [2] sun."),
    ("Rain in 2024[1]\nand (fog[2])", "Rain in 2024\nand (fog)"),
    ("| 12 mm[1] | dry |", "| 12 mm | dry |"),
    ("`a[1].` and ```\nb[1].\n```", "`a[1].` and ```\nb[1].\n```"),
    ("Sort a[1], row2[1], rain_days[2], f(x)[1].", "Sort a[1], row2[1], rain_days[2], f(x)[1]."),
    ("items[0]. [1](https://example.org). [a][1].", "items[0]. [1](https://example.org). [a][1]."),
    ("[1] Almanac\n[2] Atlas", "[1] Almanac\n[2] Atlas"),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERED)
def test_numbers_of_sources_go_at_the_ends_of_clauses_only(text: str, expected: str) -> None:
    assert without_numbers(text) == expected


def test_what_has_no_time_stays_behind_what_it_stood_behind() -> None:
    items: list[tuple[str, float | None]] = [("c", 3.0), ("c2", None), ("a", 1.0), ("a2", None), ("b", 3.0)]
    assert [name for name, _ in in_time_order(items, lambda item: item[1])] == ["a", "a2", "c", "c2", "b"]


# --- Gemini -------------------------------------------------------------------------------------------------------


def record(title: str, minute: int, *answers: str, header: str = "Gemini Apps", **fields: Any) -> dict[str, Any]:
    made = {"header": header, "title": title, "time": f"2026-02-01T09:{minute:02d}:00.000Z", "products": [header]}
    return made | ({"safeHtmlItem": [{"html": answer} for answer in answers]} if answers else {}) | fields


def gemini(tmp_path: Path, *records: dict[str, Any]) -> Collection:
    return parse(write(tmp_path / "MyActivity.json", list(records)), source="gemini")


def asked(collection: Collection) -> list[str]:
    return [content for conversation in collection for role, content in texts(conversation) if role == "user"]


def test_a_verb_of_another_language_is_what_stands_before_the_no_break_space(tmp_path: Path) -> None:
    found = gemini(
        tmp_path, record("Prompt envoyé :\u00a0Et la neige ?", 5, "a"), record("Prompt envoyé :\u00a0Vent", 1, "b")
    )
    assert asked(found) == ["Vent", "Et la neige ?"]


def test_a_verb_without_a_no_break_space_is_a_word_that_nearly_all_titles_begin_with(tmp_path: Path) -> None:
    titles = ["Demandé Vent ?", "Demandé Pluie ?", "Demandé Neige ?", "Demandé Grêle ?", "Demandé Brume ?"]
    found = gemini(tmp_path, *(record(title, 9 - minute, "a") for minute, title in enumerate(titles)))
    assert asked(found) == ["Brume ?", "Grêle ?", "Neige ?", "Pluie ?", "Vent ?"]


def test_without_a_sure_verb_titles_are_kept_whole(tmp_path: Path) -> None:
    assert asked(gemini(tmp_path, record("Demandé Vent ?", 1, "a"), record("Demandé Pluie ?", 0, "b"))) == [
        "Demandé Pluie ?",
        "Demandé Vent ?",
    ]


def test_words_that_the_person_repeats_are_no_verb(tmp_path: Path) -> None:
    records = [record(f"{PROMPTED}Write a poem about {n}", 59 - n, "a") for n in range(30)]
    assert asked(gemini(tmp_path, *records))[0] == "Write a poem about 29"


def test_a_no_break_space_of_the_person_stays(tmp_path: Path) -> None:
    assert asked(gemini(tmp_path, record("Prompted How far is 5\u00a0km?", 1, "a"))) == ["How far is 5\u00a0km?"]


def test_half_an_hour_of_silence_ends_a_conversation(tmp_path: Path) -> None:
    found = gemini(tmp_path, record("Prompted c", 50, "3"), record("Prompted b", 19, "2"), record("Prompted a", 0, "1"))
    assert [len(conversation.messages) for conversation in found] == [4, 2]


def test_a_later_export_of_the_same_activity_replaces_the_earlier_one(tmp_path: Path) -> None:
    old = [record("Prompted b", 5, "2"), record("Prompted a", 0, "1")]
    new = [record("Prompted c", 9, "3"), *old]
    found = parse(write(tmp_path / "1.json", old), write(tmp_path / "2.json", new))
    assert asked(found) == ["a", "b", "c"]
    assert_reconciles(found)


def cell(content: str, header: str = "Gemini Apps") -> str:
    return (
        f'<div class="outer-cell mdl-cell"><div class="mdl-grid"><div class="header-cell"><p class="x--title">{header}'
        f'<br></p></div><div class="content-cell">{content}</div><div class="content-cell"></div></div></div>'
    )


def page(path: Path, *contents: str) -> Path:
    path.write_text(f"<html><style>.outer-cell{{}}</style><body>{''.join(map(cell, contents))}</body></html>", "utf-8")
    return path


def test_the_page_and_the_json_of_one_activity_hold_the_same_conversation(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    html = page(
        tmp_path / "a" / "MyActivity.html", "Prompted&nbsp;Rain?<br>Feb 1, 2026, 9:05:00 AM UTC<br><p>Mizzle.</p>"
    )
    found = parse(html, write(tmp_path / "b" / "MyActivity.json", [record("Prompted Rain?", 5, "<p>Mizzle.</p>")]))
    assert texts(only(found)) == [("user", "Rain?"), ("assistant", "Mizzle.")]


def test_a_page_beside_the_json_is_passed_over_and_one_of_another_service_is_not(tmp_path: Path) -> None:
    write(tmp_path / "MyActivity.json", [record("Prompted Rain?", 5, "<p>Mizzle.</p>")])
    page(tmp_path / "MyActivity.html", "Prompted&nbsp;Rain?<br>1 Feb 2026, 09:05:00 UTC<br><p>Mizzle.</p>")
    (tmp_path / "chat.html").write_bytes((EXPORTS / "chatgpt-html/page/input/chat.html").read_bytes())
    found = parse(tmp_path)
    assert found.account.files_skipped[SAME_AS_JSON] == 1
    assert {label for _, label in found.account.files_read} == {
        "Gemini from Google Takeout (JSON)",
        "ChatGPT chat.html",
    }


def test_two_pages_in_one_folder_are_both_read(tmp_path: Path) -> None:
    for day in (1, 2):
        page(tmp_path / f"{day}.html", f"Prompted&nbsp;Day {day}?<br>{day} Feb 2026, 09:05:00 UTC<br><p>Yes.</p>")
    assert asked(parse(tmp_path)) == ["Day 1?", "Day 2?"]


def test_a_date_that_cannot_be_read_leaves_the_order_of_the_page(tmp_path: Path) -> None:
    contents = [f"Prompted&nbsp;{n}?<br>๑ ม.ค. ๒๕๖๙ ๑๐:๐{n}:๐๐<br><p>a</p>" for n in (3, 2, 1)]
    assert asked(parse(page(tmp_path / "x.html", *contents))) == ["1?", "2?", "3?"]


def test_a_page_is_read_record_by_record_wherever_its_blocks_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = page(tmp_path / "x.html", *(f"Prompted&nbsp;ä{n}?<br>Feb 1, 2026, 9:0{n}:00 AM<br><p>é</p>" for n in (2, 1)))
    for size in (1, 7, 64):
        blocks = [file.read_bytes()[at : at + size] for at in range(0, file.stat().st_size, size)]
        monkeypatch.setattr(html_text, "as_utf8", lambda _, blocks=blocks: iter(blocks))
        assert asked(parse(file)) == ["ä1?", "ä2?"]


def test_a_page_of_other_activity_is_no_export(tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    file.write_text("<html>" + cell("Searched for Gemini<br>Feb 1, 2026, 9:00:00 AM<br>", "Search"), "utf-8")
    with pytest.raises(UserError, match="this is a web page, not an export"):
        parse(file)


# --- AI Studio, Grok, DeepSeek, Le Chat ---------------------------------------------------------------------------


def test_a_persona_stays_where_it_is_asked_for() -> None:
    for case in ("aistudio/old_2024", "grok/export_2026"):
        assert next(iter(parse(EXPORTS / case / "input", keep_system=True))).messages[0].role == "system"


def test_a_branch_without_its_parent_beside_it_is_learned(tmp_path: Path) -> None:
    folder = EXPORTS / "aistudio/drive/input/Takeout/Drive/Google AI Studio"
    (tmp_path / "Branch").write_bytes((folder / "Branch of Bees").read_bytes())
    conversation = only(parse(tmp_path))
    assert all(message.weight for message in conversation.messages)


@pytest.mark.parametrize("name", ["../secret", "..\\secret", "a\0b", "/etc/hosts"])
def test_a_branch_looks_for_its_parent_in_its_own_folder_only(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("[]")
    chunks = [
        {"role": "user", "text": "Rain?", "branchParent": {"displayName": name}},
        {"role": "model", "text": "Mizzle."},
    ]
    only(parse(write(tmp_path / "in" / "Branch", {"chunkedPrompt": {"chunks": chunks}})))


def test_the_title_of_a_prompt_is_the_name_of_its_file(tmp_path: Path) -> None:
    value = {"chunkedPrompt": {"chunks": [{"role": "user", "text": "Rain?"}, {"role": "model", "text": "Mizzle."}]}}
    assert only(parse(write(tmp_path / "Rain! Now", value))).title == "Rain! Now"
    with zipfile.ZipFile(tmp_path / "takeout.zip", "w") as archive:
        archive.writestr("Fog! Later", json.dumps(value))
    assert only(parse(tmp_path / "takeout.zip")).title == "Fog! Later"


def deepseek(children: dict[str, list[str]]) -> list[dict[str, Any]]:
    parents = {child: name for name, some in children.items() for child in some}
    kinds = {"1": "REQUEST", "4": "REQUEST"}
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "children": ["1"], "message": None}}
    for name in ("1", *parents):
        fragments = [{"type": kinds.get(name, "RESPONSE"), "content": f"text {name}"}]
        mapping[name] = {
            "parent": parents.get(name, "root"),
            "children": children.get(name),
            "message": {"fragments": fragments},
        }
    return [{"id": "d", "inserted_at": "2026-01-01T08:00:00+08:00", "mapping": mapping}]


def test_deepseek_stood_last_at_the_last_child(tmp_path: Path) -> None:
    file = write(tmp_path / "x.json", deepseek({"1": ["3", "2"], "2": ["4"]}))
    assert [message.id for message in only(parse(file)).messages] == ["1", "2", "4"]


def test_deepseek_children_that_disagree_with_the_parents_are_not_believed(tmp_path: Path) -> None:
    value = deepseek({"1": ["2", "3"]})
    value[0]["mapping"]["1"]["children"] = ["2"]
    assert [message.id for message in only(parse(write(tmp_path / "x.json", value))).messages] == ["1", "3"]


def test_deepseek_cycles_end(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing visible in it"):
        parse(write(tmp_path / "x.json", deepseek({"1": ["2"], "2": ["3"], "3": ["1"]})))


def test_a_long_chain_of_answers_needs_no_recursion(tmp_path: Path) -> None:
    responses = [
        {
            "response": {
                "_id": f"r{n}",
                "parent_response_id": f"r{n - 1}",
                "sender": "human" if n % 2 else "grok-4",
                "message": "x",
            }
        }
        for n in range(1, 10_001)
    ]
    value = {"conversations": [{"conversation": {"id": "g"}, "responses": responses}]}
    assert len(only(parse(write(tmp_path / "x.json", value))).messages) == 10_000


def test_an_unclosed_card_costs_its_tag_only(tmp_path: Path) -> None:
    said = [{"sender": "human", "message": "Rain?"}, {"sender": "assistant", "message": "Miz<grok:render x='1'>zle."}]
    conversation = only(parse(write(tmp_path / "x.json", {"conversations": [{"title": "r", "responses": said}]})))
    assert texts(conversation)[1] == ("assistant", "Mizzle.")


def test_le_chat_preference_counts_whichever_of_the_two_came_first(tmp_path: Path) -> None:
    def message(name: str, role: str, second: int, **fields: Any) -> dict[str, Any]:
        made = f"2026-01-01T00:00:{second:02d}Z"
        return {"id": name, "chatId": "c", "role": role, "content": name, "createdAt": made, "reaction": None} | fields

    for first, second in ((1, 2), (2, 1)):
        messages = [
            message("question", "user", 0),
            message("good", "assistant", first, preferenceOver="bad"),
            message("bad", "assistant", second),
            message("thanks", "user", 5),
        ]
        conversation = only(parse(write(tmp_path / f"{first}.json", messages)))
        assert [entry.content for entry in conversation.messages] == ["question", "good", "thanks"]
        (alternative,) = conversation.messages[1].alternatives
        assert (alternative.content, alternative.kind) == ("bad", "side by side")
