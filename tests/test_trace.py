"""The way back from the brief to the articles' words, a preview on every save, and one language alone."""

import json
import shutil

import nbformat
import pytest

from research import ResearchError
from research.pipeline import run_study
from research.pipeline.preview import preview, previews
from research.pipeline.trace import trace
from research.study import Study
from test_pipeline import edit, invoke, published


def test_every_name_leads_to_the_words_it_rests_on(built):
    lines = "\n".join(trace(Study.load(built), "claim:lakes-mou"))
    text = (built / "seeds/a.txt").read_text(encoding="utf-8")
    assert "claim lakes-mou: fact, signed" in lines and "first cited in notebooks/brief.en.ipynb, cell 4" in lines
    start, end = 0, text.index(" le 3 mars")
    assert f"seeds/a.txt, characters {start}–{end}" in lines and f"“{text[start:end]}”" in lines
    lines = "\n".join(trace(Study.load(built), "passages"))
    assert lines.startswith("fact passages = 4\n  made in notebooks/brief.en.ipynb, cell 3\n  | ")
    assert lines.count("“") == 4 and 'fact("passages", len(passages)' in lines
    assert "no passages are kept with it" in "\n".join(trace(Study.load(built), "detail"))
    assert "figure bars\n" in "\n".join(trace(Study.load(built), "bars")) + "\n"


def test_a_name_that_is_not_there_or_not_alone_is_one_line(built, study):
    with pytest.raises(ResearchError, match="nothing in the brief is called 'bar'; did you mean 'bars'"):
        list(trace(Study.load(built), "bar"))
    run_study(study)
    record = json.loads((study.root / "report/run.json").read_text())
    record["tables"]["bars"] = record["figures"]["bars"]
    (study.root / "report/run.json").write_text(json.dumps(record))
    with pytest.raises(ResearchError, match="'bars' names several things; say figure:bars or table:bars"):
        list(trace(study, "bars"))
    assert next(trace(study, "table:bars")) == "table bars"
    shutil.rmtree(study.root / "report")
    result = invoke(study, "trace", "bars")
    assert (
        result.exit_code == 2
        and result.output == "research: report/run.json: no brief has been built; run `research brief`\n"
    )


def test_a_preview_follows_the_prose_and_leaves_the_report_alone(study):
    run_study(study)
    before = published(study)
    edit(study, "notebooks/brief.en.ipynb", "A memorandum was signed", "One loose sentence. A memorandum was signed")
    made = preview(study, "en")
    assert [file.name for file in made.files] == ["brief.en.pdf", "brief.en.html"]
    assert "One loose sentence" in made.files[1].read_text(encoding="utf-8")
    assert any('neither cited nor bound: "One loose sentence."' in problem for problem in made.problems)
    assert published(study) == before
    result = invoke(study, "preview", "--once")
    assert result.exit_code == 0 and "made .research/preview/brief.en.pdf and" in result.output
    assert "no brief in 'xx'; one of en" in invoke(study, "preview", "--once", "--lang", "xx").output


def test_previews_go_on_after_a_mistake(study):
    run_study(study)
    made = previews(study, "en")
    assert next(made).problems == ()
    edit(study, "notebooks/brief.en.ipynb", "[^lakes-mou]", "[^no-such-claim]")
    broken = next(made)
    assert broken.files == () and "cell 4, line 3: cites an unknown claim [^no-such-claim]" in broken.problems[0]
    edit(study, "notebooks/brief.en.ipynb", "[^no-such-claim]", "[^lakes-mou]")
    edit(study, "notebooks/brief.en.ipynb", 'name=\\"words\\"', 'name=\\"others\\"')  # code: the notebook runs
    assert 'id="table-others"' in next(made).files[1].read_text(encoding="utf-8")


def test_one_language_is_published_alone_and_two_must_say_the_same(study):
    french = nbformat.read(study.root / "notebooks/brief.en.ipynb", as_version=4)
    for cell in french.cells:
        cell.source = cell.source.replace(
            'audience="the lake council"', 'audience="le conseil", language="fr"'
        ).replace("A memorandum was signed", "Un mémorandum d’entente a été signé")
    nbformat.write(french, study.root / "notebooks/brief.fr.ipynb")
    run_study(study)
    both = published(study)
    assert {"report/brief.fr.pdf", "figures/bars.fr.svg", "report/brief.en.html"} <= set(both)
    edit(study, "notebooks/brief.fr.ipynb", "{{ facts.passages }}", "quelques")
    with pytest.raises(ResearchError, match=r"notebooks/brief.fr.ipynb: .*neither cited nor bound|lacks bound values"):
        run_study(study)
    assert published(study) == both
    edit(study, "notebooks/brief.fr.ipynb", "quelques", "{{ facts.detail }}")
    with pytest.raises(ResearchError, match=r"brief.fr lacks bound values of brief.en: passages = 4"):
        run_study(study)
    assert invoke(study, "check").exit_code == 1
    with pytest.raises(ResearchError, match=r"brief.fr lacks bound values of brief.en"):
        run_study(study, languages=["fr"])  # alone it would contradict the others
    edit(study, "notebooks/brief.fr.ipynb", "{{ facts.detail }}", "{{ facts.passages }}")
    edit(study, "notebooks/brief.fr.ipynb", "Un mémorandum", "Ce mémorandum")
    report = run_study(study, languages=["fr"])
    assert report.executed == ("report fr",)
    after = published(study)
    assert (
        after["report/brief.en.pdf"] == both["report/brief.en.pdf"]
        and after["report/brief.fr.pdf"] != both["report/brief.fr.pdf"]
    )
    assert set(after) == set(both)
    with pytest.raises(ResearchError, match=r"no notebook 'brief.xx'; one of"):
        run_study(study, languages=["xx"])


def test_a_language_that_the_study_promises_needs_its_notebook(study):
    edit(study, "seeds/study.yaml", "title: Lakes", "title: Lakes\nlanguages: [en, ar]")
    with pytest.raises(ResearchError, match=r"brief.ar.ipynb: no brief in 'ar'; write it, or take the language out"):
        run_study(Study.load(study.root))
