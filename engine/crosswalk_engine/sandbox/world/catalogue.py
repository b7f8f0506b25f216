"""The goods: about 120 products with variants and bundles, their prices and tax codes."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from crosswalk_engine.sandbox.world.money import to_cents, to_four
from crosswalk_engine.sandbox.world.tables import read_table

#: Goods that the shop sells and nobody has opened in M3 yet: their orders cannot be delivered.
NOT_IN_M3 = frozenset({"MUG-AUTUMN-BRK", "MUG-AUTUMN-HAZ", "SAMPLE-CARD"})

#: Brightpearl's tax codes: id, rate in percent.
TAX_CODES: dict[str, tuple[int, Decimal]] = {
    "T20": (7, Decimal(20)),
    "T5": (8, Decimal(5)),
    "T0": (9, Decimal(0)),
    "T9": (10, Decimal(0)),
}

#: Units of one currency for one pound, as the price lists were made; orders carry the day's rate.
LIST_RATES = {"GBP": Decimal(1), "EUR": Decimal("1.18"), "USD": Decimal("1.30")}

#: What the trade pays of the shop's net price.
TRADE_SHARE = Decimal("0.62")


@dataclass(frozen=True, slots=True)
class Product:
    """One sellable product. `gross_gbp` is the shop price with VAT; weights are kilograms."""

    id: int
    sku: str
    name: str
    base_name: str
    family: str
    group: int
    kind: str
    option: tuple[str, str] | None
    gross_gbp: Decimal
    cost_gbp: Decimal
    weight: Decimal
    tax: str
    category: str
    brand: int
    components: tuple[tuple[str, int], ...] = ()

    @property
    def nominal(self) -> str:
        """The nominal code of its sales."""
        return {"giftcard": "2150", "service": "4020"}.get(self.kind, "4000")

    @property
    def shown_sku(self) -> str:
        """The SKU in Brightpearl; nobody gave one to the sample card."""
        return "" if self.kind == "sample" else self.sku

    @property
    def in_m3(self) -> bool:
        """False when nobody has opened the item in M3."""
        return self.sku not in NOT_IN_M3


def ean13(stem: str) -> str:
    """`stem` (12 digits) with its GS1 check digit: weights 1 and 3 alternately from the left."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem))
    return stem + str(-total % 10)


@cache
def catalogue() -> tuple[Product, ...]:
    """All products, bundles last, in order of id."""
    singles: list[Product] = []
    for group, row in enumerate(read_table("products"), start=301):
        label, _, choices = row["options"].partition(":")
        for choice in choices.split("|") if choices else [""]:
            value, _, code = choice.partition("=")
            singles.append(_single(1041 + len(singles), group, row, (label, value, code)))
    weights = {product.sku: product.weight for product in singles}
    bundles = [
        _bundle(1041 + len(singles) + place, row, weights) for place, row in enumerate(read_table("bundles"))
    ]
    return (*singles, *bundles)


def _single(number: int, group: int, row: dict[str, str], option: tuple[str, str, str]) -> Product:
    label, value, code = option
    return Product(
        id=number,
        sku=f"{row['family']}-{code}" if code else row["family"],
        name=f"{row['name']}, {value.lower()}" if value else row["name"],
        base_name=row["name"],
        family=row["family"],
        group=group if value else 0,
        kind=row["kind"],
        option=(label, value) if value else None,
        gross_gbp=Decimal(row["gross_gbp"]),
        cost_gbp=Decimal(row["cost_gbp"]),
        weight=Decimal(row["weight_kg"]),
        tax=row["tax"],
        category=row["category"],
        brand=int(row["brand"]),
    )


def _bundle(number: int, row: dict[str, str], weights: dict[str, Decimal]) -> Product:
    parts = tuple((part.split("*")[0], int(part.split("*")[1])) for part in row["components"].split(";"))
    return Product(
        id=number,
        sku=row["sku"],
        name=row["name"],
        base_name=row["name"],
        family=row["sku"],
        group=0,
        kind="bundle",
        option=None,
        gross_gbp=Decimal(row["gross_gbp"]),
        cost_gbp=Decimal(0),
        weight=sum((weights[sku] * count for sku, count in parts), Decimal(0)),
        tax="T20",
        category="308",
        brand=74,
        components=parts,
    )


@cache
def by_sku() -> dict[str, Product]:
    """All products by SKU."""
    return {product.sku: product for product in catalogue()}


@cache
def of_kind(*kinds: str) -> tuple[Product, ...]:
    """The products of `kinds` that M3 knows."""
    return tuple(p for p in catalogue() if p.kind in kinds and p.in_m3)


def list_price(product: Product, currency: str, *, gross: bool, trade: bool = False) -> Decimal:
    """The unit price in `currency`, at 4 decimals; `gross` includes VAT. A gift card costs its face value."""
    if product.kind == "giftcard":
        return to_four(product.gross_gbp)
    price = to_cents(product.gross_gbp * LIST_RATES[currency])
    if not gross:
        price = to_cents(price / (1 + TAX_CODES[product.tax][1] / 100))
    if trade:
        price = to_cents(price * TRADE_SHARE)
    return to_four(price)
