"""The Infor sandbox's own switches, beside the faults that every sandbox knows."""

from typing import Literal

from pydantic import Field

from crosswalk_engine.sandbox.faults import FaultSettings


class InforSettings(FaultSettings):
    """Error shapes, lengths, confirming, tokens and quota.

    Where the public material is silent a switch stands here. Seconds (`_s`) are of the sandbox's clock.
    """

    # A refused single call: 200 with the error inside, 400 with the same keys at the top, or by chance.
    error_shape: Literal["200", "400", "mixed"] = "mixed"
    # Whether M3 refuses or cuts what is longer than the field is not public.
    long_fields: Literal["refuse", "truncate"] = "refuse"
    # Whether a bulk call goes on after a refused transaction is not public; True leaves the rest undone.
    bulk_stops_at_failure: bool = False
    # Share of calls that are terminated half-way, the transactions from a random one on notProcessed.
    terminate_rate: float = Field(default=0, ge=0, le=1)
    # Share of writing transactions that find their record in use; without effect, and it passes.
    in_use_rate: float = Field(default=0, ge=0, le=1)

    # 0: Confirm makes the real order at once; else a job makes it this much later.
    confirm_delay_s: float = Field(default=0, ge=0, le=86_400)
    # How long the search index does not know a fresh order.
    search_lag_s: float = Field(default=5, ge=0, le=86_400)

    token_life_s: float = Field(default=7200, gt=0)
    # `Issue refresh tokens` of the authorised app.
    refresh_tokens: bool = False
    tokens_per_day: int = Field(default=100, ge=0)
    service_logins_per_minute: int = Field(default=20, ge=0)
    # The gateway's peak for a tenant; whoever is over it gets 429.
    calls_per_minute: int = Field(default=3000, ge=0)
    calls_per_day: int = Field(default=250_000, ge=0)
    # What counts as a minute and as a day.
    minute_s: float = Field(default=60, gt=0, le=3600)
    day_s: float = Field(default=86_400, gt=0, le=86_400)
