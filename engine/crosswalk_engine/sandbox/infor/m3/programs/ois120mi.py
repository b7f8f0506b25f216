"""OIS120MI: customer order stops, here for the one look-up by the customer's order number."""

from crosswalk_engine.sandbox.infor.m3.declare import program, transaction
from crosswalk_engine.sandbox.infor.m3.order_reads import lst_co_stop_by_cuor

PROGRAM = program(
    "OIS120MI",
    "Customer order stop",
    transaction(
        "LstCOStopByCUOR",
        "List customer order stop information by the customer's order number",
        lst_co_stop_by_cuor,
        inputs="FACI(3) CUOR(20) CUNO(10) ORNO(10) NFTR(1)",
        outputs="FACI(3) CUOR(20) CUNO(10) ORNO(10) OBLC(1) ORSL(2) ORDT(10) CUNM(36) SMCD(10)",
    ),
)
