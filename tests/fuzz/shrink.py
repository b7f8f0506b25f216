"""A failing case made small: fewer rules, a shorter formula, less of the record, still failing."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.formulas import Expr
from tests.fuzz.records import Place, decode, encode

#: Attempts for one case.
ATTEMPTS = 1500
_LEAVES = tuple(
    Expr((text,)) for text in ("NULL", "1", "'x'", "TRUE", "0.5", "id", "reference", "row.productId")
)


class Shrinker:
    """Tries smaller cases, at most `ATTEMPTS`; `fails` says whether a case still fails."""

    def __init__(self) -> None:
        self.left = ATTEMPTS

    def record(self, raw: bytes, fails: Callable[[bytes], bool]) -> bytes:
        """The record with every key taken away that the failure does not need."""
        best, changed = decode(raw), True
        while changed and self.left > 0:
            changed = False
            for place in sorted(_places(best), key=len):
                smaller = _without(best, place)
                if smaller is not None and self._try(lambda one=smaller: fails(encode(one))):
                    best, changed = smaller, True
        return encode(best)

    def formula(self, expr: Expr, fails: Callable[[Expr], bool]) -> Expr:
        """The formula with parts replaced by what stands in them, or by constants."""
        changed = True
        while changed and self.left > 0:
            changed = False
            for smaller in _smaller(expr):
                if len(smaller.text) < len(expr.text) and self._try(lambda one=smaller: fails(one)):
                    expr, changed = smaller, True
                    break
        return expr

    def document(self, document: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The document with every rule, option and check taken away that the failure does not need."""
        changed = True
        while changed and self.left > 0:
            changed = False
            for smaller in _fewer(document):
                if self._try(lambda one=smaller: fails(one)):
                    document, changed = smaller, True
                    break
        return document

    def _try(self, attempt: Callable[[], bool]) -> bool:
        self.left -= 1
        return self.left >= 0 and attempt()


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*place, key)
            yield from _places(inner, (*place, key))


def _without(record: Any, place: Place) -> Any:
    smaller = copy.deepcopy(record)
    inside = smaller
    for key in place[:-1]:
        if not (isinstance(inside, dict) and key in inside) and not (
            isinstance(inside, list) and isinstance(key, int) and key < len(inside)
        ):
            return None
        inside = inside[key]  # type: ignore[index]
    last = place[-1]
    if isinstance(inside, dict) and last in inside:
        del inside[last]
    elif isinstance(inside, list) and isinstance(last, int) and last < len(inside):
        inside.pop(last)
    else:
        return None
    return smaller


def _smaller(expr: Expr) -> Iterator[Expr]:
    yield from expr.inner
    yield from _LEAVES
    for at, part in enumerate(expr.parts):
        if isinstance(part, Expr):
            for smaller in _smaller(part):
                yield Expr((*expr.parts[:at], smaller, *expr.parts[at + 1 :]), expr.name)


_KEPT = frozenset(["format", "name", "source", "target", "rules", "to", "each", "formula", "value", "with"])


def _fewer(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place in sorted(_places(document), key=len):
        last = place[-1]
        if "with" in place[:1] and len(place) != 2:
            continue
        if last in _KEPT or any(key in ("source", "target") for key in place):
            continue
        smaller = _without(document, place)
        if smaller is not None:
            yield smaller


def replaced(document: Any, old: str, new: str) -> Any:
    """`document` with one text replaced wherever it stands."""
    if isinstance(document, dict):
        return {key: replaced(inner, old, new) for key, inner in document.items()}
    if isinstance(document, list):
        return [replaced(inner, old, new) for inner in document]
    return new if document == old else document
