"""A mapping document to its tree: every formula parsed and checked, all problems at once."""

from dataclasses import replace

from crosswalk_engine.errors import ConfigError, FindingsError, masked
from crosswalk_engine.formula import Scope
from crosswalk_engine.formula.scope import RowScope
from crosswalk_engine.formula.stands import Stand, locate, names, split_at_each, stands_of
from crosswalk_engine.mapping.document import Documents, Group, MappingDocument
from crosswalk_engine.mapping.notes import BAD, Context, Notes
from crosswalk_engine.mapping.scopes import RuleSets, document_scope, is_gathered, is_path, with_row
from crosswalk_engine.mapping.steps import step_fault, taken
from crosswalk_engine.mapping.translate_rules import Translation
from crosswalk_engine.mapping.tree import (
    CheckTree,
    DocumentsTree,
    GroupTree,
    MappingTree,
    RelatedTree,
    XmlTree,
)
from crosswalk_engine.mapping.written import Examined
from crosswalk_engine.payload.paths import format_path
from crosswalk_engine.payload.shape import Shape

__all__ = ["document_scope", "examine", "translate"]


def translate(
    doc: MappingDocument, scope: Scope | None = None, rule_sets: RuleSets | None = None
) -> MappingTree:
    """The tree of `doc`; `rule_sets` holds those that it uses, by name.

    Raises:
        FindingsError: CW-MAPPING, every problem with ``file:line`` and the columns of the formula.
    """
    examined = examine(doc, scope, rule_sets)
    if examined.findings:
        raise FindingsError("CW-MAPPING", f"the mapping '{doc.name}' cannot be used", examined.findings)
    return examined.tree


def examine(doc: MappingDocument, scope: Scope | None = None, rule_sets: RuleSets | None = None) -> Examined:
    """The tree of `doc` as far as it can be made, with every problem and every formula."""
    sets = rule_sets or {}
    whole = document_scope(doc, scope, sets)
    notes = Notes()
    context = Context(doc, whole, doc.empty)
    _check_related(doc, notes, context)
    _check_group(doc, notes, context)
    documents = None if doc.documents is None else _documents(doc.documents, notes, context)
    translation = Translation(notes, sets, doc.name)
    rules = translation.rules(doc.rules, ("rules",), context)
    tree = MappingTree(
        doc.name,
        doc.source.model_dump(include={"system", "entity"}),
        doc.target.model_dump(include={"system", "entity"}),
        {
            name: RelatedTree(record.entity, record.key, record.max_age.total_seconds())
            for name, record in doc.with_.items()
        },
        rules,
        tuple(_checks(doc, notes, context)),
        documents,
        None if doc.source.group is None else GroupTree(doc.source.group.by, doc.source.group.as_),
        _xml(doc),
    )
    return Examined(tree, tuple(notes.findings), tuple(notes.formulas), notes.places)


def _xml(doc: MappingDocument) -> XmlTree | None:
    form = doc.target.xml
    if form is None:
        return None
    return XmlTree(form.root, form.namespace, dict(form.prefixes), dict(form.attributes), form.nil)


def _checks(doc: MappingDocument, notes: Notes, context: Context) -> list[CheckTree]:
    found = []
    for index, check in enumerate(doc.checks):
        place, shown = ("checks", index), f"check '{masked(check.name, 40)}'"
        when = notes.optional(check.when, (*place, "when"), context, "when", f"{shown} when", check)
        formula = notes.formula(check.formula, (*place, "formula"), context, "check", shown, check)
        if formula is not None and when is not BAD:
            tree = CheckTree(check.name, check.formula, formula.node, when, check.when or "")
            notes.places[id(tree)] = (doc, place)
            found.append(tree)
    return found


def _check_related(doc: MappingDocument, notes: Notes, context: Context) -> None:
    """Keys of related records must be paths, and lead to the record in the end."""
    for name, record in doc.with_.items():
        place = ("with", name, "key")
        try:
            parts, repeats = split_at_each(record.key)
        except ConfigError as error:
            notes.note(
                context, place, "CW-MAPPING-WITH", f"with {name}: {error.what}: {error.got}", error.fix
            )
            continue
        through = parts[0] if parts[0] in doc.with_ and parts[0] != name else None
        if through is not None and repeats:
            message = f"with {name}: its key stands in a repeated part of '{through}'"
            notes.note(context, place, "CW-MAPPING-WITH", message, "name a single field of that record")
        if through is not None and len(parts) == 1:
            message = f"with {name}: its key is a whole record, '{through}'"
            notes.note(context, place, "CW-MAPPING-WITH", message, f"name a field, e.g. {through}.id")
        if through is not None and (ring := _ring(doc, name)):
            message = f"with {name}: its key leads back to itself: {' -> '.join(ring)}"
            notes.note(context, place, "CW-MAPPING-WITH", message, "let one of them start from the record")


def _check_group(doc: MappingDocument, notes: Notes, context: Context) -> None:
    """The collection of the gathered records must not take the place of one of their fields."""
    group, shape = doc.source.group, context.scope.shape
    if group is None or not _hides(group, shape):
        return
    message = f"group: '{group.as_}' is also a field of the source"
    notes.note(context, ("source", "group", "as"), "CW-MAPPING-GROUP", message, "choose another name")


def _hides(group: Group, shape: Shape | None) -> bool:
    named = any(is_path(path) and names(path)[0] == group.as_ for path in group.by)
    known = shape is not None and group.as_ in shape.fields and not is_gathered(shape, group.as_)
    return named or known


def _ring(doc: MappingDocument, name: str) -> list[str]:
    """The related records from `name` back to itself, by their keys; empty when there is no way back."""
    way = [name]
    while is_path(doc.with_[way[-1]].key):
        head = names(doc.with_[way[-1]].key)[0]
        if head not in doc.with_ or head == way[-1]:
            return []
        way.append(head)
        if head == name:
            return way
        if head in way[:-1]:
            return []
    return []


def _documents(documents: Documents, notes: Notes, context: Context) -> DocumentsTree | None:
    place = ("documents",)
    found = _where_documents_are(documents, notes, context)
    if found is None:
        return None
    stand, alias = found
    plain = replace(context.scope, derived={})
    row = with_row(plain, RowScope(format_path(*stand.parts), alias))
    inside = context.within(scope=row)
    where = notes.optional(documents.where, (*place, "where"), inside, "where", "documents where", documents)
    by = [
        notes.formula(text, (*place, "by"), inside, "by", "documents by", documents) for text in documents.by
    ]
    if where is BAD or any(one is None for one in by):
        return None
    nodes = tuple(one.node for one in by if one is not None)
    return DocumentsTree(stand.path, alias, documents.as_, where, documents.where or "", nodes, documents.by)


def _where_documents_are(documents: Documents, notes: Notes, context: Context) -> tuple[Stand, str] | None:
    place = ("documents", "each")
    scope = replace(context.scope, derived={})
    try:
        path, alias = documents.collection, documents.alias
        parts = names(path)
    except ConfigError as error:
        notes.note(context, place, error.code, f"documents: {error.what}: {error.got}", error.fix)
        return None
    fault = step_fault(parts, alias, scope)
    if fault is not None:
        notes.note(context, place, "CW-MAPPING-EACH", f"documents: {fault[0]}", fault[1])
        return None
    also = taken(documents.as_, scope)
    if also:
        message = f"documents: '{documents.as_}' is also {also}"
        notes.note(context, ("documents", "as"), "CW-MAPPING-EACH", message, "choose another name")
    return locate(parts, stands_of(scope), scope), alias
