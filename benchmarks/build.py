"""Time the build beside a plain loop of papermill and nbconvert over the same notebooks, in one run.

    python benchmarks/build.py [--runs 3]

Whole processes, in turn, in a fresh copy of the repository; medians, and ratios to the plain loop. Nothing here is
asserted: machines are noisy.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def timed(command: list[str], folder: Path) -> float:
    """Wall-clock seconds of one whole process."""
    started = time.perf_counter()
    environment = os.environ | {"RESEARCH_STUDY": str(folder)}
    subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - started


def plain_loop(folder: Path) -> float:
    """Each notebook by papermill, then to HTML by nbconvert, one after the other."""
    total = 0.0
    for notebook in sorted((folder / "notebooks").glob("*.ipynb")):
        out = folder / "plain" / notebook.name
        out.parent.mkdir(exist_ok=True)
        total += timed([str(BIN / "papermill"), str(notebook), str(out), "--cwd", str(notebook.parent)], folder)
        total += timed([str(BIN / "jupyter"), "nbconvert", "--to", "html", str(out)], folder)
    return total


def edit_prose(folder: Path, run: int) -> None:
    """Change a word in what the authors of the English brief advise."""
    file = folder / "notebooks" / "brief.en.ipynb"
    text = file.read_text(encoding="utf-8")
    words = ["We advise B", "We do advise B", "We now advise B", "We still advise B"]
    file.write_text(text.replace(words[run % 4], words[(run + 1) % 4]), encoding="utf-8")


def edit_label(folder: Path, run: int) -> None:
    """Give one actor of the codebook one more name."""
    file = folder / "seeds" / "codebook" / "actors.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("alt: {en: [", f"alt: {{en: [Somebody Else {'ABCDEFGH'[run]}, ", 1), encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    research = [str(BIN / "research"), "brief"]
    seconds: dict[str, list[float]] = {}

    def add(name: str, value: float) -> None:
        seconds.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "study")
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".venv", ".research", ".git", ".*_cache"))
        for run in range(runs):
            shutil.rmtree(folder / ".research", ignore_errors=True)
            add("from scratch, 1 worker", timed(research, folder))
            shutil.rmtree(folder / ".research", ignore_errors=True)
            add("from scratch, 2 workers", timed([*research, "--workers", "2"], folder))
            add("nothing changed", timed(research, folder))
            edit_prose(folder, run)
            add("a word of prose changed", timed(research, folder))
            edit_label(folder, run)
            add("a label of the codebook changed, 2 workers", timed([*research, "--workers", "2"], folder))
            add("plain papermill + nbconvert loop", plain_loop(folder))
            add("import research", timed([sys.executable, "-c", "import research"], folder))
            add("python -c pass", timed([sys.executable, "-c", "pass"], folder))
    plain = statistics.median(seconds["plain papermill + nbconvert loop"])
    print(f"medians of {runs} runs on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for name, values in seconds.items():
        median = statistics.median(values)
        span = f"{min(values):.2f}–{max(values):.2f}"
        print(f"{name:42} {median:7.2f} s   {median / plain:6.3f} of the plain loop   ({span})")


if __name__ == "__main__":
    main()
