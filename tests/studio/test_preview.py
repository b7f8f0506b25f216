"""The live preview and the rows of the Mappings page, on the sample project."""

import time

import pytest
from crosswalk_engine.mapping.compile import compile_mapping
from crosswalk_engine.payload.paths import values
from crosswalk_models.types import Suggestion
from crosswalk_studio.services.dictionary import describe, dictionary
from crosswalk_studio.services.mapper import Mapper
from crosswalk_studio.services.preview import Preview, preview
from crosswalk_studio.services.proposals import new_rule, propose
from crosswalk_studio.services.scopes import Bench
from crosswalk_studio.services.targets import progress
from crosswalk_studio.services.workspace import Workspace

ORDERS = "order-to-m3"


def suggestion(target: str, source: str, formula: str = "") -> Suggestion:
    """A suggestion, with or without a formula of its own."""
    return Suggestion("mapping", target, source, 1, 0.9, (), "m@1", {"formula": formula} if formula else {})


def tried(bench: Bench, target: str, formula: str, **settings: object) -> Preview:
    """The preview of a formula, with what else the rule says."""
    name = target.rpartition("[].")[2]
    return preview(bench, target, {"to": name, "formula": formula, **settings})


def test_a_formula_is_tried_on_every_sample_record(workspace: Workspace) -> None:
    """Each sample order gives its number; the values are all different."""
    bench = Mapper(workspace, ORDERS).bench()
    found = tried(bench, "CUOR", "CONCAT('BP', id)", required=True, max_length=20)
    records = len(bench.records)
    assert (found.tried, found.failed, found.distinct) == (records, 0, records)
    assert found.inputs == ("id",)
    assert found.rows[0].value == f"BP{bench.records[0]['id']}"


def test_errors_come_first_and_say_why(workspace: Workspace) -> None:
    """A text that is no number is the first row, with its sentence; the good ones follow."""
    bench = Mapper(workspace, ORDERS).bench()
    found = tried(bench, "OREF", "TO_INTEGER(reference)")
    assert 0 < found.failed < found.tried
    assert found.rows[0].problem
    assert [bool(row.problem) for row in found.rows] == sorted(
        (bool(row.problem) for row in found.rows), reverse=True
    )


def test_a_fault_of_the_formula_is_told_by_columns(workspace: Workspace) -> None:
    """An unknown field is named with its columns and the nearest one; nothing is tried."""
    found = tried(Mapper(workspace, ORDERS).bench(), "CUCD", "currency.orderCurencyCode")
    assert found.tried == 0
    assert [(problem.start, problem.end) for problem in found.problems] == [(1, 25)]
    assert "currency.orderCurrencyCode" in found.problems[0].suggestion


def test_inside_a_list_every_kept_row_is_tried(workspace: Workspace) -> None:
    """`where` keeps product rows for lines and free-text rows for charges."""
    bench = Mapper(workspace, ORDERS).bench()
    lines = tried(bench, "lines[].ITNO", "row.productSku")
    charges = tried(bench, "charges[].CRD0", "row.productName")
    rows = sum(len(record["orderRows"]) for record in bench.records)
    assert 0 < charges.tried < lines.tried < rows


@pytest.mark.parametrize(("cut", "problem"), [("reject", "the target takes 30"), ("cut", "")])
def test_a_text_that_is_too_long_is_a_problem_or_is_cut(workspace: Workspace, cut: str, problem: str) -> None:
    """The preview shows what the target's length does to the value."""
    bench = Mapper(workspace, ORDERS).bench()
    found = tried(bench, "OREF", "'" + "x" * 40 + "'", max_length=30, on_too_long=cut)
    row = found.rows[0]
    assert problem in row.problem
    assert len(row.value) == (30 if cut == "cut" else 40)
    assert bool(row.warning) is (cut == "cut")


def test_every_limit_of_a_rule_is_tried(workspace: Workspace) -> None:
    """What a default replaces, what a pattern refuses and where a rule does not apply are told apart."""
    bench = Mapper(workspace, ORDERS).bench()
    coded = tried(bench, "CUCD", "currency.orderCurrencyCode", one_of=["GBP"])
    assert 0 < coded.failed < coded.tried
    assert {row.value for row in coded.rows if not row.problem} == {"GBP"}
    filled = tried(bench, "address.CUA2", "parties.delivery.addressLine2", default="none")
    assert (filled.empty, filled.failed) == (0, 0)
    applies = tried(bench, "OREF", "reference", when="currency.orderCurrencyCode = 'GBP'")
    assert any(row.warning == "the rule does not apply" for row in applies.rows)
    unknown = tried(bench, "OREF", "reference", pattern="e-mail")
    assert "email" in unknown.problems[0].suggestion


def test_a_preview_gives_what_the_run_gives(workspace: Workspace) -> None:
    """For every rule of the head, the previewed value of an order is that of the whole mapping."""
    mapper = Mapper(workspace, ORDERS)
    bench = mapper.bench()
    whole = compile_mapping(bench.document, bench.lookups)
    outputs = {}
    for record in bench.records:
        result = whole.apply(record, related=bench.related, idmap=bench.idmap())
        if result.output is not None:
            outputs[str(record["id"])] = result.output
    compared = 0
    for row in mapper.rows():
        if row.rule is None or "each" in row.rule or "[]" in row.path:
            continue
        for shown in preview(bench, row.path, row.rule).rows:
            if shown.record in outputs:
                expected = next(iter(values(outputs[shown.record], row.path)), None)
                assert shown.value == ("" if expected is None else str(expected)), row.path
                compared += 1
    assert compared > 300


def test_what_only_a_run_can_know_is_marked_so(workspace: Workspace) -> None:
    """The id map of a run is empty at design time: such values are no errors."""
    bench = Mapper(workspace, ORDERS).bench()
    found = tried(
        bench, "CUNO", "IDMAP('customer', parties.customer.contactId)", required=True, max_length=10
    )
    assert found.failed == 0
    assert found.rows[0].warning == "the run gives it"
    assert found.rows[0].value.startswith("‹customer ")


def test_a_preview_is_quick_enough_to_type_with(workspace: Workspace) -> None:
    """One preview of the longest rule takes under 100 ms of CPU."""
    mapper = Mapper(workspace, ORDERS)
    bench, row = mapper.bench(), mapper.row("lines[].SAPR")
    rule = row.rule or {}
    preview(bench, row.path, rule)
    begin = time.process_time()
    preview(bench, row.path, rule)
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
