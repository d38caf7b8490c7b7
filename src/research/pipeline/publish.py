"""From executed notebooks to ``report/`` and ``figures/``: everything is made first, then put in place."""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from research.brief.blocks import MIME
from research.brief.check import check_length, check_parity, check_prose
from research.brief.model import Document, from_notebook
from research.claims import to_annotations
from research.codebook import load_codebook
from research.datapackage import datapackage
from research.errors import CheckFailed, ResearchError
from research.files import replace_all
from research.pipeline.execute import executed_path, made_from
from research.pipeline.plan import PACKAGE, Step, package_files
from research.statements import Comparison
from research.study import Study
from research.tables import to_csv

_VERSIONS = (
    "bertopic",
    "jupyterlab",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "scikit-learn",
    "typst",
)


def with_outputs(study: Study, step: Step) -> Any:
    """The notebook as it stands now with the outputs of its last execution.

    Raises
    ------
    ResearchError
        A code cell or a seed has changed since, or the notebook was never executed.
    """
    notebook = nbformat.read(step.path, as_version=4)
    file = executed_path(study, step)
    if not file.is_file():
        raise ResearchError(
            "the notebook has not been executed", where=f"notebooks/{step.path.name}", remedy="run `research brief`"
        )
    for name in step.reads:
        study.refuse_stale(name)
    ran_before = nbformat.read(file, as_version=4)
    before, now = ran_before.metadata.get("made_from", {}), made_from(step)
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    if changed:
        raise ResearchError(
            f"{changed[0]} has changed since the notebook ran",
            where=f"notebooks/{step.path.name}",
            remedy=f"run `research run {step.name}`",
        )
    executed = iter(
        cell
        for cell in ran_before.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    )
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        ran = next(executed, None)
        if ran is None or ran.source != cell.source:
            raise ResearchError(
                "a code cell has changed since the notebook ran",
                where=f"notebooks/{step.path.name}",
                remedy=f"run `research run {step.name}`",
            )
        cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    return notebook


def document_of(notebook: Any, step: Step) -> Document:
    """The document of a brief notebook with its outputs; errors name the notebook."""
    return from_notebook(notebook, f"notebooks/{step.path.name}")


def document(study: Study, step: Step) -> Document:
    """The document of a brief notebook, from its prose now and its last outputs."""
    return document_of(with_outputs(study, step), step)


def publish(
    study: Study, steps: list[Step], parameters: dict[str, dict[str, Any]], *, only: Sequence[str] = ()
) -> None:
    """Make every file of the report, then put all of them in place and remove those that are no longer made.

    Parameters
    ----------
    study : Study
    steps : list of Step
        All notebooks of the study.
    parameters : dict
        Of each notebook.
    only : sequence of str
        Names of the briefs to publish, if not all: what belongs to the others then stays as it is.

    Raises
    ------
    CheckFailed
        A sentence of the record is neither cited nor bound, a number in prose is loose, the brief is too long, or
        one language says less than another.
    """
    run_id = _run_id(study, steps, parameters)
    files: dict[Path, bytes] = {}
    briefs = [step for step in steps if step.is_brief and (not only or step.name in only)]
    notebooks = {step: with_outputs(study, step) for step in briefs}
    docs = {step: document_of(notebook, step) for step, notebook in notebooks.items()}
    others = {step: _current(study, step) for step in steps if step.is_brief and step not in docs}
    found = docs | {step: doc for step, doc in others.items() if doc}
    everyone = {step: found[step] for step in steps if step in found}  # in order, whichever are published now
    with ThreadPoolExecutor(1) as pool:  # Typst needs the other core, while the prose is read on this one
        typeset = [pool.submit(_typeset, study, step, doc, run_id) for step, doc in docs.items()]
        for step, doc in docs.items():
            _refuse_strange(doc, step)
            _refuse(prose_problems(doc, study), f"notebooks/{step.path.name}")
        _refuse(check_parity({step.name: doc for step, doc in everyone.items()}), "notebooks/")
    for step, made in zip(docs, typeset, strict=True):
        files |= made.result() | _figure_files(study, notebooks[step], docs[step])
    files |= _tables(study, steps)
    if any("claims" in step.writes for step in steps):
        documents = study.read("documents") if any("documents" in step.writes for step in steps) else None
        addresses = (
            {} if documents is None else dict(zip(documents["doc_id"], "seeds/" + documents["file"], strict=True))
        )
        trail = to_annotations(study.read("claims"), addresses, passages=study.read("passages"), run_id=run_id)
        files[study.root / "report" / "evidence.jsonld"] = _json(trail)
    facts = {name: item["value"] for doc in everyone.values() for name, item in doc.facts.items()}
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in facts.items()}
    files[study.root / "report" / "facts.json"] = _json(rounded)
    record = _run_record(study, steps, parameters, run_id) | _provenance(study, steps, everyone)
    _put(study, files, record, alone=not only)


