"""Profile and suggest as their users call them."""

import io
import json
import sys
from pathlib import Path

import pytest
from crosswalk_engine.cli import run

SAMPLES = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor/samples"
HEAD = "path,type,description,samples\n"


@pytest.fixture(autouse=True)
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSWALK_MODEL", "none")


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    source, target = tmp_path / "a_fields.csv", tmp_path / "b_fields.csv"
    source.write_text(HEAD + 'postCode,,,"[""BS8 2DJ""]"\norderQty,,,"[""2""]"\ncolour,,,\n')
    target.write_text(HEAD + 'order_quantity,,,"[""3""]"\npost_code,,,"[""BS4 3EH""]"\n')
    return source, target


def test_suggest_writes_the_agreed_shape(lists: tuple[Path, Path], tmp_path: Path) -> None:
    """The JSON has exactly the agreed keys, both targets get their source, and ranks count from 1."""
    out = tmp_path / "s.json"
    assert run(["suggest", *map(str, lists), "--out", str(out), "--top", "2"]) == 0
    found = json.loads(out.read_text())
    assert list(found) == ["suggestions", "assignment"]
    assert {tuple(item) for item in found["suggestions"]} == {
        ("target", "source", "rank", "probability", "evidence")
    }
    assert {tuple(item) for item in found["assignment"]} == {("target", "source", "probability", "group")}
    assert [(item["target"], item["source"]) for item in found["assignment"]] == [
        ("order_quantity", "orderQty"),
        ("post_code", "postCode"),
    ]
    ranks = [(item["target"], item["rank"]) for item in found["suggestions"]]
    assert ranks == [("order_quantity", 1), ("order_quantity", 2), ("post_code", 1), ("post_code", 2)]


