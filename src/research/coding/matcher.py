"""Find a codebook's labels in text: exact raw offsets, whole words, Arabic particles, longest match, vetoes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs

from research.codebook import Codebook, Concept
from research.text import (
    ENCLITICS,
    PROCLITICS,
    fold,
    fold_label,
    is_arabic,
    letters_before,
    letters_behind,
    search_forms,
)

STEM = "*"  # at a label's end, as in the dictionaries of content analysis: "entrepren*"


class Match(NamedTuple):
    """A label found at ``text[start:end]``; `how` is label, ordinary, surname, title or never."""

    start: int
    end: int
    concept_id: str
    label: str
    how: str


@dataclass(frozen=True, slots=True)
class _Target:
    concept_id: str
    scheme: str
    label: str
    how: str
    pronoun: bool
    arabic: bool  # its last letter
    stem: bool
    exact: bool
    case: str  # of the first letter, or of all, where a name could also be a word; else nothing

    def goes_on(self, suffix: str) -> bool:
        """Whether the label's word may go on like this: with a pronoun, or as a stem does."""
        if not suffix:
            return not self.pronoun
        return self.stem or (self.arabic and suffix in ENCLITICS)

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether the words are written as a name is: "page" is no Page, and "arc" no ARC."""
        if not self.case:
            return True
        return text[start].isupper() if self.case == "first" else text[start:end].isupper()


def _forms(text: str, *, is_person: bool) -> dict[str, bool]:
    folded = fold_label(text.removesuffix(STEM))
    # An acronym has no plural, and a person's name no form but its own: المعلم is not معلم, "a teacher".
    plain = len(folded) <= 3 or is_person or text.endswith(STEM)
    return {folded: False} if plain else search_forms(text)


def _case(concept: Concept, text: str) -> str:
    if concept.scheme not in ("actor", "initiative") or " " in text.strip() or not text[:1].isupper():
        return ""
    return "all" if text.isupper() and len(text) > 1 else "first"


def _plainest(found: list[_Target]) -> list[_Target]:
    """Where a form is one concept's label as written, a form derived from another's of its scheme gives way."""
    written = {(t.scheme, t.how) for t in found if t.exact}
    return [t for t in found if t.exact or (t.scheme, t.how) not in written]


class Matcher:
    """An Aho-Corasick automaton over every label of a codebook.

    Examples
    --------
    >>> from research.codebook import Codebook, Concept
    >>> mou = Concept(id="mou", scheme="instrument", label={"en": "memo", "fr": "mémo", "ar": "مذكرة تفاهم"})
    >>> text = "وبمذكرة التفاهم الموقعة"
    >>> [(text[m.start:m.end], m.concept_id) for m in Matcher(Codebook({"mou": mou})).find(text)]
    [('مذكرة التفاهم', 'mou')]
    """

    def __init__(self, codebook: Codebook) -> None:
        targets: dict[str, list[_Target]] = defaultdict(list)
        for concept in codebook.concepts.values():
            listed = {
                how: [text for texts in getattr(concept, how).values() for text in texts]
                for how in ("ordinary", "never", "surname", "title")
            }
            ordinary = set(map(fold_label, listed["ordinary"]))
            names = {"label": [text for text in concept.names() if fold_label(text) not in ordinary]} | listed
            for how, texts in names.items():
                is_person = concept.type == "person" and how in ("label", "surname")
                for text in texts:
                    case = _case(concept, text) if how in ("label", "surname") else ""
                    stem = text.endswith(STEM)
                    for form, pronoun in _forms(text, is_person=is_person).items():
                        exact = form == fold_label(text)
                        arabic = is_arabic(form[-1:])
                        target = _Target(concept.id, concept.scheme, text, how, pronoun, arabic, stem, exact, case)
                        targets[form].append(target)
        self._targets = [_plainest(found) for found in targets.values()]
        self._automaton = ahocorasick_rs.AhoCorasick(list(targets))

    def find(self, text: str) -> list[Match]:
        """Matches in `text`, in order; none overlaps another of another span.

        Linear in the length of the text. The longest match wins; a match inside a `never` phrase of its own
        concept is dropped.
        """
        folded = fold(text)
        words, raw = folded.text, [*folded.starts.tolist(), len(text)]
        candidates: list[Match] = []
        vetoes: dict[str, list[Match]] = defaultdict(list)
        for index, start, end in self._automaton.find_matches_as_indexes(words, overlapping=True):
            prefix = letters_before(words, start)
            if prefix not in PROCLITICS:  # also before a Latin name: وMistral
                continue
            begin, suffix = start - 2 if prefix.endswith("ال") else start, letters_behind(words, end)
            for target in self._targets[index]:
                if not target.goes_on(suffix):
                    continue
                span = raw[begin], raw[end + len(suffix) if target.stem else end]
                if not target.fits(text, *span):
                    continue
                match = Match(*span, target.concept_id, target.label, target.how)
                (vetoes[target.concept_id] if target.how == "never" else candidates).append(match)
        kept = [m for m in candidates if not any(_inside(m, veto) for veto in vetoes.get(m.concept_id, ()))]
        kept.sort(key=lambda m: (m.start - m.end, m.start, m.how, m.concept_id))
        taken = bytearray(len(text))
        owner: dict[tuple[int, int], set[str]] = {}
        chosen = []
        for match in kept:
            span = (match.start, match.end)
            if match.concept_id in owner.get(span, ()) and match.how != "surname":
                continue
            if span in owner or not any(taken[match.start : match.end]):
                taken[match.start : match.end] = b"\x01" * (match.end - match.start)
                owner.setdefault(span, set()).add(match.concept_id)
                chosen.append(match)
        return sorted(chosen, key=lambda m: (m.start, m.end, m.concept_id))


def _inside(inner: Match, outer: Match) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
