"""What rules, lists, related records and checks of a mapping do."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from crosswalk_engine.errors import ConfigError, FindingsError
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.compile import CompiledMapping, compile_ir, compile_mapping, mapping_to_ir
from crosswalk_engine.mapping.document import MappingDocument, load_mapping
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.tree import is_personal
from crosswalk_engine.payload.shape import infer_shape

HEAD = """
format: crosswalk/mapping@1
name: small
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
"""
ORDER: dict[str, Any] = {
    "id": 7,
    "ref": "  ab-1 ",
    "net": "10.00",
    "customer": {"id": 5, "fullName": "Priya Raman"},
    "rows": {
        "12": {"seq": "30", "sku": "c", "qty": "1", "net": "3.3333", "kind": "item", "product": 1},
        "7": {"seq": "10", "sku": "a", "qty": "2", "net": "3.3333", "kind": "item", "product": 2},
        "8": {"seq": "20", "sku": "b", "qty": "1", "net": "3.3334", "kind": "free", "product": 1000},
    },
}


def document(text: str) -> MappingDocument:
    """A mapping document with the usual head."""
    return load_mapping(HEAD + text, where="small.yaml")


def mapped(text: str, record: dict[str, Any] | None = None, **options: Any) -> MapResult:
    """The result of a mapping, the same in every way of computing it."""
    mapping = compile_mapping(document(text), options.pop("lookups", {}))
    record = ORDER if record is None else record
    found = mapping.apply(record, **options)
    raw = json.dumps(record).encode()
    assert mapping.apply_bytes(raw, **options) == found
    assert compile_ir(mapping.tree.to_json(), mapping.lookups).apply_bytes(raw, **options) == found
    assert map_by_oracle(mapping.tree, record, lookups=mapping.lookups, **options) == found
    return found


def test_nested_targets_and_value_forms() -> None:
    """Target paths nest; decimals come as text with their scale, integers and booleans as they are."""
    found = mapped("""
rules:
- {to: number, formula: id}
- {to: address.name, formula: customer.fullName}
- {to: address.more.code, formula: "TRIM(ref)"}
- {to: total, formula: "TO_DECIMAL(net, 4)"}
- {to: big, formula: "id > 5"}
- {to: day, formula: "TO_DATE('2026-03-09')"}
- {to: nothing, formula: missing}
""")
    assert found.output == {
        "number": 7,
        "address": {"name": "Priya Raman", "more": {"code": "ab-1"}},
        "total": "10.0000",
        "big": True,
        "day": "2026-03-09",
        "nothing": None,
    }
    assert found.output_bytes() == (
        b'{"address":{"more":{"code":"ab-1"},"name":"Priya Raman"},"big":true,"day":"2026-03-09",'
        b'"nothing":null,"number":7,"total":"10.0000"}'
    )


LINES = """
rules:
- to: lines[]
  each: rows AS row
  where: row.kind = 'item'
  order_by: TO_INTEGER(row.seq)
  rules:
  - {to: sku, formula: "UPPER(row.sku)", required: true, max_length: 1}
  - {to: qty, formula: "TO_DECIMAL(row.qty, 2)"}
  - {to: net, formula: "APPORTION(TO_DECIMAL(net, 2), TO_DECIMAL(rows.net, 4), 2)"}
  - {to: key, formula: "ROW_KEY()"}
