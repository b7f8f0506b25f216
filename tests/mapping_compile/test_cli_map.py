"""`crosswalk map` and `crosswalk explain` as their users run them."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.mapping.compile import mapping_to_ir
from crosswalk_engine.mapping.document import load_mapping

MAPPING = """format: crosswalk/mapping@1
name: shop-to-erp
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
with:
  buyer: {entity: buyer, key: buyerId}
rules:
- {to: number, formula: "CONCAT('S', id)", required: true}
- {to: place, formula: "LOOKUP('places', place)"}
- {to: name, formula: buyer.name, max_length: 5, on_too_long: cut}
- to: lines[]
  each: rows AS row
  rules:
  - {to: sku, formula: "UPPER(row.sku)"}
  - {to: qty, formula: "TO_DECIMAL(row.qty, 2)", required: true}
"""
ORDERS = [
    {"id": 1, "place": "a", "buyerId": 5, "rows": [{"sku": "x", "qty": "2"}]},
    {"id": 2, "place": "b", "buyerId": 6, "rows": [{"sku": "y", "qty": "two"}]},
    {"id": 3, "place": "a", "buyerId": 6, "rows": []},
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A mapping with a lookup table, related records and orders, one of them bad and one line unreadable."""
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings/shop-to-erp.yaml").write_text(MAPPING)
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups/places.csv").write_text("source,target\na,AAA\nb,BBB\n")
    buyers = [{"buyerId": 5, "name": "Anna"}, {"buyerId": 6, "name": "Boris Becker"}]
    (tmp_path / "buyers.ndjson").write_text("".join(json.dumps(buyer) + "\n" for buyer in buyers))
    lines = [json.dumps(order) for order in ORDERS]
    (tmp_path / "orders.ndjson").write_text("\n".join([lines[0], "{broken", *lines[1:]]) + "\n")
    return tmp_path


def command(shop: Path, *more: str, out: str = "out.ndjson") -> int:
    """Runs `crosswalk map` with the usual arguments."""
    mapping, orders = shop / "mappings/shop-to-erp.yaml", shop / "orders.ndjson"
    target = out if out == "-" else str(shop / out)
    arguments = [str(mapping), "--in", str(orders), "--out", target, "--related", str(shop)]
    return run(["map", *arguments, *more])


def lines(path: Path) -> list[Any]:
    """The JSON values of an NDJSON file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_good_records_are_written_and_bad_ones_listed(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Outputs keep the order of the input; rejects tell line, key and every error; the exit code is 65."""
    assert command(shop, "--rejects", str(shop / "rejects.ndjson")) == 65
    assert lines(shop / "out.ndjson") == [
        {"number": "S1", "place": "AAA", "name": "Anna", "lines": [{"sku": "X", "qty": "2.00"}]},
        {"number": "S3", "place": "AAA", "name": "Boris", "lines": []},
    ]
    unreadable, bad = lines(shop / "rejects.ndjson")
    assert (unreadable["line"], unreadable["key"], len(unreadable["errors"])) == (2, None, 1)
    assert unreadable["errors"][0]["code"].startswith("CW-JSON")
    assert bad == {
        "line": 3,
        "key": 2,
        "errors": [
            {
                "path": "lines[0].qty",
                "code": "CW-BAD-DECIMAL",
                "value": "two",
                "message": "TO_DECIMAL needs digits such as -12.50 (from rows[].qty) (row 0 of rows)",
            }
        ],
    }
    assert "2 mapped, 2 rejected" in capsys.readouterr().err


def test_the_key_of_a_reject_is_bounded(shop: Path) -> None:
    """Of a key of 100,000 characters a reject shows 80, the last one `…`; control characters are spelled."""
    orders = [{**ORDERS[1], "id": key} for key in ("K" * 100_000, "a\nb", "K-1")]
    (shop / "orders.ndjson").write_text("".join(json.dumps(order) + "\n" for order in orders))
    assert command(shop, "--rejects", str(shop / "rejects")) == 65
    assert [entry["key"] for entry in lines(shop / "rejects")] == ["K" * 79 + "…", "aU+000Ab", "K-1"]


