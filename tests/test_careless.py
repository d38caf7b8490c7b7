"""Hostile and careless input all along the line: refused in a line, or inert."""

import ast
import io
from datetime import date

import nbformat
import pytest

from conftest import ROOT
from research import ResearchError
from research.pipeline import run_study, why
from research.pipeline.parameters import bind, parameters_of
from research.pipeline.progress import Progress
from research.study import Study
from test_pipeline import edit, invoke, published


@pytest.mark.parametrize(
    "arguments",
    [
        ["brief", "-p", "../detail=1"],
        ["brief", "-p", "__import__('os')=1"],
        ["brief", "--lang", "../../etc"],
        ["run", "../../etc/passwd"],
        ["brief", "-p", "detail=!!python/object/apply:os.system ['touch /tmp/x']"],
        ["trace", "../../etc/passwd"],
        ["preview", "--once", "--lang", "../x"],
    ],
)
def test_names_lead_nowhere(study, arguments):
    before = published(study)
    result = invoke(study, *arguments)
    assert result.exit_code == 2 and result.output.startswith("research: ") and result.output.count("\n") == 1
    assert published(study) == before


def test_a_parameter_is_only_ever_a_value(study):
    edit(study, "notebooks/brief.en.ipynb", "detail: int = 1", 'detail: str = \\"1\\"')
    run_study(study, params={"detail": '../x"; import os; os.abort() #\n{{ 1 }}'})
    assert "import os; os.abort() #" in (study.root / "report/facts.json").read_text()


@pytest.mark.parametrize("place", ["seeds/c.txt", "seeds/codebook/more.yaml", "notebooks/2_more.ipynb"])
def test_a_link_out_of_the_study_is_refused(study, tmp_path, place):
    (tmp_path / "outside").write_text("Nobody meant this text to be in the brief, and nobody will find it there.")
    (study.root / place).symlink_to(tmp_path / "outside")
    with pytest.raises(ResearchError, match=f"{place}: leads out of the study; copy it here"):
        run_study(study)


def test_outputs_of_any_size_and_kind_stay_out_of_the_brief(study):
    noise = "print('\\\\x1b[31mred\\\\x1b[0m' + 'x' * 3_000_000); from IPython.display import HTML; display(HTML('<script>alert(1)</script>'))"
    edit(study, "notebooks/brief.en.ipynb", "study = Study.find()", f"study = Study.find(); {noise}")
    run_study(study)
    page = (study.root / "report/brief.en.html").read_bytes()
    assert b"<script" not in page and b"\x1b" not in page and len(page) < 1_000_000


def test_a_notebook_cannot_name_a_place_for_what_is_published(study):
    edit(study, "notebooks/brief.en.ipynb", 'name=\\"bars\\"', 'name=\\"../../bars\\"')
    with pytest.raises(ResearchError, match=r"cell 3, line \d+: the name '../../bars' of a figure or table"):
        run_study(study)
    edit(study, "notebooks/1_corpus.ipynb", 'study.write(\\"documents\\"', 'study.write(\\"../documents\\"')
    with pytest.raises(ResearchError, match=r"which no notebook writes|no table '\.\./documents'"):
        run_study(study)


def test_no_line_for_a_user_holds_what_would_drive_a_terminal():
    assert str(ResearchError("the quote \x1b[2J\u202eevil\x07 is not there")) == "the quote [2Jevil is not there"


def test_the_package_starts_no_shell_and_evaluates_no_text():
    banned = {"eval", "exec", "system", "popen", "Popen", "check_output", "check_call", "loads_pickle", "getoutput"}
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert name not in banned, f"{file.name}:{node.lineno}"
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                assert not {"subprocess", "pickle", "marshal", "pty"} & set(names), f"{file.name}:{node.lineno}"


def declared(source):
    return list(parameters_of(ast.parse(source), "1_corpus"))


