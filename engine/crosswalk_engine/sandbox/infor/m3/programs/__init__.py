"""The programs of this M3, one module each: the explicit list."""

from crosswalk_engine.sandbox.infor.m3.declare import Program
from crosswalk_engine.sandbox.infor.m3.programs import (
    crs175mi,
    crs610mi,
    general,
    mms005mi,
    mms200mi,
    mrs001mi,
    ois100mi,
    ois120mi,
    ois275mi,
)

#: Every program by name. MRS001MI describes all of them, itself included.
PROGRAMS: dict[str, Program] = {
    one.name: one
    for one in (
        crs175mi.PROGRAM,
        crs610mi.PROGRAM,
        general.PROGRAM,
        mms005mi.PROGRAM,
        mms200mi.PROGRAM,
        ois100mi.PROGRAM,
        ois120mi.PROGRAM,
        ois275mi.PROGRAM,
    )
}
PROGRAMS["MRS001MI"] = mrs001mi.describing(PROGRAMS)
