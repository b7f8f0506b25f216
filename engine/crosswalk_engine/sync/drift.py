"""Drift at run time: each fetched record against the shape that its release carries.

What is to be told is told once for each field and run of a release; what is to be held or rejected ends the
record's way before it is mapped.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.journal import Event, EventState
from crosswalk_engine.payload.drift import DriftCheck, DriftFinding
from crosswalk_engine.sync.stages import Fetched, Verdict

CODE = "CW-DRIFT"

#: Fields that are told, and findings that stand in one reason; a sender who varies without end is cut short.
MOST_TOLD = 1_000
MOST_SHOWN = 50

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drifted:
    """A record that departs gravely; `at_condition`: in a field that the flow's `accept` reads."""

    verdict: Verdict
    at_condition: bool


@dataclass(frozen=True)
class Watch:
    """Looks at the records of one flow.

    Attributes:
        flow: its name.
        check: shape, policy and what the release reads.
        condition: paths that the flow's `accept` reads, without ``[]``.
        remark: writes a row into the audit: event, detail.
        let_go: whether a person sent an event round again that was held with a code.
    """

    flow: str
    check: DriftCheck
    condition: frozenset[str]
    remark: Callable[[Event, dict[str, Any]], None]
    let_go: Callable[[Event, str], bool]
    _told: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def look(self, record: Fetched) -> Drifted | None:
        """None for a record that may go on; warnings are told on the way."""
        if self.check.fits(record.document):
            return None
        findings = [one for one in self.check.findings(record.document) if one.action != "accept"]
        event = record.work.event
        grave = [one for one in findings if one.action in ("hold", "reject")]
        if grave and not self.let_go(event, CODE):
            rejected = any(one.action == "reject" for one in grave)
            state = EventState.DEAD if rejected else EventState.HELD
            at_condition = any(one.path.replace("[]", "") in self.condition for one in grave)
            return Drifted(Verdict(state, CODE, _reason(findings)), at_condition)
        self._tell(findings, event)
        return None

    def _tell(self, findings: Iterable[DriftFinding], event: Event) -> None:
        for one in findings:
            key = (one.kind, one.path)
            if key in self._told or len(self._told) >= MOST_TOLD:
                continue
            self._told.add(key)
            # No values here: what was got may be anybody's.
            logger.warning("drift in flow %s, event %d: %s %s", self.flow, event.id, one.kind, one.path)
            self.remark(event, {"code": CODE, "kind": one.kind, "path": one.path})


def _reason(findings: list[DriftFinding]) -> str:
    shown = "; ".join(one.render() for one in findings[:MOST_SHOWN])
    more = len(findings) - MOST_SHOWN
    return f"not as the samples were: {shown}" + (f"; and {more} more" if more > 0 else "")
