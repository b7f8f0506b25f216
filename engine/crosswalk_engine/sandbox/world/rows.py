"""Order rows: which goods, at what price, and the exact net and tax of each row.

With prices that include VAT (INC), a row's net is its gross less VAT at 4 decimals, so that nets rounded
to cents need not add up to the order's net. Without VAT (EXC), tax is net times rate, half up to the cent.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from crosswalk_engine.sandbox.world.catalogue import (
    TAX_CODES,
    Product,
    by_sku,
    list_price,
    of_kind,
)
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.money import to_cents, to_four
from crosswalk_engine.sandbox.world.plan import Plan

FREE_TEXT = 1000
MOST_ROWS = 8

#: Most of the goods that gift cards and discounts may take off, so that an order never nets to nothing.
_MOST_REDEEMED = Decimal("0.55")

_MESSAGES = (
    "Gift message: Happy birthday, love from us all",
    "Gift message: Congratulations on the new house!",
    "Please leave with the neighbours at number 12",
    "Gift message: Thank you for everything",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an order. `parent` is the position of the bundle row it belongs to, or -1."""

    product_id: int
    name: str
    sku: str | None
    quantity: Decimal
    price: Decimal
    cost: Decimal
    discount: Decimal
    tax_code: str
    net: Decimal
    tax: Decimal
    nominal: str
    bundle: bool = False
    parent: int = -1

    @property
    def rate(self) -> Decimal:
        """Percent."""
        return TAX_CODES[self.tax_code][1]


def draw_rows(draw: Draw, plan: Plan) -> list[Row]:
    """The rows of an order, in sequence: goods first, then charges, discounts and messages."""
    rows = _goods(draw, plan)
    if plan.dirt == "unmapped_charge" or draw.chance(0.3 if plan.firm else 0.72):
        rows.append(_freight(draw, plan, rows))
    if len(rows) < MOST_ROWS and draw.chance(0.12):
        rows += _discount(draw, plan, rows)
    if len(rows) < MOST_ROWS and plan.channel in (1, 2) and draw.chance(0.12):
        rows.append(_redeemed(draw, plan, rows))
    if len(rows) < MOST_ROWS and plan.firm and draw.chance(0.22):
        net = Decimal("7.5000") if draw.chance(0.6) else Decimal("12.5000")
        rows.append(_charge("Small order surcharge", "4045", net, plan, rows))
    if len(rows) < MOST_ROWS and not plan.firm and draw.chance(0.06):
        rows.append(_charge(draw.pick(_MESSAGES), "4000", Decimal(0), plan, rows))
    return rows


def _goods(draw: Draw, plan: Plan) -> list[Row]:
    bundle = draw.chance(0.12)
    count = draw.weighted({1: 0.3, 2: 0.3, 3: 0.2, 4: 0.12, 5: 0.08})
    stock = draw.sample(of_kind("stock"), count)
    rows: list[Row] = []
    if bundle:
        rows += _bundle(draw, plan, draw.pick(of_kind("bundle")))
        stock = stock[:1]
    chosen = [*stock]
    if plan.dirt == "unknown_sku":
        chosen.append(draw.pick([by_sku()["MUG-AUTUMN-BRK"], by_sku()["MUG-AUTUMN-HAZ"]]))
    if plan.dirt == "blank_sku":
        chosen.append(by_sku()["SAMPLE-CARD"])
    if draw.chance(0.1) and len(rows) + len(chosen) < 6:
        chosen.append(draw.pick(of_kind("measure", "service")))
    if plan.channel in (1, 2) and draw.chance(0.05) and len(rows) + len(chosen) < 6:
        chosen.append(draw.pick(of_kind("giftcard")))
    return rows + [_product(draw, plan, product) for product in chosen]


def _quantity(draw: Draw, plan: Plan, product: Product) -> Decimal:
    if product.kind == "measure":
        return to_four(Decimal(draw.whole(2, 26)) / 4)
    most = 36 if plan.firm else 4
    if product.gross_gbp > 60:
        most = 6 if plan.firm else 1
    lowest = 2 if plan.dirt == "quantity_text" else 1
    return Decimal(max(lowest, draw.whole(1, most)))


def _product(draw: Draw, plan: Plan, product: Product) -> Row:
    quantity = _quantity(draw, plan, product)
    rates = {Decimal(0): 0.84, Decimal(10): 0.08, Decimal("12.5"): 0.05, Decimal(5): 0.03}
    discount = Decimal(0) if product.kind == "giftcard" else draw.weighted(rates)
    tax_code = "T0" if plan.export and product.tax != "T9" else product.tax
    return _priced(plan, product, quantity, discount, tax_code)


