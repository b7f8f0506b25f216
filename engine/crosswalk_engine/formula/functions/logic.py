"""Comparison, three-valued logic and choice."""

import operator
from collections.abc import Callable

from crosswalk_engine.formula.functions.spec import Example, Function, Param, first, truth, union
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import ANY, BOOLEAN, FAMILY_OF, Value, kind_of, text_of


def require_comparable(left: Value, right: Value, sign: str) -> None:
    """Nothing, when two values that are not null are of one family.

    Raises:
        EvalError: CW-TYPE.
    """
    if FAMILY_OF[left.__class__] != FAMILY_OF[right.__class__]:
        kinds = f"{kind_of(left)} with {kind_of(right)}"
        raise EvalError("CW-TYPE", text_of(left), f"{sign} cannot compare {kinds}")


def _comparison(sign: str, compare: Callable[..., bool]) -> Callable[[Value, Value], bool]:
    def body(left: Value, right: Value) -> bool:
        require_comparable(left, right, sign)
        return compare(left, right)

    return body


COMPARISONS = {
    "=": _comparison("=", operator.eq),
    "<>": _comparison("<>", operator.ne),
    "<": _comparison("<", operator.lt),
    "<=": _comparison("<=", operator.le),
    ">": _comparison(">", operator.gt),
    ">=": _comparison(">=", operator.ge),
}


def is_in(value: Value, *candidates: Value) -> bool | None:
    """Whether `value` equals a candidate; null when it equals none and a null is among them."""
    if value is None:
        return None
    unknown = False
    for candidate in candidates:
        if candidate is None:
            unknown = True
            continue
        require_comparable(value, candidate, "IN")
        if value == candidate:
            return True
    return None if unknown else False


def between(value: Value, low: Value, high: Value) -> bool | None:
    """low <= value AND value <= high, in three-valued logic."""
    above = None if value is None or low is None else COMPARISONS[">="](value, low)
    if above is False:
        return False
    below = None if value is None or high is None else COMPARISONS["<="](value, high)
    return False if below is False else (True if above and below else None)


def nullif(left: Value, right: Value) -> Value:
    """Null when the two are equal, else the left one."""
    if left is None or right is None:
        return left
    require_comparable(left, right, "NULLIF")
    return None if left == right else left


def _compare(sign: str, summary: str, examples: tuple[Example, ...], note: str = "") -> Function:
    operands = (Param("left", ANY), Param("right", ANY))
    body = COMPARISONS[sign]
    return Function(sign, operands, BOOLEAN, summary, examples, body, syntax=f"left {sign} right", note=note)


_TEXT_NUMBER = Example("status = 19", fails="CW-TYPE", given={"status": "19"})

