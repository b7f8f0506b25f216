"""Possible duplicates among the sample records: looked for beside the pages, decided pair by pair.

An approved merge reaches the engine with the next release: the id map leads the losing record to the winner.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import RejectedError
from crosswalk_engine.payload.paths import values
from crosswalk_engine.project.policy import DuplicatesPolicy
from crosswalk_engine.project.project import Project
from crosswalk_models.feedback import Decision
from crosswalk_models.types import Suggestion

from crosswalk_studio.errors import StaleError
from crosswalk_studio.services.jobs import Job, Progress
from crosswalk_studio.services.ledger import By, record, write_text
from crosswalk_studio.services.pairs import Fact, Pair, State, is_id, leaves, pair_id, title_of
from crosswalk_studio.services.scopes import entity_key
from crosswalk_studio.services.targets import effective
from crosswalk_studio.services.workspace import Record, Workspace, key_of

FORMAT = "crosswalk/studio-duplicates@1"
JOB = "duplicates"
_STATES: dict[str, State] = {"accept": "accepted", "edit": "manual", "create": "manual", "reject": "rejected"}
#: Records of this kind are looked at when the project has no policy.
DEFAULT_ENTITY = "contact"


@dataclass(frozen=True, slots=True)
class DuplicateDesk:
    """The pairs of one project."""

    workspace: Workspace

    @property
    def path(self) -> Path:
        """Where what was found is kept."""
        return self.workspace.private / "duplicates.json"

    def start(self) -> Job:
        """Look for duplicates beside the pages."""
        return self.workspace.jobs.start(JOB, "Looking for duplicates", self.look)

    def look(self, progress: Progress) -> int:
        """Look for duplicates and keep what was found; how many pairs.

        Raises:
            RejectedError: there are no samples of the entity.
        """
        project, entity = self._entity()
        found = self._samples(project, entity)
        if not found:
            raise RejectedError(
                "CW-STUDIO-SAMPLES",
                f"there are no samples of {entity}",
                fix="upload some on the Systems page",
            )
        progress.step(0.1, f"comparing {len(found)} records")
        from crosswalk_models.duplicates import suggest_merges

        policy = project.policies.get("duplicates")
        survivorship = policy.survivorship if isinstance(policy, DuplicatesPolicy) else None
        decided = self._decided()
        pairs = suggest_merges(
            list(found.values()), self._addresses(project), survivorship=survivorship, decisions=decided
        )
        progress.step(0.95, "writing them down")
        known = {pair_id(item.target, item.source): item for item in pairs}
        settled = {pair_id(one, other) for one, other, _ in decided}
        kept = {name: item for name, item in self._read().items() if name in settled}
        stored = {
            "format": FORMAT,
            "mark": self._mark(project),
            "pairs": [i.to_json() for i in (kept | known).values()],
        }
        write_text(self.path, json.dumps(stored, ensure_ascii=False))
        return len(known)

    def looked(self) -> bool:
        """Whether anything was looked for yet."""
        return self.path.is_file()

    def stale(self) -> bool:
        """Whether the samples have changed since."""
        project = self.workspace.checked().project
        try:
            mark = json.loads(self.path.read_text("utf-8")).get("mark")
        except (OSError, ValueError):
            return False
        return project is not None and mark != self._mark(project)

    def pairs(self) -> list[Pair]:
        """All pairs, found or decided: the open ones first, the surest of them on top."""
        project, entity = self._entity()
        records = self._samples(project, entity)
        heads = self.workspace.store.heads("duplicate")
        found = self._read()
        made = []
        for name in dict.fromkeys([*found, *heads]):
            pair = self._pair(name, entity, records, found.get(name), heads.get(name))
            if pair is not None:
                made.append(pair)
        return sorted(made, key=lambda pair: (pair.state != "suggested", -(pair.probability or 0)))

    def facts(self, pair: Pair) -> list[Fact]:
        """Both records field by field, those that differ first; what neither holds is left out."""
        project, entity = self._entity()
        records = self._samples(project, entity)
        both = [self._flat(project, records.get(name, {})) for name in (pair.winner, pair.loser)]
        facts = []
        for path in dict.fromkeys([*both[0], *both[1]]):
            left, right = both[0].get(path, ""), both[1].get(path, "")
            if left or right:
                facts.append(Fact(path, left, right))
        return sorted(facts, key=lambda fact: (fact.same, is_id(fact.path)))

    def act(self, kind: str, name: str, by: By, *, reason: str = "") -> Decision:
        """Decide: ``merge``, ``swap`` (the other one lives on), ``apart`` or ``undo``.

        Raises:
            StaleError: there is no such pair any more.
            RejectedError: no such action.
            ConflictError: somebody else decided meanwhile.
        """
        pair = next((item for item in self.pairs() if item.id == name), None)
        if pair is None:
            raise StaleError(name, "this pair is not there any more")
        if kind == "merge":
            return self._decide("accept", pair, by, pair.winner, pair.loser, reason=reason)
        if kind == "swap":
            return self._decide("edit", pair, by, pair.loser, pair.winner, reason=reason)
        if kind == "apart":
            return self._decide("reject", pair, by, pair.winner, pair.loser, reason=reason)
        if kind == "undo":
            return self._undo(pair, by)
        raise RejectedError("CW-STUDIO-ACTION", "there is no such action", got=kind[:40])

    def _undo(self, pair: Pair, by: By) -> Decision:
        thread = self.workspace.store.thread("duplicate", "", pair.id)
        if not thread:
            raise RejectedError("CW-DECISION-NONE", "nothing was decided on this pair", where=pair.id)
        before = effective(self.workspace, thread[1] if len(thread) > 1 else None)
        facts = {"undo_of": thread[0].id, "restores": thread[1].id if len(thread) > 1 else None}
        action = before.action if before is not None else "reject"
        subject = (before.subject or {}) if before is not None else {}
        winner, loser = str(subject.get("winner", pair.winner)), str(subject.get("loser", pair.loser))
        return self._decide(action, pair, by, winner, loser, facts=facts, reason="undo")

    def _decide(
        self,
        action: str,
        pair: Pair,
        by: By,
        winner: str,
        loser: str,
        *,
        facts: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> Decision:
        shown = None
        if pair.probability is not None:
            shown = {"source": pair.winner, "rank": 1, "probability": pair.probability, "model": pair.model}
        subject = {"entity": pair.entity, "winner": winner, "loser": loser, **(facts or {})}
        decision = Decision(
            id=by.op,
            at=self.workspace.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            actor=by.actor,
            kind="duplicate",
            action=action,
            target=pair.id,
            suggestion=shown,
            subject={key: value for key, value in subject.items() if value is not None},
            reason=reason,
        )
        return record(self.workspace, decision, by, {})

    def _pair(
        self,
        name: str,
        entity: str,
        records: Mapping[str, Record],
        found: Suggestion | None,
        head: Decision | None,
    ) -> Pair | None:
        decided = effective(self.workspace, head)
        subject: Mapping[str, Any] = (decided.subject or {}) if decided is not None else {}
        payload: Mapping[str, Any] = found.payload if found is not None else {}
        winner = str(subject.get("winner") or payload.get("winner") or "")
        loser = str(subject.get("loser") or payload.get("loser") or "")
        if winner not in records or loser not in records:
            return None
        golden = payload.get("golden") or {}
        return Pair(
            name,
            str(subject.get("entity") or payload.get("entity") or entity),
            winner,
            loser,
            {item: title_of(records[item]) for item in (winner, loser)},
            found.probability if found is not None else None,
            found.evidence if found is not None else (),
            found.model if found is not None else "",
            {path: str(kept.get("value", "")) for path, kept in golden.items()},
            _STATES[decided.action] if decided is not None else "suggested",
            head,
        )

    def _decided(self) -> list[tuple[str, str, bool]]:
        labels = []
        for head in self.workspace.store.heads("duplicate").values():
            decided = effective(self.workspace, head)
            subject = (decided.subject or {}) if decided is not None else {}
            if decided is not None and "winner" in subject and "loser" in subject:
                same = decided.action != "reject"
                labels.append((str(subject["winner"]), str(subject["loser"]), same))
        return labels

    def _read(self) -> dict[str, Suggestion]:
        if not self.path.is_file():
            return {}
        state = self.path.stat()
        return self.workspace.cached("duplicates", (state.st_mtime_ns, state.st_size), self._parse)

    def _parse(self) -> dict[str, Suggestion]:
        try:
            stored = json.loads(self.path.read_text("utf-8"))
            found = [Suggestion.from_json(item) for item in stored["pairs"]]
        except (OSError, ValueError, KeyError, TypeError):
            return {}  # cut short or of another version: it is made again on demand
        return {pair_id(item.target, item.source): item for item in found}

    def _entity(self) -> tuple[Project, str]:
        project = self.workspace.checked().project
        if project is None:
            raise StaleError("project", "the project's documents have errors; see Releases for why")
        policy = project.policies.get("duplicates")
        named = policy.entity if isinstance(policy, DuplicatesPolicy) else None
        return project, named or DEFAULT_ENTITY

    def _system(self, project: Project, entity: str) -> str:
        return next(
            (name for name, system in project.manifest.systems.items() if entity in system.entities), ""
        )

    def _samples(self, project: Project, entity: str) -> dict[str, Record]:
        system = self._system(project, entity)
        samples = self.workspace.samples(system, entity) if system else None
        key = entity_key(project, system, entity)
        found = samples.records if samples and key else ()
        return {name: item for item in found if (name := key_of(item, key)) is not None}

    def _addresses(self, project: Project) -> list[Record]:
        system = self._system(project, DEFAULT_ENTITY)
        samples = self.workspace.samples(system, "postal_address") if system else None
        return list(samples.records) if samples else []

    def _flat(self, project: Project, item: Record) -> dict[str, str]:
        """A record as path -> text, its postal address beside it."""
        flat = dict(leaves(item))
        address = values(item, "postAddressIds.DEF")
        if address:
            found = {str(other.get("addressId")): other for other in self._addresses(project)}
            flat |= {f"address.{path}": text for path, text in leaves(found.get(str(address[0]), {}))}
        return flat

    def _mark(self, project: Project) -> str:
        digest = hashlib.sha256()
        for name in sorted(project.samples):
            if name.endswith((f".{DEFAULT_ENTITY}", ".postal_address")):
                for path in project.samples[name]:
                    digest.update(path.read_bytes())
        return digest.hexdigest()


def open_pairs(workspace: Workspace) -> int | None:
    """Pairs that wait for a decision; `None` when nothing was looked for."""
    desk = DuplicateDesk(workspace)
    if not desk.looked():
        return None
    return sum(pair.state == "suggested" for pair in desk.pairs())
