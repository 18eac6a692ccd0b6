"""Trying a LoRA: replies of the base model and of base with LoRA to the same turns."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from identity.console import UsageError, UserError
from identity.training import output, peft_backend
from identity.training.bases import TINY, locate
from identity.training.devices import Device
from identity.training.template import ChatTemplate, Turn

TOP_P = 0.9


class Reply(NamedTuple):
    """What was said; `stopped` is False if the limit of tokens cut it off."""

    text: str
    stopped: bool


@dataclass
class Speaker:
    """A base model with a LoRA that can be switched off."""

    model: Any
    template: ChatTemplate
    base_name: str
    stops: list[int]

    def reply(self, turns: list[Turn], with_lora: bool, max_new_tokens: int, temperature: float, seed: int) -> Reply:
        """The next reply; temperature 0 takes the likeliest token always, else it is drawn, the same for one seed."""
        import torch
        from transformers import set_seed

        prompt = self.template.render([(role, self.template.inert(text)) for role, text in turns], prompt=True)
        ids = torch.tensor([self.template.tokens(prompt, [])[0]], device=self.model.device)
        sampling: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if temperature > 0:
            sampling = {"do_sample": True, "temperature": temperature, "top_p": TOP_P, "top_k": 0}
        set_seed(seed)
        with contextlib.nullcontext() if with_lora else self.model.disable_adapter(), torch.inference_mode():
            produced = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=max_new_tokens,
                eos_token_id=self.stops,
                pad_token_id=self.stops[0],
                **sampling,
            )
        new = produced[0, ids.shape[1] :].tolist()
        stopped = bool(new) and new[-1] in self.stops
        text = self.template.tokenizer.decode(new[:-1] if stopped else new, skip_special_tokens=True)
        return Reply(text.strip(), stopped)


def read_adapter(folder: Path) -> dict[str, Any]:
    """The adapter_config.json of a trained folder; UsageError if the folder holds no LoRA, UserError if half of one."""
    adapter = output.read_json(folder / output.ADAPTER_CONFIG)
    if not adapter:
        raise UsageError(f"{folder}: no LoRA here (no {output.ADAPTER_CONFIG}); give the --output folder of a training")
    if not (folder / output.ADAPTER).is_file():
        raise UserError(f"{folder}: {output.ADAPTER} is missing; train again, or copy the whole folder")
    return adapter


def load_speaker(folder: Path, device: Device, quantization: str | None = None) -> Speaker:
    """Base and LoRA of a trained folder; the base is quantised as it was in training unless told otherwise.

    A LoRA on the built-in tiny base names a folder of the machine it was trained on; here it is built again if need
    be. UsageError if the folder holds no LoRA.
    """
    adapter = read_adapter(folder)
    config = output.read_json(folder / output.CONFIG)
    name = config.get("base_model", {}).get("name") or adapter.get("base_model_name_or_path")
    if not name:
        raise UserError(f"{folder}: {output.ADAPTER_CONFIG} names no base model; train again")
    base = locate(name, adapter.get("revision"))
    from peft import PeftModel
    from transformers import AutoTokenizer

    if quantization is None:
        quantization = config.get("quantization", "none") if device.is_nvidia else "none"
    has_tokenizer = (folder / "tokenizer.json").is_file()
    template = ChatTemplate(AutoTokenizer.from_pretrained(folder if has_tokenizer else base.folder))
    model = PeftModel.from_pretrained(peft_backend.load_base(base, quantization, device), folder)
    model.eval()
    return Speaker(model, template, TINY if name == TINY else str(name), stop_tokens(template))


def stop_tokens(template: ChatTemplate) -> list[int]:
    """The tokens at which a reply ends: the template's end of turn, and the tokenizer's end of sequence."""
    tokenizer = template.tokenizer
    stops = [tokenizer.convert_tokens_to_ids(template.end_of_turn)] if template.end_of_turn else []
    if tokenizer.eos_token_id is not None and tokenizer.eos_token_id not in stops:
        stops.append(tokenizer.eos_token_id)
    if not stops:
        raise UserError("the tokenizer has no token that ends a reply; choose another --base-model")
    return stops
