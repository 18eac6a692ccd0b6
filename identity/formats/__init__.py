"""Every kind of export that can be read, and which of them a document is. One file a format; see format.py.

To add one: a module that ends in `FORMAT = Format(...)`, its line in FORMATS, and a case folder with a real-shaped
sample under tests/exports/. `matches` decides on inner keys and must not claim any other format's sample.
"""

from __future__ import annotations

from identity.console import UsageError, UserError
from identity.formats import (
    aistudio,
    alpaca,
    character_card,
    characterai,
    chatgpt,
    chatgpt_html,
    claude,
    claude_code,
    codex,
    copilot,
    deepseek,
    discord,
    gemini,
    gemini_html,
    generic,
    grok,
    jan,
    kindroid,
    koboldlite,
    lechat,
    librechat,
    llamacpp,
    lmstudio,
    openai,
    openwebui,
    perplexity,
    preference,
    records,
    replika,
    sharegpt,
    sillytavern,
    telegram,
    telegram_html,
    textgen,
    whatsapp,
)
from identity.formats.format import Format
from identity.formats.peek import Peek
from identity.formats.side_files import side_file

FORMATS: tuple[Format, ...] = (
    records.FORMAT,
    chatgpt.FORMAT,
    chatgpt_html.FORMAT,
    claude.FORMAT,
    gemini.FORMAT,
    gemini_html.FORMAT,
    aistudio.FORMAT,
    grok.FORMAT,
    deepseek.FORMAT,
    lechat.FORMAT,
    perplexity.FORMAT,
    copilot.FORMAT,
    openwebui.FORMAT,
    librechat.FORMAT,
    lmstudio.FORMAT,
    jan.FORMAT,
    textgen.FORMAT,
    koboldlite.FORMAT,
    llamacpp.FORMAT,
    claude_code.FORMAT,
    codex.FORMAT,
    sillytavern.FORMAT,
    character_card.FORMAT,
    characterai.FORMAT,
    openai.FORMAT,
    preference.FORMAT,
    replika.FORMAT,
    kindroid.FORMAT,
    telegram.FORMAT,
    telegram_html.FORMAT,
    whatsapp.FORMAT,
    discord.FORMAT,
    sharegpt.FORMAT,
    generic.FORMAT,
    alpaca.FORMAT,
)

GENERIC_SHAPE = '[{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]'
_NOT_TEXT = {
    "empty": "the file is empty; export or download it again",
    "html": "this is a web page, not an export; give the export's zip or its conversations.json",
    "png": "this is a picture (PNG), not an export; give the export's zip or its conversations.json",
    "picture": "this is a picture, not an export; give the export's zip or its conversations.json",
    "pdf": "this is a PDF, not an export; give the export's zip or its conversations.json",
    "sqlite": "this is a program's database (SQLite), not an export; export the chats from the program "
    "(Open WebUI, whose database is webui.db: Settings, Data Controls, Export Chats)",
    "safetensors": "these are model weights, not an export; try an adapter with text_lora_train.py --try FOLDER",
    "binary": "this is no text; give the export's zip or its conversations.json",
}


class AmbiguousFormat(UserError):
    """Two formats claim one document."""


def detect(peek: Peek) -> Format:
    """The one format that a document is; UserError says what it is instead, or which formats both claim it."""
    claims = [known for known in FORMATS if known.matches(peek)]
    if len(claims) == 1:
        return claims[0]
    if claims:
        names = " and ".join(claim.name for claim in claims)
        raise AmbiguousFormat(f"{peek.name}: looks like {names}; say which with --source {claims[0].name}")
    if known := side_file(peek):
        raise UserError(f"{peek.name}: this is {known.what}, which holds no conversations; {known.instead}")
    if peek.is_empty_value:
        raise UserError(f"{peek.name}: an empty export, there is no conversation in it; export again")
    if peek.kind in _NOT_TEXT:
        raise UserError(f"{peek.name}: {_NOT_TEXT[peek.kind]}")
    raise UserError(
        f"{peek.name}: none of the {len(FORMATS)} formats known here; name it with --source (see --list-sources), "
        f"or write {GENERIC_SHAPE}"
    )


def by_name(name: str) -> Format | None:
    """The format that --source names; None for auto."""
    if name == "auto":
        return None
    for known in FORMATS:
        if known.name == name:
            return known
    raise UsageError(f"--source {name}: unknown; one of auto, {', '.join(known.name for known in FORMATS)}")
