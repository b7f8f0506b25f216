"""CRS610MI: customers and their addresses."""

from collections.abc import Iterator

from crosswalk_engine.sandbox.infor.m3.company import FIRST_CUSTOMER, Company
from crosswalk_engine.sandbox.infor.m3.declare import Record
from crosswalk_engine.sandbox.infor.m3.masters import Row
from crosswalk_engine.sandbox.infor.m3.refusal import RefusedError, exists, invalid, unknown
from crosswalk_engine.sandbox.infor.m3.values import check_country, number

#: What a template brings into a new customer, beside the company's facility: released, an ordinary customer.
_TEMPLATE = {"STAT": "20", "CUTP": "0", "LNCD": "GB", "BLCD": "0", "CHNO": "1"}
_STATES = ("10", "20", "90")


def add(company: Company, given: Record) -> Iterator[Record]:
    """Add: a new customer after template CUTM. Without CUNO the series gives one, and again makes another."""
    if given["CUTM"] not in company.masters.codes.templates:
        raise unknown("CUTM", "Customer template", given["CUTM"])
    if given["CUNO"] in company.customers:
        raise exists("CUNO", "Customer", given["CUNO"])
    _check_codes(given)
    number_ = given["CUNO"] or company.next_number("customer", FIRST_CUSTOMER, company.customers.__contains__)
    template = company.customers.get(given["CUTM"], {})
    row = {**template, **_TEMPLATE, "FACI": company.masters.facility}
    row |= {name: value for name, value in given.items() if value and name not in ("CUTM", "CONO")}
    row |= {"CUNO": number_, "RGDT": company.today(), "LMDT": company.today(), "LMTS": company.stamp()}
    company.customers[number_] = row
    company.notify("customer.created", number_, CUNO=number_, CUTM=given["CUTM"], CSCD=row.get("CSCD", ""))
    halted = row["STAT"] != "20"
    yield {"CUNO": number_, "ERRM": f"Customer created with status {row['STAT']}" if halted else ""}


def _check_codes(given: Record) -> None:
    if given.get("STAT") and given["STAT"] not in _STATES:
        raise unknown("STAT", "Status", given["STAT"])
    check_country(given.get("CSCD", ""))


def _with_defaults(number_: str, row: Row) -> Row:
    return {**row, "CUNO": number_, "CHNO": row.get("CHNO") or "1", "PYNO": row.get("PYNO") or number_}


def get_basic_data(company: Company, given: Record) -> Iterator[Record]:
    """GetBasicData: name, address, contact data, state and change number."""
    yield _with_defaults(given["CUNO"], company.customer(given["CUNO"]))


def chg_basic_data(company: Company, given: Record) -> Iterator[Record]:
    """ChgBasicData: the fields that are given; with CHNO only if nobody changed the record meanwhile."""
    row = _with_defaults(given["CUNO"], company.customer(given["CUNO"]))
    _check_codes(given)
    if given["CHNO"] and number(given["CHNO"]) != number(row["CHNO"]):
        raise RefusedError("XRE0105", f"Customer {given['CUNO']} was changed by another user", "CHNO")
    row |= {name: value for name, value in given.items() if value and name not in ("CHNO", "CONO")}
    row |= {
        "CHNO": str(int(number(row["CHNO"])) % 999 + 1),
        "LMDT": company.today(),
        "LMTS": company.stamp(),
    }
    company.customers[given["CUNO"]] = row
    company.notify("customer.changed", given["CUNO"], CUNO=given["CUNO"], CHNO=row["CHNO"])
    yield {"CUNO": given["CUNO"]}


def lst_by_number(company: Company, given: Record) -> Iterator[Record]:
    """LstByNumber: from CUNO up; with LMTS only what changed after that stamp."""
    since = number(given["LMTS"])
    for number_, row in sorted(company.customers.items()):
        if number_ >= given["CUNO"] and number(row["LMTS"]) > since:
            yield _with_defaults(number_, row)


def add_address(company: Company, given: Record) -> Iterator[Record]:
    """AddAddress: one address of a type under a number, once."""
    company.customer(given["CUNO"])
    kind = given["ADRT"].lstrip("0")
    if kind not in ("1", "2", "3", "4", "5", "6"):
        raise unknown("ADRT", "Address type", given["ADRT"])
    _check_codes(given)
    if given["FVDT"] and given["LVDT"] and given["LVDT"] < given["FVDT"]:
        raise invalid("LVDT", "Valid to", given["LVDT"])
    key = (given["CUNO"], kind, given["ADID"])
    if key in company.customer_addresses:
        raise exists("ADID", "Address number", given["ADID"])
    company.customer_addresses[key] = {**given, "ADRT": kind, "CHNO": "1"}
    yield {"CONO": company.masters.company, "CUNO": given["CUNO"], "ADRT": kind, "ADID": given["ADID"]}


def get_address(company: Company, given: Record) -> Iterator[Record]:
    """GetAddress: one address."""
    company.customer(given["CUNO"])
    key = (given["CUNO"], given["ADRT"].lstrip("0"), given["ADID"])
    if key not in company.customer_addresses:
        raise unknown("ADID", "Address number", given["ADID"])
    yield company.customer_addresses[key]
