"""Functions that take characters away: spaces around and inside a text, all but the digits."""

from crosswalk_engine.formula.functions.spec import Example, Function, text
from crosswalk_engine.formula.values import TEXT


def trim(value: str, characters: str = " ") -> str:
    """`value` without `characters` at both ends."""
    return value.strip(characters) if characters else value


def ltrim(value: str, characters: str = " ") -> str:
    """`value` without `characters` at its start."""
    return value.lstrip(characters) if characters else value


def rtrim(value: str, characters: str = " ") -> str:
    """`value` without `characters` at its end."""
    return value.rstrip(characters) if characters else value


def collapse_spaces(value: str) -> str:
    """The words of `value` with one space between them; every white space of Unicode counts."""
    return " ".join(value.split())


def digits(value: str) -> str:
    """The digits 0 to 9 of `value`, in order."""
    return "".join([c for c in value if "0" <= c <= "9"])


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "TRIM",
        (text(), text("characters", optional=True)),
        TEXT,
        "Takes spaces (or the given characters) away at both ends.",
        (
            Example("TRIM('  A 1 ')", "A 1"),
            Example("TRIM('--x-', '-')", "x"),
            Example("TRIM(2.5)", fails="CW-FORMULA-TYPE"),
        ),
        trim,
        note="Only U+0020 is a space here. A text of spaces becomes '', which is not null.",
    ),
    Function(
        "LTRIM",
        (text(), text("characters", optional=True)),
        TEXT,
        "Takes spaces (or the given characters) away at the start.",
        (
            Example("LTRIM('00042', '0')", "42"),
            Example("LTRIM('  A ')", "A "),
            Example("LTRIM(TRUE)", fails="CW-FORMULA-TYPE"),
        ),
        ltrim,
        note="Only U+0020 is a space here, as for TRIM.",
    ),
    Function(
        "RTRIM",
        (text(), text("characters", optional=True)),
        TEXT,
        "Takes spaces (or the given characters) away at the end.",
        (
            Example("RTRIM('12.500', '0')", "12.5"),
            Example("RTRIM(' A  ')", " A"),
            Example("RTRIM()", fails="CW-FORMULA-ARGUMENTS"),
        ),
        rtrim,
        note="Only U+0020 is a space here, as for TRIM.",
    ),
    Function(
        "COLLAPSE_SPACES",
        (text(),),
        TEXT,
        "One space for each run of white space, and none at the ends.",
        (
            Example("COLLAPSE_SPACES('  Enamel   jug, 2 l ')", "Enamel jug, 2 l"),
            Example("COLLAPSE_SPACES(note)", "Leave at 12", given={"note": "Leave\tat\u00a012\n"}),
            Example("COLLAPSE_SPACES(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        collapse_spaces,
        note="Tabs, line ends and no-break spaces count as white space too. Not in PostgreSQL.",
        cost=2,
    ),
    Function(
        "DIGITS",
        (text(),),
        TEXT,
        "The digits 0 to 9 of a text, without anything else.",
        (
            Example("DIGITS('+44 (0)117 496-0181')", "4401174960181"),
            Example("DIGITS(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        digits,
        note="No digits gives ''. Not in PostgreSQL.",
        cost=8,
    ),
)
