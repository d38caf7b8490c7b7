"""Does a sentence say more than the words it rests on, in whatever language each is written?

They are compared through the codebook: its numbers (words too), months and weekdays, names, statuses, hedges and
negation must be found in the words it rests on, and what those deny or hedge it may not assert. A name that the
codebook lacks is known by its capital, and compared as it sounds (see `sketches`); Arabic, without capitals, hides it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache

import pandas as pd

from research.codebook import Codebook, Scheme
from research.coding.matcher import Match, matcher_of
from research.coding.quantities import find_numbers
from research.dates import WEEKDAYS, find_dates, find_months
from research.ordinary import Ordinary
from research.sketches import name_hashes
from research.text import fold, fold_label, is_arabic

LANGUAGES = {"ar": "Arabic", "fr": "French", "en": "English"}
# A sentence may name the language of what it rests on: "the Arabic version says".
_SPOKEN = {True: re.compile("arab|عربي"), False: re.compile("french|francais|english|anglais|فرنسي|انجليزي")}
_NAMES: tuple[Scheme, ...] = ("actor", "initiative", "place", "nationality")
# Arabic says "two" by a noun's ending; of the nouns that the press uses so, these are no plurals.
_TWO = re.compile(r"(?:بلد|طرف|جانب|دولت|وزير|مدينت|مذكرت|اتفاقيت|اتفاق|مركز|مختبر|قمت|جهت)(?:ان|ين)(?!\w)")


class Comparison:
    """A codebook as sentences are compared through it.

    Examples
    --------
    >>> from research.codebook import Codebook, Concept
    >>> names = {"en": "Solvane", "fr": "Solvane", "ar": "سولفان"}
    >>> comparison = Comparison(Codebook({"solvane": Concept(id="solvane", scheme="actor", label=names)}))
    >>> comparison.unsupported("Solvane opens 12 sites.", "en", ["تفتح شركة سولفان اثني عشر موقعا"])
    []
    >>> comparison.unsupported("Solvane opens 13 sites.", "en", ["تفتح شركة سولفان اثني عشر موقعا"])
    ['the number 13']
    """

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook

    def ordinary(self, texts: Iterable[str] = ()) -> Ordinary:
        """The words that `texts` and the codebook's labels write without a capital, which may begin a sentence."""
        return Ordinary(texts, self._ordinary)

    @cached_property
    def _ordinary(self) -> Ordinary:
        return Ordinary(name for concept in self.codebook.concepts.values() for name in concept.names())

    @cached_property
    def _find(self) -> Callable[[str], list[Match]]:
        """The codebook's labels in a text; one text is asked for several things."""
        return lru_cache(maxsize=1024)(matcher_of(self.codebook.without("rank")).find)

    def unsupported(
        self,
        text: str,
        language: str,
        sources: Iterable[str],
        *,
        known: Iterable[str] = (),
        denies: bool = False,
        ordinary: Ordinary | None = None,
    ) -> list[str]:
        """What `text` says that none of `sources` does, and what they deny or hedge and it does not.

        Parameters
        ----------
        text : str
            A sentence or two.
        language : str
            Of the text; for its number words.
        sources : iterable of str
            What it rests on, in any languages.
        known : iterable of str
            Ids of actors that it may name besides, such as the speaker of a quotation.
        denies : bool
            Whether something beside it denies it ("no", a count of nothing): what they do not say is then what it says.
        ordinary : Ordinary, optional
            What may begin a sentence and is no name; the codebook's own words if not given.
        """
        sources = list(sources)
        rested = "\n".join(sources)
        ours, theirs = self._find(text), self._find(rested)
        problems = [f"the number {value:g}" for value in sorted(_numbers(text, language) - _numbers(rested, ""))]
        problems += self.named_besides(text, sources, known=known, ordinary=ordinary)
        said, rest = self._of(ours, "status"), self._of(theirs, "status")
        negated, denied = self._of(ours, "negation"), self._of(theirs, "negation")
        unsaid = said - rest - {"ambition"} if not denies else set()
        problems += [f'"{self.codebook.label(status)}"' for status in sorted(unsaid)]
        if negated and not denied:
            problems.append("a negation")
        elif denied and not (negated or denies):
            problems.append("without the negation")
        aimed = "ambition" in said or self._of(ours, "purpose")
        hedged = self._of(theirs, "hedge") and not (self._of(ours, "hedge") or aimed)
        return [*problems, "without the hedge"] if hedged else problems

    def named_besides(
        self,
        text: str,
        sources: Iterable[str],
        *,
        known: Iterable[str] = (),
        ordinary: Ordinary | None = None,
        nationalities: bool = True,
    ) -> list[str]:
        """The dates and names in `text` that none of `sources` has; see `unsupported`.

        Without `nationalities` "Moroccan" is no name, so that what is counted by origin may be called by it.
        """
        sources = list(sources)
        rested, schemes = "\n".join(sources), _NAMES if nationalities else _NAMES[:-1]
        ours, theirs = self._find(text), self._find(rested)
        problems = [f"the date {name}" for name in _dates(text) if name not in set(_dates(rested))]
        spoken = [_SPOKEN[script] for script in {is_arabic(source) for source in sources}]
        named = [m for m in ours if not any(pattern.search(fold(text[m.start : m.end]).text) for pattern in spoken)]
        missing = self._of(named, *schemes) - self._of(theirs, *schemes) - set(known)
        names = sorted(name for name in missing if not self._inside(name, rested))
        problems += [f"the name {self.codebook.label(name)}" for name in names]
        return problems + [f"the name {name}" for name in self._strange(text, rested, ordinary or self._ordinary)]

    def names(self, text: str) -> list[tuple[int, int]]:
        """Where names of the codebook stand in a text."""
        return [(m.start, m.end) for m in self._find(text) if self._of([m], *_NAMES)]

    def is_name(self, text: str) -> bool:
        """Whether `text` is a name of the codebook."""
        return fold_label(text) in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(fold_label(name) for c in self.codebook.scheme(*_NAMES) for name in c.names())

    def negates(self, text: str) -> bool:
        """Whether the words of `text` deny."""
        return bool(self._of(self._find(text), "negation"))

    def statuses(self, text: str) -> set[str]:
        """Ids of the statuses that the words of `text` tell."""
        return self._of(self._find(text), "status")

    def _of(self, matches: list[Match], *schemes: str) -> set[str]:
        return {m.concept_id for m in matches if self.codebook.concepts[m.concept_id].scheme in schemes}

    def _inside(self, concept_id: str, rested: str) -> bool:
        """Whether a name stands there inside a longer one, which the matcher prefers: a state in its ambassador's."""
        folded = fold(rested).text
        return any(fold_label(name) in folded for name in self.codebook.concepts[concept_id].names())

    def _strange(self, text: str, rested: str, ordinary: Ordinary) -> Iterator[str]:
        """Names that are in no name of the codebook, nor, in any script, in what the text rests on.

        Another of the codebook's labels that is one word with a capital is a name, too ("Mistral" of AI models), unless
        what the text rests on speaks of the same ("PME").
        """
        told = {m.concept_id for m in self._find(rested)}
        known = [m for m in self._find(text) if " " in m.label or m.concept_id in told or self._of([m], *_NAMES)]
        covered = [(m.start, m.end) for m in known] + [(m.start, m.end) for m in find_dates(text)]
        covered += [(start, end) for start, end, _ in find_months(text)]
        folded = fold(rested).text
        sounds = set(name_hashes(folded).tolist())
        for word, at in ordinary.names(text):
            written = fold(word).text
            if any(a <= at < b for a, b in covered) or re.search(rf"(?<!\w){re.escape(written)}", folded):
                continue
            if not sounds.intersection(name_hashes(written).tolist()):
                yield word


