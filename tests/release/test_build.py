"""Building: whole or not at all, the same bytes every time, nothing with an error in it."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from crosswalk_engine.errors import CannotWriteError, MissingFileError
from crosswalk_engine.mapping.compile import compile_ir, compile_mapping
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.project.project import load_project
from crosswalk_engine.release import load_release
from crosswalk_engine.release.build import RefusedError, build_release
from crosswalk_engine.release.files import read_files

AT = datetime(2026, 11, 24, tzinfo=UTC)
Edit = Callable[[str, str, str], None]
ORDER_MAPPING = "mappings/order-to-m3.yaml"


def refused(project: Path, out: Path) -> str:
    """What a refused build says; nothing may be left behind."""
    with pytest.raises(RefusedError) as caught:
        build_release(project, out, at=AT)
    assert not out.exists() and not list(out.parent.glob(".*"))
    assert caught.value.exit_code == 1
    return caught.value.render()


def test_same_project_same_bytes(project: Path, release: Path, tmp_path: Path) -> None:
    """Folder and zip, built twice, an hour apart by the clock of another zone."""
    again, packed = tmp_path / "again", tmp_path / "release.zip"
    east = AT.astimezone(timezone(timedelta(hours=9)))
    build_release(project, again, author="ana", approver="ben", at=east)
    info = build_release(project, packed, author="ana", approver="ben", at=AT)
    assert read_files(again) == read_files(release) == read_files(packed)
    first = packed.read_bytes()
    build_release(project, packed, author="ana", approver="ben", at=AT, force=True)
    assert packed.read_bytes() == first
    assert info.hash == load_release(release).hash and "manifest.json" in info.files


def test_time_and_people_do_not_change_the_hash(project: Path, tmp_path: Path) -> None:
    """The hash names the documents."""
    one = build_release(project, tmp_path / "one", at=AT)
    two = build_release(project, tmp_path / "two", author="zoe", at=AT + timedelta(days=1))
    assert one.hash == two.hash


def test_release_carries_what_the_engine_needs(release: Path) -> None:
    """IR of mappings and conditions, tables, policies, id map, shapes; and who stands for it."""
    loaded = load_release(release)
    bods = {"order-to-bod", "bod-to-order"}
    assert set(loaded.mappings) == {"order-to-m3", "brightpearl-contact-to-m3-customer", *bods}
    conditions = loaded.conditions("orders-to-m3")
    assert conditions.accept is not None and len(conditions.ensures) == 1
    assert conditions.ensures[0] is not None
    assert loaded.lookups["warehouses"].get("2") == "BRS"
    assert loaded.policies["addresses"]["on"]["REVIEW"] == "hold"
    assert loaded.shapes["brightpearl.order"].find("orderRows.productSku") is not None
    assert (loaded.manifest.author, loaded.manifest.approver) == ("ana", "ben")
    assert loaded.name == "brightpearl-infor"
    assert loaded.manifest.built_at == AT


def test_released_mapping_gives_the_bytes_of_the_document(project: Path, release: Path) -> None:
    """What was tested is what runs: the IR out of the release maps every sample order like the document."""
    loaded, source = load_release(release), load_project(project)
    name = "order-to-m3"
    document = source.mappings[name]
    from_document = compile_mapping(document, source.lookups)
    from_release = compile_ir(loaded.mappings[name], loaded.lookups)
    orders = read_records(source.samples["brightpearl.order"][0]).all_good()
    contacts = read_records(source.samples["brightpearl.contact"][0]).all_good()
    products = read_records(source.samples["brightpearl.product"][0]).all_good()
    related = {
        "contact": {str(contact["contactId"]): contact for contact in contacts},
        "product": {str(product["id"]): product for product in products},
    }
    mapped = 0
    for order in orders:
        left = from_document.apply(order, related=related, idmap=lambda entity, key: f"C{key}")
        right = from_release.apply(order, related=related, idmap=lambda entity, key: f"C{key}")
        assert left == right
        mapped += left.ok
    assert len(orders) > 10 and mapped == len(orders)


def test_approved_merges_become_id_map_entries(project: Path, tmp_path: Path) -> None:
    """Loser to winner, under `contact_merge`."""
    decision = {
        "format": "crosswalk/decision@1",
        "id": "merge-1",
        "at": "2026-11-23T09:00:00Z",
        "actor": "ana",
        "kind": "duplicate",
        "action": "accept",
        "subject": {"entity": "contact", "winner": "900001", "loser": "900002"},
    }
    (project / "decisions").mkdir(exist_ok=True)
    (project / "decisions/zz.ndjson").write_text(json.dumps(decision) + "\n")
    build_release(project, tmp_path / "release", at=AT)
    assert ("contact_merge", "900002", "900001") in load_release(tmp_path / "release").idmap


def test_every_lint_error_is_listed(project: Path, edit: Edit, tmp_path: Path) -> None:
    """An unknown field, an unknown table and a second rule for one target, in one answer."""
    edit(ORDER_MAPPING, "- to: OREF", "- to: CUOR")
    edit(ORDER_MAPPING, "LOOKUP('warehouses'", "LOOKUP('warehouse'")
    edit("flows/orders-to-m3.yaml", "orderStatus.orderStatusId", "orderStatus.orderStatusI")
    shown = refused(project, tmp_path / "release")
    for code in ("CW-LINT-TARGET-TWICE", "CW-FORMULA-LOOKUP", "CW-FORMULA-FIELD"):
        assert code in shown
    assert "did you mean 'warehouses'?" in shown


def test_faults_of_loading_refuse_too(project: Path, edit: Edit, tmp_path: Path) -> None:
    """The same answer and exit code as for lint."""
    edit(ORDER_MAPPING, "required: true", "requird: true")
    assert "CW-DOCUMENT-UNKNOWN-KEY" in refused(project, tmp_path / "release")


def test_failing_examples_refuse(project: Path, edit: Edit, tmp_path: Path) -> None:
    """The example and the difference are named."""
    edit("mappings/order-to-m3_test.yaml", "CUNO: WEBUKGBP", "CUNO: OTHER")
    shown = refused(project, tmp_path / "release")
    assert "CW-TEST-FAILED" in shown and "CUNO: expected 'OTHER', got 'WEBUKGBP'" in shown


def test_no_project_is_66(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(MissingFileError):
        build_release(tmp_path / "none", tmp_path / "release", at=AT)


def test_what_is_there_stays(project: Path, release: Path, tmp_path: Path) -> None:
    """Other people's files are never replaced; an earlier release is, when told to."""
    with pytest.raises(CannotWriteError, match="--force"):
        build_release(project, release, at=AT)
    build_release(project, release, author="zoe", at=AT, force=True)
    assert load_release(release).manifest.author == "zoe"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("keep")
    with pytest.raises(CannotWriteError) as caught:
        build_release(project, tmp_path / "mine", at=AT, force=True)
    assert caught.value.exit_code == 73 and (tmp_path / "mine/notes.txt").read_text() == "keep"


