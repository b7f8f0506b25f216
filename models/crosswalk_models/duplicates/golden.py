"""The golden record: which value of a group of duplicates survives, field by field, and where it comes from.

Nothing is lost: the values that do not survive are kept beside the one that does.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crosswalk_engine.errors import ConfigError, masked

Row = Mapping[str, str]
Chooser = TypeVar("Chooser")
#: Fields that describe the record and not the thing; they stay with the winner.
OWN = frozenset({"id", "created", "updated"})


@dataclass(frozen=True, slots=True)
class Survivor:
    """The `value` of one field, the record it comes from, the rule, and the other filled values by record."""

    value: str
    source: str
    rule: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """`winner` is the id that lives on, `losers` those that lead to it, `fields` the surviving values."""

    winner: str
    losers: tuple[str, ...]
    fields: dict[str, Survivor]


def _oldest(rows: Sequence[Row]) -> Row:
    return min(rows, key=lambda row: (row.get("created") or "9999", len(row["id"]), row["id"]))


def _newest(rows: Sequence[Row]) -> Row:
    return max(
        rows, key=lambda row: (row.get("updated") or row.get("created") or "", len(row["id"]), row["id"])
    )


def _fullest(rows: Sequence[Row]) -> Row:
    return max(rows, key=lambda row: (sum(bool(value) for value in row.values()), row.get("updated") or ""))


#: How the record that lives on is chosen.
WINNERS: dict[str, Callable[[Sequence[Row]], Row]] = {
    "oldest": _oldest,
    "most_recent": _newest,
    "most_complete": _fullest,
}


def _recent_value(rows: Sequence[Row], name: str, winner: Row) -> Row:
    del name, winner
    return _newest(rows)


def _winners_value(rows: Sequence[Row], name: str, winner: Row) -> Row:
    return winner if winner.get(name) else _recent_value(rows, name, winner)


def _longest_value(rows: Sequence[Row], name: str, winner: Row) -> Row:
    del winner
    return max(rows, key=lambda row: (len(row[name]), row.get("updated") or "", row["id"]))


def _commonest_value(rows: Sequence[Row], name: str, winner: Row) -> Row:
    del winner
    counts = Counter(row[name].strip().lower() for row in rows)
    return max(rows, key=lambda row: (counts[row[name].strip().lower()], row.get("updated") or ""))


#: How a field's value is chosen among the records in which it is filled.
RULES: dict[str, Callable[[Sequence[Row], str, Row], Row]] = {
    "winner": _winners_value,
    "most_recent": _recent_value,
    "most_complete": _longest_value,
    "most_frequent": _commonest_value,
}
DEFAULT_WINNER, DEFAULT_RULE = "oldest", "winner"


def propose_golden(rows: Sequence[Row], survivorship: Mapping[str, object] | None = None) -> GoldenRecord:
    """Propose the golden record of `rows` (each with ``id``; ``created`` and ``updated`` as ISO text help).

    `survivorship` is the policy's part: ``{winner: oldest, fields: {email: most_recent, …}}``. A field
    without a rule keeps the winner's value, and where that is blank the most recent one.

    Raises:
        ConfigError: the policy names an unknown rule.
    """
    policy = survivorship or {}
    choose = _rule(WINNERS, policy.get("winner", DEFAULT_WINNER), "winner")
    given = policy.get("fields") or {}
    if not isinstance(given, Mapping):
        raise _unknown("fields", masked(given), "a rule for each field")
    winner = choose(rows)
    losers = tuple(row["id"] for row in rows if row["id"] != winner["id"])
    names = dict.fromkeys(name for row in rows for name in row if name not in OWN)
    fields = {}
    for name in names:
        filled = [row for row in rows if row.get(name)]
        if filled:
            word = str(given.get(name, DEFAULT_RULE))
            source = _rule(RULES, word, name)(filled, name, winner)
            others = tuple((row["id"], row[name]) for row in filled if row[name] != source[name])
            fields[name] = Survivor(source[name], source["id"], word, others)
    return GoldenRecord(winner["id"], losers, fields)


def _rule(rules: Mapping[str, Chooser], word: object, field: str) -> Chooser:
    if word not in rules:
        raise _unknown(field, masked(word), ", ".join(rules))
    return rules[str(word)]


def _unknown(field: str, got: str, expected: str) -> ConfigError:
    return ConfigError(
        "CW-POLICY-SURVIVORSHIP",
        "unknown survivorship rule",
        where=f"policies/duplicates.yaml {field}",
        got=got,
        expected=expected,
    )
