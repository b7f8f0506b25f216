"""A mapping tree to Python functions: for records as they should be, and for those with something wrong.

The function for clean records is straight code; where something is not clean it raises, and the careful
function, with each rule in its own try, collects every problem. Both give the same output.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from crosswalk_engine.formula.code import Root, Writer
from crosswalk_engine.formula.compile import annotated, run_generated
from crosswalk_engine.formula.emit_fast import FastEmitter
from crosswalk_engine.formula.emit_rows import Emitter, worth_hoisting
from crosswalk_engine.formula.env import Lookup
from crosswalk_engine.formula.ir import Node, ScopeName
from crosswalk_engine.formula.layout import Field, layout_of, struct_type, tell, use
from crosswalk_engine.formula.reads import Rows
from crosswalk_engine.mapping.code_page import Inside, Made, Page
from crosswalk_engine.mapping.faults import Spot
from crosswalk_engine.mapping.generate_ahead import Ahead
from crosswalk_engine.mapping.generate_lists import Lists
from crosswalk_engine.mapping.generate_rules import write_check, write_rule
from crosswalk_engine.mapping.runtime import RUNTIME
from crosswalk_engine.mapping.tree import AnyTree, DocumentsTree, EachTree, MappingTree, RuleTree
from crosswalk_engine.mapping.unset import source_fields

#: typed: for clean records that were decoded by type · plain: for clean dicts · careful: for any dict
Form = Literal["typed", "plain", "careful"]


@dataclass(frozen=True, slots=True)
class Generated:
    """The function ``mapping(doc, env, errors, warnings) -> output``, its text, its record type.

    Without a record type, it takes dicts: what is read cannot be decoded by type.
    """

    run: Callable[..., Any]
    code: str
    record: type[msgspec.Struct] | None = None


def generate(tree: MappingTree, form: Form, lookups: Mapping[str, Lookup]) -> Generated:
    """One function of a mapping. The ones for clean records may raise instead of giving an output."""
    layout = layout_of(lambda root: _uses(tree, root)) if form == "typed" else None
    if layout is not None and layout.kind == "leaf":
        layout = None
    record = struct_type(layout) if layout is not None else None
    writer = Writer(indent=1)
    root = Root("doc", "", writer.hole(), layout)
    emitter = Emitter(writer, root) if form == "careful" else FastEmitter(writer, root)
    emitter.namespace |= RUNTIME
    if isinstance(emitter, FastEmitter):
        emitter.tables = lookups
    _write(tree, Page(emitter))
    code = "def mapping(doc, env, errors, warnings):\n" + "\n".join(writer.lines()) + "\n"
    namespace = run_generated(code, emitter.namespace)
    return Generated(namespace["mapping"], annotated(code, emitter), record)


def _write(tree: MappingTree, page: Page) -> None:
    """Writes the body of the function."""

    def write_rules(rules: Sequence[AnyTree], inside: Inside) -> list[Made]:
        return [
            write_rule(page, rule, inside) if isinstance(rule, RuleTree) else lists.write(rule, inside)
            for rule in rules
        ]

    lists = Lists(page, write_rules)
    if page.fast is not None:
        lists.prepared = Ahead(tree, page.fast).write()
    else:
        formulas = (
            list(tree.formulas())
            if tree.documents is None
            else list(replace(tree, documents=None).formulas())
        )
        once = [node for node, levels in formulas if not levels]
        many = [node for node, levels in formulas if levels]
        for node in worth_hoisting(once, many):
            page.emitter.hoist(node)
    made = write_rules(tree.rules, Inside())
    for check in tree.checks:
        write_check(page, check)
    page.display(made, "return {}", "output")


# Which fields are decoded


def _uses(tree: MappingTree, root: Field) -> None:
    _use_rules(tree.rules, {"record": root})
    for check in tree.checks:
        for node in (check.node, check.when):
            if node is not None:
                use(node, {"record": root})


def _use_rules(rules: Sequence[AnyTree], roots: dict[ScopeName | str, Field | None]) -> None:
    for rule in rules:
        if isinstance(rule, RuleTree):
            _use_all([rule.node, rule.when], roots)
            if rule.empty == "keep":
                for field in source_fields(rule.node):
                    tell(field, roots)
        else:
            _use_list(rule, roots)


def _use_list(each: EachTree, outer: dict[ScopeName | str, Field | None]) -> None:
    _use_all([each.when], outer)
    roots = dict(outer)
    for number, step in enumerate(each.steps):
        base = roots[step.base]
        # A group is made of the fields of its first row: they are decoded whole.
        whole = bool(each.group_by) and number == len(each.steps) - 1
        roots[step.scope] = None if base is None else base.add(step.parts, "leaf" if whole else "rows")
        if base is not None and number == 0 and each.empty == "keep":
            base.tell(step.parts)
        if whole:
            roots[step.scope] = None
    _use_all([each.where, each.order_by, each.keyed_by, *each.group_by], roots)
    _use_rules(each.rules, roots)


def _use_all(nodes: Sequence[Node | None], roots: dict[ScopeName | str, Field | None]) -> None:
    for node in nodes:
        if node is not None:
            use(node, roots)


# Splitting a record into documents


def generate_parts(documents: DocumentsTree) -> Generated:
    """The function ``parts(doc, env, errors) -> [Rows]``: the elements of each document."""
    writer = Writer(indent=1)
    emitter = Emitter(writer, Root("doc", "", writer.hole()))
    emitter.namespace |= RUNTIME | {"Rows": Rows}
    page, where = Page(emitter), ".".join(documents.collection)
    spot = page.spot(Spot("documents[]", (), False, where), "documents[]")
    source = emitter.raw(emitter.roots["record"], documents.collection, safe=True)
    page.line("bad, found = [], {}")
    page.line(f"rows = pairs({source}, {where!r}, 10000, bad, None)")
    page.line(f"for error, k in bad: fault(errors, {spot}, error)")
    emitter.key_var = "key"
    with writer.block("for at, (key, row) in enumerate(rows):"), emitter.scoped():
        emitter.roots["row"] = Root("row", where, writer.hole())
        with page.attempt(f"fault(errors, {spot}, error, (), key)", "continue"):
            if documents.where is not None:
                page.line(f"if not ({page.truth(documents.where, 'where')}): continue")
            values = ", ".join([emitter.emit(node).name for node in documents.by])
            page.line(f"group = {f'group_key(({values},))' if values else 'at'}")
        page.line("found.setdefault(group, Rows()).append((key, row))")
    page.line("return list(found.values())")
    code = "def parts(doc, env, errors):\n" + "\n".join(writer.lines()) + "\n"
    return Generated(run_generated(code, emitter.namespace)["parts"], annotated(code, emitter))
