"""The fixed lists of both systems: channels, warehouses, statuses, price lists; company, charges."""

from dataclasses import dataclass
from typing import Any

READY, HELD, SENT = 19, 20, 21

STATUS_NAMES = {READY: "Ready for ERP", HELD: "Held for review", SENT: "Sent to ERP"}

#: Brightpearl's shipping method ids; 0 = none chosen.
SHIPPING_METHODS = {7: "DPD", 8: "RML", 9: "DHL", 10: "FDX", 11: "PAL", 0: "STD"}


@dataclass(frozen=True, slots=True)
class Channel:
    """One sales channel; `share` of all orders comes through it."""

    id: int
    name: str
    share: float
    price_mode: str
    price_lists: dict[str, int]
    countries: dict[str, float]
    reference: str


CHANNELS = {
    1: Channel(1, "Web UK", 0.34, "INC", {"GBP": 2}, {"GB": 1.0}, "WEB"),
    2: Channel(2, "Web EU", 0.2, "INC", {"EUR": 4}, {"DE": 0.4, "FR": 0.25, "NL": 0.2, "IE": 0.15}, "EU"),
    3: Channel(3, "Web US", 0.12, "EXC", {"USD": 5}, {"US": 1.0}, "US"),
    4: Channel(4, "Trade", 0.18, "EXC", {"GBP": 3, "EUR": 6}, {}, "PO"),
    5: Channel(5, "Marketplace", 0.16, "INC", {"GBP": 2}, {"GB": 1.0}, "MKT"),
}

#: (channel, country, currency) -> the M3 customer that stands for its consumers.
CHANNEL_CUSTOMERS = {
    (1, "GB", "GBP"): "WEBUKGBP",
    (2, "DE", "EUR"): "WEBDEEUR",
    (2, "FR", "EUR"): "WEBFREUR",
    (2, "NL", "EUR"): "WEBNLEUR",
    (2, "IE", "EUR"): "WEBIEEUR",
    (3, "US", "USD"): "WEBUSUSD",
    (5, "GB", "GBP"): "MKTGBGBP",
}

#: (nominal code, tax code) of a free-text row -> charge code, its name in M3 and its VAT code there.
CHARGES = {
    ("4040", "T20"): ("FREIGH", "Freight", "1"),
    ("4040", "T0"): ("FREIG0", "Freight, zero rated", "2"),
    ("4009", "T20"): ("DISCNT", "Discount", "1"),
    ("4009", "T0"): ("DISCN0", "Discount, zero rated", "2"),
    ("4045", "T20"): ("SURCHG", "Surcharge", "1"),
    ("4045", "T0"): ("SURCH0", "Surcharge, zero rated", "2"),
    ("2150", "T9"): ("GIFTRD", "Gift card redeemed", "9"),
}

#: Brightpearl's tax code of a product -> VAT code of sales on the M3 item.
ITEM_VAT = {"T20": "1", "T5": "3", "T0": "2", "T9": "9"}

VAT_CODES = [
    {"VTCD": "0", "VTP1": "0.00", "TX40": "Export, outside the country"},
    {"VTCD": "1", "VTP1": "20.00", "TX40": "Standard"},
    {"VTCD": "2", "VTP1": "0.00", "TX40": "Zero rated"},
    {"VTCD": "3", "VTP1": "5.00", "TX40": "Reduced"},
    {"VTCD": "9", "VTP1": "0.00", "TX40": "Outside the scope of VAT"},
]

COMPANY: dict[str, Any] = {
    "CONO": "100",
    "DIVI": "AAA",
    "FACI": "BRS",
    "tenant": "ACME_TST",
    "order_types": ["WEB", "B2B"],
    "templates": ["CUTM1", "CUTM2"],
    "currencies": ["GBP", "EUR", "USD"],
    "delivery_methods": ["DPD", "RML", "DHL", "FDX", "PAL", "STD"],
    "delivery_terms": ["DAP", "DDP", "EXW"],
    "payment_terms": ["CRD", "N30", "N60"],
}

#: Brightpearl's warehouse id -> M3 warehouse.
WAREHOUSES = {2: "BRS", 3: "MUC"}

INFOR_WAREHOUSES = [
    {"WHLO": "BRS", "WHNM": "Bristol", "FACI": "BRS"},
    {"WHLO": "MUC", "WHNM": "München", "FACI": "BRS"},
]

