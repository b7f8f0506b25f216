"""Rule sets of a project, and everything that `lint` and `test` take as a path."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.project.project import load_project

FILES = {
    "project.yaml": """\
format: crosswalk/project@1
name: p
systems:
  shop: {connector: files, entities: {order: {samples: samples/orders.ndjson, key: id}}}
  erp: {connector: files, entities: {order: {}}}
""",
    "samples/orders.ndjson": '{"id": 1, "bill": {"town": "Leeds"}, "ship": {"town": "York"}, "kind": "a"}\n',
    "rules/address.yaml": """\
format: crosswalk/rule-set@1
name: address
parameters: [at]
rules:
  - {to: TOWN, formula: UPPER(at.town), max_length: 10}
  - {use: common}
""",
    "rules/common.yaml": """\
format: crosswalk/rule-set@1
name: common
rules: [{to: KIND, value: A}]
""",
    "mappings/m.yaml": """\
format: crosswalk/mapping@1
name: m
source: {system: shop, entity: order}
target: {system: erp, entity: order}
rules:
  - {to: NR, formula: id}
  - {use: address, to: bill, given: {at: bill}}
  - {use: address, to: ship, given: {at: ship}}
  - {to: x, formula: "CASE WHEN kind = 'a' THEN 1 ELSE 2 END"}
""",
    "mappings/m_test.yaml": """\
format: crosswalk/mapping-test@1
mapping: m
cases:
  - name: two addresses by one set of rules
    given: {record: samples/orders.ndjson}
    expect:
      output: {NR: 1, bill: {TOWN: LEEDS, KIND: A}, ship: {TOWN: YORK}, x: 1}
      absent: [TOWN]
""",
}
OUTPUT = {"NR": 1, "bill": {"TOWN": "LEEDS", "KIND": "A"}, "ship": {"TOWN": "YORK", "KIND": "A"}, "x": 1}
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project."""
    for name, text in FILES.items():
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "p"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Exit code, standard output and standard error of a command line."""

    def run_it(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_a_project_reads_its_rule_sets(folder: Path) -> None:
    """By name; their names are their files'; what is wrong in one is a finding of the project."""
    project = load_project(folder)
    assert list(project.rule_sets) == ["address", "common"] and lint_project(project) == ()
    (folder / "rules/common.yaml").write_text(
        FILES["rules/common.yaml"].replace("name: common", "name: other")
    )
    with pytest.raises(FindingsError) as caught:
        load_project(folder)
    assert "rules/common.yaml:2: error CW-PROJECT-NAME" in caught.value.render()


def test_every_way_to_compile_a_mapping_finds_them(folder: Path, call: Call, tmp_path: Path) -> None:
    """The project, its file, a lone file beside `rules/`, and a release give the same output."""
    alone = tmp_path / "alone"
    (alone / "mappings").mkdir(parents=True)
    (alone / "rules").mkdir()
    for name in ("mappings/m.yaml", "rules/address.yaml", "rules/common.yaml"):
        (alone / name).write_text(FILES[name])
    release = tmp_path / "release"
    assert call("release", "build", folder, "--out", release, "--at", "2026-11-24T00:00:00Z")[0] == 0
    for place in (folder, folder / "mappings/m.yaml", alone / "mappings/m.yaml", release):
        out = tmp_path / "out.ndjson"
        code, _, err = call("map", place, "--in", folder / "samples/orders.ndjson", "--out", out)
        assert (code, json.loads(out.read_text())) == (0, OUTPUT), err
    assert call("explain", alone / "mappings/m.yaml", "--target", "ship.TOWN")[0] == 0


def test_everything_that_can_be_linted(folder: Path, call: Call, tmp_path: Path) -> None:
    """Project, its folders, its files, the release; each says where the fault is."""
    release = tmp_path / "r.zip"
    assert call("release", "build", folder, "--out", release, "--at", "2026-11-24T00:00:00Z")[0] == 0
    places = (folder, folder / "mappings", folder / "rules", folder / "rules/address.yaml", release)
    for place in places:
        assert call("lint", place) == (0, "0 error(s), 0 warning(s)\n", "")
    (folder / "rules/address.yaml").write_text(FILES["rules/address.yaml"].replace("at.town", "at.twon"))
    for place in (folder, folder / "rules", folder / "rules/address.yaml"):
        code, out, _ = call("lint", place)
        assert code == 1 and "rules/address.yaml:5: error CW-FORMULA-FIELD bill.TOWN: unknown field" in out
    assert call("lint", folder / "mappings") == (0, "0 error(s), 0 warning(s)\n", "")


