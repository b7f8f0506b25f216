"""What each order is about: its channel, country, currency, customer, and the dirt it carries, if any.

Orders are numbered from 0. The first `PAST` of them are history: sent, invoiced, and keyed into M3 by hand.
The orders to sync come after. Everything about order `g` follows from the seed and `g`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from crosswalk_engine.sandbox.world.accounts import CHANNELS
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.people import Firm, firms

PAST = 150
FIRST_ORDER_ID = 200_001
FIRST_CONSUMER_ID = 6_001
GUEST_CONTACT_ID = 4_900

ZONE = ZoneInfo("Europe/London")

#: History has an order every 33 hours from March, so that summer time begins within it.
_PAST_START, _PAST_STEP = datetime(2026, 3, 2, 7, 0, tzinfo=UTC), timedelta(hours=33)
#: Orders to sync come every 50 minutes from mid-October, so that summer time ends within the first 300.
_SYNC_START, _SYNC_STEP = datetime(2026, 10, 16, 6, 0, tzinfo=UTC), timedelta(minutes=50)

#: One order of each block of this many carries real dirt (about 5 %), the kinds taking turns.
DIRT_BLOCK = 18

#: Dirt kind -> channels whose orders can carry it.
DIRT_CHANNELS = {
    "unknown_sku": (1,),
    "place_mismatch": (1, 3),
    "totals_off": (5,),
    "quantity_text": (1,),
    "no_channel_customer": (2,),
    "blank_sku": (5,),
    "unmapped_charge": (1,),
    "missing_country": (1,),
    "currency_unknown": (4,),
    "bad_postcode": (1,),
    "unknown_zip": (3,),
}

#: Contacts that were opened a second time for the same firm: duplicate id -> first id.
FIRM_DUPLICATES = {5101: 5008, 5102: 5011, 5103: 5001}


@dataclass(frozen=True, slots=True)
class Plan:
    """What order `index` is about. `role` tells where its contact comes from; `origin` is the order (for
    consumers) whose contact it reuses or repeats under a second id."""

    index: int
    channel: int
    country: str
    currency: str
    dirt: str
    role: str
    contact: int
    origin: int
    firm: Firm | None

    @property
    def order_id(self) -> int:
        """The order's id in Brightpearl."""
        return FIRST_ORDER_ID + self.index

    @property
    def to_sync(self) -> bool:
        """False for history."""
        return self.index >= PAST

    @property
    def export(self) -> bool:
        """True when no VAT is charged: the US shop, and the trade outside GB."""
        return self.channel == 3 or (self.firm is not None and self.firm.country != "GB")


def placed_at(seed: int, index: int) -> datetime:
    """When order `index` was placed, in the account's zone."""
    draw = Draw(seed, "placed", index)
    start, step, place = (
        (_PAST_START, _PAST_STEP, index) if index < PAST else (_SYNC_START, _SYNC_STEP, index - PAST)
    )
    moment = start + step * place + step * draw.share() * 0.9
    return moment.replace(microsecond=0).astimezone(ZONE)


def dirt_of(seed: int, index: int) -> str:
    """The kind of dirt that order `index` carries, or blank."""
    if index < PAST:
        return ""
    block, place = divmod(index - PAST, DIRT_BLOCK)
    if Draw(seed, "dirt", block).whole(0, DIRT_BLOCK - 1) != place:
        return ""
    kinds = tuple(DIRT_CHANNELS)
    return kinds[block % len(kinds)]


@cache
def plan_order(seed: int, index: int) -> Plan:
    """The plan of order `index`."""
    draw = Draw(seed, "plan", index)
    dirt = dirt_of(seed, index)
    channel = draw.weighted({c.id: c.share for c in CHANNELS.values()})
    if dirt:
        channel = draw.pick(DIRT_CHANNELS[dirt])
    if channel == 4:
        return _trade(draw, index, dirt)
    country = draw.weighted(CHANNELS[channel].countries)
    if dirt == "no_channel_customer":
        country = "BE"
    currency = next(iter(CHANNELS[channel].price_lists))
    role, origin = _role(seed, draw, index, channel, country)
    contact = GUEST_CONTACT_ID if role == "guest" else FIRST_CONSUMER_ID + origin
    if role == "duplicate":
        contact = FIRST_CONSUMER_ID + index
    return Plan(index, channel, country, currency, dirt, role, contact, origin, None)


def _trade(draw: Draw, index: int, dirt: str) -> Plan:
    firm = draw.pick(firms())
    second_ids = [second for second, first in FIRM_DUPLICATES.items() if first == firm.contact]
    contact = second_ids[0] if second_ids and draw.chance(0.45) else firm.contact
    currency = "CHF" if dirt == "currency_unknown" else firm.currency
    return Plan(index, 4, firm.country, currency, dirt, "firm", contact, index, firm)


def _role(seed: int, draw: Draw, index: int, channel: int, country: str) -> tuple[str, int]:
    """How this consumer relates to earlier ones: new, returning, or typed in a second time."""
    if channel == 5:
        return "guest", index
    role = draw.weighted({"new": 0.72, "returning": 0.22, "duplicate": 0.06})
    if role == "new":
        return "new", index
    for _ in range(12):
        earlier = index - 1 - draw.whole(0, 60)
        if earlier < 0:
            break
        known = plan_order(seed, earlier)
        if known.role == "new" and (known.channel, known.country) == (channel, country):
            return role, earlier
    return "new", index
