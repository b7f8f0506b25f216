"""What is wrong with XML, said so that a person can mend it."""

from xml.parsers import expat

from crosswalk_engine.errors import RecordError, masked
from crosswalk_engine.payload.text import UnreadableTextError, decode

_ERRORS = expat.errors.codes
_CODE = {name: _ERRORS[getattr(expat.errors, name)] for name in dir(expat.errors) if name.startswith("XML_")}
#: A second document begins behind the root's end.
SECOND_DOCUMENT = frozenset({_CODE["XML_ERROR_JUNK_AFTER_DOC_ELEMENT"], _CODE["XML_ERROR_MISPLACED_XML_PI"]})
_INVALID = _CODE["XML_ERROR_INVALID_TOKEN"]
_TRUNCATED = frozenset(
    _CODE[f"XML_ERROR_{name}"]
    for name in ("NO_ELEMENTS", "UNCLOSED_TOKEN", "PARTIAL_CHAR", "UNCLOSED_CDATA_SECTION", "ASYNC_ENTITY")
)
_SAID = {
    "XML_ERROR_UNDEFINED_ENTITY": (
        "CW-XML-ENTITY",
        "an entity is not one of the five that XML has of itself",
        "write the character itself, or &amp; for an ampersand",
    ),
    "XML_ERROR_BAD_CHAR_REF": ("CW-XML-CHAR", "a character reference names no character of XML", "remove it"),
    "XML_ERROR_TAG_MISMATCH": ("CW-XML-SYNTAX", "an end tag does not match the open element", "close it"),
    "XML_ERROR_DUPLICATE_ATTRIBUTE": (
        "CW-XML-SYNTAX",
        "an attribute stands twice in one element",
        "keep one of the two",
    ),
    "XML_ERROR_SYNTAX": ("CW-XML-SYNTAX", "text stands outside of a document", "remove it"),
    "XML_ERROR_JUNK_AFTER_DOC_ELEMENT": (
        "CW-XML-SYNTAX",
        "text follows the end of the document",
        "remove it",
    ),
}
_BY_CODE = {_CODE[name]: said for name, said in _SAID.items()}


def bad_xml(
    code: str, what: str, where: str, *, got: str = "", expected: str = "", fix: str = ""
) -> RecordError:
    """A fault of XML at ``file:line:column``."""
    return RecordError(code, what, where=where, got=got, expected=expected, fix=fix)


def syntax_fault(error: expat.ExpatError, where: str, declared: str | None, after: bytes) -> RecordError:
    """The parser's complaint; `after` is what stands from the fault on, `declared` the stated encoding."""
    number = error.code
    if number in _BY_CODE:
        code, what, fix = _BY_CODE[number]
        got = _first_word(after) if code == "CW-XML-ENTITY" else ""
        return bad_xml(code, what, where, got=got, fix=fix)
    if number == _CODE["XML_ERROR_UNBOUND_PREFIX"]:
        return bad_xml(
            "CW-XML-PREFIX",
            "a prefix is not declared",
            where,
            got=_prefixes(after),
            fix='declare it, e.g. xmlns:p="…", at the root',
        )
    if number == _CODE["XML_ERROR_UNKNOWN_ENCODING"]:
        return unknown_encoding(where, declared)
    if number == _CODE["XML_ERROR_INCORRECT_ENCODING"]:
        got = f"encoding {masked(declared or 'unknown')}"
        what = "the bytes are not of the declared encoding"
        return bad_xml("CW-XML-ENCODING", what, where, got=got, fix="save it as UTF-8")
    if number == _INVALID and (found := _not_utf8(after, declared)):
        return bad_xml("CW-XML-ENCODING", "the text is not of the declared encoding", where, got=found,
                       fix="save it as UTF-8, or declare its encoding")  # fmt: skip
    if number == _INVALID and after[:1] and after[0] < 0x20 and after[:1] not in b"\t\r\n":
        got = f"U+{after[0]:04X}"
        return bad_xml(
            "CW-XML-CHAR", "XML has no place for a control character", where, got=got, fix="remove it"
        )
    if number in _TRUNCATED:
        return bad_xml(
            "CW-XML-TRUNCATED", "the XML ends before it is complete", where, fix="fetch or copy it whole"
        )
    return bad_xml("CW-XML-SYNTAX", f"this is not well-formed XML: {expat.ErrorString(number)}", where)


def unknown_encoding(where: str, declared: str | None) -> RecordError:
    """The fault of a document that declares an encoding which is not read."""
    return bad_xml(
        "CW-XML-ENCODING",
        "the declared encoding is not read",
        where,
        got=f"encoding {masked(declared or 'unknown')}",
        expected="UTF-8",
        fix="save it as UTF-8",
    )


def _not_utf8(after: bytes, declared: str | None) -> str:
    if (declared or "utf-8").lower() not in ("utf-8", "utf8"):
        return ""
    try:
        decode(after[:4096].rpartition(b"\n")[0] or after[:64])
    except UnreadableTextError as error:
        if error.code == "ENCODING":
            return error.got.partition(" at ")[0] + ";" + error.got.partition(";")[2]
    return ""


def _first_word(after: bytes) -> str:
    return masked(after[:40].partition(b";")[0].decode("utf-8", "replace") + ";", 40)


def _prefixes(after: bytes) -> str:
    """The prefixes of the tag that begins here, without any value of it."""
    tag = after[:2000].partition(b">")[0].decode("utf-8", "replace")
    words = [word.partition("=")[0] for word in tag.lstrip("</").split()]
    found = dict.fromkeys(
        word.partition(":")[0] for word in words if ":" in word and not word.startswith(("xmlns", "xml:"))
    )
    return masked(", ".join(f"'{prefix}:'" for prefix in found))
