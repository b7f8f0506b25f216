"""Which fields and values belong to a person: they stand in no message, log or release."""

import re
from functools import lru_cache

from crosswalk_engine.errors import masked
from crosswalk_engine.payload.paths import parse_path

#: Names in paths that hold what must not stand in messages: people's names, e-mail, phone, street.
_PERSONAL = re.compile(
    r"(?i).*(full|first|last|sur|given|family|middle|contact|customer|person|nick)_?name|.*e_?mails?.*"
    r"|.*phones?|mobile|fax|nick|.*street.*|address_?line.*|line_?[0-9]|cunm|cua[0-9]|yref|phno|phn2|tfno|mail"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
#: The last word of an object's name that is about a person (or a firm that may be one).
_PEOPLE = frozenset(
    {
        "contact", "contacts", "customer", "customers", "person", "persons", "people", "delivery", "billing",
        "invoice", "shipping", "ship", "bill", "recipient", "consignee", "buyer", "seller", "payer", "owner",
        "user", "users", "staff", "employee", "employees", "member", "members", "author", "rep", "agent",
        "assignee", "driver", "supplier", "party", "parties", "client", "patient", "guest", "subscriber",
    }
)  # fmt: skip
#: The last word of a field that holds who somebody is.
_WHO = frozenset(
    {
        "agent", "assignee", "attn", "author", "driver", "nick", "nickname", "owner", "recipient", "rep",
        "salesman", "salesperson", "signature",
    }
)  # fmt: skip
#: The name of one of these is no person's, whoever it belongs to (``customer.group.name``).
NAMED_THINGS = frozenset(
    {
        "status", "state", "type", "kind", "class", "category", "group", "channel", "mode", "method", "level",
        "priority", "reason", "option", "term", "terms", "currency", "country", "language", "unit", "format",
        "warehouse", "product", "item", "project", "department", "organisation", "organization", "company",
    }
)  # fmt: skip
_EMAIL = re.compile(r"[^@\s:]+@[^@\s]+(?:\.\w|…)")
#: International (+44 …, 0044 …), with brackets, national with its 0, and the American form.
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d[\d\s()./-]{6,18}\d|00[1-9]\d+[\s./-][\d\s()./-]{4,14}\d"
    r"|\(\d+\)[\d\s./-]{4,14}\d|0[1-9]\d*[\s/-][\d\s/-]{4,12}\d|0[1-9]\d{8,9}"
    r"|\d{3}[. -]\d{3}[. -]\d{4})(?![\w.-])"
)
_FEWEST_DIGITS = 8


def words_of(name: str) -> tuple[str, ...]:
    """The words of a field's name in small letters: ``shipToParty`` has three."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def is_about_people(name: str) -> bool:
    """Whether what lies below an object of this name is a person's."""
    words = words_of(name)
    return bool(words) and (words[-1] in _PEOPLE or words[-2:] in (("ship", "to"), ("bill", "to")))


@lru_cache(maxsize=4096)
def is_personal(path: str) -> bool:
    """Whether a path names what belongs to a person: its values are masked in messages."""
    names = parse_path(path).names
    if any(_PERSONAL.fullmatch(name) for name in names):
        return True
    *above, last = names
    if not _WHO.isdisjoint(words_of(last)[-1:]):
        return True
    if last.lower() not in ("name", "names", "name1", "name2") or not above:
        return False
    thing = words_of(above[-1])[-1:]
    return not NAMED_THINGS.intersection(thing) and any(is_about_people(name) for name in above)


def looks_personal(text: str) -> bool:
    """Whether a text holds what has the form of an e-mail address or of a phone number."""
    if _EMAIL.search(text):
        return True
    return any(sum(map(str.isdigit, found[0])) >= _FEWEST_DIGITS for found in _PHONE.finditer(text))


def shown_value(value: object, limit: int = 80, *, personal: bool = False) -> str:
    """`value` for a message, as `masked`; of what is a person's, or looks so, only its length."""
    text = str(value)
    return f"({len(text)} characters)" if text and (personal or looks_personal(text)) else masked(text, limit)
