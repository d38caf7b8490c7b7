"""Execute one notebook with papermill, and say in one line what went wrong when it does not run through."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from research import errors
from research.errors import ResearchError
from research.files import said_of
from research.pipeline.plan import Step
from research.pipeline.progress import Progress
from research.study import Study

_PLACE = re.compile(r"Cell In\[\d+\], line (\d+)|Cell In \[\d+\], line (\d+)")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def executed_path(study: Study, step: Step) -> Path:
    """Where the executed notebook of a step is kept."""
    return study.work / "executed" / f"{step.name}.ipynb"


def execute(
    study: Study, step: Step, parameters: dict[str, Any], *, progress: Progress, timeout: int | None = None
) -> None:
    """Run `step` from its own folder; its outputs appear whole or not at all.

    Raises
    ------
    ResearchError
        What the notebook raised, when that is one of this package's errors; otherwise notebook, cell, line and error,
        and where the notebook is kept as far as it ran.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    _ready_papermill()
    running = study.work / "running" / f"{step.name}.ipynb"
    kept = running.relative_to(study.root)
    with progress.step(step.name, step.cells), said_of(kept):
        running.parent.mkdir(parents=True, exist_ok=True)
        try:
            papermill.execute_notebook(
                step.path,
                running,
                parameters={name: _Day(v.isoformat()) if isinstance(v, date) else v for name, v in parameters.items()},
                cwd=step.path.parent,
                progress_bar=False,
                engine_name="research",
                on_cell=lambda number, source: progress.cell(step.name, number, source),
                kernel_name="python3",
                language="python",
                execution_timeout=timeout,
                config=Config({"KernelManager": {"transport_encryption": "auto"}}),  # what the kernel says is private
                extra_arguments=["--IPKernelApp.log_level=50"],  # an idle kernel calls its own shutdown an error
            )
        except PapermillExecutionError as error:
            raise _in_one_line(error, step, kept) from error
        except (DeadKernelError, CellTimeoutError) as error:
            what = "a cell ran longer than" if isinstance(error, CellTimeoutError) else "the kernel died"
            what += f" {timeout} s" if isinstance(error, CellTimeoutError) else ""
            raise ResearchError(
                what, where=f"notebooks/{step.path.name}", remedy=f"as far as it ran: {kept}"
            ) from error
        _remember(running, made_from(step))
        target = executed_path(study, step)
        target.parent.mkdir(parents=True, exist_ok=True)
        running.replace(target)


def stop_kernels() -> None:
    """End the kernels of this process: an interrupt at the terminal does not reach them."""
    import psutil

    for child in psutil.Process().children():
        child.kill()


class _Day(str):
    """A date on its way through papermill, which keeps parameters as JSON."""


@cache
def _ready_papermill() -> None:
    """Teach papermill dates, and to say which cell it has come to."""
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.translators import PythonTranslator, papermill_translators

    class Translator(PythonTranslator):  # type: ignore[misc]
        @classmethod
        def translate(cls, value: Any) -> str:
            if isinstance(value, _Day):
                return f"__import__('datetime').date.fromisoformat({str(value)!r})"
            return str(super().translate(value))

    class Engine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, manager: Any, kernel_name: str, *, on_cell: Any, **options: Any) -> Any:
            start = manager.cell_start

            def cell_start(cell: Any, cell_index: int = 0, **more: Any) -> Any:
                on_cell(cell_index, cell.source)
                return start(cell, cell_index, **more)

            manager.cell_start = cell_start
            return super().execute_managed_notebook(manager, kernel_name, **options)

    logging.getLogger("papermill").setLevel(logging.ERROR)  # its parser does not know `int | None`
    papermill_translators.register("python", Translator)
    papermill_engines.register("research", Engine)


def made_from(step: Step) -> dict[str, str]:
    """The seeds that a notebook reads, with their hashes: its outputs are those of these."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in step.seeds}


def _remember(running: Path, inputs: dict[str, str]) -> None:
    notebook = json.loads(running.read_text(encoding="utf-8"))
    notebook["metadata"]["made_from"] = inputs
    running.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _in_one_line(error: Any, step: Step, kept: Path) -> ResearchError:
    cells = json.loads(step.path.read_text(encoding="utf-8"))["cells"]
    number = next((i for i, cell in enumerate(cells, start=1) if "".join(cell["source"]) == error.source), 0)
    where = f"notebooks/{step.path.name}, cell {number}"
    places = _PLACE.findall(_COLOURS.sub("", "\n".join(error.traceback)))
    if places:
        where += f", line {''.join(places[-1])}"
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, ResearchError):
        found: ResearchError = kind(error.evalue, where=where)
        return found
    said = _COLOURS.sub("", f"{error.ename}: {error.evalue}")
    return ResearchError(f"{said:.200}", where=where, remedy=f"as far as it ran: {kept}")
