"""The comparators, in the order in which people read evidence. A new one: one class, one line here."""

from crosswalk_models.matching.comparators.base import Comparator, Level
from crosswalk_models.matching.comparators.characters import RarePieces
from crosswalk_models.matching.comparators.meaning import Description, Meaning, NameAndSamples
from crosswalk_models.matching.comparators.names import LeafName, ParentName, PathName
from crosswalk_models.matching.comparators.structure import ArrayLevel, GroupAffinity, PartyRole, Standing
from crosswalk_models.matching.comparators.types import TypeAgreement
from crosswalk_models.matching.comparators.values import SharedValues, ValueForm, ValueRange

__all__ = ["COMPARATORS", "Comparator", "Level"]

COMPARATORS: tuple[Comparator, ...] = (
    LeafName(),
    ParentName(),
    PathName(),
    RarePieces(),
    Meaning(),
    Description(),
    NameAndSamples(),
    SharedValues(),
    ValueForm(),
    ValueRange(),
    TypeAgreement(),
    ArrayLevel(),
    PartyRole(),
    GroupAffinity(),
    Standing(),
)
