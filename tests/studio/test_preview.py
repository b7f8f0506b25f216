"""The live preview and the rows of the Mappings page, on the sample project."""

import time

import pytest
from crosswalk_models.types import Suggestion
from crosswalk_studio.services.dictionary import describe, dictionary
from crosswalk_studio.services.mapper import Mapper
from crosswalk_studio.services.preview import Demand, preview
from crosswalk_studio.services.proposals import new_rule, propose
from crosswalk_studio.services.targets import progress
from crosswalk_studio.services.workspace import Workspace

ORDERS = "order-to-m3"


def suggestion(target: str, source: str, formula: str = "") -> Suggestion:
    """A suggestion, with or without a formula of its own."""
    return Suggestion("mapping", target, source, 1, 0.9, (), "m@1", {"formula": formula} if formula else {})


def test_a_formula_is_tried_on_every_sample_record(workspace: Workspace) -> None:
    """Each sample order gives its number; the values are all different."""
    bench = Mapper(workspace, ORDERS).bench()
    found = preview(bench, "CUOR", "CONCAT('BP', id)", Demand(required=True, max_length=20))
    records = len(bench.records)
    assert (found.tried, found.failed, found.distinct) == (records, 0, records)
    assert found.inputs == ("id",)
    assert found.rows[0].value == f"BP{bench.records[0]['id']}"


def test_errors_come_first_and_say_why(workspace: Workspace) -> None:
    """A text that is no number is the first row, with its sentence; the good ones follow."""
    bench = Mapper(workspace, ORDERS).bench()
    found = preview(bench, "OREF", "TO_INTEGER(reference)", Demand())
    assert 0 < found.failed < found.tried
    assert found.rows[0].problem
    assert [bool(row.problem) for row in found.rows] == sorted(
        (bool(row.problem) for row in found.rows), reverse=True
    )


def test_a_fault_of_the_formula_is_told_by_columns(workspace: Workspace) -> None:
    """An unknown field is named with its columns and the nearest one; nothing is tried."""
    found = preview(Mapper(workspace, ORDERS).bench(), "CUCD", "currency.orderCurencyCode", Demand())
    assert found.tried == 0
    assert [(problem.start, problem.end) for problem in found.problems] == [(1, 25)]
    assert "currency.orderCurrencyCode" in found.problems[0].suggestion


def test_inside_a_list_every_kept_row_is_tried(workspace: Workspace) -> None:
    """`where` keeps product rows for lines and free-text rows for charges."""
    bench = Mapper(workspace, ORDERS).bench()
    lines = preview(bench, "lines[].ITNO", "row.productSku", Demand())
    charges = preview(bench, "charges[].CRD0", "row.productName", Demand())
    rows = sum(len(record["orderRows"]) for record in bench.records)
    assert 0 < charges.tried < lines.tried < rows


@pytest.mark.parametrize(("cut", "problem"), [(False, "allowed"), (True, "")])
def test_a_text_that_is_too_long_is_a_problem_or_is_cut(
    workspace: Workspace, cut: bool, problem: str
) -> None:
    """The preview shows what the target's length does to the value."""
    found = preview(
        Mapper(workspace, ORDERS).bench(), "OREF", "'" + "x" * 40 + "'", Demand(max_length=30, cut=cut)
    )
    row = found.rows[0]
    assert problem in row.problem
    assert len(row.value) == (30 if cut else 40)
    assert bool(row.warning) is cut


def test_what_only_a_run_can_know_is_marked_so(workspace: Workspace) -> None:
    """The id map of a run is empty at design time: such values are no errors."""
    bench = Mapper(workspace, ORDERS).bench()
    found = preview(bench, "CUNO", "IDMAP('customer', parties.customer.contactId)", Demand(True, 10))
    assert found.failed == 0
    assert found.rows[0].warning == "the run gives it"
    assert found.rows[0].value.startswith("‹customer ")


def test_a_preview_is_quick_enough_to_type_with(workspace: Workspace) -> None:
    """One preview of the longest rule takes under 100 ms of CPU."""
    mapper = Mapper(workspace, ORDERS)
    bench, row = mapper.bench(), mapper.row("lines[].SAPR")
    preview(bench, row.path, str((row.rule or {})["formula"]), Demand())
    begin = time.process_time()
    preview(bench, row.path, str((row.rule or {})["formula"]), Demand())
    assert time.process_time() - begin < 0.1


def test_every_field_of_the_target_has_a_row_and_a_meaning(workspace: Workspace) -> None:
    """All 27 required fields of the sample mapping have rules; M3's own results are no fields to map."""
    rows = Mapper(workspace, ORDERS).rows()
    state = progress(rows)
    assert (state.required, state.required_mapped, state.missing) == (27, 27, 0)
    assert {row.path for row in rows if row.result} == {"ORNO", "ORVA", "VTAM"}
    assert [row.path for row in rows if not row.label] == []


def test_codes_never_stand_alone() -> None:
    """A code is shown with its meaning, also inside a list, by index or not."""
    assert describe("infor-m3", "sales_order", "CUNO") == "CUNO · customer number"
    assert describe("infor-m3", "sales_order", "lines[3].ITNO") == "lines[3].ITNO · item number"
    assert describe("shop", "order", "CUNO") == "CUNO"
    assert dictionary("infor-m3")["sales_order"]["lines[].SAPR"].form == "number 18.6"
    assert dictionary("../secrets") == {}


def test_a_suggested_field_becomes_the_rule_that_the_target_asks_for(workspace: Workspace) -> None:
    """Dates are rewritten, numbers scaled, rows read by their alias, lengths and required marks set."""
    mapper = Mapper(workspace, ORDERS)
    bench = mapper.bench()

    def formula(target: str, source: str, given: str = "") -> str:
        return propose(bench, mapper.row(target), suggestion(target, source, given)).formula

    assert formula("ORDT", "placedOn") == "FORMAT_DATE(TO_DATETIME(placedOn), 'yyyyMMdd')"
    assert (
        formula("lines[].ORQT", "orderRows[].quantity.magnitude") == "TO_DECIMAL(row.quantity.magnitude, 4)"
    )
    assert formula("address.TOWN", "parties.delivery.addressLine3") == "TRIM(parties.delivery.addressLine3)"
    assert formula("WHLO", "warehouseId", "LOOKUP('no_such_table', warehouseId)") == "warehouseId"
    assert (
        formula("WHLO", "warehouseId", "LOOKUP('warehouses', warehouseId)")
        == "LOOKUP('warehouses', warehouseId)"
    )
    row = mapper.row("CUCD")
    assert new_rule(row, "currency.orderCurrencyCode")["max_length"] == 3


def test_what_cannot_become_a_rule_says_why(workspace: Workspace) -> None:
    """A repeated source for a single target, and a source of another list, are refused with a reason."""
    mapper = Mapper(workspace, ORDERS)
    single = propose(mapper.bench(), mapper.row("CUNO"), suggestion("CUNO", "orderRows[].productSku"))
    other = propose(
        mapper.bench(), mapper.row("lines[].ITNO"), suggestion("lines[].ITNO", "invoices[].taxDate")
    )
    assert (single.formula, "repeats" in single.problem) == ("", True)
    assert "the source lies in invoices" in other.problem
