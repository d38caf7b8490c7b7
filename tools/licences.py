"""The licence of every package of requirements.lock, in licences.csv.

An installed package says its own. One for another system or Python, which is not installed here, keeps what
licences.csv has under its name: that is written by hand. With --check nothing is written; either way, packages without
a licence, or with one that is not allowed, are named and the exit status is 1.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
COLUMNS = ["package", "version", "licence"]

# Permissive, or such that only changes to the package itself are to be published: as SPDX, classifiers and packages'
# own words name them.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU"),
    *("MPL-2.0", "OFL-1.1", "PSF-2.0", "Zlib"),
    *("Apache Software License", "BSD License", "ISC License (ISCL)", "MIT License", "Public Domain"),
    *("Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License"),
    *("Apache 2.0", "Apache License, Version 2.0"),
    # pypdfium2: PDFium and what it is built with, all permissive.
    "BSD-3-Clause, Apache-2.0, dependency licenses",
    # tld is used under the first of these, text-unidecode under the Artistic License.
    "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later",
    "Artistic License; GNU General Public License (GPL); GNU General Public License v2 or later (GPLv2+)",
}

Package = tuple[str, str]  # name and version


def locked(lock: Path) -> list[Package]:
    """Every package of the lock, for whatever system, in order of name."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]
    found = [Requirement(line.rstrip("\\ ")) for line in lines]
    return sorted((one.name, str(one.specifier).removeprefix("==")) for one in found)


def stated(name: str, version: str) -> str:
    """The licence that the installed package states; nothing where that version is not installed here."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    if Version(about["Version"]) != Version(version):
        return ""
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    expression, words = ((about.get_all(key) or [""])[0].strip() for key in ("License-Expression", "License"))
    return expression or "; ".join(line.rpartition(" :: ")[2] for line in classifiers) or words.partition("\n")[0][:80]


def read(file: Path) -> dict[Package, str]:
    """The licences that the file has."""
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {(row["package"], row["version"]): row["licence"] for row in csv.DictReader(lines)}


def allowed(licence: str) -> bool:
    """Whether it, or every one of those it names, is in `ALLOWED`."""
    return licence in ALLOWED or all(part in ALLOWED for part in re.split(r" AND | OR |; ", licence.strip("()")))


def problems(packages: list[Package], found: dict[Package, str]) -> Iterator[str]:
    """What is wrong with the file, a line each."""
    for package in packages:
        name = "==".join(package)
        if package not in found:
            yield f"{name} is not in licences.csv; run `make licences`"
        elif not found[package]:
            yield f"{name} has no licence; write it into licences.csv"
        elif not allowed(found[package]):
            yield f"{name} is under {found[package]!r}, which tools/licences.py does not allow"
    for package in sorted(set(found) - set(packages)):
        yield f"{'=='.join(package)} is not in requirements.lock; run `make licences`"


def main() -> int:
    """Write the file unless it is only to be checked, and say what is wrong with it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    packages, file = locked(ROOT / "requirements.lock"), ROOT / "licences.csv"
    if not check:
        by_hand = {name: licence for (name, _), licence in read(file).items()}
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([*package, stated(*package) or by_hand.get(package[0], "")] for package in packages)
    wrong = list(problems(packages, read(file)))
    print("\n".join(wrong) or f"{len(packages)} packages, every licence known and allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
