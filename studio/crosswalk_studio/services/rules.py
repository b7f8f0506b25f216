"""Deciding on the rules of a mapping: accept a suggestion, edit a formula, reject, take back.

Each decision edits the mapping's document and is written down with the suggestion that was shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.errors import RejectedError
from crosswalk_models.feedback import Decision

from crosswalk_studio.errors import StaleError
from crosswalk_studio.services.edits import edit_text, find_rule, split_target
from crosswalk_studio.services.ledger import By, record
from crosswalk_studio.services.workspace import Workspace

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """The suggestion that the person saw when deciding."""

    source: str
    rank: int
    probability: float
    model: str

    def to_json(self) -> dict[str, Any]:
        """As decisions carry it; the probability rounded to 4 places."""
        return {
            "source": self.source,
            "rank": self.rank,
            "probability": round(self.probability, 4),
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The decisions on one mapping's rules."""

    workspace: Workspace
    mapping: str

    @property
    def path(self) -> Any:
        """The mapping's document."""
        return self.workspace.root / "mappings" / f"{self.mapping}.yaml"

    def rule(self, target: str) -> dict[str, Any] | None:
        """The rule that stands in the document for `target`, as plain data."""
        found = find_rule(self._document(), target)
        return None if found is None else dict(found)

    def accept(self, target: str, rule: Rule, shown: Shown, by: By) -> Decision:
        """Take the suggestion: `rule` goes into the document with its origin.

        Raises:
            ConflictError: somebody else decided meanwhile.
            FindingsError: the document would not be valid.
        """
        at = self._at()
        origin = {
            "by": "suggestion",
            "model": shown.model,
            "probability": round(shown.probability, 4),
            "approved_by": by.actor,
            "at": at,
        }
        return self._decide("accept", target, {**rule, "origin": origin}, by, at, shown=shown)

    def edit(
        self, target: str, rule: Rule, by: By, *, shown: Shown | None = None, reason: str = ""
    ) -> Decision:
        """Put the person's own rule into the document.

        Raises:
            ConflictError, FindingsError: as `accept`.
        """
        at = self._at()
        origin = {"by": "person", "approved_by": by.actor, "at": at}
        return self._decide("edit", target, {**rule, "origin": origin}, by, at, shown=shown, reason=reason)

    def reject(self, target: str, by: By, *, shown: Shown | None = None, reason: str = "") -> Decision:
        """Turn the suggestion down; a rule that stands for `target` goes."""
        return self._decide("reject", target, None, by, self._at(), shown=shown, reason=reason)

    def undo(self, target: str, by: By) -> Decision:
        """Take the last decision on `target` back: the rule that stood before it stands again.

        Raises:
            RejectedError: nothing was decided on it.
        """
        thread = self.workspace.store.thread("rule", self.mapping, target)
        if not thread:
            raise RejectedError("CW-DECISION-NONE", f"nothing was decided on {target}", where=self.mapping)
        last = thread[0]
        before = (last.subject or {}).get("before")
        action = "edit" if before else "reject"
        subject = {"undo_of": last.id, "restores": (last.subject or {}).get("head")}
        return self._decide(action, target, before, by, self._at(), subject=subject, reason="undo")

    def ensure_list(self, group: str, source: str, by: By) -> None:
        """See that the list `group` (``lines[]``) is made: from `source`, unless a rule makes it already."""
        if find_rule(self._document(), group) is None:
            rule = {"to": group, "each": f"{source} AS row", "rules": []}
            self._decide("create", group, rule, By(by.actor, f"{by.op}.list"), self._at())

    def _decide(
        self,
        action: str,
        target: str,
        rule: Rule | None,
        by: By,
        at: str,
        *,
        shown: Shown | None = None,
        reason: str = "",
        subject: Mapping[str, Any] | None = None,
    ) -> Decision:
        with self.workspace.writing:
            known = self.workspace.store.find(by.op)
            if known is not None:
                return known
            group, name = split_target(target)
            plain = (
                None
                if rule is None
                else {"to": name, **{k: v for k, v in rule.items() if k not in ("to", "in")}}
            )
            before = self.rule(target)
            head = self.workspace.store.head("rule", self.mapping, target)
            facts = {"before": before, "head": head.id if head else None, **(subject or {})}
            decision = Decision(
                id=by.op,
                at=at,
                actor=by.actor,
                kind="rule",
                action=action,
                mapping=self.mapping,
                target=target,
                rule=None if plain is None else ({"in": group, **plain} if group else plain),
                suggestion=None if shown is None else shown.to_json(),
                subject={key: value for key, value in facts.items() if value is not None} or None,
                reason=reason,
            )
            files = {}
            if plain is not None or before is not None:
                text = self.path.read_text("utf-8")
                files[self.path] = edit_text(text, target, plain, where=f"mappings/{self.mapping}.yaml")
            return record(self.workspace, decision, by, files)

    def _document(self) -> dict[str, Any]:
        project = self.workspace.checked().project
        if project is None or self.mapping not in project.mappings:
            raise StaleError(self.mapping, "the mapping cannot be read at the moment; see Releases for why")
        return project.mappings[self.mapping].to_json()

    def _at(self) -> str:
        return self.workspace.now().strftime("%Y-%m-%dT%H:%M:%SZ")
