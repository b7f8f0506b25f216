"""A case of bad input: its row of the catalogue, what lies on the desk, and the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MAPPING = """format: crosswalk/mapping@1
name: shop-to-erp
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
rules:
- {to: number, formula: "CONCAT('S', id)", required: true, max_length: 12}
- {to: net, formula: "TO_DECIMAL(net, 2)"}
"""


@dataclass(frozen=True)
class Case:
    """One bad input: its row of the catalogue, a name, the command, and the files that it finds.

    `leaves`: files that the command writes all the same (good records beside rejected ones), shown in the
    golden text; `accepted`: the input is no fault (exit 0), and the golden text shows what becomes of it.
    """

    row: str
    name: str
    command: tuple[str, ...]
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    leaves: tuple[str, ...] = ()
    accepted: bool = False

    @property
    def id(self) -> str:
        """For pytest."""
        return f"{self.row}-{self.name.replace(' ', '-')}"


Check = Callable[[Case], None]


def mapped(row: str, name: str, file: str, content: bytes | str, *more: str, **options: object) -> Case:
    """A case of `crosswalk map` over one file."""
    command = ("map", "mapping.yaml", "--in", file, "--out", "out.ndjson", *more)
    return Case(row, name, command, {file: content}, **options)  # type: ignore[arg-type]


def rejected(row: str, name: str, file: str, content: bytes | str, *more: str) -> Case:
    """A case of `crosswalk map` in which records are rejected one by one, and the good ones are written."""
    return mapped(row, name, file, content, *more, leaves=("out.ndjson",))
