"""XML out: records written by a plan read back as they were, and the compiled writer gives the same bytes."""

import io
import string
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from crosswalk_engine.errors import ConfigError, RecordError
from crosswalk_engine.formula.compile import run_generated
from crosswalk_engine.mapping import xml_out
from crosswalk_engine.mapping.xml_code import writer_code
from crosswalk_engine.payload.codecs import iter_records
from crosswalk_engine.payload.xml_options import XmlOptions
from crosswalk_engine.payload.xml_write import DECLARATION, Element, XmlPlan, as_text, check_name, write_xml
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text(string.ascii_letters, min_size=1, max_size=4)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r"),
    max_size=8,
)


def elements(depth: int) -> st.SearchStrategy[Element]:
    """An element with up to three attributes and children of different names."""
    children = st.lists(elements(depth - 1), max_size=3) if depth else st.just([])
    return st.builds(
        lambda name, attributes, text, inner, many: Element(
            name,
            tuple(f"@{key}" for key in attributes),
            text,
            tuple({one.key: one for one in inner}.values()),
            many,
        ),
        NAMES,
        st.lists(NAMES, unique=True, max_size=3),
        st.booleans(),
        children,
        st.booleans(),
    )


def content(element: Element) -> st.SearchStrategy[Any]:
    """What a record may hold for one such element, in the form in which it is read back."""
    if element.leaf:
        return TEXTS
    filled = TEXTS.filter(lambda text: text.strip() == text != "" and not text.isspace())
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(element.attributes, TEXTS)
    if element.text:
        fields["#text"] = filled
    for child in element.children:
        one = content(child)
        fields[child.key] = st.lists(one, min_size=1, max_size=3) if child.many else one
    return st.fixed_dictionaries(fields)


@st.composite
def plans(draw: st.DrawFn) -> tuple[XmlPlan, dict[str, Any]]:
    """A plan, and a record for it."""
    root = draw(elements(2).filter(lambda one: not one.leaf))
    plan = XmlPlan(Element(root.key, root.attributes, root.text, root.children))
    return plan, draw(content(plan.root))


def options(plan: XmlPlan) -> XmlOptions:
    """What a mapping would say of such documents."""
    repeated: set[tuple[str, ...]] = set()
    read: set[tuple[str, ...]] = set()

    def walk(element: Element, above: tuple[str, ...]) -> None:
        for child in element.children:
            path = (*above, child.key)
            if child.many:
                repeated.add(path)
            if child.text:
                read.add((*path, "#text"))
            walk(child, path)

    walk(plan.root, ())
    return XmlOptions(repeated=frozenset(repeated), look=False, read=frozenset(read))


def read_back(text: str, plan: XmlPlan) -> list[Any]:
    """The records of a text of documents, one a line."""
    raw = (text + "\n" + text).encode()
    return [record for _, record in iter_records(io.BytesIO(raw), where="f.xml", xml=options(plan))]


@given(plans())
def test_records_written_read_back(made: tuple[XmlPlan, dict[str, Any]]) -> None:
    """record → XML → record is the same, in a file of documents a line, whatever the texts hold."""
    plan, record = made
    text = write_xml(plan, record)
    assert "\n" not in text and "\r" not in text
    assert read_back(text, plan) == [{"#root": plan.root.key, **record}] * 2
    ET.fromstring(text)


@given(plans(), st.booleans(), st.data())
def test_the_compiled_writer_gives_the_same_text(
    made: tuple[XmlPlan, dict[str, Any]], nil: bool, data: st.DataObject
) -> None:
    """Also with nulls, absent keys and empty lists anywhere."""
    plan, record = made
    plan = XmlPlan(plan.root, (("a", 'x"<'),), nil)
    holed = holes(record, data)
    code = writer_code(plan, {})
    pieces = run_generated(code, {"as_text": as_text})["pieces"](holed)
    xml_out._escape(pieces, None)
    assert "".join(pieces) == DECLARATION + write_xml(plan, holed) + "\n"


