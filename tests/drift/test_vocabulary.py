"""Which values a shape keeps: words of a status or a currency, nothing that names somebody or something."""

import json
from pathlib import Path

import pytest
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.payload.personal import is_personal
from crosswalk_engine.payload.shape import Shape, infer_shape
from crosswalk_engine.payload.vocabulary import may_be_word, may_have_vocabulary, vocabulary

SAMPLES = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor/samples"


def kept(path: str, *texts: str | None, times: int = 20) -> tuple[str, ...]:
    """The values kept of a field that has each of `texts` so many times."""
    *above, last = path.split(".")
    records = []
    for text in texts * times:
        record: dict[str, object] = {last: text}
        for name in reversed(above):
            record = {name: record}
        records.append(record)
    found = infer_shape(records).find(path)
    assert found is not None
    return found.values


def test_words_are_kept_blank_and_null_are_none() -> None:
    """The different texts, sorted; what is blank or null is no value."""
    assert kept("status", "PAID", "UNPAID", "", None) == ("PAID", "UNPAID")


@pytest.mark.parametrize(
    "path",
    [
        "orderId", "reference", "sku", "email", "parties.customer.fullName", "addressLine3", "createdBy",
        "staff.role", "city", "postcode", "notes", "apiToken", "client_secret", "user.state", "CUNM",
        "party.name", "names", "salutation", "parties.phones", "salesRep", "contact.nick", "sales_agent",
        "owner", "approvedBy", "accountManager", "contact", "buyer.label", "contact.kindOfPerson",
    ],
)  # fmt: skip
def test_fields_that_name_somebody_or_something_keep_nothing(path: str) -> None:
    """People, places, keys, free text and secrets have no vocabulary, whatever their counts."""
    assert kept(path, "Ready", "Sent") == ()


def test_a_name_is_kept_only_of_what_one_chooses() -> None:
    """The name of a status is a word; a name by itself may be anybody's. `within` still counts."""
    assert (
        kept("orderStatus.name", "Ready", "Sent") == kept("statusName", "Ready", "Sent") == ("Ready", "Sent")
    )
    assert kept("warehouse.name", "Ready") == kept("name", "Ready") == kept("user.status.name", "Ready") == ()


@pytest.mark.parametrize("path", ["picked", "route", "desk", "parties.delivery.route"])
def test_a_field_that_does_not_say_that_one_chooses_keeps_codes_only(path: str) -> None:
    """A capitalised word may be anybody's first name, unless it is a status, a kind, a currency …"""
    assert kept(path, "Ana", "Priya") == kept(path, "ANA", "Priya") == ()
    assert kept(path, "Ready for ERP", "SENT") == ()


def test_codes_are_kept() -> None:
    """Capitals, or small letters, with digits and signs between them."""
    assert kept("route", "A1", "B2-X", "NO_ROUTE") == ("A1", "B2-X", "NO_ROUTE")
    assert kept("route", "not_packed", "packed") == ("not_packed", "packed")
    assert kept("orderStatus", "Ready for ERP", "Sent") == ("Ready for ERP", "Sent")


def test_below_a_person_only_codes_of_what_one_chooses() -> None:
    """The country of a customer is known by its code; nothing else of a customer is a word."""
    assert kept("parties.customer.countryIsoCode", "DE", "GB") == ("DE", "GB")
    assert kept("parties.customer.country", "Ana", "GB") == kept("contact.route", "A1", "B2") == ()


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com", "Ana Lopez", "Müller-Lüdenscheidt GmbH & Co", "SO-20001", "20.0000", "19",
        "2026-03-02", "left at the front door", " padded", "https://a.example", "x" * 31, "two\nlines",
        "Žofie Černá", "0117 496 0000",
    ],
)  # fmt: skip
def test_one_such_value_and_the_field_keeps_nothing(text: str) -> None:
    """E-mail addresses, names, numbers, dates, sentences and long texts are no words."""
    assert not may_be_word(text) and kept("kind", "PAID", text) == ()


def test_secrets_are_never_kept() -> None:
    """A short access key, under a name that says nothing."""
    assert kept("mode", "sk_live_" + "a" * 8) == () and may_be_word("sk_live_" + "a" * 8)


@pytest.mark.parametrize(
    ("counts", "samples", "size"),
    [
        ({"A": 29}, 29, 0),
        ({"A": 30}, 30, 1),
        ({chr(65 + n): 3 for n in range(20)}, 60, 20),
        ({chr(65 + n): 3 for n in range(21)}, 63, 0),
        ({chr(65 + n): 2 for n in range(15)}, 30, 0),
        ({"A": 28, "B": 1, "C": 1}, 30, 0),
        ({"A": 39, "B": 1}, 40, 2),
    ],
)
def test_few_values_often_enough(counts: dict[str, int], samples: int, size: int) -> None:
    """Thirty samples, at most twenty values, three samples a value, and hardly any value seen once."""
    assert len(vocabulary("status", counts, samples)) == size


def test_the_sample_projects_vocabularies() -> None:
    """Of 90 fields of the orders these have one; of contacts only the trade status."""
    orders = infer_shape(read_records(SAMPLES / "brightpearl.order.ndjson").records)
    values = {node.path: node.values for node in orders.walk() if node.values}
    assert values["orderPaymentStatus"] == ("PAID", "UNPAID") and len(values) == 22
    assert values["orderRows[].rowValue.taxCode"] == ("T0", "T20", "T9")
    assert {path.rpartition(".")[2] for path in values} == {
        "orderTypeCode", "tax", "name", "orderPaymentStatus", "stockStatusCode", "allocationStatusCode",
        "shippingStatusCode", "priceModeCode", "accountingCurrencyCode", "orderCurrencyCode",
        "countryIsoCode", "countryIsoCode3", "currencyCode", "taxCode", "taxCalculator",
    }  # fmt: skip
    contacts = infer_shape(read_records(SAMPLES / "brightpearl.contact.ndjson").records)
    assert {node.path for node in contacts.walk() if node.values} == {"tradeStatus"}


def test_version_1_is_read_as_a_shape_without_values() -> None:
    """The fixture was stored by the version before; it is read, and stored again as version 2."""
    stored = json.loads((Path(__file__).parent / "fixtures/shape-1.json").read_text("utf-8"))
    assert stored["format"] == "crosswalk/shape@1"
    shape = Shape.from_json(stored)
    found = shape.find("orderPaymentStatus")
    assert found is not None and (found.present, found.of, found.values) == (40, 40, ())
    again = shape.to_json()
    assert again == {**stored, "format": "crosswalk/shape@2"} and Shape.from_json(again) == shape


def test_personal_and_vocabulary_agree() -> None:
    """What is masked in messages is never kept."""
    for path in ("parties.customer.email", "contact.firstName", "addressLine1", "CUNM", "contact.name"):
        assert is_personal(path) and not may_have_vocabulary(path)
