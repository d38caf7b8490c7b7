"""What pages say in words of their own: the lists in ``cues.yaml``, matched against folded lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ahocorasick_rs

from research.text import fold_label

CLOSING = frozenset({"tags", "comments", "latest articles", "rights", "author note"})  # after these a page is done
_CREDIT_WORDS = 20
_TOOL_WORDS = 14
_HEADLINE_WORDS = 25
_SAID = 6  # words of a sentence after a label and its colon
_SAYING = ("related articles", "author note", "newsletter or subscription")  # labels that have a sentence of their own
_RULE_WORDS = 80  # a longer line is an article's paragraph
_REPORTED = re.compile(  # a sentence that says who says it is the article's
    r"(?<!\w)(?:said|says|told|according to|a (?:dit|declare|indique|precise|ajoute|explique)"
    r"|(?:dit|explique|precise) (?:il|elle)|selon|d'apres|dijo|segun|explico"
    r"|قال|قالت|يقول|تقول|اكد|اكدت|وفق|بحسب|حسب)(?!\w)"
)
_TEMPERATURE = re.compile(r"[-+−]?\d{1,2}(?:[.,]\d)? ?°? ?[cf]")
_ASKING = ("poll", "comments", "advert")  # before a colon and a statement they are a headline's or a paragraph's word
LINKED = re.compile(  # a date after these is of what the word before them names: "the decree of", "open since"
    r"(?:^|\W)(?:du|de|des|of|del|from|since|depuis|desde|avant|before|apres|after|منذ|من|قبل|بعد)\W*$"
)
_ALSO = (
    r"(?<=aussi)|(?<=egalement)|(?<=also)|(?<=tambien)|(?<=ايضا)|(?<=كذلك)|(?<=more from)|(?<= en)|(?<= on)|(?<= sur)"
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    opens: re.Pattern[str]
    anywhere: re.Pattern[str]
    about: re.Pattern[str]
    in_prose: bool


@dataclass(frozen=True, slots=True)
class _Cues:
    labels: re.Pattern[str]
    label_rules: list[str]
    tools: frozenset[str]
    fillers: frozenset[str]
    patterns: dict[str, _Pattern]
    words: ahocorasick_rs.AhoCorasick  # that a line must hold for a pattern to be tried
    rules: list[str]  # of each of the words
    published: re.Pattern[str]
    byline: re.Pattern[str]


@cache
def cues() -> _Cues:
    """The lists, compiled."""
    import yaml

    raw: dict[str, Any] = yaml.safe_load(files("research.corpus").joinpath("cues.yaml").read_text(encoding="utf-8"))
    groups = []
    for number, phrases in enumerate(raw["labels"].values()):
        known = sorted({re.escape(fold_label(phrase)) for phrase in phrases}, key=lambda p: (-len(p), p))
        groups.append(f"(?P<rule{number}>{'|'.join(known)})(?!\\w)")
    labels = re.compile(rf"(?:\d+ |les |the |los |vos |your )?(?:{'|'.join(groups)})(?P<also>{_ALSO})?(?P<rest>.*)")
    tools, fillers = (frozenset(re.findall(r"[^\W\d_]+", fold_label(raw[name]))) for name in ("tools", "fillers"))
    patterns = {
        rule: _Pattern(
            _any_of(found.get("opens", [])),
            _any_of(found["any"]),
            _any_of(found.get("about", [""])),
            found.get("in_prose", False),
        )
        for rule, found in raw["patterns"].items()
    }
    words = [(word, rule) for rule, found in raw["patterns"].items() for word in found["words"]]
    automaton = ahocorasick_rs.AhoCorasick([word for word, _ in words])
    opening = {name: raw[name].replace("| ", "|") for name in ("published", "byline")}
    published = re.compile(rf"(?:{opening['published']})\b")
    byline = re.compile(rf"(?:{opening['byline']})(?: ?:|\b)")
    return _Cues(
        labels,
        list(raw["labels"]),
        tools,
        fillers - tools,
        patterns,
        automaton,
        [rule for _, rule in words],
        published,
        byline,
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or r"(?!)")


def rule_for(folded: str, *, words: int, ends_sentence: bool) -> str:
    """The rule under which a line is its page's and not the article's, whatever stands around it, or nothing.

    Parameters
    ----------
    folded : str
        The folded line.
    words : int
        How many words it has.
    ends_sentence : bool
        Whether it ends as a sentence does; most rules leave sentences alone.

    Examples
    --------
    >>> rule_for("lire aussi : le phare en panne", words=6, ends_sentence=False)
    'related articles'
    >>> rule_for("share prices fell on monday", words=5, ends_sentence=False)
    ''
    """
    if words > _RULE_WORDS:
        return ""
    label = cues().labels.match(folded)
    if label:
        rule = next(rule for n, rule in enumerate(cues().label_rules) if label[f"rule{n}"] is not None)
        if _is_label(rule, label["rest"].strip(), words, ends_sentence, also=label["also"] is not None):
            return rule
    held = {cues().rules[word] for word, _, _ in cues().words.find_matches_as_indexes(folded, overlapping=True)}
    for rule, cue in cues().patterns.items():
        # In a sentence only a cue that opens it counts, but for those that come as sentences.
        may_hold = cue.in_prose or (words <= _CREDIT_WORDS and (rule == "photo credit" or not ends_sentence))
        opens = cue.opens.match(folded) and (not ends_sentence or cue.about.search(folded))
        if (opens or (may_hold and rule in held and cue.anywhere.search(folded))) and not (
            ends_sentence and _REPORTED.search(folded)
        ):
            return rule
    letters = re.findall(r"[^\W\d_]+", folded) if words <= _TOOL_WORDS and not ends_sentence else []
    if not cues().tools.isdisjoint(letters) and (cues().tools | cues().fillers).issuperset(letters):
        return "page tools"
    if re.fullmatch(r"(?:#[\w.]+[ ,،·]*)+", folded):
        return "tags"
    return "weather" if _TEMPERATURE.fullmatch(folded) else ""


def _is_label(rule: str, rest: str, words: int, ends_sentence: bool, *, also: bool) -> bool:
    """Whether what follows a label's words leaves it one: nothing, a count, a colon, or a headline after "also".

    A sentence after a colon is the article's ("Poll: 54 % agree."), but for a headline, an offer or a note.
    """
    if not re.search(r"[^\W\d_]", rest):
        return "%" not in rest
    if rest.endswith(".") and words > _SAID and rule not in _SAYING:
        return False
    if rule in _ASKING and rest.startswith(":") and rest.count(" ") >= 3 and not rest.endswith(("?", "؟")):
        return False
    return rest.startswith((":", "|", "»")) or (also and not ends_sentence and words <= _HEADLINE_WORDS)
