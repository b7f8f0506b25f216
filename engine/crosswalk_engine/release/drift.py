"""Drift against a release: the shapes, the policy and the reads that it carries, put together."""

from typing import Literal, TypeAlias

from crosswalk_engine.payload.drift import DriftCheck
from crosswalk_engine.payload.drift_policy import DriftPolicy
from crosswalk_engine.release.load import Release
from crosswalk_engine.release.reads import source_reads, target_writes

Side: TypeAlias = Literal["source", "target"]


def drift_check(release: Release, name: str, *, side: Side = "source") -> DriftCheck:
    """What looks at records of `name` (``system.entity``), which must have a shape in `release`.

    On the side of the target, a field counts as used when a rule writes it.
    """
    system, _, entity = name.partition(".")
    paths = (source_reads if side == "source" else target_writes)(release, system, entity)
    policy = DriftPolicy.from_json(release.policies.get("drift"), entity)
    return DriftCheck(release.shapes[name], policy, paths)
