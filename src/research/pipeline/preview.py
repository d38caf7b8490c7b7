"""A brief as it is being written: PDF and HTML anew on every save, in a folder of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from research.errors import ResearchError
from research.files import replacing
from research.pipeline import run_study
from research.pipeline.plan import Step, plan
from research.pipeline.publish import document_of, prose_problems, with_outputs
from research.study import Study

_PAUSE = 0.3  # seconds between two looks at the files


@dataclass(frozen=True)
class Preview:
    """What came of one save.

    Attributes
    ----------
    files : tuple of Path
        PDF and HTML, in ``.research/preview/``; the report is left alone.
    problems : tuple of str
        What `research check` would say of the prose, or why nothing could be made.
    seconds : float
    """

    files: tuple[Path, ...]
    problems: tuple[str, ...]
    seconds: float


def preview(study: Study, language: str) -> Preview:
    """Typeset a brief as it stands; its notebook runs only where a code cell has changed.

    Parameters
    ----------
    study : Study
    language : str

    Returns
    -------
    Preview
    """
    started = time.perf_counter()
    step = _brief(study, language)
    try:
        notebook = with_outputs(study, step)
    except ResearchError:
        run_study(study, targets=[step.name])
        notebook = with_outputs(study, step)
    doc = document_of(notebook, step)
    files = []
    for made in _typeset(notebook, step):
        file = study.work / "preview" / f"{step.name}{made[0]}"
        with replacing(file) as handle:
            handle.write(made[1])
        files.append(file)
    return Preview(tuple(files), tuple(prose_problems(doc, study)), time.perf_counter() - started)


def previews(study: Study, language: str) -> Iterator[Preview]:
    """One preview now, and one after each save of the notebook or of a seed; what goes wrong is a problem in it."""
    seen = None
    while True:
        now = _stamps(study, language)
        if now == seen:
            time.sleep(_PAUSE)
            continue
        seen = now
        started = time.perf_counter()
        try:
            yield preview(study, language)
        except ResearchError as error:
            yield Preview((), (str(error),), time.perf_counter() - started)


def _brief(study: Study, language: str) -> Step:
    steps = {step.language: step for step in plan(study) if step.is_brief}
    if language not in steps:
        remedy = f"one of {', '.join(steps)}"
        raise ResearchError(f"no brief in {language!r}", where="notebooks/", remedy=remedy)
    return steps[language]


def _typeset(notebook: object, step: Step) -> Iterator[tuple[str, bytes]]:
    from nbconvert.exporters import get_exporter

    for kind in ("brief_pdf", "brief_html"):
        body, resources = get_exporter(kind)().from_notebook_node(notebook, {"metadata": {"name": step.name}})
        yield resources["output_extension"], body if isinstance(body, bytes) else body.encode("utf-8")


def _stamps(study: Study, language: str) -> list[tuple[str, int]]:
    files = [study.root / "notebooks" / f"brief.{language}.ipynb", *sorted(study.seeds.rglob("*.yaml"))]
    return [(str(file), file.stat().st_mtime_ns) for file in files if file.is_file()]
