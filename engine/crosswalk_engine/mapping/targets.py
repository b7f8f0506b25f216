"""Linting the targets of a mapping: every target once, none inside another, and all known to the target."""

from collections.abc import Iterator
from dataclasses import dataclass

from crosswalk_engine.errors import ConfigError, Finding, masked
from crosswalk_engine.mapping.document import EachRule, MappingDocument, Rule
from crosswalk_engine.payload.paths import Path, Segment, parse_path
from crosswalk_engine.payload.shape import Shape

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One target path, whole, with the place of its `to` and the rule that fills it."""

    path: Path
    place: Place
    rule: Rule | EachRule


def lint_targets(doc: MappingDocument, shape: Shape | None) -> tuple[Finding, ...]:
    """Findings about the targets of `doc`; against `shape`, the target's, when it is known."""
    findings: list[Finding] = []
    targets = list(_targets(doc, findings))
    findings += _twice(doc, targets)
    findings += _inside_another(doc, targets)
    if shape is not None:
        findings += _unknown(doc, targets, shape)
        findings += _unmapped(doc, targets, shape)
        findings += _too_short(doc, targets, shape)
    return tuple(findings)


def _targets(doc: MappingDocument, findings: list[Finding]) -> Iterator[Target]:
    for index, rule in enumerate(doc.rules):
        place: Place = ("rules", index, "to")
        path = _parsed(doc, rule, place, findings)
        if path is None:
            continue
        yield Target(path, place, rule)
        if not isinstance(rule, EachRule):
            continue
        for inner_index, inner in enumerate(rule.rules):
            inner_place: Place = ("rules", index, "rules", inner_index, "to")
            below = _parsed(doc, inner, inner_place, findings)
            if below is not None:
                yield Target(Path(path.segments + below.segments), inner_place, inner)


def _parsed(
    doc: MappingDocument, rule: Rule | EachRule, place: Place, findings: list[Finding]
) -> Path | None:
    """The target path of a rule: no ``[]`` in a plain rule, exactly one, at the end, in an `each`."""
    try:
        path = parse_path(rule.to)
    except ConfigError as error:
        findings.append(
            _finding(doc, place, "TARGET-PATH", f"{masked(rule.to, 60)}: {error.what}", error.fix)
        )
        return None
    each = [segment.each for segment in path.segments]
    if isinstance(rule, EachRule):
        if each[-1] != 1 or any(each[:-1]):
            message = f"{rule.to}: an `each` fills one list, so its target ends in []"
            findings.append(
                _finding(doc, place, "TARGET-PATH", message, f"write {rule.to.replace('[]', '')}[]")
            )
            return None
    elif any(each):
        message = f"{rule.to}: a list is filled by an `each` rule"
        findings.append(_finding(doc, place, "TARGET-PATH", message, "put the rule into an `each`"))
        return None
    return path


def _twice(doc: MappingDocument, targets: list[Target]) -> Iterator[Finding]:
    seen: dict[str, Place] = {}
    for target in targets:
        name = str(target.path)
        first = seen.setdefault(name, target.place)
        if first != target.place:
            message = f"{name} has a rule at {doc.at(*first)} already"
            yield _finding(doc, target.place, "TARGET-TWICE", message, "keep one of the two")


def _inside_another(doc: MappingDocument, targets: list[Target]) -> Iterator[Finding]:
    """A field cannot be a value and an object at once: `address` and `address.TOWN`."""
    values = {target.path.segments: target for target in targets if isinstance(target.rule, Rule)}
    for target in targets:
        segments = target.path.segments
        for length in range(1, len(segments) + 1):
            head = segments[:length]
            plain = (*head[:-1], Segment(head[-1].name))
            outer = values.get(plain)
            if outer is not None and plain != segments:
                message = f"{target.path} lies in {outer.path}, which has a value of its own"
                hint = f"see {doc.at(*outer.place)}"
                yield _finding(doc, target.place, "TARGET-CLASH", message, hint)


def _unknown(doc: MappingDocument, targets: list[Target], shape: Shape) -> Iterator[Finding]:
    for target in targets:
        name = str(target.path)
        if shape.find(name) is None and not (isinstance(target.rule, EachRule) and shape.find(name[:-2])):
            nearest = shape.nearest(name, limit=1)
            hint = f"did you mean '{nearest[0]}'?" if nearest else ""
            message = f"no sample of the target has the field {name}"
            yield _finding(doc, target.place, "TARGET-UNKNOWN", message, hint, "warning")


def _unmapped(doc: MappingDocument, targets: list[Target], shape: Shape) -> Iterator[Finding]:
    """One remark on all fields that every sample of the target fills and no rule does."""
    mapped = {str(target.path) for target in targets}
    missing = [path for path in shape.paths() if path not in mapped and _always_filled(shape, path)]
    if missing:
        shown = ", ".join(missing[:12]) + (" …" if len(missing) > 12 else "")
        message = f"filled in every sample of the target, but by no rule: {shown}"
        hint = "right when the target fills them itself"
        yield _finding(doc, ("rules",), "TARGET-UNMAPPED", message, hint, "warning")


def _always_filled(shape: Shape, path: str) -> bool:
    node = shape.find(path)
    return node is not None and not node.optional and node.blank == 0 and bool(node.scalar_kinds)


def _too_short(doc: MappingDocument, targets: list[Target], shape: Shape) -> Iterator[Finding]:
    for target in targets:
        limit = target.rule.max_length if isinstance(target.rule, Rule) else None
        node = shape.find(str(target.path))
        if limit is not None and node is not None and node.longest > limit:
            message = f"{target.path}: samples hold {node.longest} characters, the rule allows {limit}"
            place = (*target.place[:-1], "max_length")
            yield _finding(doc, place, "LENGTH", message, "check the field's length", "warning")


def _finding(
    doc: MappingDocument, place: Place, kind: str, message: str, suggestion: str = "", level: str = "error"
) -> Finding:
    return Finding(doc.at(*place), f"CW-LINT-{kind}", level, message, suggestion)
