"""Names taken apart."""

import pytest
from crosswalk_models.matching.glossary import abbreviations, choose_vocabulary, vocabularies
from crosswalk_models.matching.names import read_name, read_names, split_path, split_words
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shipToPostCode2", ["ship", "to", "post", "code", "2"]),
        ("ORDER_QTY", ["order", "qty"]),
        ("HTTPServerURL", ["http", "server", "url"]),
        ("Age at Diagnosis", ["age", "at", "diagnosis"]),
        ("建物名稱", ["建物名稱"]),
        ("", []),
    ],
)
def test_words_of_a_name(text: str, words: list[str]) -> None:
    """Case, underscores, digits and spaces separate words; other scripts stay whole."""
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("path", "leaf", "near", "level"),
    [
        ("parties.delivery.addressLine1", "address line 1", "delivery", 0),
        ("orderRows[].rowValue.rowNet.value", "value", "row net", 1),
        ("order/items/item/uom", "unit of measure", "item", 1),
        ("billing_address.street[0]", "street 0", "billing address", 0),
        ("CUST_NO", "customer number", "", 0),
    ],
)
def test_parts_of_a_path(path: str, leaf: str, near: str, level: int) -> None:
    """Leaf, nearest parent and array level of different notations."""
    name = read_name(path)
    assert (name.leaf, name.near, name.level) == (leaf, near, level)


def test_codes_are_read_by_their_system() -> None:
    """M3's four-letter codes become words when most of the names are such codes."""
    names = {
        name.path: name for name in read_names(["CUNO", "lines[].ORQT", "address.TOWN", "charges[].CRAM"])
    }
    assert names["CUNO"].leaf == "customer number"
    assert names["lines[].ORQT"].leaf == "ordered quantity"
    assert names["lines[].ORQT"].spoken == "lines ordered quantity"
    assert read_name("orderRows[].productSku").spoken == "order rows product sku"
    assert names["address.TOWN"].coded


def test_a_lone_code_means_nothing() -> None:
    """Among other systems' names a code-like word is left alone."""
    assert read_names(["TYPE", "colour", "shape", "TOWN_NAME"])[0].leaf == "type"
    assert choose_vocabulary(["TYPE"]).name == ""


def test_qualifiers_tell_the_party() -> None:
    """The partner role in an IDoc path makes the field ship-to or bill-to."""
    paths = [f"E1EDKA1[PARVW={role}]/{leaf}" for role in ("WE", "RE") for leaf in ("STRAS", "ORT01", "PSTLZ")]
    names = read_names(paths)
    assert names[0].roles == {"ship"}
    assert names[3].roles == {"bill"}
    assert names[1].leaf == "city town"


def test_short_descriptions_are_labels() -> None:
    """Where every field has a short description, it speaks instead of the code."""
    names = read_names(["BEG/e03", "PO1/e02"], ["Purchase Order Number", "Quantity Ordered"])
    assert [name.leaf for name in names] == ["purchase order number", "quantity ordered"]
    long = "A link to the repository where the un-compiled code and related code is kept for readers"
    assert read_names(["codeRepository"], [long])[0].leaf == "code repository"


@given(st.text(min_size=1, max_size=40))
def test_any_text_is_a_name(path: str) -> None:
    """Whatever stands in a path, it has a leaf, and its segments are not empty."""
    assert read_name(path).path == path
    assert split_path(path)


def test_tables_hold_lower_case_words_once() -> None:
    """Abbreviations and vocabularies map to words, and every code stands once."""
    assert abbreviations()["qty"] == "quantity"
    sizes = {vocabulary.name: len(vocabulary.fields) for vocabulary in vocabularies()}
    assert sizes["infor-m3"] > 200
    assert sizes["sap-idoc"] > 80
    for vocabulary in vocabularies():
        assert all(words == words.lower() for words in vocabulary.fields.values())
