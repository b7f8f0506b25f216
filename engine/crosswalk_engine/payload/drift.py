"""Drift: payloads that are not as the samples were; for one record at run time, or for a file of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crosswalk_engine.payload.departures import Departure, departures
from crosswalk_engine.payload.drift_fit import Alike, compile_fit
from crosswalk_engine.payload.drift_policy import ACTIONS, Action, DriftPolicy, Kind, gravest
from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.payload.personal import shown_value
from crosswalk_engine.payload.shape import Shape

#: New words of one field that are told apart, and findings of one report; beyond that they are counted.
MOST_WORDS = 20
MOST_FINDINGS = 1_000


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """One departure, with all records that have it.

    Attributes:
        kind, path, got, expected: as in `Departure`, of the first record that had it.
        used: whether a rule or a condition of the release reads the field.
        action: what the policy says to it.
        count: records that have it.
        line: where the first such record begins in its file, from 1; `None` for a record from elsewhere.
        key: the ``id`` of that record, where it has one; of a personal one its length.
    """

    kind: Kind
    path: str
    got: str
    expected: str
    used: bool
    action: Action
    count: int = 1
    line: int | None = None
    key: str | int | None = None

    def render(self) -> str:
        """``retyped orderRows[].productSku: got integer 99, expected text``."""
        expected = f", expected {self.expected}" if self.expected else ""
        return f"{self.kind} {self.path}: got {self.got}{expected}"

    def to_json(self) -> dict[str, Any]:
        """The form for programs."""
        return {
            "kind": self.kind,
            "path": self.path,
            "got": self.got,
            "expected": self.expected,
            "used": self.used,
            "action": self.action,
            "count": self.count,
            "first": {"line": self.line, "key": self.key},
        }


class DriftCheck:
    """A shape, a policy and what the rules read, made ready to look at records.

    Args:
        shape: what the samples looked like.
        policy: what is to be done about which departure.
        reads: paths that rules and conditions read, with or without ``[]``.
    """

    def __init__(self, shape: Shape, policy: DriftPolicy, reads: Iterable[str]) -> None:
        self.shape = shape
        self.policy = policy
        # An object above a field that is read is needed as much as the field itself.
        self._read = frozenset(
            names[:end]
            for names in (parse_path(path).names for path in reads)
            for end in range(1, len(names) + 1)
        )
        #: Whether a record certainly departs in no way but those that the policy accepts; microseconds.
        self.fits = compile_fit(shape, self._asks, policy.fields)
        #: The same of one part, and of no departure at all.
        self.alike = Alike()

    def used(self, path: str) -> bool:
        """Whether a rule reads the field at `path`, or one below it."""
        return bool(path) and parse_path(path).names in self._read

    def findings(self, record: Mapping[str, Any]) -> tuple[DriftFinding, ...]:
        """Every departure of one record, each once, accepted ones too; the gravest first."""
        report = DriftReport(self)
        report.add(record)
        return report.findings

    def finding(self, departure: Departure) -> DriftFinding:
        """A departure as a finding."""
        kind, path = departure.kind, departure.path
        used = self.used(path)
        action = self.policy.action(kind, path, used=used)
        return DriftFinding(kind, path, departure.got, departure.expected, used, action)

    def _asks(self, kind: Kind, path: str) -> bool:
        return self.policy.action(kind, path, used=self.used(path)) != "accept"


class DriftReport:
    """The departures of many records; memory is bounded however many there are.

    Attributes:
        records: how many were looked at.
        departed: how many of them departed in some way.
        left_out: departures that were not told apart any more.
    """

    def __init__(self, check: DriftCheck) -> None:
        self.records = self.departed = self.left_out = 0
        self._check = check
        self._found: dict[tuple[str, ...], DriftFinding] = {}
        self._words: dict[str, int] = {}

    def add(self, record: Mapping[str, Any], *, line: int | None = None) -> None:
        """Look at one record, which begins at `line` of its file."""
        self.records += 1
        seen: set[tuple[str, ...]] = set()
        for departure in departures(self._check.shape, record, self._check.alike):
            key = self._key(departure)
            if key not in seen:
                seen.add(key)
                self._count(key, departure, record, line)
        self.departed += bool(seen)

    def _key(self, departure: Departure) -> tuple[str, ...]:
        if departure.kind == "value":
            return ("value", departure.path, departure.got)
        # Numbers of other lengths are no news.
        return (departure.kind, departure.path, departure.got.partition(" ")[0])

    def _count(
        self, key: tuple[str, ...], departure: Departure, record: Mapping[str, Any], line: int | None
    ) -> None:
        known = self._found.get(key)
        if known is not None:
            self._found[key] = replace(known, count=known.count + 1)
            return
        words = self._words.get(departure.path, 0)
        if len(self._found) >= MOST_FINDINGS or (departure.kind == "value" and words >= MOST_WORDS):
            self.left_out += 1
            return
        if departure.kind == "value":
            self._words[departure.path] = words + 1
        self._found[key] = replace(self._check.finding(departure), line=line, key=_identity(record))

    @property
    def findings(self) -> tuple[DriftFinding, ...]:
        """All findings: the gravest action first, then fields that are read, then by path."""
        return tuple(sorted(self._found.values(), key=_order))

    @property
    def action(self) -> Action:
        """The gravest action of all findings."""
        return gravest([finding.action for finding in self._found.values()])


def _identity(record: Mapping[str, Any]) -> str | int | None:
    """The record's ``id``; of one that looks like a person's e-mail address or phone, only its length."""
    found = record.get("id")
    if isinstance(found, str):
        return shown_value(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _order(finding: DriftFinding) -> tuple[int, bool, str, str, str]:
    return (-ACTIONS.index(finding.action), not finding.used, finding.path, finding.kind, finding.got)
