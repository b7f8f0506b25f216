"""OIS275MI: temporary orders on their way."""

from crosswalk_engine.sandbox.infor.m3.batch_reads import get_tmp_order_stat
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

PROGRAM = program(
    "OIS275MI",
    "Customer order batch entry",
    transaction(
        "GetTmpOrderStat",
        "Get the state of a temporary order",
        get_tmp_order_stat,
        inputs="ORNO*(10)",
        outputs="ORNO(10) ORNR(10) STAT(2)",
    ),
)
