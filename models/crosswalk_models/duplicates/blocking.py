"""Which pairs are worth comparing: many cheap keys in DuckDB, each block bounded, plus nearest texts.

A key is a few values (or beginnings of values) that two records of one thing nearly always share. Two
records meet if any key brings them together. A block larger than the cap is split by a further value; what
is still too large is dropped, so the number of pairs grows with the number of records, never with its
square.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crosswalk_models.duplicates.fields import Comparable
from crosswalk_models.duplicates.nearest import nearest_texts
from crosswalk_models.duplicates.roles import Entity, Role
from crosswalk_models.duplicates.tokens import rare_token_keys

Ints = npt.NDArray[np.int64]
#: Records per block; 60 records are 1,770 pairs, and a value shared by more of them tells little.
LARGEST_BLOCK = 60
#: All-against-all text search costs the square of the records; beyond this the keys must do.
MOST_FOR_NEAREST = {Entity.PERSON: 6_000, Entity.COMPANY: 8_000, Entity.PRODUCT: 20_000}
NEAREST = {Entity.PERSON: 8, Entity.COMPANY: 10, Entity.PRODUCT: 10}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Row numbers of the candidate pairs, ``left < right``, arrays (m,), sorted, no pair twice."""

    left: Ints
    right: Ints

    def __len__(self) -> int:
        return len(self.left)


def candidate_pairs(data: Comparable, also: Iterable[tuple[int, int]] = ()) -> Pairs:
    """Pairs worth comparing; across the two tables only when linking. `also` are added in any case."""
    n = len(data)
    packed = [np.array([min(a, b) * n + max(a, b) for a, b in also if a != b], np.int64)]
    packed.append(_by_keys(data))
    if n <= MOST_FOR_NEAREST[data.entity]:
        left, right = nearest_texts(data.whole, data.side, NEAREST[data.entity])
        packed.append(np.minimum(left, right) * n + np.maximum(left, right))
    every = np.unique(np.concatenate(packed))
    left, right = every // n, every % n
    if data.side.any():
        across = data.side[left] != data.side[right]
        left, right = left[across], right[across]
    return Pairs(left, right)


def _by_keys(data: Comparable) -> Ints:
    """Pairs that share a key, packed as ``left * n + right``."""
    n = len(data)
    columns: dict[str, pa.Array] = {"_row": pa.array(np.arange(n)), "_side": pa.array(data.side)}
    for name, values in _key_columns(data).items():
        columns[name] = pa.array([value or None for value in values], pa.string())
    with duckdb.connect() as base:
        base.execute("set threads to 2")
        base.register("records", pa.table(columns))
        base.register("tokens", rare_token_keys(data))
        selects = [
            f"select hash({index}, {', '.join(parts)}) as block, _row, _side from records "  # noqa: S608
            f"where {' and '.join(f'({part}) is not null' for part in parts)}"
            for index, parts in enumerate(_keys(set(columns)))
        ]
        selects.append("select hash('token', token) as block, _row, _side from tokens")
        every = " union all ".join(selects)
        base.execute(f"create table keyed as select distinct * from ({every})")  # noqa: S608
        base.execute(_SPLIT.format(cap=LARGEST_BLOCK, extra=_splitter(set(columns))))
        sides = "and a._side <> b._side" if data.side.any() else ""
        found = base.execute(
            f"select distinct a._row * {n} + b._row as pair from usable a join usable b "  # noqa: S608
            f"on a.block = b.block and a._row < b._row {sides}"
        ).fetchnumpy()
    return np.asarray(found["pair"], np.int64)


_SPLIT = """
create table usable as
with sized as (select *, count(*) over (partition by block) as size from keyed),
     small as (select block, _row, _side from sized where size between 2 and {cap}),
     finer as (
        select hash(s.block, extra.value) as block, s._row, s._side
        from sized s join ({extra}) extra on s._row = extra._row
        where s.size > {cap}),
     finer_sized as (select *, count(*) over (partition by block) as size from finer)
select * from small
union
select block, _row, _side from finer_sized where size between 2 and {cap}
"""


