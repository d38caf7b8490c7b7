import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

import research.topics
from research import ResearchError, fit_topics
from research.codebook import Codebook, Concept
from research.counterparts import align, counterparts
from research.embedding import LexicalEmbedder, stems
from research.evaluation import alignment, diversity, npmi
from research.plotting import to_svg
from research.topics import charts, map_positions, term_shares
from research.topics.labels import made_by_language
from research.topics.model import Backend, Guided, layer_words, new_model
from research.topics.terms import count_words, key_terms, readable_words

SUBJECTS = {
    "lake": "le lac la rive un poisson le pêcheur la barque une vague le filet",
    "mill": "le moulin la farine un sac le meunier la roue une pierre le blé",
    "road": "la route un pont le camion la borne une voie le péage un virage",
}
ARABIC = {
    "lake": "البحيرة السمك الصياد القارب الموج الشبكة الشاطئ",
    "mill": "الطاحونة الدقيق الكيس الرحى القمح الحجر العجلة",
    "road": "الطريق الجسر الشاحنة الرصيف المسار المنعطف العبور",
}
WATER = Codebook(
    {
        name: Concept(id=name, scheme="concept", label=label)
        for name, label in {
            "lake": {"en": "Lake", "fr": "lac", "ar": "البحيرة"},
            "mill": {"en": "Mill", "fr": "moulin", "ar": "الطاحونة"},
            "road": {"en": "Road", "fr": "route", "ar": "الطريق"},
        }.items()
    }
)


def texts(each, subjects=SUBJECTS, words=9):
    generator = np.random.default_rng(7)
    return [
        " ".join(generator.permutation(found.split())[:words]) + f" numéro {generator.integers(1000)}"
        for found in subjects.values()
        for _ in range(each)
    ]


def two_languages(each):
    frame = pd.DataFrame({"text": texts(each) + texts(each, ARABIC, 5)})
    frame["text"] = [
        f"{text} {word}"
        for text, word in zip(
            frame["text"], np.repeat(["lac", "moulin", "route", "البحيرة", "الطاحونة", "الطريق"], each), strict=True
        )
    ]
    frame["language"] = np.repeat(["fr", "ar"], 3 * each)
    return frame


@pytest.fixture(scope="module")
def plain():
    return fit_topics(texts(14), n_topics=3, runs=6)


@pytest.fixture(scope="module")
def bilingual():
    return fit_topics(two_languages(9), codebook=WATER, n_topics=3, runs=4)


@pytest.fixture(scope="module")
def study(seeds):
    # That five are chosen, test_whole holds: choosing takes longer than fitting them.
    return fit_topics(seeds.corpus, codebook=seeds.codebook, n_topics=5), seeds.corpus, seeds.codebook


@pytest.fixture
def few_samples(monkeypatch):
    """Where it is asked whether a number of topics is found, and not how well it is chosen."""
    monkeypatch.setattr(research.topics, "_DECIDE", 4)


def test_the_order_of_the_passages_changes_nothing():
    frame = pd.DataFrame({"text": texts(14)})
    frame["passage_id"] = [f"x#{i:03d}" for i in range(len(frame))]
    one = fit_topics(frame, n_topics=3, runs=5)
    other = fit_topics(frame.sample(frac=1, random_state=5), n_topics=3, runs=5)
    pd.testing.assert_frame_equal(one.topics, other.topics)
    pd.testing.assert_frame_equal(one.assignments.reset_index(drop=True), other.assignments.reset_index(drop=True))


def test_plain_texts_in_another_order_give_the_same_stability():
    given = texts(14)
    one, other = (fit_topics(order, n_topics=3, runs=5) for order in (given, given[::-1]))
    assert one.topics.equals(other.topics) and one.stability.equals(other.stability)


def test_copies_of_a_text_are_told_apart_by_their_story_and_not_by_where_they_stood():
    given = texts(20, words=5)
    frame = pd.DataFrame(
        {"text": given + given, "story_id": [f"s{i % 15}" for i in range(60)] + [f"t{i % 7}" for i in range(60)]}
    )
    one, other = (fit_topics(order, n_topics=5, runs=4) for order in (frame, frame[::-1]))
    assert one.topics.equals(other.topics) and one.stability.equals(other.stability)


def test_names_and_languages_as_tables_have_them():
    frame = pd.DataFrame(
        {"text": texts(11), "passage_id": range(33), "story_id": None, "language": ["fr-FR", "", None] * 11}
    )
    found = fit_topics(frame, n_topics=3, runs=2)
    assert found.topics["languages"].tolist() == [{"fr": 11}] * 3
    assert len(map_positions(found)) == 33 and not term_shares(found, "fr").empty
    with pytest.raises(ResearchError, match="two passages are called 7; give each a passage_id of its own"):
        fit_topics(frame.assign(passage_id=7))


