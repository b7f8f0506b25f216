"""The order mapping of `order-to-m3-wide.yaml` as a Python developer would write it by hand, for speed.

Decodes the whole document once, keeps decimals exact, memoises the parsers of texts that repeat, computes
shared values once, and collects every error of a document as (path, code) in the order of the mapping.
It is the baseline that the compiled mapping is measured against; a test holds the two equal.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, setcontext
from typing import Any

import msgspec

from tests.bench.by_hand.address import address
from tests.bench.by_hand.checks import checks
from tests.bench.by_hand.head import head, money, sums, terms
from tests.bench.by_hand.lines import lists
from tests.bench.by_hand.order import Order
from tests.bench.by_hand.values import Problems

CONTEXT = Context(
    prec=34, rounding=ROUND_HALF_UP, Emin=-1, Emax=33, traps=[InvalidOperation, DivisionByZero, Overflow]
)
decode = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(order="sorted").encode


def order_to_m3(
    raw: bytes,
    related: Mapping[str, Any],
    idmap: Callable[[str, str], str | None],
    tables: Mapping[str, Mapping[str, str]],
) -> tuple[bytes | None, Problems]:
    """The M3 order as canonical JSON, or every error of the document."""
    setcontext(CONTEXT)
    order = Order(decode(raw), related, tables)
    out = head(order, idmap)
    terms(order, out)
    money(order, out)
    sums(order, out)
    out["address"] = address(order)
    lists(order, out)
    checks(order)
    return (None if order.errors else encode(out)), order.errors
