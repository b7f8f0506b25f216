"""Places compared: collections and header, party roles, and whether the parents go together."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from crosswalk_models.matching.comparators.base import BOTTOM, Comparator, Floats, Level
from crosswalk_models.matching.names import ROLES
from crosswalk_models.matching.sides import Comparison, Side


class ArrayLevel(Comparator):
    """Whether both stand in a collection, or both in the header."""

    name = "place"
    lead = "level_same"
    nothing = "flat on one side"
    ladder = (
        Level("the same level", 0.99, "Both stand on the same level: header or lines."),
        Level("different levels", BOTTOM, "One stands in the header, the other in lines."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """1 when both repeat or both do not; NaN when one side has no collections at all."""
        left, right = _repeats(comparison.sources), _repeats(comparison.targets)
        if not (left.any() and right.any()):
            return {"level_same": np.full(len(comparison.pairs), np.nan, np.float32)}
        same = left[comparison.pairs.rows] == right[comparison.pairs.cols]
        return {"level_same": same.astype(np.float32)}


class PartyRole(Comparator):
    """Bill-to, ship-to, customer, supplier: whose party a field belongs to."""

    name = "party"
    lead = "role"
    nothing = "no party"
    ladder = (
        Level(
            "the same party", 0.99, "Both belong to the same party (bill-to, ship-to, customer or supplier)."
        ),
        Level("party on one side", -0.5, "Only one of the two names a party."),
        Level("different parties", BOTTOM, "They belong to different parties."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """1 same role, -0.3 only one has a role, -1 different roles; NaN when neither has one."""
        left, right = _roles(comparison.sources), _roles(comparison.targets)
        rows, cols = comparison.pairs.rows, comparison.pairs.cols
        shared = np.any(left[rows] & right[cols], axis=1)
        some_left, some_right = np.max(left, axis=1)[rows], np.max(right, axis=1)[cols]
        found = np.where(shared, 1.0, np.where(some_left & some_right, -1.0, -0.3)).astype(np.float32)
        found[~some_left & ~some_right] = np.nan
        return {"role": found}


class GroupAffinity(Comparator):
    """Whether the groups that the fields stand in go together: many good pairs between the same parents."""

    name = "neighbours"
    lead = "group_affinity"
    ladder = (
        Level("groups go together", 0.75, "Their neighbours match each other too."),
        Level("groups are related", 0.55, "Some of their neighbours match each other."),
        Level("groups differ", BOTTOM, "Their neighbours do not match each other."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Nothing by itself: computed from the other readings by `affinity`."""
        del comparison
        return {}


class Standing(Comparator):
    """How a pair stands among the other candidates of the same source and target, all channels together."""

    name = "stands out"
    lead = "overall_col_gap"
    ladder = (
        Level("the closest", -1e-6, "No other source field is closer to “{target}”."),
        Level("among the closest", -0.05, "Few source fields are closer to “{target}”."),
        Level("others are closer", BOTTOM, "Other source fields are closer to “{target}”."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Nothing by itself: computed from the other readings when all are there."""
        del comparison
        return {}


def affinity(comparison: Comparison, values: Floats) -> Floats:
    """Mean best `values` between the two groups of a pair, both ways; array (n_pairs,)."""
    pairs = comparison.pairs
    left, right = comparison.sources.groups, comparison.targets.groups
    forward = _mean_best(values, pairs.rows, right[pairs.cols], left, int(right.max(initial=0)) + 1)
    backward = _mean_best(values, pairs.cols, left[pairs.rows], right, int(left.max(initial=0)) + 1)
    both = (forward + backward.T) / np.float32(2)
    found: Floats = both[left[pairs.rows], right[pairs.cols]]
    return found


def _mean_best(
    values: Floats,
    member: npt.NDArray[np.intp],
    other: npt.NDArray[np.intp],
    groups: npt.NDArray[np.intp],
    size: int,
) -> Floats:
    """For each group of members and each other group: the members' best values there, averaged."""
    best = np.zeros((len(groups), size), np.float32)
    np.maximum.at(best, (member, other), values)
    total = np.zeros((int(groups.max(initial=0)) + 1, size), np.float32)
    np.add.at(total, groups, best)
    counts = np.bincount(groups, minlength=len(total)).astype(np.float32)
    return (total / np.maximum(counts, 1)[:, None]).astype(np.float32)


def _repeats(side: Side) -> npt.NDArray[np.bool_]:
    return np.asarray([name.level > 0 for name in side.names], bool)


def _roles(side: Side) -> npt.NDArray[np.bool_]:
    return np.asarray([[role in name.roles for role in ROLES] for name in side.names], bool).reshape(
        -1, len(ROLES)
    )
