"""CRS610MI: customers. There is no plain Get or Chg: basic, order and finance data are read apart."""

from crosswalk_engine.sandbox.infor.m3 import customers
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

_NAME_AND_ADDRESS = "CUNM(36) CUA1(36) CUA2(36) CUA3(36) CUA4(36) TOWN(20) PONO(10) ECAR(2) CSCD(3)"
_CONTACT = "PHNO(16) PHN2(16) TFNO(16) MAIL(50) YREF(30)"

PROGRAM = program(
    "CRS610MI",
    "Customers",
    transaction(
        "Add",
        "Add a customer after a template",
        customers.add,
        writes=True,
        inputs=(
            "CUTM*(10) CUNM*(36) CUA1*(36) CUNO(10) CUA2(36) CUA3(36) CUA4(36) TOWN(20) PONO(10) ECAR(2)"
            f" CSCD(3) {_CONTACT} YRE2(30) ALCU(10) LNCD(2) STAT(2) CUTP(1) CFC1(10) CFC6(10) EALO(13)"
            " IVGP(3) CUSU(10) FRCO(7) CONO(3) DIVI(3)"
        ),
        outputs="CUNO(10) ERRM(50)",
    ),
    transaction(
        "GetBasicData",
        "Get a customer's basic data",
        customers.get_basic_data,
        inputs="CUNO*(10) CONO(3)",
        outputs=(
            f"CUNO(10) {_NAME_AND_ADDRESS} {_CONTACT} YRE2(30) ALCU(10) LNCD(2) STAT(2) CUTP(1) CUCD(3)"
            " CFC1(10) CFC6(10) EALO(13) MCOS(1) RGDT(10) LMDT(10) CHNO(3) TXID(13)"
        ),
    ),
    transaction(
        "ChgBasicData",
        "Change a customer's basic data",
        customers.chg_basic_data,
        writes=True,
        inputs=(
            f"CUNO*(10) {_NAME_AND_ADDRESS} {_CONTACT} ALCU(10) LNCD(2) STAT(2) CFC1(10) CFC6(10) CHNO(3)"
            " CONO(3)"
        ),
        outputs="CUNO(10)",
    ),
    transaction(
        "GetOrderInfo",
        "Get a customer's order defaults",
        customers.get_basic_data,
        inputs="CUNO*(10) CONO(3) DIVI(3)",
        outputs=(
            "CUNO(10) ORTP(3) TEDL(3) MODL(3) WHLO(3) FACI(3) TEPY(3) PYNO(10) ADID(6) PLTB(10) DISY(10)"
            " TINC(1) AICD(1) PADL(1) BCKO(1) PRIO(1) SMCD(10) CUCL(3) RESP(10) LMDT(10) CHNO(3)"
        ),
    ),
    transaction(
        "GetFinancial",
        "Get a customer's finance data",
        customers.get_basic_data,
        inputs="CUNO*(10) CONO(3) DIVI(3)",
        outputs=(
            "CUNO(10) CORG(11) COR2(11) CUCD(3) VTCD(2) VRNO(16) CRLM(15) CRL2(15) CRL3(15) BLCD(1) TAXC(3)"
            " TXAP(1) PYCD(3) TECD(3) CRTP(2) INRC(10) LMDT(10) CHNO(3)"
        ),
    ),
    transaction(
        "LstByNumber",
        "List customers from a number on",
        customers.lst_by_number,
        inputs="CONO(3) CUNO(10) LMTS(18)",
        outputs=(
            f"CUNO(10) {_NAME_AND_ADDRESS} {_CONTACT} YRE2(30) ALCU(10) LNCD(2) STAT(2) CUTP(1) CORG(11)"
            " CFC1(10) CFC6(10) FRCO(7) CUCD(3) VTCD(2) VRNO(16) ORTP(3) TEDL(3) MODL(3) WHLO(3) TEPY(3)"
            " PYNO(10) FACI(3) LMTS(18)"
        ),
    ),
    transaction(
        "AddAddress",
        "Add an address to a customer",
        customers.add_address,
        writes=True,
        inputs=(
            "CUNO*(10) ADRT*(2) ADID*(6) CUA1*(36) PONO*(10) CSCD*(3) TOWN*(20) CUNM(36) CUA2(36) CUA3(36)"
            " CUA4(36) ECAR(2) PHNO(16) TFNO(16) YREF(30) MODL(3) TEDL(3) VRNO(16) TAXC(3) EALO(13) FVDT(10)"
            " LVDT(10) ADCG(15) CONO(3)"
        ),
        outputs="CONO(3) CUNO(10) ADRT(2) ADID(6)",
    ),
    transaction(
        "GetAddress",
        "Get a customer's address",
        customers.get_address,
        inputs="CUNO*(10) ADRT*(2) ADID*(6) CONO(3)",
        outputs=(
            "CUNO(10) ADRT(2) ADID(6) CUNM(36) CUA1(36) CUA2(36) CUA3(36) CUA4(36) PONO(10) TOWN(20) ECAR(2)"
            " CSCD(3) PHNO(16) TFNO(16) YREF(30) MODL(3) TEDL(3) VRNO(16) TAXC(3) FVDT(10) LVDT(10) CHNO(3)"
        ),
    ),
)
