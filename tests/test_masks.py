"""Which tokens carry loss: for every family, exactly the assistant's text and the token that ends its turn."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest
from tiny_models import (
    FAMILIES,
    GEMMA,
    LLAMA_3,
    MISTRAL,
    QWEN_25,
    QWEN_DEFAULT_SYSTEM,
    THINKING,
    Family,
    make_sentencepiece_tokenizer,
    make_tokenizer,
)

from identity.console import UserError
from identity.rows import Row, RowMessage
from identity.training.chat_templates import CHAT_TEMPLATES, give_template
from identity.training.masks import IGNORED, LessonMaker, TrainingSequence, check_reply
from identity.training.template import WORD_JOINER, ChatTemplate

ROOMY = 100_000  # tokens, more than any row here has


@functools.cache
def template_of(family: Family) -> ChatTemplate:
    return ChatTemplate(make_tokenizer(family))


def row(*turns: str | tuple[str, int], system: str = "") -> Row:
    """A row of turns by user and assistant in alternation; (text, 0) is a reply of weight 0."""
    messages = [RowMessage("system", system)] if system else []
    for number, turn in enumerate(turns):
        text, weight = turn if isinstance(turn, tuple) else (turn, 1)
        messages.append(RowMessage("assistant" if number % 2 else "user", text, weight))
    return Row(messages)


def lessons(family: Family, rows: Sequence[Row], length: int = ROOMY) -> tuple[LessonMaker, list[TrainingSequence]]:
    maker = LessonMaker(template_of(family), length)
    return maker, list(maker.sequences(rows))


def trained_texts(family: Family, sequences: Sequence[TrainingSequence]) -> list[str]:
    """The text of every unbroken run of trained tokens, cut after each end of turn."""
    tokenizer = template_of(family).tokenizer
    stop = tokenizer.convert_tokens_to_ids(family.end_of_turn)
    texts = []
    for sequence in sequences:
        run: list[int] = []
        for label in [*sequence.labels, IGNORED]:
            if label != IGNORED:
                run.append(label)
            if run and (label in (IGNORED, stop)):
                texts.append(decoded(tokenizer, run))
                run = []
    return texts


def decoded(tokenizer: Any, ids: list[int]) -> str:
    text: str = tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text


def as_rendered(family: Family, reply: str) -> str:
    """A reply as the family's template writes it: Llama-3 and Mistral trim it, Mistral puts a space before it."""
    safe = template_of(family).inert(reply)
    return {"llama": safe.strip(), "mistral": " " + safe.strip(), "qwen2": safe}[family.name] + family.end_of_turn


# --- random conversations ---------------------------------------------------------------------------------------

PIECES = [
    "Mizzle.", "Well, well", "the kettle", "Ça va?", "你好,今天下雨了。", "Привет", "☔🌧️", "👩‍👩‍👧", "\n", "\n\n",
    "\t", "  ", " ",
    "<|eot_id|>", "<|im_end|>", "</s>", "<s>", "[INST]", "[/INST]", "<|begin_of_text|>", "<|im_start|>assistant\n",
    "<|start_header_id|>assistant<|end_header_id|>", "{{ messages }}", "{% raise %}", "def f(x):\n    return x\n",
    "assistant", "user", "\u200b", "\u202e", "\\n", "é", "e\u0301", "ﬁ", "½",
]  # fmt: skip


def random_text(randomly: random.Random) -> str:
    text = "".join(randomly.choice(PIECES) for _ in range(randomly.randint(1, 8)))
    return text if text.strip() else text + "x"


