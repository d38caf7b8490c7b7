"""Score the rules that code articles on articles coded by hand.

    python benchmarks/coding.py [seeds|tuned|unseen|…] [--wrong]

Everything is measured as the analyst meets it: the articles are written to files, loaded, and coded with the study's
codebook, to which an invented set adds its own actors. A layer is right if the passage has it in the gold; a status is
right where the layer is; an instrument is right if the article has one of its kind; an actor is right in its paragraph.
See ``coded/README.md`` for the definitions, and ``coded/first-run.txt`` for the first run on each set.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import yaml

from research import code_corpus, load_codebook, load_corpus
from research.codebook import Codebook
from research.coding import Evidence
from research.corpus import Corpus
from research.evaluation import agreement, instrument_agreement
from research.text import fold_label

HERE = Path(__file__).parent / "coded"
STUDY = Path(__file__).parent.parent / "seeds"
OPEN = "open-parties"  # "the two parties" are parties, but nobody
CODES = ["passage_id", "layer", "status"]
INSTRUMENTS = ["doc_id", "passage_id", "kind", "status", "quantity", "layers", "parties"]


class Coded(NamedTuple):
    """A set as it was coded by hand and by rules, in the same frames."""

    passages: list[str]
    codes: pd.DataFrame
    actors: set[tuple[str, str]]
    instruments: pd.DataFrame
    off_topic: set[str]


def gold_of_seeds(corpus: Corpus) -> Coded:
    """The five articles."""
    content = json.loads((HERE / "seeds/gold.json").read_text(encoding="utf-8"))
    coded = content["passages"]
    codes = [(passage, c["layer"], c["status"]) for passage, row in coded.items() for c in row.get("codes", [])]
    actors = {(passage, actor) for passage, row in coded.items() for actor in row.get("actors", []) if actor != OPEN}
    paragraphs = corpus.passages.loc[corpus.passages["kind"] == "paragraph", "passage_id"].tolist()
    instruments = pd.DataFrame(content["instruments"])[INSTRUMENTS]
    return Coded(paragraphs, pd.DataFrame(codes, columns=CODES), actors, instruments, set())


def gold_of_set(name: str, corpus: Corpus, known: dict[str, str]) -> Coded:
    """A set of invented articles; `known` is the codebook's id of each actor in it."""
    passages: list[str] = []
    codes: list[tuple[str, str, str]] = []
    actors: set[tuple[str, str]] = set()
    instruments: list[dict[str, object]] = []
    off_topic: set[str] = set()
    for file in sorted((HERE / name).glob("[a-z][a-z][0-9]*.json")):
        article = json.loads(file.read_text(encoding="utf-8"))
        off_topic |= {file.stem} if article["off_topic"] else set()
        loaded = corpus.passages[corpus.passages["doc_id"] == file.stem]
        at = dict(zip(loaded["text"].str.strip(), loaded["passage_id"], strict=True))
        ids = [at.get(part["text"].strip(), f"{file.stem}#lost{i}") for i, part in enumerate(article["paragraphs"])]
        for passage, part in zip(ids, article["paragraphs"], strict=True):
            if part.get("kind") == "paragraph":
                passages.append(passage)
                codes += [(passage, code["layer"], code["status"]) for code in part.get("codes", [])]
            if not part.get("boilerplate"):
                actors |= {(passage, known.get(actor, actor)) for actor in part.get("actors", [])}
        for row in article["instruments"]:
            own = {"doc_id": file.stem, "passage_id": ids[row["paragraph"]]}
            instruments.append(row | own | {"parties": [known.get(party, party) for party in row["parties"]]})
    return Coded(
        passages, pd.DataFrame(codes, columns=CODES), actors, pd.DataFrame(instruments, columns=INSTRUMENTS), off_topic
    )


def load_set(name: str, folder: Path) -> tuple[Corpus, Codebook, dict[str, str]]:
    """The articles of a set as files, and the study's codebook with the set's actors."""
    articles, book = folder / "articles", folder / "codebook"
    articles.mkdir()
    shutil.copytree(STUDY / "codebook", book)
    for file in (HERE / name).glob("[a-z][a-z][0-9]*.json"):
        article = json.loads(file.read_text(encoding="utf-8"))
        text = "\n\n".join(part["text"] for part in article["paragraphs"])
        (articles / f"{file.stem}.txt").write_text(text, encoding="utf-8")
    study = load_codebook(book)
    labels = {fold_label(text): c.id for c in study.scheme("actor") for text in c.names()}
    known: dict[str, str] = {}
    added = []
    for actor in json.loads((HERE / name / "actors.json").read_text(encoding="utf-8")):
        names = [*actor["label"].values(), *(text for texts in actor.get("alt", {}).values() for text in texts)]
        same = next((labels[fold_label(text)] for text in names if fold_label(text) in labels), None)
        taken = same or (f"{actor['id']}-2" if actor["id"] in study.concepts else actor["id"])
        known[actor["id"]] = taken
        if not same:
            fields = ("label", "alt", "surname", "title", "origin", "type")
            added.append({"id": taken} | {field: actor[field] for field in fields if actor.get(field)})
    content = yaml.safe_dump({"scheme": "actor", "concepts": added}, allow_unicode=True)
    (book / "set.yaml").write_text(content, encoding="utf-8")
    return load_corpus(articles), load_codebook(book), known


