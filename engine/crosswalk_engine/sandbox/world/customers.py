"""M3's masters: items, customers and templates, charges; consistent with the catalogue and the contacts."""

from typing import Any

from crosswalk_engine.sandbox.world.accounts import CHANNEL_CUSTOMERS, CHARGES, ITEM_VAT
from crosswalk_engine.sandbox.world.catalogue import Product, catalogue
from crosswalk_engine.sandbox.world.contacts import trade_contact
from crosswalk_engine.sandbox.world.keyed import TERMS
from crosswalk_engine.sandbox.world.people import firms

_UNITS = {"measure": "M", "service": "PCE", "giftcard": "PCE", "bundle": "PCE", "stock": "PCE"}
_CHANNEL_NAMES = {"WEBUKGBP": "Web shop UK", "MKTGBGBP": "Marketplace UK", "WEBUSUSD": "Web shop US"}


def item_records() -> list[dict[str, str]]:
    """The items that M3 knows, as MMS200MI/Get shows them; VTCS is the VAT code of sales."""
    return [_item(product) for product in catalogue() if product.in_m3]


def _item(product: Product) -> dict[str, str]:
    stocked = "1" if product.kind == "stock" else "0"
    return {
        "ITNO": product.sku,
        "ITDS": product.name[:60],
        "FUDS": "",
        "STAT": "20",
        "UNMS": "H" if product.sku == "SVC-ENGRAVE" else _UNITS[product.kind],
        "ITGR": product.family[:8],
        "ITTY": {"bundle": "KIT", "service": "SRV", "giftcard": "SRV"}.get(product.kind, "110"),
        "MABU": "2",
        "STCD": stocked,
        "NEWE": f"{product.weight:.3f}",
        "GRWE": f"{product.weight * 115 / 100:.3f}",
        "SALE": "1",
        "VTCP": ITEM_VAT[product.tax],
        "VTCS": ITEM_VAT[product.tax],
    }


def charge_records() -> list[dict[str, str]]:
    """The charge codes, each with its VAT code."""
    return [{"CRID": code, "TX40": name, "VTCD": vat} for code, name, vat in CHARGES.values()]


def customer_records(seed: int) -> list[dict[str, str]]:
    """Channel customers, the firms that M3 knows, and the two templates for new customers."""
    records = [_channel(number, *key) for key, number in CHANNEL_CUSTOMERS.items()]
    records += [_firm(seed, firm.contact) for firm in firms() if firm.in_m3]
    records.append(_customer("CUTM1", "Template, trade, United Kingdom", CUTP="9"))
    records.append(_customer("CUTM2", "Template, trade, export", CUTP="9", CUCD="EUR", VTCD="0"))
    return sorted(records, key=lambda record: record["CUNO"])


def _channel(number: str, channel: int, country: str, currency: str) -> dict[str, str]:
    name = _CHANNEL_NAMES.get(number, f"Web shop EU, {country}")
    export = "0" if channel == 3 else ""
    terms = "DDP" if channel == 3 else "DAP"
    return _customer(
        number, name, CUA1="Consumers", CSCD=country, CUCD=currency, VTCD=export, ORTP="WEB", TEDL=terms
    )


def _firm(seed: int, contact_id: int) -> dict[str, str]:
    contact = trade_contact(seed, contact_id)
    firm, address = contact.firm, contact.address
    assert firm is not None
    digits = "".join(c for c in contact.phone if c.isdigit())
    return _customer(
        f"BP{firm.contact:07d}",
        firm.name[:36],
        CUA1=address.line1[:36],
        CUA2=address.line2[:36],
        TOWN=address.place.town[:20],
        PONO=address.place.postcode,
        CSCD=firm.country,
        PHNO=digits[:16],
        MAIL=contact.person.email[:50],
        YREF=contact.person.full[:30],
        CUCD=firm.currency,
        VTCD="" if firm.country == "GB" else "0",
        TEPY=TERMS[firm.terms],
    )


def _customer(number: str, name: str, **given: str) -> dict[str, str]:
    """A CRS610MI record; what is not given has the company's defaults."""
    record: dict[str, Any] = {
        "CUNO": number,
        "CUNM": name,
        "CUA1": "",
        "CUA2": "",
        "CUA3": "",
        "CUA4": "",
        "TOWN": "",
        "PONO": "",
        "ECAR": "",
        "CSCD": "GB",
        "PHNO": "",
        "MAIL": "",
        "YREF": "",
        "STAT": "20",
        "CUTP": "0",
        "CUCD": "GBP",
        "VTCD": "",
        "ORTP": "B2B",
        "TEDL": "DAP",
        "MODL": "DPD",
        "WHLO": "BRS",
        "FACI": "BRS",
        "TEPY": "CRD",
    }
    return record | given
