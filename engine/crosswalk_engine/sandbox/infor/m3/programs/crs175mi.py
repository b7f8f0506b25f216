"""CRS175MI: VAT codes."""

from crosswalk_engine.sandbox.infor.m3.catalogues import lst_vat_percent
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

PROGRAM = program(
    "CRS175MI",
    "VAT codes",
    transaction(
        "LstVatPercent",
        "List VAT rates",
        lst_vat_percent,
        inputs="CONO(3) DIVI(3) VTCD(2)",
        outputs="VTCD(2) ECAR(2) CSCD(3) FRDT(10) VTP1(6) VTP2(6) TX40(40)",
    ),
)
