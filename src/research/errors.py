"""Errors a user can act on: each says which file, what is wrong and what to do, in one line."""

from __future__ import annotations

import re

# What a text could do to a terminal: escapes, and marks that turn the direction of what follows.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ResearchError(Exception):
    """The base of every error this package raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, with the actual value.
    where : str, optional
        The file, notebook or table concerned, relative to the study.
    remedy : str, optional
        What to do about it.

    Examples
    --------
    >>> print(ResearchError("no articles", where="seeds/", remedy="add a .txt file"))
    seeds/: no articles; add a .txt file
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        line = (f"{where}: " if where else "") + what + (f"; {remedy}" if remedy else "")
        super().__init__(_CONTROLS.sub("", " ".join(line.split())))


class BrokenQuote(ResearchError):
    """A quote under a claim is no longer in its article."""


class StaleTable(ResearchError):
    """An upstream table is missing or was made from other inputs."""


class CheckFailed(ResearchError):
    """The inputs are well formed, but an integrity check does not hold."""

    exit_code = 1
