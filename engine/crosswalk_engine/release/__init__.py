"""Releases: the immutable set of approved documents that the engine runs."""

from crosswalk_engine.release.load import Conditions, Release, load_release
from crosswalk_engine.release.manifest import Manifest
from crosswalk_engine.release.verify import verify_release

__all__ = ["Conditions", "Manifest", "Release", "load_release", "verify_release"]
