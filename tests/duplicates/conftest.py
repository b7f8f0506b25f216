"""Fixtures of the duplicate tests."""

import importlib.util
from pathlib import Path

import pytest
from crosswalk_models.embed import Embedder, NoEmbedder, default_embedder

_SPEC = importlib.util.spec_from_file_location("people", Path(__file__).with_name("people.py"))
assert _SPEC and _SPEC.loader
_PEOPLE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_PEOPLE)


@pytest.fixture
def make_people():
    """The maker of a small world of people."""
    return _PEOPLE.make_people


@pytest.fixture(autouse=True)
def no_model_by_default(request, monkeypatch):
    """Only a test marked `model` may load one."""
    if request.node.get_closest_marker("model") is None:
        monkeypatch.setenv("CROSSWALK_MODEL", "none")


@pytest.fixture(scope="session")
def encoder(tmp_path_factory) -> Embedder:
    """The packaged model, with a cache of its own."""
    found = default_embedder(cache=tmp_path_factory.mktemp("embeddings") / "embeddings.sqlite")
    assert not isinstance(found, NoEmbedder)
    return found
