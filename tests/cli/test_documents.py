"""Bad documents and releases: every fault with file and line, nothing loaded, nothing built."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from crosswalk_engine.release.manifest import FILE

HEAD = (
    "format: crosswalk/mapping@1\nname: x\nsource: {system: a, entity: b}\n"
    "target: {system: c, entity: d}\nrules:\n"
)
GOOD = "- {to: A, formula: id}\n"
TOKEN = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
ORDERS = "order-to-m3"

#: What is wrong -> the document, the finding's code, its line, and what it must say.
DOCUMENTS = {
    "nothing": ("", "CW-YAML-EMPTY", 1, "the file is empty"),
    "bytes": (bytes(range(256)), "CW-YAML-ENCODING", 2, "the text is not UTF-8"),
    "UTF-16": ((HEAD + GOOD).encode("utf-16"), "CW-YAML-ENCODING", 1, "UTF-16"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\n", "CW-YAML-NOT-TEXT", 1, "a PDF document"),
    "an unknown key": ("fro: 1\n" + HEAD + GOOD, "CW-DOCUMENT-UNKNOWN-KEY", 1, "unknown key 'fro'"),
    "a key twice": ("name: y\n" + HEAD + GOOD, "CW-YAML-DUPLICATE", 3, "stands at line 1 already"),
    "a tab": (HEAD + "\t" + GOOD, "CW-YAML-TAB", 6, "indent with spaces"),
    "a tag that runs code": (HEAD + "- !!python/object/apply:os.system [x]\n", "CW-YAML-TAG", 6, "a tag"),
    "a second document": (HEAD + GOOD + "---\na: 1\n", "CW-YAML-SECOND", 7, "one per file"),
    "5,000 brackets": (HEAD + "- " + "[" * 5000, "CW-YAML-DEPTH", 6, "nested deeper than 64"),
    "no rules": (HEAD, "CW-DOCUMENT-VALUE", 5, "should be a list"),
    "another version": (HEAD.replace("@1", "@9") + GOOD, "CW-DOCUMENT-VERSION", 1, "crosswalk/mapping@9"),
    "a secret": (HEAD + f"- {{to: A, formula: \"'{TOKEN}'\"}}\n", "CW-SECRET", 6, "looks like a bearer"),
    "a broken formula": (HEAD + "- {to: A, formula: UPPER(id}\n", "CW-FORMULA-SYNTAX", 6, "is missing after"),
}


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_mapping_that_is_none(what, desk, command):
    """`map` gives one line (78) and no output; `lint` gives the same finding with its line (1)."""
    content, code, line, told = DOCUMENTS[what]
    path = Path("bad.yaml")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = command("map", "bad.yaml", "--in", "orders.ndjson", "--out", "out.ndjson")
    assert (said.code, said.err.count("\n"), said.changed) == (78, 1, []), said.err
    assert f"at bad.yaml:{line}" in said.err and code in said.err and told in said.err
    assert TOKEN not in said.err
    linted = command("lint", "bad.yaml")
    assert linted.code == 1
    assert f"bad.yaml:{line}: error {code} " in linted.out and TOKEN not in linted.out


def test_all_faults_of_a_document_at_once(desk, command):
    """Three faults in three rules are three findings, in the order of their lines."""
    rules = "- {to: A, formula: UPER(id)}\n- {to: B, formula: id +}\n- {to: A, formula: id}\n"
    Path("bad.yaml").write_text(HEAD + rules)
    said = command("lint", "bad.yaml", "--json")
    assert said.code == 1
    found = json.loads(said.out)
    assert [finding["where"] for finding in found] == ["bad.yaml:6", "bad.yaml:7", "bad.yaml:8"]
    assert found[0]["suggestion"] == "did you mean 'UPPER'?"


def test_a_document_of_another_kind_is_one_finding(desk, command):
    """A flow where a mapping is expected is called what it is, not a mapping with eleven wrong keys."""
    Path("flow.yaml").write_text("format: crosswalk/flow@1\nname: f\nsteps: []\n")
    said = command("map", "flow.yaml", "--in", "orders.ndjson", "--out", "out.ndjson")
    said.assert_one_error(78, "CW-DOCUMENT", "flow.yaml:1", "the format is 'crosswalk/flow@1'")
    command("test", "flow.yaml").assert_one_error(78, "CW-KIND", "a flow has no examples")


@pytest.mark.parametrize("what", ["a pipe", "a folder", "a link to itself", "a link that leads outside"])
def test_odd_things_in_a_project_are_findings(what, project, command, tmp_path):
    """What cannot be read as a file is named (or passed over), and linting never waits for it."""
    odd = project / "lookups/odd.csv"
    outside = tmp_path / "outside.csv"
    outside.write_text("source,target\na,b\n")
    if what == "a pipe":
        os.mkfifo(odd)
    elif what == "a folder":
        odd.mkdir()
    else:
        odd.symlink_to("odd.csv" if what == "a link to itself" else outside)
    said = command("lint", "project")
    named = [line for line in said.out.splitlines() if line.startswith("lookups/odd.csv: error")]
    assert (said.code, len(named)) == ((0, 0) if what == "a folder" else (1, 1)), said.out
    assert "Traceback" not in said.err


def test_a_project_with_a_fault_is_no_release(desk, command):
    """The fault is named, exit 1, and no release folder appears."""
    shutil.copytree(Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor", "project")
    path = Path(f"project/mappings/{ORDERS}.yaml")
    path.write_text(path.read_text().replace("rules:", "rulez:", 1))
    said = command("release", "build", "project", "--out", "new")
    assert (said.code, said.changed) == (1, [])
    assert "unknown key 'rulez' (did you mean 'rules'?)" in said.err


@pytest.mark.parametrize("out", ["folder", "new/release", "release.zip"])
def test_a_release_is_built_where_there_is_room(out, desk, command):
    """An empty folder, a folder to be made, a zip: each becomes the same release."""
    sample = str(Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor")
    assert command("release", "build", sample, "--out", out, "--at", "2026-11-23T09:00:00Z").code == 0
    before, after = command("release", "verify", "release"), command("release", "verify", out)
    assert before.out.splitlines()[0] == after.out.splitlines()[0]


@pytest.mark.parametrize(
    ("out", "exit_code", "code"),
    [
        ("release", 73, "CW-RELEASE-EXISTS"),
        ("mapping.yaml", 73, "CW-RELEASE-EXISTS"),
        ("mapping.yaml/x", 73, "CW-RELEASE-WRITE"),
        ("x" * 300, 73, "CW-RELEASE-WRITE"),
        ("/dev/null", 73, "CW-RELEASE-EXISTS"),
        (".", 73, "CW-RELEASE-EXISTS"),
        ("-", 2, "CW-USAGE"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_release_never_takes_a_place_that_is_taken(out, exit_code, code, force, desk, command):
    """Only an earlier release may be replaced, and only when that is asked for."""
    sample = str(Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor")
    if force and out == "release":
        assert command("release", "build", sample, "--out", out, "--force").code == 0
        return
    said = command("release", "build", sample, "--out", out, *(["--force"] if force else []))
    said.assert_one_error(exit_code, code)


def _changed_byte(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)


#: What happened to the release -> how, the exit code, the error's code, and what the line must say.
TAMPERED = {
    "a changed byte": (
        lambda r: _changed_byte(r / f"mappings/{ORDERS}.json"),
        78,
        "CW-RELEASE-HASH",
        f"mappings/{ORDERS}.json",
    ),
    "a space more": (
        lambda r: (r / "idmap.json").write_bytes((r / "idmap.json").read_bytes() + b" "),
        78,
        "CW-RELEASE-HASH",
        "idmap.json",
    ),
    "a file less": (lambda r: (r / "idmap.json").unlink(), 78, "CW-RELEASE-MISSING", "idmap.json"),
    "a file more": (lambda r: (r / "more.json").write_text("{}"), 78, "CW-RELEASE-EXTRA", "more.json"),
    "half a manifest": (
        lambda r: (r / FILE).write_bytes((r / FILE).read_bytes()[:300]),
        78,
        "CW-RELEASE-HASH",
        FILE,
    ),
    "an empty manifest": (lambda r: (r / FILE).write_bytes(b""), 78, "CW-RELEASE-HASH", FILE),
    "another approver": (
        lambda r: (r / FILE).write_text((r / FILE).read_text().replace('"author"', '"approver"', 1)),
        78,
        "CW-RELEASE-HASH",
        "changed after it was built",
    ),
    "no manifest": (lambda r: (r / FILE).unlink(), 66, "CW-RELEASE-MISSING", "it holds no manifest.json"),
    "a link": (
        lambda r: ((r / "idmap.json").rename(r.parent / "i"), (r / "idmap.json").symlink_to(r.parent / "i")),
        78,
        "CW-RELEASE-ARCHIVE",
        "is a link",
    ),
    "a pipe": (lambda r: os.mkfifo(r / "more.json"), 78, "CW-RELEASE-ARCHIVE", "not a plain file"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_release_that_was_touched_is_used_by_nobody(what, desk, command):
    """`verify`, `map`, `diff` and `run` each give the same one line; nothing of the release is used."""
    tamper, exit_code, code, told = TAMPERED[what]
    tamper(Path("release").resolve())
    mapping = ["map", "release", "--mapping", ORDERS, "--in", "orders.ndjson", "--out", "out.ndjson"]
    for line in (["release", "verify", "release"], mapping, ["run", "release"]):
        command(*line).assert_one_error(exit_code, code, told)
    command("release", "diff", "release", "release").assert_one_error(exit_code, code, told)


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"../x": b"1"}, "leads outside"),
        ({"manifest.json": b"0" * 50_000_000}, "unpacks to 50 MB"),
        ({"a": b"1"}, "it holds no manifest.json"),
    ],
)
def test_a_hostile_zip_is_not_unpacked(entries, told, desk, command):
    """Paths that lead outside, bombs and strangers are refused."""
    with zipfile.ZipFile("bad.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    said = command("release", "verify", "bad.zip")
    assert (said.code in (66, 78), said.err.count("\n"), said.changed) == (True, 1, [])
    assert told in said.err


def test_a_zip_that_was_cut_off(desk, command):
    """Half an archive is no release."""
    sample = str(Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor")
    assert command("release", "build", sample, "--out", "r.zip").code == 0
    Path("r.zip").write_bytes(Path("r.zip").read_bytes()[:2000])
    command("release", "verify", "r.zip").assert_one_error(78, "CW-RELEASE-ARCHIVE", "r.zip")
