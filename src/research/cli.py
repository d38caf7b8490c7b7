"""The command line: add articles, build the brief, run a notebook, check the prose, open JupyterLab."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from research.errors import ResearchError


class _Commands(click.Group):
    """Turns a user's mistake into one line and an exit code: 1 a check failed, 2 the input is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ResearchError as error:
            click.echo(f"research: {error}", err=True)
            sys.exit(error.exit_code)


def _study(ctx: click.Context) -> Any:
    from research.study import Study

    return Study.find(ctx.obj)


def _parameters(pairs: tuple[str, ...], file: Path | None) -> dict[str, Any]:
    import yaml

    given: dict[str, Any] = {}
    if file is not None:
        from research.yamlfiles import read_yaml

        content = read_yaml(file).content
        if not isinstance(content, dict):
            raise ResearchError(
                "not a list of 'name: value' lines", where=str(file), remedy="write one parameter a line"
            )
        given |= {str(name): value for name, value in content.items()}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ResearchError(f"-p {pair}", remedy="write -p name=value")
        try:
            given[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ResearchError(
                f"not readable as YAML: {value[:60]!r}", where=f"-p {name}", remedy="mend it"
            ) from error
    return given


def _summary(report: Any, *, explained: bool) -> None:
    if report.executed:
        click.echo(f"{'would make' if explained else 'made'}: {', '.join(report.executed)} ({report.seconds:.1f} s)")
    else:
        click.echo(f"nothing to do: {len(report.skipped)} steps are up to date ({report.seconds:.1f} s)")


_OPTIONS = [
    click.option(
        "-p", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter for the notebooks that have it."
    ),
    click.option(
        "-f", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Parameters in YAML."
    ),
    click.option("--workers", default=1, show_default=True, help="Notebooks that may run side by side."),
    click.option("--explain", is_flag=True, help="Run nothing; say what would run, and why."),
]


def _build_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group(cls=_Commands)
@click.option("--study", type=click.Path(file_okay=False), help="The study's folder; by default around this one.")
@click.version_option(package_name="research")
@click.pass_context
def main(ctx: click.Context, study: str | None) -> None:
    """From a folder of news articles to an evidence-cited policy brief."""
    ctx.obj = study


@main.command()
@click.option("--lang", "languages", multiple=True, metavar="LANGUAGE", help="Only the brief in this language.")
@_build_options
@click.pass_context
def brief(
    ctx: click.Context,
    languages: tuple[str, ...],
    pairs: tuple[str, ...],
    file: Path | None,
    workers: int,
    explain: bool,
) -> None:
    """Bring the brief up to date, in every language that has a notebook.

    Example: research brief --lang fr --workers 2
    """
    from research.pipeline import run_study

    report = run_study(
        _study(ctx), params=_parameters(pairs, file), workers=workers, explain=explain, languages=languages
    )
    _summary(report, explained=explain)


@main.command()
@click.argument("notebooks", nargs=-1, required=True)
@_build_options
@click.pass_context
def run(
    ctx: click.Context,
    notebooks: tuple[str, ...],
    pairs: tuple[str, ...],
    file: Path | None,
    workers: int,
    explain: bool,
) -> None:
    """Run NOTEBOOKS with what they need, without publishing.

    Example: research run 3_topics -p n_topics=6
    """
    from research.pipeline import run_study

    report = run_study(
        _study(ctx), targets=notebooks, params=_parameters(pairs, file), workers=workers, explain=explain
    )
    _summary(report, explained=explain)


@main.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Check seeds and prose: quotes in their articles, sentences cited or bound, the same in every language.

    Example: research check
    """
    from research.brief.check import check_parity
    from research.pipeline.plan import plan
    from research.pipeline.publish import document, prose_problems

    study = _study(ctx)
    corpus = study.articles()
    claims = study.claims(corpus) if (study.seeds / "claims.yaml").is_file() else None
    briefs = {f"notebooks/{step.path.name}": document(study, step) for step in plan(study) if step.is_brief}
    problems = [f"{name}, {problem}" for name, doc in briefs.items() for problem in prose_problems(doc, study)]
    problems += check_parity(briefs) if briefs else []
    for problem in problems:
        click.echo(problem, err=True)
    quotes = [] if claims is None else [quote for found in claims["quotes"] for quote in found]
    known = f"{0 if claims is None else len(claims)} claims, {len(quotes)} quotes found in their articles"
    click.echo(f"{known}; {len(problems)} problem(s) in the prose")
    if problems:
        ctx.exit(1)


@main.command()
@click.argument("name")
@click.pass_context
def trace(ctx: click.Context, name: str) -> None:
    """Print the way back from a figure, table, fact or claim to the articles' words.

    Example: research trace fact:papers
    """
    from research.pipeline.trace import trace

    for line in trace(_study(ctx), name):
        click.echo(line)


@main.command()
@click.option("--lang", "language", default="en", show_default=True, help="Of the brief.")
@click.option("--once", is_flag=True, help="Typeset it as it stands, and stop.")
@click.pass_context
def preview(ctx: click.Context, language: str, once: bool) -> None:
    """Typeset a brief on every save, into .research/preview/; stop with Ctrl-C.

    Only a change of code starts a kernel. Problems of the prose are listed and do not stop it.

    Example: research preview --lang fr
    """
    from research.pipeline.preview import preview, previews

    study = _study(ctx)
    for made in [preview(study, language)] if once else previews(study, language):
        for problem in made.problems:
            click.echo(problem, err=True)
        names = " and ".join(str(file.relative_to(study.root)) for file in made.files) or "nothing"
        click.echo(f"made {names} ({made.seconds:.1f} s)")


@main.command()
@click.argument("given", nargs=-1, required=True, metavar="URL|FILE...")
@click.pass_context
def add(ctx: click.Context, given: tuple[str, ...]) -> None:
    """Add articles: save each page or file and its text into seeds/, with its row in sources.csv.

    Example: research add https://example.org/news/12 saved.pdf
    """
    from research.corpus.adding import add_articles

    missed = 0
    for added in add_articles(_study(ctx).seeds, list(given)):
        missed += not added.file
        click.echo(f"{added.given}: {added.note}{f' ({added.file})' if added.file else ''}", err=not added.file)
    if missed:
        raise ResearchError(f"{missed} of {len(given)} not added")


@main.group()
def codebook() -> None:
    """Look after the codebook.

    Example: research codebook check
    """


@codebook.command("check")
@click.pass_context
def codebook_check(ctx: click.Context) -> None:
    """List entries and labels that the articles never use, and labels that two entries claim.

    A broken codebook, or one that runs in a circle, is named with its file, line and column.

    Example: research codebook check
    """
    from research.vocabulary import survey_labels, survey_report

    study = _study(ctx)
    found = study.codebook()
    for line in survey_report(survey_labels(study.articles().passages["text"], found)):
        click.echo(line)


@codebook.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_context
def codebook_export(ctx: click.Context, file: Path | None) -> None:
    """Write the codebook as SKOS (Turtle) to FILE, or to standard output.

    Example: research codebook export codebook.ttl
    """
    from research.files import replacing
    from research.vocabulary import to_skos

    turtle = to_skos(_study(ctx).codebook())
    if file is None:
        click.echo(turtle, nl=False)
    else:
        with replacing(file) as handle:
            handle.write(turtle.encode())


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def lab(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Open JupyterLab on the study's notebooks; ARGUMENTS go to JupyterLab.

    Example: research lab --no-browser
    """
    from jupyterlab.labapp import main as jupyterlab

    sys.exit(jupyterlab([str(_study(ctx).root / "notebooks"), *arguments]))