def _current(study: Study, step: Step) -> Document | None:
    """The document of a brief that is not published now, if what it was made from still stands."""
    try:
        return document(study, step)
    except ResearchError:
        return None


def _typeset(study: Study, step: Step, doc: Document, run_id: str) -> dict[Path, bytes]:
    """A brief's PDF, its first page as PNG, and its HTML."""
    from research.brief.exporters import BriefHTMLExporter, BriefPDFExporter, first_page

    pdf, page = BriefPDFExporter(run_id=run_id).typeset(doc), BriefHTMLExporter(run_id=run_id).typeset(doc)
    place = study.root / "report" / step.name
    made = {".pdf": pdf, ".png": first_page(pdf), ".html": page.encode("utf-8")}
    return {place.with_name(step.name + ending): content for ending, content in made.items()}


def _tables(study: Study, steps: list[Step]) -> dict[Path, bytes]:
    """Every table as CSV, and the descriptor that says what their columns are."""
    report, names = study.root / "report", sorted({name for step in steps for name in step.writes})
    tables = {name: to_csv(name, study.read(name)).encode("utf-8") for name in names}
    described = {report / "datapackage.json": _json(datapackage(study, tables))} if tables else {}
    return described | {report / "tables" / f"{name}.csv": content for name, content in tables.items()}


def _provenance(study: Study, steps: list[Step], docs: dict[Step, Document]) -> dict[str, Any]:
    """For every figure, table, fact and claim: the notebook and cell that made it, and the passages behind it."""
    found: dict[str, dict[str, Any]] = {"figures": {}, "tables": {}, "facts": {}, "claims": {}}
    for step, doc in docs.items():
        for key, cell in doc.cells.items():
            kind, name = key.split(":", 1)
            passages = doc.facts[name].get("passages", []) if kind == "fact" else doc.passages.get(key, [])
            entry = {"notebook": step.path.name, "cell": cell + 1} | ({"passages": passages} if passages else {})
            found[f"{kind}s"].setdefault(name, entry)
    for step in steps:
        if "facts" in step.writes:  # made there once, printed in every language
            for name, cell in _made(study, step):
                found["facts"].get(name, {}).update(notebook=step.path.name, cell=cell)
    return found


def _made(study: Study, step: Step) -> Iterator[tuple[str, int]]:
    for number, cell in enumerate(with_outputs(study, step).cells, start=1):
        for output in cell.get("outputs", []):
            block = output.get("data", {}).get(MIME, {})
            yield from ((item["name"], number) for item in block.get("items", []) if block["t"] == "made")


def prose_problems(doc: Document, study: Study) -> list[str]:
    """`check_prose` with the study's codebook, and with its topics where it has any; and `check_length`."""
    unstable = []
    if (study.work / "tables" / "topics.parquet").is_file():
        topics = study.read("topics")
        unstable = topics.loc[topics["unstable"], f"label_{doc.meta['language']}"].tolist()
    return [*check_prose(doc, _comparison(study), unstable=unstable), *check_length(doc)]


