"""Which repeated part an aggregate goes over, and the paths of its formula seen from one element."""

from dataclasses import replace
from typing import TypeAlias

from crosswalk_engine.formula.ir import Aggregate, Node, Path, Related, Span, rewrite, walk
from crosswalk_engine.formula.problems import FormulaProblem
from crosswalk_engine.formula.resolve import Found, Resolver

#: (where it starts, names up to the repeated part)
Place: TypeAlias = tuple[Path | Related, tuple[str, ...]]


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
        nodes = [*args, *([where] if where is not None else [])]
        fields = [part for node in nodes for part in walk(node) if isinstance(part, Path | Related)]
        places: dict[str, Place] = {}
        for field in fields:
            found = self.resolver.find(field)
            if found.repeats is not None:
                base = _base(field)
                key = f"{_key(field)} {field.parts[: found.repeats]}"
                places[key] = (base, field.parts[: found.repeats])
        if len(places) == 1:
            base, prefix = next(iter(places.values()))
            return self._bound(Aggregate(name, replace(base, parts=prefix), False, args, where, span))
        if len(places) > 1:
            both = " and ".join(sorted(".".join(prefix) for _, prefix in places.values()))
            self._note(span, name, f"{name} goes over two repeated parts, {both}", "use one of them")
            return None
        unknown = [field for field in fields if not self.resolver.find(field).known and field.parts]
        if not unknown:
            advice = f"write e.g. {name}(orderRows.quantity)"
            self._note(span, name, f"{name} needs a field of a repeated part", advice)
            return None
        first = min(unknown, key=lambda field: ("record", "row", "with").index(_key(field).split()[0]))
        return self._bound(Aggregate(name, _base(first), True, args, where, span))

    def weights(self, node: Node) -> Node:
        """The weight of APPORTION seen from one row: by the row's alias or by the collection's name."""
        row = self.resolver.row or ()
        size = len(row)

        def change(part: Node) -> Node | None:
            if isinstance(part, Path) and part.scope == "row":
                return replace(part, scope="item")
            if isinstance(part, Path) and part.scope == "record" and part.parts[:size] == row:
                return replace(part, scope="item", parts=part.parts[size:])
            return None

        changed = rewrite(node, change)
        self._check_items(changed, self._over_row())
        return changed

    def _over_row(self) -> Path:
        return Path("record", self.resolver.row or ())

    def _bound(self, node: Aggregate) -> Aggregate:
        over, size = node.over, len(node.over.parts)

        def change(part: Node) -> Node | None:
            if not isinstance(part, Path | Related) or _key(part) != _key(over):
                return None
            if part.parts[:size] != over.parts:
                return None
            whole = part.whole if isinstance(part, Path) else node.name == "COUNT" and part is node.args[0]
            return Path("item", part.parts[size:], whole, part.span)

        args = tuple(rewrite(arg, change) for arg in node.args)
        where = None if node.where is None else rewrite(node.where, change)
        bound = replace(node, args=args, where=where)
        if not node.found:
            for part in (*args, *([where] if where is not None else [])):
                self._check_items(part, over)
        return bound

    def _check_items(self, node: Node, over: Path | Related) -> None:
        for part in walk(node):
            if isinstance(part, Path) and part.scope == "item":
                whole_path = replace(over, parts=over.parts + part.parts, span=part.span)
                found = self.resolver.find(whole_path)
                problem = self.resolver.check_exists(whole_path, found)
                if problem is None and not part.whole:
                    problem = self._check_item(whole_path, found)
                if problem is not None:
                    self.problems.append(problem)
            elif (
                isinstance(part, Path | Related) and (problem := self.resolver.check_value(part)) is not None
            ):
                self.problems.append(problem)

    def _check_item(self, whole_path: Path | Related, found: Found) -> FormulaProblem | None:
        if found.again:
            shown = self.resolver.display(whole_path)
            start, end = whole_path.span
            message = f"'{shown}' is repeated inside a repeated part"
            return FormulaProblem(
                start, end, "CW-FORMULA-REPEATED", message, shown, "use an `each` over the outer part"
            )
        return self.resolver.check_scalar(whole_path, found)

    def _note(self, span: Span, name: str, message: str, advice: str) -> None:
        self.problems.append(FormulaProblem(*span, "CW-FORMULA-AGGREGATE", message, name, advice))


def _key(field: Path | Related) -> str:
    return f"with {field.name}" if isinstance(field, Related) else field.scope


def _base(field: Path | Related) -> Path | Related:
    """The start of the field's path."""
    return replace(field, parts=()) if isinstance(field, Related) else Path(field.scope, (), span=field.span)
