"""Names of topics in three languages, the passages that stand for them, and whether language made them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from research.codebook import Codebook
from research.embedding import ConceptFinder, Matrix
from research.topics.terms import Labels, key_terms

LANGUAGES = ("en", "fr", "ar")
_NUMBERED = {"en": "Topic", "fr": "Thème", "ar": "الموضوع"}
_OTHER = {"en": "Other", "fr": "Autres", "ar": "أخرى"}  # what no entry of the codebook tells from the rest
_PIECES, _FEW = 2, 3  # concepts in a label; terms in one without a codebook
_AT_LEAST = 2  # passages of a topic that a concept must be in to name it
_REPRESENTATIVES = 3
_APART = " · "


def concepts_in(texts: list[str], codebook: Codebook | None) -> list[set[str]]:
    """The concepts that each text mentions; none without a codebook."""
    if codebook is None:
        return [set() for _ in texts]
    find = ConceptFinder(codebook)
    return [set(find(text)) for text in texts]


def terms_by_language(
    frame: pd.DataFrame, counts: Any, words: list[str], labels: Labels, weights: Matrix, n: int
) -> dict[int, dict[str, list[str]]]:
    """Topic -> language -> its key terms among the passages of that language only; one passage alone has none."""
    found: dict[int, dict[str, list[str]]] = {int(topic): {} for topic in np.unique(labels)}
    for language in sorted(frame["language"].unique()):
        spoken = (frame["language"] == language).to_numpy()
        own = np.unique(labels[spoken])
        # All of a language in one topic: nothing in that language tells it from another, the other languages must.
        rows = np.flatnonzero(spoken | (labels != own[0]) if len(own) == 1 else spoken)
        best = key_terms(counts[rows], labels[rows], weights[rows], n)
        for topic in own.tolist():
            if best[topic] and (spoken & (labels == topic)).sum() >= _AT_LEAST:
                found[topic][language] = [words[column] for column, _ in best[topic]]
    return found


def name_topics(
    labels: Labels, concepts: list[set[str]], codebook: Codebook | None, terms: dict[int, dict[str, list[str]]]
) -> dict[int, dict[str, str]]:
    """Topic -> language -> name: the concepts that set it apart, else terms of that language; no two names alike."""
    chosen = _telling_concepts(labels, concepts)
    named: dict[int, dict[str, str]] = {topic: {} for topic in terms}
    for language in LANGUAGES:
        taken: set[str] = set()
        for topic, by_language in terms.items():
            own = by_language.get(language, [])
            given = [codebook.label(c, language) for c in chosen[topic]] if codebook else []
            name = _APART.join(given or [*([_OTHER[language]] if codebook else []), *own[:_FEW]])
            if name in taken and own:
                name = _APART.join([*given, *own[:1]])
            if not name or name in taken:
                name = _APART.join([f"{_NUMBERED[language]} {topic + 1}", *given])
            taken.add(name)
            named[topic][language] = name
    return named


def _telling_concepts(labels: Labels, concepts: list[set[str]]) -> dict[int, list[str]]:
    """Topic -> the concepts that are in a larger share of its passages than of the others."""
    overall: Counter[str] = Counter()
    inside: dict[int, Counter[str]] = {int(topic): Counter() for topic in np.unique(labels)}
    for topic, found in zip(labels.tolist(), concepts, strict=True):
        overall.update(found)
        inside[topic].update(found)
    sizes = Counter(labels.tolist())
    telling = {}
    for topic, counts in inside.items():
        size, rest = sizes[topic], max(len(labels) - sizes[topic], 1)
        weight = {c: n / size - (overall[c] - n) / rest for c, n in counts.items() if n >= min(_AT_LEAST, size)}
        best = sorted((c for c in weight if weight[c] > 0), key=lambda c: (-round(weight[c], 9), c))
        telling[topic] = best[:_PIECES]
    return telling


def representatives(frame: pd.DataFrame, labels: Labels, weights: Matrix) -> list[bool]:
    """The passage at the heart of each topic, from each of up to three stories."""
    order = np.lexsort((np.arange(len(frame)), -weights.round(9), labels))
    stories = frame["story_id"].to_numpy()
    chosen = [False] * len(frame)
    told: dict[int, set[str]] = {}
    for i in order.tolist():
        of_topic = told.setdefault(int(labels[i]), set())
        if len(of_topic) < _REPRESENTATIVES and stories[i] not in of_topic:
            of_topic.add(stories[i])
            chosen[i] = True
    return chosen


def made_by_language(frame: pd.DataFrame, labels: Labels, pairs: pd.DataFrame) -> dict[int, bool]:
    """Whether a topic is one language's though what it tells is told in another language too.

    True for a topic in one language of which at least two passages have a counterpart, all of them in other topics:
    there is nothing but their language to set them apart. A topic that one language alone tells is not such a topic.
    """
    if pairs.empty:
        return {int(topic): False for topic in np.unique(labels)}
    topic_of = dict(zip(frame["passage_id"], labels.tolist(), strict=True))
    pairs = pairs[pairs["passage_id"].isin(topic_of) & pairs["counterpart"].isin(topic_of)]
    language_of = dict(zip(frame["passage_id"], frame["language"], strict=True))
    across = pairs["passage_id"].map(language_of) != pairs["counterpart"].map(language_of)
    made = {}
    for topic, members in frame.groupby(labels):
        own = pairs[pairs["passage_id"].isin(members["passage_id"]) & across]
        apart = own["counterpart"].map(topic_of) != topic
        paired = own["passage_id"].nunique()
        made[int(topic)] = members["language"].nunique() == 1 and paired >= _AT_LEAST and bool(apart.all())
    return made
