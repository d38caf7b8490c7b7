"""Topics beside BERTopic's defaults, NMF and LDA: coherence, agreement with labels, stability, seconds, memory.

    python benchmarks/topics.py FOLDER [--rows 100000] [--only BBC_News] [--splits 3] [--no-whole] [--no-stability]

FOLDER holds BBC_News.jsonl.gz (OCTIS) and ant_ar.jsonl.gz (ANT), each line with ``text`` and ``label``. Needs
umap-learn, hdbscan and tomotopy beside the package. Every fit runs in a process of its own, warmed up on 300 texts so
that nothing is compiled while the clock runs; vectors are the lexical embedder's for all that take vectors, and their
seconds are told apart. For coherence and diversity, terms are chosen on one half of the texts and counted on the other.
Without FOLDER, only the part on the study's own articles is printed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import time
import warnings
from collections import defaultdict
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

K = (10, 30, 50)
HERE = Path(__file__).parent


class Given:
    """Vectors that are there already, as an engine."""

    def __init__(self, texts, vectors):
        self.row = {text: i for i, text in enumerate(texts)}
        self.vectors = vectors

    def transform(self, texts):
        return self.vectors[[self.row[text] for text in texts]]

    fit_transform = transform


def research(texts, vectors, k, seed, runs=1):
    from research import fit_topics

    found = fit_topics(texts, embedding=Given(texts, vectors), n_topics=k, seed=seed, runs=runs)
    labels = found.assignments.sort_values("passage_id")  # p000000, p000001: the order they were given in
    terms = [[term for term, _ in found.model.get_topic(topic) if term] for topic in found.topics["topic_id"]]
    return (
        labels["topic_id"].to_numpy(),
        terms,
        float(labels["low_margin"].mean()),
        float(found.stability["ari"].mean()),
    )


def research_20(texts, vectors, k, seed):
    return research(texts, vectors, k, seed, runs=20)


def bertopic_default(texts, vectors, k, seed):
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer

    from research.topics.terms import readable_words

    model = BERTopic(
        vectorizer_model=CountVectorizer(analyzer=readable_words), nr_topics=k and k + 1, language="arabic"
    )
    labels = np.array(model.fit_transform(texts, vectors)[0])
    terms = [[term for term, _ in words] for topic, words in model.get_topics().items() if topic >= 0]
    return labels, terms, float((labels < 0).mean()), None


def density(texts, vectors, k, seed):
    """HDBSCAN on the PCA that k-means uses, what it leaves out going to the nearest cluster."""
    from sklearn.cluster import HDBSCAN

    from research.topics.clusters import centres_of, nearest, reducer
    from research.topics.terms import count_words, key_terms

    reduced = reducer(len(texts)).fit_transform(vectors)
    labels = HDBSCAN(min_cluster_size=10, copy=True).fit_predict(reduced)
    out = labels < 0
    if not out.all():
        ids, centres = centres_of(reduced[~out], labels[~out])
        labels[out] = nearest(reduced[out], ids, centres)
    counts, words = count_words(texts)
    terms = [[words[column] for column, _ in best] for best in key_terms(counts, labels, None, 10).values()]
    return labels, terms, float(out.mean()), None


def nmf(texts, vectors, k, seed):
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    from research.topics.terms import readable_words

    vectorizer = TfidfVectorizer(analyzer=readable_words, min_df=2)
    model = NMF(k, init="nndsvd", random_state=seed, max_iter=300)
    weights = model.fit_transform(vectorizer.fit_transform(texts))
    words = vectorizer.get_feature_names_out()
    return weights.argmax(axis=1), [[words[i] for i in np.argsort(-row)[:10]] for row in model.components_], None, None


def lda(texts, vectors, k, seed):
    import tomotopy

    from research.topics.terms import readable_words

    model = tomotopy.LDAModel(k=k, min_df=2, seed=seed + 1)
    rows = [i for i, text in enumerate(texts) if (words := readable_words(text)) and model.add_doc(words) is not None]
    model.train(1000, workers=2)
    labels = np.zeros(len(texts), dtype=int)
    labels[rows] = [int(np.argmax(doc.get_topic_dist())) for doc in model.docs]
    return labels, [[word for word, _ in model.get_topic_words(topic, 10)] for topic in range(k)], None, None


METHODS = {f.__name__: f for f in (research, research_20, bertopic_default, density, nmf, lda)}


def measured(job):
    """One fit in a process of its own: its result, seconds and peak memory."""
    method, texts, vectors, k, seed, timed = job
    warnings.simplefilter("ignore")
    fit = METHODS[method]
    if timed:
        fit(texts[:300], vectors[:300], 5, seed)
    began = time.perf_counter()
    labels, terms, left_out, ari = fit(texts, vectors, k, seed)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"labels": labels, "terms": terms, "left_out": left_out, "ari": ari, "seconds": seconds, "gigabytes": peak}


def in_process(*job, timed=False):
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, ((*job, timed),))


def embedded(texts):
    """The lexical embedder's vectors and its seconds."""
    from research.embedding import LexicalEmbedder

    began = time.perf_counter()
    embedder = LexicalEmbedder()
    core = texts[:20_000]
    parts = [embedder.fit_transform(core)] + ([embedder.transform(texts[20_000:])] if len(texts) > 20_000 else [])
    return np.vstack(parts), time.perf_counter() - began


