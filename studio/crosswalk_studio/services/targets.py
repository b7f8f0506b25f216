"""The rows of the Mappings page: every field of the target, with its rule, suggestions and decision."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from crosswalk_engine.mapping.document import AnyRule, EachRule, MappingDocument, Rule, written
from crosswalk_engine.payload.shape import Shape
from crosswalk_models.feedback import Decision
from crosswalk_models.types import Suggestion

from crosswalk_studio.services.dictionary import FieldInfo, dictionary
from crosswalk_studio.services.edits import split_target
from crosswalk_studio.services.workspace import Workspace

State = Literal["suggested", "accepted", "manual", "rejected", "open"]
#: Under this probability a candidate is not put forward as the row's own suggestion (it can still be chosen).
FLOOR = 0.3
#: Candidates shown for one target.
CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target field.

    Attributes:
        path: e.g. ``lines[].ITNO``.
        group: where it lies: ``""`` for the head, else ``address`` or ``lines[]``.
        info: what the dictionary says; `None` for an unknown field.
        state: where the decision stands.
        rule: the rule in the document, as plain data.
        suggestions: best first; the first is the one that `A` accepts.
        head: the last decision, for the optimistic lock.
        sampled: whether a sample of the target holds it.
    """

    path: str
    group: str
    info: FieldInfo | None
    state: State
    rule: Mapping[str, Any] | None
    suggestions: tuple[Suggestion, ...]
    head: Decision | None
    sampled: bool

    @property
    def label(self) -> str:
        """Its meaning in words; empty when unknown."""
        return self.info.label if self.info else ""

    @property
    def required(self) -> bool:
        """Whether the target refuses a record without it."""
        ruled = bool(self.rule and self.rule.get("required"))
        return ruled or (self.info is not None and self.info.need == "required")

    @property
    def result(self) -> bool:
        """Whether the target gives it itself, so that nobody maps it."""
        return self.info is not None and self.info.need == "result"

    @property
    def best(self) -> Suggestion | None:
        """The suggestion that is put forward."""
        first = self.suggestions[0] if self.suggestions else None
        return first if first is not None and first.probability >= FLOOR else None


def target_rows(
    workspace: Workspace, document: MappingDocument, suggestions: Mapping[str, Sequence[Suggestion]]
) -> list[TargetRow]:
    """Every field of the target: from its dictionary, its samples and the rules, in the document's order."""
    samples = workspace.samples(document.target.system, document.target.entity)
    infos = dictionary(document.target.system).get(document.target.entity, {})
    rules = rules_by_target(document)
    sampled = frozenset(samples.shape.paths()) if samples else frozenset()
    heads = workspace.store.heads("rule", document.name)
    rows = []
    for path in _paths(rules, infos, samples.shape if samples else None, suggestions):
        rule = rules.get(path)
        found = tuple(suggestions.get(path, ()))[:CANDIDATES]
        head = heads.get(path)
        state = _state(workspace, rule, head, found)
        info = infos.get(path)
        rows.append(TargetRow(path, _group(path), info, state, rule, found, head, path in sampled))
    return _grouped(rows)


def rules_by_target(document: MappingDocument) -> dict[str, Mapping[str, Any]]:
    """Target path -> rule as plain data; the rules inside an `each` by their whole path."""
    return dict(_rules(document.rules, ""))


def _rules(rules: Iterable[AnyRule], below: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for rule in rules:
        if isinstance(rule, EachRule):
            yield from _rules(rule.rules, f"{below}{rule.to}.")
        elif isinstance(rule, Rule):
            yield f"{below}{rule.to}", _plain(rule)


def _plain(rule: Rule) -> dict[str, Any]:
    return rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _paths(
    rules: Iterable[str], infos: Mapping[str, FieldInfo], shape: Shape | None, suggested: Iterable[str]
) -> list[str]:
    fields = [path for path, info in infos.items() if info.kind not in ("group", "list")]
    found = [*fields, *rules, *(shape.paths() if shape else ()), *suggested]
    return list(dict.fromkeys(found))


def _grouped(rows: list[TargetRow]) -> list[TargetRow]:
    groups = list(dict.fromkeys(["", *(row.group for row in rows)]))
    return sorted(rows, key=lambda row: (groups.index(row.group), row.result))


def _group(path: str) -> str:
    group, name = split_target(path)
    if group is not None:
        return group
    head, mark, _ = name.rpartition(".")
    return head if mark else ""


def _state(
    workspace: Workspace,
    rule: Mapping[str, Any] | None,
    head: Decision | None,
    suggestions: Sequence[Suggestion],
) -> State:
    decided = effective(workspace, head)
    if rule is not None:
        if decided is not None and decided.action != "reject":
            return "accepted" if decided.action == "accept" else "manual"
        return "accepted" if (rule.get("origin") or {}).get("by") == "suggestion" else "manual"
    if decided is not None and decided.action == "reject":
        return "rejected"
    best = suggestions[0] if suggestions else None
    return "suggested" if best is not None and best.probability >= FLOOR else "open"


def effective(workspace: Workspace, head: Decision | None) -> Decision | None:
    """The decision that holds: one that takes another back makes the one before that hold again."""
    for _ in range(100):
        subject = head.subject if head is not None else None
        if head is None or not subject or "undo_of" not in subject:
            return head
        before = subject.get("restores")
        head = workspace.store.find(str(before)) if before else None
    return head


def formula_of(rule: Mapping[str, Any] | None) -> str:
    """What gives the value of a rule in plain data, as a formula; empty without a rule."""
    if rule is None:
        return ""
    return written(rule["value"]) if "value" in rule else str(rule.get("formula", ""))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mapping is: fields decided, and required fields that have a rule."""

    fields: int
    decided: int
    required: int
    required_mapped: int
    open_suggestions: int

    @property
    def missing(self) -> int:
        """Required fields without a rule."""
        return self.required - self.required_mapped


def progress(rows: Sequence[TargetRow]) -> Progress:
    """Counted over what a person can map (not what the target gives itself)."""
    own = [row for row in rows if not row.result]
    needed = [row for row in own if row.required and _expected(row, own)]
    return Progress(
        len(own),
        sum(1 for row in own if row.state in ("accepted", "manual", "rejected")),
        len(needed),
        sum(1 for row in needed if row.rule is not None),
        sum(1 for row in own if row.state == "suggested"),
    )


def _expected(row: TargetRow, rows: Sequence[TargetRow]) -> bool:
    """A field that is required inside an optional group counts once the group is used at all."""
    if row.group == "":
        return True
    return any(other.group == row.group and other.rule is not None for other in rows)
