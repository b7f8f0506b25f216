"""One formula or mapping, every way to run it, one record: the outcomes that have to be equal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from crosswalk_engine.formula import (
    EvalError,
    FormulaError,
    RowScope,
    Scope,
    TypedFormula,
    compile_formula,
    evaluate,
    parse_formula,
    to_json_value,
)
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.mapping.tree import MappingTree

from tests.fuzz.grounds import RELATED
from tests.fuzz.guard import GUARD
from tests.fuzz.levels import Levels
from tests.fuzz.records import COLLECTIONS, decode, lookups, surroundings

Outcome: TypeAlias = tuple[Any, ...]
Way: TypeAlias = Callable[[bytes], Outcome]


@dataclass(frozen=True)
class Difference:
    """A case in which two ways do not agree: what was expected (by the oracle), and what came."""

    way: str
    record: bytes
    expected: Outcome
    got: Outcome


def scope_of(levels: Levels) -> Scope:
    """The scope of a formula outside of mappings, at most one level deep."""
    return Scope(
        related=dict.fromkeys(RELATED),
        related_keys={name: key for name, (_, key, _) in RELATED.items()},
        collections=frozenset(
            path for path, above in COLLECTIONS.items() if not above and path != "extra.tags"
        ),
        row=RowScope(levels[0].path, levels[0].alias) if levels else None,
    )


def parsed(text: str, levels: Levels) -> TypedFormula | None:
    """The formula; `None` when it is refused."""
    try:
        return parse_formula(text, scope_of(levels))
    except FormulaError:
        return None


def formula_ways(formula: TypedFormula) -> dict[str, Way]:
    """The oracle first, then what has to agree with it."""
    given = {"lookups": lookups(), **surroundings()}
    compiled = _made(lambda: compile_formula(formula))

    def way(run: Callable[..., Any]) -> Way:
        def outcome(raw: bytes) -> Outcome:
            record = decode(raw)
            try:
                with GUARD.watching():
                    value = run(record, **given)
            except EvalError as error:
                return ("error", *error.key())
            except Exception as error:  # noqa: BLE001  a crash is an outcome
                return ("crash", type(error).__name__, str(error)[:200])
            return ("value", type(value).__name__, to_json_value(value))

        return outcome

    return {"oracle": way(lambda *a, **k: evaluate(formula, *a, **k)), "compiled formula": way(compiled)}


def mapping_ways(tree: MappingTree, *, stored: bool = False) -> dict[str, Way]:
    """The oracle first; the compiled mapping over dicts and bytes; with `stored`, also as released."""
    tables, given = lookups(), surroundings()
    compiled = _made(lambda: CompiledMapping(tree, tables))
    ways: dict[str, Way] = {
        "oracle": _mapped(lambda raw: map_by_oracle(tree, decode(raw), lookups=tables, **given)),
        "mapping over dicts": _mapped(lambda raw: _asked(compiled, decode(raw)).apply(decode(raw), **given)),
        "mapping over bytes": _mapped(lambda raw: compiled.apply_bytes(raw, **given)),
    }
    if stored:
        again = _made(lambda: compile_ir(tree.to_json(), tables))
        ways["mapping from a release"] = _mapped(lambda raw: again.apply_bytes(raw, **given))
    return ways


class _NotMade:
    """Stands for what could not be compiled: whoever runs it meets the error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise self.error

    apply = apply_bytes = __call__


def _made(make: Callable[[], Any]) -> Any:
    try:
        made = make()
        if isinstance(made, CompiledMapping):
            made.prepare()
        return made
    except Exception as error:  # noqa: BLE001  a formula that was accepted must compile
        return _NotMade(error)


def _asked(compiled: Any, record: Any) -> Any:
    """The mapping, after it said which related records `record` needs: that never raises either."""
    if isinstance(compiled, CompiledMapping):
        compiled.related_keys(record)
    return compiled


def _mapped(run: Callable[[bytes], MapResult]) -> Way:
    def outcome(raw: bytes) -> Outcome:
        try:
            with GUARD.watching():
                result = run(raw)
            shown = _shown(result)
        except Exception as error:  # noqa: BLE001  a crash is an outcome
            return ("crash", type(error).__name__, str(error)[:200])
        return (shown, result.errors, result.warnings)

    return outcome


def _shown(result: MapResult) -> Any:
    if not result.ok:
        return None
    several: Callable[[], Any] | None = getattr(result, "outputs_bytes", None)
    return several() if several is not None else result.output_bytes()


def compared(ways: Mapping[str, Way], raw: bytes) -> tuple[Outcome, Difference | None]:
    """The oracle's outcome for a record, and the first way that does not agree with it.

    Also a difference: an oracle that crashes, and anything that formulas never do behind the scenes.
    """
    GUARD.events.clear()
    (_, oracle), *others = ways.items()
    expected = oracle(raw)
    if expected[0] == "crash":
        return expected, Difference("oracle", raw, ("no exception",), expected)
    for name, way in others:
        got = way(raw)
        if got != expected:
            return expected, Difference(name, raw, expected, got)
    if GUARD.events:
        return expected, Difference("while running", raw, (), tuple(GUARD.events))
    return expected, None


def differs(ways: Mapping[str, Way], raw: bytes) -> Difference | None:
    """The difference alone."""
    return compared(ways, raw)[1]
