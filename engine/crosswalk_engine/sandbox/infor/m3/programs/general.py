"""GENERAL: the caller's own context."""

from crosswalk_engine.sandbox.infor.m3.catalogues import get_user_info
from crosswalk_engine.sandbox.infor.m3.declare import program, transaction

PROGRAM = program(
    "GENERAL",
    "General functions",
    transaction(
        "GetUserInfo",
        "Get the user's information",
        get_user_info,
        outputs=(
            "ZZUSID(10) ZDCONO(3) ZDDIVI(3) ZDFACI(3) ZZWHLO(3) ZDAUPF(10) ZDREPF(1) ZDLANC(2) ZDDTFM(3)"
            " DSEP(1) TSEP(1) TIZO(5) USFN(40)"
        ),
    ),
)