@pytest.mark.parametrize(
    ("source", "value", "line"),
    [
        ("n: int = 1", True, "parameter n=True; give a value of type int"),
        ("n: int = 1", 1.0, "give a value of type int"),
        ("n: int | None = None", "x", "give a value of type int | None"),
        ("n: Annotated[int, Field(ge=1, le=9)] = 2", 10, "less than or equal to 9"),
        ("n: Literal['a', 'b'] = 'a'", "c", "'a' or 'b'"),
        ("day: date = date(2026, 1, 2)", "2026-01-02", "give a value of type date"),
        ("many: list[int] = []", [1, "x"], "give a value of type list"),
        ("n = 1", "x", "give a value of type int"),
    ],
)
def test_a_value_of_another_type_is_refused(source, value, line):
    with pytest.raises(ResearchError) as refused:
        bind(declared(source), dict.fromkeys([source.split(":")[0].split(" ")[0]], value))
    assert line in str(refused.value)


def test_values_of_every_type_are_taken():
    source = "n: Annotated[int, Field(ge=1)] | None = None\nday: date = date(2026, 1, 2)\nkind: Literal['a', 2] = 2\nx: float = 1"
    found = bind(declared(source), {"n": 3, "day": date(2025, 5, 1), "x": 2})["1_corpus"]
    assert found == {"n": 3, "day": date(2025, 5, 1), "kind": 2, "x": 2.0}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("n: int = len('x')", "parameter default"),
        ("n: int = 'x'", "let its default be of its type"),
        ("n: Path = 'x'", "parameter type 'Path'"),
        ("n: Annotated[int, Field(alias='m')] = 1", "parameter type"),
    ],
)
def test_a_schema_that_is_none_is_refused(source, line):
    with pytest.raises(ResearchError, match=r"notebooks/1_corpus\.ipynb: ") as refused:
        declared(source)
    assert line in str(refused.value)


def test_a_date_reaches_the_notebook_as_a_date_and_is_listed(study):
    cells = "from datetime import date\nsince: date = date(2025, 1, 1)\ndetail: int = 1"
    notebook = nbformat.read(study.root / "notebooks/brief.en.ipynb", as_version=4)
    notebook.cells[1].source = cells
    notebook.cells[2].source += '\ndisplay(fact("since", since.replace(year=since.year + 1)))'
    nbformat.write(notebook, study.root / "notebooks/brief.en.ipynb")
    (study.root / "params.yaml").write_text("since: 2026-03-04\n")
    assert invoke(study, "brief", "-f", str(study.root / "params.yaml")).exit_code == 0
    assert '"since": "2027-03-04"' in (study.root / "report/facts.json").read_text()
    assert "brief.en: since: date = datetime.date(2025, 1, 1)" in invoke(study, "params").output


def test_each_step_says_why_it_would_run(study):
    study = Study.load(study.root)
    assert not any(why(study).values())
    edit(study, "seeds/codebook/all.yaml", "compute, fr: calcul", "computing, fr: calcul")
    found = why(study)
    assert found["1_corpus"] == ["seeds/codebook/all.yaml has changed"]
    assert found["brief.en"] == ["seeds/codebook/all.yaml has changed"] and found["report"]
    assert "1_corpus: would run: seeds/codebook/all.yaml has changed" in invoke(study, "status").output
    edit(study, "seeds/codebook/all.yaml", "computing, fr: calcul", "compute, fr: calcul")
    (study.work / "tables/passages.parquet").unlink()
    assert why(study)["1_corpus"] == [".research/tables/passages.parquet is missing"]
    assert why(study)["brief.en"] == ["the table passages has changed"]
    report = run_study(study)
    assert report.executed == ("1_corpus",)  # and only that: it makes the same table again
    (study.root / "seeds/a.txt").touch()
    (study.root / "report/brief.en.pdf").write_bytes(b"altered")
    assert why(study)["report"] == ["report/brief.en.pdf was altered"]
    assert run_study(study).executed == ("report",)


def test_a_terminal_shows_the_cell_it_has_come_to_and_a_log_only_lines(monkeypatch, capsys):
    with Progress({"1_corpus": 3.0}) as progress, progress.step("1_corpus", 2):
        progress.cell("1_corpus", 1, "x = 1")
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "1_corpus …" and said[1].startswith("1_corpus done in 0.") and len(said) == 2
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress({"1_corpus": 3.0}) as progress, progress.step("1_corpus", 2):
        progress.cell("1_corpus", 1, "\nlengths = corpus.passages[[...]]\nmore")
        progress._bars.refresh()
    shown = terminal.getvalue()
    assert "lengths = corpus.passages[[...]]" in shown and "50%" in shown and "/ 3 s" in shown and "more" not in shown
