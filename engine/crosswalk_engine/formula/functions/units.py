"""Units of measure and exact conversion between them.

Factors are exact by definition. Sources: SI (BIPM, 9th edition); international yard and pound agreement, 1959
(1 lb = 0.45359237 kg, 1 yd = 0.9144 m); UK Weights and Measures Act 1985 (1 imperial gallon = 4.54609 l);
NIST Handbook 44, appendix C (1 US gallon = 231 cubic inches). Capitals are codes of UN/ECE Recommendation 20.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from crosswalk_engine.formula.functions.named import named
from crosswalk_engine.formula.functions.numbers import MAX_SCALE, QUANTA, WIDE, Number
from crosswalk_engine.formula.functions.spec import Example, Function, integer, literal_text, number, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import DECIMAL, in_range, out_of_range

#: Decimals of a result when the formula names none.
_SCALE = 6
#: Quantity -> names of one unit and how many base units (the first of each) it is.
_TABLE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "mass": (
        ("kg KGM", "1"),
        ("g GRM", "0.001"),
        ("mg MGM", "0.000001"),
        ("t TNE", "1000"),
        ("lb LBR", "0.45359237"),
        ("oz ONZ", "0.028349523125"),
        ("st STI", "6.35029318"),
        ("ton_uk LTN", "1016.0469088"),
        ("ton_us STN", "907.18474"),
    ),
    "length": (
        ("m MTR", "1"),
        ("mm MMT", "0.001"),
        ("cm CMT", "0.01"),
        ("dm DMT", "0.1"),
        ("km KMT", "1000"),
        ("in INH", "0.0254"),
        ("ft FOT", "0.3048"),
        ("yd YRD", "0.9144"),
        ("mi SMI", "1609.344"),
    ),
    "area": (
        ("m2 MTK", "1"),
        ("mm2 MMK", "0.000001"),
        ("cm2 CMK", "0.0001"),
        ("km2 KMK", "1000000"),
        ("ha HAR", "10000"),
        ("in2 INK", "0.00064516"),
        ("ft2 FTK", "0.09290304"),
        ("yd2 YDK", "0.83612736"),
    ),
    "volume": (
        ("l LTR", "1"),
        ("ml MLT", "0.001"),
        ("cl CLT", "0.01"),
        ("dl DLT", "0.1"),
        ("hl HLT", "100"),
        ("m3 MTQ", "1000"),
        ("dm3 DMQ", "1"),
        ("cm3 CMQ", "0.001"),
        ("mm3 MMQ", "0.000001"),
        ("in3 INQ", "0.016387064"),
        ("ft3 FTQ", "28.316846592"),
        ("gal_uk GLI", "4.54609"),
        ("pt_uk PTI", "0.56826125"),
        ("floz_uk OZI", "0.0284130625"),
        ("gal_us GLL", "3.785411784"),
        ("pt_us PTL", "0.473176473"),
        ("floz_us OZA", "0.0295735295625"),
    ),
    "time": (
        ("s SEC", "1"),
        ("min MIN", "60"),
        ("h HUR", "3600"),
        ("d DAY", "86400"),
        ("wk WEE", "604800"),
    ),
    "count": (("pcs C62 H87", "1"), ("pair PR", "2"), ("dozen DZN", "12"), ("gross GRO", "144")),
}


class Unit(NamedTuple):
    """A unit: what it measures, and how many base units it is."""

    quantity: str
    factor: Decimal


#: Every name of a unit -> the unit.
UNITS: Mapping[str, Unit] = {
    name: Unit(quantity, Decimal(factor))
    for quantity, units in _TABLE.items()
    for names, factor in units
    for name in names.split()
}


def prepare_convert_unit(target: str, scale: int = _SCALE) -> Callable[[Number, str], Decimal]:
    """The conversion of a number and its unit to the unit `target`, with `scale` decimals."""
    into = named(target, UNITS, "unit")
    if not 0 <= scale <= MAX_SCALE:
        raise EvalError("CW-ARGUMENT", str(scale), f"CONVERT_UNIT takes 0 to {MAX_SCALE} decimals")
    quantum = QUANTA[scale]

    def convert(value: Number, unit: str) -> Decimal:
        found = named(unit, UNITS, "unit")
        if found.quantity != into.quantity:
            message = f"a unit of {found.quantity} does not become {target}, a unit of {into.quantity}"
            raise EvalError("CW-ARGUMENT", unit, message)
        exact = WIDE.divide(WIDE.multiply(Decimal(value), found.factor), into.factor)
        try:
            result: Decimal = in_range(exact.quantize(quantum, ROUND_HALF_UP) + 0, "CONVERT_UNIT")
        except ArithmeticError as error:
            raise out_of_range("CONVERT_UNIT") from error
        return result

    return convert


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "CONVERT_UNIT",
        (number(), text("from"), literal_text("to"), integer("scale", optional=True, literal=True)),
        DECIMAL,
        "A quantity in another unit, rounded half up to some decimals (6 if none are given).",
        (
            Example("CONVERT_UNIT(2.5, 'lb', 'kg', 3)", "1.134"),
            Example("CONVERT_UNIT(weight, unit, 'g', 0)", "1250", given={"weight": 1.25, "unit": "KGM"}),
            Example("CONVERT_UNIT(1, 'gal_uk', 'l')", "4.546090"),
            Example("CONVERT_UNIT(1, 'kg', 'm')", fails="CW-ARGUMENT"),
            Example("CONVERT_UNIT(1, 'kg', 'gram')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_convert_unit,
        note="Mass: kg g mg t lb oz st ton_uk ton_us. Length: m mm cm dm km in ft yd mi. Area: m2 mm2 cm2 "
        "km2 ha in2 ft2 yd2. Volume: l ml cl dl hl m3 dm3 cm3 mm3 in3 ft3 gal_uk pt_uk floz_uk gal_us pt_us "
        "floz_us. Time: s min h d wk. Count: pcs pair dozen gross. Also the codes of UN/ECE Recommendation "
        "20, such as KGM. Factors are exact; capitals matter. The target and the scale are written out. Not "
        "in PostgreSQL.",
        cost=10,
    ),
)
