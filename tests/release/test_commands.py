"""`crosswalk lint`, `test` and `release …` as a script sees them: output and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from crosswalk_engine.cli import run

Edit = Callable[[str, str, str], None]
MAPPING = "mappings/order-to-m3.yaml"
TESTS = "mappings/order-to-m3_test.yaml"


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    code = run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_lint_says_how_many(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings alone are no failure."""
    code, out, err = call(capsys, "lint", project)
    assert code == 0 and out.splitlines()[-1].startswith("0 error(s)") and err == ""


def test_lint_errors_are_1(project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """The project, the mapping alone, and as JSON: the same finding, exit code 1."""
    edit(MAPPING, "parties.delivery.postalCode", "parties.delivery.postalCod")
    for path in (project, project / MAPPING):
        code, out, _ = call(capsys, "lint", path)
        assert code == 1 and "did you mean 'parties.delivery.postalCode'?" in out
    code, out, _ = call(capsys, "lint", project, "--json")
    errors = [finding for finding in json.loads(out) if finding["level"] == "error"]
    assert code == 1 and [error["code"] for error in errors] == ["CW-FORMULA-FIELD"]
    assert errors[0]["where"].startswith(MAPPING + ":")


def test_lint_of_single_files(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files of every kind, in a project or alone; in a project only the file's own findings count."""
    others = ("flows/orders-to-m3.yaml", "lookups/warehouses.csv", "policies/addresses.yaml")
    for file in (MAPPING, TESTS, *others):
        code, _, err = call(capsys, "lint", project / file)
        assert (code, err) == (0, "")
        alone = tmp_path / Path(file).name
        alone.write_bytes((project / file).read_bytes())
        assert call(capsys, "lint", alone)[0] == 0
    (tmp_path / "bad.csv").write_text("source,target\na,1\na,2\n")
    assert call(capsys, "lint", tmp_path / "bad.csv")[0] == 1
    (tmp_path / "bad.yaml").write_text("format: crosswalk/mapping@1\nname: [\n")
    code, out, _ = call(capsys, "lint", tmp_path / "bad.yaml")
    assert code == 1 and "CW-YAML-SYNTAX" in out


def test_lint_in_a_project_that_is_broken_elsewhere(
    project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is checked by itself, and that is said."""
    edit("project.yaml", "connector: brightpearl", "conector: brightpearl")
    code, out, _ = call(capsys, "lint", project / MAPPING)
    assert code == 0 and "CW-LINT-ALONE" in out
    assert call(capsys, "lint", project)[0] == 1


def test_what_cannot_be_linted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing there is 66; a document of no known kind is 78; both in one line."""
    assert call(capsys, "lint", tmp_path / "none")[0] == 66
    assert call(capsys, "lint", tmp_path)[0] == 66
    (tmp_path / "x.yaml").write_text("a: 1\n")
    code, _, err = call(capsys, "lint", tmp_path / "x.yaml")
    assert code == 78 and err.startswith("CW-KIND") and err.count("\n") == 1


def test_examples_pass(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the project, of a mapping and of a file of examples."""
    code, out, _ = call(capsys, "test", project)
    total = int(out.splitlines()[-1].split()[2])
    assert code == 0 and total >= 10 and out.count("ok   ") == total
    for file in (MAPPING, TESTS):
        code, out, _ = call(capsys, "test", project / file)
        assert code == 0 and 0 < out.count("ok   ") < total


def test_failing_example_is_1_and_shows_the_difference(
    project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    """The case, its place, and the one field that differs."""
    edit(TESTS, "CUNO: WEBUKGBP", "CUNO: OTHER")
    code, out, _ = call(capsys, "test", project)
    assert code == 1 and out.count("FAIL ") == 1
    assert f"     at {TESTS}:" in out and "     CUNO: expected 'OTHER', got 'WEBUKGBP'" in out


def test_examples_of_a_project_with_lint_errors(
    project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is run; the errors are shown."""
    edit(MAPPING, "parties.delivery.postalCode", "parties.delivery.postalCod")
    code, out, err = call(capsys, "test", project)
    assert code == 1 and out == "" and "CW-FORMULA-FIELD" in err
    assert call(capsys, "test", project / "none")[0] == 66


def test_mapping_that_stands_alone(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a project the tables beside it are used; without examples there is nothing to run."""
    (tmp_path / "alone").mkdir()
    (project / "lookups").rename(tmp_path / "alone/lookups")
    for file in (MAPPING, TESTS):
        (project / file).rename(tmp_path / "alone" / Path(file).name)
    for file in (MAPPING, TESTS):
        assert call(capsys, "test", tmp_path / "alone" / Path(file).name)[0] == 0
    (tmp_path / "alone" / Path(TESTS).name).unlink()
    assert call(capsys, "test", tmp_path / "alone" / Path(MAPPING).name)[0] == 66
    assert call(capsys, "test", tmp_path / "alone/lookups/warehouses.csv")[0] == 78


def test_release_way(project: Path, edit: Edit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Build, verify, change, build again, compare."""
    one, two = tmp_path / "one", tmp_path / "two.zip"
    at = ("--at", "2026-11-24T00:00:00Z")
    code, out, _ = call(
        capsys, "release", "build", project, "--out", one, "--author", "ana", "--approver", "ben", *at
    )
    assert code == 0
    name = out.splitlines()[0]
    code, out, _ = call(capsys, "release", "verify", one)
    assert code == 0 and out.splitlines()[0] == name and "by ana, approved by ben" in out
    edit("lookups/us_states.csv", "WYOMING,WY", "WYOMING,WX")
    assert call(capsys, "release", "build", project, "--out", two, *at)[0] == 0
    code, out, _ = call(capsys, "release", "diff", one, two)
    assert code == 0 and "  ~ WYOMING: WY -> WX" in out
    code, out, _ = call(capsys, "release", "diff", one, two, "--json")
    (change,) = json.loads(out)["changes"]
    assert change == {
        "kind": "lookup", "document": "us_states", "path": "WYOMING", "what": "changed",
        "before": "WY", "after": "WX",
    }  # fmt: skip


def test_release_refusals(
    project: Path, edit: Edit, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1: a project with errors, 66: none, 73: a taken place, 78: a changed byte, 2: no time."""
    assert call(capsys, "release", "build", project, "--out", release)[0] == 73
    assert call(capsys, "release", "build", project, "--out", release, "--force")[0] == 0
    assert call(capsys, "release", "build", project, "--out", release, "--at", "2026-11-24")[0] == 2
    assert call(capsys, "release", "build", project / "none", "--out", release.with_name("x"))[0] == 66
    assert call(capsys, "release", "verify", release.with_name("none"))[0] == 66
    edit(MAPPING, "- to: OREF", "- to: CUOR")
    assert call(capsys, "release", "build", project, "--out", release.with_name("x"))[0] == 1
    path = release / "idmap.json"
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    code, _, err = call(capsys, "release", "verify", release)
    assert code == 78 and err.startswith("CW-RELEASE-HASH") and "idmap.json" in err
