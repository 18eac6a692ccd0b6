"""Character cards: V1 to V3 as JSON, in a PNG, or as the card.json of a CHARX.

    {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Mira", "description": "{{char}} keeps bees.",
     "personality": "calm", "scenario": "A garden.", "first_mes": "*smiles* Honey?", "alternate_greetings": ["Hello."],
     "mes_example": "<START>\\n{{user}}: Hi\\n{{char}}: *nods* Hi.", "system_prompt": ""}}

Shapes of 2023 (V1, the keys without `data`) to 2026. A card is no history; it gives a greeting, which answers nothing,
and the dialogues of `mes_example`, which do teach how the character speaks. Each is a conversation. What the card says
about the character is a system message and left out as every other, unless --system keep asks for it. Where `data`
and the keys of V1 disagree, `data` holds; in a PNG the chunk `ccv3` holds before `chara`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import DAMAGED, NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.macros import with_names
from identity.formats.nodes import EMPTY, SYSTEM, UNKNOWN_ROLE, Node, Thread
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import objects
from identity.json_stream import decode_value
from identity.png import CARD_KEYWORDS, SIGNATURE, texts
from identity.records import Alternative
from identity.sources import Document

_USER = "User"  # a card does not know the person's name; this is what the programs put for one without a name
_PERSONA = ("system_prompt", "description", "personality", "scenario")
_START = re.compile(r"<START>", re.IGNORECASE)


def matches(peek: Peek) -> bool:
    if peek.kind == "png":
        return any(peek.has(keyword) for keyword in CARD_KEYWORDS)
    is_enveloped = peek.has("spec") and (peek.has("data", "first_mes") or peek.has("data", "mes_example"))
    return is_enveloped or (peek.has("first_mes") and peek.has("mes_example"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The greeting and each example dialogue of every card in the document."""
    for card in _cards(document):
        if isinstance(card, Reading):
            yield card
            continue
        data = object_at(card, "data") or card
        if not any(text_at(data, key) for key in ("name", "first_mes", "mes_example", *_PERSONA)):
            yield skipped(NOT_A_CONVERSATION)
            continue
        yield linearize(_greeting(data, options), options)
        for block in _START.split(text_at(data, "mes_example")):
            if block.strip():
                yield linearize(_example(data, block, options), options)


def _cards(document: Document) -> Iterator[dict[str, Any] | Reading]:
    if not document.prefix.startswith(SIGNATURE):
        yield from objects(document)
        return
    with document.open() as stream:
        found = {keyword: text for keyword, text in texts(stream) if keyword in CARD_KEYWORDS}
    cards = (_decoded(found[keyword]) for keyword in CARD_KEYWORDS if keyword in found)
    yield next((card for card in cards if card), None) or skipped(DAMAGED)


def _decoded(text: bytes) -> dict[str, Any] | None:
    """The card in a text chunk: JSON in Base64, of which some editors leave the padding or add line breaks."""
    try:
        if not text.lstrip().startswith(b"{"):
            packed = b"".join(text.split()).rstrip(b"=")
            text = base64.b64decode(packed + b"=" * (-len(packed) % 4))
        value = decode_value(text)
    except (ValueError, binascii.Error):
        return None
    return value if isinstance(value, dict) else None


def _thread(data: dict[str, Any], options: Options) -> Thread:
    """A conversation with the character, so far with nothing but the persona if that is kept."""
    name = text_at(data, "name").strip()
    thread = Thread(
        source=FORMAT.name,
        title=clean_typed(name),
        created=epoch_seconds(data.get("creation_date")),
        updated=epoch_seconds(data.get("modification_date")),
        gpt=name or None,
    )
    if options.keep_system and (persona := _persona(data)):
        thread.add(Node("persona", None, "system", persona))
        thread.leaf = "persona"
    return thread


def _persona(data: dict[str, Any]) -> str:
    pieces = [_named(data, text_at(data, key)).strip() for key in _PERSONA]
    return "\n\n".join(clean_typed(piece) for piece in pieces if piece)


def _named(data: dict[str, Any], text: str) -> str:
    text = text.replace("{{original}}", "")  # where a program puts its own system prompt
    return with_names(text, _USER, text_at(data, "nickname", "name").strip())


def _said(data: dict[str, Any], text: str) -> str:
    return clean_reply(_named(data, text)).strip()


def _greeting(data: dict[str, Any], options: Options) -> Thread:
    thread = _thread(data, options)
    if not thread.nodes and _persona(data):
        thread.drop(SYSTEM)
    node = Node("greeting", thread.leaf, "assistant", _said(data, text_at(data, "first_mes")))
    node.author = thread.gpt
    node.left_out = None if node.text else EMPTY
    others = [*list_at(data, "alternate_greetings"), *list_at(data, "group_only_greetings")]
    node.alternatives = [
        Alternative(content=text, kind="greeting")
        for other in others
        if isinstance(other, str) and (text := _said(data, other))
    ]
    thread.add(node)
    thread.leaf = node.id
    return thread


def _example(data: dict[str, Any], block: str, options: Options) -> Thread:
    """One example dialogue: lines that begin with a speaker's name; what follows without one goes on."""
    thread = _thread(data, options)
    speaker = _speaker_pattern(text_at(data, "name").strip())
    pieces = speaker.split(block)
    if pieces[0].strip():
        thread.drop(UNKNOWN_ROLE)
    for position, (is_user, said) in enumerate(zip(pieces[1::2], pieces[2::2], strict=True), start=1):
        node = Node(f"m{position}", thread.leaf, "user" if is_user else "assistant")
        node.text = clean_typed(_named(data, said)).strip() if is_user else _said(data, said)
        node.author = None if is_user else thread.gpt
        node.left_out = None if node.text else EMPTY
        thread.add(node)
        thread.leaf = node.id
    return thread


def _speaker_pattern(name: str) -> re.Pattern[str]:
    """The beginning of a line that names who speaks; the group matches if it is the person."""
    character = rf"|{re.escape(name)}" if name else ""
    return re.compile(
        r"^[ \t]*(?:(\{\{(?:user|random_user_\d+)\}\}|<USER>|You|User)"
        rf"|\{{\{{char\}}\}}|<BOT>|<CHAR>{character})[ \t]*:",
        re.IGNORECASE | re.MULTILINE,
    )


FORMAT = Format(
    name="character-card",
    label="character cards (JSON, PNG, CHARX)",
    how_to_export="SillyTavern and others: export the character as PNG or JSON and give that, or a folder of them",
    shape_age="2023 to August 2026",
    matches=matches,
    read=read,
)