"""


def test_lists_from_an_object_keyed_by_id() -> None:
    """Rows are filtered, put in numeric order, and see their key; shares count the rows left out."""
    found = mapped(LINES)
    assert found.output == {
        "lines": [
            {"sku": "A", "qty": "2.00", "net": "3.33", "key": "7"},
            {"sku": "C", "qty": "1.00", "net": "3.33", "key": "12"},
        ]
    }


def test_lists_from_an_array_and_from_nothing() -> None:
    """An array works like an object, with its index as key; an absent or blank one is an empty list."""
    rows = [ORDER["rows"][key] for key in ("12", "7", "8")]
    output = mapped(LINES, {**ORDER, "rows": rows}).output
    assert output is not None
    assert [line["key"] for line in output["lines"]] == ["1", "0"]
    for blank in (None, "", [], {}):
        assert mapped(LINES, {**ORDER, "rows": blank}).output == {"lines": []}
    assert mapped(LINES, {"net": "10.00"}).output == {"lines": []}


def test_without_order_by_keys_are_ordered_as_numbers() -> None:
    """Ids sort by value, not by letters: 7, 8, 12."""
    found = mapped('rules:\n- {to: "x[]", each: rows AS row, rules: [{to: k, formula: "ROW_KEY()"}]}\n')
    assert found.output == {"x": [{"k": "7"}, {"k": "8"}, {"k": "12"}]}


def test_two_lists_in_different_orders_share_differently() -> None:
    """The same APPORTION in two lists gives its spare cent by each list's own order."""
    inner = '{to: k, formula: "ROW_KEY()"}, {to: n, formula: "APPORTION(0.01, 1, 2)"}'
    found = mapped(f"""
rules:
- {{to: "up[]", each: rows AS row, order_by: TO_INTEGER(row.seq), rules: [{inner}]}}
- {{to: "down[]", each: rows AS row, order_by: 0 - TO_INTEGER(row.seq), rules: [{inner}]}}
""")
    assert found.output is not None
    spare = {name: [line["k"] for line in found.output[name] if line["n"] == "0.01"] for name in found.output}
    assert spare == {"up": ["7"], "down": ["12"]}


def test_all_errors_of_a_record_are_collected() -> None:
    """Every rule and row is tried; each problem names target, code, value, source and row."""
    rows = {
        "7": {"seq": "10", "sku": "", "qty": "two", "net": "1"},
        "8": {"seq": "x", "sku": "abc", "qty": "1"},
    }
    found = mapped(LINES.replace("row.kind = 'item'", "row.seq <> ''"), {"net": "10.00", "rows": rows})
    assert found.output is None
    assert [(error.path, error.code, error.value) for error in found.errors] == [
        ("lines[]", "CW-BAD-INTEGER", "x"),
        ("lines[0].sku", "CW-REQUIRED", ""),
        ("lines[0].qty", "CW-BAD-DECIMAL", "two"),
        ("lines[1].sku", "CW-TOO-LONG", "ABC"),
    ]
    assert found.errors[2].message == (
        "TO_DECIMAL needs digits such as -12.50 (from rows[].qty) (row 7 of rows)"
    )


def test_required_refuses_null_and_empty_text_only() -> None:
    """0 and false are values; null and '' are none."""
    rule = "rules:\n- {to: x, formula: a, required: true}\n"
    assert mapped(rule, {"a": 0}).output == {"x": 0}
    assert mapped(rule, {"a": False}).output == {"x": False}
    assert [mapped(rule, record).errors[0].code for record in ({}, {"a": ""}, {"a": None})] == [
        "CW-REQUIRED"
    ] * 3
    assert (
        mapped('rules:\n- {to: x, formula: "TRIM(a)", required: true}\n', {"a": "  "}).errors[0].path == "x"
    )


def test_too_long_is_cut_with_a_warning_or_refused() -> None:
    """`cut` keeps the first characters and says so; else the record is refused; numbers are never cut."""
    cut = mapped("rules:\n- {to: x, formula: a, max_length: 3, on_too_long: cut}\n", {"a": "abcdef"})
    assert cut.output == {"x": "abc"}
    assert cut.warnings == (
        Problem("x", "CW-CUT", "abcdef", "cut: 6 characters, the target takes 3 (from a)"),
    )
    for value, option in (("abcdef", ""), (12345, ", on_too_long: cut")):
        found = mapped(f"rules:\n- {{to: x, formula: a, max_length: 3{option}}}\n", {"a": value})
        assert [error.code for error in found.errors] == ["CW-TOO-LONG"]


def test_personal_values_stay_out_of_problems() -> None:
    """Of a person's name or phone a problem tells only the length."""
    found = mapped("""
rules:
- {to: x, formula: customer.fullName, max_length: 3}
- {to: y, formula: "TO_INTEGER(customer.telephone)"}
""", {"customer": {"fullName": "Priya Raman", "telephone": "0117 496"}})  # fmt: skip
    assert [error.value for error in found.errors] == ["(11 characters)", "(8 characters)"]
    assert "Priya" not in repr(found) and "0117" not in repr(found)


