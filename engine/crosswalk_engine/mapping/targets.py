"""Linting the targets of a mapping: every target once, none inside another, and all known to the target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crosswalk_engine.errors import ConfigError, Finding, masked
from crosswalk_engine.mapping.document import (
    MAX_LEVELS,
    AnyRule,
    EachRule,
    MappingDocument,
    Rule,
    RuleSet,
    UseRule,
)
from crosswalk_engine.mapping.target_shapes import as_keyed
from crosswalk_engine.mapping.written import Place
from crosswalk_engine.payload.documents import Document
from crosswalk_engine.payload.paths import Path, Segment, parse_path
from crosswalk_engine.payload.shape import Shape


@dataclass(frozen=True, slots=True)
class Target:
    """One target path, whole, with the place of its `to` and the rule that fills it.

    `doc` is the mapping or the rule set that holds the rule.
    """

    path: Path
    doc: Document
    place: Place
    rule: Rule | EachRule

    @property
    def where(self) -> str:
        """``file:line`` of its `to`."""
        return self.doc.at(*self.place)


def lint_targets(
    doc: MappingDocument, shape: Shape | None = None, rule_sets: Mapping[str, RuleSet] | None = None
) -> tuple[Finding, ...]:
    """Findings about the targets of `doc`; against `shape`, the target's, when it is known."""
    finder = _Finder(rule_sets or {})
    targets = list(finder.below(doc, ("rules",), doc.rules, (), ()))
    findings = finder.findings
    findings += _twice(targets)
    findings += _inside_another(targets)
    if shape is not None:
        for target in targets:
            if isinstance(target.rule, EachRule) and target.rule.keyed_by is not None:
                shape = as_keyed(shape, target.path.names)
        targets = [replace(target, path=_sampled(target.path)) for target in targets]
        findings += _unknown(targets, shape)
        findings += _unmapped(doc, targets, shape)
        findings += _too_short(targets, shape)
    return tuple(findings)


class _Finder:
    """Collects the targets of a mapping, those of the rule sets that it uses among them."""

    def __init__(self, rule_sets: Mapping[str, RuleSet]) -> None:
        self.rule_sets = rule_sets
        self.findings: list[Finding] = []

    def below(
        self,
        doc: Document,
        place: Place,
        rules: tuple[AnyRule, ...],
        above: tuple[Segment, ...],
        used: tuple[str, ...],
    ) -> Iterator[Target]:
        """The targets of `rules`, which stand at `place` of `doc`, below the target `above`."""
        for index, rule in enumerate(rules):
            here = (*place, index)
            if isinstance(rule, UseRule):
                yield from self._used(doc, here, rule, above, used)
                continue
            path = self._parsed(doc, rule, (*here, "to"))
            if path is None:
                continue
            whole = (*above, *path.segments)
            yield Target(Path(whole), doc, (*here, "to"), rule)
            if isinstance(rule, EachRule) and len(here) <= 2 * MAX_LEVELS:
                yield from self.below(doc, (*here, "rules"), rule.rules, whole, used)

    def _used(
        self, doc: Document, place: Place, rule: UseRule, above: tuple[Segment, ...], used: tuple[str, ...]
    ) -> Iterator[Target]:
        """The targets of a rule set, below its `to`; one that is not there is told elsewhere."""
        found = self.rule_sets.get(rule.use)
        if found is None or rule.use in used:
            return
        if rule.to is not None:
            path = self._parsed(doc, rule, (*place, "to"))
            if path is None:
                return
            above = (*above, *path.segments)
        yield from self.below(found, ("rules",), found.rules, above, (*used, rule.use))

    def _parsed(self, doc: Document, rule: AnyRule, place: Place) -> Path | None:
        """The target path of a rule: no ``[]`` in a plain rule, exactly one, at the end, in an `each`."""
        assert rule.to is not None
        try:
            path = parse_path(rule.to)
        except ConfigError as error:
            self._note(doc, place, f"{masked(rule.to, 60)}: {error.what}", error.fix)
            return None
        each = [segment.each for segment in path.segments]
        if isinstance(rule, EachRule):
            if rule.keyed_by is not None and not any(each):
                # An object keyed by id may be written as what it is.
                return Path((*path.segments[:-1], replace(path.segments[-1], each=1)))
            if each[-1] != 1 or any(each[:-1]):
                message = f"{rule.to}: an `each` fills one list, so its target ends in []"
                self._note(doc, place, message, f"write {rule.to.replace('[]', '')}[]")
                return None
        elif any(each):
            message = f"{rule.to}: a list is filled by an `each` rule"
            self._note(doc, place, message, "put the rule into an `each`")
            return None
        return path

    def _note(self, doc: Document, place: Place, message: str, suggestion: str) -> None:
        self.findings.append(Finding(doc.at(*place), "CW-LINT-TARGET-PATH", "error", message, suggestion))


