"""`crosswalk eval` as its users run it."""

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crosswalk_engine.cli import run

RECORDS = '{"a": 1, "t": "x", "rows": [{"q": "1.5"}, {"q": "2"}]}\n\n{"a": 2, "t": "", "rows": []}\n'


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two records with a blank line between."""
    path = tmp_path / "records.ndjson"
    path.write_text(RECORDS)
    return path


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a + 1", ["2", "3"]),
        ("a * 1.50", ['"1.50"', '"3.00"']),
        ("t", ['"x"', "null"]),
        ("t IS NULL", ["false", "true"]),
        ("SUM(TO_DECIMAL(rows.q, 2))", ['"3.50"', "null"]),
        ("TO_DATETIME('2026-03-09T10:00:00Z')", ['"2026-03-09T10:00:00+00:00"'] * 2),
        ("CONCAT('é', t)", ['"éx"', '"é"']),
    ],
)
def test_one_json_value_a_line(
    records: Path, formula: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Decimals are texts with their scale, dates ISO texts, integers numbers."""
    assert run(["eval", formula, "--in", str(records)]) == 0
    assert capsys.readouterr().out.splitlines() == expected


def test_errors_stand_in_their_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record that fails, and a line that cannot be read, become error objects; the exit code is 65."""
    path = tmp_path / "r.ndjson"
    path.write_text('{"a": "5"}\n{"a": 5\n{"a": "five"}\n')
    assert run(["eval", "TO_INTEGER(a)", "--in", str(path)]) == 65
    good, unreadable, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert good == 5
    assert (unreadable["error"]["line"], unreadable["error"]["code"][:7]) == (2, "CW-JSON")
    message = "TO_INTEGER needs digits such as -12"
    expected = {"line": 3, "code": "CW-BAD-INTEGER", "value": "five", "message": message, "path": "a"}
    assert bad == {"error": expected}
    assert set(unreadable["error"]) == set(expected)


def test_errors_name_the_fields_that_the_formula_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a formula with several fields all are named, as a mapping's rejects name them."""
    path = tmp_path / "r.ndjson"
    path.write_text('{"a": {"b": 1}, "rows": [{"q": 0}]}\n')
    assert run(["eval", "a.b / SUM(rows.q)", "--in", str(path)]) == 65
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["path"]) == ("CW-DIVISION-ZERO", "a.b, rows[].q")


def test_now_is_given_or_the_start(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--now` says what NOW() gives; without it, it is the time at which the command began."""
    before = datetime.now(UTC)
    assert run(["eval", "NOW()", "--in", str(records), "--now", "2026-03-09T10:00:00+01:00"]) == 0
    assert capsys.readouterr().out.splitlines() == ['"2026-03-09T10:00:00+01:00"'] * 2
    assert run(["eval", "NOW()", "--in", str(records)]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert before <= datetime.fromisoformat(first) <= datetime.now(UTC)


@pytest.mark.parametrize("now", ["yesterday", "2026-03-09", "2026-03-09T10:00:00"])
def test_now_needs_a_zone(records: Path, now: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A time without a zone, or none at all, is wrong usage."""
    assert run(["eval", "NOW()", "--in", str(records), "--now", now]) == 2
    assert "--now is not a time with zone" in capsys.readouterr().err


def test_map_takes_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mapping's NOW() is that of `--now`, in every process, and the command's start without it."""
    mapping, source = tmp_path / "m.yaml", tmp_path / "r.ndjson"
    mapping.write_text(
        "format: crosswalk/mapping@1\nname: m\nsource: {system: a, entity: b}\n"
        "target: {system: c, entity: d}\nrules:\n- {to: at, formula: NOW()}\n"
    )
    source.write_text('{"id": 1}\n{"id": 2}\n')
    for more in ([], ["--workers", "2"]):
        given = ["--now", "2026-03-09T10:00:00Z", *more]
        assert run(["map", str(mapping), "--in", str(source), "--out", "-", *given]) == 0
        assert capsys.readouterr().out.splitlines() == ['{"at":"2026-03-09T10:00:00+00:00"}'] * 2
    assert run(["map", str(mapping), "--in", str(source), "--out", "-"]) == 0
    assert datetime.fromisoformat(json.loads(capsys.readouterr().out.splitlines()[0])["at"]).tzinfo == UTC


@pytest.mark.parametrize(
    ("formula", "code", "message"),
    [
        ("b + 1", 78, "unknown field 'b'"),
        ("a +", 78, "CW-FORMULA-SYNTAX"),
        ("t > 1", 78, "CW-FORMULA-TYPE"),
        ("LOOKUP('w', a)", 78, "unknown lookup table 'w'"),
    ],
)
def test_bad_formulas(
    records: Path, formula: str, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A formula that does not fit the records is 78, with nothing on standard output."""
    assert run(["eval", formula, "--in", str(records)]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert "Traceback" not in captured.err


def test_lookups_come_from_a_folder(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables are read by need: another, broken table does not stand in the way."""
    (records.parent / "w.csv").write_text("source,target\n1,one\n")
    (records.parent / "broken.csv").write_text("nonsense\n")
    assert (
        run(["eval", "LOOKUP('w', a, 'none')", "--in", str(records), "--lookups", str(records.parent)]) == 0
    )
    assert capsys.readouterr().out.splitlines() == ['"one"', '"none"']
    assert run(["eval", "a", "--in", str(records), "--lookups", str(records.parent / "nix")]) == 66


def test_missing_and_empty_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No such file is 66; an empty one is 65."""
    assert run(["eval", "1", "--in", str(tmp_path / "none")]) == 66
    (tmp_path / "empty").write_text("")
    assert run(["eval", "1", "--in", str(tmp_path / "empty")]) == 65
    assert "CW-EMPTY" in capsys.readouterr().err


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`-` reads standard input."""

    class Input:
        buffer = io.BytesIO(RECORDS.encode())

    monkeypatch.setattr(sys, "stdin", Input())
    assert run(["eval", "a", "--in", "-"]) == 0
    assert capsys.readouterr().out.splitlines() == ["1", "2"]
