"""A formula as one Python function, and the two ways to run it: compiled and by the oracle.

The one place where generated text is executed; the text is made by `emit` from our own tree alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import localcontext
from typing import Any

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.formula.code import Root, Writer
from crosswalk_engine.formula.emit_rows import Emitter
from crosswalk_engine.formula.env import Env, IdMap, Lookup
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
    run: Callable[[dict[str, Any], Env, Any, int], Value]

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
            scope = self.formula.row.scope if self.formula.row else "row"
            rows = [(at.key, at.elements[scope]) for at in place.rows]
            return self.run(branch(record, ""), env, rows, place.at)


def compile_formula(formula: TypedFormula) -> CompiledFormula:
    """The Python function of `formula`, from its tree alone."""
    writer = Writer(indent=1)
    prelude = writer.hole()
    emitter = Emitter(writer, Root("doc", "", prelude))
    if formula.row is not None:
        writer.line("row = rows[at][1]")
        emitter.roots["row"] = Root("row", ".".join(formula.row.collection), writer.hole())
    operand = emitter.emit(formula.node)
    writer.line(f"return {operand.name}")
    code = "def formula(doc, env, rows, at):\n" + "\n".join(writer.lines()) + "\n"
    return CompiledFormula(
        formula, annotated(code, emitter), run_generated(code, emitter.namespace)["formula"]
    )


def annotated(code: str, emitter: Emitter) -> str:
    """`code` with what its constants stand for, for people to read."""
    notes = [f"# {name} = {label}" for name, label in emitter.constants.items()]
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
