"""Build a study: papermill executes its notebooks, pytask decides which, and the report is published whole."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.errors import ResearchError
from research.pipeline.execute import execute, executed_path, say
from research.pipeline.plan import PACKAGE, Step, bind, package_files, plan
from research.study import ARTICLES, Study

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunReport", "run_study"]


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
    targets: Sequence[str] | None = None,
    params: dict[str, Any] | None = None,
    workers: int = 1,
    explain: bool = False,
    languages: Sequence[str] = (),
) -> RunReport:
    """Bring a study's report up to date, doing only what has changed.

    Parameters
    ----------
    study : Study
    targets : sequence of str, optional
        Notebooks to run (with what they need), without publishing; by default all, and then the report.
    params : dict, optional
        Parameters for the notebooks that declare them.
    workers : int
        Notebooks that may run side by side.
    explain : bool
        Run nothing: print what would run, and why.
    languages : sequence of str
        Publish the briefs in these languages only; files of the others stay as they are.

    Returns
    -------
    RunReport

    Raises
    ------
    ResearchError
        The first thing that went wrong; whatever was published before stays as it was.
    """
    started = time.perf_counter()
    steps = plan(study)
    found = {file.name for pattern in ARTICLES for file in study.seeds.glob(pattern)} - {"sources.csv"}
    if not found:
        raise ResearchError("no articles", where="seeds/", remedy="add them with `research add`, or copy them there")
    only = [f"brief.{language}" for language in languages]
    _refuse_unknown(steps, only)
    chosen = _with_upstream(steps, targets) if targets else [s for s in steps if _wanted(s, only)]
    parameters = bind(steps, study, params or {})
    with _alone(study), _in_environment(study):
        tasks = [_task(study, step, parameters[step.name]) for step in chosen]
        if not targets and any(step.is_brief for step in steps):
            tasks.append(_publication(study, steps, parameters, only))
        executed, skipped = _build(study, tasks, workers=workers, explain=explain)
    return RunReport(tuple(executed), tuple(skipped), time.perf_counter() - started, parameters)


def _refuse_unknown(steps: list[Step], names: Sequence[str]) -> None:
    known = [step.name for step in steps]
    for name in names:
        if name not in known:
            raise ResearchError(f"no notebook {name!r}", where="notebooks/", remedy=f"one of {', '.join(known)}")


def _wanted(step: Step, only: Sequence[str]) -> bool:
    return not (step.is_brief and only) or step.name in only


def _with_upstream(steps: list[Step], targets: Sequence[str]) -> list[Step]:
    _refuse_unknown(steps, targets)
    names = {step.name: step for step in steps}
    makers = {table: step.name for step in steps for table in step.writes}
    wanted, queue = set(targets), list(targets)
    while queue:
        for table in names[queue.pop()].reads:
            maker = makers.get(table)
            if maker and maker not in wanted:
                wanted.add(maker)
                queue.append(maker)
    return [step for step in steps if step.name in wanted]


@contextmanager
def _alone(study: Study) -> Iterator[None]:
    """One build of a study at a time."""
    import filelock

    study.work.mkdir(exist_ok=True)
    lock = filelock.FileLock(study.work / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        say("waiting for another build of this study …")
        lock.acquire()
    try:
        yield
    finally:
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


def _task(study: Study, step: Step, parameters: dict[str, Any]) -> Any:
    def run(**_: Any) -> None:
        before = _hashes(step.seeds)
        execute(study, step, parameters)
        if _hashes(step.seeds) != before:
            raise ResearchError(
                "its inputs changed while it ran", where=f"notebooks/{step.path.name}", remedy="run it again"
            )

    files = [*step.seeds, *step.modules, *_lock(study), *(_parquet(study, name) for name in step.reads)]
    values = {"code": step.code, "parameters": parameters}
    products = [executed_path(study, step), *(_parquet(study, name) for name in step.writes)]
    return _pytask_task(step.name, run, files, values, products)


def _publication(study: Study, steps: list[Step], parameters: dict[str, dict[str, Any]], only: Sequence[str]) -> Any:
    def run(**_: Any) -> None:
        from research.pipeline.publish import publish

        say("report …")
        publish(study, steps, parameters, only=only)

    briefs = [step for step in steps if step.is_brief and _wanted(step, only)]
    files = [executed_path(study, step) for step in steps if _wanted(step, only)]
    files += [step.path for step in steps] + sorted({seed for step in steps for seed in step.seeds})
    files += [*package_files(), *_lock(study)]
    report = study.root / "report"
    products = [report / f"{step.name}.{ending}" for step in briefs for ending in ("pdf", "html", "png")]
    products += [report / "facts.json", report / "run.json"]
    products += [report / "tables" / f"{name}.csv" for step in steps for name in step.writes]
    products += [
        study.root / "figures" / f"{name}.{step.language}{ending}"
        for step in briefs
        for name in step.figures
        for ending in (".svg", ".png")
    ]
    return _pytask_task("report", run, files, {"parameters": parameters}, products)


def _hashes(files: Sequence[Path]) -> list[str]:
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]


def _lock(study: Study) -> list[Any]:
    return [file for file in [study.root / "requirements.lock"] if file.is_file()]


def _parquet(study: Study, table: str) -> Any:
    return study.work / "tables" / f"{table}.parquet"


def _pytask_task(name: str, run: Any, files: Sequence[Any], values: dict[str, Any], products: Sequence[Any]) -> Any:
    import pytask

    def value(key: str) -> Any:
        info = pytask.NodeInfo(arg_name=key, path=(), task_path=None, task_name=name, value=None)  # what tells it apart
        return pytask.PythonNode(name=f"its {key}", value=repr(values[key]), hash=True, node_info=info)

    # pytask compares the inputs it is given; that one is no longer among them shows in the list of their names.
    values = values | {"list of inputs": [os.path.relpath(file, PACKAGE) for file in sorted(set(files))]}
    depends: dict[str, Any] = {f"file{i}": pytask.PathNode.from_path(path) for i, path in enumerate(sorted(set(files)))}
    depends |= {key: value(key) for key in values}
    produces = {f"product{i}": pytask.PathNode.from_path(path) for i, path in enumerate(sorted(set(products)))}
    return pytask.TaskWithoutPath(name=name, function=run, depends_on=depends, produces=produces)


def _build(study: Study, tasks: list[Any], *, workers: int, explain: bool) -> tuple[list[str], list[str]]:
    import pytask

    # pytask keeps its state beside the nearest project file: here, not in the study's folder.
    (study.work / "pyproject.toml").write_text("[tool.pytask.ini_options]\n", encoding="utf-8")
    pytask.console.quiet = True
    session = pytask.build(
        tasks=tasks,
        paths=study.work,
        n_workers=workers,
        explain=explain,
        capture=pytask.CaptureMethod.NO,
        parallel_backend="threads" if workers > 1 else "none",
        verbose=0,
        show_traceback=False,
    )
    executed: list[str] = []
    skipped: list[str] = []
    for report in session.execution_reports:
        error = report.exc_info[1] if report.exc_info else None
        if report.outcome == pytask.TaskOutcome.FAIL and isinstance(error, BaseException):
            raise error
        done = report.outcome in (pytask.TaskOutcome.SUCCESS, pytask.TaskOutcome.WOULD_BE_EXECUTED)
        (executed if done else skipped).append(report.task.name)
        if explain and done:
            say(f"{report.task.name}: {_why(study, report.task)}")
    if session.exit_code != pytask.ExitCode.OK:
        raise ResearchError(f"the build could not be planned ({session.exit_code.name})", remedy="remove .research/")
    return executed, skipped


def _why(study: Study, task: Any) -> str:
    """Why pytask would run a task, in a sentence."""
    words = {"not_in_db": "is new", "first_run": "has never run", "missing": "is missing", "cascade": "runs before it"}
    reasons = [
        f"{reason.node_name.removeprefix(f'{study.root}/')} {words.get(reason.reason, 'has changed')}"
        for reason in task.attributes["explanation"].reasons
    ]
    return "; ".join(reasons[:4]) + (f"; and {len(reasons) - 4} more" if len(reasons) > 4 else "")
