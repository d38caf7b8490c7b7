"""Build a study: papermill executes the notebooks that have changed, and the report is published whole."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.errors import ResearchError
from research.pipeline.execute import execute, executed_path, stop_kernels
from research.pipeline.parameters import bind
from research.pipeline.plan import PACKAGE, Step, package_files, plan, upstream
from research.pipeline.progress import Progress, say
from research.pipeline.receipts import Receipts, Task, fingerprint, reasons, run_tasks
from research.study import ARTICLES, Study

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunReport", "run_study", "why"]


@dataclass(frozen=True)
class RunReport:
    """What a build did.

    Attributes
    ----------
    executed, skipped : tuple of str
        Steps, and ``report`` for the publication.
    seconds : float
    parameters : dict
        Of each notebook.
    """

    executed: tuple[str, ...]
    skipped: tuple[str, ...]
    seconds: float
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)


def run_study(
    study: Study,
    *,
    targets: Sequence[str] = (),
    params: dict[str, Any] | None = None,
    workers: int = 1,
    languages: Sequence[str] = (),
    timeout: int | None = None,
) -> RunReport:
    """Bring a study's report up to date, doing only what has changed.

    Parameters
    ----------
    study : Study
    targets : sequence of str
        Notebooks to run (with what they need), without publishing; by default all, and then the report.
    params : dict, optional
        Parameters for the notebooks that declare them.
    workers : int
        Notebooks that may run side by side.
    languages : sequence of str
        Publish the briefs in these languages only; files of the others stay as they are.
    timeout : int, optional
        Seconds after which a cell is stopped.

    Returns
    -------
    RunReport

    Raises
    ------
    ResearchError
        The first thing that went wrong; whatever was published before stays as it was.
    """
    started = time.perf_counter()
    build = _Build(study, targets, params or {}, languages, timeout)
    receipts = Receipts(study.root, study.work / "receipts")
    with _alone(study), _in_environment(study):
        tasks = build.tasks()
        with Progress({task.name: receipts.seconds(task) for task in tasks}) as build.progress:
            executed, skipped = run_tasks(tasks, receipts, workers=workers, stop=stop_kernels)
    return RunReport(tuple(executed), tuple(skipped), time.perf_counter() - started, build.parameters)


def why(
    study: Study, *, targets: Sequence[str] = (), params: dict[str, Any] | None = None, languages: Sequence[str] = ()
) -> dict[str, list[str]]:
    """For each step what a build would run it for; an empty list where it is up to date. Runs nothing.

    Parameters
    ----------
    study, targets, params, languages
        As `run_study` takes them.
    """
    tasks = _Build(study, targets, params or {}, languages).tasks()
    return reasons(tasks, Receipts(study.root, study.work / "receipts"))


class _Build:
    """The tasks of one build: a notebook each, and the publication."""

    def __init__(
        self,
        study: Study,
        targets: Sequence[str],
        params: dict[str, Any],
        languages: Sequence[str],
        timeout: int | None = None,
    ) -> None:
        self.study, self.timeout, self.progress = study, timeout, Progress({})
        _refuse_nothing_to_read(study)
        _refuse_links_out(study)
        self.steps = plan(study)
        self.only = [f"brief.{language}" for language in languages]
        _refuse_unknown(self.steps, [*targets, *self.only])
        self.publishes = not targets and any(step.is_brief for step in self.steps)
        self.chosen = [step for step in self.steps if not step.is_brief or not self.only or step.name in self.only]
        if targets:
            self.chosen = _with_upstream(self.steps, targets)
        declared = [parameter for step in self.steps for parameter in step.parameters]
        self.parameters = bind(declared, study.parameters | params)

    def tasks(self) -> list[Task]:
        return [*map(self._notebook, self.chosen), *([self._publication()] if self.publishes else [])]

    def _notebook(self, step: Step) -> Task:
        study, parameters = self.study, self.parameters.get(step.name, {})

        def inputs() -> dict[str, str]:
            found = self._files([*step.seeds, *step.modules])
            found |= {f"the table {name}": fingerprint(_parquet(study, name)) for name in step.reads}
            found |= {f"parameter {name}": repr(value) for name, value in parameters.items()}
            return found | {f"the code of {step.path.name}": step.code}

        def run() -> None:
            execute(study, step, parameters, progress=self.progress, timeout=self.timeout)

        products = [executed_path(study, step), *(_parquet(study, name) for name in step.writes)]
        return Task(step.name, run, inputs, lambda: products, upstream(step, self.steps))

    def _publication(self) -> Task:
        study, steps = self.study, self.steps

        def inputs() -> dict[str, str]:
            seeds = sorted({seed for step in steps for seed in step.seeds})
            licence = [file for file in [study.root / "LICENSE"] if file.is_file()]  # that of the published tables
            found = self._files([*seeds, *(step.path for step in steps), *package_files(), *licence])
            ran = {f"the outputs of {step.path.name}": executed_path(study, step) for step in self.chosen}
            values = {n: v for given in self.parameters.values() for n, v in given.items()}
            found |= {name: fingerprint(file) for name, file in ran.items()}
            return found | {f"parameter {name}": repr(value) for name, value in values.items()}

        def run() -> None:
            from research.pipeline.publish import publish

            with self.progress.step("report"):
                publish(study, steps, self.parameters, only=self.only)

        name = " ".join(["report", *(step.language for step in self.chosen if self.only and step.is_brief)])
        return Task(name, run, inputs, lambda: published(study), tuple(step.name for step in self.chosen))

    def _files(self, files: Sequence[Path]) -> dict[str, str]:
        """Fingerprints by name, with those that everything depends on: the lock and the interpreter."""
        lock = self.study.root / "requirements.lock"
        named = {_name(file, self.study): fingerprint(file) for file in [*files, *([lock] if lock.is_file() else [])]}
        return named | {"Python": platform.python_version()}


def _name(file: Path, study: Study) -> str:
    """A file as it is called in the study, or in the package."""
    if file.is_relative_to(PACKAGE):
        return f"research/{file.relative_to(PACKAGE).as_posix()}"
    return file.relative_to(study.root).as_posix()


def published(study: Study) -> list[Path]:
    """The files of the report, as its ``run.json`` lists them."""
    record = study.root / "report" / "run.json"
    files = json.loads(record.read_text(encoding="utf-8"))["files"] if record.is_file() else []
    return [*(study.root / name for name in files), record]


def _parquet(study: Study, table: str) -> Path:
    return study.work / "tables" / f"{table}.parquet"


def _refuse_nothing_to_read(study: Study) -> None:
    found = {file.name for pattern in ARTICLES for file in study.seeds.glob(pattern)} - {"sources.csv"}
    if not found:
        raise ResearchError("no articles", where="seeds/", remedy="add them with `research add`, or copy them there")


def _refuse_links_out(study: Study) -> None:
    """What a brief is made from lies in the study: a link would bring in what nobody reads with it."""
    for folder in (study.seeds, study.root / "notebooks"):
        for file in sorted(folder.rglob("*")):
            if file.is_symlink() and study.root not in file.resolve().parents:
                where = file.relative_to(study.root).as_posix()
                raise ResearchError("leads out of the study", where=where, remedy="copy it here")


def _refuse_unknown(steps: list[Step], names: Sequence[str]) -> None:
    known = [step.name for step in steps]
    for name in names:
        if name not in known:
            raise ResearchError(f"no notebook {name!r}", where="notebooks/", remedy=f"one of {', '.join(known)}")


def _with_upstream(steps: list[Step], targets: Sequence[str]) -> list[Step]:
    named = {step.name: step for step in steps}
    wanted, queue = set(targets), list(targets)
    while queue:
        for maker in upstream(named[queue.pop()], steps):
            if maker not in wanted:
                wanted.add(maker)
                queue.append(maker)
    return [step for step in steps if step.name in wanted]


@contextmanager
def _alone(study: Study) -> Iterator[None]:
    """One build of a study at a time; what a killed one left half made is swept away."""
    import filelock

    study.work.mkdir(exist_ok=True)
    lock, holder = filelock.FileLock(study.work / "lock"), study.work / "holder"
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        say(f"waiting for the build of process {holder.read_text() if holder.is_file() else '?'} …")
        lock.acquire()
    try:
        holder.write_text(str(os.getpid()), encoding="utf-8")
        shutil.rmtree(study.work / "staging", ignore_errors=True)
        for stray in study.work.glob("*/.*.*"):
            stray.unlink(missing_ok=True)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _in_environment(study: Study) -> Iterator[None]:
    """Kernels find the study through RESEARCH_STUDY; afterwards it is as it was."""
    before = os.environ.get("RESEARCH_STUDY")
    os.environ["RESEARCH_STUDY"] = str(study.root)
    try:
        yield
    finally:
        os.environ.pop("RESEARCH_STUDY")
        if before is not None:
            os.environ["RESEARCH_STUDY"] = before
