"""What each notebook needs and makes, read from its own code.

A notebook says what it depends on by what it calls: ``study.read("codes")``, ``study.write("ledger", …)``,
``study.codebook()``; and by what it imports from this package. Its ``parameters`` cell is the schema of what may
be passed to it.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from research import _HOME
from research.errors import ResearchError
from research.pipeline.parameters import Parameter, parameters_of
from research.study import ARTICLES, CORPUS_TABLES, Study

PACKAGE = Path(__file__).parents[1]
# What a method of Study reads from seeds/.
_SEEDS = {
    "articles": ARTICLES,
    "codebook": ("codebook/*.yaml",),
    "claims": ("claims.yaml", "codebook/*.yaml"),
    "recommendations": ("recommendations.yaml",),
}


def package_files() -> list[Path]:
    """The package's own files: modules, their data, templates."""
    return sorted(file for file in PACKAGE.rglob("*") if file.suffix in (".py", ".yaml", ".typ", ".j2"))


@dataclass(frozen=True)
class Step:
    """One notebook of the study.

    Attributes
    ----------
    name : str
        File name without its ending.
    path : Path
    code : str
        Hash of the code cells: a change of prose alone leaves it as it is.
    parameters : tuple of Parameter
    reads, writes : tuple of str
        Tables.
    seeds, modules : tuple of Path
        Files in ``seeds/`` and modules of this package that the code reaches.
    figures : tuple of str
        Names of the figures it displays.
    cells : int
        How many it has.
    """

    name: str
    path: Path
    code: str
    parameters: tuple[Parameter, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    seeds: tuple[Path, ...]
    modules: tuple[Path, ...]
    figures: tuple[str, ...]
    cells: int

    @property
    def is_brief(self) -> bool:
        """Whether the notebook is a brief, to be published, rather than a step of the analysis."""
        return self.name.startswith("brief.")

    @property
    def language(self) -> str:
        """Of a brief: what its name ends in."""
        return self.name.partition(".")[2]


def plan(study: Study) -> list[Step]:
    """The study's notebooks in the order in which they can run.

    Raises
    ------
    ResearchError
        There are none; one cannot be read; two make the same table; they wait for each other.
    """
    folder = study.root / "notebooks"
    steps = [_step(path, study) for path in sorted(folder.glob("*.ipynb"))]
    if not steps:
        raise ResearchError("no notebooks", where=str(folder), remedy="add 1_corpus.ipynb and the others")
    makers: dict[str, str] = {}
    for step in steps:
        _refuse_unknown_tables(step, {name for other in steps for name in other.writes})
        for name in step.writes:
            if makers.setdefault(name, step.name) != step.name:
                raise ResearchError(
                    f"{makers[name]} and {step.name} both write the table {name!r}",
                    where="notebooks/",
                    remedy="let one of them write it",
                )
    written = {step.language for step in steps if step.is_brief}
    for language in study.languages if written else []:
        if language not in written:
            raise ResearchError(
                f"no brief in {language!r}",
                where=f"notebooks/brief.{language}.ipynb",
                remedy="write it, or take the language out of seeds/study.yaml",
            )
    return _ordered(steps)


def _refuse_unknown_tables(step: Step, made: set[str]) -> None:
    for name in step.writes:
        if not name:
            raise ResearchError(
                "study.write(…) with a computed name",
                where=f"notebooks/{step.path.name}",
                remedy="name the table in quotes",
            )
    for name in step.reads:
        if name not in made:
            raise ResearchError(
                f"reads the table {name!r}, which no notebook writes",
                where=f"notebooks/{step.path.name}",
                remedy=f"one of {', '.join(sorted(made))}",
            )


def _ordered(steps: list[Step]) -> list[Step]:
    """The makers of a table before its readers; otherwise by name."""
    named = {step.name: step for step in steps}
    order = TopologicalSorter({step.name: upstream(step, steps) for step in steps})
    try:
        order.prepare()
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise ResearchError(
            f"{names} wait for each other's tables", where="notebooks/", remedy="break the circle"
        ) from None
    done: list[Step] = []
    while order.is_active():
        ready = sorted(order.get_ready())
        done += [named[name] for name in ready]
        order.done(*ready)
    return done


def upstream(step: Step, steps: Sequence[Step]) -> tuple[str, ...]:
    """Names of the notebooks that make the tables a notebook reads."""
    makers = {table: other.name for other in steps for table in other.writes}
    return tuple(sorted({makers[table] for table in step.reads if table in makers} - {step.name}))


def _step(path: Path, study: Study) -> Step:
    cells = _code_cells(path)
    trees = [_parse(source, f"notebooks/{path.name}") for source, _ in cells]
    tagged = [tree for (_, tags), tree in zip(cells, trees, strict=True) if "parameters" in tags]
    calls = [call for tree in trees for call in _study_calls(tree)]
    reads = [name for method, name in calls if method == "read"]
    if any(method == "corpus" for method, _ in calls):
        reads += CORPUS_TABLES
    patterns = [pattern for method, _ in calls for pattern in _SEEDS.get(method, ())]
    seeds = sorted({file for pattern in ["study.yaml", *patterns] for file in study.seeds.glob(pattern)})
    return Step(
        path.stem,
        path,
        hashlib.sha256("\0".join(source for source, _ in cells).encode()).hexdigest(),
        tuple(parameter for tree in tagged for parameter in parameters_of(tree, path.stem)),
        tuple(sorted(set(reads))),
        tuple(sorted({name for method, name in calls if method == "write"})),
        tuple(seeds),
        tuple(sorted(_closure({file for tree in trees for file in _imported(tree)}))),
        tuple(sorted({name for tree in trees for name in _figures(tree)})),
        len(cells),
    )


def _code_cells(path: Path) -> list[tuple[str, list[str]]]:
    """Source and tags of each code cell; read as plain JSON, since nbformat takes a second to import."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            ("".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in cells if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResearchError(
            f"not a notebook: {error!s:.120}", where=f"notebooks/{path.name}", remedy="restore it"
        ) from error


def _parse(source: str, where: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # perhaps for a line that is IPython's
        pass
    lines = ["pass" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError as error:
        raise ResearchError(f"not Python: {error.msg}: {error.text}", where=where, remedy="mend the cell") from error


def _study_calls(tree: ast.Module) -> list[tuple[str, str]]:
    """Calls on the name ``study``: ``(method, first argument if it is a string)``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "study":
                first = node.args[0] if node.args else None
                name = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
                found.append((node.func.attr, name))
    return found


def _figures(tree: ast.Module) -> list[str]:
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    names = [k.value for call in calls if call.func.id == "Figure" for k in call.keywords if k.arg == "name"]  # type: ignore[attr-defined]
    return [str(name.value) for name in names if isinstance(name, ast.Constant)]


class _ForTypesOnly(ast.NodeTransformer):
    """Drops ``if TYPE_CHECKING:`` blocks."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Keep any other condition."""
        typing_only = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if typing_only else self.generic_visit(node)


def _imported(tree: ast.AST) -> set[Path]:
    """Files of this package that a tree imports, at its top or inside a function, but not for types only."""
    found: set[Path] = set()
    for node in ast.walk(_ForTypesOnly().visit(tree)):
        if isinstance(node, ast.Import):
            if any(alias.name == "research" for alias in node.names):
                found |= {_module(f"research.{home}") for home in _HOME.values()}
            found |= {_module(alias.name) for alias in node.names if alias.name.startswith("research.")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "research":
            module = str(node.module)
            found.add(_module(module))
            for alias in node.names:
                name = _HOME.get(alias.name, alias.name) if module == "research" else alias.name
                found |= {file for file in [_module(f"{module}.{name}")] if file.is_file()}
    return {file for file in found if file.is_file()}


def _module(name: str) -> Path:
    place = PACKAGE.joinpath(*name.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@cache
def _imports_of(file: Path) -> frozenset[Path]:
    """The package's files that `file` needs: modules it imports, and the data of its own name beside it."""
    if file.suffix != ".py":
        return frozenset()
    data = {beside for beside in [file.with_suffix(".yaml")] if beside.is_file()}
    return frozenset(data | _imported(ast.parse(file.read_text(encoding="utf-8"))))


def _closure(files: set[Path]) -> set[Path]:
    reached, queue = set(files), list(files)
    while queue:
        for file in _imports_of(queue.pop()) - reached:
            reached.add(file)
            queue.append(file)
    return reached
