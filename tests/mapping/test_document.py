"""Mapping documents: read strictly, written back, every slip with its line."""

from pathlib import Path

import pytest
from crosswalk_engine.errors import ConfigError, FindingsError, MissingFileError
from crosswalk_engine.mapping.document import EachRule, MappingDocument, Rule, load_mapping, split_each
from crosswalk_engine.payload.yaml import dump_yaml

TEXT = """\
format: crosswalk/mapping@1
name: a-to-b
source: {system: a, entity: order}
target: {system: b, entity: order}
with:
  contact: {entity: contact, key: parties.customer.contactId}
rules:
  - to: CUNO
    formula: COALESCE(contact.code, 'X')
    required: true
    origin: {by: suggestion, model: field-matcher@1, probability: 0.97, approved_by: ana,
             at: 2026-11-23T09:00:00Z}
  - to: lines[]
    each: orderRows AS row
    order_by: TO_INTEGER(row.orderRowSequence)
    rules:
      - {to: ITNO, formula: row.productSku, max_length: 15, on_too_long: cut}
checks:
  - name: one line
    formula: COUNT(orderRows.productSku) > 0
"""


def test_document_says_what_was_written() -> None:
    """Rules, the `each`, related records and checks; numbers and times as they stand."""
    doc = load_mapping(TEXT)
    rule, each = doc.rules
    assert isinstance(rule, Rule) and rule.origin is not None and rule.origin.probability == 0.97
    assert rule.origin.at == "2026-11-23T09:00:00Z"
    assert isinstance(each, EachRule) and (each.collection, each.alias) == ("orderRows", "row")
    assert doc.with_["contact"].key == "parties.customer.contactId" and doc.checks[0].name == "one line"
    assert doc.at("rules", 1, "rules", 0, "to") == "mapping:17"


def test_written_form_reads_back_equal(tmp_path: Path) -> None:
    """`dump_yaml(doc.to_json())` is the document, whatever file it comes from."""
    path = tmp_path / "a-to-b.yaml"
    doc = load_mapping(TEXT)
    path.write_text(dump_yaml(doc.to_json()), "utf-8")
    again = load_mapping(path)
    assert again == doc and again.where == str(path)
    assert next(iter(doc.to_json())) == "format"


def test_documents_made_in_memory_have_places_too() -> None:
    """Without a file a place is a pointer."""
    doc = MappingDocument.model_validate(load_mapping(TEXT).to_json())
    assert doc == load_mapping(TEXT) and doc.at("rules", 0, "to") == "/rules/0/to"


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("required: true", "requird: true", "m.yaml:10: error CW-DOCUMENT-UNKNOWN-KEY unknown key 'requird'"),
        (
            "- to: CUNO",
            "- too: CUNO",
            "m.yaml:8: error CW-DOCUMENT-MISSING-KEY the key 'to' is missing in /rules/0",
        ),
        ("max_length: 15", "max_length: 0", "m.yaml:17: error CW-DOCUMENT-VALUE /rules/1/rules/0/max_length"),
        ("on_too_long: cut", "on_too_long: drop", "'reject' or 'cut', not 'drop'"),
        ("probability: 0.97", "probability: 97", "m.yaml:11: error CW-DOCUMENT-VALUE"),
        ("name: a-to-b", "name: ../a", "m.yaml:2: error CW-DOCUMENT-VALUE /name"),
        (
            "max_length: 15, on_too_long: cut",
            "formula: x",
            "m.yaml:17: error CW-YAML-DUPLICATE the key 'formula'",
        ),
        ("formula: row.productSku,", "formula: ROUND(row.x, 2),", "put the text in quotes"),
        ("approved_by: ana", "approved_by: sk_live_4eC39HqLyjWDarjtT1zdp7dc", "m.yaml:11: error CW-SECRET"),
    ],
)
def test_slips_are_placed(old: str, new: str, finding: str) -> None:
    """File, line, and what to write instead."""
    assert old in TEXT
    with pytest.raises(FindingsError) as caught:
        load_mapping(TEXT.replace(old, new), where="m.yaml")
    assert finding in caught.value.render()


def test_several_slips_come_together() -> None:
    """Five faults in five lines, one error."""
    text = (
        TEXT.replace("required", "requird")
        .replace("name: one line", "nam: one line")
        .replace("each:", "eech:")
    )
    with pytest.raises(FindingsError) as caught:
        load_mapping(text, where="m.yaml")
    places = {finding.where for finding in caught.value}
    assert {"m.yaml:10", "m.yaml:14", "m.yaml:19"} <= places


@pytest.mark.parametrize(("text", "kind"), [("- a\n- b\n", "a list"), ("just text\n", "a single value")])
def test_a_document_has_keys(text: str, kind: str) -> None:
    """A list or a text is named as such."""
    with pytest.raises(FindingsError, match=f"the document is {kind}, not keys with values"):
        load_mapping(text)


def test_missing_file_is_66(tmp_path: Path) -> None:
    """Also for a folder."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(MissingFileError) as caught:
            load_mapping(path)
        assert caught.value.exit_code == 66


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("orderRows AS row", ("orderRows", "row")),
        ("orderRows[] as r1", ("orderRows", "r1")),
        ('  "a b".c   AS x ', ('"a b".c', "x")),
    ],
)
def test_each_names_a_collection_and_an_alias(text: str, found: tuple[str, str]) -> None:
    """Either case of AS; a `[]` at the end may stand or not."""
    assert split_each(text) == found


@pytest.mark.parametrize(
    "text", ["orderRows", "AS row", "orderRows AS", "orderRows AS a.b", "orderRows AS 1"]
)
def test_each_without_either_is_refused(text: str) -> None:
    """The error shows the form."""
    with pytest.raises(ConfigError, match="orderRows AS row"):
        split_each(text)
