"""What a build says while it runs: bars at a terminal, a line a step anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any


def say(line: str) -> None:
    """A line of progress, whole and at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


class Progress:
    """The steps of a build as they come and go.

    Parameters
    ----------
    expected : mapping of str to float
        Seconds that each step took the last time; nought when that is not known.
    """

    def __init__(self, expected: Mapping[str, float]) -> None:
        self._expected = expected
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            columns = [TextColumn("{task.description:14}"), BarColumn(20), TextColumn("{task.percentage:>3.0f}%")]
            columns += [TimeElapsedColumn(), TextColumn("{task.fields[usual]:8} {task.fields[now]}", markup=False)]
            self._bars = Bars(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    @contextmanager
    def step(self, name: str, cells: int = 1) -> Iterator[None]:
        """While a step runs."""
        started, usual = time.perf_counter(), self._expected.get(name, 0)
        if self._bars:
            shown = f"/ {usual:.0f} s" if usual else ""
            self._tasks[name] = self._bars.add_task(name, total=cells, usual=shown, now="")
        else:
            say(f"{name} …")
        try:
            yield
        finally:
            if self._bars:
                self._bars.remove_task(self._tasks.pop(name))
        say(f"{name} done in {time.perf_counter() - started:.1f} s")

    def cell(self, name: str, number: int, source: str) -> None:
        """A notebook has come to a cell."""
        if self._bars and name in self._tasks:
            first = next((line for line in source.splitlines() if line.strip()), "")
            self._bars.update(self._tasks[name], completed=number, now=first[:50])