ACCOUNT: dict[str, Any] = {
    "account": "acme",
    "zone": "Europe/London",
    "developer": "acme-dev",
    "app": "acme_crosswalk",
    "custom_fields": [
        {"code": "PCF_M3ORDER", "name": "M3 order number", "entity": "order", "type": "TEXT"},
        {"code": "PCF_M3STATE", "name": "M3 state", "entity": "order", "type": "TEXT"},
    ],
}

TAX_CODE_LIST: list[dict[str, Any]] = [
    {"id": 7, "code": "T20", "description": "Standard rate", "rate": 20.0},
    {"id": 8, "code": "T5", "description": "Reduced rate", "rate": 5.0},
    {"id": 9, "code": "T0", "description": "Zero rate"},
    {"id": 10, "code": "T9", "description": "Outside the scope of VAT"},
]


def order_statuses() -> list[dict[str, Any]]:
    """The account's order statuses, as GET order-service/order-status shows them."""
    known = {1: ("Draft / Quote", "#CCCCCC"), 4: ("Invoiced", "#66AA66"), 5: ("Cancelled", "#AA6666")}
    ours = {number: (name, "#3366CC") for number, name in STATUS_NAMES.items()}
    return [
        {
            "statusId": number,
            "name": name,
            "orderTypeCode": "SO",
            "sortOrder": place * 10,
            "disabled": False,
            "visible": True,
            "color": colour,
            "remindAfterDays": 0,
            "alertEmails": [],
            "emailContent": "",
            "batchProcess": False,
            "state": 1,
        }
        for place, (number, (name, colour)) in enumerate(sorted((known | ours).items()), start=1)
    ]


def channel_list() -> list[dict[str, Any]]:
    """The sales channels, as GET product-service/channel shows them."""
    result: list[dict[str, Any]] = []
    for channel in CHANNELS.values():
        record: dict[str, Any] = {
            "id": channel.id,
            "name": channel.name,
            "channelTypeId": 2 if channel.id == 4 else 1,
            "defaultWarehouseId": 3 if channel.id == 2 else 2,
            "contactGroupId": 0,
            "defaultPriceListId": next(iter(channel.price_lists.values())),
            "channelBrandId": 1,
            "warehouseIds": [2, 3],
        }
        if channel.id != 4:
            record["integrationDetail"] = {"installedIntegrationId": 20 + channel.id, "active": True}
        result.append(record)
    return result


def warehouse_list() -> list[dict[str, Any]]:
    """The warehouses, as GET warehouse-service/warehouse shows them."""
    bristol = ("1 Dock Way", "BS11 9DA", "Bristol", 222, "GB")
    munich = ("Lagerstraße 4", "80995", "München", 81, "DE")
    return [
        {
            "id": number,
            "name": name,
            "address": {
                "addressId": 5 + number,
                "customerId": 0,
                "streetAddress": street,
                "postcode": postcode,
                "city": city,
                "state": "",
                "countryId": country_id,
                "countryIsoCode2": country,
            },
        }
        for number, name, (street, postcode, city, country_id, country) in (
            (2, "Bristol", bristol),
            (3, "Munich", munich),
        )
    ]


def price_lists() -> list[dict[str, Any]]:
    """The price lists, as GET product-service/price-list shows them."""
    rows = [
        (1, "Cost", "COST", "GBP", "BUY", False),
        (2, "Retail", "RRP", "GBP", "SELL", True),
        (3, "Trade", "TRADE", "GBP", "SELL", False),
        (4, "Retail EU", "RRPEU", "EUR", "SELL", True),
        (5, "Retail US", "RRPUS", "USD", "SELL", False),
        (6, "Trade EU", "TRADEEU", "EUR", "SELL", False),
    ]
    symbols = {"GBP": ("£", 1), "EUR": ("€", 2), "USD": ("$", 3)}
    return [
        {
            "id": number,
            "name": {"languageCode": "en", "text": name, "format": "PLAINTEXT"},
            "code": code,
            "currencyCode": currency,
            "currencySymbol": symbols[currency][0],
            "currencyId": symbols[currency][1],
            "priceListTypeCode": kind,
            "gross": gross,
        }
        for number, name, code, currency, kind, gross in rows
    ]
