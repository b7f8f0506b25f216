"""The field dictionary: what kind of value each M3 field holds, and what it means, in our wording.

Lengths differ between transactions and stand with the transactions (`programs/`); kinds and decimals belong
to the field itself. Every field that the dictionary does not list is text.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["A", "N", "D"]


@dataclass(frozen=True, slots=True)
class FieldKind:
    """`kind`: A text, N number, D date yyyyMMdd; `decimals` is the most that an N field takes."""

    kind: Kind
    decimals: int
    text: str


def _numbers(decimals: int, **texts: str) -> dict[str, FieldKind]:
    return {name: FieldKind("N", decimals, text) for name, text in texts.items()}


_TEXTS = {
    "ADID": "Address number", "ADRT": "Address type", "ADR1": "Address line 1", "ADR2": "Address line 2",
    "ADR3": "Address line 3", "ADR4": "Address line 4", "AGNT": "Agent", "ALCU": "Search key",
    "ALUN": "Alternate unit of measure", "BKID": "Bank account identity", "BLCD": "Customer stop",
    "CHID": "Changed by", "CONM": "Company name", "CORG": "Organisation number",
    "COR2": "Organisation number 2", "CRD0": "Charge description", "CRID": "Charge", "CSCD": "Country",
    "CUA1": "Address line 1", "CUA2": "Address line 2", "CUA3": "Address line 3", "CUA4": "Address line 4",
    "CUCD": "Currency", "CUCL": "Customer group", "CUNM": "Name", "CUNO": "Customer",
    "CUOR": "Customer's order number", "CUPO": "Customer's order line number", "CUTM": "Customer template",
    "CUTP": "Customer type", "DECU": "Delivery customer", "DISY": "Discount model", "DIVI": "Division",
    "DSEP": "Decimal separator", "ECAR": "Area or state", "ERRM": "Error message",
    "EXHE": "External header text", "FACI": "Facility", "FILE": "File", "FLDS": "Field description",
    "FLNM": "Field name", "FRCO": "County id", "FUDS": "Item description", "INRC": "Invoice recipient",
    "ITCL": "Product group", "ITDS": "Item name", "ITGR": "Item group", "ITNO": "Item number",
    "ITTY": "Item type", "LEVL": "Level", "LNCD": "Language", "MAIL": "E-mail address",
    "MDTA": "Message data", "MINM": "Program name", "MODL": "Delivery method", "MSID": "Message id",
    "NREF": "Reference number", "OREF": "Our reference", "ORNO": "Order number",
    "ORNR": "Final order number", "ORSL": "Lowest status", "ORST": "Highest status", "ORTP": "Order type",
    "PARM": "Text", "PGNM": "Program name", "PHN2": "Telephone number 2", "PHNO": "Telephone number",
    "PLTB": "Price list table", "PONO": "Postal code", "PROJ": "Project", "PYCD": "Payment method",
    "PYNO": "Payer", "PYRE": "Request reference number", "RESP": "Responsible", "SMCD": "Salesperson",
    "SPUN": "Sales price unit", "SQRY": "Search query", "STAT": "Status", "TAXC": "Tax code",
    "TECD": "Cash discount terms", "TEDL": "Delivery terms", "TEPA": "Packaging terms",
    "TEPY": "Payment terms", "TFNO": "Facsimile number", "TIZO": "Time zone", "TOWN": "City",
    "TRNM": "Transaction name", "TRTP": "Transaction type, I or O", "TSEP": "Thousands separator",
    "TX40": "Description", "TX60": "Message text", "TXHE": "Document class",
    "TYPE": "Kind: text of 1 head, 2 line; field type", "TYTR": "Text: 1 before, 2 after, 3 internal",
    "UNMS": "Basic unit of measure", "USFN": "User's full name", "VRNO": "VAT registration number",
    "VTCD": "VAT code", "VTCP": "VAT code, purchase", "VTCS": "VAT code, sales", "WHLO": "Warehouse",
    "WHNM": "Warehouse name", "WHTY": "Warehouse type", "YREF": "Your reference",
    "YRE2": "Your reference 2", "ZDAUPF": "Authority profile", "ZDCONO": "Company", "ZDDIVI": "Division",
    "ZDDTFM": "Date format", "ZDFACI": "Facility", "ZDLANC": "Language", "ZDREPF": "Report profile",
    "ZZUSID": "User", "ZZWHLO": "Warehouse",
}  # fmt: skip

_DATES = {
    "CODT": "Confirmed delivery date", "CUDT": "Customer's order date",
    "DWDT": "Requested delivery date of line", "FRDT": "From date", "FVDT": "Valid from",
    "LMDT": "Change date", "LVDT": "Valid to", "ORDT": "Order date", "RGDT": "Entry date",
    "RLDT": "Requested delivery date", "RLDZ": "Requested delivery date, zone-aware",
}  # fmt: skip

FIELD_KINDS: dict[str, FieldKind] = {
    **{name: FieldKind("A", 0, text) for name, text in _TEXTS.items()},
    **{name: FieldKind("D", 0, text) for name, text in _DATES.items()},
    **_numbers(
        0, ATNR="Attribute number", CHNO="Change number", CONO="Company", CSDS="Change stamp",
        LMTS="Time stamp of change", OBLC="Customer order stop", OHEA="Only header", POSX="Line suffix",
        PONR="Order line number", NFTR="Number of filters", FRPO="From position", TOPO="To position",
        LENG="Field length", FLDP="Decimals", MAND="Mandatory", RLHM="Requested delivery time",
        RLHZ="Requested delivery time, zone-aware", SACD="Sales price quantity", CTYP="Confirmation type",
        LTYP="Line type", MCHP="Manually changed price",
    ),
    **_numbers(
        2, CRAM="Charge amount", NTAM="Net order value", ODAM="Order discount amount", ONET="Order net",
        EXAM="Charges", EFAM="Charges without tax", ORVA="Order value before VAT", VTAM="VAT amount",
        TOAM="Order total with VAT", ROAM="Rounding", TOPY="To pay", BRAM="Gross order value",
        INTA="Invoiced net",
        IDAM="Invoiced order discount", INET="Invoiced order net", IXAM="Invoiced charges",
        IFAM="Invoiced charges without tax", IRVA="Invoiced value before VAT", IVTA="Invoiced VAT",
        ITOA="Invoiced total", IROA="Invoiced rounding", ITOP="Invoiced to pay", IRAM="Invoiced gross",
        NLAM="Net line amount", LNA2="Net line amount 2", OTBA="Order discount amount", DIA1="Discount 1",
        DIA2="Discount 2", CRLM="Credit limit 1", CRL2="Credit limit 2", CRL3="Credit limit 3",
        OTDP="Order discount percentage", DIP1="Discount percentage 1", DIP2="Discount percentage 2",
        VTP1="VAT rate 1", VTP2="VAT rate 2",
    ),
    **_numbers(4, CRFA="Calculation factor"),
    **_numbers(
        6, ORQT="Ordered quantity, basic unit", ORQA="Ordered quantity, alternate unit",
        D1QT="Quantity in alternate unit", SAPR="Sales price", NEPR="Net price", ALQT="Allocated quantity",
        DLQT="Delivered quantity", IVQT="Invoiced quantity",
    ),
    **_numbers(3, NEWE="Net weight", GRWE="Gross weight", VOL3="Volume"),
}  # fmt: skip


def kind_of(name: str) -> FieldKind:
    """The dictionary's entry for field `name`; an unlisted field is text described by its own name."""
    return FIELD_KINDS.get(name, FieldKind("A", 0, name))
