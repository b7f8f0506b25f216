"""The studio's own errors, in the tree of `crosswalk_engine.errors`.

BusyError
└── ConflictError       someone else decided the same thing meanwhile: look at it and decide again
RejectedError
└── StaleError          what was decided on is not there any more
"""

from crosswalk_engine.errors import BusyError, RejectedError


class ConflictError(BusyError):
    """Someone else decided the same thing meanwhile.

    Attributes:
        by: who.
        at: when, ISO 8601 with zone.
        action: what they did.
    """

    def __init__(self, subject: str, *, by: str, at: str, action: str) -> None:
        super().__init__(
            "CW-DECISION-CONFLICT",
            f"{by} has already decided on {subject} meanwhile: {action}",
            where=f"decision of {at}",
            fix="look at it as it is now, then decide again",
        )
        self.by = by
        self.at = at
        self.action = action


class StaleError(RejectedError):
    """What was decided on is not there any more (the samples or the mapping changed)."""

    def __init__(self, subject: str, what: str) -> None:
        super().__init__("CW-DECISION-STALE", what, where=subject, fix="reload the page")
