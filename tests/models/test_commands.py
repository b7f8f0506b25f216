"""The two commands as their users call them."""

import json
from pathlib import Path

import pytest
from crosswalk_engine.cli import run

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
    assert capsys.readouterr().err.startswith("CW-OUT-WRITE")


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
