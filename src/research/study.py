"""A study on disk: where its seeds, notebooks and results are, and its tables between notebooks.

Tables travel between notebooks as Parquet in ``.research/``. Each carries the hashes of the inputs it was made
from, so that a notebook never reads a table that an edit has made stale without saying so.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

from research.errors import CheckFailed, ResearchError, StaleTable
from research.files import replacing
from research.yamlfiles import read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from research.codebook import Codebook
    from research.corpus import Corpus

CORPUS_TABLES = ("documents", "passages", "boilerplate", "dates", "story_links", "refused")
ARTICLES = ("*.txt", "*.md", "*.html", "*.htm", "*.pdf", "*.docx", "*.jsonl", "*.csv", "*.parquet")
_STUDY_FILE = Path("seeds", "study.yaml")


class _Edition(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    number: int
    date: date


class _Settings(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    title: str
    edition: _Edition
    authors: list[str | dict[str, str]] = pydantic.Field(min_length=1)
    languages: list[str] = ["en"]
    columns: dict[str, str] = {}
    parameters: dict[str, Any] = {}


class Recommendation(pydantic.BaseModel):
    """One recommendation of the authors: who should do what by when, and on which claims it rests."""

    model_config = pydantic.ConfigDict(extra="forbid")
    id: str
    actor: dict[str, str]
    action: dict[str, str]
    deadline: dict[str, str]
    claims: list[str] = pydantic.Field(min_length=1)
    text: dict[str, str]


@dataclass(frozen=True)
class Study:
    """A study's folder and settings.

    Attributes
    ----------
    root : Path
        The folder that holds ``seeds/``, ``notebooks/``, ``figures/`` and ``report/``.
    title, edition, edition_date, authors, languages, columns, parameters
        As ``seeds/study.yaml`` gives them; an author is a name, or one in each language; `columns` are those of its
        collections, for `load_corpus`.
    """

    root: Path
    title: str
    edition: int
    edition_date: date
    authors: list[str | dict[str, str]]
    languages: list[str]
    columns: dict[str, str]
    parameters: dict[str, Any]
    _inputs: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, root: str | Path) -> Study:
        """The study in the folder `root`.

        Raises
        ------
        ResearchError
            There is no ``seeds/study.yaml``, or it is not one.
        """
        root = Path(root).resolve()
        file = root / _STUDY_FILE
        if not file.is_file():
            raise ResearchError("no such file", where=str(_STUDY_FILE), remedy="write it, or name the study")
        content = read_yaml(file)
        settings = content.parse(_Settings, content.content)
        edition = settings.edition
        return cls(
            root,
            settings.title,
            edition.number,
            edition.date,
            settings.authors,
            settings.languages,
            settings.columns,
            settings.parameters,
        )

    @classmethod
    def find(cls, start: str | Path | None = None) -> Study:
        """The study around `start`: the folder itself or one above it.

        Without `start`: the folder named by the environment variable RESEARCH_STUDY, else around the working
        directory, else around this package (a checkout of the project).
        """
        starts = (
            [Path(start)]
            if start
            else [
                *([Path(os.environ["RESEARCH_STUDY"])] if os.environ.get("RESEARCH_STUDY") else []),
                Path.cwd(),
                Path(__file__),
            ]
        )
        for place in starts:
            for folder in [place.resolve(), *place.resolve().parents]:
                if (folder / _STUDY_FILE).is_file():
                    return cls.load(folder)
        raise ResearchError(
            f"no {_STUDY_FILE} in or above {starts[0]}", remedy="go to the study's folder, or set RESEARCH_STUDY"
        )

    @property
    def seeds(self) -> Path:
        """Where everything the study is made from lies."""
        return self.root / "seeds"

    @property
    def work(self) -> Path:
        """Where intermediate files lie; git ignores it."""
        return self.root / ".research"

    def articles(self, *, strict: bool = True) -> Corpus:
        """Load the articles in ``seeds/`` with their source sheet."""
        from research.corpus import load_corpus

        sheet = self.seeds / "sources.csv"
        sources = sheet if sheet.is_file() else None
        corpus = load_corpus(self.seeds, sources=sources, columns=self.columns, strict=strict)
        for pattern in ARTICLES:  # an article added later makes the tables stale, too
            self._inputs[f"seeds/{pattern}"] = _digest(self.seeds / pattern)
            for file in sorted(self.seeds.glob(pattern)):
                self._note(file)
        return corpus

    def corpus(self) -> Corpus:
        """The corpus as ``1_corpus`` left it."""
        from research.corpus import Corpus

        return Corpus(**{name: self.read(name) for name in CORPUS_TABLES}, root=self.seeds, columns=self.columns)

    def codebook(self) -> Codebook:
        """The codebook in ``seeds/codebook``."""
        from research.codebook import load_codebook

        folder = self.seeds / "codebook"
        codebook = load_codebook(folder)
        for file in sorted(folder.glob("*.yaml")):
            self._note(file)
        return codebook

    def claims(self, corpus: Corpus) -> pd.DataFrame:
        """The analyst's claims: every quote found again, every term in the codebook, every statement in its quotes."""
        from research.claims import check_terms, load_claims
        from research.statements import Comparison, check_statements

        self._note(self.seeds / "claims.yaml")
        claims, codebook = load_claims(self.seeds / "claims.yaml", corpus), self.codebook()
        check_terms(claims, codebook)
        problems = check_statements(claims, Comparison(codebook))
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            remedy = "correct the statement, or quote what it says"
            raise CheckFailed(problems[0] + more, where="seeds/claims.yaml", remedy=remedy)
        return claims

    def recommendations(self) -> list[Recommendation]:
        """The authors' recommendations."""
        file = self.seeds / "recommendations.yaml"
        content = read_yaml(file)
        if not isinstance(content.content, list):
            raise ResearchError("not a list", where=content.where(), remedy="start each recommendation with '- id:'")
        found = [content.parse(Recommendation, entry, number) for number, entry in enumerate(content.content)]
        self._note(file)
        return found

    def write(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep a table for the notebooks that follow; it is checked, and remembers what it was made from."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from research import tables

        if name not in tables.COLUMNS:
            raise ResearchError(f"no table {name!r}", remedy=f"one of {', '.join(tables.COLUMNS)}")
        checked = tables.check(name, frame)
        content = pa.Table.from_pandas(tables.encode(name, checked), preserve_index=False)
        made_from = json.dumps(self._inputs, sort_keys=True)
        with replacing(self._parquet(name)) as handle:
            pq.write_table(content.replace_schema_metadata({"made_from": made_from}), handle)
        return checked

    def read(self, name: str) -> pd.DataFrame:
        """A table that an earlier notebook wrote.

        Raises
        ------
        StaleTable
            It is missing, or one of its inputs has changed since; the message names the command that makes it.
        """
        import pyarrow.parquet as pq

        from research import tables

        self._inputs.update(self.refuse_stale(name))
        return tables.decode(name, pq.read_table(self._parquet(name)).to_pandas())

    def refuse_stale(self, name: str) -> dict[str, str]:
        """What a table was made from, with hashes.

        Raises
        ------
        StaleTable
            As `read` does.
        """
        import pyarrow.parquet as pq

        file = self._parquet(name)
        if not file.is_file():
            raise StaleTable(f"table {name!r} has not been made", remedy=f"run `{self._maker(name)}`")
        made_from: dict[str, str] = json.loads((pq.read_schema(file).metadata or {}).get(b"made_from", b"{}"))
        for path, digest in made_from.items():
            if _digest(self.root / path) != digest:
                raise StaleTable(f"table {name!r} was made before {path} changed", remedy=f"run `{self._maker(name)}`")
        return made_from

    def _parquet(self, name: str) -> Path:
        return self.work / "tables" / f"{name}.parquet"

    def _maker(self, name: str) -> str:
        for notebook in sorted((self.root / "notebooks").glob("*.ipynb")):
            if f'study.write(\\"{name}\\"' in notebook.read_text(encoding="utf-8"):
                return f"research run {notebook.stem}"
        return "research brief"

    def _note(self, file: Path) -> None:
        self._inputs[file.relative_to(self.root).as_posix()] = _digest(file)


def _digest(file: Path) -> str:
    """Hash of a file's bytes; of the names that match, where the last part is a pattern."""
    if "*" in file.name:
        names = sorted(found.name for found in file.parent.glob(file.name))
        return hashlib.sha256("\0".join(names).encode()).hexdigest()
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
