"""One load of the embedding model for all tests here."""

from pathlib import Path

import pytest
from crosswalk_models.embed import Embedder, NoEmbedder, default_embedder


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    folder: Path = tmp_path_factory.mktemp("embeddings")
    found = default_embedder(cache=folder / "embeddings.sqlite")
    assert not isinstance(found, NoEmbedder)
    return found
