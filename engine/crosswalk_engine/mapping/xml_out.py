"""A mapping's outputs as XML: the plan of its documents, and the writer compiled from that plan.

The writer puts markup and values in turn into one list; so all values can be looked at together, and only a
document that needs escaping anywhere is escaped value by value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.formula.compile import run_generated
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree
from crosswalk_engine.mapping.xml_code import facts, writer_code
from crosswalk_engine.payload.xml_write import (
    XSI,
    Element,
    NeverError,
    XmlPlan,
    as_text,
    check_name,
    escape_attribute,
    escape_text,
    never,
)


@dataclass
class _Draft:
    """An element whose parts are still being gathered."""

    key: str
    attributes: dict[str, None] = field(default_factory=dict)
    text: bool = False
    children: "dict[str, _Draft]" = field(default_factory=dict)
    many: bool = False

    def done(self) -> Element:
        """The finished element."""
        children = tuple(child.done() for child in self.children.values())
        return Element(self.key, tuple(self.attributes), self.text, children, self.many)


def xml_plan(tree: MappingTree) -> XmlPlan:
    """The form of the documents that `tree` gives: elements in the order of the rules.

    Raises:
        ConfigError: CW-NEEDS-XML without `target.xml`; CW-XML-NAME; CW-XML-FORM for an object keyed by id.
    """
    xml = tree.xml
    if xml is None:
        raise ConfigError(
            "CW-NEEDS-XML",
            "the mapping does not say how its outputs are written as XML",
            where=f"mapping {tree.name}",
            fix="add to its target: xml: {root: NameOfTheRoot}",
        )
    check_name(xml.root, xml.prefixes, "target.xml.root")
    root = _Draft(xml.root)
    for rule in tree.rules:
        _draft(root, rule, xml.prefixes)
    spaces = {"xmlns": xml.namespace} if xml.namespace else {}
    spaces |= {f"xmlns:{prefix}": uri for prefix, uri in xml.prefixes.items()}
    if "xsi" not in xml.prefixes and (xml.nil or _uses_xsi(root)):
        spaces["xmlns:xsi"] = XSI
    for name in xml.attributes:
        check_name(name, xml.prefixes, "target.xml.attributes")
    return XmlPlan(root.done(), tuple({**spaces, **xml.attributes}.items()), xml.nil)


def _draft(above: _Draft, rule: AnyTree, prefixes: Mapping[str, str]) -> None:
    *names, last = rule.parts
    for name in names:
        check_name(name.partition("#")[0], prefixes, rule.to)
        above = above.children.setdefault(name, _Draft(name))
    if last.startswith("@"):
        check_name(last[1:], prefixes, rule.to)
        above.attributes[last] = None
    elif last == "#text":
        above.text = True
    else:
        check_name(last.partition("#")[0], prefixes, rule.to)
        above = above.children.setdefault(last, _Draft(last))
    if isinstance(rule, EachTree):
        if rule.keyed_by is not None:
            what = "an object keyed by id has no form in XML"
            raise ConfigError(
                "CW-XML-FORM", what, where=rule.to, fix="leave out `keyed_by`: lists are repeated elements"
            )
        above.many = True
        for inner in rule.rules:
            _draft(above, inner, prefixes)


def _uses_xsi(draft: _Draft) -> bool:
    own = any(name.startswith("@xsi:") for name in draft.attributes)
    return own or any(map(_uses_xsi, draft.children.values()))


class XmlWriter:
    """Outputs of one mapping as XML documents, one line each; `code` is the writer's Python text."""

    def __init__(self, tree: MappingTree) -> None:
        self.plan = xml_plan(tree)
        self.code = writer_code(self.plan, facts(tree))
        self._pieces: Callable[[Any], list[str]] = run_generated(self.code, {"as_text": as_text})["pieces"]

    def __call__(self, output: Mapping[str, Any]) -> bytes:
        """The document of one output: UTF-8, with a declaration, ending in a line break.

        Raises:
            RecordError: CW-XML-CHAR, with the path of a character that XML has no place for.
        """
        pieces = self._pieces(output)
        values = "".join(pieces[1::2])
        # Most documents hold nothing to escape, which is seen fastest in all values at once.
        special = [character for character in _SPECIAL if character in values]
        if special or not values.isprintable():
            try:
                _escape(pieces, special if values.isprintable() else None)
            except NeverError as error:
                raise never(output) from error
        return "".join(pieces).encode()


#: What is escaped somewhere, among the characters that can be printed.
_SPECIAL = ("&", "<", ">", '"')


def _escape(pieces: list[str], special: list[str] | None) -> None:
    """Escapes the values, which stand at the odd places; only those with a `special` character, if known."""
    places: Iterable[int] = range(1, len(pieces), 2)
    if special is not None:
        places = [
            place for character in special for place, value in enumerate(pieces[1::2]) if character in value
        ]
        places = {2 * place + 1 for place in places}
    for place in places:
        within = pieces[place - 1].endswith('="')
        pieces[place] = escape_attribute(pieces[place]) if within else escape_text(pieces[place])
