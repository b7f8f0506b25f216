"""Words and their weight: rare words tell records apart, common ones do not."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from crosswalk_models.duplicates.fields import Comparable
from crosswalk_models.duplicates.roles import Role

#: Rarest words of a text that are combined to keys.
KEY_WORDS = 5
#: A word in at most this many texts is a key alone; commoner ones only in twos.
RARE = 25
#: Roles whose words are keys.
_TEXTS = (Role.TITLE, Role.COMPANY, Role.FULL_NAME, Role.TEXT)
_CODE = re.compile(r"(?=[a-z0-9]*\d)[a-z0-9]{4,}")
_YEAR = re.compile(r"(19|20)\d\d")


def word_matrix(texts: Sequence[str]) -> tuple[sparse.csr_matrix, npt.NDArray[np.float32]]:
    """Binary matrix (texts, words) and each word's weight ln(n / texts with it), float32."""
    index: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        words = {index.setdefault(word, len(index)) for word in text.split()}
        columns.extend(sorted(words))
        ends.append(len(columns))
    shape = (len(texts), max(1, len(index)))
    data = np.ones(len(columns), np.float32)
    matrix = sparse.csr_matrix((data, np.array(columns, np.int64), np.array(ends, np.int64)), shape=shape)
    held = np.maximum(np.asarray(matrix.sum(axis=0)).ravel(), 1)
    return matrix, np.log(max(1, len(texts)) / held).astype(np.float32)


def codes_in(text: str) -> frozenset[str]:
    """Words that look like a model or part number: four or more characters with a digit, not a year."""
    return frozenset(word for word in _CODE.findall(text) if not _YEAR.fullmatch(word))


def numbers_in(text: str) -> frozenset[str]:
    """The numbers in `text`."""
    return frozenset(re.findall(r"\d+", text))


def rare_token_keys(data: Comparable) -> pa.Table:
    """Blocking keys from words: each text's rarest words, alone when rare, else in twos."""
    rows: list[int] = []
    tokens: list[str] = []
    for role in _TEXTS:
        for item in data.of(role):
            counts = Counter(word for text in item.values for word in set(text.split()))
            for row, text in enumerate(item.values):
                words = sorted(
                    {word for word in text.split() if counts[word] > 1}, key=lambda w: (counts[w], w)
                )
                rarest = words[:KEY_WORDS]
                keys = [word for word in rarest if counts[word] <= RARE]
                keys += [f"{a} {b}" for a, b in combinations(sorted(rarest), 2)]
                rows.extend([row] * len(keys))
                tokens.extend(f"{role.name}:{key}" for key in keys)
    side = data.side[np.array(rows, np.int64)] if rows else np.zeros(0, np.int8)
    return pa.table(
        {"_row": pa.array(rows, pa.int64()), "_side": pa.array(side), "token": pa.array(tokens, pa.string())}
    )
