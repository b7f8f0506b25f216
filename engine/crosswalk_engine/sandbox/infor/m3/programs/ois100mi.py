"""OIS100MI: customer orders. A batch order has a temporary number until Confirm makes it a real one.

AddBatchLine takes no VAT code and no VAT amount: M3 derives both.
"""

from crosswalk_engine.sandbox.infor.m3 import batch_entry, batch_reads, order_reads
from crosswalk_engine.sandbox.infor.m3.confirming import confirm
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

_LINE = (
    "PONR(5) POSX(3) ITNO(15) ITDS(30) ORQT(16) ORQA(17) ALUN(3) WHLO(3) CUPO(7) DWDT(10) CODT(10) SAPR(18)"
    " NEPR(18) NLAM(16) SPUN(3) SACD(5) CUCD(3) DIA1(16) DIP1(7) ORST(2) ALQT(16) DLQT(16) IVQT(16) TEDS(60)"
)

_BATCH_WRITES = (
    transaction(
        "AddBatchHead",
        "Open a temporary order",
        batch_entry.add_batch_head,
        writes=True,
        inputs=(
            "CUNO*(10) ORTP(3) RLDT(10) FACI(3) CUOR(20) WHLO(3) MODL(3) TEDL(3) YREF(30) OREF(30) NREF(20)"
            " TEPY(3) TECD(3) PYNO(10) PYCD(3) INRC(10) DECU(10) ADID(6) CUCD(3) CRTP(2) LNCD(2) CUDT(10)"
            " ORDT(10) RLHM(4) RLDZ(10) RLHZ(4) TIZO(5) TEPA(3) OTBA(16) OTDP(15) DISY(10) PLTB(10) SMCD(10)"
            " AGNT(10) PROJ(7) ELNO(8) RESP(10) CUCH(15) WCON(3) EXCD(2) CHSY(10) OPRI(1) SPLM(8) PYRE(25)"
            " BKID(5) ESOV(1) OHEA(1) OFNO(10) AGNO(7) OIVR(15) OYEA(4) CONO(3)"
        ),
        outputs="ORNO(10)",
    ),
    transaction(
        "AddBatchLine",
        "Add a line to a temporary order",
        batch_entry.add_batch_line,
        writes=True,
        inputs=(
            "ORNO*(10) ITNO*(15) ORQT(16) D1QT(17) WHLO(3) DWDT(10) CODT(10) SAPR(18) SPUN(3) SACD(5) ALUN(3)"
            " MCHP(1) DIA1(16) DIA2(16) DIP1(5) DIP2(5) CUPO(7) CUOR(20) ITDS(30) TEDS(60) LTYP(1) POPN(30)"
            " ALWT(2) ALWQ(4) ADID(6) MODL(3) TEPY(3) JDCD(5) PACT(6) TEPA(3) RSCD(3) BANO(20) SERN(20)"
            " WHSL(10) CFIN(10) EXHE(36) EXCN(36) PIDE(4) CMNO(4) TECN(20) HDPR(15) CONO(3)"
        ),
        outputs="PONR(5) POSX(3) ATNR(17)",
    ),
    transaction(
        "AddBatchAddress",
        "Give a temporary order a one-off address",
        batch_entry.add_batch_address,
        writes=True,
        inputs=(
            "ORNO*(10) ADRT*(2) ADID(6) CUNM(36) CUA1(36) CUA2(36) CUA3(36) CUA4(36) PONO(10) TOWN(20)"
            " ECAR(2) CSCD(3) PHNO(10) PHN2(16) TFNO(10) YREF(30) MODL(3) TEDL(3) VRNO(16) TAXC(3)"
            " ROUT(6) DLSP(12) DSTX(36) FRCO(7) EDE2(10) CONO(3)"
        ),
    ),
    transaction(
        "AddBatchText",
        "Add a text to a temporary order",
        batch_entry.add_batch_text,
        writes=True,
        inputs=(
            "ORNO*(10) TYPE*(1) TYTR*(1) PARM*(240) CONO(3) PONR(5) POSX(3) TXHE(10) LNCD(2) TX40(40) TXEI(1)"
        ),
    ),
    transaction(
        "AddBatchHeadChg",
        "Add a charge to a temporary order",
        batch_entry.add_batch_charge,
        writes=True,
        inputs="ORNO*(10) CRID*(6) CONO(3) CRAM(16) CRFA(12) CRD0(30) TAXC(3) CUCD(3)",
    ),
    transaction(
        "Confirm",
        "Make a temporary order a real one",
        confirm,
        writes=True,
        inputs="ORNO*(10) CONO(3) CTYP(1)",
        outputs="ORNO(10) STAT(2)",
    ),
    transaction(
        "DelBatchHead",
        "Drop a temporary order",
        batch_entry.del_batch_head,
        writes=True,
        inputs="ORNO*(10) CONO(3)",
    ),
)

