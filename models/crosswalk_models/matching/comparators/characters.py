"""Names compared by weighted pieces: pieces that are rare in these two systems count more."""

from collections.abc import Mapping

from crosswalk_models.matching.comparators.base import BOTTOM, Comparator, Floats, Level, relative
from crosswalk_models.matching.comparators.names import fulls, leaves, longs
from crosswalk_models.matching.sides import Comparison
from crosswalk_models.matching.tfidf import character_pieces, weighted, words


class RarePieces(Comparator):
    """Shared rare pieces of words."""

    name = "rare words"
    lead = "pieces_parent_leaf"
    ladder = (
        Level("nearly all shared", 0.9, "Even the rare words of “{source}” and “{target}” agree."),
        Level("many shared", 0.5, "“{source}” and “{target}” share words that few other fields have."),
        Level("some shared", 0.25, "“{source}” and “{target}” share some rarer pieces of words."),
        Level("none shared", BOTTOM, "“{source}” and “{target}” share only common pieces of words."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Cosine of weighted character pieces (leaf, parent and leaf) and of weighted words (path)."""
        sources, targets, pairs = comparison.sources, comparison.targets, comparison.pairs
        full = pairs.cosine(*weighted(fulls(sources), fulls(targets), character_pieces))
        return {
            "pieces_parent_leaf": full,
            **relative("pieces_parent_leaf", full, comparison),
            "pieces_leaf": pairs.cosine(*weighted(leaves(sources), leaves(targets), character_pieces)),
            "words_path": pairs.cosine(*weighted(longs(sources), longs(targets), words)),
        }
