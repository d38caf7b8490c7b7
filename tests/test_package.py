import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import research

ROOT = Path(__file__).parents[1]


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, research; print(sorted({'pandas', 'matplotlib', 'bertopic', 'sklearn', 'yaml'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_public_names_are_few_and_documented():
    assert len(research.__all__) <= 10 and set(dir(research)) >= set(research.__all__)
    for name in research.__all__:
        assert inspect.getdoc(getattr(research, name)), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = research.nothing


def test_every_verb_has_help_with_an_example():
    from click.testing import CliRunner

    from research.cli import main

    for name in main.commands:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0 and f"Example: research {name}" in result.output


def test_the_lock_leaves_torch_s_family_out_and_names_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("torch", "sentence-transformers", "umap-learn", "hdbscan"):
        assert f"\n{name}==" not in lock
    assert "--index-url" not in lock and "://" not in lock and lock.count("--hash=sha256:") > 100


def test_the_seeds_are_the_files_that_the_source_sheet_describes():
    import hashlib

    from research.corpus.sources import read_sources

    sheet = read_sources(ROOT / "seeds" / "sources.csv")
    files = sorted((ROOT / "seeds").glob("*.txt"))
    assert [file.name for file in files] == sorted(sheet) and len(files) == 5
    for file in files:
        assert hashlib.sha256(file.read_bytes()).hexdigest() == sheet[file.name]["sha256"]
