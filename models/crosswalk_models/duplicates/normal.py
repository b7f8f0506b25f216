"""Values in comparable form, by role: what two people write differently for the same thing becomes equal."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from crosswalk_models.duplicates.roles import Role

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_LEGAL = re.compile(
    r"\b(ltd|limited|llc|llp|lp|inc|incorporated|corp|corporation|co|company|plc|gmbh|ag|kg|ohg|ug|sa|sas|sarl|srl|"
    r"spa|bv|nv|oy|ab|as|aps|pty|pte|the)\b"
)
#: Street words and their short forms (both conventions meet in the short one).
_STREET = {
    "street": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln", "close": "cl", "drive": "dr",
    "court": "ct", "place": "pl", "crescent": "cres", "way": "wy", "north": "n", "south": "s", "east": "e",
    "west": "w", "boulevard": "blvd", "square": "sq", "terrace": "ter", "highway": "hwy", "parkway": "pkwy",
    "circle": "cir", "circuit": "cct", "gardens": "gdns", "apartment": "apt", "suite": "ste", "saint": "st",
    "strasse": "str", "straße": "str",
}  # fmt: skip
#: Nicknames and the name they stand for.
_NICKNAME_TABLE = """
william: bill will billy willy; robert: bob rob bobby robbie; richard: dick rick rich;
elizabeth: liz beth lizzie eliza betty; margaret: peggy maggie meg; james: jim jimmy jamie; john: jack johnny;
katherine: kate katie kathy; catherine: cathy; michael: mike mick; thomas: tom tommy; christopher: chris kit;
jennifer: jen jenny; patricia: pat patty trish; joseph: joe joey; charles: charlie chuck; daniel: dan danny;
matthew: matt; anthony: tony; steven: steve; stephen: steve; andrew: andy drew; edward: ted ed eddie;
samuel: sam sammy; benjamin: ben; alexander: alex sandy; nicholas: nick; susan: sue; deborah: deb debbie;
rebecca: becky; victoria: vicky; abigail: abby; peter: pete; gregory: greg; timothy: tim; jonathan: jon;
frederick: fred; lawrence: larry; ronald: ron; donald: don; kenneth: ken; stephanie: steph; kimberly: kim;
jessica: jess; alexandra: alex; theodore: ted; walter: walt; philip: phil; leonard: len; raymond: ray;
vincent: vince; david: dave; gerald: gerry; geoffrey: geoff; dorothy: dot dolly; henry: harry hal;
martin: marty
"""
_NICKNAMES = {
    nick: entry.split(":")[0].strip()
    for entry in _NICKNAME_TABLE.split(";")
    for nick in entry.split(":")[1].split()
}


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Lower case, no accents, letters and digits only, single blanks."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", text.lower()).strip()


def _code(text: str) -> str:
    return _NOT_WORD.sub("", folded(text))


def _phone(text: str) -> str:
    """The last nine digits: country prefixes and the leading zero fall away."""
    digits = "".join(c for c in text if c.isdigit())
    return digits[-9:] if len(digits) >= 5 else ""


def _email(text: str) -> str:
    return text.strip().lower() if "@" in text else ""


def _company(text: str) -> str:
    bare = _LEGAL.sub(" ", folded(text))
    return " ".join(bare.split()) or folded(text)


def _street(text: str) -> str:
    return " ".join(_STREET.get(word, word) for word in folded(text).split())


def _date(text: str) -> str:
    """Year, month, day as eight digits where they can be read, else the digits as they stand."""
    day_first = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text.strip())
    if day_first:
        return f"{day_first[3]}{int(day_first[2]):02d}{int(day_first[1]):02d}"
    return "".join(c for c in text if c.isdigit())[:8]


def _price(text: str) -> str:
    found = re.search(r"\d[\d,]*\.?\d*", text)
    value = float(found[0].replace(",", "")) if found else 0.0
    return f"{value:.2f}" if value else ""


_NORMAL: dict[Role, Callable[[str], str]] = {
    Role.EMAIL: _email, Role.PHONE: _phone, Role.DATE: _date, Role.CODE: _code, Role.NUMBER: _code,
    Role.POSTCODE: _code, Role.COMPANY: _company, Role.STREET: _street, Role.PRICE: _price,
}  # fmt: skip


def normal(text: str, role: Role) -> str:
    """`text` in the comparable form of `role`; blank when it says nothing."""
    return _NORMAL.get(role, folded)(text) if text else ""


def formal_name(given: str) -> str:
    """The name that a nickname stands for; other names as they are. Takes folded names."""
    first, _, rest = given.partition(" ")
    return f"{_NICKNAMES.get(first, first)} {rest}".strip()
