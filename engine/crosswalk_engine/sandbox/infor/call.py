"""Reading a call to the M3 REST API: what is to run, with which fields, and how the reply shall look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from crosswalk_engine.errors import masked

#: Records of a list that come back unless the call says otherwise; 0 in `maxrecs` lifts it.
DEFAULT_RECORDS = 100
#: System parameters that change nothing here.
_IGNORED = frozenset({"locale", "timezone", "lanc", "metadata", "_rid", "readtimeoutmillis"})
_DATE_FORMATS = ("YMD8", "YMD6", "MDY6", "DMY6", "YWD5", "YMD8-")


class BadCallError(Exception):
    """The call itself is wrong (not the record in it): 400, whatever the error shape."""


@dataclass(frozen=True, slots=True)
class Options:
    """The system parameters; `columns` None means all, `max_records` 0 means no limit."""

    company: str = ""
    division: str = ""
    max_records: int = DEFAULT_RECORDS
    exclude_empty: bool = False
    right_trim: bool = True
    columns: tuple[str, ...] | None = None
    pretty: bool = False
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One transaction to run."""

    transaction: str
    fields: Mapping[str, str]
    options: Options


@dataclass(frozen=True, slots=True)
class M3Call:
    """A whole call: one transaction, or several of one program in bulk."""

    program: str
    items: tuple[Item, ...]
    bulk: bool
    options: Options = field(default_factory=Options)


def read_single(raw_path: bytes, query: bytes) -> M3Call:
    """A GET: ``…/execute/PROGRAM/Transaction;name=value;…?FIELD=value&name=value``.

    Raises:
        BadCallError: it is not of that form, or a parameter is wrong.
    """
    try:
        tail = raw_path.decode("ascii").partition("/execute/")[2]
        program, _, rest = tail.partition("/")
        name, *matrix = rest.split(";")
        pairs = [(unquote(k, errors="strict"), unquote(v, errors="strict")) for k, _, v in _split(matrix)]
        pairs += parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError:
        raise BadCallError("the address is not UTF-8, or malformed") from None
    system, fields = _sorted_out(pairs)
    options = read_options(system)
    return M3Call(unquote(program), (Item(unquote(name), fields, options),), False, options)


def _split(matrix: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    return (part.partition("=") for part in matrix if part)


def _sorted_out(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """System parameters (lower case) and fields (capitals); nothing may be there twice."""
    system: dict[str, str] = {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        into = fields if name.isupper() and name.isalnum() else system
        if name in into:
            raise BadCallError(f"{masked(name, 24)} is given twice")
        into[name] = value
    return system, fields


def read_options(given: Mapping[str, str], base: Options | None = None) -> Options:
    """System parameters laid over `base`.

    Raises:
        BadCallError: an unknown name, or a value that cannot be.
    """
    changes: dict[str, Any] = {}
    for name, value in given.items():
        match name.lower():
            case "cono":
                changes["company"] = value
            case "divi":
                changes["division"] = value
            case "maxrecs":
                changes["max_records"] = _whole(name, value)
            case "excludeempty" | "excludempty":
                changes["exclude_empty"] = _switch(name, value)
            case "righttrim":
                changes["right_trim"] = _switch(name, value)
            case "returncols":
                changes["columns"] = tuple(one.strip() for one in value.split(",") if one.strip()) or None
            case "dateformat":
                _date_format(value)
            case "format":
                changes["pretty"] = _one_of(name, value, ("PRETTY", "COMPACT", "UNFORMATTED")) == "PRETTY"
            case "extendedresult":
                changes["extended"] = _switch(name, value)
            case other if other not in _IGNORED:
                raise BadCallError(f"there is no parameter {masked(name, 24)}")
    return replace(base or Options(), **changes)


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise BadCallError(f"{name} must be a whole number, not {masked(value, 24)}")
    return int(value)


def _switch(name: str, value: str) -> bool:
    return _one_of(name, value.lower(), ("true", "false")) == "true"


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadCallError(f"{name} must be one of {', '.join(allowed)}, not {masked(value, 24)}")
    return value


def _date_format(value: str) -> None:
    if _one_of("dateformat", value, _DATE_FORMATS) != "YMD8":
        raise BadCallError(f"dateformat {value} is not served by this sandbox, only YMD8")


class _BulkItem(msgspec.Struct, forbid_unknown_fields=True):
    transaction: str
    record: dict[str, str | int] = {}
    selectedColumns: list[str] | None = None  # noqa: N815  the wire's spelling


class _BulkBody(msgspec.Struct, forbid_unknown_fields=True):
    program: str
    transactions: list[_BulkItem]
    cono: int | str = ""
    divi: str = ""
    excludeEmptyValues: bool | None = None  # noqa: N815
    rightTrim: bool | None = None  # noqa: N815
    maxReturnedRecords: int | None = None  # noqa: N815


def read_bulk(body: bytes, query: bytes) -> M3Call:
    """A POST: ``{"program", "cono"?, "divi"?, "transactions": [{"transaction", "record"}]}``.

    Values are text or whole numbers; a number with a fraction must be text, so that nothing is rounded.

    Raises:
        BadCallError: it is not of that form.
    """
    try:
        read = msgspec.json.decode(body, type=_BulkBody)
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=200)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise BadCallError(f"the body is no bulk call: {masked(error)}") from None
    if not read.transactions:
        raise BadCallError("the bulk call has no transactions")
    system, fields = _sorted_out(pairs)
    if fields:
        raise BadCallError("a bulk call takes its fields in the body")
    options = read_options({**system, **_body_options(read)})
    items = tuple(
        Item(
            one.transaction,
            {name: str(value) for name, value in one.record.items()},
            replace(options, columns=tuple(one.selectedColumns)) if one.selectedColumns else options,
        )
        for one in read.transactions
    )
    return M3Call(read.program, items, True, options)


def _body_options(body: _BulkBody) -> dict[str, str]:
    given = {
        "cono": str(body.cono),
        "divi": body.divi,
        "excludeempty": body.excludeEmptyValues,
        "righttrim": body.rightTrim,
        "maxrecs": body.maxReturnedRecords,
    }
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
        if value not in (None, "")
    }
