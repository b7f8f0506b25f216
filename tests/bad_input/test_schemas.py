"""B48: JSON Schemas that lead elsewhere, round in circles, or have no end."""

import json

import pytest

from tests.bad_input.desk import Case, Check

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str, **parts: object) -> Case:
    """A schema of which fields are wanted."""
    text = json.dumps({"$schema": DRAFT, **parts})
    command = ("suggest", "s.schema.json", "t.ndjson", "--out", "out.json")
    return Case("B48", name, command, {"s.schema.json": text, "t.ndjson": '{"id": 1}\n'})


CASES = [
    schema("a file elsewhere", **{"$ref": "file:///etc/passwd"}),
    schema("an address", properties={"a": {"$ref": "http://127.0.0.1:9/x.json"}}),
    schema(
        "a circle", **{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}
    ),
    schema("a way to nowhere", **{"$ref": "#/$defs/none"}),
    schema("too many fields", properties={f"f{n}": {"type": "string"} for n in range(20_001)}),
    schema(
        "100,000 references",
        **{"$ref": "#/$defs/r0"},
        **{"$defs": {f"r{n}": {"$ref": f"#/$defs/r{n + 1}"} for n in range(100_000)}},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_schemas(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row; nothing is fetched."""
    check(case)
