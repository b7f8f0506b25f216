"""The one place that knows sqlglot: formula text to sqlglot's tree, in a dialect without any function.

Every call parses to one plain node that keeps its name and arguments, whatever the parser's version knows of
that name; what a function is, our own table says.
"""

import logging
from typing import Any, ClassVar

from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, TokenError

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.lexer import Prepared, prepare
from crosswalk_engine.formula.problems import NAME_SHOWN, FormulaError, FormulaProblem
from crosswalk_engine.formula.syntax import check_order

_PostgresParser: Any = Postgres.Parser
# The parser warns when it meets a statement; we refuse it with an error of our own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class _Parser(_PostgresParser):  # type: ignore[misc]
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {}
    NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "CASE": _PostgresParser.NO_PAREN_FUNCTION_PARSERS["CASE"]
    }


class CrosswalkFormula(Postgres):
    """PostgreSQL's operators and CASE, and no function names."""

    Parser = _Parser


def parse_tree(formula: str) -> tuple[Any, Prepared]:
    """sqlglot's tree of `formula`, and the tokens that its places lead back to.

    Raises:
        FormulaError: what `prepare` and `check_order` find, or CW-FORMULA-SYNTAX.
    """
    prepared = prepare(formula)
    check_order(formula, prepared.tokens)
    try:
        trees = CrosswalkFormula().parse(prepared.text)
    except ParseError as error:
        raise FormulaError(formula, [_syntax(prepared, error.errors[0])]) from error
    except (TokenError, RecursionError) as error:
        end = len(formula)
        problem = FormulaProblem(1, end, "CW-FORMULA-SYNTAX", "the formula cannot be read")
        raise FormulaError(formula, [problem]) from error
    if len(trees) != 1 or trees[0] is None:
        raise FormulaError(
            formula, [FormulaProblem(1, len(formula), "CW-FORMULA-SYNTAX", "the formula is empty")]
        )
    return trees[0], prepared


def _syntax(prepared: Prepared, error: dict[str, Any]) -> FormulaProblem:
    """What the parser says; the order of the words was checked before, so that it hardly ever speaks."""
    # It counts lines (inside texts) and columns from 1, and names the last column of the word.
    line, column = max(1, int(error.get("line") or 1)), max(1, int(error.get("col") or 1))
    before = sum(map(len, prepared.text.splitlines(keepends=True)[: line - 1]))
    token = prepared.original(before + column - 1)
    shown = masked(token.text, NAME_SHOWN)
    advice = "an operator or a bracket before it may be missing"
    message = f"`{shown}` does not fit here"
    return FormulaProblem(token.start + 1, token.end, "CW-FORMULA-SYNTAX", message, shown, advice)
