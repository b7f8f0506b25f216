"""The Brightpearl sandbox's own switches, beside the faults that every sandbox knows."""

from typing import Literal

from pydantic import Field

from crosswalk_engine.sandbox.faults import FaultSettings


class BrightpearlSettings(FaultSettings):
    """Quota, multi-message, tokens and webhooks.

    Where the public material is silent or disagrees, a switch stands here and the default is the reading with
    the better evidence. Seconds (`_s`) are seconds of the sandbox's clock.
    """

    # 200 requests a minute to all private apps of an account together; an OAuth app has a pool of its own.
    quota_per_window: int = Field(default=200, ge=1)
    window_s: float = Field(default=60, gt=0, le=3600)
    # `fixed`: the minute starts with its first call (recordings); `rolling`: the last minute (help pages).
    window: Literal["fixed", "rolling"] = "fixed"
    other_client_per_minute: float = Field(default=0, ge=0, le=10_000)
    multi_message_counts_as: Literal["one", "parts"] = "one"
    multi_message_available: bool = True
    # Share of the parts of a multi-message that fail with a 500 of their own, without effect.
    multi_part_error_rate: float = Field(default=0, ge=0, le=1)
    # The help pages allow unordered lists; two integrators report 400 unless the ids ascend.
    id_sets_must_ascend: bool = False

    token_life_s: float = Field(default=604_800, gt=0)
    rotate_refresh_tokens: bool = True

    # Official event lists do not name it, and one account refused it; creation then fires order.modified.
    order_created_subscribable: bool = False
    # Events of one hook that accepts id sets are merged for this long after the first.
    webhook_merge_s: float = Field(default=1.0, ge=0, le=3600)
    webhook_merge_max: int = Field(default=200, ge=1)
    webhook_delay_s: float = Field(default=0.2, ge=0, le=3600)
    webhook_duplicate_rate: float = Field(default=0, ge=0, le=1)
    # Share of events held back by up to `webhook_hold_s`, so that they arrive after later ones.
    webhook_hold_rate: float = Field(default=0, ge=0, le=1)
    webhook_hold_s: float = Field(default=5, ge=0, le=3600)
    webhook_drop_rate: float = Field(default=0, ge=0, le=1)
    webhook_timeout_s: float = Field(default=10, gt=0, le=60)
    # How often and how soon Brightpearl tries again is not public: here doubling, up to the longest.
    webhook_attempts: int = Field(default=10, ge=1, le=100)
    webhook_retry_s: float = Field(default=1, ge=0, le=3600)
    webhook_retry_longest_s: float = Field(default=30, ge=0, le=3600)
    # `list`: ``7,8,9`` as recorded; `ranges`: ``7-9``, which an id set may be.
    webhook_id_sets: Literal["list", "ranges"] = "list"
