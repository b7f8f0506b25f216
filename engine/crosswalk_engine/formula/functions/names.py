"""Functions of people's names."""

from crosswalk_engine.formula.functions.spec import Example, Function, text
from crosswalk_engine.formula.values import TEXT


def first_name(full: str) -> str | None:
    """The first word of a full name; null when there is none."""
    words = full.split(maxsplit=1)
    return words[0] if words else None


def last_name(full: str) -> str | None:
    """What follows the first word of a full name; null when nothing does."""
    words = full.split(maxsplit=1)
    return words[1].rstrip() if len(words) > 1 else None


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "FIRST_NAME",
        (text("full_name"),),
        TEXT,
        "The first word of a full name.",
        (
            Example("FIRST_NAME('Priya Raman')", "Priya"),
            Example("FIRST_NAME('Cher')", "Cher"),
            Example("FIRST_NAME(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        first_name,
        may_be_null=True,
        note="A text of spaces gives null. Not in PostgreSQL.",
    ),
    Function(
        "LAST_NAME",
        (text("full_name"),),
        TEXT,
        "What follows the first word of a full name.",
        (
            Example("LAST_NAME('Gabriel García Márquez')", "García Márquez"),
            Example("LAST_NAME('Cher')", None),
            Example("LAST_NAME(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        last_name,
        may_be_null=True,
        note="A single word gives null. Not in PostgreSQL.",
    ),
)
