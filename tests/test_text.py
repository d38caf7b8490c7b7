from hypothesis import given, settings
from hypothesis import strategies as st

from research.text import (
    ENCLITICS,
    PROCLITICS,
    fold,
    fold_all,
    fold_label,
    is_arabic,
    letters_before,
    letters_behind,
    search_forms,
    sentences,
)


@given(st.text())
def test_every_folded_span_leads_back_into_the_raw_text(text):
    folded = fold(text)
    assert len(folded.starts) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    for i in range(len(folded.text)):
        start, end = folded.raw(i, i + 1)
        assert 0 <= start < end <= len(text) or (start < len(text) and start <= end)


@given(st.text(alphabet="أإآاىيةهـَُِّ ٣3éÉeﻻ\u200f", min_size=1))
def test_folding_is_idempotent(text):
    once = fold(text).text
    assert fold(once).text == once


def test_the_raw_span_of_a_match_is_the_word_as_written():
    text = "في الإستراتيجيّةِ الوطنية"
    folded = fold(text)
    start = folded.text.index(fold_label("الاستراتيجية"))
    a, b = folded.raw(start, start + len(fold_label("الاستراتيجية")))
    assert text[a:b] == "الإستراتيجيّةِ"


def test_digits_spaces_hyphens_and_presentation_forms_are_unified():
    assert fold_label("٢٠٣٠\u00a0\u202f Al‑Jazari ﻻ") == "2030 al jazari لا"


def test_an_arabic_label_matches_with_particles_and_pronouns_only():
    def found(word, label):
        text, form = fold(word).text, fold_label(label)
        start = text.index(form)
        suffixes = ENCLITICS if is_arabic(form) else {""}
        behind = letters_behind(text, start + len(form))
        return letters_before(text, start) in PROCLITICS and behind in suffixes

    assert found("وبالمراكز", "مراكز") and found("مراكزها", "مراكز") and found("للمراكز", "مراكز")
    assert not found("تمراكز", "مراكز") and not found("مراكزية", "مراكز")
    assert found("وMistral", "mistral") and not found("amistral", "mistral")


def test_the_root_alef_lam_of_a_word_is_not_an_article():
    assert "خدمات الالكترونيه" in search_forms("خدمات إلكترونية")
    assert "اليات" in search_forms("آليات")


def test_sentences_leave_no_white_space_at_their_ends():
    text = "قال الوزير. ثم غادر.  "
    assert [text[a:b] for a, b in sentences(text, "ar")] == ["قال الوزير.", "ثم غادر."]


RAW = st.text(st.sampled_from("aé ß…½ﷲ\u0640\u064b\u200b-–  \n\0\x1e١2ىةa") | st.characters(), max_size=80)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(RAW, max_size=5))
def test_many_texts_fold_as_each_does_and_every_character_leads_back(texts):
    for text, together in zip(texts, fold_all(texts), strict=True):
        alone = fold(text)
        assert alone.text == together.text and alone.starts.tolist() == together.starts.tolist()
        walked, starts = "", []
        for position, char in enumerate(text):
            for folded in fold(char).text:
                if not (folded == " " and walked.endswith(" ")):
                    walked, starts = walked + folded, [*starts, position]
        assert (walked, starts) == (alone.text, alone.starts.tolist())
