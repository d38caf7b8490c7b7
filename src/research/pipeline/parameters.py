"""The typed parameters of notebooks: a cell tagged ``parameters`` is the schema of what may be passed.

A parameter is a name, perhaps a type, and a default: ``runs: Annotated[int, Field(ge=1)] = 20``. Types are read from
the source, never executed: bool, int, float, str, date, list[…], ``Literal[…]``, ``… | None``, and limits by pydantic's
``Field``.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union

import pydantic

from research.errors import ResearchError

_TYPES: dict[str, Any] = {"bool": bool, "int": int, "float": float, "str": str, "date": date, "list": list[Any]}
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "multiple_of")


@dataclass(frozen=True)
class Parameter:
    """A name of a parameters cell, its type as written, its default, and the notebook that has it."""

    name: str
    annotation: str
    default: Any
    notebook: str
    type: Any = Any

    def check(self, value: Any) -> Any:
        """`value` if it is of the parameter's type.

        Raises
        ------
        ResearchError
            It is not, or out of range.
        """
        try:
            return pydantic.TypeAdapter(self.type).validate_python(value, strict=True)
        except pydantic.ValidationError as error:
            why = error.errors()[0]
            remedy = f"give a value of type {self.annotation}"
            if why["type"].startswith(("greater", "less", "literal", "string_pattern", "too_", "multiple")):
                remedy += f": {why['msg'][:1].lower()}{why['msg'][1:]}"
            raise ResearchError(f"parameter {self.name}={value!r}", remedy=remedy) from error


def parameters_of(tree: ast.Module, notebook: str) -> Iterator[Parameter]:
    """The parameters that a cell declares.

    Raises
    ------
    ResearchError
        A default is computed, or not of its own type; a type is none of those above.

    Examples
    --------
    >>> tree = ast.parse("since: date | None = None\\nruns = 20")
    >>> [(found.name, found.annotation, found.default) for found in parameters_of(tree, "1_corpus")]
    [('since', 'date | None', None), ('runs', 'int', 20)]
    """
    where = f"notebooks/{notebook}.ipynb"
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            name, written, kind = node.target.id, ast.unparse(node.annotation), _type(node.annotation, where)
            found = Parameter(name, written, _literal(node.value, where), notebook, kind)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            default = _literal(node.value, where)
            written = type(default).__name__
            found = Parameter(node.targets[0].id, written, default, notebook, _TYPES.get(written, Any))
        else:
            continue
        try:
            found.check(found.default)
        except ResearchError as error:
            raise ResearchError(error.what, where=where, remedy="let its default be of its type") from error
        yield found


def _type(node: ast.expr, where: str) -> Any:
    match node:
        case ast.Constant(value=None):
            return None
        case ast.Name(id=name) if name in _TYPES:
            return _TYPES[name]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return Union[_type(left, where), _type(right, where)]  # noqa: UP007 - `|` knows no Literal beside None
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            return list[_type(inner, where)]  # type: ignore[misc]
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            values = _literal(inner, where)
            return Literal[values if isinstance(values, tuple) else (values,)]
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, ast.Call() as call])):
            limits = {str(word.arg): _literal(word.value, where) for word in call.keywords}
            if isinstance(call.func, ast.Name) and call.func.id == "Field" and set(limits) <= set(_LIMITS):
                return Annotated[_type(inner, where), pydantic.Field(**limits)]
    raise ResearchError(
        f"parameter type {ast.unparse(node)!r}",
        where=where,
        remedy="use bool, int, float, str, date, list[…], Literal[…], … | None or Annotated[…, Field(ge=…)]",
    )


def _literal(node: ast.expr, where: str) -> Any:
    try:
        match node:
            case ast.Call(func=ast.Name(id="date"), args=parts, keywords=[]):
                return date(*map(ast.literal_eval, parts))
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        raise ResearchError(
            f"parameter default {ast.unparse(node)!r}", where=where, remedy="write a plain value, not a computation"
        ) from None


def bind(declared: Sequence[Parameter], values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Parameters of each notebook that declares any: `values` over its defaults.

    Raises
    ------
    ResearchError
        A name that no notebook declares, with the nearest one; a value of another type than declared, or out of range.
    """
    known = {parameter.name for parameter in declared}
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(sorted(known))}"
            raise ResearchError(f"no notebook has a parameter {name!r}", remedy=remedy)
    bound: dict[str, dict[str, Any]] = {}
    for parameter in declared:
        value = parameter.check(values.get(parameter.name, parameter.default))
        bound.setdefault(parameter.notebook, {})[parameter.name] = value
    return bound
