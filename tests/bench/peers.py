"""The order mapping of `order-to-m3-wide.yaml` in two mapping languages, as far as they can say it.

Neither keeps decimals (their numbers are binary floats), knows zones by name, apportions with the remainder,
cuts at whole words, collects every error of a record, or masks it: a bad value ends the whole
document (JSONata) or slips through (jq). Each gets the order, its contact and the tables as one document;
what they cannot say is left out, which is in their favour.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jq
import msgspec
from jsonata import Jsonata

HERE = Path(__file__).parent
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

JSONATA = (HERE / "order-to-m3-wide.jsonata").read_text("utf-8")

JQ = (HERE / "order-to-m3-wide.jq").read_text("utf-8")


def by_jsonata(contacts: Mapping[str, Any], tables: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    """The mapping by jsonata-python, bytes to bytes."""
    expression = Jsonata(JSONATA)

    def run(raw: bytes) -> bytes:
        order = _decode(raw)
        order["contact"] = contacts.get(str(order["parties"]["customer"]["contactId"]))
        order["tables"] = tables
        return _encode(expression.evaluate(order))

    return run


def by_jq(contacts: Mapping[str, Any], tables: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    """The mapping by libjq, text to text; contacts and tables are arguments of the program."""
    program = jq.compile(JQ, args={"tables": tables, "contacts": contacts})

    def run(raw: bytes) -> bytes:
        output: str = program.input_text(raw.decode()).text()
        return output.encode()

    return run