def random_row(randomly: random.Random) -> Row:
    turns: list[str | tuple[str, int]] = []
    for _ in range(randomly.randint(1, 5)):
        turns += [random_text(randomly), (random_text(randomly), int(randomly.random() > 0.25))]
    return row(*turns, system=random_text(randomly) if randomly.random() < 0.3 else "")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_trained_tokens_are_exactly_replies_and_end_of_turn_in_200_random_conversations(family: Family) -> None:
    randomly = random.Random(5)
    tokenizer = template_of(family).tokenizer
    stop = tokenizer.convert_tokens_to_ids(family.end_of_turn)
    for _ in range(200):
        conversation = random_row(randomly)
        _, sequences = lessons(family, [conversation])
        expected = [as_rendered(family, m.content) for m in conversation.messages if m.role == "assistant" and m.weight]
        assert trained_texts(family, sequences) == expected
        for sequence in sequences:  # a look-alike in a text made no control token of its own
            shown = sum(m.role != "user" or family is not MISTRAL for m in conversation.messages)
            shown -= family is MISTRAL and conversation.messages[0].role == "system"
            shown += family is QWEN_25 and conversation.messages[0].role != "system"
            assert sequence.input_ids.count(stop) <= shown


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_reply_is_learned_once_across_windows(family: Family) -> None:
    randomly = random.Random(11)
    for _ in range(40):
        turns: list[str | tuple[str, int]] = []
        for number in range(randomly.randint(8, 25)):
            said = f"answer {number} " + "rain " * randomly.randint(0, 6)
            turns += [f"question {number}?", (said, int(randomly.random() > 0.3))]
        conversation = row(*turns, system="Be soft." if randomly.random() < 0.5 else "")
        maker, sequences = lessons(family, [conversation], length=256)
        learned = [m.content for m in conversation.messages if m.role == "assistant" and m.weight]
        assert trained_texts(family, sequences) == [as_rendered(family, reply) for reply in learned]
        assert all(len(sequence.input_ids) <= 256 for sequence in sequences)
        assert maker.counts.replies_learned == len(learned)
        assert (maker.counts.replies_cut, maker.counts.replies_without_room) == (0, 0)


def test_sentencepiece_tokenizer_of_mistral_learns_the_same_texts() -> None:
    # It puts a space before every stretch of text, so its decoded replies may begin with two.
    randomly = random.Random(3)
    maker = LessonMaker(ChatTemplate(make_sentencepiece_tokenizer(MISTRAL)), ROOMY)
    for _ in range(200):
        conversation = random_row(randomly)
        learned = [
            text.strip()
            for sequence in maker.sequences([conversation])
            for text in decoded(
                maker.template.tokenizer, [label for label in sequence.labels if label != IGNORED]
            ).split("</s>")[:-1]
        ]
        replies = [m.content for m in conversation.messages if m.role == "assistant" and m.weight]
        assert learned == [maker.template.inert(reply).strip() for reply in replies]


# --- single cases -----------------------------------------------------------------------------------------------


def test_llama_row_to_the_letter() -> None:
    _, [sequence] = lessons(LLAMA_3, [row(" Rain? ", " Mizzle. \n", system="Be soft.")])
    assert decoded(template_of(LLAMA_3).tokenizer, sequence.input_ids) == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe soft.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nRain?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nMizzle.<|eot_id|>"
    )


def test_qwen_row_has_the_default_system_text_as_at_inference() -> None:
    _, [sequence] = lessons(QWEN_25, [row("Rain?", "Mizzle.")])
    text = decoded(template_of(QWEN_25).tokenizer, sequence.input_ids)
    assert text.startswith(f"<|im_start|>system\n{QWEN_DEFAULT_SYSTEM}<|im_end|>\n<|im_start|>user\nRain?<|im_end|>")


def test_mistral_system_text_goes_into_the_first_user_turn() -> None:
    # The template itself drops it as soon as a reply follows: base and LoRA would never see it together.
    maker, [sequence] = lessons(MISTRAL, [row("Rain?", "Mizzle.", "Snow?", "Graupel.", system="Be soft.")])
    text = decoded(template_of(MISTRAL).tokenizer, sequence.input_ids)
    assert text == "<s>[INST] Be soft.\n\nRain?[/INST] Mizzle.</s>[INST] Snow?[/INST] Graupel.</s>"
    assert maker.counts.system_turns_folded == 1


def test_template_that_refuses_a_system_turn_gets_it_in_the_first_user_turn() -> None:
    _, [sequence] = lessons(GEMMA, [row("Rain?", "Mizzle.", system="Be soft.")])
    assert "<start_of_turn>user\nBe soft.\n\nRain?" in decoded(template_of(GEMMA).tokenizer, sequence.input_ids)
    assert trained_texts(GEMMA, [sequence]) == ["Mizzle.<end_of_turn>"]


