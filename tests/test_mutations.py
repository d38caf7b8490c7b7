"""Edits of articles, statements and prose that nobody declares: each is stopped, or the published tables follow it."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "mutations.py"


@pytest.fixture(scope="module")
def mutations():
    spec = importlib.util.spec_from_file_location("mutations", SCRIPT)
    module = sys.modules["mutations"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def statements(mutations):
    return mutations.Statements()


def test_an_edited_article_is_stopped_or_followed(mutations):
    found = mutations.run("articles", seed=3, each=1)
    assert len(found) == 5 and {edit.kind for edit, *_ in found} == {"number", "partner", "date", "dropped", "negated"}
    assert [(edit, outcome) for edit, outcome, _ in found if outcome == "slipped"] == []
    assert sum(outcome == "stopped" for _, outcome, _ in found) >= 5


def test_an_edited_statement_or_sentence_is_stopped(statements):
    edits = statements.edits(random.Random(0))
    assert len(edits) == 40 and sum(edit.where.startswith("cell") for edit in edits) == 20
    assert [
        (edit, outcome) for edit in edits for outcome, _ in [statements.outcome(edit)] if outcome != "stopped"
    ] == []


def test_the_untouched_statements_and_prose_pass(mutations, statements):
    places = [f"cell {i} {lang}" for lang, made in statements.notebooks.items() for i in range(2, len(made.cells))]
    edits = [mutations.Edit("none", where, 0, 0, "") for where in ("undp-mou en", places[0])]
    assert [statements.outcome(edit) for edit in edits] == [("slipped", "")] * 2
    assert {place.split()[-1] for place in places} >= {"en"}
