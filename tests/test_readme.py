"""The README's example runs, and its commands exist."""

import re
import subprocess
from pathlib import Path

from research.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_example_runs_on_a_plain_folder_of_texts(tmp_path, monkeypatch, capsys):
    (code,) = blocks("python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    subjects = ["le lac, la rive et le pêcheur du village", "le moulin, la farine et le meunier du bourg"]
    (tmp_path / "articles").mkdir()
    for number in range(4):
        lines = [
            f"{subjects[i % 2].capitalize()} numéro {i + 10 * number}, dit la chronique du {i + 1} mars 2031."
            for i in range(10)
        ]
        (tmp_path / "articles" / f"{number}.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "k-means on PCA" in printed and "found_in_runs" in printed


def test_every_command_in_it_exists():
    lines = [line.split("#")[0].split() for block in blocks("sh") for line in block.splitlines() if line.strip()]
    assert len(lines) >= 8
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for program, verb, *options in lines:
        if program == "make":
            assert re.search(rf"^{verb}:", makefile, flags=re.MULTILINE)
        else:
            known = {option for parameter in main.commands[verb].params for option in parameter.opts}
            assert program == "research" and {o for o in options if o.startswith("-")} <= known


def test_it_opens_with_a_sentence_the_two_commands_and_a_picture_that_exists():
    first_screen = README[:1400]
    assert first_screen.index("make brief") < first_screen.index("make test") < first_screen.index("<img")
    pictures = re.findall(r'<img src="([^"]+)"', README)
    assert len(pictures) == 3
    assert all((ROOT / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_every_test_that_it_promises_exists():
    promised = re.findall(r"\[([^\]]+)\]\((tests/test_\w+\.py)\)", README)
    assert len(promised) > 30
    for words, name in promised:
        assert f"def test_{words.replace(' ', '_')}(" in (ROOT / name).read_text(encoding="utf-8"), words
    assert subprocess.run(["make", "-n", "help"], cwd=ROOT, capture_output=True, check=True).returncode == 0


def test_the_pages_of_the_committed_briefs_are_numbered_to_the_last():
    import pypdfium2

    for file in sorted((ROOT / "report").glob("brief.*.pdf")):
        with pypdfium2.PdfDocument(file) as document:
            footers = [page.get_textpage().get_text_bounded()[-160:] for page in document]
        for number, text in enumerate(footers, start=1):
            assert {str(number), str(len(footers))} <= set(re.findall(r"\d+", text)), (file.name, number)
