"""Running a call's transactions against the company, one after the other."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from crosswalk_engine.errors import masked
from crosswalk_engine.sandbox.infor.call import Item, M3Call, Options
from crosswalk_engine.sandbox.infor.m3.company import Company
from crosswalk_engine.sandbox.infor.m3.confirming import run_due_jobs
from crosswalk_engine.sandbox.infor.m3.declare import Record, Transaction
from crosswalk_engine.sandbox.infor.m3.programs import PROGRAMS
from crosswalk_engine.sandbox.infor.m3.refusal import RefusedError, in_use
from crosswalk_engine.sandbox.infor.m3.values import checked
from crosswalk_engine.sandbox.infor.settings import InforSettings

#: Fields that name the record which another job may hold.
_KEYS = ("ORNO", "CUNO")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one transaction: records, or a refusal, or neither when it was not processed."""

    item: Item
    records: tuple[Record, ...] = ()
    refusal: RefusedError | None = None
    processed: bool = True


@dataclass(frozen=True, slots=True)
class Executed:
    """All outcomes of a call, in its order; `terminated` when the program fell over half-way."""

    outcomes: tuple[Outcome, ...]
    terminated: bool = False


def execute(call: M3Call, company: Company, settings: InforSettings, chance: random.Random) -> Executed:
    """Run `call`. Refusals are outcomes; a refused transaction changes nothing."""
    stop = len(call.items)
    if settings.terminate_rate and chance.random() < settings.terminate_rate:
        stop = chance.randrange(len(call.items))
    outcomes: list[Outcome] = []
    stopped = False
    for number, item in enumerate(call.items):
        if stopped or number >= stop:
            outcomes.append(Outcome(item, processed=False))
            continue
        outcome = _run(call.program, item, company, settings, chance)
        outcomes.append(outcome)
        stopped = settings.bulk_stops_at_failure and outcome.refusal is not None
    return Executed(tuple(outcomes), terminated=stop < len(call.items))


def _run(
    program: str, item: Item, company: Company, settings: InforSettings, chance: random.Random
) -> Outcome:
    run_due_jobs(company)
    try:
        transaction = _transaction(program, item)
        _check_context(company, item)
        columns = _columns(transaction, item.options)
        given = checked(transaction, item.fields, long_fields=settings.long_fields)
        if transaction.writes and settings.in_use_rate and chance.random() < settings.in_use_rate:
            key = next((name for name in _KEYS if given.get(name)), "")
            raise in_use(key, given.get(key, ""))
        records = tuple(transaction.run(company, given))
    except RefusedError as refusal:
        return Outcome(item, refusal=refusal)
    if item.options.max_records:
        records = records[: item.options.max_records]
    return Outcome(item, tuple(_written(record, transaction, columns, item.options) for record in records))


def _transaction(program: str, item: Item) -> Transaction:
    if program not in PROGRAMS:
        raise RefusedError("MIPGM03", f"Program {masked(program, 24)} does not exist", "")
    transactions = PROGRAMS[program].transactions
    if item.transaction not in transactions:
        what = f"Transaction {masked(item.transaction, 24)} does not exist in program {program}"
        raise RefusedError("MITRN03", what, "")
    return transactions[item.transaction]


def _check_context(company: Company, item: Item) -> None:
    """The company and division of a call must be the user's own, wherever they are given."""
    ours = {"CONO": company.masters.company, "DIVI": company.masters.division}
    asked = {"CONO": item.options.company, "DIVI": item.options.division}
    for name, own in ours.items():
        for value in (asked[name], item.fields.get(name, "")):
            if value.strip() and value.strip().lstrip("0") != own.lstrip("0"):
                what = "Company" if name == "CONO" else "Division"
                raise RefusedError("XAU0008", f"User is not authorised for {what} {masked(value, 24)}", name)


def _columns(transaction: Transaction, options: Options) -> tuple[str, ...]:
    for name in options.columns or ():
        if name not in transaction.outputs:
            raise RefusedError("MICOL03", f"Output field {masked(name, 24)} does not exist", masked(name, 24))
    return options.columns or tuple(transaction.outputs)


def _written(
    record: Mapping[str, str], transaction: Transaction, columns: tuple[str, ...], options: Options
) -> Record:
    """The record as it travels: declared fields only, within their lengths, trimmed or filled with blanks."""
    written: dict[str, str] = {}
    for name in columns:
        length = transaction.outputs[name].length
        value = record.get(name, "")[:length].rstrip(" ")
        if not value and options.exclude_empty:
            continue
        written[name] = value if options.right_trim else value.ljust(length)
    return written