def load(folder, name):
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def plain(texts):
    """The texts as readable words, Arabic particles taken off alike for every method."""
    from collections import Counter

    from research.topics.terms import bare_forms, readable_words

    words = [readable_words(text) for text in texts]
    forms = bare_forms(Counter(word for found in words for word in found))
    return [" ".join(forms.get(word, word) for word in found) for found in words]


def enlarged(texts, labels, rows, seed=0):
    """As many texts as asked for, each made of sentences of texts of one class."""
    from research.text import sentences

    pool = defaultdict(list)
    lengths = []
    for text, label in zip(texts, labels, strict=True):
        found = [text[a:b] for a, b in sentences(text, "ar")]
        pool[label] += found
        lengths.append(len(found))
    generator = np.random.default_rng(seed)
    of = generator.choice(len(texts), size=rows)
    made = [" ".join(pool[labels[i]][j] for j in generator.integers(len(pool[labels[i]]), size=lengths[i])) for i in of]
    return made, [labels[i] for i in of]


def quality(texts, labels, vectors, splits):
    """Coherence and diversity over split halves, agreement with the classes over whole fits."""
    from research.evaluation import diversity, label_agreement, npmi

    texts = plain(texts)
    words = [text.split() for text in texts]
    rows = []
    for method in ("research", "bertopic_default", "nmf", "lda"):
        for k in K:
            scores = defaultdict(list)
            for split in range(splits):
                order = np.random.default_rng(split).permutation(len(texts))
                one, other = order[: len(order) // 2], order[len(order) // 2 :]
                half = in_process(method, [texts[i] for i in one], vectors[one], k, split)
                reference = [words[i] for i in other]
                scores["npmi"].append(np.nanmean(npmi(half["terms"], [set(text) for text in reference])))
                scores["npmi_window_10"].append(np.nanmean(npmi(half["terms"], reference, window=10)))
                scores["diversity"].append(diversity(half["terms"]))
                scores["topics"].append(len(half["terms"]))
                for name, value in label_agreement(half["labels"], [labels[i] for i in one]).items():
                    scores[name].append(value)
            rows.append({"method": method, "k": k, **{name: np.median(values) for name, values in scores.items()}})
            print(pd.DataFrame(rows[-1:]).round(3).to_string(header=len(rows) == 1, index=False), flush=True)


def refit(method, texts, vectors, k, whole, times=2):
    """Mean adjusted Rand index of fits to 80 % of the texts with the fit to all, as the product counts it."""
    from sklearn.metrics import adjusted_rand_score

    values = []
    for run in range(times):
        rows = np.sort(np.random.default_rng(run).choice(len(texts), size=round(0.8 * len(texts)), replace=False))
        again = in_process(method, [texts[i] for i in rows], vectors[rows], k, run + 1)
        values.append(adjusted_rand_score(whole[rows], again["labels"]))
    return float(np.mean(values))


def whole(texts, labels, vectors, seconds, methods, *, stability):
    """One fit to all texts by each method, with the number of topics it comes to by itself (NMF, LDA: 50)."""
    from research.evaluation import label_agreement

    for i, method in enumerate(methods):
        k = 50 if method in ("nmf", "lda") else None
        found = in_process(method, texts, vectors, k, 0, timed=True)
        row = {
            "method": method,
            "topics": len(found["terms"]),
            **label_agreement(found["labels"], labels),
            "left_out": found["left_out"],
            "ari_80": refit(method, texts, vectors, k, found["labels"]) if stability else None,
            "seconds": found["seconds"],
            "with_vectors": found["seconds"] + (0 if method in ("nmf", "lda") else seconds),
            "gigabytes": found["gigabytes"],
        }
        print(pd.DataFrame([row]).round(3).to_string(header=i == 0, index=False), flush=True)


def study():
    """The study's own articles: pairs in two languages that share a topic, by the weight of the bridge."""
    from research import Study, fit_topics
    from research.embedding import LexicalEmbedder
    from research.evaluation import alignment

    found = Study.find(HERE.parent)
    corpus, codebook = found.corpus(), found.codebook()
    pairs = pd.read_csv(HERE / "pairs.csv")
    for bridge in (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        fitted = fit_topics(corpus, codebook=codebook, embedding=LexicalEmbedder(codebook, bridge=bridge))
        french = alignment(fitted.assignments, pairs).query("doc_id.str.startswith('002')").iloc[0]
        steady = fitted.topics["found_in_runs"]
        print(
            f"bridge {bridge}: {french.together} of {french.passages} French paragraphs with their counterpart, "
            f"{french.chance:.1f} by chance; {len(steady)} topics found in {sorted(steady, reverse=True)} of 20 "
            f"samples, mean ARI {fitted.stability['ari'].mean():.2f}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=100_000, help="texts in the enlarged collection; 0: leave it out")
    parser.add_argument("--only", choices=["BBC_News", "ant_ar"])
    parser.add_argument("--methods", nargs="+", choices=METHODS, help="of the enlarged collection")
    parser.add_argument("--splits", type=int, default=3, help="halvings for coherence; 0: leave it out")
    parser.add_argument("--no-whole", action="store_true", help="leave out seconds, memory and stability")
    parser.add_argument("--no-stability", action="store_true", help="leave out the fits to 80 %% of the texts")
    given = parser.parse_args()
    if given.folder is None:
        study()
        return
    for name in [given.only] if given.only else ["BBC_News", "ant_ar"]:
        texts, labels = load(given.folder, name)
        vectors, seconds = embedded(texts)
        print(f"\n{name}: {len(texts)} texts, {len(set(labels))} classes, vectors in {seconds:.1f} s", flush=True)
        if given.splits:
            quality(texts, labels, vectors, given.splits)
        if not given.no_whole:
            whole(texts, labels, vectors, seconds, METHODS, stability=not given.no_stability)
    if given.rows:
        texts, labels = enlarged(*load(given.folder, "ant_ar"), given.rows)
        vectors, seconds = embedded(texts)
        print(f"\nant_ar enlarged: {len(texts)} texts, vectors in {seconds:.1f} s", flush=True)
        # NMF and LDA would take most of an hour.
        methods = given.methods or ["research", "research_20", "bertopic_default"]
        whole(texts, labels, vectors, seconds, methods, stability=False)


if __name__ == "__main__":
    main()