def test_workers_give_the_same_bytes(shop: Path) -> None:
    """Two processes write what one writes, in the same order, over several runs of lines."""
    orders = [{**ORDERS[n % 2], "id": n} for n in range(1300)]
    (shop / "orders.ndjson").write_text("".join(json.dumps(order) + "\n" for order in orders))
    for workers in ("1", "2"):
        rejects = str(shop / f"rejects{workers}")
        assert command(shop, "--workers", workers, "--rejects", rejects, out=f"out{workers}") == 65
    assert (shop / "out1").read_bytes() == (shop / "out2").read_bytes()
    assert (shop / "rejects1").read_bytes() == (shop / "rejects2").read_bytes()
    assert [entry["key"] for entry in lines(shop / "rejects2")] == list(range(1, 1300, 2))
    assert [entry["line"] for entry in lines(shop / "rejects2")] == list(range(2, 1301, 2))


def test_all_good_records_exit_0_and_json_arrays_are_read(shop: Path) -> None:
    """A JSON array works like NDJSON, also with workers; without a reject the exit code is 0."""
    (shop / "orders.ndjson").unlink()
    (shop / "orders.json").write_text(json.dumps([ORDERS[0], ORDERS[2]], indent=1))
    arguments = ["--in", str(shop / "orders.json"), "--out", str(shop / "o"), "--related", str(shop)]
    for workers in ("1", "3"):
        assert run(["map", str(shop / "mappings/shop-to-erp.yaml"), *arguments, "--workers", workers]) == 0
        assert [entry["number"] for entry in lines(shop / "o")] == ["S1", "S3"]


