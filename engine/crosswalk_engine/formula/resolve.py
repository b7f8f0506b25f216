"""Names to fields: which record a dotted name means, whether there is such a field, and of what kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from crosswalk_engine.formula.ir import Path, Related, Span
from crosswalk_engine.formula.problems import FormulaProblem
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.values import ANY, BOOLEAN, DECIMAL, INTEGER, NOTHING, TEXT, Kinds
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.payload.paths import format_path, parse_path
from crosswalk_engine.payload.shape import Shape

_KINDS = {"text": TEXT, "integer": INTEGER, "number": DECIMAL, "boolean": BOOLEAN}


def names(path: str) -> tuple[str, ...]:
    """The names of a path, without ``[]``."""
    return parse_path(path).names


def split_at_each(path: str) -> tuple[tuple[str, ...], int | None]:
    """The names of a path, and how many of them lead to its repeated part (`None`: it has none)."""
    segments = parse_path(path).segments
    at = next((index for index, segment in enumerate(segments, 1) if segment.each), None)
    return tuple(segment.name for segment in segments), at


def value_kinds(shape: Shape | None) -> Kinds:
    """The kinds that a value of this field can have, as far as the sample shows."""
    if shape is None:
        return ANY
    kinds = NOTHING.union(*(_KINDS[kind] for kind in shape.scalar_kinds if kind in _KINDS))
    blank_only = kinds == TEXT and shape.blank >= shape.kinds.get("text", 0)
    return ANY if blank_only or not kinds else kinds


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
        self.row = names(scope.row.collection) if scope.row else None
        collections = {names(path) for path in scope.collections}
        self.collections = collections | ({self.row} if self.row else set())
        self.keys = {name: split_at_each(path) for name, path in scope.related_keys.items()}

    def resolve(self, parts: tuple[str, ...], span: Span) -> Path | Related:
        """The field that `parts` name: of the row, of a related record, else of the record."""
        head, rest = parts[0], parts[1:]
        if self.scope.row and head == self.scope.row.alias:
            return Path("row", rest, span=span)
        if head in self.scope.related:
            return Related(head, self._key(head, span), rest, span)
        return Path("record", parts, span=span)

    def _key(self, name: str, span: Span) -> Path | None:
        if name not in self.keys:
            return None
        parts, repeats = self.keys[name]
        if repeats is not None and self.row == parts[:repeats]:
            return Path("row", parts[repeats:], span=span)
        return Path("record", parts, span=span)

    def root(self, node: Path | Related) -> Shape | None:
        """The shape of the record that `node` starts from."""
        if isinstance(node, Related):
            return self.scope.related.get(node.name)
        if node.scope == "row" and self.row is not None:
            found = self.scope.shape and self._walk(self.scope.shape, self.row)
            return found.shape.element if found and found.shape else None
        return self.scope.shape

    def find(self, node: Path | Related) -> Found:
        """Where `node` leads, by the shape if there is one, else by the collections that are declared."""
        root = self.root(node)
        if root is not None:
            return self._walk(root, node.parts)
        if isinstance(node, Path) and node.scope == "record":
            for length in range(1, len(node.parts) + 1):
                if node.parts[:length] in self.collections:
                    return Found(None, False, length)
        return Found(None, False, None)

    @staticmethod
    def _walk(root: Shape, parts: Sequence[str]) -> Found:
        shape: Shape | None = root
        repeats, again = None, False
        for length, part in enumerate(parts, 1):
            shape = shape.children.get(part) if shape else None
            if shape and shape.repeated:
                repeats, again = repeats or length, repeats is not None
        return Found(shape, True, repeats, again)

    def display(self, node: Path | Related) -> str:
        """The field as a path that people write."""
        if isinstance(node, Related):
            return format_path(node.name, *node.parts)
        if node.scope == "row":
            return format_path(self.scope.row.alias if self.scope.row else "row", *node.parts)
        return format_path(*node.parts) if node.parts else ""

    def check_value(self, node: Path | Related) -> FormulaProblem | None:
        """What is wrong with `node` as a single value; `None` when nothing is."""
        found = self.find(node)
        if (problem := self.check_exists(node, found)) is not None:
            return problem
        shown = self.display(node)
        if self._repeats_by_key(node):
            advice = "use it inside an `each` or an aggregate over the same part"
            return _problem(
                node, "CW-FORMULA-REPEATED", f"'{shown}' is another record for each row", shown, advice
            )
        if found.repeats is not None and node.parts:
            advice = "use it inside an aggregate such as SUM or FIRST, or inside an `each`"
            return _problem(node, "CW-FORMULA-REPEATED", f"'{shown}' is repeated", shown, advice)
        return self.check_scalar(node, found)

    def check_exists(self, node: Path | Related, found: Found) -> FormulaProblem | None:
        """The problem of a field that the shape does not know."""
        if not found.known or found.shape is not None:
            return None
        shown = self.display(node)
        return _problem(
            node, "CW-FORMULA-FIELD", f"unknown field '{shown}'", shown, self._suggest(node, shown)
        )

    def check_scalar(self, node: Path | Related, found: Found) -> FormulaProblem | None:
        """The problem of an object where a value should stand."""
        shape = found.shape.element if found.shape and found.shape.repeated else found.shape
        if shape is None or shape.scalar_kinds or not shape.fields:
            return None
        some = ", ".join(list(shape.fields)[:6])
        shown = self.display(node)
        return _problem(
            node, "CW-FORMULA-FIELD", f"'{shown}' is an object, not a value", shown, f"it has: {some}"
        )

    def _repeats_by_key(self, node: Path | Related) -> bool:
        if not isinstance(node, Related) or node.key is None or node.key.scope != "record":
            return False
        return self.keys[node.name][1] is not None

    def _suggest(self, node: Path | Related, shown: str) -> str:
        root = self.root(node)
        prefix = ""
        if isinstance(node, Related):
            prefix = f"{node.name}."
        elif node.scope == "row" and self.scope.row:
            prefix = f"{self.scope.row.alias}."
        below = f"{root.path}." if root and root.path else ""
        known = [shape.path.removeprefix(below).replace("[]", "") for shape in root.walk()] if root else []
        candidates = [f"{prefix}{path}" for path in known if path]
        if not prefix:
            candidates += [*self.scope.related, *([self.scope.row.alias] if self.scope.row else [])]
        return did_you_mean(shown, candidates)


def _problem(node: Path | Related, code: str, message: str, found: str, advice: str) -> FormulaProblem:
    start, end = node.span
    return FormulaProblem(start, end, code, message, found, advice)