def test_plain_subjects_are_found_again_in_every_sample(plain):
    assert plain.topics["found_in_runs"].tolist() == [6, 6, 6] and not plain.topics["unstable"].any()
    assert plain.topics["size"].tolist() == [14, 14, 14]
    assert plain.stability["ari"].min() == 1.0 and plain.topics["term_overlap"].min() > 0.5
    assert not plain.assignments["low_margin"].any()


def test_noise_makes_unstable_topics_and_passages_of_low_margin():
    generator = np.random.default_rng(0)
    words = [f"mot{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(300)]
    found = fit_topics([" ".join(generator.choice(words, 12)) for _ in range(60)], n_topics=5, runs=6)
    assert found.topics["unstable"].any() and found.stability["ari"].mean() < 0.5
    assert found.assignments["low_margin"].any()


@pytest.mark.parametrize("count", [1, 2, 5, 29])
def test_too_few_passages_give_no_topics_and_say_so(count):
    found = fit_topics(texts(10)[:count])
    assert found.model is None and found.topics.empty and found.assignments.empty
    assert found.rung == f"no topics: {count} distinct passages, fewer than 30"
    assert map_positions(found).empty and term_shares(found, "fr").empty


def test_identical_passages_are_one_passage():
    assert fit_topics(["la même phrase pour tous"] * 40).rung == "no topics: 1 distinct passages, fewer than 30"


def test_passages_without_words_give_no_topics_and_say_so():
    for given in ([f"{i} {i + 1}" for i in range(100, 140)], [f"le la les {i}" for i in range(40)]):
        assert fit_topics(given).rung == "no topics: 0 words other than stop words in 40 distinct passages"
    assert fit_topics(["moulin " * i for i in range(1, 35)]).rung.startswith("no topics: 1 words other than")


@pytest.mark.parametrize(
    "passages",
    [
        texts(10),
        texts(11)[:31],
        [*texts(10), *texts(10)],
        [*texts(10), *["", " ", "12 13", "le la"]],
        ["moulin " * i + "lac" for i in range(1, 35)],
    ],
    ids=["30", "31", "copies", "empty ones", "two words"],
)
def test_small_collections_do_not_crash(few_samples, passages):
    found = fit_topics(passages, runs=3)
    assert len(found.assignments) == len(passages) and found.topics["size"].sum() == len(passages)


@pytest.mark.parametrize(
    ("each", "topics"), [(100, "from 4 to 8"), (101, "9 topics for 303"), (1000, "27 topics for 3000")]
)
def test_a_larger_collection_uses_the_next_rung(few_samples, each, topics):
    found = fit_topics(texts(each), runs=2)
    assert found.rung.startswith("k-means on PCA") and topics in found.rung


def test_beyond_the_sample_every_passage_goes_to_the_nearest_topic(monkeypatch, plain):
    monkeypatch.setattr(research.topics, "SAMPLE", 60)
    monkeypatch.setattr(research.topics, "_PART", 7)
    given = texts(40)
    found = fit_topics(given, n_topics=3, runs=3)
    assert found.rung == "k-means on PCA, 3 topics as asked, fitted on a sample of 60"
    assert found.topics["size"].tolist() == [40, 40, 40] and len(found.texts) == 60
    assert fit_topics(given[::-1], n_topics=3, runs=3).topics.equals(found.topics)
    placed = found.assignments.sort_values("passage_id")["topic_id"].to_numpy().reshape(3, 40)
    assert (placed == placed[:, :1]).all()


def test_wrong_arguments_are_one_clear_error():
    with pytest.raises(ResearchError, match="n_topics=99"):
        fit_topics(texts(11), n_topics=99)
    with pytest.raises(ResearchError, match="no passages"):
        fit_topics([])
    with pytest.raises(ResearchError, match="runs=0"):
        fit_topics(texts(11), runs=0)
    with pytest.raises(ResearchError, match="seed=-1"):
        fit_topics(texts(11), seed=-1)
    with pytest.raises(ResearchError, match=r"1 of 34 passages are no text but \w+; drop or fill them"):
        fit_topics([*texts(11), None])
    with pytest.raises(ResearchError, match="one text is no collection"):
        fit_topics("le lac")
    with pytest.raises(ResearchError, match=r"n_topics=3\.0; give whole numbers"):
        fit_topics(texts(11), n_topics=3.0)
    for codebook in (None, WATER):
        with pytest.raises(ResearchError, match="guided=True without a codebook that has layers"):
            fit_topics(texts(11), guided=True, codebook=codebook)


def test_labels_are_concepts_in_three_languages_and_no_two_are_alike(bilingual):
    labels = bilingual.topics[["label_en", "label_fr", "label_ar"]]
    assert sorted(labels["label_fr"]) == ["lac", "moulin", "route"]
    assert sorted(labels["label_ar"]) == sorted(["البحيرة", "الطاحونة", "الطريق"])
    assert labels.nunique().tolist() == [3, 3, 3]


def test_passages_without_a_concept_are_others_whatever_their_language():
    frame = two_languages(9)
    frame["text"] = frame["text"].str.replace("moulin|الطاحونة", "", regex=True)
    found = fit_topics(frame, codebook=WATER, n_topics=3, runs=4)
    (other,) = [row for row in found.topics.itertuples(index=False) if row.label_en.startswith("Other")]
    assert other.label_fr.startswith("Autres · ") and other.label_ar.startswith("أخرى · ")
    assert other.languages == {"ar": 9, "fr": 9} and other.found_in_runs == 4


def test_without_a_codebook_labels_are_terms_of_their_own_language_or_a_number():
    found = fit_topics(two_languages(9), n_topics=6, runs=2)
    for row in found.topics.itertuples(index=False):
        assert set(row.terms) == set(row.languages)
        only = next(iter(row.languages))
        assert getattr(row, f"label_{only}").split(" · ") == row.terms[only][:3]
        assert row.label_en == f"Topic {row.topic_id + 1}"
        assert (row.label_ar if only == "fr" else row.label_fr).split()[0] in ("الموضوع", "Thème")


def test_terms_are_words_of_the_passages_in_that_language_and_not_stems(bilingual):
    passages = bilingual.texts
    for row in bilingual.topics.itertuples(index=False):
        for language, terms in row.terms.items():
            words = {word for text in passages.loc[passages["language"] == language, "text"] for word in text.split()}
            assert terms and set(terms) <= words


def test_topics_hold_both_languages_and_representatives_come_from_different_stories(bilingual, study):
    assert bilingual.topics["languages"].tolist() == [{"ar": 9, "fr": 9}] * 3
    found, corpus, _ = study
    chosen = found.assignments.query("representative").merge(corpus.passages).merge(corpus.documents, on="doc_id")
    assert chosen.groupby("topic_id")["story_id"].apply(lambda stories: stories.is_unique).all()
    assert set(chosen["topic_id"]) == set(found.topics["topic_id"])


def test_a_topic_is_made_by_language_only_where_a_counterpart_is_elsewhere():
    frame = pd.DataFrame({"passage_id": [f"{d}#{i}" for d in "abc" for i in range(3)], "language": list("aaaffffff")})
    pairs = pd.DataFrame({"passage_id": ["a#0", "a#1", "b#0", "b#1"], "counterpart": ["b#0", "b#1", "a#0", "a#1"]})
    apart = made_by_language(frame, np.array([0, 0, 0, 1, 1, 1, 2, 2, 2]), pairs)
    assert apart == {0: True, 1: True, 2: False}  # nobody tells in another language what c tells
    french = made_by_language(frame[3:], np.array([1, 1, 1, 2, 2, 2]), pairs.replace({"a#0": "c#0", "a#1": "c#1"}))
    assert french == {1: False, 2: False}  # counterparts in one language say nothing
    together = made_by_language(frame, np.array([0, 0, 0, 0, 0, 0, 2, 2, 2]), pairs)
    assert together == {0: False, 2: False}


def test_bertopic_does_what_bertopic_does(plain, tmp_path):
    from bertopic import BERTopic

    model, given = plain.model, plain.texts["text"].tolist()
    assert isinstance(model, BERTopic) and model.get_topic(0)
    lake = plain.assignments.set_index("passage_id")["topic_id"]["p000000"]
    assert model.transform(["un pêcheur et sa barque sur le lac"])[0] == [lake]
    assert model.visualize_barchart().data and model.visualize_hierarchy().data
    classes = model.topics_per_class(given, classes=["a", "b", "c"] * 14)
    assert classes["Frequency"].sum() == 42
    positions = map_positions(plain)[["x", "y"]].to_numpy()
    assert model.visualize_documents(given, reduced_embeddings=positions, hide_annotations=True).data
    with pytest.raises(ModuleNotFoundError, match="umap-learn"):
        model.visualize_topics()
    assert pickle.loads(pickle.dumps(model)).transform(given[:3])[0] == model.transform(given[:3])[0]


@pytest.mark.filterwarnings("ignore")
def test_a_saved_model_assigns_new_passages_as_the_model_did(plain, tmp_path):
    from bertopic import BERTopic

    plain.model.save(tmp_path, serialization="safetensors", save_ctfidf=True, save_embedding_model=False)
    again = BERTopic.load(tmp_path, embedding_model=Backend(plain.embedder))
    new = ["un pêcheur et sa barque sur le lac", "le meunier et la farine du moulin", "un camion sur la route"]
    assert [int(t) for t in again.transform(new)[0]] == [int(t) for t in plain.model.transform(new)[0]]
    assert [word for word, _ in again.get_topic(0)] == [word for word, _ in plain.model.get_topic(0)]


@pytest.mark.filterwarnings("ignore")
def test_guided_and_zero_shot_modes(plain, study):
    given = plain.texts["text"].tolist()
    names = ["le lac et la rive", "le moulin et la farine"]
    model = new_model(plain.embedder, 2, rows=42, zeroshot_topic_list=names, zeroshot_min_similarity=0.2)
    model.fit(given, plain.vectors.copy())
    named = model.get_topic_info().set_index("Name")["Count"]
    assert named["le lac et la rive"] >= 12 and named["le moulin et la farine"] >= 12
    _, corpus, codebook = study
    found = fit_topics(corpus, codebook=codebook, guided=True, n_topics=6, runs=2)
    assert found.parameters["guided"] and found.topics["size"].sum() == len(found.texts)
    assert len(layer_words(codebook)) == len(codebook.layers)


def test_guided_passages_move_as_bertopics_do_and_new_ones_with_them():
    from bertopic import BERTopic

    given, guides = texts(11), ["le lac et la rive", "le moulin et la farine"]
    plain = LexicalEmbedder().fit(given)
    guided = Guided(LexicalEmbedder(), guides)
    moved = guided.fit_transform(given)
    theirs = BERTopic(embedding_model=Backend(plain), seed_topic_list=[guide.split() for guide in guides])
    np.testing.assert_allclose(moved, theirs._guided_topic_modeling(plain.transform(given))[1], atol=1e-9)
    np.testing.assert_allclose(guided.transform(given), moved, atol=1e-9)
    assert not np.allclose(moved, plain.transform(given))


def test_the_codebook_bridges_languages(codebook):
    pairs = ["un centre de données", "مركز بيانات", "une formation", "تكوين"]
    bridged = LexicalEmbedder(codebook).fit_transform(pairs)
    alone = LexicalEmbedder().fit_transform(pairs)
    assert (bridged @ bridged.T)[0, 1] > 0.6 > (bridged @ bridged.T)[0, 3]
    assert (alone @ alone.T)[0, 1] < 0.1


def test_the_embedder_is_a_transformer_of_scikit_learn_that_bertopic_takes(codebook):
    from bertopic.backend._utils import select_backend

    embedder = LexicalEmbedder(codebook).fit(texts(5))
    vectors = embedder.transform(["le lac et le pêcheur", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 0.0])
    np.testing.assert_allclose(
        embedder.transform(texts(5)), LexicalEmbedder(codebook).fit_transform(texts(5)), atol=1e-9
    )
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(embedder)).transform(texts(2)), embedder.transform(texts(2))
    )
    assert clone(embedder).bridge == embedder.bridge
    backend = select_backend(make_pipeline(embedder))
    np.testing.assert_array_equal(backend.embed(["le lac"]), embedder.transform(["le lac"]))


