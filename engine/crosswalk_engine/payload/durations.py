"""Spans of time as people write them: a number and a unit."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_DURATION = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)\s*(?P<unit>ms|s|m|h|d)")
_UNITS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}


def parse_duration(value: object) -> timedelta:
    """``500ms``, ``0.5s``, ``2s``, ``10m``, ``1h`` or ``3d`` as a span of time.

    Raises:
        ValueError: for anything else, plain numbers among it: a span needs its unit.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a span of time is a number and a unit: 500ms, 2s, 10m, 1h, 3d")
    seconds = Decimal(match["number"]) * _UNITS[match["unit"]]
    return timedelta(microseconds=int(seconds * 1_000_000))


def format_duration(span: timedelta) -> str:
    """The shortest text that `parse_duration` reads back as `span`."""
    micros = span // timedelta(microseconds=1)
    for unit in ("d", "h", "m", "s"):
        size = int(_UNITS[unit]) * 1_000_000
        if micros and micros % size == 0:
            return f"{micros // size}{unit}"
    text = f"{Decimal(micros) / 1_000_000:f}"
    return f"{text}s"


Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str)
]
