"""Is the report what the study gives? Built again in a folder of its own, and compared."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from research.errors import ResearchError
from research.pipeline import published, run_study
from research.study import Study

_MADE_FROM = ("seeds", "notebooks", "requirements.lock", "LICENSE")


def verify(study: Study, *, workers: int = 1, loosely: bool = False) -> tuple[int, list[str]]:
    """Build the report from scratch somewhere else, and list how the one that is there differs.

    Parameters
    ----------
    study : Study
    workers : int
        Notebooks that may run side by side.
    loosely : bool
        Compare tables, facts and texts only, as is done where the report was made on another platform or interpreter:
        there its bytes may differ.

    Returns
    -------
    int, list of str
        How many files were compared, and a line for each difference.

    Raises
    ------
    ResearchError
        There is no report.
    """
    record = study.root / "report" / "run.json"
    if not record.is_file():
        raise ResearchError("no brief has been built", where="report/run.json", remedy="run `research brief`")
    with tempfile.TemporaryDirectory() as temporary:
        again = Path(temporary, "study")
        for name in _MADE_FROM:
            if (study.root / name).is_dir():
                shutil.copytree(study.root / name, again / name)
            elif (study.root / name).is_file():
                shutil.copy(study.root / name, again / name)
        made = Study.load(again)
        run_study(made, workers=workers)
        return compare(study, made, loosely=loosely)


def compare(study: Study, made: Study, *, loosely: bool = False) -> tuple[int, list[str]]:
    """How the report of one study differs from that of another, as `verify` says it."""
    loosely = loosely or _versions(study) != _versions(made)
    names = {file.relative_to(one.root).as_posix() for one in (study, made) for file in published(one)}
    return len(names), list(_differences(sorted(names), study.root, made.root, loosely=loosely))


def _versions(study: Study) -> dict[str, str]:
    record = json.loads((study.root / "report" / "run.json").read_text(encoding="utf-8"))["versions"]
    return {name: record.get(name, "") for name in ("python", "platform")}


def _differences(names: list[str], here: Path, again: Path, *, loosely: bool) -> Iterator[str]:
    for name in names:
        ours, theirs = here / name, again / name
        if not theirs.is_file():
            yield f"{name} is no longer made"
        elif not ours.is_file():
            yield f"{name} is missing"
        elif (_text(ours) != _text(theirs)) if loosely else (ours.read_bytes() != theirs.read_bytes()):
            yield f"{name} differs"


def _text(file: Path) -> str:
    """What a file says; nothing of pictures, nor of the record of versions."""
    if file.suffix == ".pdf":
        import pypdfium2

        with pypdfium2.PdfDocument(file) as document:
            return "\f".join(page.get_textpage().get_text_bounded() for page in document)
    if file.suffix == ".html":
        from lxml import html

        return str(html.fromstring(file.read_bytes()).text_content())
    return file.read_text(encoding="utf-8") if file.suffix == ".csv" or file.name == "facts.json" else ""
