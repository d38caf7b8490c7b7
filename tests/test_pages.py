"""The loader on eighty invented pages whose every line has its gold label: what it has reached, it keeps."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "pages.py"
LEAST = {
    "body paragraphs kept": 0.99,
    "headings kept": 0.9,
    "boilerplate found": 0.9,
    "language of a paragraph": 0.99,
    "titles right": 0.9,
    "dates right": 0.95,
    "no date where none is to be had": 1,
    "story pairs, recall": 0.9,
    "story pairs, precision": 1,
}


@pytest.fixture(scope="module")
def pages():
    spec = importlib.util.spec_from_file_location("pages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["tuned", "unseen", "fresh", "third"])
def test_what_was_reached_on_the_invented_pages_is_kept(pages, name):
    right, total = pages.score(name)
    reached = {what: right[what] / total[what] for what in LEAST}
    assert {what: share for what, share in reached.items() if share < LEAST[what]} == {}


def test_a_page_misjudged_is_counted(pages, monkeypatch):
    monkeypatch.setattr("research.corpus.document.classify", lambda lines, **_: [("paragraph", "")] * len(lines))
    right, total = pages.score("tuned")
    assert right["boilerplate found"] == 0 and total["boilerplate found"] > 300
