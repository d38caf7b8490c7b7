"""Every package that an installation brings has a known licence that lets it be used."""

import csv
import importlib.util
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def licences(monkeypatch):
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("licences", ROOT / "tools" / "licences.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["licences.py"])
    return module


@pytest.fixture
def project(licences, monkeypatch, tmp_path):
    """A project whose lock names an installed package and one that is not."""
    lock = f"click=={version('click')} \\\n    --hash=sha256:00\nriver==1.0 ; sys_platform == 'lake' \\\n    --hash=sha256:00\n    # via click\n"
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    monkeypatch.setattr(licences, "ROOT", tmp_path)
    return tmp_path


def test_every_package_of_the_lock_has_a_row_of_its_version_with_a_licence(licences):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    with (ROOT / "licences.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["package"], row["version"]) for row in rows] == sorted(re.findall(r"^([\w.-]+)==(\S+)", lock, re.M))
    assert len(rows) > 200 and all(row["licence"] and licences.allowed(row["licence"]) for row in rows)
    for row in rows:
        said = licences.stated(row["package"], row["version"])
        assert not said or licences.allowed(said)


def test_what_is_installed_says_its_licence_and_what_is_not_is_written_by_hand(licences, project, capsys):
    assert licences.main() == 1
    assert capsys.readouterr().out == "river==1.0 has no licence; write it into licences.csv\n"
    file = project / "licences.csv"
    file.write_text(file.read_text().replace("river,1.0,", "river,0.9,MIT"), encoding="utf-8")
    assert licences.main() == 0 and "river,1.0,MIT\n" in file.read_text()
    assert f"click,{version('click')},BSD-3-Clause\n" in file.read_text()


def test_a_check_writes_nothing_and_names_what_is_missing_left_over_or_not_allowed(
    licences, project, capsys, monkeypatch
):
    monkeypatch.setattr(sys, "argv", ["licences.py", "--check"])
    file = project / "licences.csv"
    file.write_text("package,version,licence\nlake,2.0,MIT\nriver,1.0,MIT AND AGPL-3.0-only\n", encoding="utf-8")
    before = file.read_bytes()
    assert licences.main() == 1 and file.read_bytes() == before
    assert capsys.readouterr().out.splitlines() == [
        f"click=={version('click')} is not in licences.csv; run `make licences`",
        "river==1.0 is under 'MIT AND AGPL-3.0-only', which tools/licences.py does not allow",
        "lake==2.0 is not in requirements.lock; run `make licences`",
    ]


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-or-later", "MIT OR GPL-2.0-only", "MIT License; Other/Proprietary License", ""]
)
def test_only_what_is_on_the_list_is_allowed(licences, licence):
    assert not licences.allowed(licence) and licences.allowed("(MIT AND Apache-2.0)")


def test_another_version_than_the_locked_one_says_nothing(licences):
    with pytest.raises(PackageNotFoundError):
        version("river")
    assert licences.stated("river", "1.0") == "" == licences.stated("click", "0.1") and licences.stated(
        "click", version("click")
    )
