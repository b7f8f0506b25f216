"""The company: masters plus all that calls have made of them. One object, changed by one call at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.infor.m3.masters import Masters, Row
from crosswalk_engine.sandbox.infor.m3.orders import BatchOrder, Order
from crosswalk_engine.sandbox.infor.m3.refusal import unknown

#: Where M3's number series start: temporary and final order numbers, generated customer numbers.
FIRST_BATCH, FIRST_ORDER, FIRST_CUSTOMER = 8_000_000_001, 10_004_501, 10_000_001


class Notify(Protocol):
    """Told of each lasting effect: kind, key, and its figures."""

    def __call__(self, kind: str, key: str, **data: Any) -> object:
        """Log the effect."""
        ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How this installation is set up: seconds from Confirm to the real order, and the search index's lag."""

    confirm_delay_s: float = 0.0
    search_lag_s: float = 5.0


def _nobody(kind: str, key: str, **data: Any) -> None:
    del kind, key, data


@dataclass(slots=True)
class Company:
    """Masters, stores and number series. `habits` is read afresh at each use; `notify` hears of effects."""

    masters: Masters
    clock: SandboxClock
    habits: Callable[[], Habits] = Habits
    notify: Notify = _nobody
    customers: dict[str, Row] = field(default_factory=dict)
    customer_addresses: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    batches: dict[str, BatchOrder] = field(default_factory=dict)
    waiting: list[BatchOrder] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    _series: dict[str, int] = field(default_factory=dict)
    _stamp: int = 0

    def __post_init__(self) -> None:
        for number, row in self.masters.customers.items():
            self.customers[number] = {**row, "LMTS": row.get("LMTS") or self.stamp()}

    def next_number(self, series: str, first: int, taken: Callable[[str], bool]) -> str:
        """The next free number of `series`, ten digits with leading noughts."""
        number = self._series.get(series, first)
        while taken(f"{number:010d}"):
            number += 1
        self._series[series] = number + 1
        return f"{number:010d}"

    def stamp(self) -> str:
        """A change stamp: milliseconds since 1970 and a counter of five digits, always growing."""
        self._stamp = max(self._stamp + 1, int(self.clock.time() * 1000) * 100_000)
        return str(self._stamp)

    def today(self) -> str:
        """The clock's day in UTC, yyyyMMdd."""
        return self.clock.now().strftime("%Y%m%d")

    def customer(self, number: str, field_name: str = "CUNO", text: str = "Customer") -> Row:
        """The customer `number`.

        Raises:
            RefusedError: there is none.
        """
        if number not in self.customers:
            raise unknown(field_name, text, number)
        return self.customers[number]

    def batch(self, number: str) -> BatchOrder:
        """The batch order with the temporary number `number`.

        Raises:
            RefusedError: there is none.
        """
        if number not in self.batches:
            raise unknown("ORNO", "Temporary order number", number)
        return self.batches[number]

    def order(self, number: str) -> Order:
        """The real order `number`.

        Raises:
            RefusedError: there is none; a temporary number is none either.
        """
        if number not in self.orders:
            raise unknown("ORNO", "Customer order number", number)
        return self.orders[number]
