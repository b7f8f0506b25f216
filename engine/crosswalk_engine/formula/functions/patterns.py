"""Validated patterns by name: what `MATCHES` and the limit `pattern:` of a mapping test texts for.

Each is fixed code that takes time linear in the text; users write no patterns of their own.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from crosswalk_engine.formula.functions.check_digits import SCHEMES
from crosswalk_engine.formula.functions.iban import is_iban
from crosswalk_engine.formula.functions.iso import COUNTRIES, CURRENCIES
from crosswalk_engine.formula.functions.named import named
from crosswalk_engine.formula.functions.spec import Example, Function, literal_text, text
from crosswalk_engine.formula.functions.vat import PREFIXES, is_vat
from crosswalk_engine.formula.values import BOOLEAN

_GS1 = SCHEMES["gs1"].holds
_ALPHA3 = frozenset(COUNTRIES.values())
#: RFC 5321, section 4.5.3.1, and RFC 3696 with its erratum 1690.
_MAX_EMAIL, _MAX_LOCAL, _MAX_LABEL, _MAX_LABELS = 254, 64, 63, 127


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of text that can be recognised.

    Attributes:
        name: how formulas and mappings call it.
        description: one line.
        examples: texts that match.
        counterexamples: texts that nearly do.
        test: whether the whole of a text matches.
    """

    name: str
    description: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    test: Callable[[str], bool]

    def matches(self, text: str) -> bool:
        """Whether the whole of `text`, spaces included, is of this kind."""
        return self.test(text)


def _whole(expression: str) -> Callable[[str], bool]:
    """A test by a fixed expression without nested repeats."""
    match = re.compile(expression).fullmatch
    return lambda text: match(text) is not None


