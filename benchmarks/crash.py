"""Kill builds at random moments: nothing half written, the last good brief opens, the next build is the same.

    python benchmarks/crash.py [--times 50] [--seed 0] [--whole]

Works on a copy of the small study of the tests; with --whole on one of this repository's study. After each kill every
published file is compared with what it was before and with what it should become, then the build is run again.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pypdfium2

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from research.cli import main; main()"]


def build(root: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a build of the study in `root`, as a process of its own."""
    environment = {**(options.pop("env", None) or os.environ), "RESEARCH_STUDY": str(root)}
    command = [*COMMAND, "--study", str(root), "brief", "--workers", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, env=environment, **(quiet | options))  # type: ignore[call-overload,no-any-return]


def published(root: Path) -> dict[str, bytes]:
    """Every file in report/ and figures/, strays included."""
    files = [file for folder in ("report", "figures") for file in (root / folder).rglob("*") if file.is_file()]
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


def kill(root: Path, moment: float) -> None:
    """Start a build and kill it without warning after so many seconds; its kernels die of it."""
    process = build(root)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()


def problems(now: dict[str, bytes], before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """What is neither as it was nor as it becomes; PDFs that do not open."""
    found = [name for name, content in now.items() if content not in (before.get(name), after.get(name))]
    found += [name for name in before.keys() & after.keys() if name not in now]
    for name in now:
        if name.endswith(".pdf"):
            pypdfium2.PdfDocument(now[name]).close()
    return found


def main() -> None:
    """Kill, look, build again, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, "study")
        if options.whole:
            shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".venv", ".research", ".git", ".*_cache"))
        else:
            sys.path.insert(0, str(ROOT / "tests"))
            from conftest import write_study

            write_study(root)
        assert build(root).wait() == 0
        before = published(root)
        claims = root / "seeds" / "study.yaml"
        claims.write_text(claims.read_text(encoding="utf-8").replace("number: 1", "number: 2"), encoding="utf-8")
        old = Path(temporary, "old")
        shutil.copytree(root, old)
        started = time.perf_counter()
        assert build(root).wait() == 0
        whole, after = time.perf_counter() - started, published(root)
        bad = 0
        for number in range(options.times):
            shutil.rmtree(root)
            shutil.copytree(old, root)
            moment = chance.uniform(0, whole)
            kill(root, moment)
            wrong = problems(published(root), before, after)
            again = build(root).wait()
            same = again == 0 and published(root) == after
            bad += bool(wrong) or not same
            print(f"{number + 1:3} killed after {moment:5.2f} of {whole:.2f} s: ", end="")
            print("as it should be" if same and not wrong else f"WRONG {wrong} {again}", flush=True)
    print(f"{options.times - bad} of {options.times} as it should be")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