def test_failing_disk_leaves_the_old_release(
    project: Path, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails half-way leaves no trace and the earlier release whole."""
    before = read_files(release)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crosswalk_engine.release.write.os.fsync", full)
    with pytest.raises(CannotWriteError, match="No space left"):
        build_release(project, release, author="zoe", at=AT, force=True)
    assert read_files(release) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "release"]


def test_planted_secrets_reach_no_release(project: Path, tmp_path: Path) -> None:
    """Two hundred canaries, one at a time, in formulas, notes, flows, tables, policies and settings."""
    source = random.Random(3)
    places: list[tuple[str, str, Callable[[str], str]]] = [
        (ORDER_MAPPING, "rules:\n", lambda s: f"rules:\n- to: OREF2\n  formula: \"'{s}'\"\n"),
        (ORDER_MAPPING, "rules:\n", lambda s: f"rules:\n- to: OREF2\n  formula: id\n  note: see {s}\n"),
        ("flows/orders-to-m3.yaml", "M3 order {ORNO}", lambda s: f"M3 order {{ORNO}} {s}"),
        ("project.yaml", "    system: infor-m3", lambda s: f"    system: infor-m3\n    header: {s}"),
        ("project.yaml", "    system: infor-m3", lambda s: f"    system: infor-m3\n    password: {s[:6]}"),
        ("policies/duplicates.yaml", "winner: oldest", lambda s: f"winner: {s}"),
        ("lookups/warehouses.csv", "\n2,", lambda s: f"\n{s},BRS\n2,"),
        ("lookups/warehouses.csv", "\n2,", lambda s: f"\n99,{s}\n2,"),
    ]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    caught = 0
    originals = {file: (project / file).read_text("utf-8") for file, _, _ in places}
    for number in range(200):
        file, old, make = places[number % len(places)]
        prefix = ("sk_live_", "AKIA", "ghp_", "")[number % 4]
        canary = prefix + "".join(source.choices(alphabet, k=32))
        assert old in originals[file]
        (project / file).write_text(originals[file].replace(old, make(canary), 1), "utf-8")
        with pytest.raises(RefusedError) as refusal:
            build_release(project, tmp_path / "release", at=AT)
        assert canary not in refusal.value.render()
        caught += any(finding.code == "CW-SECRET" for finding in refusal.value.findings)
        (project / file).write_text(originals[file], "utf-8")
    assert caught == 200 and not (tmp_path / "release").exists()
