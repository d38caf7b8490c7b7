"""A codebook as a vocabulary: which of its labels the articles use, one label more or less, all of it as SKOS."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from research.codebook import Codebook, Concept, load_codebook
from research.coding.matcher import matcher_of
from research.errors import ResearchError
from research.files import replacing
from research.text import fold_label, is_arabic
from research.yamlfiles import read_yaml

BASE = "urn:research:codebook:"


def survey_labels(texts: pd.Series, codebook: Codebook) -> pd.DataFrame:
    """How often each label of a codebook is found in texts, and which labels two entries claim.

    Parameters
    ----------
    texts : Series of str
        Passages.
    codebook : Codebook

    Returns
    -------
    DataFrame
        One row a concept and label, in file order: ``concept_id``, ``scheme``, ``label``, ``matches`` (how often it
        was found and meant this concept) and ``also`` (ids of other concepts that the same label means, too).
    """
    matcher = matcher_of(codebook)
    found = Counter((match.concept_id, fold_label(match.label)) for text in texts for match in matcher.find(text))
    owners: dict[str, set[str]] = defaultdict(set)
    for concept in codebook.concepts.values():
        for name in _searched(concept):
            owners[fold_label(name)].add(concept.id)
    rows = [
        {
            "concept_id": concept.id,
            "scheme": concept.scheme,
            "label": name,
            "matches": found[concept.id, fold_label(name)],
            "also": ", ".join(sorted(owners[fold_label(name)] - {concept.id})),
        }
        for concept in codebook.concepts.values()
        for name in _searched(concept)
    ]
    return pd.DataFrame(rows, columns=["concept_id", "scheme", "label", "matches", "also"])


def survey_report(survey: pd.DataFrame) -> Iterator[str]:
    """What `survey_labels` found, in lines: entries never found, labels never found, labels that two entries claim."""
    counts = survey.groupby("concept_id", sort=False)["matches"].sum()
    unused = counts.index[counts == 0]
    yield f"never found: {len(unused)} of {len(counts)} entries{': ' if len(unused) else ''}{', '.join(unused)}"
    idle = survey[(survey["matches"] == 0) & ~survey["concept_id"].isin(unused)]
    yield f"never found: {len(idle)} of {len(survey)} labels, of entries that others of their labels find"
    for concept_id, group in idle.groupby("concept_id", sort=False):
        yield f"  {concept_id}: {', '.join(group['label'])}"
    shared = survey[survey["also"] != ""].drop_duplicates("label")
    yield f"overlapping: {len(shared)} labels mean two entries of different schemes, and both are found"
    for row in shared.itertuples():
        yield f"  {row.label}: {row.concept_id}, {row.also}"


def _searched(concept: Concept) -> Iterator[str]:
    """The labels of a concept, and the surnames and titles that mean it, each once however it is written."""
    listed = [concept.ordinary, concept.surname, concept.title]
    texts = [*concept.names(), *(text for languages in listed for texts in languages.values() for text in texts)]
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(fold_label(text), text)
    yield from seen.values()


def to_skos(codebook: Codebook, *, base: str = BASE) -> str:
    """The codebook as SKOS in Turtle.

    Labels, variants, definitions and `broader` are SKOS's own terms; surnames and titles are hidden labels, phrases
    that veto a label are scope notes, the source of what the articles do not state is a `dcterms:source`.

    Parameters
    ----------
    codebook : Codebook
    base : str, optional
        What ids are appended to.

    Examples
    --------
    >>> data = Concept(id="data", scheme="layer", label={"en": "Data", "fr": "Données", "ar": "البيانات"})
    >>> "skos:prefLabel" in to_skos(Codebook({"data": data}))
    True
    """
    from rdflib import RDF, SKOS, Graph, Literal, URIRef
    from rdflib.namespace import DCTERMS

    graph = Graph()
    graph.bind("skos", SKOS)
    graph.bind("dcterms", DCTERMS)
    for scheme in sorted({concept.scheme for concept in codebook.concepts.values()}):
        graph.add((URIRef(f"{base}scheme:{scheme}"), RDF.type, SKOS.ConceptScheme))
    for concept in codebook.concepts.values():
        node = URIRef(base + concept.id)
        facts: list[tuple[Any, Any]] = [
            (RDF.type, SKOS.Concept),
            (SKOS.notation, Literal(concept.id)),
            (SKOS.inScheme, URIRef(f"{base}scheme:{concept.scheme}")),
            *((SKOS.broader, URIRef(base + broader)) for broader in concept.broader),
            *((SKOS.prefLabel, Literal(text, lang=language)) for language, text in concept.label.items()),
        ]
        for term, texts in (
            (SKOS.altLabel, concept.alt),
            (SKOS.altLabel, concept.ordinary),
            (SKOS.hiddenLabel, concept.surname),
            (SKOS.hiddenLabel, concept.title),
        ):
            preferred = set(concept.label.values())  # SKOS keeps the kinds of label apart
            facts += [
                (term, _literal(text, at)) for at, found in texts.items() for text in found if text not in preferred
            ]
        facts += [
            (SKOS.scopeNote, Literal(f"not: {text}", lang=at)) for at, found in concept.never.items() for text in found
        ]
        facts += [(SKOS.definition, Literal(concept.definition, lang="en"))] if concept.definition else []
        facts += [(DCTERMS.source, Literal(concept.source))] if concept.source else []
        for term, value in facts:
            graph.add((node, term, value))
    return str(graph.serialize(format="turtle"))


def _literal(text: str, language: str) -> Any:
    """A variant; a Latin name among the Arabic ones is not Arabic."""
    from rdflib import Literal

    return Literal(text, lang=language if language != "ar" or is_arabic(text) else "ar-Latn")


def accept(folder: str | Path, concept_id: str, phrase: str, *, language: str) -> None:
    """Add `phrase` to the labels of a concept, in its file; the file is else left as it is, comments included.

    Parameters
    ----------
    folder : str or Path
        The codebook's folder.
    concept_id : str
    phrase : str
    language : str

    Raises
    ------
    ResearchError
        There is no such concept, or the codebook would no longer be sound; then nothing is written.
    """
    _add(Path(folder), concept_id, "alt", phrase, language)


def veto(folder: str | Path, concept_id: str, phrase: str, *, language: str) -> None:
    """Add `phrase` to those inside which the labels of a concept mean something else; see `accept`."""
    _add(Path(folder), concept_id, "never", phrase, language)


def _add(folder: Path, concept_id: str, field: str, phrase: str, language: str) -> None:
    for file in map(read_yaml, sorted(folder.glob("*.yaml"))):
        for number, entry in enumerate(file.content["concepts"]):
            if entry["id"] == concept_id:
                before = file.path.read_bytes()
                with replacing(file.path) as handle:
                    handle.write(file.with_item(phrase, "concepts", number, field, language).encode())
                try:
                    load_codebook(folder)
                except ResearchError:
                    with replacing(file.path) as handle:
                        handle.write(before)
                    raise
                return
    raise ResearchError(f"no concept {concept_id!r}", where=str(folder), remedy="see the ids in its files")
