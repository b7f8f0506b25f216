"""A formula as one Python function, and the two ways to run it: compiled and by the oracle.

The one place where generated text is executed; the text is made by `emit` from our own tree alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import localcontext
from typing import Any

from crosswalk_engine.errors import ConfigError, one_line
from crosswalk_engine.formula.code import Root, Writer
from crosswalk_engine.formula.emit_rows import Emitter, RowSet
from crosswalk_engine.formula.env import Env, IdMap, Lookup
from crosswalk_engine.formula.ir import ScopeName
from crosswalk_engine.formula.oracle import walk_tree
from crosswalk_engine.formula.reads import branch
from crosswalk_engine.formula.standing import Keys, stand
from crosswalk_engine.formula.typed import TypedFormula
from crosswalk_engine.formula.values import CONTEXT, Value

Related = Mapping[str, Mapping[str, Any]]


def evaluate(
    formula: TypedFormula,
    record: Any,
    *,
    lookups: Mapping[str, Lookup] | None = None,
    idmap: IdMap | None = None,
    related: Related | None = None,
    now: datetime | None = None,
    row: Keys = None,
) -> Value:
    """The value of `formula` for `record`, by the tree walker.

    `row` says which row of its `each` a formula is for: the key in an object keyed by id, the index in an
    array, or one of them for each level; the first one when left out. `related` holds records by name and id.

    Raises:
        EvalError: the record's data is wrong for this formula.
    """
    env = Env(lookups or {}, idmap, related or {}, now)
    with localcontext(CONTEXT):
        return walk_tree(formula.node, stand(formula.rows, record, env, row))


@dataclass(frozen=True, slots=True)
class CompiledFormula:
    """A formula as a Python function; call it like `evaluate`, without the formula. `code` is its text."""

    formula: TypedFormula
    code: str
    run: Callable[..., Value]

    def __call__(
        self,
        record: Any,
        *,
        lookups: Mapping[str, Lookup] | None = None,
        idmap: IdMap | None = None,
        related: Related | None = None,
        now: datetime | None = None,
        row: Keys = None,
    ) -> Value:
        """The value for `record`; raises EvalError as `evaluate` does."""
        env = Env(lookups or {}, idmap, related or {}, now)
        with localcontext(CONTEXT):
            place = stand(self.formula.rows, record, env, row)
            own = own_scopes(self.formula)
            rows = [(at.key, *(at.elements[scope] for scope in own)) for at in place.rows]
            outer = [place.levels] if len(own) < len(self.formula.rows) else []
            return self.run(branch(record, ""), env, rows, place.at, *outer)


def own_scopes(formula: TypedFormula) -> tuple[ScopeName, ...]:
    """The scopes of the innermost `each` around a formula."""
    start = len(formula.rows)
    while start > 0 and formula.rows[start - 1].flattens:
        start -= 1
    return tuple(row.scope for row in formula.rows[max(start - 1, 0) :])


def compile_formula(formula: TypedFormula) -> CompiledFormula:
    """The Python function of `formula`, from its tree alone.

    Its arguments are the record, the `Env`, the rows of the innermost `each` (key and element of each step),
    the number of the current one, and scope -> current element of the levels further out.
    """
    writer = Writer(indent=1)
    prelude = writer.hole()
    emitter = Emitter(writer, Root("doc", "", prelude))
    own = own_scopes(formula)
    for row in formula.rows:
        at = f"rows[at][{own.index(row.scope) + 1}]" if row.scope in own else f"levels[{row.scope!r}]"
        writer.line(f"{row.scope} = {at}")
        emitter.roots[row.scope] = Root(row.scope, ".".join(row.collection), writer.hole())
    if own:
        emitter.rows = RowSet("rows", own)
    operand = emitter.emit(formula.node)
    writer.line(f"return {operand.name}")
    outer = ", levels" if len(own) < len(formula.rows) else ""
    code = f"def formula(doc, env, rows, at{outer}):\n" + "\n".join(writer.lines()) + "\n"
    return CompiledFormula(
        formula, annotated(code, emitter), run_generated(code, emitter.namespace)["formula"]
    )


def annotated(code: str, emitter: Emitter) -> str:
    """`code` with what its constants stand for, for people to read."""
    notes = [f"# {name} = {one_line(label)}" for name, label in emitter.constants.items()]
    return "\n".join([*notes, code])


def run_generated(code: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """`namespace` after the definitions in `code`, which must come from `emit`.

    Raises:
        ConfigError: CW-IR when the tree was too deep for Python.
    """
    try:
        exec(compile(code, "<formula>", "exec"), namespace)  # noqa: S102  our own text, see the module's docstring
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ConfigError(
            "CW-IR", "a formula is nested too deeply to compile", fix="split it into several rules"
        ) from error
    return namespace