@pytest.mark.parametrize(
    ("path", "personal"),
    [
        ("parties.customer.addressFullName", True),
        ("parties.delivery.addressLine1", True),
        ("communication.telephones.PRI", True),
        ("communication.emails.PRI.email", True),
        ("address.CUNM", True),
        ("line2", True),
        ("street_name", True),
        ("customer.name", True),
        ("parties.delivery.name", True),
        ("people[].name", True),
        ("billTo.name1", True),
        ("contact.nick", True),
        ("salesRep", True),
        ("order.owner", True),
        ("ownerId", False),
        ("customer.group.name", False),
        ("contact.organisation.name", False),
        ("orderStatus.name", False),
        ("warehouse.name", False),
        ("orderRows[].productName", False),
        ("lines[].ITNO", False),
        ("parties.customer.contactId", False),
        ("orderRows[].quantity.magnitude", False),
    ],
)
def test_which_fields_are_personal(path: str, personal: bool) -> None:
    """Names, e-mail, phone and street of people are; what an order is about is not."""
    assert is_personal(path) is personal


def test_checks() -> None:
    """A check that is false or null refuses the record, and shows both sides and the fields it read."""
    rule = "rules:\n- {to: x, formula: id}\nchecks:\n- {name: net adds up, formula: %s}\n"
    adds = '"SUM(TO_DECIMAL(rows.net, 4)) = TO_DECIMAL(net, 2)"'
    assert mapped(rule % adds).output == {"x": 7}
    collections = 'rules:\n- {to: "l[]", each: rows AS row, rules: [{to: k, formula: id}]}\n'
    fine = mapped((collections + "checks:\n- {name: net adds up, formula: %s}\n") % adds)
    assert fine.ok
    off = mapped(rule % adds, {**ORDER, "net": "10.01"})
    assert off.errors[0] == Problem(
        "check: net adds up", "CW-CHECK", "10.0000 = 10.01", "the check is not true: net=10.01"
    )
    assert mapped(rule % '"id > missing"').errors[0].value == "7 > null"
    assert mapped(rule % '"TO_INTEGER(ref) > 1"').errors[0].code == "CW-BAD-INTEGER"


WITH = """
with:
  contact: {entity: contact, key: customer.id}
  item: {entity: product, key: "rows[].product"}
rules:
- {to: name, formula: contact.name}
- to: lines[]
  each: rows AS row
  where: row.kind = 'item'
  rules:
  - {to: weight, formula: item.weight}
"""
RELATED = {"contact": {"5": {"name": "Acme"}}, "item": {"1": {"weight": 10}, "2": {"weight": 20}}}


def test_related_records_of_the_record_and_of_its_rows() -> None:
    """A related record is found by its key; inside a list, by the key of the current row."""
    assert mapped(WITH, related=RELATED).output == {"name": "Acme", "lines": [{"weight": 20}, {"weight": 10}]}


def test_missing_related_records_are_errors_and_absent_keys_are_not() -> None:
    """An id without its record is an error that names it; no id means that all fields are null."""
    found = mapped(WITH, related={"contact": {}, "item": RELATED["item"]})
    assert [(error.path, error.code, error.value) for error in found.errors] == [
        ("name", "CW-RELATED-MISSING", "contact:5")
    ]
    nobody = {**ORDER, "customer": {"id": None}}
    output = mapped(WITH, nobody, related=RELATED).output
    assert output is not None and output["name"] is None


def test_related_keys() -> None:
    """The ids to fetch: only of rows that a list keeps, as text, blanks left out."""
    mapping = compile_mapping(document(WITH))
    assert mapping.related_entities == {"contact": "contact", "item": "product"}
    assert mapping.related_keys(ORDER) == {"contact": frozenset({"5"}), "item": frozenset({"1", "2"})}
    assert mapping.related_keys({}) == {"contact": frozenset(), "item": frozenset()}
    odd = {
        "customer": "nobody",
        "rows": [{"product": ""}, {"product": 3, "kind": "item"}, {"product": 4}, "?"],
    }
    assert mapping.related_keys(odd) == {"contact": frozenset(), "item": frozenset({"3"})}
    everywhere = compile_mapping(document(WITH + 'checks:\n- {name: w, formula: "SUM(item.weight) > 0"}\n'))
    assert everywhere.related_keys(ORDER)["item"] == {"1", "2", "1000"}