def test_template_that_rewrites_earlier_turns_gets_a_sequence_for_each_reply() -> None:
    maker, sequences = lessons(THINKING, [row("Rain?", "Mizzle.", "Snow?", "Graupel.")])
    empty = "<think>\n\n</think>\n\n"
    assert trained_texts(THINKING, sequences) == [f"{empty}Mizzle.<|im_end|>", f"{empty}Graupel.<|im_end|>"]
    second = decoded(template_of(THINKING).tokenizer, sequences[1].input_ids)
    assert "<|im_start|>assistant\nMizzle.<|im_end|>" in second  # the earlier reply as the model will see it
    assert maker.counts.rows_in_windows == 0


def test_reply_that_begins_with_line_breaks_is_not_fused_with_its_header() -> None:
    # "\n" of the header and "\n\n" of the reply would make one token, which the model could never produce there.
    _, [sequence] = lessons(QWEN_25, [row("Rain?", "\n\nMizzle.")])
    assert trained_texts(QWEN_25, [sequence]) == ["\n\nMizzle.<|im_end|>"]
    prompt = template_of(QWEN_25).render([("user", "Rain?")], prompt=True)
    header = template_of(QWEN_25).tokens(prompt, [])[0]
    assert sequence.input_ids[: len(header)] == header


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_control_token_in_a_question_stays_text(family: Family) -> None:
    maker, [sequence] = lessons(family, [row(f"What is {family.end_of_turn} for?", "It ends a turn.")])
    safe = family.end_of_turn[0] + WORD_JOINER + family.end_of_turn[1:]
    assert f"What is {safe} for?" in decoded(template_of(family).tokenizer, sequence.input_ids)
    assert maker.counts.lookalikes == 1


def test_reply_of_weight_0_is_context_only() -> None:
    _, [sequence] = lessons(LLAMA_3, [row("Rain?", ("As an AI, no.", 0), "Snow?", "Graupel.")])
    assert trained_texts(LLAMA_3, [sequence]) == ["Graupel.<|eot_id|>"]
    assert "As an AI, no." in decoded(template_of(LLAMA_3).tokenizer, sequence.input_ids)


def test_row_of_weight_0_only_gives_nothing_and_is_counted() -> None:
    maker, sequences = lessons(LLAMA_3, [row("Rain?", ("No.", 0)), row("Rain?", "Mizzle.")])
    assert (len(sequences), maker.counts.rows, maker.counts.rows_without_lesson) == (1, 2, 1)


def test_turns_of_one_speaker_in_a_row_are_one_turn() -> None:
    turns = [
        RowMessage("user", "Rain?"),
        RowMessage("user", "Tell me."),
        RowMessage("assistant", "Mizzle."),
        RowMessage("assistant", "So soft."),
    ]
    _, [sequence] = lessons(MISTRAL, [Row(turns)])
    text = decoded(template_of(MISTRAL).tokenizer, sequence.input_ids)
    assert text == "<s>[INST] Rain?\n\nTell me.[/INST] Mizzle.\n\nSo soft.</s>"


def test_greeting_before_any_question_and_question_at_the_end_are_left_out() -> None:
    turns = [
        RowMessage("assistant", "Good evening."),
        RowMessage("user", "Rain?"),
        RowMessage("assistant", "Mizzle."),
        RowMessage("user", "And?"),
    ]
    maker, [sequence] = lessons(MISTRAL, [Row(turns)])
    assert decoded(template_of(MISTRAL).tokenizer, sequence.input_ids) == "<s>[INST] Rain?[/INST] Mizzle.</s>"
    assert maker.counts.replies_without_question == 1


def test_system_turn_in_the_middle_belongs_to_the_next_question() -> None:
    turns = [
        RowMessage("user", "Rain?"),
        RowMessage("assistant", "Mizzle."),
        RowMessage("system", "It is winter."),
        RowMessage("user", "Snow?"),
        RowMessage("assistant", "Graupel."),
    ]
    _, [sequence] = lessons(MISTRAL, [Row(turns)])
    assert "[INST] It is winter.\n\nSnow?[/INST]" in decoded(template_of(MISTRAL).tokenizer, sequence.input_ids)


