"""The embedding cache: one SQLite file, vectors by model fingerprint and text hash.

A cache is a convenience: when it cannot be read or written the answer is computed instead, and said once.
"""

import hashlib
import os
import sqlite3
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL,
                                   PRIMARY KEY (model, text)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS model_file (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL);
"""
#: SQLite's default limit of variables in one statement is 32,766; this stays far below.
_AT_ONCE = 900


class CacheWarning(UserWarning):
    """The embedding cache cannot be used; results are the same, only slower."""


def cache_file() -> Path:
    """Where the cache stands by default: ``$CROSSWALK_CACHE``, else the user's cache folder."""
    folder = os.environ.get("CROSSWALK_CACHE")
    if folder:
        return Path(folder) / "embeddings.sqlite"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "crosswalk" / "embeddings.sqlite"


def text_key(text: str) -> bytes:
    """SHA-256 of the text, cut to 16 bytes: no text is stored, and no two met so far collide."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class VectorStore:
    """Vectors on disk; `path` `None` keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def get(self, model: str, texts: Sequence[str]) -> dict[str, Floats]:
        """The stored vectors of `texts`, by text."""
        keys = {text_key(text): text for text in texts}
        found: dict[str, Floats] = {}
        try:
            with closing(self._open()) as database:
                for batch in _batches(list(keys)):
                    marks = ",".join("?" * len(batch))
                    rows = database.execute(
                        f"SELECT text, vector FROM vector WHERE model = ? AND text IN ({marks})",  # noqa: S608  only question marks are put in
                        (model, *batch),
                    )
                    found |= {keys[key]: np.frombuffer(vector, np.float32) for key, vector in rows}
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
        return found

    def put(self, model: str, vectors: Mapping[str, Floats]) -> None:
        """Store `vectors` by text."""
        rows = [
            (model, text_key(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()
        ]
        try:
            with closing(self._open()) as database, database:
                database.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def file_hash(self, path: Path) -> str:
        """SHA-256 of a model file, remembered by size and time of change: hashing 90 MB takes 0.1 s."""
        state = path.stat()
        stamp = f"{state.st_size}:{state.st_mtime_ns}"
        try:
            with closing(self._open()) as database, database:
                row = database.execute(
                    "SELECT sha256 FROM model_file WHERE path = ? AND stamp = ?", (str(path), stamp)
                ).fetchone()
                if row:
                    return str(row[0])
                digest = _sha256(path)
                database.execute(
                    "INSERT OR REPLACE INTO model_file VALUES (?, ?, ?)", (str(path), stamp, digest)
                )
                return digest
        except sqlite3.Error as error:
            self._give_up(error)
            return _sha256(path)

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            database = sqlite3.connect(":memory:")
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=10)
        try:
            database.executescript(_SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _give_up(self, error: Exception) -> None:
        warnings.warn(
            f"the embedding cache cannot be used ({type(error).__name__}); going on without it",
            CacheWarning,
            stacklevel=4,
        )
        self._path = None


def _batches(keys: list[bytes]) -> Iterable[list[bytes]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
