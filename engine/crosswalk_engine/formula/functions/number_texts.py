"""Numbers as people of other countries write them: with a decimal comma, with groups of thousands."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from crosswalk_engine.formula.functions.numbers import MAX_SCALE, QUANTA, Number, read_number
from crosswalk_engine.formula.functions.spec import Example, Function, integer, literal_text, number, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DECIMAL, DIGITS, TEXT, out_of_range, plain

_POINTS = (".", ",")
_GROUPS = ("", ".", ",", " ", "'", "\u00a0", "\u202f", "\u2019")


def _signs(point: str, group: str) -> None:
    if point not in _POINTS:
        raise EvalError("CW-ARGUMENT", point, "the decimal sign is '.' or ','")
    if group not in _GROUPS or group == point:
        raise EvalError(
            "CW-ARGUMENT", group, "thousands stand apart by '.', ',', a space or ', or not at all"
        )


def prepare_parse_number(point: str, group: str = "") -> Callable[[str], Decimal]:
    """The conversion of texts with the decimal sign `point`, and `group` between thousands if any."""
    _signs(point, group)
    whole = r"[0-9]+"
    if group:
        whole = rf"(?:[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+|{whole})"
    match = re.compile(rf"-?{whole}(?:{re.escape(point)}[0-9]+)?").fullmatch

    def convert(value: str) -> Decimal:
        if not match(value):
            shown = f"-1{group}234{point}50"
            raise EvalError("CW-BAD-DECIMAL", value, f"PARSE_NUMBER needs digits such as {shown}")
        return read_number(value.replace(group, "").replace(point, "."), "PARSE_NUMBER", value)

    return convert


def prepare_format_number(scale: int, point: str, group: str = "") -> Callable[[Number], str]:
    """The text form with `scale` decimals, the decimal sign `point` and groups of three apart by `group`."""
    _signs(point, group)
    if not 0 <= scale <= MAX_SCALE:
        raise EvalError("CW-ARGUMENT", str(scale), f"FORMAT_NUMBER takes 0 to {MAX_SCALE} decimals")
    quantum = QUANTA[scale]

    def convert(value: Number) -> str:
        try:
            whole, _, fraction = plain(Decimal(value).quantize(quantum, ROUND_HALF_UP) + 0).partition(".")
        except ArithmeticError as error:
            raise out_of_range("FORMAT_NUMBER") from error
        if group:
            whole = f"{int(whole):,}".replace(",", group) if len(whole.lstrip("-")) > 3 else whole
        return f"{whole}{point}{fraction}" if fraction else whole

    return convert


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "PARSE_NUMBER",
        (text(), literal_text("point"), literal_text("group", optional=True)),
        DECIMAL,
        "A number as another country writes it, as DECIMAL: with its decimal sign and its thousands sign.",
        (
            Example("PARSE_NUMBER('1.234,50', ',', '.')", "1234.50"),
            Example("PARSE_NUMBER('-12,5', ',')", "-12.5"),
            Example("PARSE_NUMBER('1.234,50', '.', ',')", fails="CW-BAD-DECIMAL"),
        ),
        prepare=prepare_parse_number,
        note="Nothing is guessed: both signs are written out ('.' or ','; a group also a space or '). Groups "
        "have three digits or are left out. TO_DECIMAL reads plain numbers. PostgreSQL has to_number, which "
        f"is laxer. At most {DIGITS} digits on each side of the point.",
        cost=6,
    ),
    Function(
        "FORMAT_NUMBER",
        (
            number(),
            integer("scale", literal=True),
            literal_text("point"),
            literal_text("group", optional=True),
        ),
        TEXT,
        "A number as text with some decimals, a decimal sign and a thousands sign; rounds half up.",
        (
            Example("FORMAT_NUMBER(1234.5, 2, ',', '.')", "1.234,50"),
            Example("FORMAT_NUMBER(-0.004, 2, '.')", "0.00"),
            Example("FORMAT_NUMBER(1, 2, ';')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_format_number,
        note=f"The scale is 0 to {MAX_SCALE}. PostgreSQL has to_char with a picture.",
        cost=9,
    ),
)
