"""Field sets made from a few words, and one load of the embedding model for all tests here."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from crosswalk_models.embed import Embedder, NoEmbedder, default_embedder
from crosswalk_models.readers import Field, FieldSet
from crosswalk_models.readers.fields import Values
from crosswalk_models.readers.nested import from_records

MakeFields = Callable[..., FieldSet]


@pytest.fixture
def field_list() -> MakeFields:
    """Makes a field list: each argument a path, or (path, samples), or (path, samples, description)."""

    def make(*rows: str | tuple[Any, ...]) -> FieldSet:
        values, fields = Values(), []
        for row in rows:
            path, samples, description = (row, (), "") if isinstance(row, str) else (*row, "", "")[:3]
            for record, sample in enumerate(samples):
                values.add(len(fields), record, sample)
            fields.append(Field(path, "", description, tuple(samples), places=len(samples)))
        return FieldSet("list", "fields", tuple(fields), values.table())

    return make


@pytest.fixture
def records() -> Callable[[Sequence[dict[str, Any]]], FieldSet]:
    """Makes a field set of records."""
    return lambda rows: from_records("records", list(rows))


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """The packaged model, with a cache of its own."""
    folder: Path = tmp_path_factory.mktemp("embeddings")
    found = default_embedder(cache=folder / "embeddings.sqlite")
    assert not isinstance(found, NoEmbedder)
    return found
