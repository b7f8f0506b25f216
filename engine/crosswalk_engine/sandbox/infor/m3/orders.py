"""Orders: what a batch entry holds until it is confirmed, and the real order with M3's figures afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from crosswalk_engine.sandbox.infor.m3.arithmetic import Totals
from crosswalk_engine.sandbox.infor.m3.masters import Row

#: Batch states: being entered, waiting for the confirming job, stopped by a failed check, made a real order.
ENTERED, WAITING, STOPPED, MADE = "10", "20", "40", "90"
#: State of a confirmed line and order: allocated.
ALLOCATED = "33"


@dataclass(frozen=True, slots=True)
class Line:
    """One order line; `fields` are the other fields as they were given."""

    number: int
    item: str
    quantity: Decimal
    price: Decimal
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge on the head; `amount` in the order's currency, negative allowed."""

    code: str
    amount: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a batch order is stuck: message id, text and data, at level `level`, for field `field`."""

    level: str
    code: str
    text: str
    data: str
    field: str


@dataclass(slots=True)
class BatchOrder:
    """A temporary order. `final` is the real number once it was made; `due` when the waiting job will run."""

    number: str
    head: Row
    created: datetime
    lines: list[Line] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    addresses: dict[str, Row] = field(default_factory=dict)
    texts: list[Row] = field(default_factory=list)
    state: str = ENTERED
    final: str = ""
    due: float = 0.0
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it still stands in the batch entry as no real order."""
        return self.state != MADE


@dataclass(frozen=True, slots=True)
class Valued:
    """A line or a charge with its net, VAT code, rate (percent) and VAT."""

    net: Decimal
    vat_code: str
    rate: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """A real order, valued by M3. `batch` is the temporary number it came from, blank if keyed by hand."""

    number: str
    head: Mapping[str, str]
    lines: tuple[tuple[Line, Valued], ...]
    charges: tuple[tuple[Charge, Valued], ...]
    addresses: Mapping[str, Mapping[str, str]]
    texts: tuple[Mapping[str, str], ...]
    totals: Totals
    confirmed: datetime
    batch: str

    @property
    def customer(self) -> str:
        """CUNO."""
        return self.head["CUNO"]
