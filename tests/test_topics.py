import numpy as np
import pandas as pd
import pytest

from research import ResearchError, fit_topics
from research.embedding import LexicalEmbedder
from research.evaluation import diversity, npmi

SUBJECTS = {
    "lake": "le lac la rive un poisson le pêcheur la barque une vague le filet",
    "mill": "le moulin la farine un sac le meunier la roue une pierre le blé",
    "road": "la route un pont le camion la borne une voie le péage un virage",
}


def texts(each):
    generator = np.random.default_rng(7)
    return [
        " ".join(generator.permutation(words.split())[:9]) + f" numéro {generator.integers(1000)}"
        for words in SUBJECTS.values()
        for _ in range(each)
    ]


def test_the_order_of_the_passages_changes_nothing():
    frame = pd.DataFrame({"text": texts(14)})
    frame["passage_id"] = [f"x#{i:03d}" for i in range(len(frame))]
    one = fit_topics(frame, n_topics=3, runs=5)
    other = fit_topics(frame.sample(frac=1, random_state=5), n_topics=3, runs=5)
    pd.testing.assert_frame_equal(one.topics, other.topics)
    pd.testing.assert_frame_equal(one.assignments.reset_index(drop=True), other.assignments.reset_index(drop=True))


def test_plain_subjects_are_found_again_in_every_sample():
    found = fit_topics(texts(14), n_topics=3, runs=6)
    assert found.topics["found_in_runs"].tolist() == [6, 6, 6] and not found.topics["unstable"].any()
    assert found.topics["size"].tolist() == [14, 14, 14]
    assert found.stability["ari"].min() == 1.0
    assert found.model.get_topic(0)


@pytest.mark.parametrize("count", [1, 2, 29])
def test_too_few_passages_give_no_topics_and_say_so(count):
    found = fit_topics(texts(10)[:count])
    assert found.model is None and found.topics.empty
    assert found.rung == f"no topics: {count} distinct passages, fewer than 30"


def test_identical_passages_are_one_passage():
    assert fit_topics(["la même phrase pour tous"] * 40).rung == "no topics: 1 distinct passages, fewer than 30"


@pytest.mark.parametrize("passages", [texts(10), texts(11)[:31], [*texts(10), *texts(10)]])
def test_small_collections_do_not_crash(passages):
    found = fit_topics(passages, runs=3)
    assert len(found.assignments) == len(passages) and found.topics["size"].sum() == len(passages)


def test_a_larger_collection_uses_the_next_rung():
    found = fit_topics(texts(101), runs=2)
    assert found.rung == "k-means on PCA, 9 topics for 303 passages"


def test_wrong_arguments_are_one_clear_error():
    with pytest.raises(ResearchError, match="unknown embedding 'magic'; use 'lexical'"):
        fit_topics(texts(11), embedding="magic")
    with pytest.raises(ResearchError, match="n_topics=99"):
        fit_topics(texts(11), n_topics=99)
    with pytest.raises(ResearchError, match="no passages"):
        fit_topics([])
    with pytest.raises(ResearchError, match="no words"):
        fit_topics([f"{i} {i + 1}" for i in range(100, 140)])


def test_the_codebook_bridges_languages(codebook):
    pairs = ["un centre de données", "مركز بيانات", "une formation", "تكوين"]
    bridged = LexicalEmbedder(codebook).fit_transform(pairs)
    alone = LexicalEmbedder().fit_transform(pairs)
    assert (bridged @ bridged.T)[0, 1] > 0.6 > (bridged @ bridged.T)[0, 3]
    assert (alone @ alone.T)[0, 1] < 0.1


def test_new_texts_are_embedded_in_the_fitted_space(codebook):
    embedder = LexicalEmbedder(codebook).fit(texts(5))
    vectors = embedder.transform(["le lac et le pêcheur", ""])
    assert vectors.shape[1] == embedder.transform(texts(5)).shape[1]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 0.0])


def test_measures():
    assert diversity([["a", "b"], ["a", "b"]]) == 0.5
    assert npmi(["a", "b"], [{"a"}, {"b"}]) == -1.0
    assert np.isnan(npmi(["a"], [{"a"}]))


def test_the_study_has_at_least_three_steady_topics_in_two_languages(seeds):
    study, corpus = seeds
    found = fit_topics(corpus, codebook=study.codebook())
    assert 4 <= len(found.topics) <= 8
    assert (found.topics["found_in_runs"] >= 16).sum() >= 3
    assert not found.topics["language_only"].any()


def test_plain_texts_in_another_order_give_the_same_stability():
    given = texts(14)
    one, other = (fit_topics(order, n_topics=3, runs=5) for order in (given, given[::-1]))
    assert one.topics.equals(other.topics) and one.stability.equals(other.stability)
    with pytest.raises(ResearchError, match="runs=0"):
        fit_topics(given, runs=0)
