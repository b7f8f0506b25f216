"""The compiled XML writer of a mapping: the text of the plain one, for whatever its rules may give."""

from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.mapping.compile import CompiledMapping, compile_mapping
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.xml_in import xml_options
from crosswalk_engine.mapping.xml_out import XmlWriter, xml_plan
from crosswalk_engine.payload.xml_write import DECLARATION, write_xml
from crosswalk_engine.project.project import load_project
from hypothesis import given
from hypothesis import strategies as st

SAMPLE = Path(__file__).parents[2] / "sample_data"
HEAD = """format: crosswalk/mapping@1
name: m
source: {system: a, entity: b}
target: {system: c, entity: d, xml: {root: R%s}}
rules:
"""
RULES = """- {to: "@v", value: 1 & 2}
- {to: K.Const, value: x<y}
- {to: K.Number, value: 7}
- {to: K.Flag, value: true}
- {to: Must.T, formula: "CONCAT('t', t)", required: true}
- {to: Must.N, formula: "LENGTH(CONCAT('t', t))", required: true}
- {to: May.Deep.T, formula: t}
- {to: May.Deep.N, formula: n}
- {to: "Amount.@c", value: GBP}
- {to: "Amount.#text", formula: t}
- {to: "Sure.@c", formula: t}
- {to: "Sure.#text", value: s}
- {to: "Both.@a", value: '"'}
- {to: Both.Child, formula: t}
- {to: When.T, formula: "CONCAT('t', t)", required: true, when: n > 3}
- {to: Left, formula: t, empty: omit}
- {to: Def, formula: t, default: nil}
- {to: "Same#1", value: a}
- {to: "Same#2", formula: t}
- to: Row[]
  each: rows AS row
  rules:
  - {to: "@no", formula: row.n}
  - {to: Sku, formula: row.t}
  - {to: Kind, value: k}
- to: Bare[]
  each: rows AS row
  rules: [{to: T, formula: row.t}]
"""
TEXTS = st.none() | st.text("ab&<>\"'\n\t é\u00a0", max_size=4)
ROWS = st.lists(st.fixed_dictionaries({"t": TEXTS, "n": st.none() | st.integers(0, 9)}), max_size=3)
RECORDS = st.fixed_dictionaries({"t": TEXTS, "n": st.none() | st.integers(0, 9), "rows": ROWS})


def compiled(text: str) -> CompiledMapping:
    """A mapping from its YAML."""
    return compile_mapping(load_mapping(text, where="m"))


PLAIN, NIL = compiled(HEAD % "" + RULES), compiled(HEAD % ", nil: true" + RULES)
WRITERS = [(mapping, XmlWriter(mapping.tree)) for mapping in (PLAIN, NIL)]


@given(RECORDS, st.sampled_from(WRITERS))
def test_the_compiled_writer_knows_what_is_sure(
    record: dict[str, Any], made: tuple[CompiledMapping, XmlWriter]
) -> None:
    """Constants, required values, conditions, defaults and lists: the same text as by the plan alone."""
    mapping, writer = made
    output = mapping.apply(record).output
    assert output is not None
    assert writer(output).decode() == DECLARATION + write_xml(xml_plan(mapping.tree), output) + "\n"


def test_what_it_writes() -> None:
    """Nulls are left out with the parents that hold nothing else."""
    output = PLAIN.apply({"t": None, "n": None, "rows": [{"t": "A", "n": 1}, {"t": None, "n": None}]}).output
    assert output is not None
    assert WRITERS[0][1](output).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><R v="1 &amp; 2"><K><Const>x&lt;y</Const><Number>7</Number>'
        '<Flag>true</Flag></K><Must><T>t</T><N>1</N></Must><Sure>s</Sure><Both a="&quot;"></Both>'
        "<Def>nil</Def><Same>a</Same>"
        '<Row no="1"><Sku>A</Sku><Kind>k</Kind></Row><Row><Kind>k</Kind></Row>'
        "<Bare><T>A</T></Bare><Bare></Bare></R>\n"
    )


def test_real_orders_as_bods() -> None:
    """All orders of the sample, by the compiled writer and by the plan."""
    project = load_project(SAMPLE / "projects/brightpearl-infor")
    mapping = compile_mapping(project.mappings["order-to-bod"], project.lookups, rule_sets=project.rule_sets)
    writer, count = XmlWriter(mapping.tree), 0
    for line in (SAMPLE / "brightpearl/orders.ndjson").read_bytes().splitlines():
        output = mapping.apply_bytes(line).output
        if output is not None:
            count += 1
            assert writer(output).decode() == DECLARATION + write_xml(writer.plan, output) + "\n"
    assert count == 445


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("- {to: 1a, formula: t}", "CW-XML-NAME this cannot be a name in XML · at 1a · got '1a'"),
        ("- {to: x:a, formula: t}", "CW-XML-NAME a prefix is not declared · at x:a · got 'x:a'"),
        (
            '- {to: "L[]", each: rows AS row, keyed_by: row.t, rules: [{to: a, formula: row.t}]}',
            "CW-XML-FORM an object keyed by id has no form in XML · at L[]",
        ),
    ],
)
def test_targets_that_xml_does_not_have(rule: str, told: str) -> None:
    """Refused when the writer is made."""
    with pytest.raises(ConfigError) as caught:
        XmlWriter(compiled(HEAD % "" + rule).tree)
    assert caught.value.render().startswith(told)


def test_what_a_mapping_says_of_its_xml() -> None:
    """Its lists, and the paths that it reads, within aggregates too."""
    rules = """- {to: a, formula: "q.\\"#text\\""}
- {to: b, formula: "SUM(TO_DECIMAL(x.lines.amount.\\"#text\\", 2)) FILTER (WHERE x.lines.kind = 'k')"}
- to: L[]
  each: x.lines AS line
  rules: [{to: c, formula: "line.item.\\"@no\\""}]
""".replace("\\\\", "\\")
    options = xml_options(compiled(HEAD % "" + rules).tree)
    assert options.repeated == {("x", "lines")}
    assert {
        ("q", "#text"),
        ("x", "lines", "amount", "#text"),
        ("x", "lines", "kind"),
        ("x", "lines", "item", "@no"),
    } <= options.read
