"""Reviewing one mapping: its rows, and what a person can do to each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.errors import RejectedError
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_models.feedback import Decision
from crosswalk_models.types import Suggestion

from crosswalk_studio.errors import StaleError
from crosswalk_studio.services.edits import split_target
from crosswalk_studio.services.ledger import By
from crosswalk_studio.services.proposals import Proposal, new_rule, propose
from crosswalk_studio.services.rules import RuleBook, Shown
from crosswalk_studio.services.scopes import Bench, bench
from crosswalk_studio.services.suggestions import SuggestionSet, load_suggestions
from crosswalk_studio.services.targets import TargetRow, target_rows
from crosswalk_studio.services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Mapper:
    """One mapping under review."""

    workspace: Workspace
    name: str

    def document(self) -> MappingDocument:
        """The mapping as it stands on disk.

        Raises:
            StaleError: it cannot be read, or is gone.
        """
        project = self.workspace.checked().project
        if project is None or self.name not in project.mappings:
            raise StaleError(self.name, "the mapping cannot be read at the moment; see Releases for why")
        return project.mappings[self.name]

    def suggestions(self) -> SuggestionSet | None:
        """What the matcher said last."""
        return load_suggestions(self.workspace, self.name)

    def rows(self) -> list[TargetRow]:
        """Every field of the target; made again when a document, a decision or a suggestion changed."""
        found = self.suggestions()
        mark = (self.workspace.fingerprint(), found.at if found else "", self.workspace.store.count())
        by_target = found.by_target if found else {}
        return list(
            self.workspace.cached(
                f"rows {self.name}", mark, lambda: target_rows(self.workspace, self.document(), by_target)
            )
        )

    def row(self, target: str) -> TargetRow:
        """The row of one target.

        Raises:
            StaleError: there is no such target any more.
        """
        found = next((row for row in self.rows() if row.path == target), None)
        if found is None:
            raise StaleError(target, "this target is not there any more")
        return found

    def bench(self) -> Bench:
        """What formulas are tried on.

        Raises:
            StaleError: as `document`.
        """
        made = bench(self.workspace, self.name)
        if made is None:
            raise StaleError(self.name, "the mapping cannot be read at the moment; see Releases for why")
        return made

    def proposal(self, row: TargetRow, suggestion: Suggestion) -> Proposal:
        """The rule that accepting `suggestion` would make."""
        return propose(self.bench(), row, suggestion)

    def accept(self, target: str, by: By, *, rank: int = 1) -> Decision:
        """Accept the candidate of this rank; its list is made first where no rule makes it yet.

        Raises:
            RejectedError: there is no such candidate, or no rule can be made of it.
            ConflictError: somebody else decided meanwhile.
        """
        row = self.row(target)
        chosen = next((item for item in row.suggestions if item.rank == rank), None)
        if rank == 1 and chosen is None and row.suggestions:
            chosen = row.suggestions[0]
        if chosen is None:
            raise RejectedError("CW-STUDIO-NO-CANDIDATE", f"there is no suggestion for {target} to accept")
        proposal = self.proposal(row, chosen)
        if proposal.problem:
            raise RejectedError("CW-STUDIO-NO-RULE", f"{target}: {proposal.problem}", where=chosen.source)
        book = RuleBook(self.workspace, self.name)
        if proposal.collection:
            book.ensure_list(str(split_target(target)[0]), proposal.collection, by)
        return book.accept(target, new_rule(row, proposal.formula), shown(chosen), by)

    def save(
        self, target: str, formula: str, settings: Mapping[str, Any], by: By, *, rank: int = 0
    ) -> Decision:
        """Put the person's formula into the document, with the rule's settings (`None` takes one away).

        Raises:
            RejectedError: the formula is empty.
            FindingsError, ConflictError: as for any edit.
        """
        if not formula.strip():
            raise RejectedError(
                "CW-STUDIO-EMPTY", f"{target}: there is no formula to save", fix="write one, or reject"
            )
        row = self.row(target)
        rule = {**new_rule(row, formula.strip()), **settings}
        rule = {key: value for key, value in rule.items() if value is not None and value is not False}
        if rule.get("on_too_long") == "reject":
            del rule["on_too_long"]
        chosen = next((item for item in row.suggestions if item.rank == rank), None)
        return RuleBook(self.workspace, self.name).edit(
            target, rule, by, shown=shown(chosen) if chosen else None
        )

    def reject(self, target: str, by: By, *, reason: str = "") -> Decision:
        """Turn the suggestion down; a rule that stands there goes."""
        best = self.row(target).best
        return RuleBook(self.workspace, self.name).reject(
            target, by, shown=shown(best) if best else None, reason=reason
        )

    def undo(self, target: str, by: By) -> Decision:
        """Take the last decision on `target` back."""
        return RuleBook(self.workspace, self.name).undo(target, by)

    def act(self, kind: str, target: str, by: By) -> Decision:
        """Do what a key of the review list asks for.

        Raises:
            RejectedError: no such action.
        """
        if kind == "accept":
            return self.accept(target, by)
        if kind == "reject":
            return self.reject(target, by)
        if kind == "undo":
            return self.undo(target, by)
        raise RejectedError("CW-STUDIO-ACTION", "there is no such action", got=kind[:40])


def shown(suggestion: Suggestion) -> Shown:
    """A suggestion as a decision keeps it."""
    return Shown(suggestion.source, suggestion.rank, suggestion.probability, suggestion.model)
