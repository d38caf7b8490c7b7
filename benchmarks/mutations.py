"""Does an edit get through that the checks should stop?

    python benchmarks/mutations.py [articles|claims] [--seed 0]

*articles*: 40 edits of the five articles – a number, a partner's name, a date, a dropped party, a negation added –
with the files' hashes and the quotes edited along, so that only statements, prose, codes and figures can be stale. An
edit is *stopped* if the claims no longer load, *followed* if the published tables change with it; else it *slipped*.

*claims*: 40 edits of claim statements (20, in three languages) and of the brief's prose (20) – a number, a party, a
status, a negation – with the articles untouched. Each must be *stopped*.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import yaml

from research import code_corpus
from research.brief import Cover, Facts, Notes
from research.brief.blocks import MIME
from research.brief.check import check_prose
from research.brief.model import from_notebook
from research.coding.matcher import Matcher
from research.coding.quantities import find_numbers
from research.errors import ResearchError
from research.statements import Comparison, check_statements
from research.study import Study
from research.tables import decode

ROOT = Path(__file__).parents[1]
NUMBERS = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize",
    "ar": "اثنتين ثلاث أربع خمس ست سبع ثمان تسع عشر إحدى_عشرة اثنتي_عشرة ثلاث_عشرة",
}
NOT = {"en": "not ", "fr": "n’a pas ", "ar": "لم "}
DATES = {"الأحد": "الثلاثاء", "الاثنين": "الخميس", "شتنبر": "مارس", "يوليو": "نونبر", "يناير": "أبريل", "فبراير": "ماي"}
DATES |= {"septembre": "mars", "janvier": "avril", "février": "mai", "dimanche": "mardi"}
COMPARED = {
    "instruments": ["doc_id", "kind", "status", "parties", "quantity", "date"],
    "quantities": ["passage_id", "value", "unit", "bound"],
    "codes": ["passage_id", "layer", "status", "negated"],
    "mentions": ["passage_id", "concept_id"],
    "dates": ["passage_id", "from", "to", "surface"],
}


@dataclass(frozen=True)
class Edit:
    """Words put in the place of others: in a document, a statement or a cell."""

    kind: str
    where: str
    start: int
    end: int
    new: str

    def apply(self, text: str) -> str:
        """`text` with the edit in it."""
        return text[: self.start] + self.new + text[self.end :]


def other_number(surface: str, value: float, language: str) -> str:
    """Another number, in figures or in words as this one is."""
    if re.search(r"\d", surface):
        return re.sub(r"\d+", str(int(value) + 1 if value != 70 else 40), surface, count=1)
    words = NUMBERS[language].split()
    return words[(int(value) - 1) % len(words)].replace("_", " ")


class Articles:
    """The study as it is, and what comes of an edit of its articles."""

    def __init__(self) -> None:
        self.study = Study.load(ROOT)
        self.corpus, self.codebook = self.study.articles(), self.study.codebook()
        self.claims = self.study.claims(self.corpus)
        self.evidence = code_corpus(self.corpus, self.codebook)
        self.tables = self._published(self.corpus, self.evidence)
        self.languages = dict(zip(self.corpus.documents["doc_id"], self.corpus.documents["language"], strict=True))

    def edits(self, rng: random.Random, each: int = 8) -> list[Edit]:
        """So many of each of the five kinds, drawn from all that the articles allow."""
        found: list[Edit] = []
        for kind in ("number", "partner", "date", "dropped", "negated"):
            candidates = list(getattr(self, f"_{kind}")(rng))
            found += rng.sample(candidates, min(each, len(candidates)))
        return found

    def _number(self, rng: random.Random) -> Iterator[Edit]:
        for row in self.evidence.quantities.to_dict("records"):
            new = other_number(row["surface"], row["value"], self.languages[row["doc_id"]])
            yield Edit("number", row["doc_id"], row["start"], row["end"], new)

    def _actors(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        mentions = self.evidence.mentions
        inside = mentions[(mentions["doc_id"] == row["doc_id"]) & (mentions["start"].between(row["start"], row["end"]))]
        return [m for m in inside.to_dict("records") if m["concept_id"] in row["parties"]]

    def _partner(self, rng: random.Random) -> Iterator[Edit]:
        others = [c for c in self.codebook.scheme("actor") if c.origin and c.type != "person"]
        for row in self.evidence.instruments.to_dict("records"):
            for actor in self._actors(row):
                other = rng.choice([c for c in others if c.id not in row["parties"]])
                new = other.label[self.languages[row["doc_id"]]]
                yield Edit("partner", row["doc_id"], actor["start"], actor["end"], new)

    def _date(self, rng: random.Random) -> Iterator[Edit]:
        for row in self.corpus.dates.to_dict("records"):
            for old, new in DATES.items():
                at = row["surface"].find(old)
                if at >= 0 and row["role"] == "event":
                    yield Edit("date", row["doc_id"], row["start"] + at, row["start"] + at + len(old), new)
            for match in re.finditer(r"(?<!\d)\d{1,2}(?!\d)", row["surface"]):
                start, new = row["start"] + match.start(), str(int(match[0]) % 28 + 1)
                yield Edit("date", row["doc_id"], start, start + len(match[0]), new)

    def _dropped(self, rng: random.Random) -> Iterator[Edit]:
        for row in self.evidence.instruments.to_dict("records"):
            actors = self._actors(row)
            for one, two in pairwise(actors):
                if one["concept_id"] != two["concept_id"] and one["end"] < two["start"]:
                    yield Edit("dropped", row["doc_id"], one["end"], two["end"], "")

    def _negated(self, rng: random.Random) -> Iterator[Edit]:
        mentions = self.evidence.mentions
        paragraphs = set(self.corpus.passages.query("kind == 'paragraph'")["passage_id"])
        for row in mentions[mentions["concept_id"].isin(["signed", "announced", "discussed"])].to_dict("records"):
            if row["passage_id"] in paragraphs:
                new = NOT[self.languages[row["doc_id"]]]
                yield Edit("negated", row["doc_id"], row["start"], row["start"], new)

    def outcome(self, edit: Edit) -> tuple[str, str]:
        """``stopped``, ``followed`` or ``slipped``, and by what."""
        with tempfile.TemporaryDirectory() as folder:
            seeds = Path(folder, "seeds")
            shutil.copytree(ROOT / "seeds", seeds)
            self._write(edit, seeds)
            study = Study.load(folder)
            try:
                corpus = study.articles()
                study.claims(corpus)
            except ResearchError as error:
                return "stopped", str(error)
            now = self._published(corpus, code_corpus(corpus, self.codebook))
        changed = [name for name, rows in now.items() if rows != self.tables[name]]
        return ("followed", ", ".join(changed)) if changed else ("slipped", "")

    def _write(self, edit: Edit, seeds: Path) -> None:
        file = self.corpus.documents.set_index("doc_id").loc[edit.where, "file"]
        text = (seeds / file).read_text(encoding="utf-8")
        (seeds / file).write_text(edit.apply(text), encoding="utf-8")
        content = yaml.safe_load((seeds / "claims.yaml").read_text(encoding="utf-8"))
        places = {row["claim_id"]: row["quotes"] for row in self.claims.to_dict("records")}
        for claim in content:
            for quote, place in zip(claim["quotes"], places[claim["id"]], strict=True):
                start, end = max(edit.start, place["start"]), min(edit.end, place["end"])
                if quote["doc"] == edit.where and start <= end:
                    at, new = place["start"], edit.new if start == edit.start else ""
                    quote["exact"] = Edit("", "", start - at, end - at, new).apply(quote["exact"])
        (seeds / "claims.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        with (seeds / "sources.csv").open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for row in rows:
            row["sha256"] = hashlib.sha256((seeds / row["file"]).read_bytes()).hexdigest()
        with (seeds / "sources.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    @staticmethod
    def _published(corpus: Any, evidence: Any) -> dict[str, str]:
        frames = {name: getattr(evidence, name, None) for name in COMPARED} | {"dates": corpus.dates}
        return {name: frames[name][columns].to_json() for name, columns in COMPARED.items()}


class Statements:
    """The claims' statements and the brief's prose, and what the checks say of an edit."""

    def __init__(self) -> None:
        study = Study.load(ROOT)
        self.corpus, self.codebook = study.articles(), study.codebook()
        self.claims = study.claims(self.corpus)
        self.matcher = Matcher(self.codebook.without("rank"))
        self.comparison = Comparison(self.codebook)
        sheet = pd.read_csv(ROOT / "report" / "tables" / "facts.csv", dtype=str, keep_default_na=False)
        facts = decode("facts", sheet)
        self.notebooks = {
            file.stem.partition(".")[2]: self._with_outputs(file, study, facts)
            for file in sorted((ROOT / "notebooks").glob("brief.*.ipynb"))
        }

    def _with_outputs(self, file: Path, study: Study, facts: pd.DataFrame) -> Any:
        """A brief's prose, and one cell that shows what it cites, prints and refers to."""
        notebook, language = nbformat.read(file, as_version=4), file.stem.partition(".")[2]
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        blocks = [
            Cover(study, subject="Brief", audience="all", language=language, codebook=self.codebook),
            Facts(facts, self.codebook, language=language),
            Notes(self.claims, self.corpus, language=language),
        ]
        texts = dict.fromkeys(("svg", "caption", "alt", "source"), "")
        empty = texts | {"columns": [], "numeric": [], "rows": [], "values": []}
        shown = [block.data for block in blocks]
        shown += [{"t": "figure", "name": name, **empty} for name in re.findall(r'name="(\w+)"', code)]
        shown += [{"t": "table", "name": name, "evidence": [], **empty} for name in re.findall(r"(\w+)_table\(", code)]
        guards = [self._showing([{"t": "guard"}]) if "guard(" in cell.source else None for cell in notebook.cells]
        cells = [c if c.cell_type == "markdown" else g for c, g in zip(notebook.cells, guards, strict=True)]
        notebook.cells = [cell for cell in cells if cell]
        notebook.cells.insert(1, self._showing(shown))
        return notebook

    @staticmethod
    def _showing(blocks: list[Any]) -> Any:
        cell = nbformat.v4.new_code_cell("show()", execution_count=1)
        cell.outputs = [
            nbformat.from_dict(
                {"output_type": "display_data", "metadata": {}, "data": {MIME: json.loads(json.dumps(data))}}
            )
            for data in blocks
        ]
        return cell

    def edits(self, rng: random.Random, each: int = 5) -> list[Edit]:
        """So many of each of the four kinds in statements, and in prose."""
        texts = {
            f"{row['claim_id']} {language}": (row[f"statement_{language}"], language)
            for row in self.claims.to_dict("records")
            for language in NOT
        }
        prose = {
            f"cell {i} {language}": (cell.source, language)
            for language, notebook in self.notebooks.items()
            for i, cell in enumerate(notebook.cells)
            if cell.cell_type == "markdown" and not set(cell.metadata.get("tags", [])) & {"judgement", "method"}
        }
        found = []
        for place in (texts, prose):
            candidates = [
                edit for where, (text, language) in place.items() for edit in self._all(where, text, language, rng)
            ]
            for kind in ("number", "partner", "status", "negated"):
                mine = [edit for edit in candidates if edit.kind == kind]
                found += rng.sample(mine, min(each, len(mine)))
        return found

    def _all(self, where: str, text: str, language: str, rng: random.Random) -> Iterator[Edit]:
        is_prose = where.startswith("cell")
        marked = [match.span() for match in re.finditer(r"\{\{.*?\}\}|\[\^.*?\]|^#.*$|\*\*.*?\*\*", text, re.MULTILINE)]
        cited = (
            [m.span() for m in re.finditer(r"[^.\n]*\.?(?:[”’]?\.)?(?:\[\^[\w-]+\])+", text)]
            if is_prose
            else [(0, len(text))]
        )

        def free(start: int, end: int) -> bool:
            inside = any(a <= start and end <= b for a, b in cited)
            return inside and not any(a < end and start < b for a, b in marked)

        for number in find_numbers(text, language):
            if free(number.start, number.end):
                new = other_number(text[number.start : number.end], number.value, language)
                yield Edit("number", where, number.start, number.end, new)
        if is_prose:  # most of its numbers are bound; a loose one put in their place must be found
            for match in re.finditer(r"\{\{ facts\.(\w+)[^}]*\}\}", text):
                yield Edit("number", where, match.start(), match.end(), str(rng.randint(14, 60)))
        others = [c for c in self.codebook.scheme("actor") if c.origin and c.type != "person"]
        matches = self.matcher.find(text)
        told = {(m.concept_id, (a, b)) for m in matches for a, b in cited if a <= m.start and m.end <= b}
        for match in matches:
            concept = self.codebook.concepts[match.concept_id]
            if not free(match.start, match.end) or match.how != "label":
                continue
            if concept.scheme == "actor":
                yield Edit("partner", where, match.start, match.end, rng.choice(others).label[language])
            elif concept.scheme == "status" and concept.id != "ambition":
                status = "operating" if concept.id == "signed" else "signed"
                sentence = next((a, b) for a, b in cited if a <= match.start and match.end <= b)
                if (status, sentence) not in told:  # what its sentence says already is no edit
                    yield Edit("status", where, match.start, match.end, self.codebook.label(status, language))
                yield Edit("negated", where, match.start, match.start, NOT[language])

    def outcome(self, edit: Edit) -> tuple[str, str]:
        """``stopped`` or ``slipped``, and by what."""
        if edit.where.startswith("cell"):
            _, number, language = edit.where.split()
            notebook = nbformat.from_dict(json.loads(json.dumps(self.notebooks[language])))
            notebook.cells[int(number)].source = edit.apply(notebook.cells[int(number)].source)
            problems = check_prose(from_notebook(notebook, f"brief.{language}.ipynb"), self.comparison)
        else:
            claim, language = edit.where.split()
            claims = self.claims[self.claims["claim_id"] == claim].copy()
            claims[f"statement_{language}"] = claims[f"statement_{language}"].map(edit.apply)
            problems = check_statements(claims, self.comparison)
        return ("stopped", problems[0]) if problems else ("slipped", "")


def run(which: str, seed: int, **each: int) -> list[tuple[Edit, str, str]]:
    """Every edit of one kind with its outcome."""
    subject = Articles() if which == "articles" else Statements()
    return [(edit, *subject.outcome(edit)) for edit in subject.edits(random.Random(seed), **each)]


def main() -> None:
    """Print what came of each edit, and the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("which", nargs="*", choices=["articles", "claims", []], default=[])
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for which in arguments.which or ["articles", "claims"]:
        found = run(which, arguments.seed)
        for edit, outcome, why in found:
            print(f"{outcome:9} {edit.kind:8} {edit.where[:40]:40} {why[:150]}")
        counts = Counter(outcome for _, outcome, _ in found)
        caught = len(found) - counts["slipped"]
        print(f"{which}: {caught} of {len(found)} caught: {dict(counts)}\n")


if __name__ == "__main__":
    main()
