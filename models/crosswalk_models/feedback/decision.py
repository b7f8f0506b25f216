"""One decision: what a person said to a suggestion, or did without one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from crosswalk_engine.errors import RecordError, masked

FORMAT = "crosswalk/decision@1"
KINDS = frozenset({"rule", "mapping", "address", "duplicate", "lookup"})
ACTIONS = frozenset({"create", "accept", "edit", "reject"})


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a decisions file.

    Attributes:
        id: operation id, unique for ever: appending it again changes nothing.
        at: when, ISO 8601 in UTC.
        actor: who.
        kind, action: what was decided on, and how (`KINDS`, `ACTIONS`).
        mapping: the mapping's name; empty for addresses and duplicates.
        target: target path, address or pair.
        rule: the rule as it stands afterwards; `in` names its list, `to` its place there.
        suggestion: what was shown: source, rank, probability, model.
        subject: what the kind needs beyond that.
        reason: in the person's words.
    """

    id: str
    at: str
    actor: str
    kind: str
    action: str
    mapping: str = ""
    target: str = ""
    rule: Mapping[str, Any] | None = None
    suggestion: Mapping[str, Any] | None = None
    subject: Mapping[str, Any] | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The line as data, keys in the format's order."""
        return {"format": FORMAT, **{item.name: getattr(self, item.name) for item in fields(self)}}

    @classmethod
    def from_json(cls, data: Any, *, where: str = "decision") -> "Decision":
        """The decision that a line holds.

        Raises:
            RecordError: CW-DECISION-FORMAT.
        """
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            got = data.get("format") if isinstance(data, dict) else type(data).__name__
            raise bad_line(where, "the line is no decision", got=masked(got), expected=FORMAT)
        lacking = [name for name in ("id", "at", "actor", "kind", "action") if not data.get(name)]
        if lacking:
            raise bad_line(where, "the decision is incomplete", got=f"no {', '.join(lacking)}")
        if data["kind"] not in KINDS or data["action"] not in ACTIONS:
            got = masked(f"{data['kind']} {data['action']}")
            raise bad_line(where, "the decision is of no known kind or action", got=got)
        return cls(
            id=str(data["id"]),
            at=str(data["at"]),
            actor=str(data["actor"]),
            kind=str(data["kind"]),
            action=str(data["action"]),
            mapping=str(data.get("mapping") or ""),
            target=str(data.get("target") or ""),
            rule=data.get("rule"),
            suggestion=data.get("suggestion"),
            subject=data.get("subject"),
            reason=str(data.get("reason") or ""),
        )


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """The decisions of a project in the order in which they apply, and the lines that were cut short.

    A line is cut short when the machine stopped while it was written; its decision was never confirmed.
    """

    decisions: tuple[Decision, ...]
    torn: tuple[RecordError, ...] = ()

    def __iter__(self) -> Iterator[Decision]:
        return iter(self.decisions)

    def __len__(self) -> int:
        return len(self.decisions)


def bad_line(where: str, what: str, *, got: str = "", expected: str = "") -> RecordError:
    """The error for a line that is no decision."""
    return RecordError("CW-DECISION-FORMAT", what, where=where, got=got, expected=expected)