def test_words_are_stemmed_in_their_own_language():
    assert stems("les centres") == ["le", "centr"] and stems("the centres of the town")[1] == "centr"
    assert stems("المعاهد") == stems("والمعاهد") == stems("معاهد")
    assert stems("فلسطين") == stems("الفلسطيني") and stems("ولاية") == stems("الولاية")


def test_readable_words_and_the_particles_glued_to_them():
    assert readable_words("الذَّكاء والذكاء، les modèles de 2026 <b>x</b>") == ["الذكاء", "الذكاء", "modèles"]
    assert count_words(["وزارة التعليم", "ووزارة للتعليم", "وجود"])[1] == ["التعليم", "وجود", "وزارة"]
    kept = ["وكالة", "وكالات", "والد", "والي", "بالغ", "كاليفورنيا", "فكرة"]
    assert readable_words(" ".join(kept)) == kept and set(count_words([" ".join(kept), "كرة كرة"])[1]) == {*kept, "كرة"}
    assert readable_words("وإلى والتي research information général Strate\u0301gie") == [
        "research",
        "information",
        "général",
        "stratégie",
    ]


def test_key_terms_are_each_topics_own():
    counts, words = count_words(["lac lac rive pierre", "lac rive pierre", "moulin sac pierre", "moulin sac pierre"])
    found = key_terms(counts, np.array([0, 0, 1, 1]), None, 3)
    assert [[words[column] for column, _ in best] for best in found.values()] == [["lac", "rive"], ["moulin", "sac"]]


