"""The sample project: no errors, all worked examples pass, and it maps every order as the truth says."""

import json
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.compile import CompiledMapping, compile_mapping
from crosswalk_engine.mapping.document import EachRule
from crosswalk_engine.mapping.examples import run_examples
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.project.project import Project, load_project

SAMPLE = Path(__file__).parents[2] / "sample_data"
ORDER, CUSTOMER = "order-to-m3", "brightpearl-contact-to-m3-customer"
CENT = Decimal("0.01")

#: Dirt that only shows after the mapping: M3 refuses it, or the address check holds it.
AFTER_MAPPING = {"unknown_sku", "currency_unknown", "place_mismatch", "bad_postcode", "unknown_zip"}


def read(name: str) -> list[dict[str, Any]]:
    """The records of a committed NDJSON file."""
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


@cache
def project() -> Project:
    """The sample project, loaded once."""
    return load_project(SAMPLE / "projects" / "brightpearl-infor")


@cache
def compiled(name: str) -> CompiledMapping:
    """One of its mappings, checked against the shapes of its samples."""
    loaded = project()
    mapping = loaded.mappings[name]
    scope = Scope(
        shape=loaded.shape("brightpearl", mapping.source.entity),
        related={alias: loaded.shape("brightpearl", link.entity) for alias, link in mapping.with_.items()},
        related_keys={alias: link.key for alias, link in mapping.with_.items()},
        lookups=frozenset(loaded.lookups),
    )
    return compile_mapping(mapping, loaded.lookups, scope)


@cache
def mapped() -> dict[int, MapResult]:
    """Every order of the sample through the mapping, each firm with its own customer."""
    related = {
        "contact": {str(contact["contactId"]): contact for contact in read("brightpearl/contacts.ndjson")},
        "product": {str(product["id"]): product for product in read("brightpearl/products.ndjson")},
    }
    return {
        order["id"]: compiled(ORDER).apply(order, related=related, idmap=lambda _, key: f"BP{int(key):07d}")
        for order in read("brightpearl/orders.ndjson")
    }


def test_the_project_has_the_promised_parts() -> None:
    """Two mappings for M3, two for BODs, seven lookups, a flow, two policies, 41 worked examples."""
    loaded = project()
    rules = {
        name: sum(len(rule.rules) if isinstance(rule, EachRule) else 1 for rule in mapping.rules)
        for name, mapping in loaded.mappings.items()
    }
    assert rules == {ORDER: 35, CUSTOMER: 12, "order-to-bod": 63, "bod-to-order": 34}
    assert len(loaded.lookups) == 7
    assert list(loaded.flows) == ["orders-to-m3"]
    assert sorted(loaded.policies) == ["addresses", "duplicates"]
    assert sum(len(examples.cases) for examples in loaded.examples.values()) == 41


@pytest.mark.parametrize("name", [ORDER, CUSTOMER])
def test_every_worked_example_passes(name: str) -> None:
    """The examples that stand beside a mapping are what it does."""
    results = run_examples(project().examples[f"{name}_test"], compiled(name), root=project().root)
    assert [result for result in results if not result.passed] == []


def test_orders_map_unless_their_dirt_is_the_mappings_to_find() -> None:
    """Clean orders map; dirty ones are refused with the truth's value, or are left to the stages after it."""
    truths = {truth["order"]: truth for truth in read("truth.ndjson")}
    for number, result in mapped().items():
        truth = truths.get(number, {"clean": True, "kind": "past"})
        assert result.ok == (truth["clean"] or truth["kind"] in AFTER_MAPPING), (truth, result.errors)
        if not result.ok:
            told = " ".join(f"{problem.value} {problem.message}" for problem in result.errors)
            assert truth["value"] in told
            assert truth["field"] in told or "CW-LOOKUP-MISSING" in {e.code for e in result.errors}


def order_value(output: dict[str, Any]) -> Decimal:
    """ORVA as M3 finds it: quantity times price, rounded a line, plus the charges."""
    lines = sum(
        (Decimal(line["ORQT"]) * Decimal(line["SAPR"])).quantize(CENT, ROUND_HALF_UP)
        for line in output["lines"]
    )
    return lines + sum(Decimal(charge["CRAM"]) for charge in output["charges"])


def test_m3_will_find_the_net_of_every_order_that_maps() -> None:
    """ORVA equals totalValue.net to the cent, for all of them."""
    orders = {order["id"]: order for order in read("brightpearl/orders.ndjson")}
    found = {number: order_value(result.output) for number, result in mapped().items() if result.output}
    assert len(found) >= 430
    wanted = {number: Decimal(orders[number]["totalValue"]["net"]) for number in found}
    assert found == wanted


def test_the_mapping_does_what_people_keyed_before() -> None:
    """Codes, dates and quantities of the hand-keyed orders come out of the mapping again."""
    exact = ("CUNO", "ORTP", "FACI", "WHLO", "CUOR", "ORDT", "RLDT", "CUCD", "MODL", "TEDL", "TEPY")
    keyed = read("infor/orders.ndjson")
    for order in keyed:
        output = mapped()[int(order["CUOR"][2:])].output
        assert output is not None
        # A second contact of a firm has another number until the two are merged.
        same_contact = int(output["CUNO"][2:]) < 5100 if output["CUNO"].startswith("BP") else True
        names = exact if same_contact else exact[1:]
        assert [output[name] for name in names] == [order[name] for name in names]
        assert [line["ITNO"] for line in output["lines"]] == [line["ITNO"] for line in order["lines"]]
        assert [charge["CRID"] for charge in output["charges"]] == [c["CRID"] for c in order["charges"]]
        for line, by_hand in zip(output["lines"], order["lines"], strict=True):
            assert Decimal(line["ORQT"]) == Decimal(by_hand["ORQT"])
            assert abs(Decimal(line["SAPR"]) - Decimal(by_hand["SAPR"])) <= Decimal("0.01")


def test_firms_become_customers_that_fit_m3() -> None:
    """Every firm's contact maps; firms that M3 has already come out under the number that they have there."""
    addresses = {str(address["addressId"]): address for address in read("brightpearl/addresses.ndjson")}
    known = {customer["CUNO"]: customer for customer in read("infor/customers.ndjson")}
    outputs = {}
    for contact in read("brightpearl/contacts.ndjson"):
        if contact["organisation"].get("name"):
            result = compiled(CUSTOMER).apply(contact, related={"address": addresses})
            assert result.output is not None
            outputs[result.output["CUNO"]] = result.output
    assert len(outputs) == 29
    shared = known.keys() & outputs.keys()
    assert len(shared) == 13
    for number in shared:
        for name in ("CUNM", "CUA1", "TOWN", "PONO", "CSCD", "MAIL", "YREF"):
            assert outputs[number][name] == known[number][name]


def test_the_account_of_the_project_fits_m3s_codes() -> None:
    """Every target of a lookup is a code that M3 knows."""
    company = json.loads((SAMPLE / "infor" / "company.json").read_text(encoding="utf-8"))
    lookups = project().lookups
    assert set(lookups["delivery_methods"].entries.values()) == set(company["delivery_methods"])
    assert set(lookups["payment_terms"].entries.values()) == set(company["payment_terms"])
    assert set(lookups["delivery_terms"].entries.values()) <= set(company["delivery_terms"])