FUNCTIONS: tuple[Function, ...] = (
    _compare(
        "=",
        "Equal. Numbers by value, texts exactly.",
        (Example("2.0 = 2", True), Example("NULLIF(1, 1) = 1", None), _TEXT_NUMBER),
        "Comparing a number with a text is an error, found on checking if the kinds are known.",
    ),
    _compare(
        "<>",
        "Not equal; also written !=.",
        (
            Example("productId <> 1000", True, given={"productId": 1044}),
            Example("name <> ''", None, given={"name": ""}),
            Example("1 <> 'a'", fails="CW-FORMULA-TYPE"),
        ),
    ),
    _compare(
        "<",
        "Less; texts by code point, times by the moment.",
        (Example("'B' < 'a'", True), Example("1 < '2'", fails="CW-FORMULA-TYPE")),
    ),
    _compare(
        "<=", "Less or equal.", (Example("2 <= 2.0", True), Example("TRUE <= 1", fails="CW-FORMULA-TYPE"))
    ),
    _compare(">", "Greater.", (Example("10 > 9.99", True), Example("'1' > 0", fails="CW-FORMULA-TYPE"))),
    _compare(
        ">=",
        "Greater or equal.",
        (Example("'b' >= 'a'", True), Example("1 >= FALSE", fails="CW-FORMULA-TYPE")),
    ),
    Function(
        "AND",
        (truth(many=True),),
        BOOLEAN,
        "True when both sides are; false as soon as one side is, from the left.",
        (
            Example("1 = 1 AND NULL IS NULL", True),
            Example("FALSE AND 1 / (1 - 1) = 1", False),
            Example("TRUE AND 1", fails="CW-FORMULA-TYPE"),
        ),
        nulls="lazy",
        may_be_null=True,
        syntax="condition AND condition",
        note="Three-valued: null AND false is false, null AND true is null. What stands right of a false is "
        "not evaluated.",
    ),
    Function(
        "OR",
        (truth(many=True),),
        BOOLEAN,
        "True as soon as one side is, from the left; false when both sides are.",
        (Example("FALSE OR 2 > 1", True), Example("1 / (1 - 1) = 1 OR TRUE", fails="CW-DIVISION-ZERO")),
        nulls="lazy",
        may_be_null=True,
        syntax="condition OR condition",
        note="Three-valued: null OR true is true, null OR false is null.",
    ),
    Function(
        "NOT",
        (truth(),),
        BOOLEAN,
        "The opposite.",
        (Example("NOT 1 = 2", True), Example("NOT 'x'", fails="CW-FORMULA-TYPE")),
        operator.not_,
        syntax="NOT condition",
    ),
    Function(
        "IS NULL",
        (Param("value", ANY),),
        BOOLEAN,
        "Whether there is no value; IS NOT NULL is the opposite.",
        (
            Example("line2 IS NULL", True, given={"line2": ""}),
            Example("line2 IS NOT NULL", False),
            Example("parties IS NULL", fails="CW-PATH-OBJECT", given={"parties": {"customer": 1}}),
        ),
        lambda value: value is None,
        nulls="own",
        syntax="value IS NULL",
        note="An absent key, a JSON null and an empty text, list or object in the payload are all null.",
    ),
    Function(
        "IS TRUE",
        (truth(),),
        BOOLEAN,
        "Whether a condition is true: null counts as not. IS NOT TRUE is the opposite.",
        (Example("(NULLIF(1, 1) = 1) IS TRUE", False), Example("'a' IS TRUE", fails="CW-FORMULA-TYPE")),
        lambda value: value is True,
        nulls="own",
        syntax="condition IS TRUE",
    ),
    Function(
        "IS FALSE",
        (truth(),),
        BOOLEAN,
        "Whether a condition is false: null counts as not. IS NOT FALSE is the opposite.",
        (Example("(1 = 2) IS FALSE", True), Example("1 IS FALSE", fails="CW-FORMULA-TYPE")),
        lambda value: value is False,
        nulls="own",
        syntax="condition IS FALSE",
    ),
    Function(
        "IN",
        (Param("value", ANY), Param("candidate", ANY, many=True)),
        BOOLEAN,
        "Whether a value is one of a list; NOT IN is the opposite.",
        (
            Example("code IN ('SO', 'SC')", True, given={"code": "SO"}),
            Example("3 IN (1, NULL)", None),
            Example("3 IN ('3')", fails="CW-FORMULA-TYPE"),
        ),
        is_in,
        nulls="own",
        may_be_null=True,
        syntax="value IN (candidate, …)",
    ),
    Function(
        "BETWEEN",
        (Param("value", ANY), Param("low", ANY), Param("high", ANY)),
        BOOLEAN,
        "Whether a value lies from low to high, both included.",
        (
            Example("5 BETWEEN 1 AND 5", True),
            Example("5 NOT BETWEEN 1 AND 5", False),
            Example("'5' BETWEEN 1 AND 9", fails="CW-FORMULA-TYPE"),
        ),
        between,
        nulls="own",
        may_be_null=True,
        syntax="value BETWEEN low AND high",
        cost=2,
    ),
    Function(
        "CASE",
        (Param("value", ANY, many=True),),
        union,
        "The value of the first condition that is true; else the ELSE value, or null.",
        (
            Example("CASE WHEN qty > 10 THEN 'bulk' ELSE 'piece' END", "piece", given={"qty": 2}),
            Example("CASE code WHEN 'SO' THEN 'sale' WHEN 'SC' THEN 'credit' END", None),
            Example("CASE WHEN TRUE THEN 1 ELSE 'one' END", fails="CW-FORMULA-TYPE"),
        ),
        nulls="lazy",
        may_be_null=True,
        syntax="CASE WHEN condition THEN value … [ELSE value] END",
        note="Also CASE value WHEN other THEN …. Only the branch that is taken is evaluated. All branches "
        "are of one kind; INTEGER and DECIMAL go together and stay what they are.",
    ),
    Function(
        "COALESCE",
        (Param("value", ANY, many=True),),
        union,
        "The first value that is not null.",
        (
            Example(
                "COALESCE(companyName, fullName)",
                "Priya Raman",
                given={"companyName": "", "fullName": "Priya Raman"},
            ),
            Example("COALESCE(NULL, 0.00)", "0.00"),
            Example("COALESCE('a', 1)", fails="CW-FORMULA-TYPE"),
        ),
        nulls="lazy",
        may_be_null=True,
        note="What stands right of it is not evaluated.",
    ),
    Function(
        "PRESENT",
        (Param("field", ANY),),
        BOOLEAN,
        "Whether the key of a field is in the payload at all, be its value null or blank.",
        (
            Example("PRESENT(phone)", True, given={"phone": None}),
            Example("PRESENT(parties.phone)", False, given={"parties": {}}),
            Example(
                "COUNT(rows.sku) FILTER (WHERE PRESENT(rows.sku))",
                1,
                given={"rows": [{"sku": "A"}, {}]},
                each="rows",
            ),
            Example("PRESENT('phone')", fails="CW-FORMULA-ARGUMENT"),
        ),
        nulls="lazy",
        note="Never null. In an update it tells a field that was emptied from one that was not sent. "
        "Not in PostgreSQL.",
    ),
    Function(
        "NULLIF",
        (Param("value", ANY), Param("other", ANY)),
        first,
        "Null when the two are equal, else the first.",
        (
            Example("NULLIF(channelId, 0)", None, given={"channelId": 0}),
            Example("NULLIF('a', 'b')", "a"),
            Example("NULLIF('a', 1)", fails="CW-FORMULA-TYPE"),
        ),
        nullif,
        nulls="own",
        may_be_null=True,
    ),
)
