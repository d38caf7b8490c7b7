import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from conftest import crash, write_study
from research import ResearchError
from research.cli import main
from research.errors import StaleTable
from research.pipeline import run_study
from research.pipeline.plan import plan
from research.pipeline.verify import verify
from research.study import Study


def edit(study, name, old, new):
    path = study.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def published(study):
    return {
        p.relative_to(study.root).as_posix(): p.read_bytes()
        for f in ("report", "figures")
        for p in (study.root / f).rglob("*.*")
    }


def invoke(study, *arguments):
    return CliRunner().invoke(main, ["--study", str(study.root), *arguments])


def test_a_build_publishes_everything(study):
    assert set(published(study)) == {
        "report/brief.en.pdf", "report/brief.en.html", "report/brief.en.png", "report/facts.json", "report/evidence.jsonld", "report/run.json", "report/tables/passages.csv", "report/tables/documents.csv",
        "report/tables/claims.csv", "report/datapackage.json", "figures/bars.en.svg", "figures/bars.en.png",
    }  # fmt: skip
    assert json.loads((study.root / "report/facts.json").read_text()) == {"detail": 1, "passages": 4}
    run = json.loads((study.root / "report/run.json").read_text())
    assert run["figures"] == {"bars": {"cell": 3, "notebook": "brief.en.ipynb", "passages": ["a#p00"]}}
    assert set(run["inputs"]) >= {
        "seeds/a.txt",
        "seeds/claims.yaml",
        "notebooks/brief.en.ipynb",
        "research/corpus/cues.yaml",
    }


OFFLINE = """
import sys

def refuse(event, arguments):
    address = arguments[1] if event == "socket.connect" else arguments[0] if event == "socket.getaddrinfo" else None
    host = address[0] if isinstance(address, tuple) else address if event == "socket.getaddrinfo" else None
    if host not in (None, "localhost", "127.0.0.1", "::1"):
        with open(NOTE, "a") as note:
            note.write(f"{host}\\n")
        raise OSError("no network")

sys.addaudithook(refuse)
"""


