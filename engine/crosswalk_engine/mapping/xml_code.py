"""The Python text of an XML writer: a function ``pieces(doc)`` that gives markup and values in turn.

What is sure of a value makes the text shorter: constants become markup, and what always has a value is not
asked whether it has one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from crosswalk_engine.formula.ir import Const
from crosswalk_engine.mapping.tree import AnyTree, MappingTree, RuleTree
from crosswalk_engine.payload.xml_write import (
    DECLARATION,
    NIL,
    Element,
    XmlPlan,
    as_text,
    escape_attribute,
    escape_text,
)

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is sure of one value: that it is never null, its class, and its text if it is always the same."""

    kind: Literal["text", "number", "any"] = "any"
    always: bool = False
    constant: str | None = None


_NOTHING = Fact()


def facts(tree: MappingTree) -> dict[Keys, Fact]:
    """What is sure of the outputs of `tree`, by the keys that lead to a value through objects and lists."""
    return dict(_facts(tree.rules, ()))


def _facts(rules: tuple[AnyTree, ...], above: Keys) -> Iterator[tuple[Keys, Fact]]:
    for rule in rules:
        keys = (*above, *rule.parts)
        if isinstance(rule, RuleTree):
            yield keys, _fact(rule)
        else:
            yield from _facts(rule.rules, keys)


def _fact(rule: RuleTree) -> Fact:
    there = rule.when is None
    if there and isinstance(rule.node, Const) and not rule.cut and rule.default is None:
        value = rule.node.value
        if isinstance(value, str | int) and value != "":
            return Fact("text", always=True, constant=as_text(value))
    plain = rule.default is None or isinstance(rule.default, str)
    text = plain and rule.type in ("TEXT", "DECIMAL", "DATE", "DATETIME")
    number = rule.type == "INTEGER" and rule.default.__class__ in (int, type(None))
    return Fact("text" if text else "number" if number else "any", always=there and rule.required)


def writer_code(plan: XmlPlan, known: Mapping[Keys, Fact]) -> str:
    """The text of ``pieces(doc)`` for outputs of which `known` is sure."""
    code = _Code(plan, known)
    code.markup(DECLARATION + plan.opening)
    code.attributes(plan.root, "doc", ())
    code.markup(">")
    code.content(plan.root, "doc", ())
    code.markup(f"</{plan.root.name}>\n")
    code.flush()
    code.line(f"out.append({code.pending()})")
    code.line("return out")
    return "def pieces(doc):\n    out = []\n" + "\n".join(code.lines) + "\n"


