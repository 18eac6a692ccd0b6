"""Chat templates for base models that come without one, and how a tokenizer gets its template.

A preset's `chat_template` names one of CHAT_TEMPLATES; it is used only if the base model's tokenizer has none. Each is
the family's own wording without tools. END_OF_TURN is replaced by the template's own token where the vocabulary has it
as one token, else by the tokenizer's end-of-sequence token: a stop that is spelled in letters would not stop.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from identity.console import UserError

END_OF_TURN = "END_OF_TURN"


class TemplateText(NamedTuple):
    """A Jinja template with the place-holder END_OF_TURN, and the token that its family ends a turn with."""

    jinja: str
    end_of_turn: str  # "" means the tokenizer's end-of-sequence token


CHAT_TEMPLATES: dict[str, TemplateText] = {
    "llama-3": TemplateText(
        "{{ bos_token or '' }}{% for message in messages %}"
        "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim }}"
        "{{ 'END_OF_TURN' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
        "<|eot_id|>",
    ),
    "mistral": TemplateText(
        "{{ bos_token or '' }}{% for message in messages %}{% if message['role'] == 'user' %}"
        "{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
        "{{ ' ' + message['content'] | trim + 'END_OF_TURN' }}{% else %}"
        "{{ raise_exception('this template has no system turn') }}{% endif %}{% endfor %}",
        "",
    ),
    "chatml": TemplateText(
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] }}"
        "{{ 'END_OF_TURN\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
        "<|im_end|>",
    ),
}


def give_template(tokenizer: Any, name: str) -> str | None:
    """Set the template called `name` if the tokenizer has none; returns a line to tell the user, or None."""
    if tokenizer.chat_template:
        return None
    template = CHAT_TEMPLATES[name]
    end = template.end_of_turn
    instead = ""
    if end not in tokenizer.get_vocab():
        if end:
            instead = f", with its end-of-sequence token as the end of a turn ({end} is not in its vocabulary)"
        end = tokenizer.eos_token
    if not end:
        raise UserError("the tokenizer of the base model has no end-of-sequence token; choose another --base-model")
    tokenizer.chat_template = template.jinja.replace(END_OF_TURN, end)
    return f"the base model has no chat template, so the {name} one is used{instead}"
