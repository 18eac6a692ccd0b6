"""The report page: self-contained, inert whatever the chats hold, and usable in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import conversation_filter
from identity.records import Conversation, Message, read_conversations, write_conversations
from identity.report.page import TEMPLATES, embedded, write_report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# What would run if a page put text in as markup; it would set window.run.
HOSTILE = [
    "<script>window.run=1</script>",
    "</script><script>window.run=1</script>",
    "<!--<script>window.run=1//",
    "<img src=x onerror=window.run=1>",
    "<svg onload=window.run=1>",
    "\"><body onload=window.run=1>'",
    "javascript:window.run=1",
    "{{7*7}} ${window.run=1} \u2028window.run=1\u2029",
    "<a href='https://example.org' onmouseover=window.run=1>circle back</a>",
]


def write_parsed(path: Path, texts: list[str], title: str = "Boats") -> Path:
    messages = [
        Message(id=f"m{n}", parent=f"m{n - 1}" if n else None, role="assistant" if n % 2 else "user", content=text)
        for n, text in enumerate(texts)
    ]
    write_conversations(path, [Conversation(id="c1", title=title, messages=messages)])
    return path


def report_of(parsed: Path, *flags: str) -> Path:
    page = parsed.with_name("report.html")
    assert conversation_filter.main([str(parsed), "--dry-run", "--toxicity", "off", "--report", str(page), *flags]) == 0
    return page


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


TALK = [
    "Could you help me name my boat, please?",
    "Let's circle back to that once we know her colour.",
    "ok",
    "Heron. Because she stands still and then she doesn't.",
]


# --- what is in it ----------------------------------------------------------------------------------------------


def test_a_report_has_the_account_and_every_verdict_with_its_match(tmp_path: Path) -> None:
    data = data_of(report_of(write_parsed(tmp_path / "parsed.json", TALK)))
    assert data["totals"]["total"] == 4 and data["totals"]["kept"] == 2
    assert [(found["m"], found["rule"]) for found in data["verdicts"]] == [("m1", "blacklist"), ("m2", "low_quality")]
    first = data["verdicts"][0]
    start, end = (place - first["offset"] for place in first["span"])
    assert first["text"][start:end] == "circle back"
    assert data["distributions"]["quality"]["voice"][-1] == 2  # two replies, both as good as any
    assert data["distributions"]["toxicity"] is None


def test_what_was_kept_by_hand_is_still_listed(tmp_path: Path) -> None:
    overrides = tmp_path / "overrides.json"
    decision = {"conversation_id": "c1", "message_id": "m1", "decision": "keep"}
    overrides.write_text(json.dumps({"schema": 1, "overrides": [decision]}), encoding="utf-8")
    data = data_of(report_of(write_parsed(tmp_path / "parsed.json", TALK), "--overrides", str(overrides)))
    assert [(found["m"], found["action"]) for found in data["verdicts"]] == [("m1", "keep"), ("m2", "drop")]


def test_nothing_redacted_is_in_the_page(tmp_path: Path) -> None:
    texts = ["Write to anna@example.org about the boat.", "Circle back with anna@example.org soon."] * 6
    page = report_of(write_parsed(tmp_path / "parsed.json", texts, "anna@example.org"), "--redact", "pii")
    assert "anna@example.org" not in page.read_text(encoding="utf-8")
    assert data_of(page)["redacted"] == {"EMAIL": 13}


def test_a_report_is_one_file_that_fetches_nothing_and_may_be_overwritten(tmp_path: Path) -> None:
    page = report_of(write_parsed(tmp_path / "parsed.json", TALK))
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
    assert "default-src 'none'" in text
    assert report_of(tmp_path / "parsed.json") == page  # known as our own, so no --force


def test_data_are_embedded_so_that_no_text_ends_the_element() -> None:
    for hostile in HOSTILE:
        written = embedded({"text": hostile})
        assert not re.search("[<>&\u2028\u2029]", written)
        assert json.loads(written) == {"text": hostile}


def test_the_page_never_makes_markup_of_text() -> None:
    page = (TEMPLATES / "filter_report.html").read_text(encoding="utf-8")
    assert not re.search(r"\.(?:innerHTML|outerHTML)|insertAdjacentHTML|document\.write|\beval\(", page)


def test_a_listing_has_an_end_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.filters.report_data.MOST_VERDICTS", 1)
    data = data_of(report_of(write_parsed(tmp_path / "parsed.json", TALK)))
    assert (len(data["verdicts"]), data["left_off"]) == (1, 1)


# --- in a browser -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Open a page; at the end there must have been no complaint on its console and no request but for itself."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: complaints.append(request.url) if request.url[:5] not in ("file:", "blob:") else 0
    )

    def opened(path: Path) -> Any:
        page.goto(path.as_uri())
        return page

    yield opened
    context.close()
    assert complaints == []


def until(page: Any, selector: str, count: int) -> None:
    """Wait for that many elements; the page's policy forbids the driver's own ways of waiting for more."""
    from playwright.sync_api import expect

    expect(page.locator(selector)).to_have_count(count)


def rows(page: Any) -> list[str]:
    found: list[str] = page.locator(".row .said").all_text_contents()
    return found


def test_search_and_filters_narrow_the_list(visit: Any, tmp_path: Path) -> None:
    page = visit(report_of(write_parsed(tmp_path / "parsed.json", TALK)))
    assert len(rows(page)) == 2
    page.fill("#search", "COLOUR")
    until(page, ".row", 1)
    assert "circle back" in rows(page)[0]
    page.fill("#search", "")
    until(page, ".row", 2)
    page.click("#rules button[data-kind=low_quality]")
    assert rows(page) == ["ok"]
    page.click("#rules button[data-kind=low_quality]")
    page.select_option("#role", "assistant")
    assert len(rows(page)) == 1
    assert page.locator("#shown").text_content() == "1 of 2"


def test_saved_overrides_change_the_next_run(visit: Any, tmp_path: Path) -> None:
    parsed = write_parsed(tmp_path / "parsed.json", TALK)
    page = visit(report_of(parsed))
    page.click("#detail button[data-decision=keep]")
    with page.expect_download() as download:
        page.click("#save")
    saved = tmp_path / "saved.json"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "overrides.json"
    output = tmp_path / "filtered.json"
    flags = ["--toxicity", "off", "--overrides", str(saved), "--output", str(output)]
    assert conversation_filter.main([str(parsed), *flags]) == 0
    assert [message.id for one in read_conversations(output) for message in one.messages] == ["m0", "m1", "m3"]
    page.reload()
    assert page.locator("#save").is_disabled()
    page.set_input_files("#load", str(saved))
    until(page, "#save:enabled", 1)
    assert page.locator("#count").text_content() == "1 decided by hand"


def test_the_list_is_used_by_keys_alone(visit: Any, tmp_path: Path) -> None:
    page = visit(report_of(write_parsed(tmp_path / "parsed.json", TALK)))
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "list":
            break
    page.keyboard.press("y")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    assert page.locator("#count").text_content() == "2 decided by hand"
    page.keyboard.press("u")
    page.keyboard.press("k")
    assert page.locator("#count").text_content() == "1 decided by hand"
    assert page.locator(".row[aria-selected=true] .said").text_content() == TALK[1]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_nothing_in_a_chat_can_run(visit: Any, tmp_path: Path) -> None:
    texts = [f"{hostile} circle back" for hostile in HOSTILE for _ in range(2)]
    parsed = write_parsed(tmp_path / "parsed.json", texts, title=" ".join(HOSTILE))
    page = visit(report_of(parsed, "--blacklist", "<script>", "<img src=x onerror=window\\.run=1>"))
    page.focus("#list")
    for _ in texts:
        page.keyboard.press("j")
    assert page.evaluate("window.run") is None
    assert page.locator("#browser script, #browser img, #browser svg, #browser a").count() == 0
    assert HOSTILE[0] in page.locator("#detail").text_content()


@pytest.mark.parametrize("width", [360, 768, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_its_window(visit: Any, tmp_path: Path, width: int, scheme: str) -> None:
    page = visit(report_of(write_parsed(tmp_path / "parsed.json", [*TALK, "x" * 4000, "circle back " + "y" * 4000])))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) > 380) == (scheme == "light")


def test_fifty_thousand_verdicts_are_a_short_list_at_any_time(visit: Any, tmp_path: Path) -> None:
    data = data_of(report_of(write_parsed(tmp_path / "parsed.json", TALK)))
    one = data["verdicts"][0]
    data["verdicts"] = [
        {**one, "m": f"m{n}", "text": f"Let's circle back to boat {n}.", "span": [6, 17]} for n in range(50_000)
    ]
    write_report(tmp_path / "large.html", data)
    page = visit(tmp_path / "large.html")
    for share in (0.25, 0.5, 0.75, 1.0):
        page.evaluate(
            "share => { const l = document.getElementById('list'); l.scrollTop = share * l.scrollHeight; }", share
        )
        page.wait_for_timeout(60)
        assert 5 < page.locator(".row").count() < 60
    assert rows(page)[-1] == "Let's circle back to boat 49999."
    page.fill("#search", "boat 4321")
    until(page, "#shown:has-text('11 of 50,000')", 1)
