"""The command line: add articles, build the brief, run a notebook, check the prose, open JupyterLab."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from research.commands import brief, check, params, preview, run, status, study_of, trace, verify
from research.errors import ResearchError


class _Commands(click.Group):
    """Turns a user's mistake into one line and an exit code: 1 a check failed, 2 the input is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ResearchError as error:
            click.echo(f"research: {error}", err=True)
            sys.exit(error.exit_code)


@click.group(cls=_Commands)
@click.option("--study", type=click.Path(file_okay=False), help="The study's folder; by default around this one.")
@click.version_option(package_name="research")
@click.pass_context
def main(ctx: click.Context, study: str | None) -> None:
    """From a folder of news articles to an evidence-cited policy brief."""
    ctx.obj = study


for command in (brief, run, status, params, check, verify, trace, preview):
    main.add_command(command)


@main.command()
@click.argument("given", nargs=-1, required=True, metavar="URL|FILE...")
@click.pass_context
def add(ctx: click.Context, given: tuple[str, ...]) -> None:
    """Add articles: save each page or file and its text into seeds/, with its row in sources.csv.

    Example: research add https://example.org/news/12 saved.pdf
    """
    from research.corpus.adding import add_articles

    missed = 0
    for added in add_articles(study_of(ctx).seeds, list(given)):
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

    study = study_of(ctx)
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

    turtle = to_skos(study_of(ctx).codebook())
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

    sys.exit(jupyterlab([str(study_of(ctx).root / "notebooks"), *arguments]))
