"""From a folder of news articles to an evidence-cited policy brief.

>>> import research
>>> sorted(research.__all__)[:3]
['ResearchError', 'Study', 'code_corpus']

Importing the package does no work: each public name loads its module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from research.claims import load_claims
    from research.codebook import load_codebook
    from research.coding import code_corpus
    from research.corpus import load_corpus
    from research.errors import ResearchError
    from research.pipeline import run_study
    from research.sovereignty import sovereignty_ledger
    from research.study import Study
    from research.topics import fit_topics

_HOME = {
    "load_corpus": "corpus",
    "load_codebook": "codebook",
    "code_corpus": "coding",
    "load_claims": "claims",
    "fit_topics": "topics",
    "sovereignty_ledger": "sovereignty",
    "run_study": "pipeline",
    "Study": "study",
    "ResearchError": "errors",
}

__all__ = [
    "ResearchError",
    "Study",
    "code_corpus",
    "fit_topics",
    "load_claims",
    "load_codebook",
    "load_corpus",
    "run_study",
    "sovereignty_ledger",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'research' has no attribute {name!r}")
    return getattr(import_module(f"research.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *globals()]
