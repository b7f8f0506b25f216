"""Functions that change letters: case, and the way to plain ASCII."""

from collections.abc import Callable

from crosswalk_engine.formula.functions.letters import own_letters, slug, transliterate
from crosswalk_engine.formula.functions.spec import Example, Function, literal_text, text
from crosswalk_engine.formula.values import TEXT, bounded


def initcap(value: str) -> str:
    """`value` with a capital at the start of each run of letters and digits, and small letters after it."""
    pieces, inside = [], False
    for character in value:
        pieces.append(character.lower() if inside else character.title())
        inside = character.isalnum()
    return bounded("".join(pieces), "INITCAP")


def prepare_transliterate(language: str = "") -> Callable[[str], str]:
    """The way to ASCII, by the habits of `language` where it has its own."""
    own = own_letters(language)
    return lambda value: bounded(transliterate(value, own), "TRANSLITERATE")


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "UPPER",
        (text(),),
        TEXT,
        "Capital letters.",
        (
            Example("UPPER('sku-1a')", "SKU-1A"),
            Example("UPPER('ß')", "SS"),
            Example("UPPER(TRUE)", fails="CW-FORMULA-TYPE"),
        ),
        lambda value: bounded(value.upper(), "UPPER"),
        note="By Unicode's full mapping: ß becomes SS.",
    ),
    Function(
        "LOWER",
        (text(),),
        TEXT,
        "Small letters.",
        (
            Example("LOWER('Anna@Example.COM')", "anna@example.com"),
            Example("LOWER(1.5)", fails="CW-FORMULA-TYPE"),
        ),
        lambda value: bounded(value.lower(), "LOWER"),
    ),
    Function(
        "INITCAP",
        (text(),),
        TEXT,
        "A capital at the start of each word, small letters after it.",
        (
            Example("INITCAP('ANNA MARÍA o''neill')", "Anna María O'Neill"),
            Example("INITCAP('1st floor')", "1st Floor"),
            Example("INITCAP(FALSE)", fails="CW-FORMULA-TYPE"),
        ),
        initcap,
        note="A word is a run of letters and digits. Names such as McDonald lose their inner capital.",
        cost=10,
    ),
    Function(
        "TRANSLITERATE",
        (text(), literal_text("language", optional=True)),
        TEXT,
        "The nearest text in ASCII: accents go, ß becomes ss, Greek and Cyrillic are spelled out.",
        (
            Example("TRANSLITERATE('Łódź, Kærgård')", "Lodz, Kaergard"),
            Example("TRANSLITERATE('Grünwälder Straße', 'de')", "Gruenwaelder Strasse"),
            Example("TRANSLITERATE('Пловдив')", "Plovdiv"),
            Example("TRANSLITERATE('ÄPFEL', 'de')", "AEPFEL"),
            Example("TRANSLITERATE('Müller', 'xx')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_transliterate,
        note="A character without a spelling becomes '?'. The language 'de' writes ä as ae, 'da' writes å as "
        "aa and ö as oe; it is written out. Several letters for a capital are capitals beside another one. "
        "Of the marks on one letter 30 are looked at. Cyrillic as in passports (ICAO Doc 9303), Greek as in "
        "ISO 843. PostgreSQL has unaccent, which knows fewer letters.",
        cost=20,
    ),
    Function(
        "SLUG",
        (text(),),
        TEXT,
        "A text for addresses and file names: small ASCII letters and digits, with - between the words.",
        (
            Example("SLUG('Enamel jug, 0.5 l (Größe M)')", "enamel-jug-0-5-l-grosse-m"),
            Example("SLUG('Anna''s  café')", "annas-cafe"),
            Example("SLUG()", fails="CW-FORMULA-ARGUMENTS"),
        ),
        lambda value: bounded(slug(value), "SLUG"),
        note="A text without letters and digits gives ''. Not in PostgreSQL.",
        cost=24,
    ),
)
