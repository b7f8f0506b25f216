"""Design time: profile, suggest, apply the recorded decisions, lint, test, release."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.release import load_release
from crosswalk_models.demo.options import Workplace

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Design:
    """What design time came to."""

    release: Path


def ready_release(path: Path) -> Path:
    """A release that was built before; verified here, so that a tampered one stops the demo early.

    Raises:
        ConfigError: it is not a sound release.
    """
    load_release(path)
    return path.resolve()


def design(place: Workplace, say: Say) -> Design:
    """From the project's samples and decisions to a release."""
    raise NotImplementedError
