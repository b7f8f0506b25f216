"""A mapping's outputs as XML: the plan of its documents, and the writer compiled from that plan.

The writer puts markup and values in turn into one list; so all values can be looked at together, and only a
document that needs escaping anywhere is escaped value by value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.formula.compile import run_generated
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree
from crosswalk_engine.payload.xml_write import (
    DECLARATION,
    NIL,
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
        self.code = _code(self.plan)
        self._pieces: Callable[[Any], list[str]] = run_generated(self.code, {"as_text": as_text})["pieces"]

    def __call__(self, output: Mapping[str, Any]) -> bytes:
        """The document of one output: UTF-8, with a declaration, ending in a line break.

        Raises:
            RecordError: CW-XML-CHAR, with the path of a character that XML has no place for.
        """
        pieces = self._pieces(output)
        values = "".join(pieces[1::2])
        # Most documents hold nothing to escape, which is seen fastest in all values at once.
        if not values.isprintable() or "&" in values or "<" in values or ">" in values or '"' in values:
            try:
                _escape(pieces)
            except NeverError as error:
                raise never(output) from error
        return "".join(pieces).encode()


def _escape(pieces: list[str]) -> None:
    """Escapes the values, which stand at the odd places."""
    for at in range(1, len(pieces), 2):
        within = pieces[at - 1].endswith('="')
        pieces[at] = escape_attribute(pieces[at]) if within else escape_text(pieces[at])


class _Code:
    """Writes the function ``pieces(doc)``: markup waits in ``p`` until a value follows."""

    def __init__(self, plan: XmlPlan) -> None:
        self.plan = plan
        self.lines: list[str] = []
        self.indent = 1
        self._names = 0

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def new(self, stem: str) -> str:
        self._names += 1
        return f"{stem}{self._names}"

    def value(self, name: str, before: str, after: str) -> None:
        """Writes a value that is not null between two pieces of markup."""
        self.line(f"add(p + {before!r})")
        self.line(f"add({name} if {name}.__class__ is str else as_text({name}))")
        self.line(f"p = {after!r}")

    def attributes(self, element: Element, fields: str) -> None:
        for key in element.attributes:
            name = self.new("a")
            self.line(f"{name} = {fields}.get({key!r})")
            self.line(f"if {name} is not None:")
            self.indent += 1
            self.value(name, f' {key[1:]}="', '"')
            self.indent -= 1

    def element(self, element: Element, fields: str) -> None:
        name = self.new("v")
        if element.many:
            self.line(f"for {name} in {fields}.get({element.key!r}) or ():")
            self.indent += 1
            self.one(element, name)
            self.indent -= 1
            return
        if self.plan.nil:
            self.line(f"if {element.key!r} in {fields}:")
            self.indent += 1
        self.line(
            f"{name} = {fields}.get({element.key!r})"
            if not self.plan.nil
            else f"{name} = {fields}[{element.key!r}]"
        )
        self.one(element, name)
        self.indent -= self.plan.nil

    def one(self, element: Element, name: str) -> None:
        tag = element.name
        self.line(f"if {name} is not None:")
        self.indent += 1
        if element.leaf:
            self.value(name, f"<{tag}>", f"</{tag}>")
        elif element.text and not element.children:
            self.with_text(element, name)
        else:
            self.parent(element, name)
        self.indent -= 1
        if self.plan.nil:
            self.line(f"else: p += {f'<{tag}{NIL}></{tag}>'!r}")

    def with_text(self, element: Element, name: str) -> None:
        tag, text = element.name, self.new("t")
        self.line(f"{text} = {name}.get('#text')")
        if not self.plan.nil:
            self.line(f"if {text} is not None:")
            self.indent += 1
        self.line(f"p += {f'<{tag}'!r}")
        self.attributes(element, name)
        if self.plan.nil:
            self.line(f"if {text} is None: p += {f'{NIL}></{tag}>'!r}")
            self.line("else:")
            self.indent += 1
        self.value(text, ">", f"</{tag}>")
        self.indent -= 1

    def parent(self, element: Element, name: str) -> None:
        tag, before, kept = element.name, self.new("n"), self.new("q")
        if not element.many:
            # What has nothing in it is left out, however deep the nothing lies.
            self.line(f"{before}, {kept} = len(out), p")
        self.line(f"p += {(f'<{tag}' if element.attributes else f'<{tag}>')!r}")
        marked = self.new("m")
        self.attributes(element, name)
        if element.attributes:
            self.line("p += '>'")
        if not element.many:
            self.line(f"{marked} = p")
        self.content(element, name)
        if element.many:
            self.line(f"p += {f'</{tag}>'!r}")
        else:
            # With `nil`, markup alone may stand inside.
            self.line(f"if len(out) == {before} and p == {marked}: p = {kept}")
            self.line(f"else: p += {f'</{tag}>'!r}")

    def content(self, element: Element, name: str) -> None:
        if element.text:
            text = self.new("t")
            self.line(f"{text} = {name}.get('#text')")
            self.line(f"if {text} is not None:")
            self.indent += 1
            self.value(text, "", "")
            self.indent -= 1
        for child in element.children:
            self.element(child, name)


def _code(plan: XmlPlan) -> str:
    code = _Code(plan)
    code.line("out = []")
    code.line("add = out.append")
    code.line(f"p = {DECLARATION + plan.opening!r}")
    code.attributes(plan.root, "doc")
    code.line("p += '>'")
    code.content(plan.root, "doc")
    code.line(f"add(p + {f'</{plan.root.name}>' + chr(10)!r})")
    code.line("return out")
    return "def pieces(doc):\n" + "\n".join(code.lines) + "\n"
