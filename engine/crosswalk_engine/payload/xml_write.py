"""XML text from records: which elements a document has, and the escaping that keeps every value as it is.

`write_xml` walks a plan; the mapping layer compiles the same plan to straight code, and both give the same
text. One document is one line, so that many of them are a file of lines.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crosswalk_engine.errors import ConfigError, RecordError, masked
from crosswalk_engine.payload.paths import format_path

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
NIL = ' xsi:nil="true"'
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAME = re.compile(r"[^\W\d][\w.\-]*", re.UNICODE)
#: What no XML 1.0 document can hold, not even escaped.
_NEVER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Line ends are escaped too: a raw one would be read as a plain ``\\n``, and would end the line.
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;"}
_ATTRIBUTE = _TEXT | {'"': "&quot;", "\t": "&#9;"}
_IN_TEXT, _IN_ATTRIBUTE = str.maketrans(_TEXT), str.maketrans(_ATTRIBUTE)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a document.

    Attributes:
        key: its name in records; what stands behind a ``#`` tells siblings of one name apart.
        attributes: keys of its attributes, ``@name``.
        text: whether it has ``#text`` beside them; it then stands or falls with that text.
        children: in the order of the document.
        many: whether records hold a list of it.
    """

    key: str
    attributes: tuple[str, ...] = ()
    text: bool = False
    children: "tuple[Element, ...]" = ()
    many: bool = False

    @property
    def name(self) -> str:
        """As it is written."""
        return self.key.partition("#")[0]

    @property
    def leaf(self) -> bool:
        """Whether records hold just its text."""
        return not (self.attributes or self.text or self.children)


@dataclass(frozen=True, slots=True)
class XmlPlan:
    """The form of a document: its root, the constant attributes of the root, and how null is written."""

    root: Element
    constants: tuple[tuple[str, str], ...] = ()
    nil: bool = False

    @property
    def opening(self) -> str:
        """The root's start tag up to its own attributes."""
        shown = "".join(f' {name}="{escape_attribute(value)}"' for name, value in self.constants)
        return f"<{self.root.name}{shown}"


def check_name(name: str, prefixes: Mapping[str, str], where: str) -> None:
    """Refuses what cannot be the name of an element or attribute.

    Raises:
        ConfigError: CW-XML-NAME.
    """
    prefix, colon, local = name.rpartition(":")
    known = not colon or prefix in prefixes or prefix in ("xml", "xsi")
    if _NAME.fullmatch(local) and known:
        return
    raise ConfigError(
        "CW-XML-NAME",
        "this cannot be a name in XML" if known else "a prefix is not declared",
        where=where,
        got=f"'{masked(name)}'",
        expected="a letter or _, then letters, digits, . - _" if known else "",
        fix="" if known else f"declare it under prefixes: {{{prefix}: …}}",
    )


def write_xml(plan: XmlPlan, record: Mapping[str, Any]) -> str:
    """The document of `record`, without a declaration.

    Raises:
        RecordError: CW-XML-CHAR, with the path of a character that XML has no place for.
    """
    root, opening = plan.root, plan.opening
    try:
        attributes = _attributes(root, record)
        text = record.get("#text") if root.text else None
        inner = ("" if text is None else escape_text(as_text(text))) + _children(plan, root, record)
    except NeverError as error:
        raise never(record) from error
    return f"{opening}{attributes}>{inner}</{root.name}>"


class NeverError(ValueError):
    """A text holds a character that XML has no place for."""


def as_text(value: Any) -> str:
    """A single value as XML writes it: ``true`` and ``false``, decimals by their digits, ISO dates.

    Raises:
        TypeError: for lists and objects.
    """
    if value.__class__ is str:
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def escape_text(text: str) -> str:
    """`text` for an element's content.

    Raises:
        NeverError: it holds what XML has no place for.
    """
    if _NEVER.search(text):
        raise NeverError
    return text.translate(_IN_TEXT)


def escape_attribute(text: str) -> str:
    """`text` for an attribute in double quotes; raises as `escape_text`."""
    if _NEVER.search(text):
        raise NeverError
    return text.translate(_IN_ATTRIBUTE)


def never(record: Any) -> RecordError:
    """The fault of a record that holds a character which XML has no place for, with its path."""
    path, character = next(_never(record, ()), ("", ""))
    return RecordError(
        "CW-XML-CHAR",
        "XML has no place for a control character",
        where=path,
        got=f"U+{ord(character):04X}" if character else "",
        fix="take it out with a formula, or at the source",
    )


def _never(value: Any, names: tuple[str, ...], place: str = "") -> Any:
    if isinstance(value, str):
        match = _NEVER.search(value)
        if match:
            yield place, match.group()
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            name = format_path(key)
            yield from _never(inner, (), f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _never(inner, (), f"{place}[{index}]")


def _children(plan: XmlPlan, element: Element, fields: Mapping[str, Any]) -> str:
    return "".join(_element(plan, child, fields) for child in element.children)


def _element(plan: XmlPlan, element: Element, fields: Mapping[str, Any]) -> str:
    if element.key not in fields:
        return ""
    value = fields[element.key]
    if element.many:
        return "".join(_one(plan, element, one, keep=True) for one in value or ())
    return _one(plan, element, value, keep=False)


def _one(plan: XmlPlan, element: Element, value: Any, *, keep: bool) -> str:
    name = element.name
    if value is None:
        return f"<{name}{NIL}></{name}>" if plan.nil else ""
    if element.leaf:
        return f"<{name}>{escape_text(as_text(value))}</{name}>"
    attributes = _attributes(element, value)
    text = value.get("#text") if element.text else None
    inner = ("" if text is None else escape_text(as_text(text))) + _children(plan, element, value)
    if element.text and text is None and not element.children:
        return f"<{name}{attributes}{NIL}></{name}>" if plan.nil else ""
    if not (attributes or inner or keep or text is not None):
        return ""
    return f"<{name}{attributes}>{inner}</{name}>"


def _attributes(element: Element, fields: Mapping[str, Any]) -> str:
    return "".join(
        f' {key[1:]}="{escape_attribute(as_text(fields[key]))}"'
        for key in element.attributes
        if fields.get(key) is not None
    )
