"""The codebook: an analyst's YAML files of layers, concepts, actors, instruments and cues in three languages.

Each file has a default `scheme` and a list of `concepts`; see `Concept` for what an entry may hold.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from research.errors import ResearchError
from research.text import fold_label
from research.yamlfiles import YamlFile, read_yaml

Scheme = Literal[
    "layer",
    "concept",
    "initiative",
    "place",
    "nationality",
    "actor",
    "instrument",
    "status",
    "purpose",
    "hedge",
    "negation",
    "posture",
    "bound",
    "speech",
    "partner",
    "unwritten",
    "duration",
    "rank",
]
Texts = dict[Literal["en", "fr", "ar", "es"], list[Annotated[str, pydantic.Field(min_length=2)]]]


class Concept(pydantic.BaseModel):
    """One entry of a codebook.

    `label` names it in each language and `alt` lists what else it is called (SKOS altLabel); both are searched.
    A text that ends in ``*`` is a stem ("entrepren*").
    Those that `ordinary` repeats are words of every day ("school", "cloud"): they count only in a passage that speaks
    of the subject by another label.
    `never` lists longer phrases inside which a label means something else. `broader` leads to layers.
    `source` says where knowledge that the articles do not state comes from. For actors: `origin`, `type`,
    `role`, `member_of`, and `surname` and `title`, which name a person only together with the document. For
    layers and concepts: `type` ``core`` for what an article on the subject can hardly do without. For
    instruments: `type`, the kind if it is not the id, and `status`, that of one of which nothing else is said.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: str = pydantic.Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    scheme: Scheme
    label: dict[Literal["en", "fr", "ar"], str]
    alt: Texts = {}
    ordinary: Texts = {}
    never: Texts = {}
    surname: Texts = {}
    title: Texts = {}
    definition: str = ""
    broader: tuple[str, ...] = ()
    source: str = ""
    origin: Literal["", "domestic", "foreign", "multilateral"] = ""
    type: str = ""
    role: str = ""
    status: Literal["", "ambition", "discussed", "announced", "signed", "operating"] = ""
    member_of: str = ""

    @pydantic.field_validator("broader", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @pydantic.field_validator("label")
    @classmethod
    def _all_languages(cls, value: dict[str, str]) -> dict[str, str]:
        missing = {"en", "fr", "ar"} - {language for language, text in value.items() if text.strip()}
        if missing:
            raise ValueError(f"no label in {', '.join(sorted(missing))}")
        return value

    def names(self) -> Iterator[str]:
        """Every text under which the entry is searched."""
        yield from dict.fromkeys(name for _, name in self.named())

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Each text under which the entry is searched, after the keys that lead to it in its file."""
        for language, text in self.label.items():
            yield ("label", language), text
        for spoken, texts in self.alt.items():
            for position, text in enumerate(texts):
                yield ("alt", spoken, position), text


@dataclass(frozen=True)
class Codebook:
    """All concepts by id, in file order.

    Attributes
    ----------
    concepts : mapping of str to Concept
    """

    concepts: Mapping[str, Concept]

    def scheme(self, *schemes: Scheme) -> list[Concept]:
        """The concepts of the given schemes, in file order."""
        return [concept for concept in self.concepts.values() if concept.scheme in schemes]

    def without(self, *schemes: Scheme) -> Codebook:
        """The codebook less the concepts of the given schemes."""
        return Codebook({key: concept for key, concept in self.concepts.items() if concept.scheme not in schemes})

    @cached_property
    def layers(self) -> list[str]:
        """Ids of the layers, in the order of the stack."""
        return [concept.id for concept in self.scheme("layer")]

    def label(self, concept_id: str, language: str = "en") -> str:
        """The concept's label in `language`; an id the codebook lacks is its own label."""
        concept = self.concepts.get(concept_id)
        return concept.label[language] if concept else concept_id  # type: ignore[index]

    def layers_of(self, concept_id: str) -> list[str]:
        """The layers a concept belongs to, through `broader`."""
        found, queue = set(), [concept_id]
        while queue:
            concept = self.concepts.get(queue.pop())
            if concept is None:
                continue
            if concept.scheme == "layer":
                found.add(concept.id)
            queue += [b for b in concept.broader if b not in found]
        return [layer for layer in self.layers if layer in found]


def load_codebook(path: str | Path) -> Codebook:
    """Load and check a codebook.

    Parameters
    ----------
    path : str or Path
        A folder of ``.yaml`` files, or one file.

    Raises
    ------
    ResearchError
        Naming file, line, column and entry: broken YAML or a tag in it, an unknown or repeated key, a duplicate id,
        two concepts of one scheme with one label, a `broader` that is not there or runs in a circle.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "layers.yaml"
    >>> entry = "{id: data, label: {en: data, fr: données, ar: البيانات}}"
    >>> _ = file.write_text("scheme: layer\\nconcepts: [" + entry + "]", encoding="utf-8")
    >>> load_codebook(file).label("data", "fr")
    'données'
    """
    path = Path(path)
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise ResearchError("no codebook here", where=str(path), remedy="add layers.yaml and the other files")
    content = tuple((file.name, file.read_bytes()) for file in files)
    if content not in _LOADED:
        _LOADED[content] = _read(files, path)
        if len(_LOADED) > _KEEP:
            _LOADED.popitem(last=False)
    return Codebook(dict(_LOADED[content]))


_LOADED: OrderedDict[tuple[tuple[str, bytes], ...], dict[str, Concept]] = OrderedDict()  # by the content of the files
_KEEP = 4


def _read(files: list[Path], path: Path) -> dict[str, Concept]:
    concepts: dict[str, Concept] = {}
    home: dict[str, _Place] = {}
    for file in map(read_yaml, files):
        for number, entry in enumerate(_entries(file)):
            concept = file.parse(Concept, entry, "concepts", number)
            place = _Place(file, number)
            if concept.id in concepts:
                raise ResearchError(
                    f"duplicate id {concept.id!r}, first at {home[concept.id].at('id')}",
                    where=place.at("id"),
                    remedy="rename or merge one of the two",
                )
            concepts[concept.id], home[concept.id] = concept, place
    if not concepts:
        raise ResearchError("the codebook is empty", where=str(path), remedy="add at least one concept")
    _check_labels(concepts, home)
    _check_references(concepts, home)
    return concepts


@dataclass(frozen=True)
class _Place:
    """Where an entry stands."""

    file: YamlFile
    number: int

    def at(self, *keys: str | int) -> str:
        return self.file.where("concepts", self.number, *keys)


def _entries(file: YamlFile) -> list[dict[str, Any]]:
    content = file.content
    if not isinstance(content, dict) or not isinstance(content.get("concepts"), list):
        raise ResearchError("no list of concepts", where=file.where(), remedy="start it with 'scheme:' and 'concepts:'")
    for number, entry in enumerate(content["concepts"]):
        if not isinstance(entry, dict):
            where = file.where("concepts", number)
            raise ResearchError(f"not a concept: {entry!r:.60}", where=where, remedy="start it with '- id:'")
    return [{"scheme": content.get("scheme"), **entry} for entry in content["concepts"]]


def _check_labels(concepts: Mapping[str, Concept], home: dict[str, _Place]) -> None:
    owner: dict[tuple[str, str], str] = {}
    for concept in concepts.values():
        for keys, name in concept.named():
            folded = fold_label(name)
            if len(folded) < 2:
                raise ResearchError(
                    f"concept {concept.id!r}: label {name!r} is too short to search",
                    where=home[concept.id].at(*keys),
                    remedy="write at least two letters",
                )
            other = owner.setdefault((concept.scheme, folded), concept.id)
            if other != concept.id:
                raise ResearchError(
                    f"concepts {other!r} and {concept.id!r} share the label {name!r}",
                    where=home[concept.id].at(*keys),
                    remedy="keep it in one of them",
                )


def _check_references(concepts: Mapping[str, Concept], home: dict[str, _Place]) -> None:
    for concept in concepts.values():
        if concept.member_of and concept.member_of not in concepts:
            raise ResearchError(
                f"concept {concept.id!r}: member_of {concept.member_of!r} is not in the codebook",
                where=home[concept.id].at("member_of"),
                remedy="add it or correct the id",
            )
        seen, queue = {concept.id}, list(concept.broader)
        while queue:
            broader = queue.pop()
            if broader not in concepts:
                raise ResearchError(
                    f"concept {concept.id!r}: broader {broader!r} is not in the codebook",
                    where=home[concept.id].at("broader"),
                    remedy="add it or correct the id",
                )
            if broader == concept.id:
                raise ResearchError(
                    f"concept {concept.id!r} is broader than itself",
                    where=home[concept.id].at("broader"),
                    remedy="break the circle of 'broader'",
                )
            if broader not in seen:
                seen.add(broader)
                queue += concepts[broader].broader
