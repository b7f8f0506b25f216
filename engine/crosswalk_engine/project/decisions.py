"""Approved duplicate merges, read from `decisions/*.ndjson` for a release's id map.

Decisions are appended by the studio and the models; here they are only read, and only those of kind
``duplicate``. The last decision on a pair holds: a later reject takes an earlier accept back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import CrosswalkError, Finding
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.secrets import find_secrets, pointer

FORMAT = "crosswalk/decision@1"
#: The id map's entity under which merged contacts stand: loser -> winner.
MERGE_SUFFIX = "_merge"


@dataclass(frozen=True, slots=True)
class Merge:
    """One approved merge: the record `loser` of `entity` is the record `winner`."""

    entity: str
    loser: str
    winner: str
    where: str


def read_merges(folder: Path, *, where: str) -> tuple[dict[str, dict[str, str]], list[Finding]]:
    """``{"contact_merge": {loser: winner}}`` of all decisions in `folder`, and what is wrong with them.

    Chains are followed to their end: with a merged into b and b into c, both lead to c.
    """
    reader = _Reader()
    for path in sorted(folder.glob("*.ndjson")):
        reader.file(path, f"{where}/{path.name}")
    return reader.entries(), reader.findings


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._merges: dict[tuple[str, str, str], Merge] = {}
        self._ids: dict[str, str] = {}

    def file(self, path: Path, where: str) -> None:
        try:
            for line, item in iter_records(path, where=where):
                if isinstance(item, CrosswalkError):
                    self._note(item.where or where, "UNREADABLE", item.what, item.fix)
                else:
                    self._decision(item, f"{where}:{line}")
        except CrosswalkError as error:
            if error.code != "CW-EMPTY":
                self._note(error.where or where, "UNREADABLE", error.what, error.fix)

    def _decision(self, decision: Mapping[str, Any], where: str) -> None:
        for place, looks_like in find_secrets(decision, random_too=False):
            self._note(where, "SECRET", f"{pointer(place)} looks like {looks_like}", "take it out")
        if decision.get("format") != FORMAT:
            self._note(where, "FORMAT", f"the line is not a {FORMAT}")
            return
        identity = str(decision.get("id", ""))
        if identity and self._ids.setdefault(identity, where) != where:
            # The same operation appended twice (a retry): the first line counts.
            return
        if decision.get("kind") == "duplicate":
            self._duplicate(decision, where)

    def _duplicate(self, decision: Mapping[str, Any], where: str) -> None:
        approved = decision.get("action") in ("accept", "edit", "create")
        merges = _merges_of(decision.get("subject"), where)
        if approved and not merges:
            expected = "subject: {entity, winner, loser}"
            self._note(where, "SUBJECT", "a duplicate decision does not say which record wins", expected)
        for merge in merges:
            first, second = sorted((merge.loser, merge.winner))
            pair = (merge.entity, first, second)
            if approved:
                self._merges[pair] = merge
            else:
                self._merges.pop(pair, None)

    def entries(self) -> dict[str, dict[str, str]]:
        entries: dict[str, dict[str, str]] = {}
        for merge in self._merges.values():
            winners = entries.setdefault(merge.entity + MERGE_SUFFIX, {})
            known = winners.setdefault(merge.loser, merge.winner)
            if known != merge.winner:
                message = f"record {merge.loser} is merged into {known} and into {merge.winner}"
                self._note(merge.where, "CLASH", message, "reject one of the two")
        return {entity: self._resolved(winners) for entity, winners in sorted(entries.items())}

    def _resolved(self, winners: dict[str, str]) -> dict[str, str]:
        resolved: dict[str, str] = {}
        for loser in sorted(winners):
            seen, winner = {loser}, winners[loser]
            while winner in winners and winner not in seen:
                seen.add(winner)
                winner = winners[winner]
            if winner in seen:
                self._note("decisions", "CYCLE", f"the merges of record {loser} lead back to itself")
            resolved[loser] = winner
        return resolved

    def _note(self, where: str, kind: str, message: str, suggestion: str = "") -> None:
        code = "CW-SECRET" if kind == "SECRET" else f"CW-DECISION-{kind}"
        self.findings.append(Finding(where, code, "error", message, suggestion))


def _merges_of(subject: object, where: str) -> list[Merge]:
    if not isinstance(subject, Mapping):
        return []
    winner = subject.get("winner")
    losers = subject.get("losers", [subject.get("loser")])
    if winner is None or not isinstance(losers, list) or None in losers or winner in losers:
        return []
    entity = str(subject.get("entity", "contact"))
    return [Merge(entity, str(loser), str(winner), where) for loser in losers]
