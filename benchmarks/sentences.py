"""Sentence boundaries beside gold ones, in documents of Universal Dependencies PUD.

    python benchmarks/sentences.py pud_segmentation_docs.jsonl.gz

Each line of the file has ``lang``, ``text`` and ``sentences`` (spans). A sentence is found if both its ends are.
Documents of one sentence say nothing about boundaries and are left out of the second figure.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path

from research.text import sentences, trimmed


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--wrong", metavar="LANGUAGE", help="print the documents of a language that were cut wrongly")
    arguments = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    with gzip.open(arguments.file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text, language = row["text"], row["lang"]
            gold = {trimmed(text, *span) for span in row["sentences"]}
            found = set(sentences(text, language))
            inside = (
                {end for _, end in gold if end < len(text.rstrip())},
                {end for _, end in found if end < len(text.rstrip())},
            )
            counts.setdefault(language, Counter()).update(
                gold=len(gold), found=len(found), right=len(gold & found),
                ends=len(inside[0]), cuts=len(inside[1]), met=len(inside[0] & inside[1]),
            )  # fmt: skip
            if arguments.wrong == language and gold != found:
                print([text[a:b] for a, b in sorted(gold - found)], [text[a:b] for a, b in sorted(found - gold)])
    for language, n in counts.items():
        spans = 2 * n["right"] / (n["gold"] + n["found"])
        inner = 2 * n["met"] / (n["ends"] + n["cuts"])
        print(f"{language}: boundaries inside documents F1 {inner:.3f} ({n['ends']}), whole sentences F1 {spans:.3f}")


if __name__ == "__main__":
    main()
