"""Files of releases that earlier versions built, in the form of this one; each step is a pure function.

A release is immutable and names the engines that can run it (`manifest.ENGINE_RANGE`); all that are named can
read its files. Shapes have their steps in `payload.shape`, compiled mappings in `mapping.upgrades`.
"""

from collections.abc import Mapping
from typing import Any, Final

from crosswalk_engine.mapping.tree import FORMAT as MAPPING_FORMAT
from crosswalk_engine.mapping.upgrades import upgraded

#: Formats of mapping files that this version reads.
MAPPING_FORMATS: Final = frozenset({"crosswalk/mapping-ir@1", MAPPING_FORMAT})


def upgraded_mapping(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A file ``mappings/<name>.json``: its compiled form is upgraded, what people wrote stays as it is."""
    return {**stored, "format": MAPPING_FORMAT, "ir": upgraded(stored["ir"])}


def upgraded_flow(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A file ``flows/<name>.json``: the first versions had one mapping, always, and no routes."""
    return {"routes_ir": [], "choices_ir": [None], **stored}