def test_a_build_elsewhere_is_the_same_to_the_byte_and_no_kernel_asks_the_network(built, tmp_path):
    hook, note = tmp_path / "hook", tmp_path / "asked"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(OFFLINE.replace("NOTE", repr(str(note))))
    strange = {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4711",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "40",
    }
    path = os.pathsep.join([str(hook), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | strange | {"PYTHONPATH": path}
    other = write_study(tmp_path / "a folder elsewhere")
    assert crash.build(other, env=environment, preexec_fn=lambda: os.umask(0o077)).wait() == 0
    assert published(Study.load(other)) == published(Study.load(built))
    assert not note.exists()
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"  # the hook would have seen it
    assert subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True).returncode == 1
    assert note.read_text() == "192.0.2.1\n"


def test_a_report_is_verified_by_building_it_again(study):
    pdf = study.root / "report/brief.en.pdf"
    pdf.write_bytes(pdf.read_bytes() + b"\n% another processor\n")
    (study.root / "figures/bars.en.svg").unlink()
    differ = ["figures/bars.en.svg is missing", "report/brief.en.pdf differs"]
    assert verify(study) == (len(published(study)) + 1, differ)
    record = study.root / "report/run.json"
    record.write_text(record.read_text().replace('"platform": "', '"platform": "another '))
    edit(study, "report/tables/claims.csv", "on a data centre", "on two data centres")
    result = invoke(study, "verify")  # made elsewhere: there, bytes may differ, but words may not
    assert result.exit_code == 1 and "report/tables/claims.csv differs" in result.output
    assert "2 differ" in result.output and "brief.en.pdf" not in result.output


def test_a_second_build_does_nothing(built):
    started = time.time()
    report = run_study(Study.load(built))
    assert report.executed == () and set(report.skipped) == {"1_corpus", "brief.en", "report"}
    assert all(p.stat().st_mtime < started for p in (built / "report").iterdir())


def test_a_change_of_prose_alone_starts_no_kernel(study):
    run_study(study)
    edit(study, "notebooks/brief.en.ipynb", "A memorandum was signed", "One paper, a memorandum, was signed")
    report = run_study(study)
    assert report.executed == ("report",)
    assert "One paper, a memorandum" in (study.root / "report/brief.en.html").read_text(encoding="utf-8")


def test_a_parameter_reaches_the_notebook_that_declares_it_and_a_deleted_figure_comes_back(study):
    run_study(study)
    (study.root / "figures/bars.en.svg").unlink()
    assert run_study(study).executed == ("report",) and (study.root / "figures/bars.en.svg").is_file()
    result = invoke(study, "brief", "-p", "detail=2")
    assert result.exit_code == 0 and "made: brief.en, report" in result.output
    explained = invoke(study, "brief", "--explain")
    assert "brief.en: parameter detail was 2, is 1" in explained.output
    assert "would make: brief.en, report" in explained.output
    assert json.loads((study.root / "report/facts.json").read_text())["detail"] == 2
    (study.root / "params.yaml").write_text("detail: 3\n")
    assert invoke(study, "brief", "-f", str(study.root / "params.yaml")).exit_code == 0
    assert json.loads((study.root / "report/facts.json").read_text())["detail"] == 3


def test_an_article_that_is_added_and_removed_again_leaves_no_trace(study):
    before = published(study)
    extra = study.root / "seeds" / "c.txt"
    extra.write_text(
        "Une troisième chronique, assez longue pour compter, parle des lacs et des rivières du pays.", encoding="utf-8"
    )
    run_study(study)
    assert b"c#p00" in (study.root / "report/tables/passages.csv").read_bytes()
    extra.unlink()
    run_study(study)
    assert published(study) == before


def test_the_environment_is_left_as_it_was(study, monkeypatch):
    monkeypatch.setenv("RESEARCH_STUDY", "/somewhere/else")
    run_study(study)
    assert os.environ["RESEARCH_STUDY"] == "/somewhere/else"


def test_what_an_earlier_run_made_goes_and_what_is_the_analyst_s_stays(study):
    run_study(study)
    record = json.loads((study.root / "report/run.json").read_text())
    assert "report/brief.en.pdf" in record["files"] and "figures/bars.en.svg" in record["files"]
    (study.root / "report/run.json").write_text(
        json.dumps(record | {"files": [*record["files"], "report/brief.xx.pdf"]})
    )
    for name in ("report/brief.xx.pdf", "report/brief.notes.docx", "figures/README.md"):
        (study.root / name).write_bytes(b"x")
    edit(study, "notebooks/brief.en.ipynb", "A memorandum", "One memorandum")
    run_study(study)
    assert not (study.root / "report/brief.xx.pdf").exists()
    assert (study.root / "report/brief.notes.docx").exists() and (study.root / "figures/README.md").exists()


def test_a_figure_that_is_not_shown_and_a_foreign_cover_are_refused_before_anything_is_put_in_place(study):
    run_study(study)
    before = published(study)
    edit(
        study,
        "notebooks/brief.en.ipynb",
        'audience=\\"the lake council\\"',
        'audience=\\"the lake council\\", language=\\"fr\\"',
    )
    with pytest.raises(ResearchError, match=r"brief.en.ipynb: its cover says 'fr'"):
        run_study(study)
    assert published(study) == before


def test_a_check_and_a_preview_never_rest_on_seeds_that_have_changed(study):
    run_study(study)
    edit(study, "seeds/claims.yaml", "with Orbanel on a data centre", "with Orbanel")
    result = invoke(study, "check")
    assert (
        result.exit_code == 2
        and "table 'claims' was made before seeds/claims.yaml changed; run `research run 1_corpus`" in result.output
    )


def break_claim(study):
    edit(study, "seeds/claims.yaml", "avec Orbanel", "avec Personne")


def break_codebook(study):
    edit(study, "seeds/codebook/all.yaml", "id: chips", "id: talent")


def break_file(study):
    (study.root / "seeds" / "c.txt").write_bytes(b"\x00\x01\xff")


def break_citation(study):
    edit(study, "notebooks/brief.en.ipynb", "[^lakes-mou]", "[^no-such-claim]")


def break_prose(study):
    edit(study, "notebooks/brief.en.ipynb", "A memorandum was signed", "Forty lakes dried up. A memorandum was signed")


def break_seeds(study):
    for file in (study.root / "seeds").glob("*.txt"):
        file.unlink()


def break_notebook(study):
    (study.root / "notebooks" / "brief.en.ipynb").write_text("not json", encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "line", "code"),
    [
        (break_claim, r"claims.yaml:7:12: claim 'lakes-mou': the quote .* is not in a; nearest text", 2),
        (break_codebook, r"all.yaml:\d+:\d+: duplicate id 'talent'", 2),
        (break_file, "c.txt: not text in any known encoding; save the article", 2),
        (break_citation, r"brief.en.ipynb, cell 4, line 3: cites an unknown claim \[\^no-such-claim\]; correct the id", 2),
        (break_prose, "2 problem.* neither cited nor bound: .Forty lakes dried up", 1),
        (break_seeds, "seeds/: no articles; add", 2),
        (break_notebook, "notebooks/brief.en.ipynb: not a notebook", 2),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_the_last_good_brief_stays(study, harm, line, code):
    before = published(study)
    harm(study)
    result = invoke(study, "brief")
    assert result.exit_code == code
    said = [text for text in result.output.splitlines() if text.startswith("research: ")]
    assert len(said) == 1 and "Traceback" not in result.output
    import re

    assert re.search(line, said[0])
    assert published(study) == before


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["brief", "-p", "detial=2"], "no notebook has a parameter 'detial'; did you mean 'detail'?"),
        (["brief", "-p", "detail=two"], "parameter detail='two'; give a value of type int"),
        (["brief", "-p", "detail"], "-p detail; write -p name=value"),
        (["brief", "-p", "detail=["], "-p detail: not readable as YAML: '['; mend it"),
        (["run", "9_nothing"], "notebooks/: no notebook '9_nothing'; one of 1_corpus, brief.en"),
    ],
)
def test_a_wrong_parameter_or_notebook_is_refused_before_a_kernel_starts(study, arguments, line):
    started = time.perf_counter()
    result = invoke(study, *arguments)
    assert (result.exit_code, result.output.strip()) == (2, f"research: {line}")
    assert time.perf_counter() - started < 2


