"""MMS200MI: items. GetItmBasic is the older read, whose names and descriptions are shorter."""

from crosswalk_engine.sandbox.infor.m3.catalogues import get_item, lst_items
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

PROGRAM = program(
    "MMS200MI",
    "Item master",
    transaction(
        "Get",
        "Get an item",
        get_item,
        inputs="ITNO*(15) LNCD(2)",
        outputs=(
            "ITNO(15) ITDS(60) FUDS(120) STAT(2) UNMS(3) ITGR(8) ITCL(5) BUAR(3) ITTY(3) MABU(1) STCD(1)"
            " BACD(1) NEWE(11) GRWE(11) VOL3(11) HIE1(15) HIE2(15) GRP1(15) CFI1(10) CFI2(17) SALE(1)"
            " TAXC(3) VTCP(2) VTCS(2) ALUN(3) PUUN(3)"
        ),
    ),
    transaction(
        "GetItmBasic",
        "Get an item's basic data",
        get_item,
        inputs="ITNO*(15) CONO(3) LNCD(2)",
        outputs=("ITNO(15) ITDS(30) FUDS(60) STAT(2) UNMS(3) ITGR(8) ITTY(3) NEWE(11) GRWE(11) VOL3(11)"),
    ),
    transaction(
        "LstItmByItm",
        "List items from an item number on",
        lst_items,
        inputs="ITNO*(15) CONO(3) LNCD(2)",
        outputs=(
            "ITNO(15) ITDS(60) FUDS(120) STAT(2) UNMS(3) ITGR(8) ITTY(3) NEWE(11) GRWE(11) VOL3(11) HIE1(15)"
        ),
    ),
)
