"""What goes wrong inside the libraries, in one line with the remedy."""

from __future__ import annotations

import errno

from identity.console import UserError

# (words in the exception's name or text, what to tell); the first that fits.
KNOWN: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("out of memory", "OutOfMemory", "CUBLAS_STATUS_ALLOC_FAILED", "MPS backend out of memory"),
        "the GPU has no memory left; halve --batch-size and double --gradient-accumulation-steps (the result stays "
        "the same), or lower --max-seq-length, or add --quantization 4bit",
    ),
    (
        ("can't allocate memory", "MemoryError", "std::bad_alloc"),
        "this machine has no memory left; choose a smaller --base-model, or lower --batch-size and --max-seq-length",
    ),
    (
        ("No space left", "os error 28", "Disk quota exceeded", "PytorchStreamWriter failed", "unexpected pos"),
        "the disk is full; make room, then run the same command with --resume",
    ),
    (
        ("GatedRepoError", "gated repo"),
        "the base model's maker asks you to accept a licence: do so on its page at huggingface.co, then run: "
        "hf auth login; or choose an open --base-model",
    ),
    (
        (
            "ConnectError",
            "ConnectTimeout",
            "ReadTimeout",
            "couldn't connect",
            "LocalEntryNotFound",
            "RemoteProtocolError",
        ),
        "the download of the base model broke off; run the same command again, it continues where it stopped",
    ),
    (
        ("no file named model.safetensors", "does not appear to have a file named", "safetensors cannot be found"),
        "the base model has no safetensors, and other formats can carry programs; choose another --base-model",
    ),
    (
        ("SafetensorError", "HeaderTooLarge", "InvalidHeaderDeserialization"),
        "the weights of the base model are damaged; delete them and let them be downloaded again",
    ),
    (
        ("does not recognize this architecture", "Unrecognized configuration class", "Unrecognized model"),
        "this version of transformers does not know the base model's architecture; choose another --base-model",
    ),
    (
        ("requires you to execute", "trust_remote_code"),
        "the base model brings programs of its own, which are never run here; choose another --base-model",
    ),
    (
        ("bitsandbytes",),
        "bitsandbytes does not work here; pip install --upgrade bitsandbytes, or use --quantization none",
    ),
)


def explained(error: BaseException) -> UserError | None:
    """A UserError with the remedy for what a library raised, or None if it is not a known case.

    Only our own words are passed on: the text of a foreign exception may quote a chat.
    """
    if isinstance(error, UserError):
        return error
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT):
            return UserError(KNOWN[2][1])
        words = f"{type(seen).__name__} {seen}"
        for signs, told in KNOWN:
            if any(sign.lower() in words.lower() for sign in signs):
                return UserError(told)
        seen = seen.__cause__ or seen.__context__
    return None
