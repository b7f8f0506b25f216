"""Functions of identifiers: keys made of several values, check digits."""

from collections.abc import Callable
from hashlib import sha256

from crosswalk_engine.formula.functions.check_digits import MAX_LENGTH, SCHEMES
from crosswalk_engine.formula.functions.named import named
from crosswalk_engine.formula.functions.spec import Example, Function, Param, integer, literal_text, text
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.values import ANY, BOOLEAN, TEXT, Value, text_of

#: Characters of a hash key: 8 (32 bits) to all 64 of SHA-256.
_LENGTHS = range(8, 65)


def prepare_hash_key(length: int) -> Callable[..., str | None]:
    """The first `length` hexadecimal digits of the SHA-256 of some values."""
    if length not in _LENGTHS:
        raise EvalError("CW-ARGUMENT", str(length), "HASH_KEY takes 8 to 64 characters")

    def hash_key(*parts: Value) -> str | None:
        if all(part is None for part in parts):
            return None
        return sha256(b"".join(map(_canonical, parts))).hexdigest()[:length]

    return hash_key


def _canonical(part: Value) -> bytes:
    """A netstring (``3:abc,``), so that ('ab', 'c') and ('a', 'bc') differ; null is ``-,``."""
    if part is None:
        return b"-,"
    encoded = text_of(part).encode("utf-8", "surrogatepass")
    return b"%d:%s," % (len(encoded), encoded)


def prepare_check_digit(scheme: str) -> Callable[[str], str]:
    """The computation of check digits by `scheme`."""
    chosen = named(scheme, SCHEMES, "scheme of check digits")

    def check_digit(value: str) -> str:
        found = chosen.check(value)
        if found is None:
            message = f"CHECK_DIGIT of {scheme} needs {chosen.form}, at most {MAX_LENGTH}"
            raise EvalError("CW-ARGUMENT", value, message)
        return found

    return check_digit


def prepare_has_check_digit(scheme: str) -> Callable[[str], bool]:
    """The test whether a text ends with its own check digits."""
    return named(scheme, SCHEMES, "scheme of check digits").holds


_SCHEMES = (
    "Schemes: gs1 (EAN, UPC, GTIN, GLN, SSCC), luhn, isbn10 (of nine digits; X is 10), mod97 (ISO 7064, two "
    "digits at the end). "
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "HASH_KEY",
        (integer("length", literal=True), Param("part", ANY, many=True)),
        TEXT,
        "A short key made of several values, the same for the same values: SHA-256 in hexadecimal digits.",
        (
            Example("HASH_KEY(16, 'brightpearl', 5026, 'EUR')", "7b991a82d621e336"),
            Example("HASH_KEY(16, 'ab', 'c') = HASH_KEY(16, 'a', 'bc')", False),
            Example("HASH_KEY(12, NULL, NULL)", None),
            Example("HASH_KEY(4, 'a')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_hash_key,
        nulls="own",
        may_be_null=True,
        note="Each value is taken in its text form, in UTF-8, as a netstring (its length in bytes, a "
        "colon, the bytes, a comma); null is '-,'; only nulls give null. The length is written out, 8 to "
        "64: with 16, two of a million keys are the same by chance once in 37 million times. "
        "Not in PostgreSQL.",
        cost=18,
    ),
    Function(
        "CHECK_DIGIT",
        (text(), literal_text("scheme")),
        TEXT,
        "The check digit that belongs after a number.",
        (
            Example("CONCAT('590123412345', CHECK_DIGIT('590123412345', 'gs1'))", "5901234123457"),
            Example("CHECK_DIGIT('030640615', 'isbn10')", "2"),
            Example("CHECK_DIGIT('794', 'mod97')", "44"),
            Example("CHECK_DIGIT('59-01', 'gs1')", fails="CW-ARGUMENT"),
        ),
        prepare=prepare_check_digit,
        note=_SCHEMES + "Spaces and signs are errors; DIGITS takes them out. Not in PostgreSQL.",
        cost=18,
    ),
    Function(
        "HAS_CHECK_DIGIT",
        (text(), literal_text("scheme")),
        BOOLEAN,
        "Whether a number ends with its right check digit.",
        (
            Example("HAS_CHECK_DIGIT('5901234123457', 'gs1')", True),
            Example("HAS_CHECK_DIGIT('5901234123475', 'gs1')", False),
            Example("HAS_CHECK_DIGIT('1', 'ean')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_has_check_digit,
        note=_SCHEMES + "A text with anything else in it gives false; MATCHES tests the length too. Not in "
        "PostgreSQL.",
        cost=18,
    ),
)
