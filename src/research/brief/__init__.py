"""The brief: what an analyst displays in a notebook, and how it becomes PDF and HTML.

In a notebook: ``from research.brief import Cover, Facts, Figure, Notes, Recommendations, Table, fact, guard``.
"""

from research.brief.annexes import actors_table, instruments_table, ledger_table
from research.brief.blocks import Cover, Figure, Notes, Recommendations, Table
from research.brief.facts import Facts, fact, guard

__all__ = [
    "Cover", "Facts", "Figure", "Notes", "Recommendations", "Table", "actors_table", "fact", "guard",
    "instruments_table", "ledger_table",
]  # fmt: skip
