"""Names compared as text: the leaf alone, with its parent, and the whole path."""

from collections.abc import Mapping

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from crosswalk_models.matching.comparators.base import BOTTOM, Comparator, Floats, Level, relative
from crosswalk_models.matching.sides import Comparison, Side


def leaves(side: Side) -> tuple[str, ...]:
    """The leaf's words, expanded."""
    return tuple(name.leaf for name in side.names)


def raws(side: Side) -> tuple[str, ...]:
    """The leaf's own words."""
    return tuple(name.raw for name in side.names)


def fulls(side: Side) -> tuple[str, ...]:
    """Nearest parent and leaf."""
    return tuple(name.full for name in side.names)


def longs(side: Side) -> tuple[str, ...]:
    """All parents and leaf."""
    return tuple(name.long for name in side.names)


def parents(side: Side) -> tuple[str, ...]:
    """All parents; a dash where there is none, so that no text is empty."""
    return tuple(name.parents or "-" for name in side.names)


class LeafName(Comparator):
    """The last part of the path, e.g. ``productSku``."""

    name = "name"
    lead = "leaf_sorted"
    ladder = (
        Level("same name", 0.995, "Both are called “{source}”."),
        Level("nearly the same name", 0.85, "“{source}” and “{target}” are nearly the same name."),
        Level("similar name", 0.6, "“{source}” and “{target}” share part of their names."),
        Level("different name", BOTTOM, "“{source}” and “{target}” are different names."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Similarities of the leaf's words, raw and expanded."""
        pairs = comparison.pairs
        left, right = leaves(comparison.sources), leaves(comparison.targets)
        raw_left, raw_right = raws(comparison.sources), raws(comparison.targets)
        return {
            "leaf_sorted": pairs.similarity(fuzz.token_sort_ratio, left, right),
            "leaf_shared": pairs.similarity(fuzz.token_set_ratio, left, right),
            "leaf_ratio": pairs.similarity(fuzz.ratio, raw_left, raw_right),
            "leaf_partial": pairs.similarity(fuzz.partial_ratio, raw_left, raw_right),
            "leaf_prefix": pairs.similarity(JaroWinkler.similarity, raw_left, raw_right, scale=1.0),
        }


class ParentName(Comparator):
    """The nearest parent and the leaf together, e.g. ``delivery postalCode``."""

    name = "name with parent"
    lead = "parent_leaf_sorted"
    ladder = (
        Level("same words", 0.995, "Parent and name say the same: “{source}”."),
        Level("nearly the same words", 0.8, "“{source}” and “{target}” say nearly the same."),
        Level("some shared words", 0.55, "“{source}” and “{target}” share words."),
        Level("different words", BOTTOM, "“{source}” and “{target}” share little."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Similarities of parent and leaf together, and of the parents alone."""
        pairs = comparison.pairs
        left, right = fulls(comparison.sources), fulls(comparison.targets)
        near_left = tuple(name.near for name in comparison.sources.names)
        near_right = tuple(name.near for name in comparison.targets.names)
        ordered = pairs.similarity(fuzz.token_sort_ratio, left, right)
        return {
            "parent_leaf_sorted": ordered,
            **relative("parent_leaf_sorted", ordered, comparison),
            "parent_leaf_shared": pairs.similarity(fuzz.token_set_ratio, left, right),
            "parent_sorted": pairs.similarity(fuzz.token_sort_ratio, near_left, near_right),
        }


class PathName(Comparator):
    """The whole path."""

    name = "whole path"
    lead = "path_shared"
    ladder = (
        Level("one contains the other", 0.995, "Every word of one path stands in the other."),
        Level("most words shared", 0.75, "Most words of the two paths are the same."),
        Level("some words shared", 0.5, "The two paths share some words."),
        Level("few words shared", BOTTOM, "The two paths share few words."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Shared words of the whole paths and of all parents."""
        pairs = comparison.pairs
        sources, targets = comparison.sources, comparison.targets
        shared = pairs.similarity(fuzz.token_set_ratio, longs(sources), longs(targets))
        leaf = pairs.similarity(fuzz.token_set_ratio, leaves(sources), leaves(targets))
        return {
            "path_shared": shared,
            **relative("leaf_shared", leaf, comparison),
            "parents_shared": pairs.similarity(fuzz.token_set_ratio, parents(sources), parents(targets)),
        }
