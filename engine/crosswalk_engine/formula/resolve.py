"""Names to fields: which record a dotted name means, whether there is such a field, and of what kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.ir import Path, Related, ScopeName, Span
from crosswalk_engine.formula.problems import NAME_SHOWN, FormulaProblem
from crosswalk_engine.formula.reads import keyed
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.stands import (
    Names,
    derived_paths,
    names,
    own_steps,
    shape_below,
    split_at_each,
    stands_of,
)
from crosswalk_engine.formula.values import ANY, BOOLEAN, DECIMAL, INTEGER, NOTHING, TEXT, Kinds
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.paths import format_path
from crosswalk_engine.payload.shape import Shape

#: Fields that are named when none is near the one that was meant.
_SOME = 8
#: Unknown names of one formula that get a suggestion; more of them have one cause.
_SUGGESTIONS = 10
#: Names that they may be compared with in all; the first gets its suggestion anyway.
_COMPARISONS = 4_000
#: Characters of a name that a near one is looked for.
_LONGEST_NAME = 100
_KINDS = {"text": TEXT, "integer": INTEGER, "number": DECIMAL, "boolean": BOOLEAN}


def value_kinds(shape: Shape | None) -> Kinds:
    """The kinds that a value of this field can have, as far as the sample shows."""
    if shape is None:
        return ANY
    kinds = NOTHING.union(*(_KINDS[kind] for kind in shape.scalar_kinds if kind in _KINDS))
    blank_only = kinds == TEXT and shape.blank >= shape.kinds.get("text", 0)
    return ANY if blank_only or not kinds else kinds


def _unseen(shape: Shape) -> bool:
    """Whether the samples show nothing of what is below: an empty list, or never a value."""
    if shape.repeated is not None:
        return shape.element is None or _unseen(shape.element)
    return not shape.fields and not shape.longest and not shape.scalar_kinds - {"text"}


def _undecided(shape: Shape) -> bool:
    """Whether each record must tell for itself if a field repeats: then only records that differ are wrong.

    So it is with a field that never had a value, with values by id (without a form of their own), and where
    some records hold one value and a few others a list.
    """
    if shape.repeated is None:
        return keyed(shape.fields) if shape.fields else _unseen(shape)
    lists = shape.kinds.get("array", 0) + (shape.kinds.get("object", 0) if shape.repeated == "keyed" else 0)
    return lists < shape.present - shape.null - lists


def _first_letter(name: str) -> str:
    """Of the last part of a path."""
    return name.rpartition(".")[2][:1].lower()


@lru_cache(maxsize=64)
def _declared(collections: frozenset[str]) -> frozenset[Names]:
    return frozenset(map(names, collections))


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name leads: `shape` is `None` when unknown; `repeats` is the length of its repeated prefix."""

    shape: Shape | None
    known: bool
    repeats: int | None
    again: bool = False


