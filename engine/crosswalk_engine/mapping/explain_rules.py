"""What the options of a mapping, of its lists and of its rules mean, in words."""

from collections.abc import Mapping
from datetime import timedelta

from crosswalk_engine.formula.functions.patterns import PATTERNS
from crosswalk_engine.formula.ir import Const
from crosswalk_engine.mapping.document import written
from crosswalk_engine.mapping.tree import EachTree, MappingTree, RuleTree, StepTree
from crosswalk_engine.payload.durations import format_duration

_EMPTY: Mapping[str, str] = {
    "omit": "without a value, nothing is written",
    "keep": "without a value, what the source has: nothing, null or a blank",
}
_NONE: Mapping[str, str] = {
    "omit": "without an element, nothing is written",
    "keep": "without an element, what the source has: nothing, null or an empty list",
}
_INVALID: Mapping[str, str] = {
    "default": "what cannot be computed or breaks a limit is replaced by the default, with a warning",
    "blank": "what cannot be computed or breaks a limit is left empty, with a warning",
}
#: Seconds that a copy of a related record is used when the mapping does not say.
_USUAL_AGE = 120.0


def flat(text: str) -> str:
    """A formula on one line."""
    return " ".join(text.split())


def head_lines(tree: MappingTree) -> list[str]:
    """Name, systems, related records, and how records are gathered and split."""
    source, goal = tree.source, tree.target
    lines = [tree.name, f"  {source['system']} {source['entity']} -> {goal['system']} {goal['entity']}"]
    for name, related in tree.related.items():
        age = (
            ""
            if related.max_age == _USUAL_AGE
            else f", at most {format_duration(timedelta(seconds=related.max_age))} old"
        )
        lines.append(f"  with {name}: the {related.entity} whose id is {related.key}{age}")
    if tree.group is not None:
        fields = ", ".join(tree.group.by)
        lines.append(f"  neighbours with equal {fields} are one record, all of them in {tree.group.name}")
    lines += _documents(tree)
    if tree.xml is not None:
        namespace = f" in {tree.xml.namespace}" if tree.xml.namespace else ""
        lines.append(f"  written as XML: {tree.xml.root}{namespace}")
    return lines


def _documents(tree: MappingTree) -> list[str]:
    documents = tree.documents
    if documents is None:
        return []
    collection = ".".join(documents.collection)
    if documents.by:
        equal = ", ".join(map(flat, documents.by_texts))
        first = f"  one document for all of {collection} (each called {documents.alias}) with equal {equal}"
    else:
        first = f"  one document for each of {collection}, called {documents.alias}"
    lines = [first]
    lines += [f"    where {flat(documents.where_text)}"] if documents.where_text else []
    return [*lines, f"    {documents.name} holds the elements of the document"]


def each_lines(each: EachTree, to: str) -> list[str]:
    """A list: what it goes over, and how."""
    lines = [f"{to}  one for each of {', and of '.join(map(_step, each.steps))}"]
    lines += [f"    only when {flat(each.when_text)}"] if each.when is not None else []
    lines += [f"    where {flat(each.where_text)}"] if each.where_text else []
    lines += [f"    in the order of {flat(each.order_text)}"] if each.order_text else []
    if each.group_by:
        equal = ", ".join(map(flat, each.group_texts))
        rows = f"{each.alias}.{each.rows_as}"
        lines.append(f"    those with equal {equal} make one: the first, with all of them in {rows}")
    lines += [f"    an object keyed by {flat(each.keyed_text)}"] if each.keyed_text else []
    lines += ["    at least one is required"] if each.required else []
    lines += [f"    {_NONE[each.empty]}"] if each.empty in _NONE and not each.required else []
    return lines


def _step(step: StepTree) -> str:
    where = ".".join(step.parts if step.base == "record" else step.path)
    if step.base != "record" and step.parts[-1] != step.path[-1]:
        where = f"{where} in {step.parts[-1]}"
    return f"{where}, called {step.alias}"


def limits_of(rule: RuleTree) -> list[str]:
    """The type of a rule's value and what it must be."""
    limits, shown = rule.limits, [rule.type]
    shown += ["required"] if rule.required else []
    shown += [f"must be {limits.type}"] if limits.type is not None else []
    if limits.max_length is not None:
        shown.append(f"at most {limits.max_length} characters" + (", cut if longer" if rule.cut else ""))
    if limits.min_length is not None:
        shown.append(f"at least {limits.min_length} character{'' if limits.min_length == 1 else 's'}")
    shown += [f"not below {limits.least}"] if limits.least is not None else []
    shown += [f"not above {limits.most}"] if limits.most is not None else []
    if limits.pattern is not None:
        known = PATTERNS.get(limits.pattern)
        shown.append(known.description if known is not None else f"of the form '{limits.pattern}'")
    shown += [f"one of {' | '.join(map(str, limits.one_of))}"] if limits.one_of is not None else []
    return shown


def rule_lines(rule: RuleTree) -> list[str]:
    """When a rule applies, and what it writes when it has no value, or no good one."""
    lines = [f"only when {flat(rule.when_text)}"] if rule.when is not None else []
    lines += [f"{written(rule.default)} when there is no value"] if rule.default is not None else []
    always = isinstance(rule.node, Const) or rule.default is not None or rule.required
    if not always and rule.empty in _EMPTY:
        lines.append(_EMPTY[rule.empty])
    if rule.invalid in _INVALID:
        lines.append(_INVALID[rule.invalid])
    return [f"    {line}" for line in lines]
