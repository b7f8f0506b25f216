"""Verifying a release: every byte is the built one, and this engine can run it."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crosswalk_engine import __version__
from crosswalk_engine.errors import Finding, FindingsError, masked
from crosswalk_engine.release.canonical import canonical_json, sha256
from crosswalk_engine.release.files import read_files
from crosswalk_engine.release.manifest import FILE, FORMAT, Manifest, digest_of, engine_fits, files_hash

_FORMAT = re.compile(r"crosswalk/release@\d{1,4}")
_GRAVEST_FIRST = ("HASH", "FORMAT", "ENGINE", "MISSING", "EXTRA", "DOCUMENT", "MANIFEST")


def verify_release(path: Path) -> Manifest:
    """The manifest of the release at `path` (folder or zip), once every byte is known to be the built one.

    Raises:
        MissingFileError: there is no release.
        ConfigError: CW-RELEASE-ARCHIVE.
        FindingsError: CW-RELEASE-HASH and the like; every fault at once, each with its file.
    """
    return read_verified(path)[0]


def read_verified(path: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the verified bytes of every other file.

    Raises:
        MissingFileError, ConfigError, FindingsError: as `verify_release`.
    """
    files = read_files(path)
    raw = files.pop(FILE)
    manifest, findings = _manifest(raw)
    if manifest is not None:
        findings += _file_findings(manifest, files)
    if manifest is None or findings:
        raise refused(findings)
    return manifest, files


def _manifest(raw: bytes) -> tuple[Manifest | None, list[Finding]]:
    stored = parsed(raw)
    if not isinstance(stored, dict) or not _FORMAT.fullmatch(str(stored.get("format"))):
        return None, [
            fault(FILE, "HASH", "the manifest is not one that was built", "build the release again")
        ]
    if stored["format"] != FORMAT:
        message = f"the format is {masked(stored.get('format'), 40)}, not {FORMAT}"
        return None, [fault(FILE, "FORMAT", message, "install the engine that the release was built for")]
    if stored.get("digest") != digest_of(stored) or raw != canonical_json(stored):
        # Nothing that it says about the files can be believed, so they are not compared.
        return None, [fault(FILE, "HASH", "the manifest was changed after it was built")]
    findings = []
    wanted = masked(stored.get("engine"), 40)
    fits = engine_fits(str(stored.get("engine")), __version__)
    if not fits:
        reason = "the range of engines cannot be read" if fits is None else f"needs an engine {wanted}"
        findings.append(
            fault(FILE, "ENGINE", f"{reason}; this one is {__version__}", "install a fitting one")
        )
    try:
        return Manifest.model_validate(stored), findings
    except ValidationError as error:
        parts = sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})
        findings.append(fault(FILE, "MANIFEST", f"the manifest is damaged: {', '.join(parts)}"))
        return None, findings


def _file_findings(manifest: Manifest, files: Mapping[str, bytes]) -> list[Finding]:
    findings = []
    for name, wanted in manifest.files.items():
        if name not in files:
            findings.append(fault(masked(name), "MISSING", "the file is not there", "copy the release whole"))
        elif sha256(files[name]) != wanted:
            findings.append(fault(masked(name), "HASH", "the file was changed after the release was built"))
    findings += [
        fault(masked(name), "EXTRA", "the file does not belong to the release", "remove it")
        for name in sorted(files.keys() - manifest.files.keys())
    ]
    if files_hash(manifest.files) != manifest.version:
        findings.append(fault(FILE, "HASH", "the release's hash is not that of its files"))
    return findings


def parsed(raw: bytes) -> Any:
    """The JSON value in `raw`; `None` when it is none."""
    try:
        return json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def fault(where: str, kind: str, message: str, suggestion: str = "") -> Finding:
    """An error in the file `where` of a release."""
    return Finding(where, f"CW-RELEASE-{kind}", "error", message, suggestion)


def refused(findings: list[Finding]) -> FindingsError:
    """One error for all findings, with the code of the gravest."""
    codes = {finding.code.rpartition("-")[2] for finding in findings}
    code = next((f"CW-RELEASE-{kind}" for kind in _GRAVEST_FIRST if kind in codes), "CW-RELEASE")
    return FindingsError(code, "the release is not sound; nothing of it was used", findings)