class Resolver:
    """Resolves the names of one formula in one scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.stands = stands_of(scope)
        self.own = own_steps(self.stands)
        self.derived = derived_paths(scope, self.stands)
        self.parameters = {name: names(path) for name, path in scope.parameters.items()}
        self._declared = _declared(scope.collections)
        self._around = {stand.path for stand in self.stands}
        self.keys = {name: split_at_each(path) for name, path in scope.related_keys.items()}
        self._by_scope = {stand.scope: stand for stand in self.stands}
        #: Suggestions that can still be made: each goes through all names.
        self.suggestions = _SUGGESTIONS
        self._paths: dict[int, list[str]] = {}
        #: place in the formula -> the parameter that was written there
        self._written: dict[Span, str] = {}

    def resolve(self, parts: Names, span: Span) -> Path | Related:
        """The field that `parts` name: of a row, the innermost first, of a related record, of the record."""
        if parts[0] in self.parameters:
            self._written[span] = parts[0]
            parts = (*self.parameters[parts[0]], *parts[1:])
        head, rest = parts[0], parts[1:]
        for stand in reversed(self.stands):
            if head == stand.alias:
                return Path(stand.scope, rest, span=span)
        if head in self.scope.related:
            return Related(head, self._key(head, span), rest, span)
        return Path("record", parts, span=span)

    def _key(self, name: str, span: Span, seen: Names = ()) -> Path | Related | None:
        if name not in self.keys or name in seen:
            return None
        parts, repeats = self.keys[name]
        if parts[0] in self.scope.related and parts[0] != name:
            return Related(parts[0], self._key(parts[0], span, (*seen, name)), parts[1:], span)
        near = [
            stand
            for stand in self.stands
            if len(stand.path) in repeats and stand.path == parts[: len(stand.path)]
        ]
        if not near:
            return Path("record", parts, span=span)
        stand = max(reversed(near), key=lambda stand: len(stand.path))
        return Path(stand.scope, parts[len(stand.path) :], span=span)

    def root(self, node: Path | Related) -> Shape | None:
        """The shape of the record, or the row, that `node` starts from."""
        if isinstance(node, Related):
            return self.scope.related.get(node.name)
        stand = self._by_scope.get(node.scope)
        return self.scope.shape if stand is None else shape_below(self.scope.shape, stand.path)

    def find(self, node: Path | Related) -> Found:
        """Where `node` leads, by the shape if there is one, else by the collections that are declared."""
        if isinstance(node, Path) and node.parts and (node.scope, node.parts[0]) in self.derived:
            return self._find_derived(node)
        root = self.root(node)
        if root is not None:
            return self._walk(root, node.parts)
        if isinstance(node, Related):
            return Found(None, False, None)
        stand = self._by_scope.get(node.scope)
        base = stand.path if stand is not None else ()
        whole, start = (*base, *node.parts), len(base)
        lengths = [n for n in range(start + 1, len(whole) + 1) if self._repeats(whole[:n])]
        return Found(None, False, lengths[0] - start if lengths else None, len(lengths) > 1)

    def _repeats(self, path: Names) -> bool:
        return path in self._declared or path in self._around

    def _find_derived(self, node: Path) -> Found:
        element = shape_below(self.scope.shape, self.derived[node.scope, node.parts[0]])
        if element is None:
            return Found(None, False, 1)
        inner = self._walk(element, node.parts[1:])
        return Found(inner.shape, len(node.parts) > 1, 1, inner.repeats is not None)

    @staticmethod
    def _walk(root: Shape, parts: Sequence[str]) -> Found:
        shape: Shape | None = root
        repeats, again = None, False
        for length, part in enumerate(parts, 1):
            above, shape = shape, shape.children.get(part) if shape else None
            if (shape is None and above is not None and _unseen(above)) or (shape and _undecided(shape)):
                return Found(None, False, repeats, again)
            if shape and shape.repeated:
                repeats, again = repeats or length, repeats is not None
        return Found(shape, True, repeats, again)

    def display(self, node: Path | Related) -> str:
        """The field as a path that people write, as far as a message shows it."""
        return masked(self._written_as(node), NAME_SHOWN)

    def _written_as(self, node: Path | Related) -> str:
        if isinstance(node, Related):
            return format_path(node.name, *node.parts)
        stand = self._by_scope.get(node.scope)
        if stand is not None:
            return format_path(stand.alias, *node.parts)
        return format_path(*node.parts) if node.parts else ""

    def check_value(self, node: Path | Related) -> FormulaProblem | None:
        """What is wrong with `node` as a single value; `None` when nothing is."""
        found = self.find(node)
        problem = self.check_exists(node, found) or self._check_key(node)
        if problem is not None:
            return problem
        if found.repeats is not None and node.parts:
            advice = "use it inside an aggregate such as SUM or FIRST, or inside an `each`"
            shown = self.display(node)
            return self._problem(node, "CW-FORMULA-REPEATED", f"'{shown}' is repeated", shown, advice)
        return self.check_scalar(node, found)

    def check_present(self, node: Path | Related) -> FormulaProblem | None:
        """What is wrong with `node` as the argument of PRESENT: an object or a whole collection is fine."""
        found, shown = self.find(node), self.display(node)
        problem = self.check_exists(node, found) or self._check_key(node)
        if problem is None and found.repeats is not None and found.repeats < len(node.parts):
            advice = "use it inside an aggregate or an `each`"
            return self._problem(node, "CW-FORMULA-REPEATED", f"'{shown}' is repeated", shown, advice)
        return problem

    def check_exists(self, node: Path | Related, found: Found) -> FormulaProblem | None:
        """The problem of a field that the shape does not know."""
        if not found.known or found.shape is not None:
            return None
        shown = self.display(node)
        return self._problem(node, "CW-FORMULA-FIELD", f"unknown field '{shown}'", shown, self._suggest(node))

    def check_scalar(self, node: Path | Related, found: Found) -> FormulaProblem | None:
        """The problem of an object where a value should stand."""
        shape = found.shape.element if found.shape and found.shape.repeated else found.shape
        if shape is None or shape.scalar_kinds or not shape.fields:
            return None
        some = masked(", ".join(list(shape.fields)[:6]), 2 * NAME_SHOWN)
        shown = self.display(node)
        return self._problem(
            node, "CW-FORMULA-FIELD", f"'{shown}' is an object, not a value", shown, f"it has: {some}"
        )

    def _check_key(self, node: Path | Related) -> FormulaProblem | None:
        """The problem of a related record that is another one for each row, outside of these rows."""
        first: Path | Related | None = node
        while isinstance(first, Related):
            name, first = first.name, first.key
            if isinstance(first, Path) and first.scope == "record" and self.keys[name][1]:
                shown = self.display(node)
                message = f"'{shown}' is another record for each row"
                advice = "use it inside an `each` or an aggregate over the same part"
                return self._problem(node, "CW-FORMULA-REPEATED", message, shown, advice)
        return None

    def nearest(self, wrong: str, candidates: Iterable[str]) -> str:
        """`did_you_mean`, for the first few names of a formula; empty for the others and for long ones."""
        if self.suggestions <= 0 or len(wrong) > _LONGEST_NAME:
            return ""
        several = list(candidates)
        if len(several) > _COMPARISONS:
            several = [name for name in several if _first_letter(name) == _first_letter(wrong)]
        self.suggestions -= max(1, len(several) * _SUGGESTIONS // _COMPARISONS)
        return did_you_mean(wrong, several[:_COMPARISONS])

    def _suggest(self, node: Path | Related) -> str:
        if self.suggestions <= 0:
            return ""
        root = self.root(node)
        stand = None if isinstance(node, Related) else self._by_scope.get(node.scope)
        prefix = f"{node.name}." if isinstance(node, Related) else f"{stand.alias}." if stand else ""
        if isinstance(node, Path) and node.parts and (node.scope, node.parts[0]) in self.derived:
            root = shape_below(self.scope.shape, self.derived[node.scope, node.parts[0]])
            prefix += f"{node.parts[0]}."
        below = f"{root.path}." if root and root.path else ""
        known = [name.removeprefix(below).replace("[]", "") for name in self._known_below(root)]
        candidates = [f"{prefix}{path}" for path in known if path]
        if not prefix:
            candidates += [*self.scope.related, *(stand.alias for stand in self.stands), *self.parameters]
        some = ", ".join([path for path in dict.fromkeys(known) if path and "." not in path][:_SOME])
        return self.nearest(self._written_as(node), candidates) or (f"there is: {some}" if some else "")

    def _known_below(self, root: Shape | None) -> list[str]:
        if root is None:
            return []
        if id(root) not in self._paths:
            self._paths[id(root)] = [shape.path for shape in root.walk()]
        return self._paths[id(root)]

    def _problem(
        self, node: Path | Related, code: str, message: str, found: str, advice: str
    ) -> FormulaProblem:
        problem = FormulaProblem(*node.span, code, message, found, advice)
        name = self._written.get(node.span)
        if name is None:
            return problem
        path = format_path(*self.parameters[name])
        texts = (text.replace(path, name) for text in (message, found, advice))
        message, found, advice = texts
        return replace(problem, message=message, found=found, suggestion=advice)

    def scopes(self) -> frozenset[ScopeName]:
        """The scopes of the rows of the innermost `each`."""
        return frozenset(stand.scope for stand in self.own)
