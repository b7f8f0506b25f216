"""MMS005MI: warehouses."""

from crosswalk_engine.sandbox.infor.m3.catalogues import lst_warehouses
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

PROGRAM = program(
    "MMS005MI",
    "Warehouses",
    transaction(
        "LstWarehouses",
        "List warehouses",
        lst_warehouses,
        inputs="CONO(3) FWHL(3) TWHL(3) LMTS(18)",
        outputs=(
            "WHLO(3) WHNM(36) FACI(3) DIVI(3) CONM(36) ADR1(36) ADR2(36) ADR3(36) ADR4(36) TOWN(20) PONO(10)"
            " ECAR(2) CSCD(3) TIZO(5) WHTY(2)"
        ),
    ),
)