def _twice(targets: list[Target]) -> Iterator[Finding]:
    seen: dict[tuple[Segment, ...], Target] = {}
    for target in targets:
        first = seen.setdefault(target.path.segments, target)
        if first is not target:
            message = f"{target.path} has a rule at {first.where} already"
            yield _finding(target, "TARGET-TWICE", message, "keep one of the two")


def _inside_another(targets: list[Target]) -> Iterator[Finding]:
    """A field is a value, an object or a list: not `address` with `address.TOWN`, nor `a[]` with `a.b`."""
    values = {target.path.segments: target for target in targets if isinstance(target.rule, Rule)}
    lists = {_plain(target.path.segments): target for target in targets if isinstance(target.rule, EachRule)}
    for target in targets:
        segments = target.path.segments
        for length in range(1, len(segments) + 1):
            plain = _plain(segments[:length])
            outer = values.get(plain)
            if outer is not None and plain != segments:
                message = f"{target.path} lies in {outer.path}, which has a value of its own"
                yield _finding(target, "TARGET-CLASH", message, f"see {outer.where}")
            fills = lists.get(plain)
            if fills is not None and length < len(segments) and not segments[length - 1].each:
                message = f"{target.path} lies in {fills.path}, which is a list"
                yield _finding(target, "TARGET-CLASH", message, f"see {fills.where}")


def _plain(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The path without a ``[]`` at its end."""
    return (*segments[:-1], replace(segments[-1], each=0))


def _sampled(path: Path) -> Path:
    """As samples of XML show it: elements of one name, told apart by what follows a ``#``, are a list."""
    if not any("#" in segment.name[1:] for segment in path.segments):
        return path
    return Path(
        tuple(
            Segment(segment.name.partition("#")[0], max(1, segment.each))
            if "#" in segment.name[1:]
            else segment
            for segment in path.segments
        )
    )


def _unknown(targets: list[Target], shape: Shape) -> Iterator[Finding]:
    for target in targets:
        name = str(target.path)
        if shape.find(name) is None and not (isinstance(target.rule, EachRule) and shape.find(name[:-2])):
            nearest = shape.nearest(name, limit=1)
            hint = f"did you mean '{nearest[0]}'?" if nearest else ""
            message = f"no sample of the target has the field {name}"
            yield _finding(target, "TARGET-UNKNOWN", message, hint, "warning")


def _unmapped(doc: MappingDocument, targets: list[Target], shape: Shape) -> Iterator[Finding]:
    """One remark on all fields that every sample of the target fills and no rule does."""
    mapped = {str(target.path) for target in targets}
    if doc.target.xml is not None:
        mapped |= {"#root", *(f"@{name}" for name in doc.target.xml.attributes)}
    missing = [path for path in shape.paths() if path not in mapped and _always_filled(shape, path)]
    if missing:
        shown = ", ".join(missing[:12]) + (" …" if len(missing) > 12 else "")
        message = f"filled in every sample of the target, but by no rule: {shown}"
        hint = "right when the target fills them itself"
        yield Finding(doc.at("rules"), "CW-LINT-TARGET-UNMAPPED", "warning", message, hint)


def _always_filled(shape: Shape, path: str) -> bool:
    node = shape.find(path)
    return node is not None and not node.optional and node.blank == 0 and bool(node.scalar_kinds)


def _too_short(targets: list[Target], shape: Shape) -> Iterator[Finding]:
    for target in targets:
        limit = target.rule.max_length if isinstance(target.rule, Rule) else None
        node = shape.find(str(target.path)) if limit is not None else None
        if limit is not None and node is not None and node.longest > limit:
            message = f"{target.path}: samples hold {node.longest} characters, the rule allows {limit}"
            where = target.doc.at(*target.place[:-1], "max_length")
            yield Finding(where, "CW-LINT-LENGTH", "warning", message, "check the field's length")


def _finding(target: Target, kind: str, message: str, suggestion: str = "", level: str = "error") -> Finding:
    return Finding(target.where, f"CW-LINT-{kind}", level, message, suggestion)
