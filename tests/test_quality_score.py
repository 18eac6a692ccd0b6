"""The quality score: what is ordinary in any script has 1, and every fault shows in the component named after it."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.filters.quality_score import LengthProfile, score

ENGLISH = (
    "The kettle was on when she came in, and nobody said anything for a while. It's odd how that goes: you wait for "
    "a word, any word, and then the rain starts (it always does) and you talk about the rain. I'd still like to hear "
    "about the move, though. Is the new place as bright as you hoped?"
)
ORDINARY = {
    "English": ENGLISH,
    "German": "Ach, weißt du, es ist ja nicht so, dass ich es nicht versucht hätte – aber „müde“ trifft es eher. 🙂",
    "French": "« Encore un café… » C'est ce qu'elle disait toujours, à la même heure ; ça m'a manqué, ÉTÉ » compris !",
    "Russian": "Чайник уже свистит, заходи и садись к печке. Я как раз хотела рассказать тебе про переезд.",
    "Greek": "Το νερό βράζει, έλα μέσα και κάτσε κοντά στη σόμπα. Πώς πήγε η μετακόμιση;",
    "Arabic": "الإبريق يغلي، تفضل واجلس قرب الموقد. هل انتهيت من نقل الأغراض؟",
    "Hebrew": "הקומקום כבר רותח, בוא תיכנס ושב ליד התנור. איך היה המעבר?",
    "Hindi": "केतली सीटी बजा रही है, अंदर आओ और चूल्हे के पास बैठो। नया घर कैसा है?",
    "Chinese": "水已经开了，快进来坐在炉子旁边吧。新家怎么样？有没有你想的那么亮？",
    "Japanese": "やかんがもう鳴っています。どうぞお入りください。新しい家はどうですか？",
    "Korean": "주전자가 벌써 끓고 있어요. 들어와서 난로 옆에 앉으세요. 새집은 어때요?",
    "Thai": "กาน้ำเดือดแล้ว เข้ามานั่งข้างเตาก่อนนะ บ้านใหม่เป็นยังไงบ้าง",
}


def component(name: str, content: str, lengths: LengthProfile | None = None) -> float:
    """One component, after making sure that it is the one at fault."""
    quality = score(content, lengths)
    others = {other: value for other, value in quality.components.items() if other != name}
    assert set(others.values()) == {1.0}, others
    assert quality.score == quality.components[name]
    return quality.components[name]


@pytest.mark.parametrize("content", ORDINARY.values(), ids=ORDINARY.keys())
def test_an_ordinary_message_has_the_full_score_in_any_script(content: str) -> None:
    assert score(content, None).score == 1.0


@pytest.mark.parametrize(
    "content", ["ok", "haha ja", "no no no", "🙂🙂🙂", "<3", "¯\\_(ツ)_/¯", "hahahahahahaha", "?!"]
)
def test_short_chat_has_the_full_score(content: str) -> None:
    assert score(content, None).score == 1.0


@pytest.mark.parametrize("content", ["", " \n ", "\u200b"])
def test_nothing_visible_has_none(content: str) -> None:
    assert score(content, None).score == 0.0


def test_faults_multiply() -> None:
    assert score("Yours, [Your Name], from the caf\ufffd on the corner of the square", None).score == pytest.approx(
        component("template", "Yours, [Your Name], from the cafe on the corner of the square")
        * component("characters", "Yours, (Your Name), from the caf\ufffd on the corner of the square")
    )


# --- length -----------------------------------------------------------------------------------------------------


def profile(*lengths: int) -> LengthProfile:
    found = LengthProfile()
    for length in lengths:
        found.add(length)
    return found


def test_within_the_habit_of_the_role_the_length_is_fine() -> None:
    assert component("length", ENGLISH, profile(*range(100, 500, 10))) == 1.0


def test_all_of_one_length_are_within_it() -> None:
    assert component("length", ENGLISH, profile(*[len(ENGLISH)] * 30)) == 1.0


def test_a_fourth_of_the_usual_length_is_a_half() -> None:
    assert component("length", "Yes, I did.", profile(*[44] * 30)) == pytest.approx(0.5, abs=0.03)


def test_too_long_counts_as_too_short_does() -> None:
    assert component("length", "Oh yes, I did; and it was a good one, I say.", profile(*[11] * 30)) == pytest.approx(
        0.5, abs=0.03
    )


def test_chinese_is_measured_by_what_it_carries() -> None:
    assert component("length", ORDINARY["Chinese"], profile(*[len(ORDINARY["Chinese"]) * 5 // 2] * 30)) > 0.95


def test_few_messages_are_no_habit() -> None:
    assert component("length", ENGLISH, profile(*[5] * 19)) == 1.0


def test_a_profile_that_grows_is_asked_anew() -> None:
    lengths = profile(*[5] * 30)
    before = component("length", ENGLISH, lengths)
    lengths.merge(profile(*[len(ENGLISH)] * 30))
    assert before < component("length", ENGLISH, lengths) == 1.0


LENGTHS = st.lists(st.integers(0, 10**7))


@given(LENGTHS, LENGTHS)
def test_merged_profiles_are_those_of_all_messages(some: list[int], more: list[int]) -> None:
    merged = profile(*some)
    merged.merge(pickle.loads(pickle.dumps(profile(*more))))
    assert merged == profile(*some, *more)
    assert merged.count == len(some) + len(more)


@given(st.lists(st.integers(0, 10**7), min_size=1), st.floats(0, 1))
def test_a_quantile_is_within_a_sixteenth_of_a_message_of_that_rank(lengths: list[int], q: float) -> None:
    rank = max(0, -int(-q * len(lengths) // 1) - 1)
    assert profile(*lengths).quantile(q) == pytest.approx(sorted(lengths)[rank], rel=1 / 16)


def test_memory_is_bounded_by_the_bins() -> None:
    assert len(profile(*range(0, 200_000, 7), 10**30).bins) < 200


# --- repetition -------------------------------------------------------------------------------------------------

REFRAIN = "Row on, row on, the tide is low,\nthe lamp is lit upon the quay.\n"
SONG = (
    "I left my boots beside the door,\nmy coat upon the apple tree.\n\n"
    + REFRAIN
    + "\nThe gulls have gone where gulls must go,\nand no one set a place for me.\n\n"
    + REFRAIN
    + "\nSo light the fire and draw the blind,\nthere's bread enough for two or three.\n\n"
    + REFRAIN
)


def test_a_refrain_is_no_fault() -> None:
    assert component("repetition", SONG) == 1.0


@pytest.mark.parametrize(
    "content",
    [
        "I love you so much and " * 30,
        "Das ist wirklich schön, oder nicht? " * 30,
        "我真的很喜欢你，你知道吗？" * 20,
        "本当にありがとうございます。" * 20,
        "ขอบคุณมากนะคะ" * 20,
        "Of course, my dear.\n" * 30,
    ],
)
def test_a_loop_is_worth_nothing(content: str) -> None:
    assert component("repetition", content) < 0.1


@pytest.mark.parametrize("unit", ["a", "ha", "abc", "!", "🙂"])
def test_nor_is_a_run_of_the_same_characters(unit: str) -> None:
    assert component("repetition", "Well " + unit * 900 + "!") == 0.0


def test_a_rule_across_the_page_is_usual() -> None:
    assert (
        component("repetition", "The first part.\n" + "-" * 60 + "\nThe second part, which is a little longer.") == 1.0
    )


# --- characters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "It didnâ€™t work, cafÃ© closed.",
        "ÐŸÑ€Ð¸Ð²ÐµÑ‚, how are you?",
        "ã“ã‚“ã«ã¡ã¯ she wrote",
        "That is nice ðŸ™‚ isn't it?",
    ],
)
def test_mojibake_is_damage(content: str) -> None:
    assert component("characters", content) < 0.5


@pytest.mark.parametrize(
    "content", ["The word \ufffd\ufffd was lost.", "A bell \x07 and \x00 more.", "Priv \ue000ate."]
)
def test_so_are_replacement_control_and_private_characters(content: str) -> None:
    assert component("characters", content) < 0.7


@pytest.mark.parametrize("content", ["«CAFÉ»", "« MANHÃ”, disse.", "“OLÁ”", "NÃO, não; à Ângela…", "20 °C × 3 = 60 €"])
def test_capitals_with_accents_are_not(content: str) -> None:
    assert component("characters", content) == 1.0


def test_mostly_symbols_is_noise() -> None:
    assert component("characters", "@#$%^&*{}|=+ ~^%$ x @#*&^ %|}{ =+~ y <>#@ %^&=|") < 0.3


def test_code_and_a_table_are_not_noise() -> None:
    assert component("characters", "Try this:\n```\n{[<%$#@^&*|~=+>]}{[<%$#@^&*|~=+>]}\n```\nDone.") == 1.0
    assert component("characters", "| word | rain |\n|---|---|\n| mizzle | fine |\n| smirr | finer |") == 1.0


# --- completeness -----------------------------------------------------------------------------------------------


def test_a_long_message_cut_in_a_sentence_is_incomplete() -> None:
    assert component("completeness", ENGLISH[:-20]) == 0.5


def test_a_comma_at_the_end_is_a_surer_sign() -> None:
    assert component("completeness", ENGLISH[: ENGLISH.rindex(" though") - 1] + ",") == 0.3


def test_trailing_off_is_a_small_one() -> None:
    assert component("completeness", ENGLISH[:-20] + "...") == 0.8


@pytest.mark.parametrize("language", ["Arabic", "Hindi", "Chinese", "Japanese"])
def test_sentences_end_with_the_marks_of_their_script(language: str) -> None:
    content = {
        "Arabic": "جلست قرب الموقد وانتظرت المطر. ثم جاء أخي وسألني عن البيت الجديد وعن الحديقة؟ "
        "قلت له إنني لا أعرف بعد، لأن الطريق كان طويلا والحقائب ثقيلة. لكن الضوء في المطبخ جميل جدا، "
        "والنافذة تطل على البحر! هل تزورنا قريبا؟",
        "Hindi": "केतली सीटी बजा रही है, अंदर आओ। नया घर कैसा है, रोशनी कैसी है, पड़ोसी कौन हैं? मैंने कल रात बारिश की आवाज़ "
        "सुनी और तुम्हारी याद आई। माँ ने कहा कि तुम अगले हफ़्ते आओगे और साथ में अपनी बहन को भी लाओगे। हम सब इंतज़ार कर रहे हैं।",
        "Chinese": "水开了，快进来坐吧。新家怎么样？你上次说窗户朝南，下午的时候阳光能照到书桌上。"
        "我昨晚听见雨声，忽然想起我们以前一起住的那条小街，还有巷口卖豆浆的老人。你什么时候有空？我想去看看你。",
        "Japanese": "やかんが鳴っています。どうぞお入りください。新しい家はどうですか？"
        "窓から海が見えると言っていましたね。昨日の夜は雨の音を聞きながら、昔いっしょに歩いた道を思い出していました。近いうちに遊びに行ってもいいですか。",
    }[language]
    assert component("completeness", content) == 1.0
    assert component("completeness", content[:-8]) < 1.0


@pytest.mark.parametrize("end", [" 🙂", " <3!", '"', ")", "*", "\n\nLove, Anna", "\n- and one more thing", "`x = 1`"])
def test_other_ends_are_ends(end: str) -> None:
    assert component("completeness", ENGLISH[:-20] + end) == 1.0


def test_who_never_writes_full_stops_has_nothing_cut() -> None:
    plain = ENGLISH.lower().replace(".", "").replace("?", "").replace(",", "").replace(":", "")
    assert component("completeness", plain) == 1.0


def test_a_short_message_needs_no_full_stop() -> None:
    assert component("completeness", "yes. sure. see you at the sea") == 1.0


@pytest.mark.parametrize("code", ["```python\nx = 1", "Here:\n~~~\nx = 1\n", "```"])
def test_a_block_of_code_that_is_not_closed_was_cut(code: str) -> None:
    assert component("completeness", code) == 0.3


@pytest.mark.parametrize("code", ["```python\nx = 1\n```", "Here:\n~~~\nx\n~~~\n", "```x```", "Use `x`"])
def test_a_closed_one_was_not(code: str) -> None:
    assert component("completeness", code) == 1.0


# --- template ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "Good night.<|im_end|>",
        "<|im_start|>assistant Good night.",
        "<｜end▁of▁sentence｜> Good night.",
        "[INST] Say good night. [/INST] Good night.",
        "<s> Good night.",
        "Good night.</s>",
        "### Instruction:\nSay good night.",
        "Good night.<end_of_turn>",
        "{{char}} waves.",
        "Yours, [Your Name]",
        "User: good night\nGood night.",
        "Good night.\nAssistant: Good night.",
    ],
)
def test_what_a_template_left_behind_is_a_fault(content: str) -> None:
    assert component("template", content) <= 0.5


@pytest.mark.parametrize(
    "content",
    [
        "The token is `<|im_end|>`, and then it stops.",
        "```\n[INST] {{char}} [/INST]\n```",
        "That was <s>bad</s> good of you.",
        "### Response times\nThey are fine.",
        "See [your new garden](https://example.org) in spring.",
        "Ask the user: what now?",
    ],
)
def test_talk_about_templates_and_its_like_is_none(content: str) -> None:
    assert component("template", content) == 1.0


# --- wording ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notes, expected", [(0, 1.0), (1, 0.85), (3, 0.55), (9, 0.5)])
def test_each_note_of_a_pack_takes_a_little_and_all_together_a_half(notes: int, expected: float) -> None:
    assert score("The boat came in before the rain.", None, notes).components["wording"] == pytest.approx(expected)


# --- any text ---------------------------------------------------------------------------------------------------


@given(st.text(alphabet=st.characters(codec=None), max_size=400), st.integers(1, 5))
def test_any_text_has_components_from_0_to_1(text: str, times: int) -> None:
    quality = score(text * times, profile(*[50] * 30))
    assert list(quality.components) == ["length", "repetition", "characters", "completeness", "template", "wording"]
    assert all(0.0 <= value <= 1.0 for value in (quality.score, *quality.components.values()))


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "ab",
        "(",
        "> ",
        "`",
        "` ",
        "```\n",
        "<|",
        "[your ",
        "{{",
        "</s> \n",
        "Ã",
        "Ã©",
        "“",
        "漢",
        "\x00",
        "- ",
        "*",
    ],
)
def test_hostile_repetition_is_read_to_the_end(unit: str) -> None:
    assert score(unit * 100_000, None).score < 1.0
