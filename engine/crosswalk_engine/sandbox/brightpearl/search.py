"""Resource search: filters, sorting, paging; rows by position and lookup maps limited to the page."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from crosswalk_engine.sandbox.brightpearl.account import Account, Record
from crosswalk_engine.sandbox.brightpearl.columns import Column, Search
from crosswalk_engine.sandbox.brightpearl.idsets import IdSetError, parse_id_set
from crosswalk_engine.sandbox.brightpearl.replies import ApiError

PAGE_MOST = 500
#: Query keys that are no filters.
PARAMETERS = frozenset({"columns", "sort", "pageSize", "firstResult", "countOnly"})

Test = Callable[[Any], bool]


class FilterError(ValueError):
    """A filter's value does not fit the column's type."""


def run_search(account: Account, search: Search, query: Mapping[str, str]) -> Record:
    """The answer to ``GET …-search?…``.

    Raises:
        ApiError: a filter that cannot be parsed (500 CMNC-018), an unknown column or a bad page (400).
    """
    by_name = {column.name: column for column in search.columns}
    tests = _tests(query, by_name)
    order = _sorting(query.get("sort"), search, by_name)
    shown = _chosen(query.get("columns"), search, by_name)
    page_size, first = _number(query, "pageSize", PAGE_MOST), _number(query, "firstResult", 1)
    if not 1 <= page_size <= PAGE_MOST or first < 1:
        raise ApiError(400, "SBX-PAGE", f"pageSize is 1 to {PAGE_MOST}, firstResult is 1 or more")
    table = search.table(account)
    hits = [row for row in (table.rows[i].record for i in table.ids) if all(test(row) for test in tests)]
    for column, descending in reversed(order):
        hits.sort(key=_sort_key(column), reverse=descending)
    page = [] if query.get("countOnly") == "true" else hits[first - 1 : first - 1 + page_size]
    meta: Record = {
        "morePagesAvailable": bool(page) and first - 1 + len(page) < len(hits),
        "resultsAvailable": len(hits),
        "resultsReturned": len(page),
    }
    if page:
        meta |= {"firstResult": first, "lastResult": first - 1 + len(page)}
    meta |= described(shown, order)
    return {
        "response": {"results": [[c.value(row) for c in shown] for row in page], "metaData": meta},
        "reference": _references(account, search, shown, page),
    }


def described(shown: list[Column], order: list[tuple[Column, bool]]) -> Record:
    """The `columns` and `sorting` of `metaData`; `order` says for each column whether it descends."""
    sorting = [{"filterable": c.described(), "direction": "DESC" if down else "ASC"} for c, down in order]
    return {"columns": [column.described() for column in shown], "sorting": sorting}


def catalogue(search: Search) -> Record:
    """The answer to ``GET …-search/meta-data``."""
    return {"response": described(list(search.columns), [(search.columns[0], False)])}


def _tests(query: Mapping[str, str], by_name: Mapping[str, Column]) -> list[Test]:
    tests: list[Test] = []
    for name, text in query.items():
        if name in PARAMETERS:
            continue
        column = _column(name, by_name)
        try:
            fits = _FILTERS[column.kind](text)
        except FilterError:
            message = f"The filter {name}={text} cannot be parsed as: {column.kind}"
            raise ApiError(500, "CMNC-018", message) from None
        tests.append(_on(column, fits))
    return tests


def _on(column: Column, fits: Test) -> Test:
    return lambda row: fits(column.value(row))


def _column(name: str, by_name: Mapping[str, Column]) -> Column:
    column = by_name.get(name)
    if column is None:
        raise ApiError(400, "SBX-COLUMN", f"There is no column {name[:40]}")
    return column


def _chosen(text: str | None, search: Search, by_name: Mapping[str, Column]) -> list[Column]:
    return list(search.columns) if not text else [_column(name, by_name) for name in text.split(",")]


def _sorting(text: str | None, search: Search, by_name: Mapping[str, Column]) -> list[tuple[Column, bool]]:
    if not text:
        return [(search.columns[0], False)]
    order = []
    for part in text.split(","):
        name, _, direction = part.partition(".")
        if direction not in ("", "ASC", "DESC"):
            raise ApiError(400, "SBX-SORT", f"A sort direction is ASC or DESC, not {direction[:10]}")
        order.append((_column(name, by_name), direction == "DESC"))
    return order


def _sort_key(column: Column) -> Callable[[Record], tuple[bool, Any]]:
    def key(row: Record) -> tuple[bool, Any]:
        value = column.value(row)
        if value is None:
            return False, ""
        return True, _moment(value) if column.kind == "PERIOD" else value

    return key


def _references(account: Account, search: Search, shown: list[Column], page: list[Record]) -> Record:
    """The lookup maps that the page needs, with only the ids that stand on it."""
    maps, found = search.references(account), {}
    for column in shown:
        if column.reference is None:
            continue
        names = maps[column.reference]
        present = {value for value in map(column.value, page) if value in names}
        if present:
            found[column.reference] = {str(value): names[value] for value in sorted(present)}
    return found


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text):
        raise ApiError(400, "SBX-PAGE", f"{name} must be a whole number")
    return int(text)


def _integer(text: str) -> Test:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise FilterError(text)
    wanted = int(text)
    return lambda value: value == wanted


def _id_set(text: str) -> Test:
    try:
        spans = parse_id_set(text).spans
    except IdSetError:
        raise FilterError(text) from None
    return lambda value: value is not None and any(low <= value <= high for low, high in spans)


def _boolean(text: str) -> Test:
    if text not in ("true", "false"):
        raise FilterError(text)
    return lambda value: bool(value) is (text == "true")


def _equal(text: str) -> Test:
    return lambda value: value is not None and str(value) == text


def _contains(text: str) -> Test:
    return lambda value: value is not None and text.casefold() in str(value).casefold()


def _period(text: str) -> Test:
    """``A/B``, open at either end; from A on, before B. A bare day means midnight UTC."""
    start_text, slash, end_text = text.partition("/")
    if not slash or not (start_text or end_text):
        raise FilterError(text)
    start = _bound(start_text, datetime.min.replace(tzinfo=UTC))
    end = _bound(end_text, datetime.max.replace(tzinfo=UTC))
    return lambda value: isinstance(value, str) and start <= _moment(value) < end


def _bound(text: str, default: datetime) -> datetime:
    if not text:
        return default
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise FilterError(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(text: Any) -> datetime:
    """The moment that a record's date text means; a text that is no date sorts first and fits no period."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_FILTERS: dict[str, Callable[[str], Test]] = {
    "IDSET": _id_set,
    "INTEGER": _integer,
    "STRING": _equal,
    "SEARCH_STRING": _contains,
    "BOOLEAN": _boolean,
    "PERIOD": _period,
}
