"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from research.errors import ResearchError


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Write a file whole or not at all: beside it first, then in its place.

    Raises
    ------
    ResearchError
        The disk is full, or the folder cannot be written to.
    """
    with said_of(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as handle:
            try:
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            except BaseException:
                Path(handle.name).unlink(missing_ok=True)
                raise
        Path(handle.name).chmod(0o644)
        Path(handle.name).replace(file)


def replace_all(files: Mapping[Path, bytes], staging: Path) -> None:
    """Write several files, all of them in `staging` first: what can go wrong goes wrong before any is put in place.

    Parameters
    ----------
    files : mapping of Path to bytes
        In the order in which they are put in place.
    staging : Path
        A folder on the same disk; gone afterwards.

    Raises
    ------
    ResearchError
        As `replacing` does.
    """
    staged = {file: staging / str(number) for number, file in enumerate(files)}
    try:
        for file, place in staged.items():
            with said_of(file):
                file.parent.mkdir(parents=True, exist_ok=True)
                with replacing(place) as handle:
                    handle.write(files[file])
        for file, place in staged.items():
            with said_of(file):
                place.replace(file)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def said_of(file: Path) -> Iterator[None]:
    """While a file is written: what the system refuses becomes one line that names it."""
    try:
        yield
    except OSError as error:
        remedy = "make room" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "make its folder writable"
        raise ResearchError(
            f"cannot be written: {error.strerror}", where=str(file), remedy=f"{remedy}, and run it again"
        ) from error
