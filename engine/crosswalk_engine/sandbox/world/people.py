"""Invented people and firms. Telephone numbers are of ranges kept for fiction, mail domains are reserved."""

import unicodedata
from dataclasses import dataclass
from functools import cache

from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.places import COUNTRIES
from crosswalk_engine.sandbox.world.tables import read_table

_DOMAINS = ("example.com", "example.net", "example.org")
_SALUTATIONS = {
    "women": {"Ms": 0.6, "Mrs": 0.2, "Dr": 0.05, "": 0.15},
    "men": {"Mr": 0.8, "Dr": 0.05, "": 0.15},
}

#: Area codes and first digits, national and without a leading zero, of number ranges kept for fiction:
#: GB 0xxx 496 0xxx, US xxx 555-01xx, IE 020 91x xxxx, FR 01 99 00 and others, DE 030 23125 xxx and others.
#: NL, BE and CH have none: a subscriber's number there cannot begin with 0, so ours do.
_PHONES = {
    "GB": tuple(f"{area} 4960" for area in (113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161)),
    "US": tuple(
        f"{area} 55501"
        for area in (
            *(206, 212, 213, 214, 215, 303, 312, 404, 412, 415, 503, 505, 512, 608, 612, 614, 615, 617, 619),
            *(713, 718, 734, 773, 802, 828, 843, 860, 912),
        )
    ),
    "IE": ("20 91",),
    "FR": ("1 9900", "2 6191", "3 5301", "4 6571", "5 3649"),
    "DE": ("30 23125", "221 4710", "40 66969", "69 90009", "89 99998"),
    "NL": ("20 012",),
    "BE": ("2 055",),
    "CH": ("44 055",),
}
_NATIONAL_DIGITS = {"GB": 10, "US": 10, "IE": 9, "FR": 9, "DE": 10, "NL": 9, "BE": 8, "CH": 9}

#: Multiplying by a prime scatters neighbouring numbers and keeps different ones apart, up to `_SCATTER`.
_PRIME, _SCATTER = 7_919, 100_003


@dataclass(frozen=True, slots=True)
class Person:
    """A person as first typed. `phone` is national digits without a leading zero."""

    salutation: str
    first: str
    last: str
    email: str
    phone: str
    country: str

    @property
    def full(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Firm:
    """A business customer; `in_m3` tells whether M3 has it before any sync."""

    contact: int
    name: str
    country: str
    town: str
    terms: int
    currency: str
    in_m3: bool


@cache
def firms() -> tuple[Firm, ...]:
    """All business customers."""
    return tuple(
        Firm(
            contact=int(row["contact"]),
            name=row["name"],
            country=row["country"],
            town=row["town"],
            terms=int(row["terms"]),
            currency=row["currency"],
            in_m3=row["in_m3"] == "yes",
        )
        for row in read_table("companies")
    )


@cache
def _names(country: str) -> dict[str, tuple[str, ...]]:
    row = next(row for row in read_table("names") if row["country"] == country)
    return {column: tuple(row[column].split(";")) for column in ("women", "men", "last")}


def plain(text: str) -> str:
    """`text` in lower-case ASCII letters and digits: the part of a mail address."""
    text = text.lower().replace("ß", "ss").replace("ø", "o")
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


def draw_person(draw: Draw, country: str, number: int, domain: str = "") -> Person:
    """A person of `country`; another `number` means another mail address and, mostly, another telephone.

    With `domain`, the mail address is at work.
    """
    names = _names(country)
    sex = draw.weighted({"women": 0.56, "men": 0.44})
    first, last = draw.pick(names[sex]), draw.pick(names["last"])
    scattered = number * _PRIME % _SCATTER
    local = f"{plain(first)}.{plain(last)}"
    if not domain:
        styles = (
            f"{local}{scattered}",
            f"{plain(first)[0]}.{plain(last)}{scattered}",
            f"{plain(first)}{scattered}",
        )
        local = draw.pick(styles)
    email = f"{local}@{domain or draw.pick(_DOMAINS)}"
    return Person(draw.weighted(_SALUTATIONS[sex]), first, last, email, _phone(country, scattered), country)


def _phone(country: str, scattered: int) -> str:
    """National digits: one of the country's ranges, filled up from `scattered`."""
    ranges = _PHONES[country]
    prefix = ranges[scattered % len(ranges)].replace(" ", "")
    missing = _NATIONAL_DIGITS[country] - len(prefix)
    return prefix + f"{scattered // len(ranges) % 10**missing:0{missing}d}"


def firm_domain(firm: Firm) -> str:
    """The firm's mail domain under the reserved top-level name ``.example``."""
    return f"{plain(firm.name.split(' & ')[0])[:24]}.example"


def typed_phone(draw: Draw, phone: str, country: str) -> str:
    """`phone` as a person types it: national with spaces, international, or bare digits."""
    style = draw.weighted({"spaced": 0.6, "international": 0.22, "bare": 0.18})
    if country == "US":
        parts = (phone[:3], phone[3:6], phone[6:])
        shown = {"spaced": "({}) {}-{}", "international": "+1 {} {} {}", "bare": "{}{}{}"}
        return shown[style].format(*parts)
    code = COUNTRIES[country][3]
    area = next(len(a) for a in (r.split()[0] for r in _PHONES[country]) if phone.startswith(a))
    head, tail = phone[:area], phone[area:]
    if style == "international":
        return f"+{code} {head} {tail[:3]} {tail[3:]}"
    if style == "bare":
        return f"0{head}{tail}"
    return f"0{head} {tail[:3]} {tail[3:]}"