def test_suggest_prints_a_table_and_says_what_it_lacks(
    lists: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --out there is a table, and a note on standard error that no model took part."""
    assert run(["suggest", *map(str, lists)]) == 0
    printed = capsys.readouterr()
    assert "2 of 2 target fields assigned (✓), by field-matcher@1" in printed.out
    assert "no embedding model (switched off)" in printed.err


def test_many_pairs_in_one_process(lists: tuple[Path, Path], tmp_path: Path) -> None:
    """--pairs writes one result a row, with paths relative to the list."""
    listing = tmp_path / "pairs.csv"
    listing.write_text(
        "source,target,out\na_fields.csv,b_fields.csv,one.json\nb_fields.csv,a_fields.csv,two.json\n"
    )
    assert run(["suggest", "--pairs", str(listing)]) == 0
    assert len(json.loads((tmp_path / "one.json").read_text())["assignment"]) == 2
    assert len(json.loads((tmp_path / "two.json").read_text())["suggestions"]) == 6


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["suggest"], 2),
        (["suggest", "a.json", "b.json"], 66),
        (["suggest", "--pairs", "p.csv", "a.json"], 2),
        (["suggest", "--pairs", "nowhere.csv"], 66),
        (["profile", "nowhere.csv"], 66),
    ],
)
def test_wrong_calls_have_their_exit_codes(
    arguments: list[str],
    code: int,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Usage errors and missing files answer in one coded line."""
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_an_unwritable_place_leaves_nothing(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is not there gives exit code 73 and one line."""
    assert run(["suggest", *map(str, lists), "--out", str(tmp_path / "no" / "s.json")]) == 73
    assert capsys.readouterr().err.startswith("CW-CANNOT-WRITE")


def test_memory_without_pairs_is_told(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A memory folder that holds no pair is an error, not an empty memory."""
    (tmp_path / "memory").mkdir()
    assert run(["suggest", *map(str, lists), "--memory", str(tmp_path / "memory")]) == 66
    assert capsys.readouterr().err.startswith("CW-MEMORY-EMPTY")


def test_profile_writes_json_and_a_table(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--out writes the stored form; without it there is a table with a line a field."""
    assert run(["profile", str(lists[0]), "--out", str(tmp_path / "p.json")]) == 0
    stored = json.loads((tmp_path / "p.json").read_text())
    assert stored["format"] == "crosswalk/profile@1"
    assert [item["path"] for item in stored["files"][0]["fields"]] == ["postCode", "orderQty", "colour"]
    assert run(["profile", str(lists[0])]) == 0
    assert "postCode" in capsys.readouterr().out


def given(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_an_output_never_takes_the_place_of_an_input(
    lists: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By any of its names, also those of the memory, the project and of pairs: exit 2, all unchanged."""
    monkeypatch.chdir(tmp_path)
    source, target = (path.name for path in lists)
    Path("link.json").symlink_to(source)
    Path("memory/one").mkdir(parents=True)
    Path("memory/one/mapping.json").write_text("{}")
    Path("pairs.csv").write_text(f"source,target,out\n{source},{target},o.json\n{target},{source},o.json\n")
    Path("over.csv").write_text(f"source,target,out\n{source},{target},x.json\n{target},{source},{source}\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    two = ["suggest", source, target]
    fix = " · fix: name another file; nothing was written\n"
    for arguments, said in (
        (["profile", source, target, "--out", target], f"FILE and --out are the same file · got {target}"),
        ([*two, "--out", "link.json"], "SOURCE and --out are the same file · got link.json"),
        ([*two, "--out", f"../{tmp_path.name}/{target}"], "TARGET and --out are the same file · got ../"),
        ([*two, "--memory", "memory", "--out", "memory/one/mapping.json"], "--memory and --out are the same"),
        (["suggest", "--pairs", "pairs.csv"], "`out` of line 2 and `out` of line 3 are the same file"),
        (["suggest", "--pairs", "over.csv"], "a target and `out` of line 3 are the same file"),
    ):
        assert run(arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"CW-SAME-FILE {said}") and error.endswith(fix)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_standard_output_is_written_and_never_replaced(
    lists: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """`-` and the devices get the JSON; /dev/null stays a device."""
    for place in ("-", "/dev/stdout"):
        assert run(["profile", str(lists[0]), "--out", place]) == 0
        assert json.loads(capfd.readouterr().out)["format"] == "crosswalk/profile@1"
        assert run(["suggest", *map(str, lists), "--out", place]) == 0
        assert len(json.loads(capfd.readouterr().out)["assignment"]) == 2
    assert run(["profile", str(lists[0]), "--out", "/dev/null"]) == 0
    assert not Path("/dev/null").is_file()
    assert Path("/dev/stdout").is_symlink()


def test_standard_input_is_a_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is profiled as the file is, and one side of suggest may be it; two of them are refused."""
    raw = b"sku;net\nA-1;1.50\nB-2;2.00\n"
    (tmp_path / "a.csv").write_bytes(raw)
    given(monkeypatch, raw)
    assert run(["profile", "-", "--out", str(tmp_path / "p.json")]) == 0
    assert capsys.readouterr().err == "-: read as CSV, 2 columns separated by semicolons\n"
    (stored,) = json.loads((tmp_path / "p.json").read_text())["files"]
    assert (stored["name"], [item["path"] for item in stored["fields"]]) == ("-", ["sku", "net"])
    given(monkeypatch, b'{"SKU": "A-1", "Net": "1.50"}\n{"SKU": "B-2", "Net": "2.00"}\n')
    assert run(["suggest", "-", str(tmp_path / "a.csv"), "--out", str(tmp_path / "s.json")]) == 0
    found = json.loads((tmp_path / "s.json").read_text())["assignment"]
    assert {(item["target"], item["source"]) for item in found} == {("sku", "SKU"), ("net", "Net")}
    capsys.readouterr()
    for command in (["profile", "-", "-"], ["suggest", "-", "-"]):
        assert run(command) == 2
        assert capsys.readouterr().err == "CW-USAGE only one file can be standard input · got - twice\n"


WRONG = {
    b"PK\x03\x04\x14\x00 zip": "CW-NOT-TEXT this is a zip archive · at wrong.csv · expected CSV with",
    b"%PDF-1.7\n%\xe2\xe3\n": "CW-NOT-TEXT this is a PDF document · at wrong.csv · expected CSV with",
    b'[{"id": 1}]\n': "CW-NOT-CSV this is not CSV · at wrong.csv:1:1 · got JSON",
    b"id,name\n1,a\n2\n": "CW-RECORDS-BAD 1 of 2 records cannot be read · at wrong.csv",
}


@pytest.mark.parametrize("raw", WRONG)
def test_what_is_named_csv_and_is_none(
    raw: bytes,
    lists: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine's words for it, from each command and side; no output appears."""
    monkeypatch.chdir(tmp_path)
    Path("wrong.csv").write_bytes(raw)
    other = lists[0].name
    for command in (
        ["profile", "wrong.csv"],
        ["suggest", "wrong.csv", other],
        ["suggest", other, "wrong.csv"],
    ):
        assert run([*command, "--out", "out.json"]) == 65
        assert WRONG[raw] in capsys.readouterr().err
    assert not Path("out.json").exists()


def test_profile_is_told_the_encoding_and_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--encoding reads what is not UTF-8; --record says what a record is in XML."""
    (tmp_path / "a.csv").write_bytes("town,n\nMünchen,1\n".encode("cp1252"))
    assert run(["profile", str(tmp_path / "a.csv")]) == 65
    assert "name its encoding" in capsys.readouterr().err
    assert run(["profile", str(tmp_path / "a.csv"), "--encoding", "cp1252", "--show-values"]) == 0
    assert "München" in capsys.readouterr().out
    (tmp_path / "o.xml").write_text("<a><head><n>7</n></head><o><id>1</id></o><o><id>2</id></o></a>")
    assert run(["profile", str(tmp_path / "o.xml"), "--record", "o"]) == 0
    assert "o.xml: 2 records, 1 fields" in capsys.readouterr().out


def test_bods_are_matched_on_both_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Orders against BODs of the same orders, either way round: the records are linked, and amounts found."""
    order, bod = SAMPLES / "brightpearl.order.ndjson", SAMPLES / "infor-ion.ProcessSalesOrder.xml"
    line = "DataArea.SalesOrder.SalesOrderLine[]"
    pairs = {
        (f"{line}.Item.ItemID.ID", "orderRows[].productSku"),
        (f"{line}.Item.Description", "orderRows[].productName"),
    }
    for source, target in ((order, bod), (bod, order)):
        assert run(["suggest", str(source), str(target), "--out", str(tmp_path / "s.json")]) == 0
        assert "20 records are linked" in capsys.readouterr().err
        found = json.loads((tmp_path / "s.json").read_text())["assignment"]
        made = {(item["target"], item["source"]) for item in found}
        assert pairs <= (made if target == bod else {(left, right) for right, left in made})
