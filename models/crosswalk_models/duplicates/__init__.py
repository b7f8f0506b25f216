"""Duplicates: which records are the same person, company or product, how sure that is, and why."""

from crosswalk_models.duplicates.contacts import suggest_merges
from crosswalk_models.duplicates.find import DuplicatePair, Duplicates, find_duplicates
from crosswalk_models.duplicates.golden import GoldenRecord, propose_golden
from crosswalk_models.duplicates.records import Records, from_rows, read_labels, read_records
from crosswalk_models.duplicates.roles import Entity, Role

__all__ = [
    "DuplicatePair",
    "Duplicates",
    "Entity",
    "GoldenRecord",
    "Records",
    "Role",
    "find_duplicates",
    "from_rows",
    "propose_golden",
    "read_labels",
    "read_records",
    "suggest_merges",
]
