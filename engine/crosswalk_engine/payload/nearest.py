"""Did you mean …? The nearest names to a wrong one, for field paths, keys, functions and tables.

A name is near when the letters are (a slip of the fingers), when only its spelling style differs
(``order_rows`` and ``orderRows``), or when its last part is the same as that of a longer path.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher

from crosswalk_engine.errors import masked

#: Below this share of common letters two names are not offered for one another (difflib's own default).
CUTOFF = 0.6
#: `sku` is offered `productSku`: the end of a name, of at least three letters, names the thing itself.
MIN_SUFFIX = 3
SUFFIX_LIKENESS = 0.8
#: A longer text than this is no slip of the fingers for a name: it is not looked for. Paths are the longest.
MAX_WRONG = 200
_SEPARATORS = str.maketrans("", "", "_- []\"'")


def nearest(wrong: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` of `candidates` that `wrong` was probably meant to be, best first.

    Ties keep the alphabetical order, so the same question always gets the same answer. Takes at most some
    milliseconds for a thousand candidates: `wrong` may come from a record.
    """
    if len(wrong) > MAX_WRONG:
        return ()
    scored = [(_likeness(wrong, candidate), candidate) for candidate in set(candidates)]
    near = [(score, candidate) for score, candidate in scored if score >= CUTOFF]
    near.sort(key=lambda pair: (-pair[0], pair[1]))
    return tuple(candidate for _, candidate in near[:limit])


def did_you_mean(wrong: str, candidates: Iterable[str]) -> str:
    """A suggestion for a finding: ``did you mean 'price'?``, or an empty text when nothing is near."""
    found = nearest(wrong, candidates, limit=1)
    return f"did you mean '{masked(found[0])}'?" if found else ""


def _likeness(wrong: str, candidate: str) -> float:
    left, right = _plain(wrong), _plain(candidate)
    if left == right:
        return 1.0
    if len(left) >= MIN_SUFFIX and right.endswith(left):
        return SUFFIX_LIKENESS
    left_leaf, right_leaf = left.rpartition(".")[2], right.rpartition(".")[2]
    if left_leaf == left and right_leaf == right:
        return _ratio(left, right, CUTOFF)
    # Half the mark for the last part: people remember `productSku` better than where it lives.
    leaf = _ratio(left_leaf, right_leaf, 0)
    whole = _ratio(left, right, min(CUTOFF, 2 * CUTOFF - leaf))
    return max(whole, 0.5 * (whole + leaf))


def _ratio(left: str, right: str, least: float) -> float:
    """The share of common letters; 0 when it is below `least`, which is told by cheaper bounds first."""
    if not left or not right or 2 * min(len(left), len(right)) < least * (len(left) + len(right)):
        return 0.0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _plain(name: str) -> str:
    return name.translate(_SEPARATORS).lower()
