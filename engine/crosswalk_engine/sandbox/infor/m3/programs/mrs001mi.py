"""MRS001MI: the field lists of all transactions, read from the very declarations that check the calls."""

from collections.abc import Iterator, Mapping

from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.declare import Field, Program, Record, program, transaction
from crosswalk_engine.sandbox.infor.m3.refusal import invalid, unknown

#: A record begins with the transaction's name in 15 positions; the fields follow one another.
_FIRST_POSITION = 16


def describing(programs: Mapping[str, Program]) -> Program:
    """The program that describes `programs`."""

    def lst_adt_field_inf(company: Company, given: Record) -> Iterator[Record]:
        del company
        if given["MINM"] not in programs:
            raise unknown("MINM", "Program", given["MINM"])
        transactions = programs[given["MINM"]].transactions
        if given["TRNM"] not in transactions:
            raise unknown("TRNM", "Transaction", given["TRNM"])
        if given["TRTP"] not in ("I", "O"):
            raise invalid("TRTP", "Transaction type", given["TRTP"])
        one = transactions[given["TRNM"]]
        position = _FIRST_POSITION
        for field in (one.inputs if given["TRTP"] == "I" else one.outputs).values():
            yield _described(given["MINM"], field, position)
            position += field.length

    return program(
        "MRS001MI",
        "Programs and transactions",
        transaction(
            "LstAdtFieldInf",
            "List the fields of a transaction",
            lst_adt_field_inf,
            inputs="MINM*(10) TRNM*(15) TRTP*(1) LNCD(2) FILE(10)",
            outputs=(
                "FLNM(10) FLDS(60) FRPO(4) TOPO(4) LENG(4) FLDP(2) TYPE(1) MAND(1) FLDX(1) FILE(10) PGNM(10)"
            ),
        ),
    )


def _described(program_name: str, field: Field, position: int) -> Record:
    return {
        "FLNM": field.name,
        "FLDS": field.text,
        "FRPO": str(position),
        "TOPO": str(position + field.length - 1),
        "LENG": str(field.length),
        "FLDP": str(field.decimals),
        "TYPE": field.kind,
        "MAND": "1" if field.required else "0",
        "PGNM": program_name,
    }