def _priced(plan: Plan, product: Product, quantity: Decimal, discount: Decimal, tax_code: str) -> Row:
    including = plan.channel in (1, 2, 5)
    currency = plan.currency if plan.currency != "CHF" else "EUR"
    price = list_price(product, currency, gross=including, trade=plan.firm is not None)
    rate = TAX_CODES[tax_code][1] / 100
    paid = price * quantity * (1 - discount / 100)
    net, tax = net_and_tax(paid, rate, including=including)
    return Row(
        product_id=product.id,
        name=product.name,
        sku=product.shown_sku,
        quantity=quantity,
        price=price,
        cost=to_four(product.cost_gbp),
        discount=discount,
        tax_code=tax_code,
        net=net,
        tax=tax,
        nominal=product.nominal,
    )


def net_and_tax(paid: Decimal, rate: Decimal, *, including: bool) -> tuple[Decimal, Decimal]:
    """Net at 4 decimals and tax at 2 of a row; `rate` is a share, `paid` is gross when `including`."""
    if including:
        gross = to_cents(paid)
        net = to_four(gross / (1 + rate))
        return net, to_cents(gross - net)
    net = to_four(paid)
    return net, to_cents(net * rate)


def _bundle(draw: Draw, plan: Plan, product: Product) -> list[Row]:
    """The parent carries the price; its components cost nothing."""
    parent = replace(_product(draw, plan, product), bundle=True)
    goods = by_sku()
    parts = [
        Row(
            product_id=goods[sku].id,
            name=goods[sku].name,
            sku=sku,
            quantity=parent.quantity * count,
            price=Decimal("0.0000"),
            cost=to_four(goods[sku].cost_gbp),
            discount=Decimal(0),
            tax_code=parent.tax_code,
            net=Decimal("0.0000"),
            tax=Decimal("0.00"),
            nominal=goods[sku].nominal,
            parent=0,
        )
        for sku, count in product.components
    ]
    return [parent, *parts]


def _charge(name: str, nominal: str, paid: Decimal, plan: Plan, rows: list[Row]) -> Row:
    """A free-text row of quantity 1; it bears VAT unless nothing else in the order does."""
    tax_code = "T20" if any(row.tax_code == "T20" for row in rows) and not plan.export else "T0"
    including = plan.channel in (1, 2, 5)
    net, tax = net_and_tax(paid, TAX_CODES[tax_code][1] / 100, including=including)
    return Row(
        product_id=FREE_TEXT,
        name=name,
        sku=None,
        quantity=Decimal(1),
        price=Decimal("0.0000"),
        cost=Decimal("0.0000"),
        discount=Decimal(0),
        tax_code=tax_code,
        net=net,
        tax=tax,
        nominal=nominal,
    )


def _freight(draw: Draw, plan: Plan, rows: list[Row]) -> Row:
    prices = {
        1: {"Standard delivery": "4.95", "Next day delivery": "7.95"},
        2: {"Tracked delivery": "11.90", "Express delivery": "19.50"},
        3: {"International delivery": "24.00", "International express": "41.50"},
        4: {"Pallet delivery": "48.00", "Trade delivery": "14.25"},
        5: {"Marketplace delivery": "3.99", "Marketplace express": "5.99"},
    }[plan.channel]
    name = draw.pick(list(prices))
    nominal = "4041" if plan.dirt == "unmapped_charge" else "4040"
    return _charge(name, nominal, Decimal(prices[name]), plan, rows)


def _discount(draw: Draw, plan: Plan, rows: list[Row]) -> list[Row]:
    """A discount code's row: negative, on goods of one rate only."""
    taxed = [row for row in rows if row.tax_code == ("T0" if plan.export else "T20") and row.net > 0]
    value = sum((row.net + row.tax for row in taxed), Decimal(0))
    if value < 10:
        return []
    code, share = draw.pick([("SPRING10", "0.10"), ("WELCOME5", "0.05"), ("LOYAL15", "0.15")])
    paid = -to_cents(value * Decimal(share))
    return [_charge(f"Discount code {code}", "4009", paid, plan, taxed)]


def _redeemed(draw: Draw, plan: Plan, rows: list[Row]) -> Row:
    """A gift card paid part of the order: negative and outside VAT."""
    value = sum((row.net for row in rows), Decimal(0))
    amount = min(Decimal(draw.pick([10, 25, 50])), to_cents(value * _MOST_REDEEMED))
    card = f"Gift card redeemed GC-{draw.whole(100000, 999999)}"
    row = _charge(card, "2150", Decimal(0), plan, rows)
    return replace(row, tax_code="T9", net=to_four(-amount), tax=Decimal("0.00"))
