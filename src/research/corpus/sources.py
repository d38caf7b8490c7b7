"""The source sheet: one row a file, blank where nothing is known."""

from __future__ import annotations

import csv
from pathlib import Path

from research.errors import ResearchError

SOURCE_COLUMNS = ["file", "sha256", "outlet", "url", "licence", "accessed", "published"]


def read_sources(path: str | Path) -> dict[str, dict[str, str]]:
    """The rows of a source sheet by file name.

    Raises
    ------
    ResearchError
        Its columns are not `SOURCE_COLUMNS`.
    """
    with Path(path).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != SOURCE_COLUMNS:
            expected = f"expected {','.join(SOURCE_COLUMNS)}"
            raise ResearchError(f"columns {reader.fieldnames}", where=str(path), remedy=expected)
        return {row["file"]: row for row in reader}


def is_sheet(file: Path) -> bool:
    """Whether a CSV file is a source sheet and not a collection of articles."""
    if not file.is_file():
        return False
    with file.open("rb") as handle:
        return handle.readline(200).strip().removeprefix(b"\xef\xbb\xbf") == ",".join(SOURCE_COLUMNS).encode()
