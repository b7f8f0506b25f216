"""The texts nearest to each text by character n-grams: finds what no key spells the same."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Ints = npt.NDArray[np.int64]
#: Rows multiplied at a time; bounds memory to this many dense rows.
CHUNK = 256
#: An n-gram in more than this share of the texts tells nothing and costs most.
COMMON = 0.2


def text_vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """Unit tf-idf vectors over character 2- to 4-grams within words, float32, (n, grams)."""
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True, dtype=np.float32
    )
    try:
        return sparse.csr_matrix(vectorizer.fit_transform(texts))
    except ValueError:  # no n-gram stands in two texts
        return sparse.csr_matrix((len(texts), 1), dtype=np.float32)


def cosines(vectors: sparse.csr_matrix, left: Ints, right: Ints) -> npt.NDArray[np.float32]:
    """Cosine of each pair of rows, (m,)."""
    found = np.zeros(len(left), np.float32)
    for start in range(0, len(left), 50_000):
        a, b = vectors[left[start : start + 50_000]], vectors[right[start : start + 50_000]]
        found[start : start + 50_000] = np.asarray(a.multiply(b).sum(axis=1)).ravel()
    return found


def nearest_texts(texts: Sequence[str], side: npt.NDArray[np.int8], count: int) -> tuple[Ints, Ints]:
    """Row pairs (i, j): j is among the `count` texts nearest to i, on the other side when there are two."""
    vectors = text_vectors(texts)
    held = np.diff(vectors.tocsc().indptr)
    telling = vectors[:, held <= max(50, COMMON * len(texts))]
    queries = np.flatnonzero(side == 0) if side.any() else np.arange(len(texts))
    pool = np.flatnonzero(side == 1) if side.any() else queries
    ways = [(queries, pool), (pool, queries)] if side.any() else [(queries, pool)]
    found = [_top(telling, rows, against, count) for rows, against in ways]
    left = np.concatenate([pair[0] for pair in found])
    right = np.concatenate([pair[1] for pair in found])
    keep = left != right
    return left[keep], right[keep]


def _top(vectors: sparse.csr_matrix, rows: Ints, against: Ints, count: int) -> tuple[Ints, Ints]:
    columns = sparse.csr_matrix(vectors[against].T)
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    wanted = min(count + 1, len(against))
    for start in range(0, len(rows) if wanted else 0, CHUNK):
        part = rows[start : start + CHUNK]
        scores = (vectors[part] @ columns).toarray()
        best = np.argpartition(-scores, wanted - 1, axis=1)[:, :wanted]
        good = np.take_along_axis(scores, best, axis=1) > 0
        lefts.append(np.repeat(part, wanted)[good.ravel()])
        rights.append(against[best.ravel()][good.ravel()])
    return np.concatenate(lefts), np.concatenate(rights)