def test_coherence_is_gensims():
    """The values are gensim 4.4.0's: CoherenceModel(coherence="c_npmi"), one window a text, then windows of five."""
    given = [
        f"w{i * j % 11} w{(i + j) % 7} w{i % 5} w{j % 3} w{(i * i + j) % 13}".split()
        for i in range(12)
        for j in range(5)
    ]
    topics = [["w0", "w1", "w2"], ["w3", "w9", "w12"]]
    assert npmi(topics, given) == pytest.approx([-0.138804636, 0.175318594], abs=1e-6)
    apart = [list(dict.fromkeys(a + b)) for a, b in zip(given, given[7:], strict=False)]
    assert npmi(topics, apart, window=5) == pytest.approx([-0.070430462, -0.007170031], abs=1e-6)


def test_measures():
    assert diversity([["a", "b"], ["a", "b"]]) == 0.5
    assert npmi([["a", "b"]], [{"a"}, {"b"}], epsilon=0) == [-1.0]
    assert np.isnan(npmi([["a"]], [{"a"}])[0])


def test_alignment_counts_pairs_in_one_topic_beside_chance():
    topics = pd.DataFrame({"passage_id": ["a#1", "a#2", "a#3", "b#1", "b#2", "b#3"], "topic_id": [0, 1, 2, 0, 1, 1]})
    pairs = pd.DataFrame({"passage_id": ["a#1", "a#2", "a#3"], "counterpart": ["b#1", "b#2", "b#3"]})
    found = alignment(topics, pairs).iloc[0]
    assert (found["passages"], found["together"]) == (3, 2)
    assert found["chance"] == pytest.approx(1 / 3 + 2 / 3 + 0)
    assert alignment(topics, pairs.iloc[:0]).empty and alignment(topics.iloc[:0], pairs).empty


