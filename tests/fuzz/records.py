"""Sample orders as the ground for fuzzing, and what is done to them: values swapped, taken away, retyped."""

import copy
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.project.lookups import read_lookup

from tests.fuzz.values import BLANK, NASTY

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "sample_data/brightpearl"
decode = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode
NOW = datetime(2026, 3, 9, 10, 13, 58, tzinfo=UTC)
Place: TypeAlias = tuple[str | int, ...]
#: Collections of a record: path -> path of the one it lies in.
COLLECTIONS: Mapping[str, str] = {
    "orderRows": "",
    "invoices": "",
    "extra.tags": "",
    "orderRows.serials": "orderRows",
    "orderRows.serials.bins": "orderRows.serials",
}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{8}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@cache
def orders() -> tuple[bytes, ...]:
    """120 sample orders, with at most three rows, and with parts of kinds that orders do not have."""
    found = []
    for number, order in enumerate(read_records(FOLDER / "orders.ndjson").all_good()[:240:2]):
        rows = order.get("orderRows")
        if isinstance(rows, dict):
            order["orderRows"] = {key: _row(rows[key], at) for at, key in enumerate(list(rows)[:3])}
        order["extra"] = {
            "amount": Decimal(number) / 8,
            "rate": Decimal("1.164185"),
            "flag": number % 2 == 0,
            "day": f"2026-03-{number % 28 + 1:02d}",
            "m3day": f"202603{number % 28 + 1:02d}",
            "tags": ["A", "b", "", number, "c-d"][: number % 6],
            "deep": {"er": {"est": {"code": f"C-{number}", "n": number - 60}}},
            "select": "reserved",
            "größe (cm)": "10.5",
        }
        found.append(encode(order))
    return tuple(found)


def _row(row: dict[str, Any], at: int) -> dict[str, Any]:
    bins = {str(at + 2): {"q": "2.5", "w": "A"}, "10": {"q": "0.5", "w": "B"}, "9": {"q": 3, "w": "A"}}
    serials = [{"no": f"S-{at}", "qty": at + 1, "bins": bins}, {"no": "S-9", "qty": 2, "bins": {}}]
    return {**row, "serials": serials[: at % 3], "gift": at == 1, "weight": Decimal("0.125") * (at + 1)}


@cache
def lookups() -> Mapping[str, Any]:
    """The sample project's lookup tables, and the one that the functions' examples ask."""
    folder = ROOT / "sample_data/projects/brightpearl-infor/lookups"
    tables: dict[str, Any] = {path.stem: read_lookup(path) for path in sorted(folder.glob("*.csv"))}
    return tables


@cache
def related() -> Mapping[str, Mapping[str, Any]]:
    """Related records: those of the sample, some of them spoilt."""
    contacts = {str(one["contactId"]): one for one in read_records(FOLDER / "contacts.ndjson").all_good()}
    products = {str(one["id"]): one for one in read_records(FOLDER / "products.ndjson").all_good()}
    for at, (one, key) in enumerate(
        [(group, key) for group in (contacts, products) for key in list(group)[:60]]
    ):
        if at % 7 == 0:
            one[key] = NASTY[at % len(NASTY)]
        elif at % 11 == 0:
            del one[key]
    prices = read_records(FOLDER / "price_lists.json").all_good()
    lists = {str(one.get("id")): one for one in prices if isinstance(one, dict)}
    return {"contact": contacts, "product": products, "list": {**lists, "1": {"id": 1, "name": "Cost"}}}


def idmap(entity: str, key: str) -> str | None:
    """An id map that knows some keys."""
    return f"{entity}-{key}" if len(key) % 2 == 0 else None


def surroundings() -> dict[str, Any]:
    """What every way to run a formula is given besides the record and the lookup tables."""
    return {"related": related(), "idmap": idmap, "now": NOW}


