"""Artefacts are JSON with a hash; suggestions and evidence survive JSON."""

from pathlib import Path

import pytest
from crosswalk_engine.errors import ConfigError, MissingFileError
from crosswalk_models.artifacts import canonical_json, read_artifact, write_artifact
from crosswalk_models.types import Evidence, Suggestion


def test_an_artefact_is_read_back(tmp_path: Path) -> None:
    """What was written is read back, with its label and hash."""
    made = write_artifact(
        tmp_path / "a.json", kind="toy", name="toy", version=2, card={"x": 1}, content={"w": [0.5]}
    )
    found = read_artifact(tmp_path / "a.json", kind="toy")
    assert found == made
    assert found.label == "toy@2"
    assert len(found.sha256) == 64


def test_a_changed_artefact_is_refused(tmp_path: Path) -> None:
    """One changed weight, a file of another kind, a cut file and no file each give their own code."""
    path = tmp_path / "a.json"
    write_artifact(path, kind="toy", name="toy", version=1, card={}, content={"w": 0.25})
    whole = path.read_text()
    with pytest.raises(ConfigError) as other:
        read_artifact(path, kind="another")
    path.write_text(whole.replace("0.25", "0.26"))
    with pytest.raises(ConfigError) as changed:
        read_artifact(path, kind="toy")
    path.write_text(whole[:-20])
    with pytest.raises(ConfigError) as cut:
        read_artifact(path, kind="toy")
    with pytest.raises(MissingFileError) as missing:
        read_artifact(tmp_path / "b.json", kind="toy")
    codes = [caught.value.code for caught in (other, changed, cut, missing)]
    assert codes == ["CW-ARTIFACT-KIND", "CW-ARTIFACT-HASH", "CW-ARTIFACT-HASH", "CW-ARTIFACT-MISSING"]


def test_canonical_json_ignores_the_order_of_keys() -> None:
    """Two equal objects have the same bytes."""
    assert (
        canonical_json({"b": 1, "a": "ä"}) == canonical_json({"a": "ä", "b": 1}) == '{"a":"ä","b":1}'.encode()
    )


def test_a_suggestion_survives_json() -> None:
    """A suggestion with evidence is equal after a round trip."""
    reason = Evidence("name", "same name", 1.25, "Both are called “id”.", ("1", "2"))
    made = Suggestion("mapping", "ID", "id", 1, 0.75, (reason,), "field-matcher@1", {"formula": "id"})
    assert Suggestion.from_json(made.to_json()) == made
