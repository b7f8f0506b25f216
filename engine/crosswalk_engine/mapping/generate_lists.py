"""The code of lists: their rows, order, groups and elements."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from crosswalk_engine.formula.code import Operand, Root
from crosswalk_engine.formula.emit_rows import RowSet, from_scope, shares
from crosswalk_engine.formula.ir import Aggregate, Call, Case, Node, Path, ScopeName, walk
from crosswalk_engine.formula.layout import Field
from crosswalk_engine.formula.reads import MAX_ELEMENTS
from crosswalk_engine.mapping.code_page import Inside, Made, Page
from crosswalk_engine.mapping.faults import each_spot
from crosswalk_engine.mapping.lists import step_limit
from crosswalk_engine.mapping.row_loop import RowLoop
from crosswalk_engine.mapping.tree import AnyTree, EachTree, RuleTree, StepTree, sources

#: rules, where they stand -> what they write
WriteRules = Callable[[Sequence[AnyTree], Inside], list[Made]]
#: What makes two lists go over the same rows in the same order.
RowsKey = tuple[tuple[tuple[str, ...], ...], Node | None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows that were made ahead: all elements of a collection, with what is computed for each once.

    The columns of `rows` are trees as seen from the element (scope ``item``).
    """

    rows: RowSet
    layout: Field | None


@contextmanager
def _other_key(caches: list[dict[Any, Operand]]) -> Iterator[None]:
    """In a list inside a list, ROW_KEY is that of another row: what reads it is computed anew."""
    kept = [dict(cache) for cache in caches]
    for cache in caches:
        for node in [node for node in cache if _reads_key(node)]:
            del cache[node]
    yield
    for cache, before in zip(caches, kept, strict=True):
        cache.update(before)


def _reads_key(node: Any) -> bool:
    return isinstance(node, Call | Case | Aggregate) and any(
        isinstance(part, Call) and part.name == "ROW_KEY" for part in walk(node)
    )


