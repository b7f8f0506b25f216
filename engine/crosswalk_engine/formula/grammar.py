"""The one place that knows sqlglot: formula text to sqlglot's tree, in a dialect without any function.

Every call parses to one plain node that keeps its name and arguments, whatever the parser's version knows of
that name; what a function is, our own table says.
"""

import logging
import re
from typing import Any, ClassVar

from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, TokenError

from crosswalk_engine.formula.lexer import Prepared, Token, prepare
from crosswalk_engine.formula.problems import FormulaError, FormulaProblem

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
        FormulaError: what `prepare` finds, or CW-FORMULA-SYNTAX.
    """
    prepared = prepare(formula)
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
    # The parser counts columns from 1 and names the last one of the word.
    token = prepared.original(max(0, int(error.get("col") or 1) - 1))
    description = str(error.get("description", ""))
    if description.startswith("Required keyword"):
        return _problem(token, f"something is missing after `{token.text}`")
    if missing := re.match(r"Expecting (\S+)", description):
        last = prepared.tokens[-1]
        if token == last:
            return _problem(token, f"`{missing[1]}` is missing after `{token.text}`")
        return _problem(token, f"`{token.text}` does not fit here", f"`{missing[1]}`, a comma or an operator")
    return _problem(
        token, f"`{token.text}` does not fit here", "an operator or a bracket before it may be missing"
    )


def _problem(token: Token, message: str, advice: str = "") -> FormulaProblem:
    return FormulaProblem(token.start + 1, token.end, "CW-FORMULA-SYNTAX", message, token.text, advice)
