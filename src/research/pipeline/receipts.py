"""Do only what has changed: a task leaves a receipt of what it was made from and what it made.

Inputs and products are compared by content. What a task would be run for is said in words, with the input's name.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from research.errors import ResearchError
from research.files import replacing

_PLAIN = ("parameter", "Python")  # inputs whose values are kept as they are, and shown


@dataclass(frozen=True)
class Task:
    """Something to make.

    Attributes
    ----------
    name : str
    run : callable
    inputs : callable
        What it is made from, as it is now: a name for each input -> its fingerprint.
    products : callable
        What it has made, asked when it has run.
    after : tuple of str
        Tasks that make its inputs.
    """

    name: str
    run: Callable[[], None]
    inputs: Callable[[], dict[str, str]]
    products: Callable[[], Sequence[Path]]
    after: tuple[str, ...] = ()


def fingerprint(file: Path) -> str:
    """Hash of a file's content, "" where there is none; of an executed notebook, without the times of its run."""
    try:
        stat = file.stat()
    except OSError:
        return ""
    return _fingerprint(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _fingerprint(file: Path, *stamp: int) -> str:
    content = file.read_bytes()
    if file.parent.name == "executed":
        try:
            cells = [(c["source"], c.get("outputs"), c["metadata"].get("tags")) for c in json.loads(content)["cells"]]
            content = json.dumps(cells).encode()
        except (ValueError, KeyError, TypeError):
            pass  # damaged: then its bytes tell that it has changed
    return hashlib.sha256(content).hexdigest()


class Receipts:
    """The receipts of the tasks of a study, one file each.

    Parameters
    ----------
    root : Path
        The study's folder: products are named from there.
    folder : Path
        Where they are kept.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder

    def why(self, task: Task) -> list[str]:
        """Why a task has to run, a reason each; nothing when it is up to date."""
        kept = self._read(task)
        if kept is None:
            return ["it has never run here"]
        before, now = kept["inputs"], task.inputs()
        reasons = [
            _change(n, before.get(n), now.get(n)) for n in sorted({*before, *now}) if before.get(n) != now.get(n)
        ]
        for name, before_ in kept["products"].items():
            made = fingerprint(self.root / name)
            if made != before_:
                reasons.append(f"{name} {'was altered' if made else 'is missing'}")
        return reasons

    def seconds(self, task: Task) -> float:
        """How long it took the last time; nought when that is not known."""
        return float((self._read(task) or {}).get("seconds", 0))

    def run(self, task: Task) -> None:
        """Run a task and leave its receipt.

        Raises
        ------
        ResearchError
            One of its inputs changed meanwhile: then nobody can say what it was made from.
        """
        started, before = time.perf_counter(), task.inputs()
        task.run()
        after = task.inputs()
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        if changed:
            raise ResearchError(f"{changed[0]} changed while it ran", where=task.name, remedy="run it again")
        products = {file.relative_to(self.root).as_posix(): fingerprint(file) for file in task.products()}
        seconds = round(time.perf_counter() - started, 1)
        with replacing(self._file(task)) as handle:
            handle.write(json.dumps({"inputs": after, "products": products, "seconds": seconds}, indent=1).encode())

    def _file(self, task: Task) -> Path:
        return self.folder / f"{task.name}.json"

    def _read(self, task: Task) -> dict[str, Any] | None:
        try:
            kept: dict[str, Any] = json.loads(self._file(task).read_bytes())
            return kept if {"inputs", "products"} <= kept.keys() else None
        except (OSError, ValueError, AttributeError):
            return None


def _change(name: str, before: str | None, now: str | None) -> str:
    if before is None:
        return f"{name} is new"
    if now is None:
        return f"{name} is gone"
    return f"{name} was {before}, is {now}" if name.startswith(_PLAIN) else f"{name} has changed"


def reasons(tasks: Sequence[Task], receipts: Receipts) -> dict[str, list[str]]:
    """Task by task, in order, why it would run now: for a reason of its own, or for one that runs before it."""
    found: dict[str, list[str]] = {}
    for task in tasks:
        earlier = [f"{name} runs before it" for name in task.after if found.get(name)]
        found[task.name] = receipts.why(task) or earlier[:1]
    return found


def run_tasks(
    tasks: Sequence[Task], receipts: Receipts, *, workers: int = 1, stop: Callable[[], None] = lambda: None
) -> tuple[list[str], list[str]]:
    """Run what has changed, several at a time: the names of those that ran, and of those that were up to date.

    The first that fails stops the rest; what runs beside it is finished, and keeps its receipt. `stop` is called when
    the user interrupts: it must end what is running.
    """
    named = {task.name: task for task in tasks}
    order = TopologicalSorter({task.name: set(task.after) & named.keys() for task in tasks})
    order.prepare()
    ran: list[str] = []
    skipped: list[str] = []
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        try:
            while order.is_active():
                # The longest first: what takes time must not be what is waited for in the end.
                for name in sorted(order.get_ready(), key=lambda name: (-receipts.seconds(named[name]), name)):
                    if receipts.why(named[name]):
                        running[pool.submit(receipts.run, named[name])] = name
                    else:
                        skipped.append(name)
                        order.done(name)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    future.result()
                    ran.append(name)
                    order.done(name)
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, KeyboardInterrupt):
                stop()
            raise
    return ran, skipped