class Lists:
    """Writes the lists of one function."""

    def __init__(self, page: Page, write_rules: WriteRules) -> None:
        self.page = page
        self.write_rules = write_rules
        #: Collection of the record -> its rows, where they are made ahead.
        self.prepared: dict[tuple[str, ...], Prepared] = {}
        #: Rows of lists of the record, for further lists over the same ones: also the list of their faults.
        self.known: dict[RowsKey, tuple[RowSet, str, dict[ScopeName, Field | None]]] = {}
        #: Variable of rows of the record -> what was shared out over them.
        self.shares: dict[str, dict[Node, tuple[str, Operand]]] = {}

    def write(self, each: EachTree, inside: Inside) -> Made:
        """Writes the lines of one list."""
        page = self.page
        made = Made(each.parts, page.emitter.temp("list"), each.when is not None or each.empty != "write")
        spot = self._spot(each, inside, each.when, whole=True)
        on_error = f"fault(errors, {spot}, error, {inside.place})" if each.when is not None else ""
        test = page.condition(each.when, "when", on_error)
        with page.only_if(test, made), _other_key(page.emitter.caches):
            self._list(each, inside, made.name)
            if each.empty != "write":
                self._none(each, made.name)
        return made

    def _none(self, each: EachTree, out: str) -> None:
        """What is written without an element, when that is no empty list."""
        step, none = each.steps[0], "UNSET"
        if each.empty == "keep":
            source = self.page.emitter.raw_or_unset(Path(step.base, step.parts))
            none = f"kept_list({out}, {source})"
        self.page.line(f"if not {out}: {out} = {none}")

    def _spot(self, each: EachTree, inside: Inside, *nodes: Node | None, whole: bool = False) -> str:
        read = [path for node in nodes if node is not None for path in sources(node, each.levels)]
        spot = each_spot(each, tuple(dict.fromkeys(read)), inside.above, whole=whole)
        return self.page.spot(spot, f"{spot.to}: {spot.collection}")

    def _list(self, each: EachTree, inside: Inside, out: str) -> None:
        page, emitter = self.page, self.page.emitter
        outer = (emitter.roots, dict(emitter.hoisted), emitter.rows, emitter.at_var, emitter.key_var)
        rows, bad, layouts = self._rows(each, inside)
        if bad:
            spot = self._spot(each, inside, each.order_by)
            indexes = replace(inside, key="k").place
            page.line(f"for error, k in {bad}: fault(errors, {spot}, error, {indexes})")
        self._stand(each, rows, layouts)
        if each.group_by:
            rows = self._groups(each, inside, rows, layouts)
            self._stand(each, rows, layouts)
        self._elements(each, inside, rows, layouts, out)
        emitter.roots = outer[0]
        emitter.hoisted.clear()
        emitter.hoisted.update(outer[1])
        emitter.rows, emitter.at_var, emitter.key_var = outer[2:]

    def _stand(self, each: EachTree, rows: RowSet, layouts: dict[ScopeName, Field | None]) -> None:
        """From here on, formulas go over `rows`; nobody stands at one of them yet."""
        emitter = self.page.emitter
        roots: dict[str, Root] = {
            step.scope: Root(step.scope, ".".join(step.path), emitter.writer, layouts[step.scope])
            for step in each.steps
        }
        emitter.roots = {**emitter.roots, **roots}
        emitter.rows, emitter.at_var, emitter.key_var = rows, f"at_{each.scope}", f"key_{each.scope}"

    # Rows

    def _rows(self, each: EachTree, inside: Inside) -> tuple[RowSet, str, dict[ScopeName, Field | None]]:
        """The ordered rows, the variable of what went wrong with them ('' in code for clean records)."""
        key = (tuple(step.parts for step in each.steps), each.order_by)
        can_share = not each.outer and each.when is None and each.steps[0].base == "record"
        if can_share and key in self.known:
            return self.known[key]
        step = each.steps[0]
        ahead = (
            self.prepared.get(step.parts)
            if can_share and len(each.steps) == 1 and not each.group_by
            else None
        )
        rows, bad, layouts = self._prepared(each, ahead) if ahead is not None else self._pairs(each)
        if each.order_by is not None:
            rows = self._ordered(each, each.order_by, rows, bad, layouts, ahead)
        if can_share:
            self.known[key] = (rows, bad, layouts)
        return rows, bad, layouts

    def _prepared(self, each: EachTree, ahead: Prepared) -> tuple[RowSet, str, dict[ScopeName, Field | None]]:
        columns = tuple((from_scope(node, "item", each.scope), value) for node, value in ahead.rows.columns)
        return replace(ahead.rows, scopes=(each.scope,), columns=columns), "", {each.scope: ahead.layout}

    def _pairs(self, each: EachTree) -> tuple[RowSet, str, dict[ScopeName, Field | None]]:
        page, emitter = self.page, self.page.emitter
        outer = emitter.roots
        bad = "" if page.fast is not None else emitter.temp("bad")
        if bad:
            page.line(f"{bad} = []")
        layouts: dict[ScopeName, Field | None] = {}
        whole = bool(each.group_by) and len(each.steps) > 1
        rows = RowSet("", ())
        for at, step in enumerate(each.steps):
            rows = self._step(each, at, rows, bad, layouts, whole=whole)
            if at:
                self._few(rows.var, step, bad)
        emitter.roots = outer
        return rows, bad, layouts

    def _step(
        self,
        each: EachTree,
        at: int,
        before: RowSet,
        bad: str,
        layouts: dict[ScopeName, Field | None],
        *,
        whole: bool,
    ) -> RowSet:
        """Writes the rows of the first steps up to number `at`."""
        page, emitter, step = self.page, self.page.emitter, each.steps[at]
        var, limit, where = emitter.temp("rows"), step_limit(each, at), ".".join(step.path)

        def elements(key: str) -> str:
            source = emitter.raw(emitter.roots[step.base], step.parts, safe=True)
            layouts[step.scope] = self._layout(
                step, grouped=bool(each.group_by) and at == len(each.steps) - 1
            )
            return (
                f"pairs({source}, {where!r}, {limit}, {bad}, {key})"
                if bad
                else f"elements({source}, {where!r}, {limit}{emitter.blank(layouts[step.scope])})"
            )

        if not at:
            page.line(f"{var} = {elements('None')}")
            return RowSet(var, (step.scope,))
        key, own = f"key_{before.scope}", f"key_{step.scope}"
        page.line(f"{var} = []")
        with page.writer.block(f"for {before.target(key)} in {before.var}:"), emitter.scoped():
            prelude = page.writer.hole()
            for scope, one in zip(before.scopes, each.steps, strict=False):
                emitter.roots = {
                    **emitter.roots,
                    scope: Root(scope, ".".join(one.path), prelude, layouts[scope]),
                }
            with page.writer.block(f"for {own}, {step.scope} in {elements(key)}:"):
                joined = f", f'{{{before.extra[0] if before.extra else key}}}.{{{own}}}'" if whole else ""
                page.line(f"{var}.append(({', '.join((own, *before.scopes, step.scope))}{joined}))")
        return RowSet(var, (*before.scopes, step.scope), ("whole",) if whole else ())

    def _layout(self, step: StepTree, *, grouped: bool) -> Field | None:
        """How the elements of a step were decoded; `None`: as they stand in the payload."""
        emitter = self.page.emitter
        root = emitter.roots[step.base]
        above = emitter.object_at(root, step.parts[:-1])[1] if root.layout is not None else None
        inner = above.fields[step.parts[-1]] if above is not None else None
        return inner if inner is not None and inner.kind == "rows" and not grouped else None

    def _few(self, rows: str, step: StepTree, bad: str) -> None:
        error = f"too_many({rows}, {'.'.join(step.path)!r})"
        if bad:
            self.page.line(f"if len({rows}) > {MAX_ELEMENTS}:")
            self.page.line(f"    {bad}.append(({error}, None))")
            self.page.line(f"    {rows} = []")
        else:
            self.page.line(f"if len({rows}) > {MAX_ELEMENTS}: raise Careful")

    def _ordered(
        self,
        each: EachTree,
        order_by: Node,
        rows: RowSet,
        bad: str,
        layouts: dict[ScopeName, Field | None],
        ahead: Prepared | None,
    ) -> RowSet:
        page, emitter = self.page, self.page.emitter
        var = emitter.temp("rows")
        column = next((at for at, (node, _) in enumerate(rows.columns) if node == order_by), None)
        if ahead is not None and column is not None:
            at = 2 + rows.extra.index(rows.columns[column][1].name)
            page.line(f"{var} = ordered_by({rows.var}, {at})")
            return replace(rows, var=var)
        keys, outer = emitter.temp("keys"), (emitter.roots, emitter.rows, emitter.at_var, emitter.key_var)
        self._stand(each, rows, layouts)
        page.line(f"{keys} = []")
        on_error = (f"{bad}.append((error, {emitter.key_var}))", f"{keys}.append(None)")
        with self._each_row(each, rows, layouts, [order_by]), page.attempt(*on_error):
            page.line(f"{keys}.append({emitter.emit(order_by).name})")
        with page.attempt(f"{bad}.append((error, None))", f"{var} = {rows.var}"):
            page.line(f"{var} = ordered({rows.var}, {keys})")
        emitter.roots, emitter.rows, emitter.at_var, emitter.key_var = outer
        return replace(rows, var=var)

    # Groups and elements

    def _each_row(
        self, each: EachTree, rows: RowSet, layouts: dict[ScopeName, Field | None], nodes: Sequence[Node]
    ) -> "RowLoop":
        return RowLoop(self.page, each, rows, layouts, numbered=bool(shares(nodes)))

    def _groups(
        self, each: EachTree, inside: Inside, rows: RowSet, layouts: dict[ScopeName, Field | None]
    ) -> RowSet:
        page, emitter = self.page, self.page.emitter
        kept, groups, var = emitter.temp("kept"), emitter.temp("groups"), emitter.temp("rows")
        where = [] if each.where is None else [each.where]
        row = f"({emitter.at_var}, ({rows.target(emitter.key_var)},))"
        page.line(f"{kept} = []")
        with RowLoop(page, each, rows, layouts, numbered=True):
            self._where(each, inside, where)
            page.line(f"{kept}.append({row})")
        page.line(f"{groups} = {{}}")
        spot = self._spot(each, inside, *each.group_by)
        fault = f"fault(errors, {spot}, error, {replace(inside, key=emitter.key_var).place})"
        with RowLoop(page, each, replace(rows, var=kept), layouts, numbered=True, stored=True):
            with page.attempt(fault, "continue"):
                values = ", ".join([emitter.emit(node).name for node in each.group_by])
                page.line(f"group = group_key(({values},))")
            page.line(f"{groups}.setdefault(group, []).append(({rows.target(emitter.key_var)},))")
        page.line(
            f"{var} = [grouped(found, {len(rows.scopes)}, {each.rows_as!r}) for found in {groups}.values()]"
        )
        return RowSet(var, rows.scopes)

    def _where(self, each: EachTree, inside: Inside, where: Sequence[Node]) -> None:
        page = self.page
        for node in where:
            spot = self._spot(each, inside, node)
            fault = f"fault(errors, {spot}, error, {replace(inside, key=page.emitter.key_var).place})"
            with page.attempt(fault, "continue"):
                page.line(f"if not ({page.truth(node, 'where')}): continue")

    def _elements(
        self, each: EachTree, inside: Inside, rows: RowSet, layouts: dict[ScopeName, Field | None], out: str
    ) -> None:
        page, emitter = self.page, self.page.emitter
        where = [each.where] if each.where is not None and not each.group_by else []
        nodes = [*where, *([each.keyed_by] if each.keyed_by is not None else []), *_formulas(each.rules)]
        self._share(each, rows, nodes)
        index = f"index_{each.scope}"
        counted = each.keyed_by is not None and page.fast is None
        page.line(f"{out} = {'[]' if each.keyed_by is None else '{}'}")
        if counted:
            page.line(f"{index} = -1")
        with self._each_row(each, rows, layouts, nodes):
            self._where(each, inside, where)
            if counted:
                page.line(f"{index} += 1")
            elif page.fast is None:
                page.line(f"{index} = len({out})")
            own = f"len({out})" if page.fast is not None else index
            above = f"{inside.above}.{each.to}" if inside.above else each.to
            here = Inside(above, (*inside.indexes, own), emitter.key_var)
            key = self._key(each, inside, here, out)
            made = self.write_rules(each.rules, here)
            element = emitter.temp("row")
            if not key:
                page.display(made, f"{out}.append({{}})", element)
            else:
                page.display(
                    made,
                    f"{out}[{key}] = {{}}"
                    if page.fast is not None
                    else f"if {key} is not None: {out}[{key}] = {{}}",
                    element,
                )
        if each.required:
            spot = self._spot(each, inside, whole=True)
            page.wrong(f"no_elements(errors, {spot}, {inside.place})", f"not {out}")

    def _share(self, each: EachTree, rows: RowSet, nodes: Sequence[Node]) -> None:
        """Shares out ahead what rules of each row take their part of."""
        emitter = self.page.emitter
        lasting = not each.outer and each.when is None
        ahead = self.shares.setdefault(rows.var, {}) if lasting else {}
        for share in shares(nodes):
            if share not in ahead:
                emitter.hoist(share)
                ahead[share] = emitter.hoisted[share]
        emitter.hoisted.update(ahead)

    def _key(self, each: EachTree, inside: Inside, here: Inside, out: str) -> str:
        """The variable of an element's key; '' for a list."""
        page, emitter = self.page, self.page.emitter
        if each.keyed_by is None:
            return ""
        spot, var = self._spot(each, inside, each.keyed_by), emitter.temp("id")
        if page.fast is not None:
            operand = page.fast.held(each.keyed_by)
            page.line(f"{var} = str({operand.name}) if {operand.name}.__class__ is int else {operand.name}")
            page.line(f"if {var}.__class__ is not str or not {var} or {var} in {out}: raise Careful")
            return var
        with page.attempt(f"fault(errors, {spot}, error, {here.place})", f"{var} = None"):
            value = emitter.emit(each.keyed_by).name
            page.line(f"{var} = element_key({value}, {out}, errors, {spot}, {here.place})")
        return var


def _formulas(rules: Sequence[AnyTree]) -> list[Node]:
    """The formulas of single rules of an `each`; further lists have rows of their own."""
    return [
        node
        for rule in rules
        if isinstance(rule, RuleTree)
        for node in (rule.node, rule.when)
        if node is not None
    ]
