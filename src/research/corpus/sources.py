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
        Its columns are not `SOURCE_COLUMNS`, a row has more or fewer cells, or a file has two rows.
    """
    with Path(path).open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != SOURCE_COLUMNS:
            expected = f"expected {','.join(SOURCE_COLUMNS)}"
            raise ResearchError(f"columns {reader.fieldnames}", where=str(path), remedy=expected)
        rows: dict[str, dict[str, str]] = {}
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                cells = "more" if None in row else "fewer"
                raise ResearchError(f"{cells} cells than columns", where=where, remedy="quote the cell's commas")
            if row["file"] in rows:
                raise ResearchError(f"a second row for {row['file']!r}", where=where, remedy="remove one of the two")
            rows[row["file"]] = row
        return rows


def is_sheet(file: Path) -> bool:
    """Whether a CSV file is a source sheet and not a collection of articles."""
    if not file.is_file():
        return False
    with file.open("rb") as handle:
        return handle.readline(200).strip().removeprefix(b"\xef\xbb\xbf") == ",".join(SOURCE_COLUMNS).encode()
