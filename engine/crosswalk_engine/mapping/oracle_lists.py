"""The lists of a mapping by the tree walker: rows, order, groups, keys."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from crosswalk_engine.formula.ir import Node, ScopeName
from crosswalk_engine.formula.oracle import Place, RowAt, walk_tree
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.reads import MAX_ELEMENTS, Rows, elements, raw
from crosswalk_engine.formula.rows import ordered
from crosswalk_engine.formula.values import BOOLEAN, TEXTUAL, Value, kind_of, need, text_of
from crosswalk_engine.mapping.faults import Spot, each_spot, fault
from crosswalk_engine.mapping.lists import group_key, step_limit
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.tree import AnyTree, EachTree, sources
from crosswalk_engine.mapping.unset import UNSET, written_none

#: rules, the object to fill, where they stand, the target path above, the indexes in it
Fill: TypeAlias = Callable[[tuple[AnyTree, ...], dict[str, Any], Place, str, tuple[int, ...]], None]


class Lists:
    """One `each` rule at one place."""

    def __init__(
        self, each: EachTree, above: str, indexes: tuple[int, ...], errors: list[Problem], fill: Fill
    ) -> None:
        self.each = each
        self.above = above
        self.indexes = indexes
        self.errors = errors
        self.fill = fill

    def value(self, place: Place) -> Any:
        """The list, or the object keyed by id; `UNSET` when the rule does not apply."""
        each = self.each
        key = place.env.row_key if each.outer else None
        if each.when is not None and self._condition(each.when, place, key, "when") is not True:
            place.note(each, "off")
            return UNSET
        inside = self._rows(place)
        kept: Iterator[int] = self._kept(inside)
        if each.group_by:
            inside = replace(inside, rows=self._groups(inside, kept))
            kept = iter(range(len(inside.rows)))
        made = self._elements(inside, kept)
        place.note(each, "rows" if made else "none")
        if each.required and not made:
            spot = self._spot(whole=True)
            self.errors.append(
                spot.problem("CW-REQUIRED", "", "a required list has no elements", self.indexes, key)
            )
        return made or written_none(each, made, place)

    def _spot(self, *nodes: Node | None, whole: bool = False) -> Spot:
        each = self.each
        read = [path for node in nodes if node is not None for path in sources(node, each.levels)]
        return each_spot(each, tuple(dict.fromkeys(read)), self.above, whole=whole)

    def _fault(self, spot: Spot, error: EvalError, key: str | None = None) -> None:
        fault(self.errors, spot, error, self.indexes, key)

    def _condition(self, node: Node, place: Place, key: str | None, who: str) -> Value:
        try:
            value = walk_tree(node, place)
            return None if value is None else need(value, BOOLEAN, who)
        except EvalError as error:
            self._fault(self._spot(node, whole=who == "when"), error, key)
            return None

    def _rows(self, place: Place) -> Place:
        """The place of all rows, in their order; nobody stands at one of them yet."""
        each = self.each
        names: dict[str, str] = dict(place.names)
        names |= {step.scope: ".".join(step.path) for step in each.steps}
        try:
            rows = self._pairs(replace(place, names=names))
        except EvalError as error:
            self._fault(self._spot(each.order_by), error)
            rows = []
        inside = replace(place, rows=rows, names=names)
        return inside if each.order_by is None else self._ordered(each.order_by, inside)

    def _pairs(self, place: Place) -> list[RowAt]:
        """One row for each way through the steps."""
        nothing: dict[ScopeName, Any] = {}
        rows = [RowAt("", nothing)]
        for at, step in enumerate(self.each.steps):
            longer: list[RowAt] = []
            for row in rows:
                here = replace(place, levels={**place.levels, **row.elements})
                for key, element in self._step(at, here, row.key if at else None):
                    whole = f"{row.whole}.{key}" if at else key
                    longer.append(RowAt(key, {**row.elements, step.scope: element}, whole))
            rows = longer
            if len(rows) > MAX_ELEMENTS:
                where = ".".join(step.path)
                message = f"{where} has more than {MAX_ELEMENTS:,} elements"
                raise EvalError("CW-TOO-MANY-ROWS", f"{len(rows)}", message)
        return rows

    def _step(self, at: int, place: Place, key: str | None) -> Sequence[tuple[str, Any]]:
        """The elements of one step; in a later one, an error leaves out only the row that it is met in."""
        step = self.each.steps[at]
        where = ".".join(step.path)
        start = place.record if step.base == "record" else place.levels[step.base]
        try:
            found = raw(start, step.parts, place.names[step.base])
            return elements(found, where, step_limit(self.each, at))
        except EvalError as error:
            if at == 0:
                raise
            self._fault(self._spot(self.each.order_by), error, key)
            return []

    def _ordered(self, order_by: Node, inside: Place) -> Place:
        spot = self._spot(order_by)
        keys: list[Value] = []
        for at, row in enumerate(inside.rows):
            inside.env.row_key = row.key
            try:
                keys.append(walk_tree(order_by, inside.row(at)))
            except EvalError as error:
                self._fault(spot, error, row.key)
                keys.append(None)
        try:
            rows = ordered([(row.key, row) for row in inside.rows], keys)
        except EvalError as error:
            self._fault(spot, error)
            return inside
        return replace(inside, rows=[row for _, row in rows])

    def _kept(self, inside: Place) -> Iterator[int]:
        """The numbers of the rows that `where` keeps."""
        where = self.each.where
        for at, row in enumerate(inside.rows):
            inside.env.row_key = row.key
            kept = where is None or self._condition(where, inside.row(at), row.key, "where") is True
            if where is not None:
                inside.note(where, "true" if kept else "false")
            inside.note(self.each, "kept" if kept else "dropped")
            if kept:
                yield at

    def _groups(self, inside: Place, kept: Iterator[int]) -> list[RowAt]:
        """One row for each group: its first, which holds all of them."""
        spot = self._spot(*self.each.group_by)
        scope = self.each.scope
        found: dict[Hashable, list[RowAt]] = {}
        for at in list(kept):
            row = inside.rows[at]
            inside.env.row_key = row.key
            try:
                values = [walk_tree(node, inside.row(at)) for node in self.each.group_by]
            except EvalError as error:
                self._fault(spot, error, row.key)
                continue
            found.setdefault(group_key(values), []).append(row)
        return [self._group(rows, scope) for rows in found.values()]

    def _group(self, rows: list[RowAt], scope: ScopeName) -> RowAt:
        first = rows[0]
        fields = first.elements[scope]
        element = dict(fields) if isinstance(fields, dict) else {}
        element[str(self.each.rows_as)] = Rows((row.whole or row.key, row.elements[scope]) for row in rows)
        return replace(first, elements={**first.elements, scope: element})

    def _elements(self, inside: Place, numbers: Iterator[int]) -> list[Any] | dict[str, Any]:
        made: dict[str, Any] = {}
        listed: list[Any] = []
        for at in numbers:
            row = inside.rows[at]
            inside.env.row_key = row.key
            here, indexes = inside.row(at), (*self.indexes, len(listed))
            if self.each.keyed_by is not None:
                key = self._key(self.each.keyed_by, here, indexes, made)
                inside.env.row_key = row.key
            element: dict[str, Any] = {}
            listed.append(element)
            self.fill(self.each.rules, element, here, _below(self.above, self.each.to), indexes)
            if self.each.keyed_by is not None and key is not None:
                made[key] = element
        return listed if self.each.keyed_by is None else made

    def _key(self, keyed_by: Node, here: Place, indexes: tuple[int, ...], made: dict[str, Any]) -> str | None:
        """The key of an element; `None` with an error noted when it has no good one."""
        spot, row = self._spot(keyed_by), here.env.row_key
        try:
            value = walk_tree(keyed_by, here)
        except EvalError as error:
            fault(self.errors, spot, error, indexes, row)
            return None
        code, what = "", ""
        if value is None or value == "":
            code, what = "CW-REQUIRED", "the key of this element has no value"
        elif kind_of(value) not in TEXTUAL:
            code, what = "CW-KIND", f"a key is text or integer, not {kind_of(value).lower()}"
        elif text_of(value) in made:
            code, what = "CW-KEY-TWICE", "an element before has the same key"
        if not code:
            return text_of(value)
        shown = "" if value is None else text_of(value)
        self.errors.append(spot.problem(code, shown, what, indexes, row))
        return None


def _below(above: str, to: str) -> str:
    return f"{above}.{to}" if above else to
