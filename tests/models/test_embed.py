"""Embeddings: local, lazy, cached; and working without."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_models.embed import Embedder, NoEmbedder, default_embedder
from crosswalk_models.embed.store import CacheWarning, VectorStore, text_key


class Counting:
    """Stands in for the model: counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        self.asked += texts
        rows = np.array([[len(text), 1.0] for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tiny"
    place.mkdir()
    (place / "config.json").write_text("{}")
    (place / "model.safetensors").write_bytes(b"weights")
    return place


def fake(folder: Path, cache: Path | None) -> tuple[Embedder, Counting]:
    embedder, model = Embedder(folder, cache=cache), Counting()
    embedder.__dict__["_model"] = model
    return embedder, model


def test_each_text_is_computed_once(folder: Path, tmp_path: Path) -> None:
    """Equal texts give equal rows, and a second process-to-be finds all of them in the cache."""
    first, model = fake(folder, tmp_path / "c.sqlite")
    rows = first.encode(["aa", "b", "aa"])
    assert rows.shape == (3, 2)
    assert np.array_equal(rows[0], rows[2])
    assert model.asked == ["aa", "b"]
    second, other = fake(folder, tmp_path / "c.sqlite")
    assert np.array_equal(second.encode(["b", "aa"]), rows[[1, 0]])
    assert other.asked == []


def test_another_model_does_not_read_these_vectors(folder: Path, tmp_path: Path) -> None:
    """Changed weights change the fingerprint, so cached vectors of the old ones are not used."""
    fake(folder, tmp_path / "c.sqlite")[0].encode(["aa"])
    (folder / "model.safetensors").write_bytes(b"other weights")
    again, model = fake(folder, tmp_path / "c.sqlite")
    again.encode(["aa"])
    assert model.asked == ["aa"]


def test_an_unreadable_cache_only_costs_time(folder: Path, tmp_path: Path) -> None:
    """A cache that is no database is said once and passed over; the vectors are right."""
    (tmp_path / "c.sqlite").write_text("this is no database, whatever its name says" * 40)
    embedder, model = fake(folder, tmp_path / "c.sqlite")
    with pytest.warns(CacheWarning):
        rows = embedder.encode(["aa"])
    assert rows.shape == (1, 2)
    assert model.asked == ["aa"]


def test_no_text_stands_in_the_cache(folder: Path, tmp_path: Path) -> None:
    """The cache holds hashes and vectors, not what was embedded."""
    fake(folder, tmp_path / "c.sqlite")[0].encode(["Priya Raman"])
    raw = (tmp_path / "c.sqlite").read_bytes()
    assert b"Priya" not in raw
    assert text_key("Priya Raman") in raw


def test_a_missing_and_a_broken_model_are_told(folder: Path, tmp_path: Path) -> None:
    """A folder without a model, and weights that are none, each give one coded error."""
    with pytest.raises(ConfigError) as missing:
        default_embedder(str(tmp_path / "nowhere"))
    assert missing.value.code == "CW-MODEL-MISSING"
    with pytest.raises(ConfigError) as broken:
        default_embedder(str(folder), cache=tmp_path / "c.sqlite").encode(["a"])
    assert broken.value.code == "CW-MODEL-BROKEN"


def test_the_model_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """`none` gives an embedder that has no vectors and says why."""
    monkeypatch.setenv("CROSSWALK_MODEL", "none")
    embedder = default_embedder()
    assert isinstance(embedder, NoEmbedder)
    assert embedder.encode(["a"]) is None
    assert embedder.reason == "switched off"


def test_a_store_without_a_place_keeps_nothing() -> None:
    """With no file, what is put is not found again."""
    store = VectorStore(None)
    store.put("m", {"a": np.ones(2, np.float32)})
    assert store.get("m", ["a"]) == {}


def test_importing_the_matcher_loads_no_model_library() -> None:
    """torch and its friends are imported only when a text is embedded."""
    code = (
        "import sys, crosswalk_models.matching.suggest, crosswalk_models.profile, crosswalk_models.feedback;"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'sklearn');"
        "print([name for name in heavy if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.model
def test_the_packaged_model_knows_what_names_mean(encoder: Embedder) -> None:
    """Vectors have length 1, and a postcode is nearer to a zip code than to a quantity."""
    rows = encoder.encode(["postal code", "zip code", "order quantity"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.3
