"""Find a codebook's labels in text: exact raw offsets, whole words, Arabic particles, longest match, vetoes."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
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
_SUBJECTS = frozenset(["layer", "concept"])
_NAMES = frozenset(["actor", "initiative", "place", "nationality"])
_LAST_OF_PROCLITICS = frozenset(particle[-1] for particle in PROCLITICS if particle)
_FIRST_OF_ENCLITICS = frozenset(pronoun[0] for pronoun in ENCLITICS if pronoun)


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
        return text[start].isupper() if self.case == "first" else text[start:end].rstrip("s").isupper()


def _forms(text: str, *, is_person: bool) -> dict[str, bool]:
    folded = fold_label(text.removesuffix(STEM))
    # An acronym has no plural, and a person's name no form but its own: المعلم is not معلم, "a teacher".
    plain = len(folded) <= 3 or is_person or text.endswith(STEM)
    return {folded: False} if plain else search_forms(text)


def _case(concept: Concept, text: str) -> str:
    if " " in text.strip() or not text[:1].isupper():
        return ""
    if text.isupper() and len(text) > 1:
        return "all"
    return "first" if concept.scheme in ("actor", "initiative") else ""


def _plainest(found: list[_Target]) -> list[_Target]:
    """Where a form is one concept's label as written, a form derived from another's of its scheme gives way.

    Of a concept's labels that come to the same form, the first listed stands for all.
    """
    written = {(t.scheme, t.how) for t in found if t.exact}
    plain = [t for t in found if t.exact or (t.scheme, t.how) not in written]
    return list({(t.concept_id, t.how, t.pronoun, t.stem, t.case): t for t in reversed(plain)}.values())[::-1]


_KEPT: OrderedDict[tuple[int, ...], tuple[Codebook, Matcher]] = OrderedDict()
_KEEP = 4  # codebooks; setting one of 11,000 labels up takes half a second


def matcher_of(codebook: Codebook) -> Matcher:
    """The matcher of a codebook, set up once in a process for the same concepts."""
    key = tuple(map(id, codebook.concepts.values()))  # stay theirs as long as the codebook is kept
    if key not in _KEPT:
        _KEPT[key] = (codebook, Matcher(codebook))
        if len(_KEPT) > _KEEP:
            _KEPT.popitem(last=False)
    return _KEPT[key][1]


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
                    case = _case(concept, text) if how not in ("never", "title") else ""
                    stem = text.endswith(STEM)
                    for form, pronoun in _forms(text, is_person=is_person).items():
                        exact = form == fold_label(text)
                        arabic = is_arabic(form[-1:])
                        target = _Target(concept.id, concept.scheme, text, how, pronoun, arabic, stem, exact, case)
                        targets[form].append(target)
        self._targets = [_plainest(found) for found in targets.values()]
        self._whole_words = [[target for target in found if target.goes_on("")] for found in self._targets]
        self._has_stem = [any(target.stem for target in found) for found in self._targets]
        self._scheme = {concept.id: concept.scheme for concept in codebook.concepts.values()}
        self._automaton = ahocorasick_rs.AhoCorasick(list(targets))

    def find(self, text: str) -> list[Match]:
        """Matches in `text`, in order; none overlaps another of another span.

        Linear in the length of the text. The longest match wins; a match inside a `never` phrase of its own
        concept is dropped.
        """
        folded = fold(text)
        words = folded.text
        spaced = f" {words} "  # a hit has a neighbour on each side, nearly always a space
        raw, last = folded.starts, len(words)
        found: list[Match] = []
        vetoes: dict[str, list[Match]] = defaultdict(list)
        for index, start, end in self._automaton.find_matches_as_indexes(words, overlapping=True):
            begin, stop, targets = start, end, self._whole_words[index]
            if (char := spaced[start]) != " ":  # also before a Latin name: وMistral
                if char.isalpha() and char not in _LAST_OF_PROCLITICS:
                    continue
                prefix = letters_before(words, start)
                if prefix not in PROCLITICS:
                    continue
                if prefix[-2:] == "ال":
                    begin = start - 2
            if (char := spaced[end + 1]) != " ":
                if char.isalpha() and char not in _FIRST_OF_ENCLITICS and not self._has_stem[index]:
                    continue
                suffix = letters_behind(words, end)
                targets = [target for target in self._targets[index] if target.goes_on(suffix)]
                stop = end + len(suffix)
            for target in targets:
                until = stop if target.stem else end
                span = int(raw[begin]), int(raw[until]) if until < last else len(text)
                if target.case and not target.fits(text, *span):
                    continue
                match = Match(*span, target.concept_id, target.label, target.how)
                if target.how == "never":
                    vetoes[target.concept_id].append(match)
                else:
                    found.append(match)
        if vetoes:
            found = [m for m in found if not any(_inside(m, veto) for veto in vetoes.get(m.concept_id, ()))]
        return self._longest(found)

    def _longest(self, found: list[Match]) -> list[Match]:
        """The matches in order, without those that overlap a longer one; a span may bear several concepts."""
        found.sort()
        chosen: list[Match] = []
        at = 0
        while at < len(found):
            first, end = at, found[at].end
            at += 1
            while at < len(found) and found[at].start < end:
                end = max(end, found[at].end)
                at += 1
            chosen += found[first:at] if at == first + 1 else self._longest_of_group(found[first:at])
        return chosen

    def _longest_of_group(self, group: list[Match]) -> list[Match]:
        taken: list[tuple[int, int, str]] = []
        bearers: set[tuple[int, int, str]] = set()
        chosen = []
        for match in sorted(group, key=lambda m: (m.start - m.end, m.start, m.how, m.concept_id)):
            start, end, concept_id = match[:3]
            if (start, end, concept_id) in bearers and match.how != "surname":
                continue
            scheme = self._scheme[concept_id]
            if any(
                a < end and start < b and (a, b) != (start, end) and not _side_by_side(longer, scheme)
                for a, b, longer in taken
            ):
                continue
            taken.append((start, end, scheme))
            bearers.add((start, end, concept_id))
            chosen.append(match)
        return sorted(chosen, key=lambda m: (m.start, m.end, m.concept_id))


def _side_by_side(longer: str, shorter: str) -> bool:
    """Whether a match may overlap a longer one: "data centre law" is of data centres, and a law.

    What an instrument is and what it is about don't shut each other out, and a cue ("published a call for tenders")
    doesn't shut out either; but inside a subject or a name no word is a cue.
    """
    if longer in _NAMES:
        return False
    if longer in _SUBJECTS:
        return shorter == "instrument"
    return shorter in _SUBJECTS or (longer != "instrument" and shorter == "instrument")


def _inside(inner: Match, outer: Match) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
