"""Fixtures: a small codebook, a small corpus of invented articles, and a study small enough to build in a test."""

from __future__ import annotations

import importlib.util
import os
import shutil
from copy import deepcopy
from functools import cached_property
from pathlib import Path

import filelock
import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from research import code_corpus, load_claims, load_codebook, load_corpus
from research.brief import Notes
from research.coding import Evidence
from research.coding.matcher import Matcher
from research.statements import Comparison
from research.study import Study

ROOT = Path(__file__).parents[1]

_spec = importlib.util.spec_from_file_location("crash", ROOT / "benchmarks" / "crash.py")
# How builds are started, killed and compared.
crash = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(crash)


CODEBOOK = """
scheme: layer
concepts:
  - {id: compute, label: {en: compute, fr: calcul, ar: الحوسبة}, alt: {en: [data centre], fr: [centre de données], ar: [مركز بيانات]}}
  - {id: talent, label: {en: talent, fr: talents, ar: الكفاءات}, alt: {en: [training], fr: [formation], ar: [تكوين]}}
  - {id: chips, label: {en: chips, fr: puces, ar: الرقائق}}
  - {id: ministry, scheme: actor, label: {en: Ministry of Lakes, fr: ministère des Lacs, ar: وزارة البحيرات}, origin: domestic, type: ministry}
  - {id: firm, scheme: actor, label: {en: Orbanel, fr: Orbanel, ar: أوربانيل}, origin: foreign, type: company}
  - {id: hala, scheme: actor, label: {en: Hala Nour, fr: Hala Nour, ar: هالة نور}, surname: {ar: [نور], fr: [Nour]}, title: {fr: [la ministre]}, origin: domestic, type: person, member_of: ministry}
  - {id: sami, scheme: actor, label: {en: Sami Nour, fr: Sami Nour, ar: سامي نور}, surname: {ar: [نور], fr: [Nour]}, origin: domestic, type: person}
  - {id: mou, scheme: instrument, label: {en: memorandum of understanding, fr: mémorandum d'entente, ar: مذكرة تفاهم}}
  - {id: agreement, scheme: instrument, label: {en: agreement, fr: accord, ar: اتفاقية}, alt: {ar: [اتفاقيات], en: [agreements]}, never: {fr: [d'accord]}}
  - {id: signed, scheme: status, label: {en: signed, fr: a signé, ar: توقيع}, alt: {ar: [وقعت], fr: [ont signé]}}
  - {id: ambition, scheme: status, label: {en: aims to, fr: vise à, ar: تهدف}}
  - {id: announced, scheme: status, label: {en: announced, fr: a annoncé, ar: أعلن}}
  - {id: hedge, scheme: hedge, label: {en: could, fr: pourrait, ar: قد}}
  - {id: negation, scheme: negation, label: {en: not, fr: n'a pas, ar: لم}}
  - {id: plan, scheme: initiative, label: {en: Plan Lac 2030, fr: Plan Lac 2030, ar: مخطط البحيرة 2030}}
  - {id: up-to, scheme: bound, label: {en: up to, fr: jusqu'à, ar: تصل إلى}}
"""

ARTICLES = {
    "a.txt": "Le ministère des Lacs a signé un mémorandum d'entente avec Orbanel sur un centre de données le 3 mars 2025.\n"
    "L'accord vise à ouvrir une formation pour 40 ingénieurs, et la formation pourrait commencer plus tard encore.\n",
    "b.txt": "The Ministry of Lakes announced training for teachers in every region of the country on 5 April 2025.\n"
    "A data centre was not part of what the ministry said on that day, according to its published statement.\n",
}

CLAIMS = """
- id: lakes-mou
  kind: fact
  layers: [compute]
  status: signed
  statement: {en: "The Ministry of Lakes signed a memorandum of understanding with Orbanel on a data centre."}
  quotes: [{doc: a, exact: "Le ministère des Lacs a signé un mémorandum d'entente avec Orbanel sur un centre de données"}]
"""

_ANALYSIS = """from research import Study, code_corpus
study = Study.find()
corpus = study.articles(strict=strict)
evidence = code_corpus(corpus, study.codebook())
study.write("documents", corpus.documents)
study.write("passages", corpus.passages)
study.write("claims", study.claims(corpus));"""

_BRIEF = """from research import Study
from research import figures as draw
from research.brief import Cover, Facts, Figure, Notes, Table, fact, guard
import pandas as pd
study = Study.find()
claims, passages = study.read("claims"), study.read("passages")
corpus, codebook = study.articles(), study.codebook()
display(Cover(study, subject="Brief", audience="the lake council", codebook=codebook))
display(fact("passages", len(passages), rows=passages), fact("detail", detail), guard(len(claims) == 1, "one claim"))
sides = pd.DataFrame({"ar": [1], "fr": [2]}, index=["compute"])
display(Figure(draw.parity(sides, codebook, passages=("a#p00",)), "Both sides count", name="bars", source="Source: two articles. n = 3."))
display(Table(pd.DataFrame({"Word": ["قد <b>"], "n": [1]}), "Words", name="words"))
display(Notes(claims, corpus))"""


