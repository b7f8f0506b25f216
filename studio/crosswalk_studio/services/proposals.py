"""From a suggested source field to a rule: the formula that the target asks for, tried on the samples."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.formula import FormulaError, parse_formula
from crosswalk_engine.payload.paths import Segment, parse_path
from crosswalk_models.types import Suggestion

from crosswalk_studio.services.dictionary import FieldInfo
from crosswalk_studio.services.edits import split_target
from crosswalk_studio.services.preview import Preview, preview
from crosswalk_studio.services.scopes import Bench
from crosswalk_studio.services.targets import TargetRow


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that a suggestion leads to.

    Attributes:
        formula: what the rule would say.
        collection: the source list that the target's list has to be made from, when no rule makes it yet.
        problem: why no rule can be made of it; then `formula` is empty.
    """

    formula: str = ""
    collection: str = ""
    problem: str = ""


def propose(bench: Bench, row: TargetRow, suggestion: Suggestion) -> Proposal:
    """The rule for `row`: the suggestion's own formula where the samples bear it, else one that fits."""
    given = str(suggestion.payload.get("formula") or "")
    path = parse_path(suggestion.source)
    lists = [index for index, segment in enumerate(path.segments) if segment.each]
    group, _ = split_target(row.path)
    each = bench.each(row.path)
    if len(lists) > 1:
        return Proposal(problem="the source lies in a list inside a list: write a formula for it")
    if group is not None and each is None and not lists:
        return Proposal(
            problem=f"first say which source list makes {group}: accept one of its repeated fields"
        )
    if lists and group is None:
        fits = _fitting(bench, row, [given] if given else [])
        return (
            Proposal(fits)
            if fits
            else Proposal(problem="the source repeats, the target does not: write a formula")
        )
    collection = ".".join(str(Segment(part.name)) for part in path.segments[: lists[0] + 1]) if lists else ""
    if lists and each is not None and each.collection != collection:
        return Proposal(problem=f"{group} is made from {each.collection}, the source lies in {collection}")
    alias = each.alias if each is not None else "row"
    names = [segment.name for segment in path.segments[lists[0] + 1 :]] if lists else list(path.names)
    base = ".".join(_identifier(name) for name in ([alias, *names] if lists else names))
    forms = [given] if given else []
    forms += [*_forms(row.info, base), base]
    if group is not None and each is None:
        return Proposal(forms[0], collection)
    return Proposal(_fitting(bench, row, forms) or base)


def _identifier(name: str) -> str:
    """`name` as formulas write it: quoted where SQL would read something else."""
    if name.isidentifier() and name.isascii():
        try:
            parse_formula(f"x.{name}")
            parse_formula(name)
        except FormulaError:
            return '"' + name + '"'
        return name
    return '"' + name.replace('"', '""') + '"'


def _fitting(bench: Bench, row: TargetRow, forms: list[str]) -> str:
    """The first of `forms` that no sample fails; else the one with the fewest failures, or none."""
    best, fewest = "", None
    _, name = split_target(row.path)
    for text in forms:
        shown = preview(bench, row.path, {"to": name, "formula": text, **_demand(row.info)})
        if shown.problems:
            continue
        if not shown.failed:
            spaced = any(item.value != item.value.strip() for item in shown.rows)
            return f"TRIM({text})" if spaced else text
        if fewest is None or shown.failed < fewest:
            best, fewest = text, shown.failed
    return best


def _forms(info: FieldInfo | None, base: str) -> Iterator[str]:
    kind = info.kind if info else ""
    if kind == "number" and info is not None:
        yield f"TO_DECIMAL({base}, {info.decimals or 0})"
    if kind == "date":
        yield f"FORMAT_DATE(TO_DATETIME({base}), 'yyyyMMdd')"
        yield f"FORMAT_DATE(TO_DATE({base}), 'yyyyMMdd')"


def _demand(info: FieldInfo | None) -> dict[str, Any]:
    return {"max_length": info.length} if info and info.kind == "text" and info.length else {}


def new_rule(row: TargetRow, formula: str) -> dict[str, Any]:
    """A rule with what the dictionary demands of the field; an existing rule keeps its own settings."""
    _, name = split_target(row.path)
    own = ("to", "formula", "value", "origin")
    kept = {key: value for key, value in (row.rule or {}).items() if key not in own}
    rule: dict[str, Any] = {"to": name, "formula": formula}
    if row.rule is None and row.info is not None:
        if row.info.need == "required":
            rule["required"] = True
        if row.info.length is not None and row.info.kind in ("text", "date"):
            rule["max_length"] = row.info.length
    return {**rule, **kept}


def rule_preview(bench: Bench, row: TargetRow, formula: str) -> Preview:
    """The preview of `formula` under the demands that the rule would have."""
    return preview(bench, row.path, new_rule(row, formula))
