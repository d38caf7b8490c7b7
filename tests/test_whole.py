"""The study of this repository from its articles to its briefs, and the README's commands on it."""

import re
import shutil

import pytest
from click.testing import CliRunner

from conftest import ROOT
from research.cli import main
from research.pipeline import run_study, why
from research.pipeline.verify import compare
from research.study import Study


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    for name in ("seeds", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "requirements.lock", root)
    study = Study.load(root)
    run_study(study, workers=2)
    return study


def test_the_committed_briefs_are_what_the_articles_and_notebooks_give(whole):
    compared, differences = compare(Study.load(ROOT), whole, loosely=True)  # bytes: `research verify`
    assert differences == [] and compared > 40
    assert not any(why(whole).values())


def test_every_command_of_the_readme_runs(whole, study, built, monkeypatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line.split("#")[0].split()[1:] for line in re.findall(r"^research .*$", readme, flags=re.MULTILINE)]
    assert len(lines) >= 14
    page = "<html><body><article><h1>A lake</h1>" + "<p>The lake of the village is larger than it was.</p>" * 9
    (study.root / "saved.pdf").write_text(page, encoding="utf-8")
    (study.root / "saved.pdf").rename(study.root / "saved.html")
    monkeypatch.chdir(study.root)
    for verb, *options in lines:
        # What would go to the network, wait for a save, open a window or fit topics anew is asked for less.
        options = [option for option in options if not option.startswith("https:")]
        options = ["saved.html" if option == "saved.pdf" else option for option in options]
        options += {"preview": ["--once"], "lab": ["--version"]}.get(verb, ["--explain"] * ("-p" in options))
        where = {"add": study.root, "verify": built}.get(verb, whole.root)
        done = CliRunner().invoke(main, ["--study", str(where), verb, *options])
        assert done.exit_code == 0, (verb, options, done.output)
    assert (study.root / "book.ttl").read_text(encoding="utf-8").startswith("@prefix")
    assert (whole.work / "preview" / "brief.fr.pdf").read_bytes().startswith(b"%PDF")
