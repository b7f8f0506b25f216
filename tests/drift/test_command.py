"""`crosswalk drift` as a script sees it: what it prints, the report, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.payload.shape import infer_shape
from crosswalk_engine.release.canonical import canonical_json
from crosswalk_engine.release.manifest import make_manifest

FIRST = Path(__file__).parents[1] / "release/fixtures/first"
ORDER = {"id": 7, "buyerId": 1, "warehouse": "2", "rows": {"11": {"sku": "A-1", "quantity": 3}}}
SAMPLES = [
    {**ORDER, "id": number, "state": ["new", "paid"][number % 2], "tags": [{"name": "x-1"}]}
    for number in range(40)
]


def build(folder: Path, policy: dict[str, Any] | None = None, samples: Any = SAMPLES, **shapes: Any) -> Path:
    """A release of the small project, with other samples and a policy on drift."""
    files = {
        path.relative_to(FIRST).as_posix(): path.read_bytes()
        for path in FIRST.rglob("*.json")
        if path.name != "manifest.json"
    }
    for name, records in {"shop.order": samples, **shapes}.items():
        files[f"shapes/{name}.json"] = canonical_json(infer_shape(records).to_json())
    if policy is not None:
        stored = {"format": "crosswalk/policy@1", "kind": "drift", **policy}
        files["policies/drift.json"] = canonical_json(stored)
    manifest = make_manifest("x", files, author=None, approver=None, built_at="2026-11-24T00:00:00Z")
    files["manifest.json"] = canonical_json(manifest.to_json())
    for name, raw in files.items():
        path = folder / "release" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return folder / "release"


def lines(path: Path, *records: Any) -> Path:
    """The records as NDJSON; a text stands as it is."""
    texts = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return path


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], str]:
    """Exit code, lines of standard output, standard error."""
    code = run([str(argument) for argument in ("drift", *arguments)])
    captured = capsys.readouterr()
    return code, captured.out.splitlines(), captured.err


def test_payloads_as_the_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found: 0."""
    code, out, err = call(capsys, build(tmp_path), "--in", lines(tmp_path / "in.ndjson", *SAMPLES))
    assert (code, err) == (0, "")
    assert out == ["40 record(s) of shop.order, 0 with drift: 0 finding(s); accept"]


def test_each_finding_with_its_first_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gravest first, with what is expected, how often, where first, and whether a rule reads it: 1."""
    one = SAMPLES[1]
    path = lines(
        tmp_path / "in.ndjson",
        one,
        {**one, "warehouse": 2, "gift": "for Ann"},
        {**one, "warehouse": 3, "state": "void"},
        {key: part for key, part in one.items() if key != "buyerId"},
        {**one, "tags": "x"},
    )
    code, out, _ = call(capsys, build(tmp_path), "--in", path)
    unread = ", no rule reads it"
    assert code == 1
    assert out == [
        "hold   retyped warehouse: got integer 9, expected text (2 records, first line 2, id 1)",
        "warn   missing buyerId: got absent, expected there in all 40 samples (1 record, first line 4, id 1)",
        f"warn   value state: got 'void', expected one of new, paid (1 record, first line 3, id 1{unread})",
        f"warn   repeated tags: got text a, expected array (1 record, first line 5, id 1{unread})",
        f"accept new gift: got text aaa Aaa (1 record, first line 2, id 1{unread})",
        "5 record(s) of shop.order, 4 with drift: 5 finding(s); hold",
    ]


def test_warnings_alone_are_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless the policy of the release says that this field is to be held."""
    path = lines(tmp_path / "in.ndjson", {**SAMPLES[1], "state": "void"})
    assert call(capsys, build(tmp_path), "--in", path)[0] == 0
    strict = build(tmp_path / "strict", {"entity": "order", "fields": {"state": {"value": "reject"}}})
    code, out, _ = call(capsys, strict, "--in", path)
    assert (code, out[0].split()[0], out[1].rpartition(" ")[2]) == (1, "reject", "reject")


