"""The codebook's labels in short Arabic news, found by the matcher and by spaCy's PhraseMatcher.

    python benchmarks/matcher.py ant_ar.jsonl.gz [--runs 5]

Each line of the file has ``text``. Both are given the same labels, those of the study's codebook, without vetoes;
spaCy compares them as lower-case words of its Arabic tokeniser. Times are of finding only, the two in turn in one
process, medians of the runs. spaCy's tokeniser remembers every word that it has met, so each run is timed twice: on
texts that are new to it, as a collection is when it is coded, and again. A match is *attached* if a particle or a
pronoun stands at it, so that its word is longer than the label; what one finds and the other does not is counted by
text and place.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from statistics import median
from time import perf_counter

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher

from research import load_codebook
from research.codebook import Codebook
from research.coding.matcher import Matcher

STUDY = Path(__file__).parents[1] / "seeds" / "codebook"


def main() -> None:
    """Time both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with gzip.open(arguments.file, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    codebook = load_codebook(STUDY).without("rank")
    ours = Matcher(codebook)
    times: dict[str, list[float]] = {"ours": [], "new": [], "again": []}
    for _ in range(arguments.runs):
        nlp, theirs = _peer(codebook)
        start = perf_counter()
        mine = [ours.find(text) for text in texts]
        times["ours"].append(perf_counter() - start)
        for pass_ in ("new", "again"):
            start = perf_counter()
            docs = [nlp.make_doc(text) for text in texts]
            peers = [[(doc[a:b].start_char, doc[a:b].end_char) for _, a, b in theirs(doc)] for doc in docs]
            times[pass_].append(perf_counter() - start)
    fast, slow, again = (median(values) for values in times.values())
    found = {(i, m.start, m.end) for i, matches in enumerate(mine) for m in matches}
    covered = {(i, at) for i, spans in enumerate(peers) for a, b in spans for at in range(a, b)}
    new = [(i, a, b) for i, a, b in found if not any((i, at) in covered for at in range(a, b))]
    attached = sum(_attached(texts[i], a, b) for i, a, b in new)
    labels = sum(len(list(concept.names())) for concept in codebook.concepts.values())
    print(f"{len(texts)} texts, {sum(map(len, texts)) / 1e6:.1f} million characters, {labels} labels")
    print(f"ours  {len(texts) / fast:8.0f} texts/s, {len(found)} places")
    print(f"spaCy {len(texts) / slow:8.0f} texts/s, {sum(len(set(spans)) for spans in peers)} places")
    print(f"ratio {slow / fast:.1f}, on texts that it has met {again / fast:.1f}")
    print(f"{len(new)} places that spaCy misses, {attached} of them with an attached particle")


def _peer(codebook: Codebook) -> tuple[Language, PhraseMatcher]:
    nlp = spacy.blank("ar")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for concept in codebook.concepts.values():
        matcher.add(concept.id, [nlp.make_doc(name) for name in concept.names()])
    return nlp, matcher


def _attached(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalpha()) or (end < len(text) and text[end].isalpha())


if __name__ == "__main__":
    main()