@dataclass
class _Code:
    """Lines of code; markup that no value has followed yet waits in `text`, behind the variable ``p``."""

    plan: XmlPlan
    known: Mapping[Keys, Fact]
    lines: list[str] = field(default_factory=list)
    indent: int = 1
    dynamic: bool = False
    text: str = ""
    batch: list[str] = field(default_factory=list)
    names: int = 0

    def line(self, text: str) -> None:
        """One line, at the current depth."""
        self.lines.append("    " * self.indent + text)

    def new(self, stem: str) -> str:
        """A variable of its own."""
        self.names += 1
        return f"{stem}{self.names}"

    def markup(self, text: str) -> None:
        """Markup that follows."""
        self.text += text

    def pending(self) -> str:
        """The markup that waits, as an expression."""
        if not self.dynamic:
            return repr(self.text)
        return f"p + {self.text!r}" if self.text else "p"

    def piece(self, expression: str) -> None:
        """A value that follows: a text."""
        self.batch += [self.pending(), expression]
        self.dynamic, self.text = False, ""

    def flush(self) -> None:
        """Writes the pieces that were gathered."""
        if self.batch:
            self.line(f"out += ({', '.join(self.batch)})")
            self.batch = []

    def settle(self) -> None:
        """Puts the waiting markup into ``p``: from here on, ways through the code may differ."""
        self.flush()
        if not self.dynamic or self.text:
            self.line(f"p = {self.pending()}")
        self.dynamic, self.text = True, ""

    def begin(self, condition: str) -> None:
        """The beginning of what happens only under a condition, or several times."""
        self.settle()
        self.line(condition)
        self.indent += 1

    def end(self) -> None:
        """The end of it."""
        self.settle()
        self.indent -= 1

    def value(self, fields: str, key: str, keys: Keys, before: str, after: str) -> None:
        """A single value between two pieces of markup; nothing, where it is null."""
        fact = self.known.get((*keys, key), _NOTHING)
        if fact.constant is not None:
            escape = escape_attribute if before.endswith('="') else escape_text
            self.markup(before + escape(fact.constant) + after)
            return
        read = f"{fields}[{key!r}]"
        if not fact.always:
            read = self.new("v")
            self.flush()
            self.line(f"{read} = {fields}.get({key!r})")
            self.begin(f"if {read} is not None:")
        self.single(read, fact, before, after)
        if not fact.always:
            self.end()

    def single(self, read: str, fact: Fact, before: str, after: str) -> None:
        """A value that is not null between two pieces of markup."""
        if fact.kind == "any":
            name = self.new("s")
            self.flush()
            self.line(f"{name} = {read}")
            read = f"{name} if {name}.__class__ is str else as_text({name})"
        self.markup(before)
        self.piece(read if fact.kind != "number" else f"str({read})")
        self.markup(after)

    def attributes(self, element: Element, fields: str, keys: Keys) -> None:
        """The attributes of an element."""
        for key in element.attributes:
            self.value(fields, key, keys, f' {key[1:]}="', '"')

    def content(self, element: Element, fields: str, keys: Keys) -> None:
        """The text and the children of an element."""
        if element.text:
            self.value(fields, "#text", keys, "", "")
        for child in element.children:
            self.child(child, fields, (*keys, child.key))

    def child(self, element: Element, fields: str, keys: Keys) -> None:
        """An element where its parent's `fields` hold it."""
        if element.many:
            one = self.new("e")
            self.begin(f"for {one} in {fields}.get({element.key!r}) or ():")
            self.several(element, one, keys)
            self.end()
        elif self.always(element, keys):
            self.surely(element, fields, keys)
        elif self.plan.nil:
            self.begin(f"if {element.key!r} in {fields}:")
            self.perhaps(element, f"{fields}[{element.key!r}]", keys)
            self.end()
        else:
            self.perhaps(element, f"{fields}.get({element.key!r})", keys)

    def always(self, element: Element, keys: Keys) -> bool:
        """Whether something of an element is written in every document."""
        if element.leaf:
            return self.known.get(keys, _NOTHING).always
        own = ("#text",) if element.text and not element.children else (*element.attributes, "#text")
        if any(self.known.get((*keys, key), _NOTHING).always for key in own):
            return True
        return any(not one.many and self.always(one, (*keys, one.key)) for one in element.children)

    def surely(self, element: Element, fields: str, keys: Keys) -> None:
        """An element that is always there."""
        tag = element.name
        if element.leaf:
            self.value(fields, element.key, keys[:-1], f"<{tag}>", f"</{tag}>")
            return
        one = self.new("d")
        self.flush()
        self.line(f"{one} = {fields}[{element.key!r}]")
        self.whole(element, one, keys)

    def whole(self, element: Element, one: str, keys: Keys) -> None:
        """An object that is written whatever it holds."""
        self.markup(f"<{element.name}")
        self.attributes(element, one, keys)
        self.markup(">")
        self.content(element, one, keys)
        self.markup(f"</{element.name}>")

    def several(self, element: Element, one: str, keys: Keys) -> None:
        """One element of a list, which is written also when it is empty."""
        if element.leaf or self.plan.nil or (element.text and not element.children):
            self.perhaps(element, one, keys)
        else:
            self.begin(f"if {one} is not None:")
            self.whole(element, one, keys)
            self.end()

    def perhaps(self, element: Element, read: str, keys: Keys) -> None:
        """An element that may be null."""
        tag, one = element.name, self.new("d")
        self.flush()
        self.line(f"{one} = {read}")
        self.begin(f"if {one} is not None:")
        if element.leaf:
            self.single(one, self.known.get(keys, _NOTHING), f"<{tag}>", f"</{tag}>")
        elif element.text and not element.children:
            self.with_text(element, one, keys)
        elif element.many:
            self.whole(element, one, keys)
        else:
            self.unless_empty(element, one, keys)
        self.end()
        if self.plan.nil:
            self.line(f"else: p += {f'<{tag}{NIL}></{tag}>'!r}")

    def with_text(self, element: Element, one: str, keys: Keys) -> None:
        """An element that stands or falls with its text."""
        tag, text = element.name, self.new("t")
        fact = self.known.get((*keys, "#text"), _NOTHING)
        self.line(f"{text} = {one}.get('#text')")
        if not self.plan.nil:
            self.begin(f"if {text} is not None:")
        self.markup(f"<{tag}")
        self.attributes(element, one, keys)
        if self.plan.nil:
            self.settle()
            self.line(f"if {text} is None: p += {f'{NIL}></{tag}>'!r}")
            self.begin("else:")
        self.single(text, fact, ">", f"</{tag}>")
        self.end()

    def unless_empty(self, element: Element, one: str, keys: Keys) -> None:
        """An element that is left out when nothing is in it, however deep the nothing lies."""
        before, kept, marked = self.new("n"), self.new("q"), self.new("m")
        self.settle()
        self.line(f"{before}, {kept} = len(out), p")
        self.markup(f"<{element.name}")
        self.attributes(element, one, keys)
        self.markup(">")
        self.settle()
        self.line(f"{marked} = p")
        self.content(element, one, keys)
        self.settle()
        # With `nil`, markup alone may stand inside.
        self.line(f"if len(out) == {before} and p == {marked}: p = {kept}")
        self.line(f"else: p += {f'</{element.name}>'!r}")