def test_a_cell_that_raises_is_named_and_the_notebook_kept(study):
    edit(study, "notebooks/1_corpus.ipynb", "study = Study.find()", "study = Study.find(); 1 / 0")
    result = invoke(study, "run", "1_corpus")
    assert result.exit_code == 2
    assert "notebooks/1_corpus.ipynb, cell 2" in result.output and "ZeroDivisionError" in result.output
    assert (study.root / ".research/running/1_corpus.ipynb").is_file()


def test_a_table_that_an_edit_made_stale_is_not_read(study):
    assert len(study.read("passages")) == 4
    (study.root / "seeds" / "a.txt").write_text("Autre chose, plus longue que la limite de douze mots de la prose.")
    with pytest.raises(
        StaleTable, match=r"'passages' was made before seeds/a.txt changed; run `research run 1_corpus`"
    ):
        study.read("passages")
    with pytest.raises(StaleTable, match="'topics' has not been made"):
        study.read("topics")


def test_a_study_is_found_from_inside_it(study, monkeypatch):
    monkeypatch.delenv("RESEARCH_STUDY", raising=False)
    monkeypatch.chdir(study.root / "notebooks")
    assert Study.find().root == study.root
    with pytest.raises(ResearchError, match=r"no seeds/study.yaml in or above"):
        Study.find("/")


def test_check_says_what_it_looked_at(study):
    result = invoke(study, "check")
    assert (result.exit_code, result.output.strip()) == (
        0,
        "1 claims, 1 quotes found in their articles; 0 problem(s) in the prose",
    )


def test_check_needs_neither_claims_nor_briefs(study):
    (study.root / "notebooks" / "brief.en.ipynb").unlink()
    (study.root / "seeds" / "claims.yaml").unlink()
    result = invoke(study, "check")
    assert (result.exit_code, result.output.strip()) == (
        0,
        "0 claims, 0 quotes found in their articles; 0 problem(s) in the prose",
    )


def test_an_untouched_module_leaves_a_notebook_alone():
    steps = {step.name: step for step in plan(Study.find(Path(__file__)))}
    reached = {file.name for file in steps["3_topics"].modules}
    assert {"terms.py", "charts.py", "matcher.py"} <= reached
    assert not reached & {"figures.py", "blocks.py", "sovereignty.py", "cli.py"}
    assert set(steps["4_sovereignty"].reads) >= {"claims", "codes", "passages"} and steps["4_sovereignty"].writes == (
        "ledger",
    )


def test_the_study_s_notebooks_are_stripped_typed_and_short():
    for step in plan(Study.find(Path(__file__))):
        assert step.parameters or step.is_brief, step.name
        assert all(p.annotation in ("int", "str", "bool", "int | None") for p in step.parameters)
        for cell in nbformat.read(step.path, as_version=4).cells:
            assert not cell.get("outputs") and len(cell.source.splitlines()) <= 30, (step.name, cell.id)
