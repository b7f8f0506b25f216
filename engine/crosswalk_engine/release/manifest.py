"""The manifest of a release (`crosswalk/release@1`): what it holds, by hash, and who stands for it."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field

from crosswalk_engine.payload.documents import Strict
from crosswalk_engine.release.canonical import canonical_json, sha256

FORMAT: Final = "crosswalk/release@1"
FILE: Final = "manifest.json"
#: The engines that can run what this version builds: the same minor version.
ENGINE_RANGE: Final = ">=0.1,<0.2"
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_BOUND = re.compile(r"(>=|<=|<|>|==)\s*(\d+(?:\.\d+)*)")


class Manifest(Strict):
    """What a release is.

    Attributes:
        version: the release's hash: SHA-256 of the canonical JSON of `files`.
        engine: range of engine versions that can run it, e.g. ``>=0.1,<0.2``.
        built_at: with zone.
        files: path in the release -> SHA-256 of its bytes.
        digest: SHA-256 of the canonical JSON of all other keys: no byte of the manifest changes unseen.
    """

    format: Literal["crosswalk/release@1"] = FORMAT
    name: str
    version: Hash
    engine: str
    author: str | None
    approver: str | None
    built_at: AwareDatetime
    files: dict[str, Hash]
    digest: Hash

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return self.model_dump(mode="json")


def make_manifest(
    name: str, files: dict[str, bytes], *, author: str | None, approver: str | None, built_at: str
) -> Manifest:
    """The manifest of a release with `files`; `built_at` is an ISO time with zone."""
    hashes = {path: sha256(raw) for path, raw in sorted(files.items())}
    stored: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "version": files_hash(hashes),
        "engine": ENGINE_RANGE,
        "author": author,
        "approver": approver,
        "built_at": built_at,
        "files": hashes,
    }
    return Manifest.model_validate({**stored, "digest": digest_of(stored)})


def files_hash(hashes: dict[str, str]) -> str:
    """The hash of a release, from the hashes of its files."""
    return sha256(canonical_json(hashes))


def digest_of(stored: dict[str, Any]) -> str:
    """The digest of a manifest's stored form."""
    return sha256(canonical_json({key: part for key, part in stored.items() if key != "digest"}))


def engine_fits(wanted: str, version: str) -> bool | None:
    """Whether engine `version` lies in the range `wanted`; `None` when the range cannot be read."""
    bounds = [_BOUND.fullmatch(part.strip()) for part in wanted.split(",")]
    have = _numbers(version)
    fits = True
    for bound in bounds:
        if bound is None:
            return None
        limit = _numbers(bound[2])
        width = max(len(have), len(limit))
        left, right = _padded(have, width), _padded(limit, width)
        fits &= {
            ">=": left >= right, "<=": left <= right, "==": left == right,
            "<": left < right, ">": left > right,
        }[bound[1]]  # fmt: skip
    return fits


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:4])


def _padded(numbers: tuple[int, ...], width: int) -> tuple[int, ...]:
    return numbers + (0,) * (width - len(numbers))
