"""Pairs of records that may be one, and what stands in both of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crosswalk_engine.payload.paths import values
from crosswalk_models.feedback import Decision
from crosswalk_models.types import Evidence

from crosswalk_studio.services.workspace import Record

State = Literal["suggested", "accepted", "manual", "rejected"]
_ID = re.compile(r"Ids?(\.|$)|(^|\.)id$")


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of both records."""

    path: str
    winner: str
    loser: str

    @property
    def same(self) -> bool:
        """Whether both records say the same."""
        return self.winner == self.loser


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one.

    Attributes:
        id: ``5008+5101``: both ids, sorted.
        winner, loser: the record that lives on, and the one that leads to it, as decided or as suggested.
        titles: id -> what a person calls it.
        golden: field -> the value that would remain, by the survivorship rules.
        probability: that they are one, in [0, 1]; `None` when a person named them without a suggestion.
        state: where the decision stands.
        head: the last decision.
    """

    id: str
    entity: str
    winner: str
    loser: str
    titles: Mapping[str, str]
    probability: float | None
    evidence: tuple[Evidence, ...]
    model: str
    golden: Mapping[str, str]
    state: State
    head: Decision | None = None


def pair_id(one: str, other: str) -> str:
    """One name for a pair, whichever way round it is written."""
    return "+".join(sorted((one, other)))


def title_of(item: Record) -> str:
    """What a person calls a record: a firm's name, else a person's, else the first text in it."""
    for paths in (("organisation.name",), ("company",), ("firstName", "lastName"), ("name",)):
        words = [str(found[0]).strip() for path in paths if (found := values(item, path)) and found[0]]
        if any(words):
            return " ".join(words)
    return next((text for _, text in leaves(item) if text), "record")


def leaves(value: Any, path: str = "") -> list[tuple[str, str]]:
    """``path, text`` of every value in a record, nulls left out; lists of scalars as one text."""
    if isinstance(value, Mapping):
        found = []
        for key, inner in value.items():
            found += leaves(inner, f"{path}.{key}" if path else str(key))
        return found
    if isinstance(value, list):
        return [(path, ", ".join(str(item) for item in value))] if value else []
    if isinstance(value, bool):
        return [(path, "true" if value else "false")]
    return [] if value is None else [(path, str(value).strip())]


def is_id(path: str) -> bool:
    """Whether a field holds an id: ids differ in any two records and say nothing about who it is."""
    return bool(_ID.search(path))