def test_id_map_and_lookups() -> None:
    """An id without an entry and a key without a row are problems that name both."""
    rule = """
rules:
- {to: x, formula: "IDMAP('customer', customer.id)"}
- {to: y, formula: "LOOKUP('warehouses', id)"}
"""
    lookups = {"warehouses": {"7": "BRS"}}
    found = mapped(rule, lookups=lookups, idmap=lambda entity, key: f"{entity}-{key}")
    assert found.output == {"x": "customer-5", "y": "BRS"}
    missing = mapped(rule, {"id": 9, "customer": {"id": 5}}, lookups=lookups, idmap=lambda entity, key: None)
    assert [(error.code, error.value) for error in missing.errors] == [
        ("CW-IDMAP-MISSING", "customer:5"),
        ("CW-LOOKUP-MISSING", "warehouses:9"),
    ]


def test_the_id_map_is_asked_only_where_it_is_needed() -> None:
    """In a branch that is not taken the id map is not asked, even if the formula stands twice."""
    asked: list[str] = []

    def idmap(entity: str, key: str) -> str:
        asked.append(f"{entity}:{key}")
        return "C"

    rule = "{to: %s, formula: \"CASE WHEN id = 7 THEN 'x' ELSE IDMAP('customer', id) END\"}"
    mapping = compile_mapping(document(f"rules:\n- {rule % 'a'}\n- {rule % 'b'}\n"))
    assert mapping.apply(ORDER, idmap=idmap).output == {"a": "x", "b": "x"}
    assert asked == []


def test_now_is_given() -> None:
    """NOW() is the time that the caller gave."""
    rule = "rules:\n- {to: x, formula: \"FORMAT_DATE(NOW(), 'yyyyMMdd')\"}\n"
    assert mapped(rule, now=datetime(2026, 11, 23, tzinfo=UTC)).output == {"x": "20261123"}
    assert mapped(rule).errors[0].code == "CW-NO-NOW"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the record is not JSON"),
        (b"{", "the record is not JSON"),
        (b"\xff{}", "the record is not JSON"),
        (b'{"id": NaN}', "the record is not JSON"),
        (b"[1]", "a record is a JSON object"),
        (b'"x"', "a record is a JSON object"),
        (b"[" * 100_000, "the record is not JSON"),
    ],
)
def test_bytes_that_are_no_record(raw: bytes, message: str) -> None:
    """Unreadable bytes are one problem of the record, never an exception."""
    found = compile_mapping(document("rules:\n- {to: x, formula: id}\n")).apply_bytes(raw)
    assert [(error.path, error.code) for error in found.errors] == [("", "CW-JSON")]
    assert found.errors[0].message.startswith(message)


def test_long_texts_are_refused_in_small_and_large_records() -> None:
    """A text over 64 K characters is refused when read, by bytes as by dict."""
    found = mapped("rules:\n- {to: x, formula: a}\n", {"a": "x" * 70_000})
    assert [error.code for error in found.errors] == ["CW-TEXT-LONG"]


def test_work_that_grows_with_the_square_of_the_rows_is_bounded() -> None:
    """An aggregate that depends on the row takes 1,000 rows; any list takes 10,000."""
    squared = """
rules:
- to: l[]
  each: rows AS row
  rules:
  - {to: n, formula: "COUNT(rows.k) FILTER (WHERE rows.k <= row.k)"}
"""
    few = mapped(squared, {"rows": [{"k": k} for k in range(30)]})
    assert few.output is not None and [line["n"] for line in few.output["l"]] == list(range(1, 31))
    mapping = compile_mapping(document(squared))
    many = {"rows": [{"k": k} for k in range(1001)]}
    assert {error.code for error in mapping.apply(many).errors} == {"CW-TOO-MANY-ROWS"}
    too_many = mapping.apply({"rows": [{"k": 1}] * 10_001})
    assert [(error.path, error.code) for error in too_many.errors] == [("l[]", "CW-TOO-MANY-ROWS")]


