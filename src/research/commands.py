"""The commands that build, check and explain a brief."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from research.errors import ResearchError


def study_of(ctx: click.Context) -> Any:
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


_OPTIONS = [
    click.option(
        "-p", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter for the notebooks that have it."
    ),
    click.option(
        "-f", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Parameters in YAML."
    ),
    click.option("--workers", default=1, show_default=True, help="Notebooks that may run side by side."),
    click.option("--timeout", type=int, metavar="SECONDS", help="Stop a cell that runs longer."),
    click.option("--explain", is_flag=True, help="Run nothing; say what would run, and why."),
]


def _build_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _build(ctx: click.Context, pairs: tuple[str, ...], file: Path | None, explain: bool, **options: Any) -> None:
    """Run, or say what would run, and sum it up in a line."""
    from research.pipeline import run_study, why

    study, params = study_of(ctx), _parameters(pairs, file)
    if explain:
        chosen = {name: options[name] for name in ("targets", "languages") if name in options}
        found = why(study, params=params, **chosen)
        for name, reasons in found.items():
            if reasons:
                click.echo(f"{name}: {_some(reasons)}")
        due = [name for name, reasons in found.items() if reasons]
        click.echo(f"would make: {', '.join(due)}" if due else f"nothing to do: {len(found)} steps are up to date")
        return
    report = run_study(study, params=params, **options)
    if report.executed:
        click.echo(f"made: {', '.join(report.executed)} ({report.seconds:.1f} s)")
    else:
        click.echo(f"nothing to do: {len(report.skipped)} steps are up to date ({report.seconds:.1f} s)")


def _some(reasons: list[str]) -> str:
    return "; ".join(reasons[:4]) + (f"; and {len(reasons) - 4} more" if len(reasons) > 4 else "")


@click.command()
@click.option("--lang", "languages", multiple=True, metavar="LANGUAGE", help="Only the brief in this language.")
@_build_options
@click.pass_context
def brief(ctx: click.Context, /, **options: Any) -> None:
    """Bring the brief up to date, in every language that has a notebook.

    Example: research brief --lang fr --workers 2
    """
    _build(ctx, **options)


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="NOTEBOOKS...")
@_build_options
@click.pass_context
def run(ctx: click.Context, /, **options: Any) -> None:
    """Run NOTEBOOKS with what they need, without publishing.

    Example: research run 3_topics -p n_topics=6
    """
    _build(ctx, **options)


@click.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Say of each notebook, and of the report, whether it is up to date, and if not, why.

    Example: research status
    """
    from research.pipeline import why

    for name, reasons in why(study_of(ctx)).items():
        click.echo(f"{name}: {'would run: ' + _some(reasons) if reasons else 'up to date'}")


@click.command()
@click.pass_context
def params(ctx: click.Context) -> None:
    """List the parameters of the notebooks: name, type, value, and what the study sets itself.

    Example: research params
    """
    from research.pipeline.parameters import bind
    from research.pipeline.plan import plan

    study = study_of(ctx)
    declared = [parameter for step in plan(study) for parameter in step.parameters]
    bound = bind(declared, study.parameters)
    for parameter in declared:
        value = bound[parameter.notebook][parameter.name]
        origin = "  (seeds/study.yaml)" if parameter.name in study.parameters else ""
        click.echo(f"{parameter.notebook}: {parameter.name}: {parameter.annotation} = {value!r}{origin}")


@click.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Check seeds and prose: quotes in their articles, sentences cited or bound, the same in every language.

    Example: research check
    """
    from research.brief.check import check_parity
    from research.pipeline.plan import plan
    from research.pipeline.publish import document, prose_problems

    study = study_of(ctx)
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


@click.command()
@click.option("--workers", default=1, show_default=True, help="Notebooks that may run side by side.")
@click.option("--loosely", is_flag=True, help="Compare tables, facts and texts only.")
@click.pass_context
def verify(ctx: click.Context, workers: int, loosely: bool) -> None:
    """Build the report again in a temporary folder, and list how the one that is there differs.

    Example: research verify --workers 2
    """
    from research.pipeline.verify import verify

    compared, differences = verify(study_of(ctx), workers=workers, loosely=loosely)
    for line in differences:
        click.echo(line, err=True)
    click.echo(f"{compared} files compared; {len(differences)} differ")
    if differences:
        ctx.exit(1)


@click.command()
@click.argument("name")
@click.pass_context
def trace(ctx: click.Context, name: str) -> None:
    """Print the way back from a figure, table, fact or claim to the articles' words.

    Example: research trace fact:papers
    """
    from research.pipeline.trace import trace

    for line in trace(study_of(ctx), name):
        click.echo(line)


@click.command()
@click.option("--lang", "language", default="en", show_default=True, help="Of the brief.")
@click.option("--once", is_flag=True, help="Typeset it as it stands, and stop.")
@click.pass_context
def preview(ctx: click.Context, language: str, once: bool) -> None:
    """Typeset a brief on every save, into .research/preview/; stop with Ctrl-C.

    Only a change of code starts a kernel. Problems of the prose are listed and do not stop it.

    Example: research preview --lang fr
    """
    from research.pipeline.preview import preview, previews

    study = study_of(ctx)
    for made in [preview(study, language)] if once else previews(study, language):
        for problem in made.problems:
            click.echo(problem, err=True)
        names = " and ".join(str(file.relative_to(study.root)) for file in made.files) or "nothing"
        click.echo(f"made {names} ({made.seconds:.1f} s)")
