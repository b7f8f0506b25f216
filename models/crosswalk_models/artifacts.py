"""Model artefacts: JSON files with a SHA-256 of their own content; never pickles.

An artefact is ``{"format": "crosswalk/<kind>@1", "name", "version", "sha256", "card": {…}, "content": {…}}``.
The hash covers the canonical JSON of everything but ``sha256`` itself, so a changed byte is found on load.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import ConfigError, MissingFileError


@dataclass(frozen=True, slots=True)
class Artifact:
    """A checked model artefact; `card` says what it was trained on, under which licences, and how it did."""

    format: str
    name: str
    version: int
    sha256: str
    card: dict[str, Any]
    content: dict[str, Any]

    @property
    def label(self) -> str:
        """``name@version``, as suggestions and decisions cite it."""
        return f"{self.name}@{self.version}"


def canonical_json(value: Any) -> bytes:
    """`value` as UTF-8 JSON with sorted keys and no spaces: the same bytes for the same value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def content_hash(document: dict[str, Any]) -> str:
    """SHA-256 in hex of the canonical form of `document` without its own ``sha256``."""
    return hashlib.sha256(
        canonical_json({key: value for key, value in document.items() if key != "sha256"})
    ).hexdigest()


def write_artifact(
    path: Path, *, kind: str, name: str, version: int, card: dict[str, Any], content: dict[str, Any]
) -> Artifact:
    """Write an artefact to `path`, readable in a pull request, and return it."""
    document: dict[str, Any] = {
        "format": f"crosswalk/{kind}@1",
        "name": name,
        "version": version,
        "card": card,
        "content": content,
    }
    document["sha256"] = content_hash(document)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return Artifact(document["format"], name, version, document["sha256"], card, content)


def read_artifact(path: Path, *, kind: str) -> Artifact:
    """Read and check the artefact at `path`.

    Raises:
        MissingFileError: there is no such file.
        ConfigError: it is no artefact of this kind, or its content does not match its hash.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MissingFileError(
            "CW-ARTIFACT-MISSING",
            "the model artefact cannot be read",
            where=path.name,
            fix="reinstall crosswalk-models",
        ) from error
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise _broken(path, "not JSON") from error
    expected = f"crosswalk/{kind}@1"
    if not isinstance(document, dict) or document.get("format") != expected:
        found = document.get("format") if isinstance(document, dict) else type(document).__name__
        raise ConfigError(
            "CW-ARTIFACT-KIND",
            "not an artefact of this kind",
            where=path.name,
            got=str(found)[:80],
            expected=expected,
        )
    if document.get("sha256") != content_hash(document):
        raise _broken(path, "its SHA-256 does not match its content")
    return Artifact(
        format=document["format"],
        name=str(document["name"]),
        version=int(document["version"]),
        sha256=str(document["sha256"]),
        card=dict(document["card"]),
        content=dict(document["content"]),
    )


def _broken(path: Path, why: str) -> ConfigError:
    return ConfigError(
        "CW-ARTIFACT-HASH",
        "the model artefact was changed or cut short",
        where=path.name,
        got=why,
        fix="reinstall crosswalk-models, or train it again",
    )
