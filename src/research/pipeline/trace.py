"""From what the brief prints back to the articles' words: for one figure, table, fact or claim."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from research.brief.runs import clean
from research.errors import ResearchError, StaleTable
from research.study import Study

KINDS = ("claim", "fact", "figure", "table")


def trace(study: Study, name: str) -> Iterator[str]:
    """The way back, line by line: what it is, which cell made it, and the words it rests on.

    Parameters
    ----------
    study : Study
        With a report that has been built.
    name : str
        ``fact:papers``, or ``papers`` where only one kind has that name; figures and tables are of every language.

    Raises
    ------
    ResearchError
        Nothing has that name, or several things do.
    """
    file = study.root / "report" / "run.json"
    if not file.is_file():
        raise ResearchError("no brief has been built", where="report/run.json", remedy="run `research brief`")
    record = json.loads(file.read_text(encoding="utf-8"))
    try:
        claims = study.read("claims").set_index("claim_id", drop=False)
    except StaleTable:  # a study without claims
        claims = pd.DataFrame()
    known = {kind: record[f"{kind}s"] for kind in KINDS} | {"claim": {id_: {} for id_ in claims.index}}
    kind, name = _named(name, known)
    entry = record[f"{kind}s"].get(name, {})
    if kind == "claim":
        yield from _claim(claims.loc[name], study)
        yield f"  first cited in {_place(entry)}" if entry else "  cited nowhere in the brief"
        return
    facts = json.loads((study.root / "report" / "facts.json").read_text(encoding="utf-8"))
    yield f"fact {name} = {facts[name]}" if kind == "fact" else f"{kind} {name}"
    yield f"  made in {_place(entry)}"
    yield from _code(study, entry, record["inputs"].get(f"notebooks/{entry['notebook']}", ""))
    passages = entry.get("passages", [])
    if not passages:
        yield "  no passages are kept with it: the code above says what it counts or looks for"
    yield from _passages(passages, study)


def _named(name: str, known: dict[str, dict[str, Any]]) -> tuple[str, str]:
    kind, colon, rest = name.partition(":")
    if colon and kind in known and rest in known[kind]:
        return kind, rest
    kinds = [kind for kind in known if name in known[kind]]
    if len(kinds) == 1:
        return kinds[0], name
    if kinds:
        raise ResearchError(f"{name!r} names several things", remedy=f"say {' or '.join(f'{k}:{name}' for k in kinds)}")
    everything = [*{one: None for names in known.values() for one in names}]
    near = difflib.get_close_matches(rest or name, everything, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "report/run.json lists all names"
    raise ResearchError(f"nothing in the brief is called {name!r}", remedy=remedy)


def _place(entry: dict[str, Any]) -> str:
    return f"notebooks/{entry['notebook']}, cell {entry['cell']}"


def _code(study: Study, entry: dict[str, Any], sha256: str) -> Iterator[str]:
    content = (study.root / "notebooks" / entry["notebook"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        yield "  the notebook has changed since: run `research brief` to see its code here"
        return
    for line in "".join(json.loads(content)["cells"][entry["cell"] - 1]["source"]).splitlines():
        yield f"  | {line}"


def _claim(row: Any, study: Study) -> Iterator[str]:
    documents = study.read("documents").set_index("doc_id")
    yield f"claim {row.claim_id}: {row.kind}" + (f", {row.status}" if row.status else "")
    yield from (f"  {language}: {row[f'statement_{language}']}" for language in ("en", "fr", "ar"))
    for quote in row.quotes:
        document = documents.loc[quote["doc_id"]]
        yield f"  seeds/{document['file']}, characters {quote['start']}–{quote['end']}, {_dated(document)}"
        yield f"    “{clean(quote['exact'])}”"
        yield f"    SHA-256 of the file {quote['sha256']}"


def _passages(ids: list[str], study: Study) -> Iterator[str]:
    documents = study.read("documents").set_index("doc_id")
    passages = study.read("passages").set_index("passage_id")
    for passage_id in ids:
        passage = passages.loc[passage_id]
        document = documents.loc[passage["doc_id"]]
        yield (
            f"  {passage_id}: seeds/{document['file']}, characters {passage['start']}–{passage['end']}, "
            f"{_dated(document)}"
        )
        yield f"    “{clean(passage['text'])}”"


def _dated(document: Any) -> str:
    return f"published {document['published']}" if document["published"] else "undated"
