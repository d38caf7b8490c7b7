"""Score the loader on the invented pages beside this file, whose every line has its gold label.

    python benchmarks/pages.py [tuned|unseen|fresh] [--wrong]

Each set is twenty pages, written by someone who had not seen the code. The rules were made on `tuned`; `unseen` and
then `fresh` were committed before they were first scored, and ``pages/first-run.txt`` keeps those scores; what they
showed was then mended where it was general. A row is found if 95 % of its characters are where they should be.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from research import load_corpus

PAGES = Path(__file__).parent / "pages"
SETS = ("tuned", "unseen", "fresh", "third")
COVERED = 0.95


def read_gold(file: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The header and the labelled lines of a gold file; a blank line has the label ''."""
    header, *rows = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    meta = json.loads(header)
    lines = [tuple(row.split("\t", 1)) if row.strip() else ("", "") for row in rows]
    return meta, [(label, unicodedata.normalize(meta["normal_form"], text)) for label, text in lines]


def write_page(meta: dict[str, Any], lines: list[tuple[str, str]], gold: Path, folder: Path) -> None:
    """The page as it would be found: in its encoding and with its line ends."""
    target = folder / f"{meta['id']}.{meta['format']}"
    if meta["format"] == "html":
        target.write_bytes(gold.with_suffix(".html").read_bytes())
    else:
        text = meta["newline"].join(text for _, text in lines) + meta["newline"]
        target.write_bytes(text.encode(meta["encoding"]))


def units(lines: list[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Label and lines of each row, a paragraph's further lines with its first."""
    current: tuple[str, list[str]] | None = None
    for label, text in lines:
        if label == "+" and current:
            current[1].append(text)
            continue
        if current:
            yield current
        current = (label, [text]) if label else None
    if current:
        yield current


def kept_share(rows: list[str], text: str, mask: list[bool], position: int) -> tuple[float, int]:
    """Share of the rows' characters that the mask covers, and where the next row is looked for."""
    covered = total = 0
    for row in rows:
        wanted = row.strip().lstrip("#> ") or row.strip()
        start = text.find(wanted, position)
        if start < 0:
            return -1.0, position
        inside = [mask[i] for i in range(start, start + len(wanted)) if not text[i].isspace()]
        covered, total, position = covered + sum(inside), total + len(inside), start + len(wanted)
    return (covered / total if total else 1.0), position


def score(pages: str, *, wrong: bool = False) -> tuple[Counter[str], Counter[str]]:
    """How many rows, dates and pairs of a set of pages were judged rightly, and of how many."""
    golds = {meta["id"]: (meta, lines, file) for file in sorted((PAGES / pages).glob("*.gold"))
             for meta, lines in [read_gold(file)]}  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary:
        for meta, lines, file in golds.values():
            write_page(meta, lines, file, Path(temporary))
        corpus = load_corpus(temporary)
        texts = {doc_id: corpus.text(doc_id) for doc_id in corpus.documents["doc_id"]}
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()

    def judge(what: str, good: bool, note: str) -> None:
        total[what] += 1
        right[what] += good
        if not good and wrong:
            print(f"{what}: {note}")

    documents = corpus.documents.set_index("doc_id")
    for name, (meta, lines, _) in golds.items():
        if name not in texts:
            print(f"refused: {corpus.refused.to_dict('records')}")
        text = texts.get(name, "")
        passages = corpus.passages[corpus.passages["doc_id"] == name]
        mask, languages = [False] * len(text), [""] * len(text)
        for start, end, language in passages[["start", "end", "language"]].itertuples(index=False):
            mask[start:end] = [True] * (end - start)
            languages[start:end] = [language] * (end - start)
        position = 0
        for label, rows in units(lines):
            if meta["format"] == "html":
                rows, text, position = (
                    [" ".join(row.split()).lstrip("•-* ") for row in rows],
                    text.replace("\xa0", " "),
                    0,
                )
            share, position = kept_share(rows, text, mask, position)
            note = f"{name}: {' '.join(rows)[:110]}"
            if label.startswith("P"):
                judge("body paragraphs kept", share >= COVERED, note)
                language = label[2:] or meta["language"]
                at = text.find(rows[0].strip())
                judge("language of a paragraph", at >= 0 and languages[at] == language, f"{note} {languages[at]}")
            elif label == "H":
                judge("headings kept", share >= COVERED, note)
            elif label == "X":
                judge("boilerplate found", share <= 1 - COVERED, note)
            elif label == "T" and name in documents.index:
                title = " ".join(documents.loc[name, "title"].split())
                judge("titles right", title == " ".join(rows[0].lstrip("# ").split()), f"{note} | {title}")
        if name in documents.index:
            found, how = documents.loc[name, ["published", "published_how"]]
            kind = "dates right" if meta["published"] else "no date where none is to be had"
            judge(kind, found == meta["published"], f"{name}: {meta['published']} ({meta['why']}) | {found} {how}")
            judge(
                "places right",
                documents.loc[name, "place"].casefold() == meta["place"].casefold(),
                f"{name}: {meta['place']} | {documents.loc[name, 'place']}",
            )
    gold_pairs = {
        pair for pair in combinations(sorted(golds), 2) if golds[pair[0]][0]["story"] == golds[pair[1]][0]["story"]
    }
    story = documents["story_id"]
    pairs = {pair for pair in combinations(sorted(documents.index), 2) if story[pair[0]] == story[pair[1]]}
    for pair in sorted(gold_pairs):
        judge("story pairs, recall", pair in pairs, str(pair))
    for pair in sorted(pairs):
        judge("story pairs, precision", pair in gold_pairs, str(pair))
    return right, total


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", choices=[[], *SETS], default=[])
    parser.add_argument("--wrong", action="store_true", help="print each row that was misjudged")
    arguments = parser.parse_args()
    scores = {pages: score(pages, wrong=arguments.wrong) for pages in arguments.pages or SETS}
    print(f"{'':34}" + "".join(f"{pages:>22}" for pages in scores))
    for what in next(iter(scores.values()))[1]:
        cells = (
            f"{right[what]:4} of {total[what]:4} {right[what] / total[what]:7.1%}" for right, total in scores.values()
        )
        print(f"{what:34}" + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()
