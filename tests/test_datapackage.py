"""The descriptor beside the tables: valid as it stands, and not when a cell is harmed."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from research import ResearchError
from research.datapackage import datapackage
from research.study import Study
from research.tables import COLUMNS, table, to_csv

ROOT = Path(__file__).parents[1]


def validate(folder):
    """What frictionless finds wrong in a folder's ``datapackage.json``: the types of the errors, with their tables."""
    import frictionless

    report = frictionless.validate(str(folder / "datapackage.json"))
    found = {(task.name, kind) for task in report.tasks for (kind,) in task.flatten(["type"])}
    assert report.valid == (not found and not report.errors)
    return found | {("", error.type) for error in report.errors}


def put(folder, study, tables):
    (folder / "tables").mkdir(parents=True)
    for name, content in tables.items():
        (folder / "tables" / f"{name}.csv").write_bytes(content)
    (folder / "datapackage.json").write_text(json.dumps(datapackage(study, tables)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def published():
    """The study of this repository and its tables as they are committed."""
    return Study.load(ROOT), {file.stem: file.read_bytes() for file in (ROOT / "report" / "tables").glob("*.csv")}


def test_a_build_publishes_a_valid_descriptor_of_its_tables(study):
    found = json.loads((study.root / "report" / "datapackage.json").read_text(encoding="utf-8"))
    assert validate(study.root / "report") == set()
    assert (found["title"], found["version"]) == ("Lakes", "1") and "licenses" not in found
    for resource in found["resources"]:
        content = (study.root / "report" / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    assert {resource["name"] for resource in found["resources"]} == {"claims", "documents", "passages"}


def test_the_committed_tables_are_valid_and_their_keys_lead_to_one_another(published, tmp_path):
    study, tables = published
    assert set(tables) == set(COLUMNS) and validate(put(tmp_path / "report", study, tables)) == set()
    found = datapackage(study, tables)
    assert found["licenses"][0]["name"] == "MIT" and "belongs to their publishers" in found["description"]
    schemas = {resource["name"]: resource["schema"] for resource in found["resources"]}
    leads = {(name, key["fields"]) for name, schema in schemas.items() for key in schema.get("foreignKeys", [])}
    assert {("codes", "layer"), ("mentions", "passage_id"), ("documents", "story_id")} <= leads
    assert datapackage(study, dict(reversed(tables.items()))) == found
    assert json.loads((ROOT / "report" / "datapackage.json").read_text(encoding="utf-8")) == found


@pytest.mark.parametrize(
    ("name", "old", "new", "error"),
    [
        ("ledger", b"energy,2,", b"energy,two,", "type-error"),
        ("codes", b",False,False,", b",no,False,", "type-error"),
        ("claims", b'"[""territory""]"', b'"[territory]"', "type-error"),
        ("topics", b'"{""ar"": 12', b'"{""ar"": ', "type-error"),
        ("passages", b",paragraph,", b",footnote,", "constraint-error"),
        ("ledger", b",medium,", b",,", "constraint-error"),
        ("ledger", b"\nchips,", b"\nenergy,", "primary-key"),
        ("quantities", b"#p04,", b"#p99,", "foreign-key"),
        ("discrepancies", b"\n000_9b17c5c41cb9bef3,", b"\n009,", "foreign-key"),
        ("refused", b"reason", b"cause", "incorrect-label"),
    ],
)
def test_a_harmed_cell_is_found(published, tmp_path, name, old, new, error):
    study, tables = published
    assert old in tables[name]
    harmed = tables | {name: tables[name].replace(old, new, 1)}
    assert (name, error) in validate(put(tmp_path / "report", study, harmed))


def test_a_table_edited_after_it_was_published_is_found(study):
    file = study.root / "report" / "tables" / "claims.csv"
    file.write_bytes(file.read_bytes().replace(b"Orbanel", b"Orbanol"))
    assert validate(study.root / "report") == {("claims", "hash-count")}


def test_every_column_of_every_table_is_described_and_nothing_else():
    found = datapackage(Study.load(ROOT), {name: ",".join(COLUMNS[name]).encode() for name in COLUMNS})
    for resource in found["resources"]:
        assert resource["title"] and resource["description"].startswith("One row ")
        assert [field["name"] for field in resource["schema"]["fields"]] == list(COLUMNS[resource["name"]])
        assert all(field["description"].endswith(".") for field in resource["schema"]["fields"])
    said = yaml.safe_load((ROOT / "src" / "research" / "tables.yaml").read_text(encoding="utf-8"))
    shared = said.pop("shared")
    open_ = {field for name, columns in COLUMNS.items() for field in columns if field not in said[name]["columns"]}
    assert set(said) == set(COLUMNS) and set(shared) == open_
    assert all(set(said[name]["columns"]) <= set(COLUMNS[name]) for name in COLUMNS)


def test_a_table_that_no_study_has_is_refused():
    with pytest.raises(ResearchError, match="no table 'rivers'; one of documents, passages"):
        datapackage(Study.load(ROOT), {"rivers": b"name\n"})


@pytest.mark.parametrize(
    "cells", [(';"b";; ,', "", "x|y|z|"), (",|", '"q"|ab;', ",|"), (", ", ";", ""), (" a", "' b", "\n'c")]
)
def test_no_reader_has_to_guess_the_dialect(tmp_path, cells):
    import frictionless

    rows = [dict(zip(COLUMNS["refused"], cells, strict=True))] * 30
    content = to_csv("refused", table("refused", rows)).encode("utf-8")
    folder = put(tmp_path / "report", Study.load(ROOT), {"refused": content})
    assert validate(folder) == set()
    read = frictionless.Package(str(folder / "datapackage.json")).get_table_resource("refused").read_rows()
    assert [{name: cell or "" for name, cell in row.to_dict().items()} for row in read] == rows
