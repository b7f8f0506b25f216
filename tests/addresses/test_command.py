"""`crosswalk addresses`: both layouts in, one JSON line out for each row, one clear error for a bad file."""

import io
import json
import sys

import pytest
from crosswalk_engine.cli import run

LINES = "id,line1,line2,line3,line4,postcode,country\n"
PARTS = "id,street,city,state,postcode,country\n"


def test_rows_come_out_in_order_with_all_parts(tmp_path):
    """Two rows in, two JSON objects out, with exactly the documented keys."""
    source, out = tmp_path / "in.csv", tmp_path / "out.ndjson"
    source.write_text(
        LINES + 'b,14 Alma Road,,Bristol,,bs82dj,GB\na,"1 Main St, Apt 2",,Montgomery,AL,3611O,US\n'
    )
    assert run(["addresses", str(source), "--out", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == ["b", "a"]
    assert [row["verdict"] for row in rows] == ["ACCEPT_NORMALISED", "REVIEW"]
    assert list(rows[0]) == ["id", "verdict", "codes", "address", "components", "suggestions"]
    assert list(rows[0]["address"]) == ["line1", "line2", "city", "state", "postcode", "country"]
    assert rows[1]["address"]["postcode"] == "3611O"
    assert rows[1]["suggestions"][0]["address"]["postcode"] == "36110"
    assert list(rows[1]["suggestions"][0]) == ["address", "probability", "reasons"]


def test_the_parts_layout_with_other_columns_and_a_byte_order_mark(tmp_path, capsys):
    """Named parts, columns in any order, extra ones ignored."""
    source = tmp_path / "in.csv"
    source.write_text(
        "\ufeffnote,country,postcode,state,city,street,id\nx,DE,80331,,München,Tal 1,7\n", "utf-8"
    )
    assert run(["addresses", str(source), "--out", "-"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["id"], row["verdict"], row["address"]["city"]) == ("7", "ACCEPT", "München")


def test_standard_input_is_read(tmp_path, monkeypatch):
    """`-` reads standard input."""
    source, out = tmp_path / "in.csv", tmp_path / "out.ndjson"
    source.write_text(PARTS + "1,14 Alma Road,Bristol,,BS8 2DJ,GB\n")
    with source.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert run(["addresses", "-", "--out", str(out)]) == 0
    assert json.loads(out.read_text())["verdict"] == "ACCEPT"


@pytest.mark.parametrize(
    ("content", "exit_code", "message"),
    [
        (b"", 65, "CW-CSV-COLUMNS"),
        (b"id,name\n1,Ana\n", 65, "CW-CSV-COLUMNS"),
        (LINES.encode() + b"1,14 Alma Road,,Bristol\n", 65, "CW-CSV-ROW a row does not have as many cells"),
        (LINES.encode() + b'1,"14 Alma\n', 65, "CW-CSV-FORM"),
        (PARTS.encode() + b"1,Tal 1,M\xfcnchen,,80331,DE\n", 65, "CW-CSV-ENCODING"),
        (None, 66, "CW-FILE-MISSING"),
    ],
)
def test_a_bad_file_is_one_error_and_no_output(tmp_path, capsys, content, exit_code, message):
    """One line on standard error, no cell in it, nothing half-written."""
    source, out = tmp_path / "in.csv", tmp_path / "out.ndjson"
    if content is not None:
        source.write_bytes(content)
    assert run(["addresses", str(source), "--out", str(out)]) == exit_code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert "Alma" not in error and "Ana" not in error.split("expected")[0].replace("id,name", "")
    assert not out.exists()


def test_an_unwritable_place_is_named(tmp_path, capsys):
    """A folder that is not there."""
    source = tmp_path / "in.csv"
    source.write_text(PARTS)
    assert run(["addresses", str(source), "--out", str(tmp_path / "no" / "out.ndjson")]) == 73
    assert "CW-CANNOT-WRITE" in capsys.readouterr().err


def test_without_the_extra_the_fix_is_told(monkeypatch):
    """A missing package becomes the pip command that brings it."""
    from crosswalk_engine.addresses import extra
    from crosswalk_engine.errors import ConfigError

    monkeypatch.setitem(sys.modules, "usaddress", None)
    extra.require.cache_clear()
    with pytest.raises(ConfigError, match=r"pip install crosswalk-engine\[addresses\]") as caught:
        extra.require("usaddress")
    assert caught.value.code == "CW-ADDRESSES-EXTRA"
    extra.require.cache_clear()


def test_reading_rows_is_lazy():
    """A row is read when it is asked for, so a long file needs no long memory."""
    from crosswalk_engine.addresses.table import read_rows

    rows = read_rows(io.StringIO(PARTS + "1,a,b,,c,DE\nbroken\n"), "x.csv")
    assert next(rows).id == "1"