def test_standard_streams(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """`-` reads standard input and writes standard output, which holds nothing but the outputs."""

    class Input:
        buffer = io.BytesIO(json.dumps(ORDERS[0]).encode())

    monkeypatch.setattr(sys, "stdin", Input())
    mapping = str(shop / "mappings/shop-to-erp.yaml")
    assert run(["map", mapping, "--in", "-", "--out", "-", "--related", str(shop)]) == 0
    assert json.loads(capfdbinary.readouterr().out)["number"] == "S1"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--engine", "spark"], 78, "CW-NEEDS-SPARK"),
        (["--engine", "fast"], 2, "CW-ENGINE"),
        (["--mapping", "shop-to-er"], 78, "did you mean 'shop-to-erp'?"),
        (["--lookups", "/no/such/folder"], 66, "CW-FILE-MISSING"),
        (["--related", "/no/such/folder"], 66, "CW-FILE-MISSING"),
        (["--idmap", "/no/such/file"], 66, "CW-FILE-MISSING"),
        (["--workers", "0"], 2, "CW-USAGE"),
    ],
)
def test_clear_refusals(
    shop: Path, arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each wrong option is one line with a code, and no file is left behind."""
    assert command(shop, *arguments) == code
    assert message in capsys.readouterr().err
    assert not list(shop.glob("*out*"))


def test_files_that_are_not_there_or_cannot_be_written(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing input or mapping is 66, a place that cannot be written 73, one file in two roles 2."""
    mapping = str(shop / "mappings/shop-to-erp.yaml")
    orders = str(shop / "orders.ndjson")
    related = ["--related", str(shop)]
    assert run(["map", mapping, "--in", str(shop / "none"), "--out", str(shop / "o"), *related]) == 66
    assert run(["map", str(shop / "none.yaml"), "--in", orders, "--out", str(shop / "o")]) == 66
    assert run(["map", mapping, "--in", orders, "--out", str(shop / "no/dir"), *related]) == 73
    assert run(["map", mapping, "--in", orders, "--out", orders, *related]) == 2
    assert not (shop / "o").exists()
    assert "Traceback" not in capsys.readouterr().err


def test_an_unreadable_file_leaves_the_earlier_output(shop: Path) -> None:
    """A file that is no text at all is 65, and an output from before stays as it was."""
    (shop / "out.ndjson").write_text("before\n")
    (shop / "orders.ndjson").write_bytes(b"%PDF-1.4\x00\xff\xfe")
    assert command(shop) == 65
    assert (shop / "out.ndjson").read_text() == "before\n"
    assert not list(shop.glob(".*.part"))


def test_broken_mappings_are_refused_with_all_problems(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mapping with two wrong formulas is 78, both problems with line and columns."""
    path = shop / "mappings/shop-to-erp.yaml"
    path.write_text(MAPPING.replace("CONCAT(", "CONCT(").replace("UPPER(row.sku)", "UPPER(row.sku"))
    assert command(shop) == 78
    shown = capsys.readouterr().err
    assert "shop-to-erp.yaml:8: error CW-FORMULA-FUNCTION number: unknown function 'CONCT' at 1-5" in shown
    assert "shop-to-erp.yaml:14: error CW-FORMULA-SYNTAX lines[].sku" in shown


def test_fields_that_no_record_has_are_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mapping that stands alone is not refused for a field that is absent, but the field is named."""
    path = shop / "mappings/shop-to-erp.yaml"
    path.write_text(MAPPING.replace("LOOKUP('places', place)", "LOOKUP('places', plaice)"))
    command(shop)
    assert (
        "CW-FIELD-ABSENT no record has the field 'plaice'; did you mean 'place'?" in capsys.readouterr().err
    )


def test_id_map_file(shop: Path) -> None:
    """`--idmap` answers IDMAP, through merged records too."""
    path = shop / "mappings/shop-to-erp.yaml"
    path.write_text(MAPPING.replace("CONCAT('S', id)", "IDMAP('customer', buyerId)"))
    table = shop / "ids.csv"
    table.write_text("entity,source,target\ncustomer,5,C5\nbuyer_merge,6,5\n")
    command(shop, "--idmap", str(table))
    assert [entry["number"] for entry in lines(shop / "out.ndjson")] == ["C5", "C5"]
    table.write_text("entity,source\ncustomer,5\n")
    assert command(shop, "--idmap", str(table)) == 78


def test_explain(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each target is told with formula, type, limits and sources; one target or its code on demand."""
    path = str(shop / "mappings/shop-to-erp.yaml")
    assert run(["explain", path]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(
        "shop-to-erp\n  shop order -> erp sales_order\n  with buyer: the buyer whose id is buyerId"
    )
    assert "lines[]  one for each of rows, called row" in shown
    assert run(["explain", path, "--target", "lines[].qty", "--code"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(
        "lines[].qty  DECIMAL, required\n    = TO_DECIMAL(row.qty, 2)\n    reads rows[].qty\n"
    )
    assert "def mapping(doc, env, errors, warnings):" in shown
    assert "places" not in shown
    assert run(["explain", path, "--target", "lines[].qt"]) == 78
    assert "did you mean 'lines[].qty'?" in capsys.readouterr().err


def test_projects_and_releases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A project's mapping maps like its release, and a project with several asks which."""
    from crosswalk_engine.release.build import build_release

    sample = Path(__file__).parents[2] / "sample_data"
    project = sample / "projects/brightpearl-infor"
    build_release(project, tmp_path / "release", author="ana", approver="ben")
    common = ["--in", str(sample / "brightpearl/orders.ndjson"), "--related", str(sample / "brightpearl")]
    for place, out in ((project, "a"), (tmp_path / "release", "b")):
        named = ["--mapping", "order-to-m3", "--out", str(tmp_path / out)]
        assert run(["map", str(place), *named, *common]) == 65
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len(lines(tmp_path / "a")) > 300
    assert run(["map", str(project), "--out", str(tmp_path / "c"), *common]) == 78
    assert "name one with --mapping" in capsys.readouterr().err


def test_the_stored_form_keeps_what_explain_says(shop: Path) -> None:
    """The stored form carries the formulas as they were written."""
    ir = mapping_to_ir(load_mapping(shop / "mappings/shop-to-erp.yaml"))
    assert [rule.get("formula") for rule in ir["rules"]][:3] == [
        "CONCAT('S', id)",
        "LOOKUP('places', place)",
        "buyer.name",
    ]
