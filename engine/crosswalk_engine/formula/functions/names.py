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
#: Titles that are first names or initials without their point.
_DOTTED = frozenset({"m.", "mag.", "ing.", "dipl.", "dkfm."})
#: Words for several people: what follows has no first name.
_GROUPS = frozenset("familie family famille familia famiglia fam. firma fa. eheleute".split())  # noqa: SIM905
#: What stands between two titles: Mr & Mrs.
_AND = frozenset("& + and und et y e en".split())  # noqa: SIM905
#: What a degree goes on with: Dr. rer. nat., Dr. h.c. (with their points: Phil is a name).
_DEGREES = frozenset(
    """med. dent. vet. phil. jur. iur. rer. nat. pol. oec. soc. theol. sc. agr. techn. habil. univ. mult. h.c.
    e.h. med.dent. rer.nat. rer.pol. med.vet.""".split()  # noqa: SIM905
)
#: Words after a comma that are no first name.
SUFFIXES = frozenset("jr sr ii iii iv esq phd md msc bsc mba mbe obe cbe frcs".split())  # noqa: SIM905
_POINTS = re.compile(r"[.,]")
#: A title without a space after its point: Dr.Priya.
_GLUED = re.compile(r"([^\W\d_]{2,9}\.)(?=[^\W\d_])")


class Name(NamedTuple):
    """The parts of a full name; `None` for what it does not have."""

    salutation: str | None
    first: str | None
    last: str | None


def split_name(full: str) -> Name:
    """The salutation, first and last name in `full`.

    Leading titles are the salutation. Of what remains, the first word is the first name and the rest the
    last one; of ``Last, First`` it is what the comma says, and a suffix after a comma (``Jr.``) goes with the
    last name. One word alone is a first name, after a title or before a comma a last one.
    """
    main, *others = [_words(part) for part in full.split(",")]
    cut = bool(others)
    ending: list[str] = []
    while others and all(_POINTS.sub("", word.lower()) in SUFFIXES for word in others[-1]):
        ending.append(" ".join(others.pop()))
    titles = _titles(main, keep=1)
    salutation, names = main[:titles], main[titles:]
    if (given := [words for words in others if words]) or (others and names):
        more = _titles(given[0], keep=0)
        salutation += given[0][:more]
        first = ", ".join(filter(None, [" ".join(given[0][more:]), *map(" ".join, given[1:])]))
    elif len(names) > 1 and not (titles and main[titles - 1].lower() in _GROUPS):
        first, names = names[0], names[1:]
    elif salutation or cut:
        first = ""
    else:
        first, names = " ".join(names), []
    last = ", ".join(filter(None, [" ".join(names), *reversed(ending)]))
    return Name(" ".join(salutation) or None, first or None, last or None)


def _words(part: str) -> list[str]:
    words: list[str] = []
    for word in part.split():
        at = 0
        while (glued := _GLUED.match(word, at)) is not None and _POINTS.sub("", glued[1].lower()) in TITLES:
            words.append(glued[1])
            at = glued.end()
        words.append(word[at:])
    return words


def _titles(words: list[str], keep: int) -> int:
    """How many leading `words` are titles; the last `keep` words never are."""
    at, end = 0, len(words) - keep
    while at < end:
        word = words[at].lower()
        if _is_title(word) or (at and word in _DEGREES):
            at += 1
        elif at and word in _AND and at + 1 < end and _is_title(words[at + 1].lower()):
            at += 2
        else:
            break
    return at


def _is_title(word: str) -> bool:
    # A bare M is more often an initial than a Monsieur.
    return word in _DOTTED or word in _GROUPS or word.startswith("dipl.-") or _POINTS.sub("", word) in TITLES


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
            Example("FIRST_NAME('Familie Müller')", None),
            Example("FIRST_NAME('Cher')", "Cher"),
            Example("FIRST_NAME(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        lambda full: split_name(full).first,
        may_be_null=True,
        note="A text of spaces gives null, and so does a title with one word (Mr Smith), which is a last "
        "name, and a family or a firm (Familie Müller). Not in PostgreSQL.",
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
            Example("LAST_NAME('King, Martin Luther, Jr.')", "King, Jr."),
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
            Example("SALUTATION('Mr & Mrs J Smith')", "Mr & Mrs"),
            Example("SALUTATION('Anna Lopez')", None),
            Example("SALUTATION(TRUE)", fails="CW-FORMULA-TYPE"),
        ),
        lambda full: split_name(full).salutation,
        may_be_null=True,
        note="Known are the usual titles of English, German, French, Spanish, Italian and Dutch, with the "
        "degrees after a Dr. (Dr. med., Dr. h.c.), and two titles with & or a word for it between them. "
        "Not in PostgreSQL.",
        cost=20,
    ),
)
