"""Time and weigh the brief's exports beside nbconvert's own HTML, a prose edit, and what copies out of the PDF.

    python benchmarks/export.py [--runs 5]

Needs executed notebooks (`make brief`). All in one process, in turn; medians. Copy-out: the share of a brief's words
in one script that pdfium finds in its PDF, letter for letter, each as often as it is printed.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pypdfium2
from nbconvert.exporters import get_exporter

from research import Study
from research.pipeline.plan import plan
from research.pipeline.preview import preview
from research.pipeline.publish import document, with_outputs

ROOT = Path(__file__).parents[1]
SCRIPTS = {"Arabic": re.compile("[\u0621-\u064a\u064b-\u0655]{2,}"), "Latin": re.compile("[A-Za-zÀ-ɏ]{2,}")}


def timed(work: Callable[[int], Any], runs: int) -> tuple[float, Any]:
    """Median seconds of so many runs, and the last result; one run before is not counted."""
    made = work(0)
    seconds = []
    for run in range(1, runs + 1):
        started = time.perf_counter()
        made = work(run)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), made


def export(kind: str, notebook: Any, name: str, run: int) -> Any:
    """One export; ours with another run id each time, so that Typst finds no page that it has set before."""
    exporter = get_exporter(kind)(**({} if kind == "html" else {"run_id": f"run {run}"}))
    return exporter.from_notebook_node(notebook, {"metadata": {"name": name}})


def strings(content: Any, key: str = "") -> Iterator[str]:
    """Every text that a document prints."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from strings(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value, key)
    elif isinstance(content, str) and key == "v":
        yield content


def copied(pdf: bytes, printed: list[str], script: str) -> tuple[int, int]:
    """How many of the printed words of a script copy out, and how many there are."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    pattern = SCRIPTS[script]

    def words(found: str) -> Counter[str]:
        return Counter(pattern.findall(unicodedata.normalize("NFKC", found)))

    wanted, got = words(" ".join(printed)), words(text)
    return sum((wanted & got).values()), wanted.total()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    study = Study.load(ROOT)
    for step in (step for step in plan(study) if step.is_brief):
        notebook = with_outputs(study, step)
        made = {}
        for kind in ("brief_pdf", "brief_html", "html"):
            seconds, (body, _) = timed(partial(export, kind, notebook, step.name), runs)
            made[kind] = body if isinstance(body, bytes) else body.encode()
            print(f"{step.name}  {kind:10}  {seconds:6.2f} s  {len(made[kind]) / 1000:8.0f} kB")
        printed = list(strings(json.loads(json.dumps(document(study, step).blocks))))
        for script in SCRIPTS:
            right, total = copied(made["brief_pdf"], printed, script)
            print(f"{step.name}  {script} words that copy out of the PDF  {right} of {total}  {right / total:.1%}")
        # The notebook with a word more in its prose; the file itself is put back as it was.
        before = step.path.read_bytes()
        waits = []
        try:
            for run in range(runs + 1):
                step.path.write_bytes(before.replace(b'"# ', f'"# {run} '.encode(), 1))
                waits.append(preview(study, step.language).seconds)
        finally:
            step.path.write_bytes(before)
        print(f"{step.name}  a word of prose to new PDF and HTML  {statistics.median(waits[1:]):6.2f} s")


if __name__ == "__main__":
    main()
