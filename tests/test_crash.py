"""Whatever happens to a build, what was published stays whole, and the next build ends where this one should have."""

import errno
import os
import resource
import signal
import threading
import time

import filelock
import psutil
import pytest

from conftest import crash, write_study
from research import ResearchError, files
from research.pipeline import run_study
from research.study import Study
from test_pipeline import edit, invoke, published


def next_edition(study):
    edit(study, "seeds/study.yaml", "number: 1", "number: 2")
    return Study.load(study.root)


@pytest.fixture(scope="session")
def second_edition(tmp_path_factory):
    study = Study.load(write_study(tmp_path_factory.mktemp("second")))
    run_study(next_edition(study), workers=2)
    return published(study)


@pytest.mark.parametrize("moment", [1.5, 4.5])
def test_a_killed_build_leaves_whole_files_and_the_next_one_is_the_same(study, second_edition, moment):
    before = published(study)
    next_edition(study)
    crash.kill(study.root, moment)
    assert crash.problems(published(study), before, second_edition) == []
    run_study(Study.load(study.root), workers=2)
    assert published(study) == second_edition


def test_an_interrupt_ends_the_kernels_and_says_so(study):
    edit(study, "notebooks/1_corpus.ipynb", "study = Study.find()", "study = Study.find(); import time; time.sleep(60)")
    # Where the tests run side by side, interrupts are ignored, and would be by what they start.
    process = crash.build(study.root, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while not [c for c in psutil.Process(process.pid).children() if "ipykernel" in " ".join(c.cmdline())]:
        time.sleep(0.1)
    kernels = psutil.Process(process.pid).children()
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 1
    assert not psutil.wait_procs(kernels, timeout=5)[1]


@pytest.mark.parametrize("after", [0, 3])
def test_a_full_disk_is_one_line_and_the_last_good_brief_stays(study, monkeypatch, after):
    before, written = published(study), []

    def fsync(handle):
        written.append(handle)
        if len(written) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    edit(study, "notebooks/brief.en.ipynb", "A memorandum was signed", "One memorandum was signed")
    monkeypatch.setattr(files.os, "fsync", fsync)
    result = invoke(study, "brief")
    assert result.exit_code == 2 and "cannot be written: No space left on device; make room" in result.output
    assert result.output.count("research: ") == 1 and published(study) == before
    monkeypatch.undo()
    assert invoke(study, "brief").exit_code == 0 and not (study.work / "staging").exists()


def test_a_limit_on_files_stops_a_notebook_in_one_line(study):
    before = published(study)
    next_edition(study)

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    process = crash.build(study.root, preexec_fn=limited, stderr=crash.subprocess.PIPE)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 2 and "File too large" in said and "Traceback" not in said
    assert published(study) == before


def test_a_place_that_cannot_be_written_is_named(study, tmp_path):
    for file in (study.root / "figures").iterdir():
        file.unlink()
    (study.root / "figures").rmdir()
    (study.root / "figures").write_text("a file where the folder should be")
    result = invoke(study, "brief")
    assert result.exit_code == 2 and "cannot be written: " in result.output and "/figures/bars.en." in result.output
    (study.root / "figures").unlink()
    (tmp_path / "outside").mkdir()
    (study.root / "figures").symlink_to(tmp_path / "outside")
    result = invoke(study, "brief")
    assert result.exit_code == 2 and "figures: leads out of the study" in result.output
    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize(
    ("code", "options", "line"),
    [
        (
            "import os; os._exit(3)",
            [],
            "notebooks/1_corpus.ipynb: the kernel died; as far as it ran: .research/running/",
        ),
        ("import time; time.sleep(30)", ["--timeout", "1"], "notebooks/1_corpus.ipynb: a cell ran longer than 1 s"),
        ("x = 1\\nraise KeyError(x)", [], "notebooks/1_corpus.ipynb, cell 2, line 3: KeyError: 1; as far as it ran"),
    ],
)
def test_a_notebook_that_fails_is_named_with_cell_and_line(study, code, options, line):
    edit(study, "notebooks/1_corpus.ipynb", "study = Study.find()", f"study = Study.find(); {code}")
    before = published(study)
    result = invoke(study, "brief", *options)
    assert result.exit_code == 2 and line in result.output and "Traceback" not in result.output
    assert len(result.output.splitlines()) < 6 and (study.work / "running" / "1_corpus.ipynb").is_file()
    assert published(study) == before


def test_a_second_build_waits_and_says_for_whom(study, capsys):
    lock = filelock.FileLock(study.work / "lock", thread_local=False)
    lock.acquire()
    (study.work / "holder").write_text("4711")
    second = threading.Thread(target=run_study, args=(study,))
    second.start()
    while "waiting for the build of process 4711" not in capsys.readouterr().err:
        time.sleep(0.05)
    assert second.is_alive()
    lock.release()
    second.join(timeout=10)
    assert not second.is_alive()


def test_what_changes_while_it_is_read_is_not_trusted(study):
    late = "(study.root / 'seeds' / 'b.txt').write_text('Another text, long enough to count as a paragraph of it.')"
    edit(study, "notebooks/1_corpus.ipynb", 'study.write(\\"documents', f'{late}; study.write(\\"documents')
    with pytest.raises(ResearchError, match=r"1_corpus: seeds/b\.txt changed while it ran; run it again"):
        run_study(study, targets=["1_corpus"])
