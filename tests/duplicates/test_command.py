"""`crosswalk duplicates`: files in, pairs and clusters out, one clear error for a bad file."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from crosswalk_engine.cli import run


def write(path, rows):
    """Rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def read(path):
    """CSV as rows."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_pairs_and_clusters_have_the_documented_columns(tmp_path, make_people):
    """Every record has a cluster; match is 1 from .5 on; the evidence cell is JSON."""
    rows, truth = make_people(60, 12, 3)
    source, pairs, clusters = write(tmp_path / "r.csv", rows), tmp_path / "p.csv", tmp_path / "c.csv"
    assert run(["duplicates", source, "--out", str(pairs), "--clusters", str(clusters)]) == 0
    found = read(pairs)
    assert list(found[0]) == ["left_id", "right_id", "probability", "match", "evidence"]
    assert {frozenset((row["left_id"], row["right_id"])) for row in found if row["match"] == "1"} == truth
    assert all((float(row["probability"]) >= 0.5) == (row["match"] == "1") for row in found)
    assert all(float(row["probability"]) >= 0.05 for row in found)
    assert set(json.loads(found[0]["evidence"])[0]) == {"comparator", "level", "weight", "sentence"}
    grouped = read(clusters)
    assert list(grouped[0]) == ["id", "cluster_id"]
    assert [row["id"] for row in grouped] == [row["id"] for row in rows]
    assert len({row["cluster_id"] for row in grouped}) == 60


def test_linking_writes_the_side(tmp_path, make_people):
    """left_id is of the first file, right_id of the second; clusters say the side."""
    rows, truth = make_people(40, 10, 6)
    left = write(tmp_path / "a.csv", [row for row in rows if row["id"][0] == "p"])
    right = write(tmp_path / "b.csv", [row for row in rows if row["id"][0] == "q"])
    pairs, clusters = tmp_path / "p.csv", tmp_path / "c.csv"
    command = ["duplicates", left, "--right", right, "--entity", "person", "--out", str(pairs)]
    assert run([*command, "--clusters", str(clusters)]) == 0
    matches = [row for row in read(pairs) if row["match"] == "1"]
    assert all(row["left_id"][0] == "p" and row["right_id"][0] == "q" for row in matches)
    assert len(matches) == len(truth)
    assert {row["side"] for row in read(clusters)} == {"left", "right"}


def test_labels_and_minimum_are_used(tmp_path, make_people):
    """A decided pair is in the output with its answer; --min 1 leaves no other."""
    rows, _ = make_people(30, 6, 3)
    source, pairs = write(tmp_path / "r.csv", rows), tmp_path / "p.csv"
    labels = write(tmp_path / "l.csv", [{"left_id": "p20", "right_id": "p21", "match": "yes"}])
    assert run(["duplicates", source, "--labels", labels, "--min", "0.9999", "--out", str(pairs)]) == 0
    assert ("p20", "p21") in {tuple(sorted((row["left_id"], row["right_id"]))) for row in read(pairs)}
    assert all(float(row["probability"]) >= 0.9999 for row in read(pairs))


@pytest.mark.parametrize(
    ("content", "code", "exit_code"),
    [
        (b"name,age\nAna,5\n", "CW-RECORDS-ID", 65),
        (b"id,name\n1,Ana\n1,Bo\n", "CW-RECORDS-ID", 65),
        (b"id,name\n,Ana\n", "CW-RECORDS-ID", 65),
        (b"", "CW-EMPTY", 65),
        (b"id,name\n1,M\xfcller\n", "CW-ENCODING", 65),
        (b"PK\x03\x04 a zip archive", "CW-NOT-TEXT this is a zip archive · at ", 65),
        (b"%PDF-1.7\n", "CW-NOT-TEXT this is a PDF document · at ", 65),
        (b'[{"id": 1}]', "CW-NOT-CSV this is not CSV · at ", 65),
        (b"id,name\n1,Ana,5\n", "CW-CSV-ROW a row does not fit the header · at ", 65),
        (None, "CW-FILE-MISSING", 66),
    ],
)
def test_a_bad_file_is_one_error_and_no_output(tmp_path, capsys, content, code, exit_code):
    """One line that names the code; nothing half-written."""
    source, out = tmp_path / "r.csv", tmp_path / "p.csv"
    if content is not None:
        source.write_bytes(content)
    assert run(["duplicates", str(source), "--out", str(out)]) == exit_code
    error = capsys.readouterr().err
    assert error.startswith(code)
    assert "Ana" not in error and error.count("\n") == 1
    assert not out.exists()


def test_bad_labels_are_refused(tmp_path, capsys):
    """A missing column, and an answer that is none."""
    source = write(tmp_path / "r.csv", [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}])
    for row, code in (
        ({"a": "1"}, "CW-LABELS-COLUMNS"),
        ({"left_id": "1", "right_id": "2", "match": "perhaps"}, "CW-LABELS-MATCH"),
    ):
        labels = write(tmp_path / "l.csv", [row])
        assert run(["duplicates", source, "--labels", labels, "--out", str(tmp_path / "p.csv")]) == 65
        assert code in capsys.readouterr().err


def test_an_output_is_no_input_and_no_other_output(tmp_path, capsys):
    """Each clash is one line, exit 2; what stood there is unchanged."""
    source = write(tmp_path / "r.csv", [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}])
    before = (tmp_path / "r.csv").read_bytes()
    (tmp_path / "link.csv").symlink_to(tmp_path / "r.csv")
    other = str(tmp_path / "p.csv")
    for arguments, said in (
        (["--out", source], "RECORDS.csv and --out are the same file"),
        (["--out", str(tmp_path / "link.csv")], "RECORDS.csv and --out are the same file"),
        (["--out", other, "--clusters", other], "--out and --clusters are the same file"),
        (["--out", other, "--labels", source, "--clusters", source], "--labels and --clusters are"),
        (["--out", "-", "--clusters", "/dev/stdout"], "--out and --clusters are the same file"),
    ):
        assert run(["duplicates", source, *arguments]) == 2
        assert capsys.readouterr().err.startswith(f"CW-SAME-FILE {said}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.csv", "r.csv"]
    assert (tmp_path / "r.csv").read_bytes() == before


def test_records_from_standard_input(tmp_path, make_people, monkeypatch, capsys):
    """`-` is the same as the file, for one of the files only; its faults are told of `-`."""
    rows, _ = make_people(30, 6, 3)
    raw = Path(write(tmp_path / "r.csv", rows)).read_bytes()
    assert run(["duplicates", str(tmp_path / "r.csv"), "--out", str(tmp_path / "a.csv")]) == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert run(["duplicates", "-", "--out", str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id,name\n,Bo\n")))
    capsys.readouterr()
    assert run(["duplicates", "-", "--out", str(tmp_path / "c.csv")]) == 65
    assert capsys.readouterr().err == "CW-RECORDS-ID a record has no id · at -:2\n"
    assert run(["duplicates", "-", "--right", "-", "--out", str(tmp_path / "c.csv")]) == 2
    assert capsys.readouterr().err == "CW-USAGE only one file can be standard input · got - twice\n"
