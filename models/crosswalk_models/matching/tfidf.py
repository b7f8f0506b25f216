"""Weighted n-grams: rare pieces of text count more. Small enough not to need scikit-learn at run time.

Term frequency × smoothed inverse document frequency, rows scaled to length 1 (Salton & Buckley 1988).
"""

import zlib
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
#: More different pieces than this share places by a hash, which bounds memory: 6,000 names take 100 MB.
WIDEST = 4096


def character_pieces(text: str) -> list[str]:
    """Pieces of 2 to 4 characters inside each word, the word's ends marked by spaces."""
    pieces: list[str] = []
    for word in text.split():
        padded = f" {word} "
        for size in (2, 3, 4):
            pieces += [padded[start : start + size] for start in range(max(len(padded) - size + 1, 1))]
    return pieces


def words(text: str) -> list[str]:
    """Whole words."""
    return text.split()


def weighted(
    left: Sequence[str], right: Sequence[str], pieces: Callable[[str], list[str]]
) -> tuple[Floats, Floats]:
    """Unit vectors of both lists over their common vocabulary: arrays (n_left, size) and (n_right, size)."""
    counts = [Counter(pieces(text)) for text in (*left, *right)]
    vocabulary: dict[str, int] = {}
    for counter in counts:
        for piece in counter:
            vocabulary.setdefault(piece, len(vocabulary))
    if len(vocabulary) > WIDEST:
        vocabulary = {piece: _place(piece, WIDEST) for piece in vocabulary}
    matrix = np.zeros((len(counts), max(vocabulary.values(), default=0) + 1), np.float32)
    for row, counter in enumerate(counts):
        for piece, number in counter.items():
            matrix[row, vocabulary[piece]] += number
    documents = (matrix > 0).sum(0)
    matrix *= (np.log((1 + len(counts)) / (1 + documents)) + 1).astype(np.float32)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return matrix[: len(left)], matrix[len(left) :]


def hashed(texts: Sequence[str], pieces: Callable[[str], list[str]], size: int = 2048) -> Floats:
    """Unit vectors of the pieces' counts, pieces put into `size` places by a stable hash: array (n, size)."""
    matrix = np.zeros((len(texts), size), np.float32)
    for row, text in enumerate(texts):
        for piece in pieces(text):
            matrix[row, _place(piece, size)] += 1
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return matrix


def _place(piece: str, size: int) -> int:
    return zlib.crc32(piece.encode("utf-8", "surrogatepass")) % size