def test_the_report_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a file beside the list, or on standard output instead of it."""
    path = lines(tmp_path / "in.ndjson", {**SAMPLES[1], "warehouse": 2})
    release, report = build(tmp_path), tmp_path / "report.json"
    code, out, _ = call(capsys, release, "--in", path, "--out", report)
    content = json.loads(report.read_text("utf-8"))
    assert (code, len(out)) == (1, 2)
    assert content["findings"] == [
        {
            "kind": "retyped",
            "path": "warehouse",
            "got": "integer 9",
            "expected": "text",
            "used": True,
            "action": "hold",
            "count": 1,
            "first": {"line": 1, "key": 1},
        }
    ]
    del content["findings"], content["release"]
    assert content == {
        "entity": "shop.order", "records": 1, "departed": 1, "unreadable": 0, "action": "hold", "left_out": 0,
    }  # fmt: skip
    code, out, _ = call(capsys, release, "--in", path, "--out", "-")
    assert json.loads("\n".join(out))["entity"] == "shop.order"


def test_unreadable_records_are_65(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are named; the others are looked at all the same."""
    path = lines(tmp_path / "in.ndjson", SAMPLES[1], "{broken", {**SAMPLES[1], "warehouse": 2})
    code, out, err = call(capsys, build(tmp_path), "--in", path)
    assert code == 65 and out[-1].startswith("2 record(s)") and f"{path}:2" in err
    code, _, err = call(capsys, build(tmp_path), "--in", lines(tmp_path / "empty.ndjson"))
    assert code == 65 and err.startswith("CW-EMPTY")
    assert call(capsys, build(tmp_path), "--in", tmp_path / "absent.ndjson")[0] == 66


def test_other_entities_and_the_other_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Related records by name; the target's payloads, where a field that rules write counts as used."""
    release = build(tmp_path)
    buyers = lines(tmp_path / "buyers.ndjson", {"id": 1, "name": 5}, {"id": "x", "name": "Ann"})
    code, out, _ = call(capsys, release, "--in", buyers, "--entity", "buyer")
    assert code == 1 and out[0].startswith("hold   retyped name: got integer 9")
    assert out[1].startswith("warn   retyped id: got text a")
    orders = lines(tmp_path / "erp.ndjson", {"CUOR": 7, "CUNO": "C1", "WHLO": "BRS", "lines": []})
    code, out, _ = call(capsys, release, "--in", orders, "--side", "target")
    assert code == 1 and out[0].startswith("hold   retyped CUOR: got integer 9, expected text")


def test_what_is_not_clear_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown or ambiguous entity is 78, a wrong side is 2, a file that is both input and output too."""
    path = lines(tmp_path / "in.ndjson", SAMPLES[1])
    release = build(tmp_path, None, SAMPLES, **{"erp.order": SAMPLES})
    code, _, err = call(capsys, release, "--in", path, "--entity", "ordr")
    assert code == 78 and "CW-DRIFT-ENTITY the release has no shape" in err
    code, _, err = call(capsys, release, "--in", path, "--entity", "order")
    assert code == 78 and "got erp.order, shop.order" in err
    assert call(capsys, release, "--in", path, "--entity", "shop.order")[0] == 0
    assert call(capsys, release, "--in", path, "--side", "left")[0] == 2
    assert call(capsys, release, "--in", path, "--out", path)[0] == 2


def test_xml_is_read_in_the_form_of_the_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A single element is a list where the samples had lists; a second one of another is drift."""
    samples = [{"id": "7", "warehouse": "2", "rows": [{"sku": "A"}, {"sku": "B"}]}] * 30
    release = build(tmp_path, samples=samples)
    row = "<rows><sku>A</sku></rows>"
    path = tmp_path / "in.xml"
    order = f"<order><id>8</id><warehouse>2</warehouse>{row}</order>"
    path.write_text(f"<orders>{order}{order}</orders>")
    assert call(capsys, release, "--in", path)[1] == [
        "2 record(s) of shop.order, 0 with drift: 0 finding(s); accept"
    ]
    twice = "<warehouse>2</warehouse><warehouse>3</warehouse>"
    path.write_text(f"<orders><order><id>8</id>{twice}{row}</order></orders>")
    code, out, _ = call(capsys, release, "--in", path, "--record", "order")
    assert code == 1 and out[0].startswith("hold   repeated warehouse: got array of 2, expected text")


@pytest.mark.parametrize("key", ["jane.doe@example.com", "+44 7700 900123"])
def test_a_personal_id_is_not_shown(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id may be an e-mail address or a phone number: its length stands for it, also in the report."""
    path = lines(tmp_path / "in.ndjson", {**SAMPLES[1], "id": key, "warehouse": 2})
    _, out, _ = call(capsys, build(tmp_path), "--in", path, "--out", tmp_path / "report.json")
    said = "\n".join(out) + (tmp_path / "report.json").read_text("utf-8")
    assert key not in said and f"first line 1, id ({len(key)} characters)" in said


@pytest.mark.parametrize(
    ("word", "told"), [("void", "'void'"), ("bs8 2dj", "text aa9 9aa"), ("Void", "text Aaaa")]
)
def test_a_new_word_is_shown_when_it_has_the_form_of_the_known_ones(
    word: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stands in the wrong field, such as a postcode, is a person's perhaps."""
    path = lines(tmp_path / "in.ndjson", {**SAMPLES[1], "state": word})
    _, out, _ = call(capsys, build(tmp_path), "--in", path)
    assert f"value state: got {told}, expected one of new, paid" in out[0]
