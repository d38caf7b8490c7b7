"""``{{ facts.name }}`` in prose: a computed value, written as the brief's language writes it.

Filters say how: ``{{ facts.owners | zero("no") }}`` prints the word, and only as long as the value is nought;
``{{ facts.saving | percent }}``; ``{{ facts.silent | any }}`` joins a list by "or", ``{{ facts.silent | count }}``
counts it. Expressions are Jinja's, in its sandbox, with nothing in reach but the facts, and the figures and tables
that prose refers to.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, Literal

from research.brief.runs import clean
from research.wording import day, listed, number, percent

Json = dict[str, Any]


@dataclass(frozen=True)
class Bound:
    """What an expression prints, and the fact, figure or table that it comes from."""

    kind: str
    name: str
    text: str = ""
    denies: bool = False  # printed for nought


@dataclass(frozen=True)
class _Value:
    """A fact as the filters see it."""

    name: str
    value: Any
    kind: str
    labels: tuple[str, ...]
    language: str

    def printed(self) -> str:
        if self.kind == "list":
            return self.joined("standard")
        if self.kind == "date":
            return day(datetime.date.fromisoformat(self.value), self.language)
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            return number(self.value, self.language)
        return str(self.value)

    def joined(self, style: Literal["standard", "or"]) -> str:
        return listed(list(self.labels), self.language, style=style)


def _value(item: Json, language: str) -> _Value:
    labels: list[str] = item.get("labels") or item["value"] if item["type"] == "list" else []
    return _Value(item["name"], item["value"], item["type"], tuple(labels), language)


def _zero(value: _Value, word: str) -> Bound:
    if not isinstance(value, _Value) or value.value != 0:
        raise ValueError(f"{getattr(value, 'name', 'it')} is {getattr(value, 'value', value)}, not nought")
    return Bound("fact", value.name, word, denies=True)


def _percent(value: _Value) -> Bound:
    return Bound("fact", value.name, percent(value.value, value.language))


def _count(value: _Value) -> Bound:
    _refuse_no_list(value)
    return Bound("fact", value.name, number(len(value.value), value.language))


def _refuse_no_list(value: _Value) -> None:
    if value.kind != "list":
        raise ValueError(f"{value.name} is no list")


def _any(value: _Value) -> Bound:
    _refuse_no_list(value)
    return Bound("fact", value.name, value.joined("or"))


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    environment.globals.clear()
    environment.filters = {"zero": _zero, "percent": _percent, "any": _any, "count": _count}
    environment.tests.clear()
    return environment


class Values:
    """The facts of a brief, and the names of its figures and tables, as expressions reach them."""

    def __init__(
        self, facts: dict[str, Json], figures: Collection[str], tables: Collection[str], *, language: str
    ) -> None:
        self._scope = {
            "facts": SimpleNamespace(**{name: _value(item, language) for name, item in facts.items()}),
            "figures": SimpleNamespace(**{name: Bound("figure", name) for name in figures}),
            "tables": SimpleNamespace(**{name: Bound("table", name) for name in tables}),
        }

    def evaluate(self, expression: str) -> Bound:
        """What an expression prints.

        Raises
        ------
        ValueError
            It is no expression, names nothing known, or its filter does not fit its value.
        """
        from jinja2 import TemplateError, Undefined

        try:
            found = _environment().compile_expression(expression, undefined_to_none=False)(**self._scope)
            if isinstance(found, _Value):
                found = Bound("fact", found.name, found.printed())
        except (TemplateError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(str(error) or type(error).__name__) from error
        if isinstance(found, Undefined):
            raise ValueError("no such value")
        if not isinstance(found, Bound):
            raise ValueError("not one fact, figure or table")
        if found.kind == "fact" and not found.text.strip():
            raise ValueError(f"{found.name} is empty")
        return Bound(found.kind, found.name, clean(found.text), found.denies)
