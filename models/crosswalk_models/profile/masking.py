"""Masking of personal values: the form stays visible, the person does not.

A field is personal when its name says so (name, e-mail, phone, street …) or its values look like e-mail
addresses or phone numbers. Postcodes, towns and countries stay readable: without a name they name nobody.
"""

import re
from functools import lru_cache

from crosswalk_models.matching.names import split_words

#: Words of field names that hold personal data. `name` alone counts only beside a word for a person.
PERSONAL_WORDS = frozenset(
    [
        "email",
        "mail",
        "telephone",
        "phone",
        "mobile",
        "fax",
        "street",
        "addressline",
        "surname",
        "forename",
        "firstname",
        "lastname",
        "fullname",
        "salutation",
        "birth",
        "birthday",
        "passport",
        "iban",
    ]
)
_PERSON = frozenset(
    [
        "first",
        "last",
        "full",
        "contact",
        "customer",
        "person",
        "recipient",
        "buyer",
        "billing",
        "shipping",
        "delivery",
        "address",
        "company",
    ]
)
_CODES = re.compile(r"(?:CUNM|CUA\d|PHNO|PHN2|TFNO|MAIL|YREF|YRE2|NAME\d|STRAS|STRS2|TELF\d|TELFX|BNAME)\Z")
_LOOKS_PERSONAL = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[+(]?\d[\d\s().\-/]{7,}\d")
_DATE_LIKE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


@lru_cache(maxsize=4096)
def is_personal_name(path: str) -> bool:
    """Whether a field's path says that it holds personal data."""
    leaf = re.split(r"[./]", path.replace("[]", ""))[-1]
    if _CODES.match(leaf):
        return True
    words = split_words(leaf)
    joined = "".join(words)
    if set(words) & PERSONAL_WORDS or any(
        word in joined for word in ("addressline", "fullname", "firstname", "lastname")
    ):
        return not joined.endswith(("id", "code", "type", "status", "count"))
    if words and words[-1] == "name":
        return bool(set(words[:-1]) & _PERSON) or bool(
            set(split_words(path)) & {"address", "parties", "contact", "partner"}
        )
    return bool(re.fullmatch(r"(?:address ?(?:line)? ?)?[1-4]", " ".join(words))) or words[:2] == [
        "address",
        "line",
    ]


def looks_personal(value: str) -> bool:
    """Whether a value is an e-mail address or a phone number, whatever its field is called."""
    text = value.strip()
    if _DATE_LIKE.fullmatch(text):
        return False
    digits = sum(char.isdigit() for char in text)
    return bool(_LOOKS_PERSONAL.fullmatch(text)) and ("@" in text or (digits >= 9 and not text.isdigit()))


def mask(value: str) -> str:
    """The first character of each word, the rest dots: ``Priya Raman`` → ``P•••• R••••``."""
    return re.sub(r"(?<=\w)\w", "•", value)


def mask_value(value: str, *paths: str) -> str:
    """`value`, masked when a path or the value itself is personal; at most 80 characters."""
    shown = mask(value) if looks_personal(value) or any(is_personal_name(path) for path in paths) else value
    return shown if len(shown) <= 80 else shown[:79] + "…"