def holes(value: Any, data: st.DataObject) -> Any:
    """`value` with some values null, some keys gone, some lists empty."""
    if isinstance(value, list):
        return [] if data.draw(st.integers(0, 5)) == 0 else [holes(one, data) for one in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, inner in value.items():
        chance = data.draw(st.integers(0, 5))
        if chance:
            made[key] = None if chance == 1 else holes(inner, data)
    return made


PLAN = XmlPlan(
    Element(
        "Order",
        children=(
            Element("Id"),
            Element("Amount", ("@currencyID",), text=True),
            Element("Party", children=(Element("Name"), Element("Ids", children=(Element("ID"),)))),
            Element("Line", ("@no",), children=(Element("Sku"),), many=True),
            Element("Property#a", ("@name",), text=True),
            Element("Property#b", ("@name",), text=True),
        ),
    ),
    (("xmlns", "urn:x"),),
)


def test_what_values_become() -> None:
    """Numbers by their digits, booleans in words, siblings of one name in the order of the plan."""
    record = {
        "Id": 7,
        "Amount": {"@currencyID": "GBP", "#text": Decimal("2.50")},
        "Line": [{"@no": 1, "Sku": "A&B"}, {"@no": None, "Sku": True}],
        "Property#a": {"@name": "x", "#text": "1 < 2"},
        "Property#b": {"@name": 'y"', "#text": ""},
    }
    assert write_xml(PLAN, record) == (
        '<Order xmlns="urn:x"><Id>7</Id><Amount currencyID="GBP">2.50</Amount>'
        '<Line no="1"><Sku>A&amp;B</Sku></Line><Line><Sku>true</Sku></Line>'
        '<Property name="x">1 &lt; 2</Property><Property name="y&quot;"></Property></Order>'
    )


def test_null_leaves_elements_out() -> None:
    """Also parents that hold nothing else; an element with text stands or falls with it; lists keep items."""
    record = {
        "Id": None,
        "Amount": {"@currencyID": "GBP", "#text": None},
        "Party": {"Name": None, "Ids": {"ID": None}},
        "Line": [{"@no": None, "Sku": None}],
    }
    assert write_xml(PLAN, record) == '<Order xmlns="urn:x"><Line></Line></Order>'
    assert write_xml(XmlPlan(PLAN.root, (), nil=True), record) == (
        '<Order><Id xsi:nil="true"></Id><Amount currencyID="GBP" xsi:nil="true"></Amount>'
        '<Party><Name xsi:nil="true"></Name><Ids><ID xsi:nil="true"></ID></Ids></Party>'
        '<Line><Sku xsi:nil="true"></Sku></Line></Order>'
    )


@pytest.mark.parametrize("character", ["\0", "\x08", "\x0b", "\x1f", "\ufffe", "\ud800"])
def test_a_character_that_no_xml_can_hold(character: str) -> None:
    """The record is refused, and the path is named; the text is not."""
    with pytest.raises(RecordError) as caught:
        write_xml(PLAN, {"Line": [{"Sku": "fine"}, {"Sku": f"secret{character}"}]})
    assert caught.value.render() == (
        f"CW-XML-CHAR XML has no place for a control character · at Line[1].Sku · got U+{ord(character):04X}"
        " · fix: take it out with a formula, or at the source"
    )


@pytest.mark.parametrize("name", ["1a", "a b", "a<b", "", "-a", "a/b", 'a"b'])
def test_what_cannot_be_a_name(name: str) -> None:
    """Names are checked when the mapping is compiled."""
    with pytest.raises(ConfigError, match="CW-XML-NAME this cannot be a name in XML"):
        check_name(name, {}, "x")


def test_a_prefix_must_be_declared() -> None:
    """`xsi:` and `xml:` are known; others stand under prefixes."""
    check_name("xsi:type", {}, "x")
    check_name("ext:Name", {"ext": "urn:e"}, "x")
    with pytest.raises(ConfigError, match=r"CW-XML-NAME a prefix is not declared .* 'ext:Name'"):
        check_name("ext:Name", {}, "x")
