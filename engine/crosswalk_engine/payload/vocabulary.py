"""Vocabularies: the few words that a field chooses from, such as a status, a currency or a country code.

A shape keeps the values of such fields, so that a new one is noticed; of all other fields it keeps none. So
this errs on one side: what might name a person, a record or a secret is no vocabulary, whatever its counts.
"""

import re
from collections.abc import Callable, Mapping

from crosswalk_engine.payload.paths import parse_path
from crosswalk_engine.payload.personal import is_about_people, is_personal, looks_personal, words_of
from crosswalk_engine.payload.secrets import looks_secret, names_secret

#: A person can look through so many values; a longer list is a table, and belongs into a lookup.
MOST_VALUES = 20
#: Fewer samples say too little: with 30 a value that one record in ten has is missed in 4 of 100 cases.
FEWEST_SAMPLES = 30
#: Each value must come three times on average, or the field does not repeat itself.
SAMPLES_A_VALUE = 3
#: How likely the next record brings a new value, by Good and Turing's estimate (values seen once / samples,
#: I. J. Good 1953). Above this the list is not complete, and each new value would be no news.
MOST_LIKELY_NEW = 0.05
#: Codes and labels are short; free text is not. Characters and words.
LONGEST_VALUE = 30
MOST_WORDS = 3
#: More digits than this name one thing (an order, an item), not a kind of thing.
MOST_DIGITS = 3

#: Codes: capitals, or small letters, with digits and signs between; no text that somebody writes as a name.
_CODE = re.compile(r"[A-Z0-9]+(?:[_./+-][A-Z0-9]+)*|[a-z0-9]+(?:[_./+-][a-z0-9]+)*")
_CAPITALS = re.compile(r"[A-Z0-9]+(?:[_./+-][A-Z0-9]+)*")
#: Words at the end of a field's name: it holds the key of a record, or text that somebody wrote.
_NO_VOCABULARY_LAST = frozenset(
    {
        "id", "ids", "uuid", "guid", "key", "no", "nr", "number", "ref", "reference", "sku", "ean", "upc",
        "gtin", "isbn", "barcode", "hash", "digest", "url", "link", "note", "notes", "comment",
        "comments", "message", "description", "text", "subject", "title", "salutation", "signature",
        "initials", "by", "login", "user", "username", "owner", "assignee", "author", "buyer", "seller",
        "agent", "driver", "recipient", "sender", "birthday", "birthdate", "passport", "iban", "vat",
        "ssn", "religion", "gender", "sex", "rep", "reps", "representative", "nick", "nickname", "alias",
        "contact", "customer", "person", "people", "manager", "clerk", "operator", "handler", "approver",
        "picker", "packer", "cashier", "salesman", "worker", "member", "supplier", "company", "firm",
        "attn", "attention",
    }
)  # fmt: skip
#: Words anywhere in a field's path: below them stands what belongs to a person or a place.
_NO_VOCABULARY_WITHIN = frozenset(
    {
        "person", "people", "staff", "employee", "user", "owner", "assignee", "author", "salesperson",
        "recipient", "city", "town", "postcode", "zip", "postal", "birth", "password", "phone", "mail",
        "email",
    }
)  # fmt: skip
#: A name is a word to choose when it is the name of one of these; else it may be anybody's.
#: A field whose name has one of these words may have labels of any form ("Ready for ERP"); any other, codes.
_NAMES_OF = frozenset(
    {
        "status", "state", "type", "kind", "class", "category", "group", "channel", "mode", "method", "level",
        "priority", "reason", "option", "term", "terms", "currency", "country", "language", "unit", "format",
    }
)  # fmt: skip
#: Two or more capitalised words side by side may be a person's name.
_LIKE_A_NAME = re.compile(r"[^\W\d_]*[A-ZÀ-ÞŁŚŻŽČŠ]\.?[^\W\d_]+(?:[ -][A-ZÀ-ÞŁŚŻŽČŠ][^\W_]*\.?)+")


def may_be_word(text: str) -> bool:
    """Whether one value could belong to a vocabulary: a short code or label with a letter in it."""
    return (
        0 < len(text) <= LONGEST_VALUE
        and text.isprintable()
        and text.strip() == text
        and not looks_personal(text)
        and "@" not in text
        and "://" not in text
        and any(map(str.isalpha, text))
        and sum(map(str.isdigit, text)) <= MOST_DIGITS
        and len(text.split()) <= MOST_WORDS
        and not _LIKE_A_NAME.fullmatch(text)
    )


def may_have_vocabulary(path: str) -> bool:
    """Whether a field's path allows that its values are kept."""
    if not path or is_personal(path):
        return False
    names = parse_path(path).names
    words = [list(words_of(name)) for name in names]
    last = words[-1]
    if not last or last[-1] in _NO_VOCABULARY_LAST or names_secret(names[-1]):
        return False
    if last[-1] in ("name", "names"):
        owner = last[:-1] or (words[-2] if len(words) > 1 else [])
        return bool(owner) and owner[-1] in _NAMES_OF
    return not any(word in _NO_VOCABULARY_WITHIN for name in words for word in name)


def vocabulary(path: str, counts: Mapping[str, int] | None, samples: int) -> tuple[str, ...]:
    """The values of the field at `path`, sorted, when it has a vocabulary; else none.

    `counts` says how often each text came; `samples` how many non-blank values the field had.
    """
    if not counts or samples < FEWEST_SAMPLES or len(counts) > min(MOST_VALUES, samples // SAMPLES_A_VALUE):
        return ()
    once = sum(count == 1 for count in counts.values())
    if once > MOST_LIKELY_NEW * samples or not may_have_vocabulary(path):
        return ()
    may_be = _form(path)
    if may_be is None or any(
        not may_be(text) or not may_be_word(text) or looks_secret(text) for text in counts
    ):
        return ()
    return tuple(sorted(counts))


def _form(path: str) -> Callable[[str], object] | None:
    """Which texts may be values of the field: any labels, or codes; below a person, few codes or none."""
    *above, last = parse_path(path).names
    owner = words_of(above[-1]) if above and words_of(last)[-1:] in (("name",), ("names",)) else ()
    is_choice = not _NAMES_OF.isdisjoint((*words_of(last), *owner[-1:]))
    if any(is_about_people(name) for name in above):
        return _CAPITALS.fullmatch if is_choice else None
    return bool if is_choice else _CODE.fullmatch
