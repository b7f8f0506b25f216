"""Functions that ask lookup tables and the id map."""

from crosswalk_engine.formula.env import Env
from crosswalk_engine.formula.functions.spec import Example, Function, Param, literal_text, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import TEXT, TEXTUAL

_WAREHOUSES = {"warehouses": {"2": "BRS", "3": "MUC"}}


def lookup(env: Env, table: str, key: str | None, *default: str | None) -> str | None:
    """The target of `key` in `table`; null for a null key; the default, or an error, when it is not there."""
    if key is None:
        return None
    found = env.lookups.get(table)
    if found is None:
        raise EvalError("CW-LOOKUP-MISSING", table, f"there is no lookup table '{table}'")
    target = found.get(key)
    if target is not None:
        return target
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
    ),
)
