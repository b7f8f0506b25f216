"""Functions that ask lookup tables and the id map."""

from crosswalk_engine.formula.env import Env, Lookup, sources_of
from crosswalk_engine.formula.functions.spec import Example, Function, Param, literal_text, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import TEXT, TEXTUAL

_WAREHOUSES = {"warehouses": {"2": "BRS", "3": "MUC"}}


def lookup(env: Env, table: str, key: str | None, *default: str | None) -> str | None:
    """The target of `key` in `table`; null for a null key; the default, or an error, when it is not there."""
    if key is None:
        return None
    target = _table(env, table).get(key)
    if target is not None:
        return target
    return _missing(table, key, default)


def lookup_reverse(env: Env, table: str, target: str | None, *default: str | None) -> str | None:
    """The one key of `table` that leads to `target`; null for a null target; else the default, or an error.

    Raises:
        EvalError: CW-LOOKUP-AMBIGUOUS when several keys do, whatever the default.
    """
    if target is None:
        return None
    sources = sources_of(_table(env, table), target)
    if len(sources) > 1:
        message = f"{len(sources)} keys of the lookup table '{table}' lead to this target"
        raise EvalError("CW-LOOKUP-AMBIGUOUS", f"{table}:{target}", message)
    return sources[0] if sources else _missing(table, target, default)


def _table(env: Env, table: str) -> Lookup:
    found = env.lookups.get(table)
    if found is None:
        raise EvalError("CW-LOOKUP-MISSING", table, f"there is no lookup table '{table}'")
    return found


def _missing(table: str, key: str, default: tuple[str | None, ...]) -> str | None:
    if default:
        return default[0]
    raise EvalError("CW-LOOKUP-MISSING", f"{table}:{key}", f"the lookup table '{table}' has no such entry")


def idmap(env: Env, entity: str, key: str) -> str:
    """The id there of the `entity` with id `key` here.

    Raises:
        EvalError: CW-IDMAP-MISSING.
    """
    found = env.idmap(entity, key) if env.idmap is not None else None
    if found is None:
        raise EvalError("CW-IDMAP-MISSING", f"{entity}:{key}", f"the id map has no such {entity} yet")
    return found


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "LOOKUP",
        (literal_text("table"), text("key"), Param("default", TEXTUAL, optional=True)),
        TEXT,
        "The target of a key in a lookup table.",
        (
            Example(
                "LOOKUP('warehouses', warehouseId)", "BRS", given={"warehouseId": 2}, lookups=_WAREHOUSES
            ),
            Example("LOOKUP('warehouses', '9', 'BRS')", "BRS", lookups=_WAREHOUSES),
            Example("LOOKUP('warehouses', '9')", fails="CW-LOOKUP-MISSING", lookups=_WAREHOUSES),
        ),
        lookup,
        nulls="own",
        needs_env=True,
        may_be_null=True,
        note="A null key gives null. A key that is not in the table gives the default or, without one, an "
        "error. Keys are compared exactly. Not in PostgreSQL.",
        cost=2,
        asks="lookup",
    ),
    Function(
        "LOOKUP_REVERSE",
        (literal_text("table"), text("target"), Param("default", TEXTUAL, optional=True)),
        TEXT,
        "The key of a lookup table that leads to a target: the way back.",
        (
            Example("LOOKUP_REVERSE('warehouses', 'MUC')", "3", lookups=_WAREHOUSES),
            Example("LOOKUP_REVERSE('warehouses', 'PAR', '2')", "2", lookups=_WAREHOUSES),
            Example(
                "LOOKUP_REVERSE('terms', 'N30')",
                fails="CW-LOOKUP-AMBIGUOUS",
                lookups={"terms": {"30": "N30", "31": "N30"}},
            ),
            Example("LOOKUP_REVERSE('warehouses', 'PAR')", fails="CW-LOOKUP-MISSING", lookups=_WAREHOUSES),
        ),
        lookup_reverse,
        nulls="own",
        needs_env=True,
        may_be_null=True,
        note="A null target gives null. A target without a key gives the default or, without one, an "
        "error; a target with several keys is always an error. Not in PostgreSQL.",
        cost=3,
        asks="lookup",
    ),
    Function(
        "IDMAP",
        (literal_text("entity"), text("key")),
        TEXT,
        "The id that the other system gave to the same customer, item or order.",
        (
            Example("IDMAP('customer', NULL)", None),
            Example("IDMAP('customer', 5012)", fails="CW-IDMAP-MISSING"),
        ),
        idmap,
        needs_env=True,
        note="An id without an entry is an error; the engine can wait for it. Not in PostgreSQL.",
        cost=10,
        asks="idmap",
    ),
)