def shared(value: Any, collection: str, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path below `collection`, value) of every leaf of an element of it, inner collections left out."""
    for key, inner in value.items():
        path = f"{prefix}.{_name(key)}" if prefix else _name(key)
        full = f"{collection}.{path}" if collection else path
        if isinstance(inner, dict) and full not in COLLECTIONS:
            yield from shared(inner, collection, path)
        elif not isinstance(inner, dict | list):
            yield path, inner


def _name(key: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) and key.lower() not in ("select", "from", "to")
    return key if plain else f'"{key}"'


@cache
def fields(collection: str = "") -> Mapping[str, Sequence[str]]:
    """Kind of value -> fields of the record, or of the elements of a collection (paths below them)."""
    found: dict[str, dict[str, None]] = {}
    for raw in orders()[:40]:
        for element in _elements(decode(raw), collection):
            for path, value in shared(element, collection) if isinstance(element, dict) else ():
                found.setdefault(_kind(value), {})[path] = None
    found.pop("", None)
    return {kind: tuple(paths) for kind, paths in sorted(found.items())}


def _elements(record: Any, collection: str) -> list[Any]:
    if not collection:
        return [record]
    outer = COLLECTIONS[collection]
    below = collection.removeprefix(f"{outer}.") if outer else collection
    found = []
    for element in _elements(record, outer):
        value = element
        for part in below.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        found += list(value.values()) if isinstance(value, dict) else value or []
    return found


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int):
        return "INTEGER"
    if isinstance(value, Decimal):
        return "DECIMAL"
    if value is None or value == "":
        return ""
    return "time" if _TIME.fullmatch(value) else "number" if _NUMBER.fullmatch(value) else "TEXT"


class Spoiler:
    """Draws records from one source of chance: sample orders, mostly with something wrong in them.

    `paths` are the source paths that the formulas read (``orderRows[].productId``): most changes fall there.
    `hints` are values that their functions know what to do with. `mild` leaves many records as they are, and
    makes one change in others.
    """

    def __init__(
        self, chance: random.Random, paths: Sequence[str], hints: Sequence[Any], *, mild: bool = False
    ) -> None:
        self.chance = chance
        self.mild = mild
        self.paths = [path.replace('"', "").split(".") for path in paths]
        self.hints = hints

    def draw(self) -> bytes:
        """One record, as JSON."""
        chance = self.chance
        raw = chance.choice(orders())
        if chance.random() < (0.4 if self.mild else 0.12):
            return raw
        record = decode(raw)
        if chance.random() < 0.01:
            return encode(chance.choice([{}, {"id": None}, {"orderRows": record.get("orderRows")}]))
        for _ in range(1 if self.mild else chance.choice([1, 1, 2, 2, 3, 4, 6])):
            self._change(record)
        return encode(record)

    def _change(self, record: dict[str, Any]) -> None:
        chance = self.chance
        place = self._place(record)
        inside: Any = record
        for key in place[:-1]:
            inside = inside[key]
        draw, last = chance.random(), place[-1]
        if draw < 0.1 and isinstance(inside, dict):
            inside.pop(last, None)
        elif draw < 0.16 and isinstance(inside, dict) and last in inside:
            inside[last] = self._turned(inside[last])
        elif isinstance(inside, dict) or (
            isinstance(inside, list) and isinstance(last, int) and last < len(inside)
        ):
            inside[last] = self._value(record)

    def _place(self, record: dict[str, Any]) -> Place:
        if self.paths and self.chance.random() < 0.8:
            return self._follow(record, self.chance.choice(self.paths))
        places = list(_places(record))
        return self.chance.choice(places)

    def _follow(self, record: Any, path: Sequence[str]) -> Place:
        """The place of a field that a formula reads, or at times of an object or list on the way to it."""
        chance, place, value = self.chance, [], record
        for at, part in enumerate(path):
            name = part.removesuffix("[]")
            if not isinstance(value, dict):
                break
            place.append(name)
            value = value.get(name)
            if at < len(path) - 1 and chance.random() < 0.08:
                break
            if part.endswith("[]") and isinstance(value, dict | list) and value:
                key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
                place.append(key)
                value = value[key]
        return tuple(place) or ("id",)

    def _value(self, record: Any) -> Any:
        chance = self.chance
        draw = chance.random()
        if draw < 0.3 and self.hints:
            return copy.deepcopy(chance.choice(self.hints))
        if draw < 0.45:
            return copy.deepcopy(chance.choice(BLANK))
        if draw < 0.47:
            return _deep(chance.randint(2, 60), chance.random() < 0.5)
        if draw < 0.471:
            return "x" * chance.choice([65_535, 65_536, 65_537, 70_000])
        if draw < 0.52:
            inside = record
            for key in chance.choice(list(_places(record))):
                inside = inside[key]
            return copy.deepcopy(inside)
        return copy.deepcopy(chance.choice(NASTY))

    def _turned(self, value: Any) -> Any:
        """The same in another form: an array as an object, an object as an array, a value as a list of it."""
        if isinstance(value, dict):
            names = ["7", "007", "10", "b", "", " 1", "a.b", "x" * 70]
            turned = list(value.values())
            return turned if self.chance.random() < 0.5 else dict(zip(names, turned, strict=False))
        if isinstance(value, list):
            return {str(at * 3 + 1): one for at, one in enumerate(value)}
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return Decimal(value)
        return str(value) if isinstance(value, int | Decimal) else [value]


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*place, key)
        if isinstance(inner, dict | list) and len(place) < 12:
            yield from _places(inner, (*place, key))


def _deep(levels: int, as_list: bool) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = [value] if as_list else {"a": value}
    return value