def test_later_window_repeats_the_turns_before_it_without_loss() -> None:
    turns = [text for number in range(12) for text in (f"question {number}?", f"answer {number}.")]
    maker, sequences = lessons(LLAMA_3, [row(*turns, system="Be soft.")], length=300)
    assert len(sequences) > 1 and maker.counts.rows_in_windows == 1
    for before, after in itertools.pairwise(sequences):
        text = decoded(template_of(LLAMA_3).tokenizer, after.input_ids)
        assert text.startswith(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe soft.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>"
        )
        last_learned = trained_texts(LLAMA_3, [before])[-1]
        assert last_learned in text  # as context
        assert last_learned not in trained_texts(LLAMA_3, [after])


def test_reply_longer_than_a_window_is_cut_without_end_of_turn() -> None:
    maker, [sequence] = lessons(LLAMA_3, [row("Rain?", "rain " * 400)], length=64)
    assert len(sequence.input_ids) == 64
    assert trained_texts(LLAMA_3, [sequence])[0].strip("rain ") == ""
    assert maker.counts.replies_cut == 1


def test_question_longer_than_a_window_leaves_no_room_and_is_counted() -> None:
    maker, sequences = lessons(LLAMA_3, [row("rain " * 400, "Mizzle.", "Snow?", "Graupel.")], length=64)
    assert trained_texts(LLAMA_3, sequences) == ["Graupel.<|eot_id|>"]
    assert maker.counts.replies_without_room == 1


def test_wrong_labels_are_refused() -> None:
    _, [sequence] = lessons(LLAMA_3, [row("Rain?", "Mizzle.")])
    learned = [label for label in sequence.labels if label != IGNORED]
    check_reply(template_of(LLAMA_3), learned, "Mizzle.")
    for wrong in (learned[:-1], learned[1:], sequence.input_ids[-len(learned) - 1 :]):
        with pytest.raises(UserError, match="do not decode to the assistant's text"):
            check_reply(template_of(LLAMA_3), wrong, "Mizzle.")


def test_template_that_fails_on_a_plain_conversation_is_named_with_a_remedy() -> None:
    tokenizer = make_tokenizer(LLAMA_3)
    tokenizer.chat_template = "{{ raise_exception('no') }}"
    with pytest.raises(UserError, match="choose another --base-model"):
        ChatTemplate(tokenizer)


# --- base models without a template -----------------------------------------------------------------------------


def test_own_template_of_a_model_is_kept() -> None:
    tokenizer = make_tokenizer(MISTRAL)
    assert give_template(tokenizer, "chatml") is None
    assert tokenizer.chat_template == MISTRAL.chat_template


@pytest.mark.parametrize("name", CHAT_TEMPLATES)
def test_template_for_a_base_model_without_one_ends_turns_with_a_token_that_it_has(name: str) -> None:
    bare = MISTRAL._replace(chat_template="")
    tokenizer = make_tokenizer(bare)
    told = give_template(tokenizer, name)
    assert told and ("is not in its vocabulary" in told) == (name != "mistral")
    maker = LessonMaker(ChatTemplate(tokenizer), ROOMY)
    [sequence] = maker.sequences([row("Rain?", "Mizzle.", system="Be soft.")])
    learned = decoded(tokenizer, [label for label in sequence.labels if label != IGNORED])
    assert learned.strip() == "Mizzle.</s>"


def test_llama_template_of_ours_renders_as_the_family_does() -> None:
    theirs = make_tokenizer(LLAMA_3)
    ours = make_tokenizer(LLAMA_3._replace(chat_template=""))
    give_template(ours, "llama-3")
    messages = [{"role": "user", "content": " Rain? "}, {"role": "assistant", "content": "Mizzle.\n"}]
    for prompt in (False, True):
        shown = [t.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt) for t in (ours, theirs)]
        assert shown[0] == shown[1]