def test_constants_of_different_kinds_are_kept_apart() -> None:
    """Formulas that differ only in 2 and 2.0 are computed apart, though Python calls them equal."""
    found = mapped("""
rules:
- {to: a, formula: "id * 2"}
- {to: b, formula: "id * 2.0"}
- {to: c, formula: "id * 2"}
- {to: d, formula: "id * 2.0"}
""")
    assert found.output == {"a": 14, "b": "14.0", "c": 14, "d": "14.0"}


def test_every_problem_of_a_mapping_is_reported_with_its_place() -> None:
    """Formula and target problems of all rules come at once, with file, line, columns and suggestion."""
    text = """
rules:
- {to: a, formula: "UPER(net)"}
- {to: b, formula: "prce + 1"}
- {to: b, formula: net}
- {to: c, formula: net}
- {to: c.d, formula: net}
- to: l[]
  each: rows AS row
  where: row.knd = 'x'
  rules:
  - {to: e, formula: row.sk}
checks:
- {name: x, formula: "nett = 'a'"}
"""
    scope = Scope(shape=infer_shape([ORDER]))
    with pytest.raises(FindingsError) as caught:
        mapping_to_ir(document(text), scope)
    clash = "has a rule already (keep one of the two)"
    assert {finding.render().removeprefix("small.yaml:") for finding in caught.value.findings} == {
        "8: error CW-FORMULA-FUNCTION a: unknown function 'UPER' at 1-4 (did you mean 'UPPER'?)",
        "9: error CW-FORMULA-FIELD b: unknown field 'prce' at 1-4 (there is: id, ref, net, customer, rows)",
        f"10: error CW-MAPPING-TARGET b: clashes with b, which {clash}",
        f"12: error CW-MAPPING-TARGET c.d: clashes with c, which {clash}",
        "15: error CW-FORMULA-FIELD l[] where: unknown field 'row.knd' at 1-7 (did you mean 'row.kind'?)",
        "17: error CW-FORMULA-FIELD l[].e: unknown field 'row.sk' at 1-6 (did you mean 'row.sku'?)",
        "19: error CW-FORMULA-FIELD check 'x': unknown field 'nett' at 1-4 (did you mean 'net'?)",
    }
    assert caught.value.exit_code == 78


def test_unknown_lookups_are_refused_when_tables_are_given() -> None:
    """A formula that asks a table that is not there does not compile."""
    doc = document("rules:\n- {to: x, formula: \"LOOKUP('ware', id)\"}\n")
    with pytest.raises(FindingsError) as caught:
        compile_mapping(doc, {"warehouses": {}})
    assert [finding.code for finding in caught.value.findings] == ["CW-FORMULA-LOOKUP"]


def test_a_release_runs_without_the_parser() -> None:
    """The stored form compiles and runs in a process that has no sqlglot."""
    ir = json.dumps(mapping_to_ir(document(LINES)))
    code = (
        "import sys, json\n"
        "sys.modules['sqlglot'] = None\n"
        "from crosswalk_engine.mapping.compile import compile_ir\n"
        f"mapping = compile_ir(json.loads({ir!r}))\n"
        f"print(mapping.apply_bytes({json.dumps(ORDER).encode()!r}).output_bytes().decode())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["lines"][0]["sku"] == "A"


@pytest.mark.parametrize("damage", ["format", "rules", "name"])
def test_damaged_stored_mappings_are_refused(damage: str) -> None:
    """A stored mapping that lacks a part, or is of another format, is one configuration error."""
    ir = mapping_to_ir(document(LINES))
    ir[damage] = "crosswalk/mapping-ir@9" if damage == "format" else None
    if damage == "name":
        del ir["name"]
    with pytest.raises(ConfigError) as caught:
        compile_ir(ir)
    assert caught.value.code == "CW-IR"


def test_compiled_mappings_are_independent_of_threads() -> None:
    """Four threads over one compiled mapping get what one thread gets."""
    from concurrent.futures import ThreadPoolExecutor

    mapping: CompiledMapping = compile_mapping(document(LINES))
    orders = [{**ORDER, "id": number, "net": f"{number}.0{number % 10}"} for number in range(200)]
    alone = [mapping.apply(order) for order in orders]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(mapping.apply, orders)) == alone