def test_a_release_is_linted_by_its_documents(folder: Path, call: Call, tmp_path: Path) -> None:
    """Places are files of the release and pointers into them."""
    mapping = folder / "mappings/m.yaml"
    mapping.write_text(mapping.read_text() + "  - {to: y, formula: \"COALESCE('a', kind)\"}\n")
    release = tmp_path / "release"
    assert call("release", "build", folder, "--out", release, "--at", "2026-11-24T00:00:00Z")[0] == 0
    code, out, _ = call("lint", release)
    assert code == 0
    assert "mappings/m.json /rules/4/formula: warning CW-LINT-UNREACHABLE y: this alternative" in out


def test_a_folder_of_lone_documents(call: Call, tmp_path: Path) -> None:
    """Each by itself; one that is none does not hide the others."""
    (tmp_path / "a.yaml").write_text(
        FILES["rules/common.yaml"].replace("name: common", "name: common\nnmae: x")
    )
    (tmp_path / "b.yaml").write_text("a: 1\n")
    code, out, _ = call("lint", tmp_path)
    assert code == 1 and "CW-DOCUMENT-UNKNOWN-KEY" in out and "b.yaml: error CW-KIND" in out
    assert out.endswith("2 error(s), 0 warning(s)\n")


def test_unused_rule_sets_are_named_and_checked(folder: Path, call: Call) -> None:
    """Nobody uses it, and it is wrong."""
    text = "format: crosswalk/rule-set@1\nname: adress\nrules: [{to: a, formula: UPER(b)}]\n"
    (folder / "rules/adress.yaml").write_text(text)
    code, out, _ = call("lint", folder)
    assert code == 1
    assert "rules/adress.yaml:2: warning CW-LINT-UNUSED no mapping uses this rule set (did you mean" in out
    assert "rules/adress.yaml:3: error CW-FORMULA-FUNCTION a: unknown function 'UPER'" in out


def test_examples_tell_what_they_cover(folder: Path, call: Call) -> None:
    """Figures always; the list on demand; a bound decides the exit code."""
    code, out, _ = call("test", folder)
    assert code == 0 and "coverage m: 87.5 % (6 of 6 rules, 1 of 2 branches)\n" in out
    assert out.endswith("1 of 1 example(s) passed\n") and "ELSE" not in out
    code, out, _ = call("test", folder / "mappings/m.yaml", "--coverage")
    assert code == 0 and "     x: ELSE 2, column 11\n" in out
    code, out, _ = call("test", folder, "--fail-under", "90")
    assert code == 1 and "coverage of m is below 90 %\n" in out
    assert call("test", folder, "--fail-under", "87.5")[0] == 0
    code, out, _ = call("test", folder, "--json")
    told = json.loads(out)
    assert told["examples"] == [
        {
            "mapping": "m",
            "name": "two addresses by one set of rules",
            "where": "mappings/m_test.yaml:4",
            "differences": [],
            "passed": True,
        }
    ]
    (covered,) = told["coverage"]
    assert covered["branches"] == {"covered": 1, "all": 2} and covered["percent"] == 87.5
    assert covered["missing"] == [{"target": "x", "what": "case", "text": "ELSE 2", "column": 11}]


def test_a_mapping_without_examples_is_not_covered(folder: Path, call: Call) -> None:
    """It is told with the others, and fails the bound."""
    (folder / "mappings/m_test.yaml").unlink()
    code, out, _ = call("test", folder, "--fail-under", "1")
    assert code == 1 and "coverage m: 0.0 % (0 of 6 rules, 0 of 2 branches)\n" in out


OTHER = FILES["mappings/m.yaml"].replace("name: m", "name: other")


@pytest.mark.parametrize("text", [OTHER.replace("kind = 'a'", "kindd = 'a'"), OTHER + "  - {to: 3"])
@pytest.mark.parametrize("file", ["m.yaml", "m_test.yaml"])
def test_errors_of_another_mapping_do_not_stop_the_examples_of_one(
    text: str, file: str, folder: Path, call: Call
) -> None:
    """One mapping's examples need the mapping itself; those of the project need all of them."""
    (folder / "mappings/other.yaml").write_text(text)
    code, out, err = call("test", folder / "mappings" / file)
    assert (code, "1 of 1 example(s) passed" in out) == (0, True), err
    assert call("test", folder)[0] != 0
    (folder / "mappings/m.yaml").write_text(FILES["mappings/m.yaml"].replace("kind = 'a'", "kindd = 'a'"))
    assert call("test", folder / "mappings" / file)[0] != 0
