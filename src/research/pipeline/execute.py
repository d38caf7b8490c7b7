"""Execute one notebook with papermill, and say in one line what went wrong when it does not run through."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from research import errors
from research.errors import ResearchError
from research.pipeline.plan import Step
from research.study import Study


def executed_path(study: Study, step: Step) -> Path:
    """Where the executed notebook of a step is kept."""
    return study.work / "executed" / f"{step.name}.ipynb"


def execute(study: Study, step: Step, parameters: dict[str, Any]) -> None:
    """Run `step` from its own folder; its outputs appear whole or not at all.

    Raises
    ------
    ResearchError
        What the notebook raised, when that is one of this package's errors; otherwise notebook, cell and error,
        and where the notebook is kept as far as it ran.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    running = study.work / "running" / f"{step.name}.ipynb"
    running.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    logging.getLogger("papermill").setLevel(logging.ERROR)  # its parser does not know `int | None`
    say(f"{step.name} …")
    try:
        papermill.execute_notebook(
            step.path,
            running,
            parameters=parameters,
            cwd=step.path.parent,
            progress_bar=False,
            kernel_name="python3",
            language="python",
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),  # what the kernel says stays private
            extra_arguments=["--IPKernelApp.log_level=50"],  # an idle kernel calls its own shutdown an error
        )
    except PapermillExecutionError as error:
        raise _in_one_line(error, step, running, study) from error
    except (DeadKernelError, CellTimeoutError) as error:
        raise ResearchError(
            f"the kernel stopped: {error!s:.120}",
            where=f"notebooks/{step.path.name}",
            remedy=f"see {running.relative_to(study.root)}",
        ) from error
    _remember(running, made_from(step))
    target = executed_path(study, step)
    target.parent.mkdir(parents=True, exist_ok=True)
    running.replace(target)
    say(f"{step.name} done in {time.perf_counter() - started:.1f} s")


def made_from(step: Step) -> dict[str, str]:
    """The seeds that a notebook reads, with their hashes: its outputs are those of these."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in step.seeds}


def _remember(running: Path, inputs: dict[str, str]) -> None:
    notebook = json.loads(running.read_text(encoding="utf-8"))
    notebook["metadata"]["made_from"] = inputs
    running.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _in_one_line(error: Any, step: Step, running: Path, study: Study) -> ResearchError:
    cells = json.loads(step.path.read_text(encoding="utf-8"))["cells"]
    number = next((i for i, cell in enumerate(cells, start=1) if "".join(cell["source"]) == error.source), 0)
    where = f"notebooks/{step.path.name}, cell {number}"
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, ResearchError):
        found: ResearchError = kind(error.evalue, where=where)
        return found
    return ResearchError(
        f"{error.ename}: {error.evalue!s:.200}",
        where=where,
        remedy=f"as far as it ran: {running.relative_to(study.root)}",
    )


def say(line: str) -> None:
    """A progress line, whole and at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
