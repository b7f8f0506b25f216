"""Brightpearl's product records."""

from crosswalk_engine.sandbox.world.catalogue import TAX_CODES, Product, by_sku, ean13
from crosswalk_engine.sandbox.world.draw import Draw

_OPTION_IDS = {"Colour": 4, "Size": 5, "Scent": 6}


def product_record(product: Product, seed: int) -> dict[str, object]:
    """`product` as GET product-service/product shows it."""
    draw = Draw(seed, "product", product.sku)
    tax_id, _ = TAX_CODES[product.tax]
    barcode = ean13(f"5060{product.id * 7919 % 10**8:08d}") if product.kind in ("stock", "measure") else ""
    identity: dict[str, object] = {"sku": product.shown_sku, "barcode": barcode}
    if barcode:
        identity["ean"] = barcode
    if product.kind == "stock" and draw.chance(0.3):
        identity["mpn"] = f"{product.brand}-{draw.whole(1000, 9999)}"
    made = f"2025-{draw.whole(1, 11):02d}-{draw.whole(1, 28):02d}T09:{draw.whole(10, 59)}:00.000+00:00"
    changed = f"2026-02-{draw.whole(1, 28):02d}T08:{draw.whole(10, 59)}:31.000+00:00"
    record: dict[str, object] = {
        "id": product.id,
        "brandId": product.brand,
        "productTypeId": 1,
        "identity": identity,
    }
    if product.group:
        record["productGroupId"] = product.group
    record |= {
        "featured": draw.chance(0.1),
        "stock": _stock(product, draw),
        "financialDetails": {"taxable": product.tax != "T9", "taxCode": {"id": tax_id, "code": product.tax}},
        "salesChannels": [_sales_channel(product)],
        "composition": _composition(product),
    }
    if product.option:
        record["variations"] = [_variation(product)]
    record |= {
        "createdOn": made,
        "updatedOn": changed,
        "warehouses": _shelves(product, draw),
        "nominalCodeStock": "1001",
        "nominalCodePurchases": "5000",
        "nominalCodeSales": product.nominal,
        "seasonIds": [],
        "reporting": {},
        "status": "LIVE",
        "salesPopupMessage": "",
        "warehousePopupMessage": "",
        "version": 1771404031000 + product.id,
    }
    return record


def _stock(product: Product, draw: Draw) -> dict[str, object]:
    length, height, width = (draw.whole(4, 45) for _ in range(3))
    return {
        "stockTracked": product.kind == "stock",
        "weight": {"magnitude": float(product.weight)},
        "dimensions": {
            "length": float(length),
            "height": float(height),
            "width": float(width),
            "volume": float(length * height * width),
        },
    }


def _sales_channel(product: Product) -> dict[str, object]:
    return {
        "salesChannelName": "Brightpearl",
        "productName": product.base_name,
        "productCondition": "new",
        "categories": [{"categoryCode": product.category}],
        "description": {
            "languageCode": "en",
            "text": f"<p>{product.base_name}.</p>",
            "format": "HTML_FRAGMENT",
        },
        "shortDescription": {"languageCode": "en", "text": "", "format": "HTML_FRAGMENT"},
    }


def _composition(product: Product) -> dict[str, object]:
    if not product.components:
        return {"bundle": False}
    goods = by_sku()
    return {
        "bundle": True,
        "bundleComponents": [
            {"productId": goods[sku].id, "productQuantity": count} for sku, count in product.components
        ],
    }


def _variation(product: Product) -> dict[str, object]:
    assert product.option is not None
    label, value = product.option
    return {
        "optionId": _OPTION_IDS[label],
        "optionName": label,
        "optionValueId": 20 + sum(map(ord, value)) % 300,
        "optionValue": value,
    }


def _shelves(product: Product, draw: Draw) -> dict[str, object]:
    if product.kind != "stock":
        return {}
    return {
        warehouse: {
            "defaultLocationId": draw.whole(2, 60),
            "overflowLocationId": 0,
            "reorderLevel": draw.whole(5, 40),
            "reorderQuantity": draw.whole(1, 10) * 10,
        }
        for warehouse in ("2", "3")
    }
