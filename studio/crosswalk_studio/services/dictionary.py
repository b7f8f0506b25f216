"""What a system's field codes mean: `CUNO` is never shown alone, but as `CUNO · customer number`.

One CSV file a connector in `crosswalk_studio/dictionaries`; lengths and required marks are those of the
transactions that the connector calls.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Need = Literal["required", "optional", "result"]
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a system.

    Attributes:
        path: e.g. ``lines[].ITNO``.
        label: its meaning in two or three words.
        kind: ``text``, ``number``, ``date``, ``group`` or ``list``.
        length: most characters; `None` where that has no sense.
        decimals: most decimals of a number.
        need: ``required``; ``result`` is given by the system itself and never sent.
        help: one more sentence; often empty.
    """

    path: str
    label: str
    kind: str = "text"
    length: int | None = None
    decimals: int | None = None
    need: Need = "optional"
    help: str = ""

    @property
    def form(self) -> str:
        """``text 10``, ``number 18.6``, ``date``."""
        if self.length is None or self.kind == "date":
            return self.kind
        places = f".{self.decimals}" if self.decimals else ""
        return f"{self.kind} {self.length}{places}"


@cache
def dictionary(system: str) -> Mapping[str, Mapping[str, FieldInfo]]:
    """entity -> path -> field, of a system or connector; empty when there is no dictionary of it."""
    source = files("crosswalk_studio") / "dictionaries" / f"{system}.csv"
    entities: dict[str, dict[str, FieldInfo]] = {}
    if re.fullmatch(r"[A-Za-z0-9_-]+", system) and source.is_file():
        for row in csv.DictReader(source.read_text("utf-8").splitlines()):
            entities.setdefault(row["entity"], {})[row["path"]] = _field(row)
    return entities


def _field(row: Mapping[str, str]) -> FieldInfo:
    needs: dict[str, Need] = {"yes": "required", "result": "result"}
    return FieldInfo(
        row["path"],
        row["label"],
        row["kind"],
        int(row["length"]) if row["length"] else None,
        int(row["decimals"]) if row["decimals"] else None,
        needs.get(row["required"], "optional"),
        row["help"],
    )


def describe(system: str, entity: str, path: str) -> str:
    """``CUNO · customer number``; the path alone when nothing is known about it."""
    info = dictionary(system).get(entity, {}).get(_INDEX.sub("[]", path))
    return f"{path} · {info.label}" if info else path