def test_paragraphs_are_aligned_by_length_through_merges_and_gaps():
    assert align([300, 120, 500], [330, 130, 540]) == [(0, 0), (1, 1), (2, 2)]
    assert align([300, 280, 500], [570, 490]) == [(0, 0), (1, 0), (2, 1)]
    assert align([], [5]) == [] and align([5], []) == []
    none = counterparts(pd.DataFrame(columns=["passage_id", "doc_id", "kind", "text"]), pd.DataFrame(columns=["kind"]))
    assert none.empty


def test_the_study_has_steady_topics_in_two_languages(study):
    found, corpus, _ = study
    assert len(found.topics) == 5
    assert (found.topics["found_in_runs"] >= 16).sum() >= 3
    assert not found.topics["language_only"].any()
    french = alignment(found.assignments, counterparts(corpus.passages, corpus.story_links)).iloc[1]
    assert french["together"] >= 6 > french["chance"] + 2


def test_hostile_text_stays_text():
    evil = "<script>alert(1)</script> {{ 7*7 }} $x$ ‮ lac rive"
    found = fit_topics([*texts(10), evil, evil + "!", "=cmd() lac", "a" * 5000], runs=2, n_topics=3)
    figure = charts.topic_terms(found.topics, term_shares(found, "fr"), language="fr")
    assert "<script" not in to_svg(figure) and "<script" not in json.dumps(found.topics.drop(columns="npmi").to_dict())


def test_figures_mark_what_is_unstable(study):
    found, corpus, _ = study
    topics = found.topics.assign(unstable=[True, *[False] * (len(found.topics) - 1)])
    figures = drawn_figures(found, topics, corpus)
    for figure in figures:
        drawn = [text.get_text() for axes in figure.axes for text in [*axes.texts, axes.title, *axes.get_yticklabels()]]
        drawn += [text for axes in figure.axes if (text := axes.get_title(loc="left"))]
        assert sum("unstable" in text for text in drawn) == 1
    again = drawn_figures(found, topics, corpus)
    assert [to_svg(figure) for figure in figures] == [to_svg(figure) for figure in again]


def drawn_figures(found, topics, corpus):
    return [
        charts.topic_sizes(topics, 20).figure,
        charts.topic_spread(topics, found.assignments, corpus.passages),
        charts.topic_terms(topics, term_shares(found, "ar")),
        charts.topic_map(topics, map_positions(found)),
    ]
