"""What each column holds (its role), from its name and its values; and what kind of things the records
are."""

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from crosswalk_models.duplicates.records import Records

#: Values looked at per column.
SAMPLE = 2000
#: A column filled in fewer rows than this share is left out: it would be missing in nearly every pair.
LEAST_FILLED = 0.01


class Role(StrEnum):
    """What a column holds; the order is that of the evidence a person reads."""

    GIVEN = "given name"
    SURNAME = "surname"
    FULL_NAME = "name"
    COMPANY = "company"
    TITLE = "title"
    BRAND = "brand"
    DESCRIPTION = "description"
    EMAIL = "e-mail"
    PHONE = "phone"
    DATE = "date"
    CODE = "code"
    STREET = "street"
    NUMBER = "house number"
    CITY = "town"
    POSTCODE = "postcode"
    STATE = "state"
    COUNTRY = "country"
    PRICE = "price"
    CATEGORY = "category"
    TEXT = "text"
    IGNORED = "ignored"


class Entity(StrEnum):
    """What the records are."""

    PERSON = "person"
    COMPANY = "company"
    PRODUCT = "product"


_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
#: Patterns over the words of a column's name, joined by single blanks; the first that fits counts.
_BY_NAME = (
    (Role.IGNORED, r"\b(cluster|source|src|created|updated|modified|timestamp|record date|fax)\b"),
    (Role.FULL_NAME, r"\b(first|given)( name)?( and)? (sur|last) ?names?\b"),
    (Role.EMAIL, r"\be ?mails?\b|\bmail\b"),
    (Role.PHONE, r"\b(tele)?phones?\b|\bmobile\b|\btel\b|\bcell\b"),
    (Role.DATE, r"\bdob\b|birth ?(date|day)|date of birth|\bborn\b|\bbirth\b(?! place)"),
    (Role.CODE, r"\b(ssn|soc sec( id)?|tax id|vat( id| number| no)?|ein|duns|iban|national id)\b"),
    (Role.CODE, r"\b(isbn|ean|gtin|upc|sku|mpn|model ?(no|number|nr)?|product code)\b"),
    (Role.CODE, r"\b(part|item) ?(no|number|code)\b"),
    (Role.GIVEN, r"\b(given|first|fore|christian) ?names?\b|\bfname\b|^first$|^given$"),
    (Role.SURNAME, r"\b(sur|last|family|second) ?names?\b|\blname\b|^last$"),
    (Role.BRAND, r"\b(brand|manufacturer|maker|vendor|brew(ery)?|publisher|label)\b"),
    (Role.COMPANY, r"\b(company|organi[sz]ation|business|firm|employer)( names?)?$|\borg$"),
    (Role.COMPANY, r"\b(site|legal|trading|supplier|account|client|school|restaurant|hotel) names?$"),
    (Role.NUMBER, r"\b(street|house|building) ?(number|no|nr)\b"),
    (Role.POSTCODE, r"\b(post(al)? ?code|zip( ?code)?|postcode\w*|pc)\b"),
    (Role.CITY, r"\b(city|town|suburb|locality|birth place|place of birth|municipality)\b"),
    (Role.STATE, r"\b(state|province|county|region)\b"),
    (Role.COUNTRY, r"\bcountry\b"),
    (Role.STREET, r"\b(street|address|addr|line) ?\d*\b"),
    (Role.PRICE, r"\b(price|cost|amount|msrp|list price)\b"),
    (Role.DESCRIPTION, r"\b(description|desc|details|features|summary|notes?|abstract)\b"),
    (Role.TITLE, r"\b(title|product( name)?|item( name)?|song name|beer name)\b"),
    (Role.CATEGORY, r"\b(gender|sex|category|type|genre|style|occupation|venue|year|class)\b"),
    (Role.CATEGORY, r"\b(segment|group|department)\b"),
    (Role.CODE, r"\bid$"),
    (Role.FULL_NAME, r"\b(full ?name|contact ?name|customer ?name|person|name)\b"),
)  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_DATE = re.compile(r"\d{4}[-/.]?\d{2}[-/.]?\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_PHONE = re.compile(r"\+?[\d\s().-]{7,20}")
_PERSONAL = frozenset(
    {Role.GIVEN, Role.SURNAME, Role.EMAIL, Role.PHONE, Role.STREET, Role.DATE, Role.POSTCODE}
)


def words_of(name: str) -> str:
    """A column's name as words: ``soc_sec_id`` and ``SocSecId`` are ``soc sec id``."""
    return " ".join(word.lower() for word in _WORD.findall(name))


def find_roles(records: Records, entity: Entity | None = None) -> tuple[dict[str, Role], Entity]:
    """Each column's role, and what the records are (as told, else by the columns)."""
    roles = {name: _role(name, values) for name, values in records.columns.items()}
    kind = entity or _entity(roles)
    named = [name for name, role in roles.items() if role is Role.FULL_NAME]
    if named and kind is not Entity.PERSON:
        # "name" is what the thing is called: a company's name or a product's title.
        called = Role.COMPANY if kind is Entity.COMPANY else Role.TITLE
        taken = called in roles.values()
        for name in named:
            roles[name] = Role.TEXT if taken else called
    if kind is Entity.PRODUCT and Role.TITLE not in roles.values():
        _promote_title(roles, records)
    return roles, kind


def _role(name: str, values: Sequence[str]) -> Role:
    filled = [value.strip() for value in values[:SAMPLE] if value.strip()]
    if len(filled) < LEAST_FILLED * min(len(values), SAMPLE):
        return Role.IGNORED
    words = words_of(name)
    for role, pattern in _BY_NAME:
        if re.search(pattern, words):
            return _checked(role, filled)
    return _by_values(filled)


def _checked(role: Role, filled: list[str]) -> Role:
    """The role that the name says, unless the values contradict it."""
    if role is Role.EMAIL and _share(filled, _EMAIL) < 0.3:
        return Role.TEXT
    if role is Role.CATEGORY and len(set(filled)) > 0.5 * len(filled) and len(filled) > 50:
        return Role.TEXT
    if role is Role.FULL_NAME and _mean_words(filled) < 1.3 and len(set(filled)) < 0.2 * len(filled):
        return Role.CATEGORY
    return role


def _by_values(filled: list[str]) -> Role:
    if _share(filled, _EMAIL) > 0.5:
        return Role.EMAIL
    if _share(filled, _DATE) > 0.7:
        return Role.DATE
    distinct = len(set(filled)) / len(filled)
    if _share(filled, _PHONE) > 0.7 and distinct > 0.3:
        return Role.PHONE
    if distinct < 0.05 or (len(set(filled)) <= 20 and distinct < 0.5):
        return Role.CATEGORY
    digits = sum(any(c.isdigit() for c in value) for value in filled) / len(filled)
    if _mean_words(filled) < 1.2 and digits > 0.8 and distinct > 0.3:
        return Role.CODE
    return Role.DESCRIPTION if _mean_words(filled) > 12 else Role.TEXT


def _share(filled: list[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in filled) / len(filled)


def _mean_words(filled: list[str]) -> float:
    return sum(len(value.split()) for value in filled) / len(filled)


def _entity(roles: dict[str, Role]) -> Entity:
    held = Counter(roles.values())
    if held[Role.SURNAME] or held[Role.GIVEN]:
        return Entity.PERSON
    if held[Role.FULL_NAME] and held[Role.DATE]:
        return Entity.PERSON
    if held[Role.COMPANY] and (held[Role.STREET] or held[Role.PHONE] or held[Role.POSTCODE]):
        return Entity.COMPANY
    if held[Role.PRICE] or held[Role.BRAND] or held[Role.TITLE] or held[Role.DESCRIPTION]:
        return Entity.PRODUCT
    if held[Role.COMPANY] or any(held[role] for role in _PERSONAL):
        return Entity.COMPANY if held[Role.COMPANY] or held[Role.STREET] else Entity.PERSON
    return Entity.PRODUCT


def _promote_title(roles: dict[str, Role], records: Records) -> None:
    """The most telling text column becomes the title: the one with the most distinct values."""
    texts = [name for name, role in roles.items() if role in (Role.TEXT, Role.FULL_NAME, Role.COMPANY)]
    if texts:
        roles[max(texts, key=lambda name: len(set(records.columns[name])))] = Role.TITLE
