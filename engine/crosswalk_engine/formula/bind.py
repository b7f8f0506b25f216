"""Which repeated part an aggregate goes over, and the paths of its formula seen from one element."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from crosswalk_engine.formula.ir import ROWS, Aggregate, Node, Path, Present, Related, Span, rewrite, walk
from crosswalk_engine.formula.problems import FormulaProblem
from crosswalk_engine.formula.resolve import Found, Resolver

#: (where it starts, names up to the repeated part)
Place: TypeAlias = tuple[Path | Related, tuple[str, ...]]
_NEAREST = ("record", *ROWS, "with")


class Binder:
    """Binds the aggregates of one formula."""

    def __init__(self, resolver: Resolver, problems: list[FormulaProblem]) -> None:
        self.resolver = resolver
        self.problems = problems

    def aggregate(self, name: str, args: tuple[Node, ...], where: Node | None, span: Span) -> Node | None:
        """The aggregate over the one repeated part that its fields stand in; `None` with a problem noted."""
        if name == "COUNT" and isinstance(args[0], Path | Related):
            counted = args[0]
            whole = replace(counted, whole=True) if isinstance(counted, Path) else counted
            args = (whole, *args[1:])
        args, where = self._own_keys(args, where)
        nodes = [*args, *([where] if where is not None else [])]
        fields = [part for node in nodes for part in walk(node) if isinstance(part, Path | Related)]
        places: dict[str, Place] = {}
        for field in fields:
            found = self.resolver.find(field)
            if found.repeats is not None:
                key = f"{_key(field)} {field.parts[: found.repeats]}"
                places[key] = (_base(field), field.parts[: found.repeats])
        if len(places) == 1:
            base, prefix = next(iter(places.values()))
            return self._bound(Aggregate(name, replace(base, parts=prefix), False, args, where, span))
        if len(places) > 1:
            both = " and ".join(
                sorted(self.resolver.display(replace(base, parts=prefix)) for base, prefix in places.values())
            )
            self._note(span, name, f"{name} goes over two repeated parts, {both}", "use one of them")
            return None
        return self._found(name, args, where, span, fields)

    def _found(
        self,
        name: str,
        args: tuple[Node, ...],
        where: Node | None,
        span: Span,
        fields: list[Path | Related],
    ) -> Node | None:
        """The aggregate over the part that will be found in each record, as nothing is known of it."""
        keys = self._single_keys(fields)
        unknown = [
            field
            for field in fields
            if id(field) not in keys and not self.resolver.find(field).known and field.parts
        ]
        if not unknown:
            self._note(
                span,
                name,
                f"{name} needs a field of a repeated part",
                f"write e.g. {name}(orderRows.quantity)",
            )
            return None
        if any(
            isinstance(part, Present) for node in (*args, where) if node is not None for part in walk(node)
        ):
            advice = "let an `each` go over it, or give a sample of the record"
            self._note(span, name, f"it is not known what {name} goes over, so PRESENT cannot tell", advice)
            return None
        first = min(unknown, key=lambda field: _NEAREST.index(_key(field).split()[0]))
        return self._bound(Aggregate(name, _base(first), True, args, where, span))

    def _single_keys(self, fields: list[Path | Related]) -> set[int]:
        """The fields that only lead to one related record: nothing is gone over for their sake."""
        found: set[int] = set()
        for field in fields:
            first: Path | Related | None = field
            while isinstance(first, Related):
                name, first = first.name, first.key
            if not isinstance(field, Related) or field.key is None:
                continue
            if not isinstance(first, Path) or first.scope != "record" or not self.resolver.keys[name][1]:
                found.update(id(part) for part in walk(field.key))
        return found

    def _own_keys(self, args: tuple[Node, ...], where: Node | None) -> tuple[tuple[Node, ...], Node | None]:
        """Over a collection made from another, related records are those of its elements."""
        nodes = [*args, *([where] if where is not None else [])]
        heads = {
            (part.scope, part.parts[0])
            for node in nodes
            for part in walk(node)
            if isinstance(part, Path) and part.parts and (part.scope, part.parts[0]) in self.resolver.derived
        }
        if len(heads) != 1:
            return args, where
        scope, name = heads.pop()
        path = self.resolver.derived[scope, name]

        def change(part: Node) -> Node | None:
            if not isinstance(part, Related) or not isinstance(part.key, Path):
                return None
            parts, repeats = self.resolver.keys[part.name]
            if len(path) not in repeats or parts[: len(path)] != path:
                return None
            return replace(part, key=Path(scope, (name, *parts[len(path) :]), span=part.span))

        return _rewritten(args, where, change)

    def weights(self, node: Node) -> Node:
        """The weight of APPORTION seen from one row: by the row's alias or by the collection's name."""
        stand = self.resolver.stands[-1]
        size = len(stand.parts)

        def change(part: Node) -> Node | None:
            if isinstance(part, Path) and part.scope == stand.scope:
                return replace(part, scope="item")
            if isinstance(part, Path) and part.scope == stand.base and part.parts[:size] == stand.parts:
                return replace(part, scope="item", parts=part.parts[size:])
            return None

        changed = rewrite(node, change)
        self._check_items(changed, Path(stand.scope, ()))
        return changed

    def _bound(self, node: Aggregate) -> Aggregate:
        over, size = node.over, len(node.over.parts)

        def change(part: Node) -> Node | None:
            if not isinstance(part, Path | Related) or _key(part) != _key(over):
                return None
            if part.parts[:size] != over.parts:
                return None
            whole = part.whole if isinstance(part, Path) else node.name == "COUNT" and part is node.args[0]
            return Path("item", part.parts[size:], whole, part.span)

        args, where = _rewritten(node.args, node.where, change)
        bound = replace(node, args=args, where=where)
        if not node.found:
            for part in (*args, *([where] if where is not None else [])):
                self._check_items(part, over)
        return bound

    def _check_items(self, node: Node, over: Path | Related) -> None:
        asked = {id(part.of) for part in walk(node) if isinstance(part, Present)}
        for part in walk(node):
            if not isinstance(part, Path | Related):
                continue
            if isinstance(part, Path) and part.scope == "item":
                problem = self._check_item(part, over, id(part) in asked)
            elif id(part) in asked:
                problem = self.resolver.check_present(part)
            else:
                problem = self.resolver.check_value(part)
            if problem is not None:
                self.problems.append(problem)

    def _check_item(self, part: Path, over: Path | Related, asked: bool) -> FormulaProblem | None:
        whole_path = replace(over, parts=over.parts + part.parts, span=part.span)
        found: Found = self.resolver.find(whole_path)
        problem = self.resolver.check_exists(whole_path, found)
        if problem is not None or part.whole:
            return problem
        if found.again or (not over.parts and found.repeats is not None):
            shown = self.resolver.display(whole_path)
            start, end = whole_path.span
            message = f"'{shown}' is repeated inside a repeated part"
            return FormulaProblem(
                start, end, "CW-FORMULA-REPEATED", message, shown, "use an `each` over the outer part"
            )
        return None if asked else self.resolver.check_scalar(whole_path, found)

    def _note(self, span: Span, name: str, message: str, advice: str) -> None:
        self.problems.append(FormulaProblem(*span, "CW-FORMULA-AGGREGATE", message, name, advice))


def _rewritten(
    args: tuple[Node, ...], where: Node | None, change: Callable[[Node], Node | None]
) -> tuple[tuple[Node, ...], Node | None]:
    return tuple(rewrite(arg, change) for arg in args), None if where is None else rewrite(where, change)


def _key(field: Path | Related) -> str:
    return f"with {field.name}" if isinstance(field, Related) else field.scope


def _base(field: Path | Related) -> Path | Related:
    """The start of the field's path."""
    return replace(field, parts=()) if isinstance(field, Related) else Path(field.scope, (), span=field.span)
