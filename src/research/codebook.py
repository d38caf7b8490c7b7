"""The codebook: an analyst's YAML files of layers, concepts, actors, instruments and cues in three languages.

Each file has a default `scheme` and a list of `concepts`; see `Concept` for what an entry may hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml

from research.errors import ResearchError
from research.text import fold_label

Scheme = Literal[
    "layer",
    "concept",
    "initiative",
    "place",
    "nationality",
    "actor",
    "instrument",
    "status",
    "hedge",
    "negation",
    "posture",
    "bound",
    "speech",
    "partner",
]
Texts = dict[Literal["en", "fr", "ar", "es"], list[Annotated[str, pydantic.Field(min_length=2)]]]


class Concept(pydantic.BaseModel):
    """One entry of a codebook.

    `label` names it in each language and `alt` lists what else it is called (SKOS altLabel); both are searched.
    Those that `ordinary` repeats are words of every day ("school", "cloud"): they count only in a passage that speaks
    of the subject by another label.
    `never` lists longer phrases inside which a label means something else. `broader` leads to layers.
    `source` says where knowledge that the articles do not state comes from. For actors: `origin`, `type`,
    `role`, `member_of`, and `surname` and `title`, which name a person only together with the document.
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
        yield from dict.fromkeys([*self.label.values(), *(t for texts in self.alt.values() for t in texts)])


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
        Naming file and entry: broken YAML, an unknown key, a duplicate id, two concepts of one scheme with
        one label, a `broader` that is not there or runs in a circle.

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
    concepts: dict[str, Concept] = {}
    home: dict[str, str] = {}
    for file in files:
        for entry in _entries(file):
            concept = _concept(entry, file.name)
            if concept.id in concepts:
                raise ResearchError(
                    f"duplicate id {concept.id!r}, first in {home[concept.id]}",
                    where=file.name,
                    remedy="rename or merge one of the two",
                )
            concepts[concept.id], home[concept.id] = concept, file.name
    if not concepts:
        raise ResearchError("the codebook is empty", where=str(path), remedy="add at least one concept")
    _check_labels(concepts, home)
    _check_broader(concepts, home)
    return Codebook(concepts)


def _entries(file: Path) -> list[dict[str, Any]]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", "") or str(error)
        raise ResearchError(f"not readable as YAML{at}: {problem}", where=file.name, remedy="mend it there") from error
    if not isinstance(content, dict) or not isinstance(content.get("concepts"), list):
        raise ResearchError("no list of concepts", where=file.name, remedy="start it with 'scheme:' and 'concepts:'")
    for entry in content["concepts"]:
        if not isinstance(entry, dict):
            raise ResearchError(f"not a concept: {entry!r:.60}", where=file.name, remedy="start it with '- id:'")
    return [{"scheme": content.get("scheme"), **entry} for entry in content["concepts"]]


def _concept(entry: dict[str, Any], file: str) -> Concept:
    try:
        return Concept.model_validate(entry)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ResearchError(
            f"concept {entry.get('id')!r}: {field}: {first['msg']} (got {first['input']!r:.60})",
            where=file,
            remedy="correct the entry",
        ) from error


def _check_labels(concepts: Mapping[str, Concept], home: dict[str, str]) -> None:
    owner: dict[tuple[str, str], str] = {}
    for concept in concepts.values():
        for name in concept.names():
            folded = fold_label(name)
            if len(folded) < 2:
                raise ResearchError(
                    f"concept {concept.id!r}: label {name!r} is too short to search",
                    where=home[concept.id],
                    remedy="write at least two letters",
                )
            other = owner.setdefault((concept.scheme, folded), concept.id)
            if other != concept.id:
                raise ResearchError(
                    f"concepts {other!r} and {concept.id!r} share the label {name!r}",
                    where=home[concept.id],
                    remedy="keep it in one of them",
                )


def _check_broader(concepts: Mapping[str, Concept], home: dict[str, str]) -> None:
    for concept in concepts.values():
        seen, queue = {concept.id}, list(concept.broader)
        while queue:
            broader = queue.pop()
            if broader not in concepts:
                raise ResearchError(
                    f"concept {concept.id!r}: broader {broader!r} is not in the codebook",
                    where=home[concept.id],
                    remedy="add it or correct the id",
                )
            if broader == concept.id:
                raise ResearchError(
                    f"concept {concept.id!r} is broader than itself",
                    where=home[concept.id],
                    remedy="break the circle of 'broader'",
                )
            if broader not in seen:
                seen.add(broader)
                queue += concepts[broader].broader
