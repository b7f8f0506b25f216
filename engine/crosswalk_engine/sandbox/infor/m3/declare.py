"""How a program and its transactions are declared: data that checks requests and answers MRS001MI alike.

Fields are written as the API's own catalogue prints them: ``CUNO*(10) ORTP(3)``, a star marking a required
one and the number its greatest length.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosswalk_engine.sandbox.infor.m3.fields import Kind, kind_of

if TYPE_CHECKING:
    from crosswalk_engine.sandbox.infor.m3.company import Company

Record = Mapping[str, str]
#: Runs one checked call against the company; the records it yields are the answer.
Handler = Callable[["Company", Record], Iterable[Record]]

_FIELD = re.compile(r"([A-Z0-9]{3,6})(\*?)\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Field:
    """One input or output field of one transaction; `length` counts characters, sign and point included."""

    name: str
    length: int
    required: bool
    kind: Kind
    decimals: int
    text: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction: its fields and the function that runs it. `writes` if it changes something."""

    name: str
    text: str
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]
    run: Handler
    writes: bool


@dataclass(frozen=True, slots=True)
class Program:
    """An M3 program (``OIS100MI``) and its transactions by name."""

    name: str
    text: str
    transactions: Mapping[str, Transaction]


def fields(notation: str) -> dict[str, Field]:
    """Fields in the catalogue's notation, in order.

    Raises:
        ValueError: a word that is not ``NAME(length)`` or ``NAME*(length)``.
    """
    found: dict[str, Field] = {}
    for word in notation.split():
        match = _FIELD.fullmatch(word)
        if not match:
            raise ValueError(f"not a field: {word!r}")
        name, star, length = match.groups()
        about = kind_of(name)
        found[name] = Field(name, int(length), bool(star), about.kind, about.decimals, about.text)
    return found


def transaction(
    name: str, text: str, run: Handler, *, inputs: str = "", outputs: str = "", writes: bool = False
) -> Transaction:
    """Declare one transaction; `inputs` and `outputs` in the catalogue's notation."""
    return Transaction(name, text, fields(inputs), fields(outputs), run, writes)


def program(name: str, text: str, *transactions: Transaction) -> Program:
    """Declare a program."""
    return Program(name, text, {one.name: one for one in transactions})