def check_statements(claims: pd.DataFrame, comparison: Comparison) -> list[str]:
    """What the claims' statements say and their quotes do not: one line a statement.

    Parameters
    ----------
    claims : DataFrame
        The claims table.
    comparison : Comparison
    """
    problems = []
    ordinary = comparison.ordinary(claims[[f"statement_{language}" for language in LANGUAGES]].to_numpy().ravel())
    for row in claims.to_dict("records"):
        quotes = [quote["exact"] for quote in row["quotes"]]
        for language in LANGUAGES:
            statement = row[f"statement_{language}"]
            known = row["attributed_to"]
            found = comparison.unsupported(statement or "", language, quotes, known=known, ordinary=ordinary)
            if statement and found:
                problems.append(
                    f"claim {row['claim_id']!r}, {LANGUAGES[language]}: not in its quotes: {', '.join(found)}"
                )
    return problems


def _numbers(text: str, language: str) -> set[float]:
    two = {2.0} if is_arabic(text) and _TWO.search(fold(text).text) else set()
    return {number.value for number in find_numbers(text, language)} | two


def _dates(text: str) -> list[str]:
    """Months and weekdays named, as numbers say nothing of them."""
    found = find_dates(text)
    months = dict.fromkeys([mention.month for mention in found if mention.month] + [m for *_, m in find_months(text)])
    return [
        *(f"of month {month}" for month in months),
        *(WEEKDAYS[mention.weekday] for mention in found if mention.weekday is not None),
    ]