_BATCH_READS = (
    transaction(
        "GetOrderNo",
        "Get the real number of a temporary order",
        batch_reads.get_order_no,
        inputs="ORNO*(10) CONO(3)",
        outputs="ORNR(10)",
    ),
    transaction(
        "LstErrMsgOrder",
        "List why a temporary order is stuck",
        batch_reads.lst_err_msg_order,
        inputs="ORNO*(10) CONO(3)",
        outputs="LEVL(2) MDTA(132) TX60(60) MSID(7)",
    ),
    transaction(
        "GetBatchHead",
        "Get the head of a temporary order",
        batch_reads.get_batch_head,
        inputs="ORNO*(10) CONO(3)",
        outputs=(
            "ORNO(10) ORTP(3) ORDT(10) STAT(2) FACI(3) CUOR(20) MODL(3) TEDL(3) YREF(30) OREF(30) TEPY(3)"
            " PYNO(10) ADID(6) CUCD(3) NTAM(15) VTCD(2) RLDT(10) ORSL(2) ORST(2) INRC(10)"
        ),
    ),
    transaction(
        "LstBatchHead",
        "List a customer's temporary orders",
        batch_reads.lst_batch_head,
        inputs="CUNO*(10) CONO(3) ORSL(2) ORST(2)",
        outputs=(
            "ORNO(10) ORTP(3) RLDT(10) STAT(2) FACI(3) CUOR(20) AGNT(10) SMCD(10) MODL(3) TEDL(3) YREF(30)"
            " PROJ(7) OTBA(16) ORDT(10) ORSL(2) ORST(2) ORNR(10) OTDP(15) PYRE(25) BKID(5)"
        ),
    ),
    transaction(
        "LstBatchLine",
        "List the lines of a temporary order",
        batch_reads.lst_batch_line,
        inputs="ORNO*(10) CONO(3)",
        outputs=(
            "ITNO(15) ITDS(60) ORQT(16) WHLO(3) CUPO(7) DWDT(10) JDCD(5) SAPR(18) DIA1(16) DIA2(16) PONR(5)"
            " POSX(3) ATNR(17)"
        ),
    ),
)

_ORDER_READS = (
    transaction(
        "GetHead",
        "Get the head of an order",
        order_reads.get_head,
        inputs="ORNO*(10) CONO(3)",
        outputs=(
            "ORNO(10) CUNO(10) ORTP(3) ORDT(10) STAT(2) ORSL(2) ORST(2) FACI(3) WHLO(3) DIVI(3) CUOR(20)"
            " CUDT(10) YREF(30) OREF(30) MODL(3) TEDL(3) TEPY(3) PYNO(10) INRC(10) DECU(10) ADID(6) CUCD(3)"
            " NTAM(15) ONET(16) ODAM(16) OTDP(16) EXAM(16) ORVA(16) VTAM(16) TOAM(16) ROAM(16) TOPY(16)"
            " BRAM(17) RLDT(10) RLDZ(10) TIZO(5) PYCD(3) PYRE(25) OBLC(1) CHID(10)"
        ),
    ),
    transaction(
        "GetLine",
        "Get a line of an order",
        order_reads.get_line,
        inputs="ORNO*(10) PONR*(5) CONO(3) POSX(3)",
        outputs=(
            "ITNO(15) ITDS(30) ORQT(16) ORQA(17) ALUN(3) WHLO(3) CUPO(7) DWDT(10) CODT(10) SAPR(18) NEPR(18)"
            " NLAM(16) LNA2(17) SPUN(3) SACD(5) CUCD(3) DIA1(16) DIP1(7) VTCD(2) ORST(2) ALQT(16) DLQT(16)"
            " IVQT(16) ADID(6) CUOR(20) TEDS(60) BANO(20) RSCD(3)"
        ),
    ),
    transaction(
        "LstLine",
        "List the lines of an order",
        order_reads.lst_line,
        inputs="ORNO*(10) CONO(3) ORST(2) ITNO(15)",
        outputs=_LINE,
    ),
    transaction(
        "LstHead",
        "List a customer's orders",
        order_reads.lst_head,
        inputs="CUNO*(10) CONO(3) ORSL(2) ORST(2)",
        outputs=(
            "ORNO(10) ORTP(3) RLDT(10) STAT(2) FACI(3) CUOR(20) AGNT(10) SMCD(10) MODL(3) TEDL(3) YREF(30)"
            " PROJ(7) OTBA(16) ORDT(10) ORSL(2) ORST(2) OTDP(15) PYRE(25) BKID(5) PYCD(3)"
        ),
    ),
    transaction(
        "GetOrderValue",
        "Get what an order is worth",
        order_reads.get_order_value,
        inputs="ORNO*(10) CONO(3)",
        outputs=(
            "NTAM(15) ODAM(16) ONET(16) EXAM(16) EFAM(16) ORVA(16) VTAM(16) TOAM(16) ROAM(16) TOPY(16)"
            " BRAM(17) INTA(15) IDAM(16) INET(16) IXAM(16) IFAM(16) IRVA(16) IVTA(16) ITOA(16) IROA(16)"
            " ITOP(16) IRAM(17) ISUM(1) ITPR(1) CUCD(3) VXCL(1)"
        ),
    ),
    transaction(
        "SearchHead",
        "Search orders by the search index",
        order_reads.search_head,
        inputs="SQRY*(1024)",
        outputs=(
            "ORNO(10) CUNO(10) FACI(3) ORTP(3) ORDT(10) RESP(10) SMCD(10) ORST(2) ORSL(2) OBLC(1) NTAM(17)"
            " CUCD(3) RLDZ(10) RLHZ(4) TIZO(5) TEPY(3) MODL(3) TEDL(3) ADID(6)"
        ),
    ),
)

PROGRAM = program("OIS100MI", "Customer orders", *_BATCH_WRITES, *_BATCH_READS, *_ORDER_READS)
