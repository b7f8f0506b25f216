"""Functions that take a person's full name apart."""

import re
from typing import NamedTuple

from crosswalk_engine.formula.functions.spec import Example, Function, text
from crosswalk_engine.formula.values import TEXT

#: Words before a name, in small letters without points: English, German, French, Spanish, Italian, Dutch.
TITLES = frozenset(
    """mr mrs ms miss mx dr prof professor sir dame lady lord rev hon capt herr frau hr fr dipl-ing dr-ing
    mme mlle monsieur madame mademoiselle sr sra srta señor señora sig sigra dott dhr mevr mw""".split()  # noqa: SIM905
)
#: Words after a comma that are no first name.
SUFFIXES = frozenset("jr sr ii iii iv esq phd md msc bsc mba mbe obe cbe frcs".split())  # noqa: SIM905
_POINTS = re.compile(r"[.,]")


class Name(NamedTuple):
    """The parts of a full name; `None` for what it does not have."""

    salutation: str | None
    first: str | None
    last: str | None


def split_name(full: str) -> Name:
    """The salutation, first and last name in `full`.

    Leading titles are the salutation. Of what remains, the first word is the first name and the rest the
    last one; of ``Last, First`` it is what the comma says. One word alone is a first name, after a title a
    last one.
    """
    words = full.split()
    titles = 0
    while titles < len(words) - 1 and _is_title(words[titles].lower()):
        titles += 1
    salutation = " ".join(words[:titles]) or None
    names = words[titles:]
    if (inverted := _inverted(names)) is not None:
        return Name(salutation, *inverted)
    if len(names) == 1 and salutation:
        return Name(salutation, None, names[0])
    return Name(salutation, names[0] if names else None, " ".join(names[1:]) or None)


def _is_title(word: str) -> bool:
    # A bare M is more often an initial than a Monsieur.
    return word == "m." or (_POINTS.sub("", word) in TITLES and not word.endswith(","))


def _inverted(names: list[str]) -> tuple[str, str] | None:
    """First and last name of ``Last, First``; `None` for names that are not written so."""
    commas = [at for at, word in enumerate(names) if word.endswith(",")]
    if len(commas) != 1 or commas[0] == len(names) - 1:
        return None
    last, first = names[: commas[0] + 1], names[commas[0] + 1 :]
    if _POINTS.sub("", first[0].lower()) in SUFFIXES or last == [","]:
        return None
    return " ".join(first), " ".join(last).rstrip(",")


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "FIRST_NAME",
        (text("full_name"),),
        TEXT,
        "The first name in a full name: its first word after any title, or what follows 'Last, '.",
        (
            Example("FIRST_NAME('Priya Raman')", "Priya"),
            Example("FIRST_NAME('Dr. Priya Raman')", "Priya"),
            Example("FIRST_NAME('Lopez, Anna María')", "Anna María"),
            Example("FIRST_NAME('Cher')", "Cher"),
            Example("FIRST_NAME(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        lambda full: split_name(full).first,
        may_be_null=True,
        note="A text of spaces gives null, and so does a title with one word (Mr Smith), which is a last "
        "name. Not in PostgreSQL.",
        cost=20,
    ),
    Function(
        "LAST_NAME",
        (text("full_name"),),
        TEXT,
        "The last name in a full name: all that follows the first name, or what stands before the comma.",
        (
            Example("LAST_NAME('Gabriel García Márquez')", "García Márquez"),
            Example("LAST_NAME('Mrs Smith')", "Smith"),
            Example("LAST_NAME('Lopez, Anna María')", "Lopez"),
            Example("LAST_NAME('Cher')", None),
            Example("LAST_NAME(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        lambda full: split_name(full).last,
        may_be_null=True,
        note="A single word gives null. Spare spaces between words become one. Not in PostgreSQL.",
        cost=20,
    ),
    Function(
        "SALUTATION",
        (text("full_name"),),
        TEXT,
        "The titles before a full name, as they are written; null when there are none.",
        (
            Example("SALUTATION('Prof. Dr. Anna Lopez')", "Prof. Dr."),
            Example("SALUTATION('Anna Lopez')", None),
            Example("SALUTATION(TRUE)", fails="CW-FORMULA-TYPE"),
        ),
        lambda full: split_name(full).salutation,
        may_be_null=True,
        note="Known are the usual titles of English, German, French, Spanish, Italian and Dutch. "
        "Not in PostgreSQL.",
        cost=20,
    ),
)
