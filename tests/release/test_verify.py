"""Verifying: no byte, file or version that was not built gets past; nothing is used before that is known."""

import json
import random
import shutil
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import ConfigError, FindingsError, MissingFileError
from crosswalk_engine.release import load_release, verify_release
from crosswalk_engine.release.canonical import canonical_json
from crosswalk_engine.release.manifest import digest_of, make_manifest


def codes(release: Path) -> list[str]:
    """``CODE file`` of each finding; the error's own code is the gravest."""
    with pytest.raises(FindingsError) as caught:
        load_release(release)
    assert caught.value.exit_code == 78 and caught.value.code in {finding.code for finding in caught.value}
    return [f"{finding.code.removeprefix('CW-RELEASE-')} {finding.where}" for finding in caught.value]


def test_any_changed_byte_is_found(release: Path) -> None:
    """Three hundred flipped bits at random places of random files: each is found, its file named."""
    source = random.Random(11)
    files = sorted(path for path in release.rglob("*") if path.is_file())
    for _ in range(300):
        path = source.choice(files)
        whole = path.read_bytes()
        at = source.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << source.randrange(8))]) + whole[at + 1 :])
        with pytest.raises(ConfigError) as caught:
            verify_release(release)
        found = caught.value.render()
        path.write_bytes(whole)
        assert caught.value.code in ("CW-RELEASE-HASH", "CW-RELEASE-FORMAT"), found
        assert path.relative_to(release).as_posix() in found
    verify_release(release)


def test_missing_extra_and_changed_files_come_together(release: Path) -> None:
    """All at once; nothing is loaded."""
    (release / "lookups/warehouses.json").unlink()
    (release / "lookups/more.json").write_text("{}")
    (release / "idmap.json").write_text('{"entries":{}}')
    missing = "MISSING lookups/warehouses.json"
    assert sorted(codes(release)) == ["EXTRA lookups/more.json", "HASH idmap.json", missing]


def resealed(release: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The release with a changed manifest that is consistent in itself."""
    stored = json.loads((release / "manifest.json").read_bytes())
    change(stored)
    stored["digest"] = digest_of(stored)
    (release / "manifest.json").write_bytes(canonical_json(stored))
    return release


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("format", "crosswalk/release@2", "FORMAT"),
        ("engine", ">=0.2,<0.3", "ENGINE"),
        ("engine", "whatever", "ENGINE"),
        ("built_at", "yesterday", "MANIFEST"),
        ("files", {}, "EXTRA"),
        ("maping", 1, "MANIFEST"),
    ],
)
def test_foreign_manifests(release: Path, key: str, value: object, code: str) -> None:
    """Newer formats, other engines and damaged manifests are named for what they are."""
    found = codes(resealed(release, lambda stored: stored.update({key: value})))
    assert any(code in line for line in found)


def test_documents_that_do_not_fit_are_refused(release: Path) -> None:
    """A well-sealed release with a flow that names no mapping of it, and a foreign mapping."""
    files = {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*.json")
        if path.name != "manifest.json"
    }
    del files["mappings/brightpearl-contact-to-m3-customer.json"]
    files["mappings/strange.json"] = b'{"format":"crosswalk/mapping-ir@9"}'
    files["shapes/strange.json"] = b"[]"
    files["idmap.json"] = b"null"
    manifest = make_manifest("x", files, author=None, approver=None, built_at="2026-01-01T00:00:00Z")
    shutil.rmtree(release)
    for name, raw in {**files, "manifest.json": canonical_json(manifest.to_json())}.items():
        (release / name).parent.mkdir(parents=True, exist_ok=True)
        (release / name).write_bytes(raw)
    verify_release(release)
    assert sorted(codes(release)) == [
        "DOCUMENT flows/orders-to-m3.json",
        "DOCUMENT idmap.json",
        "DOCUMENT shapes/strange.json",
        "FORMAT mappings/strange.json",
    ]


def test_nothing_there_is_66(tmp_path: Path) -> None:
    """A missing path, and a folder or zip without a manifest."""
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    for name in ("none", "empty", "empty.zip"):
        with pytest.raises(MissingFileError) as caught:
            verify_release(tmp_path / name)
        assert caught.value.exit_code == 66


def zipped(release: Path, into: Path, prefix: str = "") -> Path:
    """The release as a zip, as any tool would make it."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(release.rglob("*.json")):
            archive.write(path, prefix + path.relative_to(release).as_posix())
    return into


def test_zip_of_the_folder_or_of_its_contents(release: Path, tmp_path: Path) -> None:
    """Both load as the folder does."""
    for prefix in ("", "release/"):
        packed = zipped(release, tmp_path / "a.zip", prefix)
        assert load_release(packed).hash == load_release(release).hash


@pytest.mark.parametrize(
    "name",
    ["../e.json", "/etc/e.json", "a/../../e.json", "c:\\e.json", "a\\b.json", "./a.json", "a//b.json"],
)
def test_entries_that_lead_outside_are_refused(release: Path, tmp_path: Path, name: str) -> None:
    """Nothing is ever unpacked to disk, and the archive is refused all the same."""
    packed = zipped(release, tmp_path / "a.zip")
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, "{}")
    with pytest.raises(ConfigError, match="CW-RELEASE-ARCHIVE"):
        verify_release(packed)


def test_bombs_links_and_twins_are_refused(release: Path, tmp_path: Path) -> None:
    """An entry that unpacks a thousandfold, a symbolic link, two entries of one name, too many entries."""

    def add(name: str, data: bytes, mode: int = 0, count: int = 1) -> Path:
        packed = zipped(release, tmp_path / f"{name}.zip")
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            for number in range(count):
                entry = zipfile.ZipInfo(f"{name}{number if count > 2 else ''}")
                entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
                archive.writestr(entry, data)
        return packed

    with pytest.warns(UserWarning, match="Duplicate name"):
        twins = add("twin", b"{}", count=2)
    bad = [add("bomb", bytes(30_000_000)), add("link", b"/etc/passwd", stat.S_IFLNK | 0o777), twins]
    bad.append(add("many", b"", count=2_001))
    for packed in bad:
        with pytest.raises(ConfigError, match="CW-RELEASE-ARCHIVE"):
            verify_release(packed)


def test_links_in_a_folder_are_refused(release: Path, tmp_path: Path) -> None:
    """A file that points elsewhere is no file of the release."""
    target = tmp_path / "elsewhere.json"
    shutil.move(release / "idmap.json", target)
    (release / "idmap.json").symlink_to(target)
    with pytest.raises(ConfigError, match="is a link"):
        verify_release(release)


def test_loading_runs_nothing(release: Path) -> None:
    """No code is compiled or run, nothing is unpickled, no process or connection is started."""
    load_release(release)  # whatever is imported late is imported now
    seen: list[str] = []
    watching = True

    def hook(event: str, arguments: object) -> None:
        del arguments
        if watching and event.split(".")[0] in {
            "compile",
            "exec",
            "import",
            "pickle",
            "subprocess",
            "socket",
        }:
            seen.append(event)
        if watching and event in {"os.system", "os.exec", "os.posix_spawn"}:
            seen.append(event)

    sys.addaudithook(hook)
    load_release(release)
    watching = False
    assert seen == []


def test_random_bytes_are_no_release(tmp_path: Path) -> None:
    """A file that is no zip, and a zip cut off in the middle."""
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(ConfigError, match="CW-RELEASE-ARCHIVE"):
        verify_release(tmp_path / "a.zip")
