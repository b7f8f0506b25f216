"""The pairs that are compared: all of them, or only promising ones when there would be too many.

Every comparison works on vectors with one entry a pair, in order of source, so that both cases are one code.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]
Scorer = Callable[..., float]
#: Rows of unit vectors multiplied at once in the sparse case; bounds memory to some 130 MB.
_BLOCK = 4_000


class Pairs:
    """Pairs (row, column) of `sources` × `targets`, sorted by row.

    Attributes:
        rows, cols: array (n_pairs,), indices of source and target.
        dense: whether every combination is a pair.
    """

    def __init__(self, sources: int, targets: int, chosen: npt.NDArray[np.bool_] | None = None) -> None:
        self.sources = sources
        self.targets = targets
        self.dense = chosen is None
        if chosen is None:
            self.rows: Ints = np.repeat(np.arange(sources), targets)
            self.cols: Ints = np.tile(np.arange(targets), sources)
        else:
            self.rows, self.cols = np.nonzero(chosen)
        self._by_col: Ints = np.argsort(self.cols, kind="stable")

    def __len__(self) -> int:
        return len(self.rows)

    def gather(self, matrix: npt.NDArray[np.floating]) -> Floats:
        """The entries of a (sources, targets) matrix."""
        return matrix[self.rows, self.cols].astype(np.float32, copy=False)

    def matrix(self, values: npt.NDArray[np.floating], fill: float = 0.0) -> Floats:
        """`values` as a (sources, targets) matrix, `fill` where there is no pair."""
        out = np.full((self.sources, self.targets), fill, np.float32)
        out[self.rows, self.cols] = values
        return out

    def cosine(self, left: Floats, right: Floats) -> Floats:
        """Dot products of unit rows: array (n_pairs,)."""
        if self.dense:
            return (left @ right.T).ravel()
        out = np.empty(len(self), np.float32)
        for start in range(0, len(self), _BLOCK):
            part = slice(start, start + _BLOCK)
            out[part] = np.einsum("ij,ij->i", left[self.rows[part]], right[self.cols[part]])
        return out

    def similarity(
        self, scorer: Scorer, left: Sequence[str], right: Sequence[str], scale: float = 0.01
    ) -> Floats:
        """A rapidfuzz `scorer` of each pair of texts, scaled to [0, 1]."""
        if not self.dense:
            queries, choices = [left[row] for row in self.rows], [right[col] for col in self.cols]
            found = process.cpdist(queries, choices, scorer=scorer, dtype=np.float32)
            return np.asarray(found, np.float32) * np.float32(scale)
        unique_left, index_left = _unique(left)
        unique_right, index_right = _unique(right)
        table = process.cdist(unique_left, unique_right, scorer=scorer, dtype=np.float32)
        return np.asarray(table, np.float32)[np.ix_(index_left, index_right)].ravel() * np.float32(scale)

    def over_rows(self, values: Floats) -> Floats:
        """The greatest value among the pairs of the same source: array (n_pairs,)."""
        if self.dense and self.targets:
            return np.repeat(values.reshape(self.sources, self.targets).max(axis=1), self.targets)
        best = np.full(self.sources, -np.inf, np.float32)
        np.maximum.at(best, self.rows, values)
        return best[self.rows]

    def over_cols(self, values: Floats) -> Floats:
        """The greatest value among the pairs of the same target: array (n_pairs,)."""
        if self.dense and self.sources:
            return np.tile(values.reshape(self.sources, self.targets).max(axis=0), self.sources)
        best = np.full(self.targets, -np.inf, np.float32)
        np.maximum.at(best, self.cols, values)
        return best[self.cols]

    def rank_in_row(self, values: Floats) -> Floats:
        """0 for the best pair of its source, rising to 1; array (n_pairs,)."""
        if self.dense:
            return _ranks(values.reshape(self.sources, self.targets)).ravel()
        return self._rank(values, self.rows, self.sources)

    def rank_in_col(self, values: Floats) -> Floats:
        """0 for the best pair of its target, rising to 1; array (n_pairs,)."""
        if self.dense:
            return _ranks(values.reshape(self.sources, self.targets).T).T.ravel()
        return self._rank(values, self.cols, self.targets)

    def _rank(self, values: Floats, group: Ints, size: int) -> Floats:
        order = np.lexsort((-values, group))
        counts = np.bincount(group, minlength=size)
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        out = np.empty(len(values), np.float32)
        position = np.arange(len(values)) - starts[group[order]]
        out[order] = position / np.maximum(counts[group[order]], 1)
        return out


def _ranks(matrix: Floats) -> Floats:
    """Rank of each entry in its row, from 0 for the greatest, ÷ the row's length; ties by position."""
    order = np.argsort(-matrix, axis=1, kind="stable")
    places = np.broadcast_to(np.arange(matrix.shape[1], dtype=np.float32), matrix.shape)
    out = np.empty(matrix.shape, np.float32)
    np.put_along_axis(out, order, places / np.float32(max(matrix.shape[1], 1)), axis=1)
    return out


def _unique(texts: Sequence[str]) -> tuple[list[str], Ints]:
    places: dict[str, int] = {}
    index = [places.setdefault(text, len(places)) for text in texts]
    return list(places), np.asarray(index, np.intp)