def _splitter(columns: set[str]) -> str:
    """Further values that split a block that is too large."""
    wanted = [
        ("given", "left(given, 3)"),
        ("postcode", "left(postcode, 4)"),
        ("date", "date"),
        ("street", "left(street, 8)"),
        ("surname", "left(surname, 4)"),
        ("company", "left(company, 8)"),
        ("title", "left(title, 10)"),
        ("city", "city"),
    ]
    parts = [
        f"select _row, hash('{name}', {value}) as value from records where {name} is not null"  # noqa: S608
        for name, value in wanted
        if name in columns
    ]
    return " union all ".join(parts) if parts else "select _row, 0 as value from records where false"


def _key_columns(data: Comparable) -> dict[str, tuple[str, ...]]:
    """One column for each role that keys are made of; repeated roles get a number (``code0``, ``code1``)."""
    names = {
        Role.GIVEN: "given", Role.SURNAME: "surname", Role.FULL_NAME: "fullname", Role.COMPANY: "company",
        Role.TITLE: "title", Role.EMAIL: "email", Role.PHONE: "phone", Role.DATE: "date", Role.CODE: "code",
        Role.STREET: "street", Role.CITY: "city", Role.POSTCODE: "postcode", Role.BRAND: "brand",
        Role.CATEGORY: "category",
    }  # fmt: skip
    columns: dict[str, tuple[str, ...]] = {}
    for role, name in names.items():
        for number, item in enumerate(data.of(role)):
            columns[name if number == 0 else f"{name}{number}"] = item.values
    return columns


#: Keys as SQL over the columns of `_key_columns`; one that needs an absent column is left out.
_KEYS = """
email | phone | company, city | company, postcode | title
least(given, surname), greatest(given, surname)
surname, date | given, date | surname, postcode | given, postcode | date, postcode | date, city
left(given, 1), surname, left(postcode, 4) | left(given, 3), left(surname, 4), city
left(surname, 4), left(date, 4), left(given, 1) | left(given, 3), left(date, 6) | left(surname, 3), date
left(given, 3), left(surname, 3) | surname, city | given, city, left(surname, 1)
right(date, 4), surname | right(date, 4), given, left(surname, 1) | left(surname, 4), city, left(street, 4)
street, postcode | street, surname | left(street, 8), left(postcode, 4), left(surname, 2) | street, city
left(street, 8), given | street, given | left(surname, 3), postcode | left(given, 3), postcode
split_part(email, '@', 1) | left(email, 9), left(surname, 3) | left(email, 7)
left(phone, 7), left(surname, 2) | right(phone, 7), left(surname, 2) | left(phone, 7), left(company, 4)
company, surname | company, left(given, 2) | left(company, 9), left(surname, 3) | left(company, 8), postcode
left(company, 8), left(street, 6) | left(company, 8), city | company | left(company, 12), phone
fullname | fullname, date | left(fullname, 8), date | left(fullname, 8), postcode | left(fullname, 6), city
fullname, postcode | right(fullname, 6), date | right(fullname, 6), left(fullname, 3), left(postcode, 3)
right(fullname, 6), postcode | left(fullname, 6), left(date, 4), city
street | left(street, 10), postcode | left(street, 7), left(company, 4) | left(street, 10), city
left(title, 12) | brand, left(title, 6) | left(postcode, 3), date | surname, left(postcode, 2), left(given, 1)
surname, category, left(date, 4) | left(given, 3), category, left(date, 4), left(city, 2)
surname, left(date, 4), left(city, 3)
"""


def _keys(columns: set[str]) -> Iterator[list[str]]:
    """The keys that these columns allow, each as a list of SQL expressions."""
    for number in range(1, 10):
        yield from (
            [f"{name}{number}"] for name in ("code", "email", "phone") if f"{name}{number}" in columns
        )
    if "code" in columns:
        yield ["code"]
    for written in _KEYS.replace("\n", "|").split("|"):
        parts = _parts(written)
        if parts and all(_column(part) <= columns for part in parts):
            yield parts


def _parts(written: str) -> list[str]:
    """Split at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for i, char in enumerate(written):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(written[start:i].strip())
            start = i + 1
    parts.append(written[start:].strip())
    return [part for part in parts if part]


def _column(part: str) -> set[str]:
    """The columns that an expression such as ``left(given, 3)`` or ``least(given, surname)`` reads."""
    if "(" not in part:
        return {part}
    inner = part[part.index("(") + 1 : -1].split(",")
    return {word.strip() for word in inner if word.strip().isidentifier()}
