"""Articles a second from file to passages, stories included, beside the same steps with other libraries, in one run.

    pip install spacy datasketch
    python benchmarks/corpus.py ant_ar.jsonl.gz [--sizes 1000 10000 100000] [--runs 3]

Each line of the file has ``text`` and ``label``. A larger collection is made by drawing sentences of one label anew,
not by copies. All run as whole processes, in turn; what they read is the same JSON lines.

ours   `load_corpus`: decode, lines, boilerplate, dates, languages, passages, stories, checked tables
stream `iter_documents` with a `StoryIndex`: the same without tables, for what does not fit in memory
peer   spaCy's blank tokeniser with sentence boundaries, py3langid on the full text, datasketch MinHash + LSH
loop   the same as peer in one process, as one writes it; the others have two
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from math import log
from pathlib import Path

WORKERS = 2
SIDES = ("ours", "stream", "peer", "loop")


def ours(file: Path) -> int:
    """Documents loaded into tables."""
    from research import load_corpus

    return len(load_corpus(file, workers=WORKERS).documents)


def stream(file: Path) -> int:
    """Documents read one after another, their stories linked."""
    from research.corpus import iter_documents
    from research.stories import StoryIndex

    index = StoryIndex()
    count = 0
    for document in iter_documents(file, workers=WORKERS):
        if document.sketch is not None:
            index.add(document.rows["documents"][0]["doc_id"], document.sketch)
            count += 1
    index.stories(index.links())
    return count


_TOOLS = {}


def _peer_document(text: str) -> tuple[list[str], str, object]:
    """Sentences, language and MinHash of one text."""
    import py3langid
    import spacy
    from datasketch import MinHash

    if not _TOOLS:
        nlp = spacy.blank("ar")
        nlp.add_pipe("sentencizer")
        py3langid.langid.set_languages(["ar", "fr", "en", "es"])
        _TOOLS["nlp"] = nlp
    document = _TOOLS["nlp"](text)
    words = [token.text for token in document if not token.is_punct and not token.is_space]
    sketch = MinHash(num_perm=128)
    sketch.update_batch([" ".join(words[i : i + 3]).encode() for i in range(max(1, len(words) - 2))])
    return [sentence.text for sentence in document.sents], py3langid.classify(text)[0], sketch


def peer(file: Path) -> int:
    """Documents through the other libraries' steps."""
    texts = (json.loads(line)["text"] for line in file.open(encoding="utf-8"))
    with ProcessPoolExecutor(WORKERS) as pool:
        return _linked(pool.map(_peer_document, texts, chunksize=100))


def loop(file: Path) -> int:
    """The same, one after another."""
    return _linked(_peer_document(json.loads(line)["text"]) for line in file.open(encoding="utf-8"))


def _linked(documents: Iterable[tuple[list[str], str, object]]) -> int:
    from datasketch import MinHashLSH

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    count = 0
    for count, (_, _, sketch) in enumerate(documents, start=1):
        lsh.query(sketch)
        lsh.insert(count, sketch)
    return count


def enlarge(file: Path, size: int, target: Path) -> None:
    """Write `size` texts of sentences drawn within a label, each as many as some article of that label has."""
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    rows = [json.loads(line) for line in raw.splitlines()]
    pools, lengths = defaultdict(list), []
    for row in rows:
        sentences = [s for line in row["text"].split("\n") for s in line.split(". ") if s.strip()]
        pools[row["label"]] += sentences
        lengths.append((row["label"], len(sentences)))
    chance = random.Random(0)
    with target.open("w", encoding="utf-8") as out:
        for _ in range(size):
            label, length = chance.choice(lengths)
            text = ". ".join(chance.choices(pools[label], k=max(1, length)))
            out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help="run one side on the file and print its figures")
    arguments = parser.parse_args()
    if arguments.side:
        started = time.perf_counter()
        count = globals()[arguments.side](arguments.file)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"count": count, "seconds": seconds, "peak": peak}))
        return
    rates: dict[str, dict[int, float]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as temporary:
        for size in arguments.sizes:
            file = Path(temporary, f"{size}.jsonl")
            enlarge(arguments.file, size, file)
            found: dict[str, list[dict[str, float]]] = defaultdict(list)
            for _ in range(arguments.runs):
                for side in SIDES:
                    command = [sys.executable, __file__, str(file), "--side", side]
                    found[side].append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
            for side, runs in found.items():
                seconds = statistics.median(run["seconds"] for run in runs)
                peak = max(run["peak"] for run in runs)
                rate = rates[side][size] = runs[0]["count"] / seconds
                beside = {of: statistics.median(run["seconds"] for run in found[of]) / seconds for of in SIDES[2:]}
                ratios = f"{beside['peer']:5.2f} of the peer {beside['loop']:5.2f} of the loop"
                print(f"{size:7} {side:6} {rate:6.0f} articles/s {ratios}, peak {peak:5.0f} MB", flush=True)
    first, last = arguments.sizes[0], arguments.sizes[-1]
    if last > first:
        for side, rate in rates.items():
            growth = log((last / rate[last]) / (first / rate[first])) / log(last / first)
            print(f"{side}: time grows with the power {growth:.2f} of the size")


if __name__ == "__main__":
    main()