_atom = _whole(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_label = _whole(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_iso_date = _whole(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_iso_datetime = _whole(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def _is_label(text: str) -> bool:
    """Whether `text` is a part of a host's name; letters, marks and digits of every script are (IDNA2008)."""
    if text.isascii():
        return len(text) <= _MAX_LABEL and _label(text)
    if text[0] == "-" or text[-1] == "-" or not all(c == "-" or _is_written(c) for c in text[:_MAX_LABEL]):
        return False
    # On the wire it is xn-- and its Punycode.
    return len(text) <= _MAX_LABEL and len(text.encode("punycode")) + 4 <= _MAX_LABEL


def _is_written(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


def _is_host(text: str) -> bool:
    labels = text.split(".")
    if not 2 <= len(labels) <= _MAX_LABELS or labels[-1].isdigit():
        return False
    return all(map(_is_label, labels))


def _is_email(text: str) -> bool:
    local, at, host = text.rpartition("@")
    if not at or len(text) > _MAX_EMAIL or len(local) > _MAX_LOCAL:
        return False
    return all(_atom(part) for part in local.split(".")) and _is_host(host)


def _is_url(text: str) -> bool:
    found = _URL(text)
    if found is None or int(found[2] or 0) > 65_535 or not text.isprintable():
        return False
    # Names with _ are no host names, but the DNS knows them and browsers open them.
    return _is_address(found[1]) or _is_host(found[1].replace("_", "x"))


def _is_address(host: str) -> bool:
    try:
        return bool(IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host))
    except ValueError:
        return False


#: Scheme, user information, host, port, and the rest: RFC 3986, and RFC 3987 for letters beyond ASCII.
_URL = re.compile(
    r"(?i:https?)://(?:[!-.0->A-Z\[-~]*@)?(\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#@:\[\]]{1,253})(?::([0-9]{1,5}))?"
    r"(?:[/?#]\S*)?"
).fullmatch


def _is_date(text: str) -> bool:
    try:
        return _iso_date(text) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_datetime(text: str) -> bool:
    try:
        return _iso_datetime(text) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _gs1_of(*lengths: int) -> Callable[[str], bool]:
    # Nothing but zeros has a right check digit, and stands for no number at all.
    return lambda text: len(text) in lengths and _GS1(text) and text.strip("0") != ""


def _is_isbn(text: str) -> bool:
    if len(text) == 10:
        return SCHEMES["isbn10"].holds(text) and text.strip("0") != ""
    # 979-0 is music (ISMN), not books.
    return len(text) == 13 and text.startswith(("978", "979")) and not text.startswith("9790") and _GS1(text)


def _is_bic(text: str) -> bool:
    return _bic(text) and (text[4:6] in COUNTRIES or text[4:6] == "XK")


_bic = _whole(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
#: The form of a British postcode, its letters where they can stand (Royal Mail, PAF programmers' guide).
_GB = (
    r"(?:GIR 0AA|(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)"
    r" [0-9][ABD-HJLNP-UW-Z]{2})"
)

_ALL = (
    Pattern("bic", "a SWIFT code (ISO 9362)", ("DEUTDEFF", "NEDSZAJJXXX"), ("DEUTXXFF", "DEUT"), _is_bic),
    Pattern(
        "country", "a country of ISO 3166-1, two letters", ("GB", "DE"), ("UK", "gb"), COUNTRIES.__contains__
    ),
    Pattern(
        "country3", "a country of ISO 3166-1, three letters", ("GBR",), ("GB", "ENG"), _ALPHA3.__contains__
    ),
    Pattern(
        "currency",
        "a currency of ISO 4217 as of 2026 (withdrawn ones, such as DEM and BGN, are none)",
        ("EUR", "JPY"),
        ("EUX", "eur", "BGN"),
        CURRENCIES.__contains__,
    ),
    Pattern("digits", "one or more digits 0 to 9", ("007",), ("", "1.5", "٣"), _whole("[0-9]+")),
    Pattern(
        "ean",
        "an EAN-13 or EAN-8",
        ("5901234123457", "96385074"),
        ("5901234123458", "0" * 13),
        _gs1_of(8, 13),
    ),
    Pattern(
        "email",
        "an e-mail address: ASCII, no quotes; after @ a host with a dot, of any script; up to 254 characters",
        ("anna.lopez+web@example.co.uk", "info@müller-söhne.example", "info@उदाहरण.परीक्षा"),
        ("anna@", "anna@localhost", "a..b@example.com", "anna@example.com ", "anna@ex_ample.com"),
        _is_email,
    ),
    Pattern("gln", "a GLN, 13 digits", ("4000001000005",), ("4000001000006",), _gs1_of(13)),
    Pattern(
        "gtin",
        "a GTIN of 8, 12, 13 or 14 digits",
        ("036000291452",),
        ("036000291453", "00000000"),
        _gs1_of(8, 12, 13, 14),
    ),
    Pattern(
        "iban",
        "an IBAN without spaces: form by country, check digits",
        ("GB82WEST12345698765432", "DE89370400440532013000"),
        ("GB82WEST12345698765433", "GB00WEST12345698765432", "GB82 WEST 1234 5698 7654 32"),
        is_iban,
    ),
    Pattern(
        "isbn",
        "an ISBN of 10 or 13 digits without hyphens",
        ("0306406152", "9780306406157", "9791090636071"),
        ("0306406153", "9790260000438", "0000000000"),
        _is_isbn,
    ),
    Pattern("iso_date", "a date such as 2026-03-09", ("2026-03-09",), ("2026-02-30", "20260309"), _is_date),
    Pattern(
        "iso_datetime",
        "a date and time with seconds and an offset",
        ("2026-03-09T10:13:58Z", "2026-03-09T10:13:58.250+01:00"),
        ("2026-03-09T10:13:58", "2026-03-09 10:13:58Z"),
        _is_datetime,
    ),
    Pattern(
        "phone",
        "a telephone number in E.164: + and 7 to 15 digits, no spaces",
        ("+441174960181",),
        ("0117 496 0181", "+0117496018"),
        _whole(r"\+[1-9][0-9]{6,14}"),
    ),
    Pattern(
        "postcode_ca",
        "a Canadian postcode",
        ("K1A 0B1",),
        ("K1A0B1", "D1A 0B1"),
        _whole(r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] [0-9][ABCEGHJ-NPRSTV-Z][0-9]"),
    ),
    Pattern("postcode_de", "a German postcode", ("04109",), ("4109", "00109"), _whole("(?!00)[0-9]{5}")),
    Pattern(
        "postcode_gb",
        "a British postcode in capitals, one space",
        ("BS1 4RW", "SW1A 1AA"),
        ("BS14RW",),
        _whole(_GB),
    ),
    Pattern(
        "postcode_nl",
        "a Dutch postcode",
        ("1012 AB",),
        ("0012 AB", "1012AB", "1012 SS"),
        _whole("[1-9][0-9]{3} (?!SA|SD|SS)[A-Z]{2}"),
    ),
    Pattern(
        "postcode_us",
        "a ZIP or ZIP+4 code",
        ("94103", "94103-1234"),
        ("9410", "941031234", "00000"),
        _whole("(?!000)[0-9]{5}(?:-[0-9]{4})?"),
    ),
    Pattern("sscc", "an SSCC, 18 digits", ("106141412345678908",), ("106141412345678909",), _gs1_of(18)),
    Pattern("upc", "a UPC-A, 12 digits", ("036000291452",), ("036000291453", "5901234123457"), _gs1_of(12)),
    Pattern(
        "url",
        "a web address: http or https, a host with a dot or an IP address; letters of any script",
        (
            "https://example.com/a?b=1",
            "HTTPS://Example.com",
            "https://anna:secret@example.com:8443/",
            "http://192.0.2.7/a",
            "http://[2001:db8::7]:8080/",
            "https://img_1.example.com/",
            "https://müller.example/größe?ö=ä",
        ),
        (
            *("example.com", "https://localhost/", "https://example.com/a b", "http://192.0.2.256/"),
            *(
                "http://[2001:db8::7",
                "https://example.com:65536/",
                "https://a@b@example.com/",
                "ftp://example.com",
            ),
        ),
        _is_url,
    ),
    Pattern(
        "uuid",
        "a UUID with hyphens",
        ("123e4567-e89b-12d3-a456-426614174000",),
        ("123e4567e89b12d3a456426614174000",),
        _whole("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    ),
    Pattern(
        "vat",
        f"a VAT number with its prefix ({' '.join(PREFIXES)}), its check digits computed",
        ("DE136695976", "GB980780684"),
        ("DE136695977", "136695976", "GB 980 7806 84"),
        is_vat,
    ),
)
#: Name -> pattern.
PATTERNS: Mapping[str, Pattern] = {pattern.name: pattern for pattern in _ALL}


@lru_cache(maxsize=64)
def prepare_matches(pattern: str) -> Callable[[str], bool]:
    """The test of the pattern called `pattern`.

    Raises:
        EvalError: CW-ARGUMENT, with the nearest name, when there is none.
    """
    return named(pattern, PATTERNS, "pattern").test


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "MATCHES",
        (text(), literal_text("pattern")),
        BOOLEAN,
        "Whether a text is what a name says: an e-mail address, an IBAN, an EAN and so on.",
        (
            Example("MATCHES(email, 'email')", True, given={"email": "priya.raman@example.com"}),
            Example("MATCHES('GB82WEST12345698765432', 'iban')", True),
            Example("MATCHES('5901234123458', 'ean')", False),
            Example("MATCHES('a', 'emial')", fails="CW-FORMULA-ARGUMENT"),
        ),
        prepare=prepare_matches,
        note="The whole text must be so, without spaces around it. Names: "
        + "; ".join(f"{pattern.name}: {pattern.description}" for pattern in _ALL)
        + ". Not in PostgreSQL.",
        cost=24,
    ),
)