def _comparison(study: Study) -> Comparison | None:
    """The study's codebook, if any, as sentences are compared through it."""
    folder = study.seeds / "codebook"
    return Comparison(load_codebook(folder)) if folder.is_dir() else None


def _refuse_strange(doc: Document, step: Step) -> None:
    """The language is the notebook's, and what its code draws is displayed."""
    where = f"notebooks/{step.path.name}"
    if doc.meta["language"] != step.language:
        raise ResearchError(f"its cover says {doc.meta['language']!r}", where=where, remedy="give Cover the language")
    hidden = [name for name in step.figures if f"figure:{name}" not in doc.cells]
    if hidden:
        remedy = "let Figure(…) be the last line of a cell, without a semicolon"
        raise ResearchError(f"the figure {hidden[0]!r} is not displayed", where=where, remedy=remedy)


def _refuse(problems: list[str], where: str) -> None:
    if problems:
        raise CheckFailed(
            f"{len(problems)} problem(s) in the prose; first: {problems[0]}",
            where=where,
            remedy="cite what says it, bind the number, or tag the cell as judgement; `research check` lists all",
        )


def _figure_files(study: Study, notebook: Any, doc: Document) -> dict[Path, bytes]:
    files = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            block = output.get("data", {}).get(MIME, {})
            if block.get("t") == "figure":
                place = f"{block['name']}.{doc.meta['language']}"
                files[study.root / "figures" / f"{place}.svg"] = block["svg"].encode("utf-8")
                files[study.root / "figures" / f"{place}.png"] = base64.b64decode(output["data"]["image/png"])
    return files


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode("utf-8")


def _put(study: Study, files: dict[Path, bytes], record: dict[str, Any], *, alone: bool) -> None:
    """Put the files that differ in place, ``run.json`` last; where they are `alone`, what an earlier run made goes."""
    run = study.root / "report" / "run.json"
    earlier = json.loads(run.read_text(encoding="utf-8")).get("files", []) if run.is_file() else []
    made = sorted(path.relative_to(study.root).as_posix() for path in files)
    files = files | {run: _json(record | {"files": made if alone else sorted({*made, *earlier})})}
    for folder in {path.parent for path in files}:
        if study.root not in folder.resolve().parents:
            where = folder.relative_to(study.root).as_posix()
            raise ResearchError("leads out of the study", where=where, remedy="make it a folder of the study's own")
    changed = {path: content for path, content in files.items() if not path.is_file() or path.read_bytes() != content}
    replace_all(changed, study.work / "staging")
    for name in earlier if alone else []:
        old = study.root / name
        if old not in files and old.is_file() and study.root in old.resolve().parents:
            old.unlink()


def inputs(study: Study, steps: list[Step]) -> dict[str, str]:
    """Every file the report is made from, with its SHA-256: seeds, notebooks, package, lock."""
    paths = {file for step in steps for file in (*step.seeds, step.path)}
    lock = study.root / "requirements.lock"
    named = {path.relative_to(study.root).as_posix(): path for path in sorted(paths)}
    named |= {"requirements.lock": lock} if lock.is_file() else {}
    for path in package_files():
        named[f"research/{path.relative_to(PACKAGE).as_posix()}"] = path
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items()}


def _run_id(study: Study, steps: list[Step], parameters: dict[str, Any]) -> str:
    content = json.dumps([inputs(study, steps), parameters], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _run_record(study: Study, steps: list[Step], parameters: dict[str, Any], run_id: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "study": study.title,
        "edition": study.edition,
        "inputs": inputs(study, steps),
        "parameters": {name: values for name, values in parameters.items() if values},
        "versions": {"python": platform.python_version(), "platform": f"{sys.platform}-{platform.machine()}"}
        | {name: version(name) for name in _VERSIONS},
    }