def found_by_rules(evidence: Evidence) -> tuple[pd.DataFrame, set[tuple[str, str]], pd.DataFrame]:
    """Codes, actors and instruments in the gold's frames; a denial is no status."""
    mentions = evidence.mentions[evidence.mentions["kind"] == "actor"]
    mentions = mentions[mentions["concept_id"] != OPEN]
    ids = mentions["concept_id"].where(~mentions["ambiguous"], "?")
    return evidence.codes[CODES], set(zip(mentions["passage_id"], ids, strict=True)), evidence.instruments[INSTRUMENTS]


def f1(both: int, found: int, gold: int) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * both / (found + gold) if found + gold else 1.0


def score(name: str, *, wrong: bool) -> None:
    """Print the figures of one set."""
    with tempfile.TemporaryDirectory() as temporary:
        if name == "seeds":
            corpus, book = load_corpus(STUDY, sources=STUDY / "sources.csv"), load_codebook(STUDY / "codebook")
            gold = gold_of_seeds(corpus)
        else:
            corpus, book, known = load_set(name, Path(temporary))
            gold = gold_of_set(name, corpus, known)
        codes, actors, instruments = found_by_rules(code_corpus(corpus, book))
        if name != "seeds":  # of an invented country; the study's own actors are in no gold of it
            actors = {(passage, actor) for passage, actor in actors if actor == "?" or actor in known.values()}
    table = agreement(codes, gold.codes, passages=gold.passages)
    both = codes.merge(gold.codes, on=["passage_id", "layer"], suffixes=("", "_gold"))
    same = int((both["status"] == both["status_gold"]).sum())
    pairs = instrument_agreement(instruments, gold.instruments)
    right = [(instruments.iloc[i], gold.instruments.iloc[j]) for i, j in pairs]
    off = codes["passage_id"].str.partition("#")[0].isin(gold.off_topic).sum()
    off += instruments["doc_id"].isin(gold.off_topic).sum()
    whole = table.set_index("layer").loc[["mean", "all"]]
    print(f"{name}: {len(gold.passages)} paragraphs, {len(gold.codes)} codes, {len(gold.instruments)} instruments")
    print(table.round(2).to_string(index=False))
    print(f"layers, macro F1        {whole.loc['mean', 'f1']:.3f}   micro {whole.loc['all', 'f1']:.3f}")
    print(f"status of right layers  {same} of {len(both)} {same / max(len(both), 1):.3f}")
    told = [frame[frame["status"] != ""][["passage_id", "status"]].drop_duplicates() for frame in (codes, gold.codes)]
    statuses = agreement(*told, passages=gold.passages, by="status").set_index("status")
    print(f"statuses, macro F1      {statuses.loc['mean', 'f1']:.3f}   kappa {statuses.loc['mean', 'kappa']:.3f}")
    print(f"instruments, F1         {f1(len(pairs), len(instruments), len(gold.instruments)):.3f}")
    print(f"  same status           {sum(a['status'] == b['status'] for a, b in right)} of {len(right)}")
    print(f"  same parties          {sum(set(a['parties']) == set(b['parties']) for a, b in right)} of {len(right)}")
    print(f"actors, F1              {f1(len(actors & gold.actors), len(actors), len(gold.actors)):.3f}")
    print(f"evidence off topic      {off}")
    if wrong:
        print_wrong(corpus, codes, actors, instruments, gold, pairs)


def print_wrong(
    corpus: Corpus,
    codes: pd.DataFrame,
    actors: set[tuple[str, str]],
    instruments: pd.DataFrame,
    gold: Coded,
    pairs: list[tuple[int, int]],
) -> None:
    """Each passage that was judged otherwise, with its text."""
    texts = dict(zip(corpus.passages["passage_id"], corpus.passages["text"], strict=True))
    ours, theirs = ({(r.passage_id, r.layer): r.status for r in frame.itertuples()} for frame in (codes, gold.codes))
    for passage in gold.passages:
        one = {layer: status for (p, layer), status in ours.items() if p == passage}
        other = {layer: status for (p, layer), status in theirs.items() if p == passage}
        notes = [f"+{layer} {one[layer]}" for layer in one.keys() - other.keys()]
        notes += [f"-{layer} {other[layer]}" for layer in other.keys() - one.keys()]
        notes += [
            f"~{layer} {one[layer] or 'empty'}, gold {other[layer] or 'empty'}"
            for layer in one.keys() & other.keys()
            if one[layer] != other[layer]
        ]
        notes += [f"+@{actor}" for p, actor in sorted(actors - gold.actors) if p == passage]
        notes += [f"-@{actor}" for p, actor in sorted(gold.actors - actors) if p == passage]
        if notes:
            print(f"\n{passage}: {' · '.join(notes)}\n  {texts.get(passage, '(not kept)')}")
    for i, row in enumerate(instruments.to_dict("records")):
        if i not in {a for a, _ in pairs}:
            print("+instrument", row)
    for j, row in enumerate(gold.instruments.to_dict("records")):
        if j not in {b for _, b in pairs}:
            print("-instrument", row)


def main() -> None:
    """Score the sets that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    known = ["seeds", *sorted(folder.parent.name for folder in HERE.glob("*/actors.json"))]
    parser.add_argument("sets", nargs="*", choices=[*known, []], default=[])
    parser.add_argument("--wrong", action="store_true", help="print what was judged otherwise")
    arguments = parser.parse_args()
    for name in arguments.sets or known:
        score(name, wrong=arguments.wrong)


if __name__ == "__main__":
    main()
