"""The Infor sandbox: ION API gateway, authorisation server and the order side of M3, in one ASGI app.

Addresses, grants, transactions, field names, lengths, required marks, reply keys and the two error shapes
follow the public record of the API. Where that is silent this sandbox had to choose, and a client should not
lean on the choice:

- message ids other than ``WITNO03``; the 401 and 429 bodies; the error type of a malformed call;
- which checks stop an order at Confirm and which refuse a line at once; batch states 10 20 40 90 and
  order state 33; that a confirmed batch head can still be read by its temporary number;
- half-up rounding, VAT by line and by charge, a customer's own VAT code before the item's;
- over-long input refused or cut, bulk going on after a failure, 400 also for a bulk call of one (switches);
- one address of a type per order, several charges of one code; discounts, alternate units, price quantities
  and calculation factors refused as not set up; no price list (a line without price costs its item's SAPR);
- SearchHead's query words, NFTR's exact meaning, LMTS as milliseconds and a counter, field positions;
- only YMD8 of the date formats; code fields without a master here (TECD, PYCD, CRTP, LNCD …) are not checked.
"""

from crosswalk_engine.sandbox.infor.app import describe, make_app
from crosswalk_engine.sandbox.infor.settings import InforSettings

__all__ = ["InforSettings", "describe", "make_app"]
