"""Reading the masters that calls never change: items, warehouses, VAT codes, the user's own context."""

from collections.abc import Iterator

from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.declare import Record
from crosswalk_engine.sandbox.infor.m3.refusal import unknown
from crosswalk_engine.sandbox.infor.m3.values import number

#: The API user that every call of the sandbox runs as.
USER = "CROSSWALK"
TIME_ZONE = "GMT"
#: Sorts after every code.
LAST = "\uffff"


def get_item(company: Company, given: Record) -> Iterator[Record]:
    """MMS200MI Get and GetItmBasic: one item."""
    item = company.masters.items.get(given["ITNO"])
    if item is None:
        raise unknown("ITNO", "Item number", given["ITNO"])
    yield item


def lst_items(company: Company, given: Record) -> Iterator[Record]:
    """MMS200MI LstItmByItm: from ITNO up."""
    for number_, item in company.masters.items.items():
        if number_ >= given["ITNO"]:
            yield item


def lst_warehouses(company: Company, given: Record) -> Iterator[Record]:
    """MMS005MI LstWarehouses: from FWHL to TWHL; with LMTS only what changed since."""
    since = number(given["LMTS"])
    for code, row in company.masters.warehouses.items():
        changed = number(row.get("LMTS", "")) > since or not since
        if given["FWHL"] <= code <= (given["TWHL"] or LAST) and changed:
            yield {"DIVI": company.masters.division, **row}


def lst_vat_percent(company: Company, given: Record) -> Iterator[Record]:
    """CRS175MI LstVatPercent: the rates, of one code if asked so."""
    for code in company.masters.vat.values():
        if given["VTCD"] in ("", code.code):
            yield {"VTCD": code.code, "VTP1": f"{code.rate:.2f}", "VTP2": "0.00", "TX40": code.text}


def get_user_info(company: Company, given: Record) -> Iterator[Record]:
    """GENERAL GetUserInfo: whose call this is, and the company it runs in."""
    del given
    masters = company.masters
    yield {
        "ZZUSID": USER,
        "ZDCONO": masters.company,
        "ZDDIVI": masters.division,
        "ZDFACI": masters.facility,
        "ZZWHLO": next(iter(masters.warehouses), ""),
        "ZDAUPF": "",
        "ZDREPF": "0",
        "ZDLANC": "GB",
        "ZDDTFM": "YMD",
        "DSEP": ".",
        "TSEP": ",",
        "TIZO": TIME_ZONE,
        "USFN": "Crosswalk API user",
    }
