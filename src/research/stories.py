"""Which documents carry the same story: copies, near-duplicates, translations.

Near-duplicates are found by MinHash over word shingles (Broder 1997). A translation is recognised from what
crosses languages unchanged: numbers, and proper names, compared by the consonants that both scripts write
(المناعي and Mannai both leave ``mn``; vowels, doubled and guttural letters are not stable across spellings).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import combinations

import pandas as pd

from research.tables import table
from research.text import PROCLITICS, fold, is_arabic

_NEAR_DUPLICATE = 0.7  # Jaccard similarity of word shingles
_TRANSLATION = 0.35  # share of one document's anchors that the other has too; unrelated pairs stay near 0.1
_MIN_SHARED = 6  # anchors; two articles on one subject share a few
_COMMON = 200  # an anchor in more documents than this says nothing about one story

# One symbol for the letters that transliterations of one sound use; '' for what they drop.
_CONSONANTS = {
    **dict.fromkeys("بbp", "b"),
    **dict.fromkeys("تطثt", "t"),
    **dict.fromkeys("دضذظd", "d"),
    **dict.fromkeys("جغjg", "g"),
    **dict.fromkeys("سصشزcszx", "s"),
    **dict.fromkeys("كقkq", "k"),
    **dict.fromkeys("فfv", "f"),
    **dict.fromkeys("لl", "l"),
    **dict.fromkeys("مm", "m"),
    **dict.fromkeys("نn", "n"),
    **dict.fromkeys("رr", "r"),
}


def link_stories(passages: pd.DataFrame, doc_ids: list[str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Group documents into stories.

    Parameters
    ----------
    passages : DataFrame
        The passages table.
    doc_ids : list of str
        Every document, also one without a link.

    Returns
    -------
    story_links : DataFrame
        One row a link, with its score in [0, 1] and its evidence.
    story_ids : dict
        Document -> story, named after the story's first document.
    """
    texts = passages.groupby("doc_id")["text"].agg("\n".join).to_dict()
    languages = passages.groupby("doc_id")["language"].agg(lambda s: s.value_counts().index[0]).to_dict()
    links = _duplicates(texts) + _translations(texts, languages)
    parent = {doc_id: doc_id for doc_id in doc_ids}

    def root(doc_id: str) -> str:
        while parent[doc_id] != doc_id:
            doc_id = parent[doc_id]
        return doc_id

    for link in links:
        a, b = sorted((root(str(link["doc_id_a"])), root(str(link["doc_id_b"]))))
        parent[b] = a
    stories = {doc_id: root(doc_id) for doc_id in sorted(doc_ids)}
    return table("story_links", links), stories


def _duplicates(texts: dict[str, str]) -> list[dict[str, object]]:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=_NEAR_DUPLICATE - 0.1, num_perm=128, num_bands=16)
    hashes, names = [], sorted(texts)
    shingles = {}
    for number, name in enumerate(names):
        words = re.findall(r"\w+", fold(texts[name]).text)
        shingles[name] = {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
        minhash = RMinHash(num_perm=128, seed=0)
        minhash.update(sorted(shingles[name]))
        index.insert(number, minhash)
        hashes.append(minhash)
    links: list[dict[str, object]] = []
    for number, minhash in enumerate(hashes):
        for other in sorted(index.query(minhash)):
            if other <= number:
                continue
            a, b = names[number], names[other]
            score = len(shingles[a] & shingles[b]) / len(shingles[a] | shingles[b])
            if score >= _NEAR_DUPLICATE:
                kind = "copy" if texts[a] == texts[b] else "near-duplicate"
                evidence = [f"{score:.0%} of word triples shared"]
                links.append(dict(doc_id_a=a, doc_id_b=b, kind=kind, score=score, evidence=evidence))
    return links


def _translations(texts: dict[str, str], languages: dict[str, str]) -> list[dict[str, object]]:
    anchors = {name: _anchors(text) for name, text in texts.items()}
    holders: dict[str, set[str]] = defaultdict(set)
    for name, found in anchors.items():
        for skeleton in found:
            holders[skeleton].add(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        if 1 < len(names) <= _COMMON:
            shared.update(pair for pair in combinations(sorted(names), 2) if languages[pair[0]] != languages[pair[1]])
    links: list[dict[str, object]] = []
    for (a, b), count in sorted(shared.items()):
        # Arabic has no capitals, so only the Latin side knows which of its words are names.
        names_of = min((a, b), key=lambda name: (languages[name] == "ar", len(anchors[name])))
        score = count / len(anchors[names_of])
        if count >= _MIN_SHARED and score >= _TRANSLATION:
            common = sorted(set(anchors[a]) & set(anchors[b]))
            evidence = [f"{anchors[a][key]} = {anchors[b][key]}" for key in common]
            links.append(dict(doc_id_a=a, doc_id_b=b, kind="translation", score=score, evidence=evidence))
    return links


def _anchors(text: str) -> dict[str, str]:
    """Skeleton -> surface of the numbers and names that survive translation."""
    found = {number: number for number in re.findall(r"\d{2,}", fold(text).text)}
    arabic = is_arabic(text) and sum(map(is_arabic, text)) > len(text) / 3
    words = re.findall(r"[^\W\d_]+", text) if arabic else _names(text)
    for word in words:
        for skeleton in _skeletons(fold(word).text):
            if len(skeleton) >= 3:
                found.setdefault(skeleton, word)
    return found


def _names(text: str) -> list[str]:
    """Latin words that keep a capital inside a sentence."""
    inside = re.findall(r"(?<![.!?:…«“\"\n])[ \-’']([A-ZÀ-Þ][\w]{3,})", text)
    return list(dict.fromkeys(inside))


def _skeletons(word: str) -> list[str]:
    forms = [word]
    if is_arabic(word):
        forms = [word.removeprefix(p) for p in PROCLITICS if word.startswith(p) and len(word) - len(p) >= 3]
    reduced = ["".join(_CONSONANTS.get(c, "") for c in form) for form in forms]
    return list(dict.fromkeys(re.sub(r"(.)\1+", r"\1", form) for form in reduced))
