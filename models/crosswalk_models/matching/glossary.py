"""Words behind codes: abbreviations, and the field codes of systems that have no readable names.

The tables are CSV files in ``data/``. A vocabulary is used for a field set only when enough of its names are
codes of that vocabulary, because a short code such as ``TYPE`` or ``TOWN`` means nothing by itself.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data")
#: A vocabulary applies when so many of the code-like names are known to it, and at least two are.
COVERAGE = 0.5
LEAST = 2
_CODE_LIKE = re.compile(r"[A-Z][A-Z0-9_]{2,}\Z")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes of one system, each with its words; segments and qualifiers occur in parents only."""

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    qualifiers: Mapping[str, str] = field(default_factory=dict)


NO_VOCABULARY = Vocabulary("")


@cache
def abbreviations() -> Mapping[str, str]:
    """Short form → words, all lower case."""
    with (DATA / "abbreviations.csv").open(encoding="utf-8", newline="") as file:
        return {row["short"]: row["words"] for row in csv.DictReader(file)}


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Every vocabulary in ``data/glossary.csv``."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    with (DATA / "glossary.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds = tables.setdefault(row["vocabulary"], {"field": {}, "segment": {}, "qualifier": {}})
            kinds[row["kind"]][row["code"]] = row["words"]
    return tuple(
        Vocabulary(name, kinds["field"], kinds["segment"], kinds["qualifier"])
        for name, kinds in tables.items()
    )


def choose_vocabulary(leaf_names: Sequence[str]) -> Vocabulary:
    """The vocabulary that most of the code-like leaf names belong to, or `NO_VOCABULARY`."""
    codes = {name for name in leaf_names if _CODE_LIKE.match(name.upper()) and not name.islower()}
    lower = {name.upper() for name in leaf_names if name.islower()}
    best, share = NO_VOCABULARY, 0.0
    for vocabulary in vocabularies():
        for names in (codes, lower):
            known = len(names & vocabulary.fields.keys())
            covered = known / max(len(names), 1)
            if known >= LEAST and covered >= COVERAGE and covered > share:
                best, share = vocabulary, covered
    return best
