"""The stored form of a mapping tree (`crosswalk/mapping-ir@2`); defaults are left out of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from crosswalk_engine.errors import ConfigError, masked
from crosswalk_engine.formula.ir import ROWS, Node, to_json
from crosswalk_engine.formula.stored import from_json
from crosswalk_engine.mapping.tree import (
    FORMAT,
    NO_LIMITS,
    AnyTree,
    CheckTree,
    DocumentsTree,
    EachTree,
    GroupTree,
    Level,
    Limits,
    MappingTree,
    RelatedTree,
    RuleTree,
    StepTree,
    XmlTree,
)
from crosswalk_engine.mapping.upgrades import upgraded
from crosswalk_engine.payload.paths import parse_path

_Stored = Mapping[str, Any]


def tree_to_json(tree: MappingTree) -> dict[str, Any]:
    """The stored form of `tree`."""
    stored: dict[str, Any] = {
        "format": FORMAT,
        "name": tree.name,
        "source": dict(tree.source),
        "target": dict(tree.target),
        "with": {name: _related_to_json(related) for name, related in tree.related.items()},
        "rules": [_any_to_json(rule) for rule in tree.rules],
        "checks": [_check_to_json(check) for check in tree.checks],
    }
    if tree.documents is not None:
        stored["documents"] = _documents_to_json(tree.documents)
    if tree.group is not None:
        stored["group"] = {"by": list(tree.group.by), "as": tree.group.name}
    if tree.xml is not None:
        xml = tree.xml
        stored["xml"] = {"root": xml.root} | _given(
            namespace=xml.namespace, prefixes=dict(xml.prefixes), attributes=dict(xml.attributes), nil=xml.nil
        )
    return stored


def tree_from_json(stored: _Stored) -> MappingTree:
    """The tree that `tree_to_json` stored, or an earlier version.

    Raises:
        ConfigError: CW-IR when it is damaged or of another format.
    """
    try:
        current = upgraded(dict(stored))
        if current.get("format") != FORMAT:
            raise _refused(str(stored.get("format")))
        return MappingTree(
            name=str(current["name"]),
            source=dict(current["source"]),
            target=dict(current["target"]),
            related={name: _related_from_json(one) for name, one in current["with"].items()},
            rules=tuple(_any_from_json(rule, ()) for rule in current["rules"]),
            checks=tuple(_check_from_json(check) for check in current["checks"]),
            documents=_optional(current, "documents", _documents_from_json),
            group=_optional(
                current, "group", lambda one: GroupTree(tuple(map(str, one["by"])), str(one["as"]))
            ),
            xml=_optional(
                current,
                "xml",
                lambda one: XmlTree(
                    str(one["root"]),
                    one.get("namespace"),
                    dict(one.get("prefixes", {})),
                    dict(one.get("attributes", {})),
                    bool(one.get("nil", False)),
                ),
            ),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _refused(f"{type(error).__name__} {error}") from error


def _given(**options: Any) -> dict[str, Any]:
    """The options that say something."""
    return {name: value for name, value in options.items() if value not in (None, False, {}, [])}


def _formula(name: str, text: str, node: Node | None) -> dict[str, Any]:
    return {} if node is None else {name: text, f"{name}_ir": to_json(node)}


def _read_formula(stored: _Stored, name: str) -> tuple[Node | None, str]:
    ir = stored.get(f"{name}_ir")
    return None if ir is None else from_json(ir), str(stored.get(name, ""))


def _optional(stored: _Stored, name: str, read: Callable[[Any], Any]) -> Any:
    return read(stored[name]) if name in stored else None


def _related_to_json(related: RelatedTree) -> dict[str, Any]:
    stored: dict[str, Any] = {"entity": related.entity, "key": related.key}
    milliseconds = round(related.max_age * 1000)
    return stored if milliseconds == 120_000 else stored | {"max_age_ms": milliseconds}


def _related_from_json(stored: _Stored) -> RelatedTree:
    return RelatedTree(
        str(stored["entity"]), str(stored["key"]), int(stored.get("max_age_ms", 120_000)) / 1000
    )


def _any_to_json(rule: AnyTree) -> dict[str, Any]:
    return _rule_to_json(rule) if isinstance(rule, RuleTree) else _each_to_json(rule)


def _any_from_json(stored: _Stored, levels: tuple[Level, ...]) -> AnyTree:
    return _each_from_json(stored, levels) if "steps" in stored else _rule_from_json(stored, levels)


def _rule_to_json(rule: RuleTree) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "to": rule.to,
        "formula": rule.text,
        "type": rule.type,
        "ir": to_json(rule.node),
    }
    limits = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(rule.limits).items()
        if value is not None
    }
    if rule.default is not None:
        stored["default"] = rule.default
    if rule.empty != "write":
        stored["empty"] = rule.empty
    if rule.invalid != "reject":
        stored["on_invalid"] = rule.invalid
    stored |= _formula("when", rule.when_text, rule.when)
    return stored | _given(required=rule.required, cut=rule.cut, limits=limits)


def _rule_from_json(stored: _Stored, levels: tuple[Level, ...]) -> RuleTree:
    limits = dict(stored.get("limits", {}))
    if "one_of" in limits:
        limits["one_of"] = tuple(limits["one_of"])
    when, when_text = _read_formula(stored, "when")
    return RuleTree(
        to=str(stored["to"]),
        parts=parse_path(stored["to"]).names,
        text=str(stored["formula"]),
        node=from_json(stored["ir"]),
        type=str(stored["type"]),
        required=bool(stored.get("required", False)),
        cut=bool(stored.get("cut", False)),
        limits=Limits(**limits) if limits else NO_LIMITS,
        default=stored.get("default"),
        empty=stored.get("empty", "write"),
        invalid=stored.get("on_invalid", "reject"),
        when=when,
        when_text=when_text,
        levels=levels,
    )


def _each_to_json(each: EachTree) -> dict[str, Any]:
    stored: dict[str, Any] = {"to": each.to, "steps": [_step_to_json(step) for step in each.steps]}
    stored |= _formula("when", each.when_text, each.when)
    stored |= _formula("where", each.where_text, each.where)
    stored |= _formula("order_by", each.order_text, each.order_by)
    stored |= _formula("keyed_by", each.keyed_text, each.keyed_by)
    if each.group_by:
        stored["group_by"] = list(each.group_texts)
        stored["group_by_ir"] = [to_json(node) for node in each.group_by]
        stored["rows_as"] = each.rows_as
    if each.empty != "write":
        stored["empty"] = each.empty
    stored |= _given(required=each.required)
    return stored | {"rules": [_any_to_json(rule) for rule in each.rules]}


def _each_from_json(stored: _Stored, outer: tuple[Level, ...]) -> EachTree:
    steps = tuple(_step_from_json(step) for step in stored["steps"])
    levels = (*outer, *(step.level for step in steps))
    when, when_text = _read_formula(stored, "when")
    where, where_text = _read_formula(stored, "where")
    order_by, order_text = _read_formula(stored, "order_by")
    keyed_by, keyed_text = _read_formula(stored, "keyed_by")
    return EachTree(
        to=str(stored["to"]),
        parts=parse_path(stored["to"]).names,
        steps=steps,
        rules=tuple(_any_from_json(rule, levels) for rule in stored["rules"]),
        where=where,
        where_text=where_text,
        order_by=order_by,
        order_text=order_text,
        group_by=tuple(map(from_json, stored.get("group_by_ir", ()))),
        group_texts=tuple(map(str, stored.get("group_by", ()))),
        rows_as=stored.get("rows_as"),
        keyed_by=keyed_by,
        keyed_text=keyed_text,
        required=bool(stored.get("required", False)),
        when=when,
        when_text=when_text,
        outer=outer,
        empty=stored.get("empty", "write"),
    )


def _step_to_json(step: StepTree) -> list[Any]:
    return [step.base, list(step.parts), list(step.path), step.alias, step.scope]


def _step_from_json(stored: list[Any]) -> StepTree:
    base, parts, path, alias, scope = stored
    if base not in ("record", *ROWS) or scope not in ROWS:
        raise ValueError(scope)
    return StepTree(base, tuple(map(str, parts)), tuple(map(str, path)), str(alias), scope)


def _check_to_json(check: CheckTree) -> dict[str, Any]:
    stored = {"name": check.name, "formula": check.text, "ir": to_json(check.node)}
    return stored | _formula("when", check.when_text, check.when)


def _check_from_json(stored: _Stored) -> CheckTree:
    when, when_text = _read_formula(stored, "when")
    return CheckTree(str(stored["name"]), str(stored["formula"]), from_json(stored["ir"]), when, when_text)


def _documents_to_json(documents: DocumentsTree) -> dict[str, Any]:
    stored = {"each": list(documents.collection), "alias": documents.alias, "as": documents.name}
    stored |= _formula("where", documents.where_text, documents.where)
    return stored | {"by": list(documents.by_texts), "by_ir": [to_json(node) for node in documents.by]}


def _documents_from_json(stored: _Stored) -> DocumentsTree:
    where, where_text = _read_formula(stored, "where")
    return DocumentsTree(
        tuple(map(str, stored["each"])),
        str(stored["alias"]),
        str(stored["as"]),
        where,
        where_text,
        tuple(map(from_json, stored["by_ir"])),
        tuple(map(str, stored["by"])),
    )


def _refused(got: str) -> ConfigError:
    return ConfigError(
        "CW-IR",
        "a compiled mapping cannot be read",
        got=masked(got),
        expected=FORMAT,
        fix="build the release again with this version",
    )