@pytest.fixture
def codebook_file(tmp_path: Path) -> Path:
    file = tmp_path / "codebook.yaml"
    file.write_text(CODEBOOK, encoding="utf-8")
    return file


@pytest.fixture
def codebook(codebook_file: Path):
    return load_codebook(codebook_file)


class Shared:
    """What several tests read, with a copy of each part: none may change it for the others."""

    def __init__(self) -> None:
        self._as_made: list[tuple[object, object]] = []

    def keep(self, made):
        self._as_made.append((made, deepcopy(made)))
        return made

    def is_as_made(self) -> bool:
        return all(_same(now, then) for now, then in self._as_made)


def _same(now, then) -> bool:
    if isinstance(now, pd.DataFrame):
        return now.equals(then)
    tables = [name for name, value in vars(now).items() if isinstance(value, pd.DataFrame)]
    return all(_same(getattr(now, name), getattr(then, name)) for name in tables) if tables else now == then


@pytest.fixture(scope="session")
def shared():
    made = Shared()
    yield made
    assert made.is_as_made(), "a test has changed a table or the codebook that others read"


@pytest.fixture(scope="session")
def corpus(shared, tmp_path_factory: pytest.TempPathFactory):
    """The invented articles, loaded once."""
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return shared.keep(load_corpus(folder))


@pytest.fixture
def notes(tmp_path, corpus):
    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    return Notes(load_claims(tmp_path / "claims.yaml", corpus), corpus)


class Seeds:
    """The study of this repository and what is made of it: each part once, when first asked for, and to be read only."""

    def __init__(self, shared: Shared) -> None:
        self.study, self._shared = Study.load(ROOT), shared

    @cached_property
    def corpus(self):
        return self._shared.keep(self.study.articles())

    @cached_property
    def codebook(self):
        return self._shared.keep(self.study.codebook())

    @cached_property
    def evidence(self):
        return self._shared.keep(code_corpus(self.corpus, self.codebook))

    @cached_property
    def claims(self):
        return self._shared.keep(self.study.claims(self.corpus))

    @cached_property
    def comparison(self):
        return Comparison(self.codebook)

    @cached_property
    def matcher(self):
        return Matcher(self.codebook)


@pytest.fixture(scope="session")
def seeds(shared):
    return Seeds(shared)


def code_apart(folder: Path, codebook, texts: list[str]) -> dict[str, Evidence]:
    """What is found in each of `texts`, an article each; coded in one go, as a large codebook takes a second to set up."""
    for number, text in enumerate(texts):
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")
    found = vars(code_corpus(load_corpus(folder, strict=True), codebook))
    return {
        text: Evidence(**{name: rows[rows["doc_id"] == f"{number:03}"] for name, rows in found.items()})
        for number, text in enumerate(texts)
    }


def notebook(*cells: tuple[str, str, list[str]]) -> nbformat.NotebookNode:
    """A notebook of ``(kind, source, tags)`` cells."""
    made = []
    for number, (kind, source, tags) in enumerate(cells):
        cell = new_markdown_cell(source) if kind == "md" else new_code_cell(source)
        cell.id = f"cell-{number}"
        cell.metadata["tags"] = tags
        made.append(cell)
    return new_notebook(cells=made, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def write_study(root: Path) -> Path:
    """A study of two invented articles and two notebooks."""
    (root / "seeds" / "codebook").mkdir(parents=True)
    (root / "notebooks").mkdir()
    for name, text in ARTICLES.items():
        (root / "seeds" / name).write_text(text, encoding="utf-8")
    (root / "seeds" / "codebook" / "all.yaml").write_text(CODEBOOK, encoding="utf-8")
    (root / "seeds" / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    (root / "seeds" / "study.yaml").write_text(
        "title: Lakes\nedition: {number: 1, date: 2025-05-01}\nauthors: [Nobody]\n", encoding="utf-8"
    )
    analysis = notebook(("code", "strict: bool = True", ["parameters"]), ("code", _ANALYSIS, []))
    brief = notebook(
        ("md", "# Lakes first", []),
        ("code", "detail: int = 1", ["parameters"]),
        ("code", _BRIEF, []),
        ("md", "## Record\n\nA memorandum was signed.[^lakes-mou] There are {{ facts.passages }} passages.", []),
    )
    nbformat.write(analysis, root / "notebooks" / "1_corpus.ipynb")
    nbformat.write(brief, root / "notebooks" / "brief.en.ipynb")
    return root


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study, built once for all workers; tests work on copies of it, which are as up to date as it is."""
    from research.pipeline import run_study

    side_by_side = "PYTEST_XDIST_WORKER" in os.environ
    shared = tmp_path_factory.getbasetemp().parent if side_by_side else tmp_path_factory.getbasetemp()
    root = shared / "small study"
    with filelock.FileLock(shared / "small study.lock"):
        if not (root / "report" / "run.json").is_file():
            run_study(Study.load(write_study(root)), workers=2)
    return root


@pytest.fixture
def study(built: Path, tmp_path: Path) -> Study:
    return Study.load(shutil.copytree(built, tmp_path / "copy"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that nobody waits for it in the end; the rest stays in random order."""
    items.sort(key=lambda item: "test_whole" not in item.nodeid)
