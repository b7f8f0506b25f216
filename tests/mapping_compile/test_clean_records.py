"""Clean records take the straight way; what is not clean is mapped again, with every problem."""

import json
from typing import Any

import pytest
from crosswalk_engine.mapping import compile as compiling
from crosswalk_engine.mapping.compile import CompiledMapping, compile_mapping
from crosswalk_engine.mapping.document import MappingDocument

DOCUMENT: dict[str, Any] = {
    "name": "small",
    "source": {"system": "s", "entity": "order"},
    "target": {"system": "t", "entity": "order"},
    "rules": [
        {"to": "id", "formula": "CONCAT('A', id)", "required": True, "max_length": 6},
        {"to": "note", "formula": "note", "empty": "keep"},
        {"to": "name", "formula": "TRIM(name)", "max_length": 5, "on_too_long": "cut"},
        {"to": "rate", "formula": "TO_DECIMAL(rate, 2)", "on_invalid": "default", "default": "1.00"},
        {
            "to": "lines[]",
            "each": "rows AS row",
            "order_by": "row.seq",
            "rules": [
                {"to": "net", "formula": "TO_DECIMAL(row.net, 2)"},
                {"to": "share", "formula": "row.seq"},
            ],
        },
    ],
    "checks": [{"name": "adds up", "formula": "SUM(TO_DECIMAL(rows.net, 2)) = TO_DECIMAL(total, 2)"}],
}
GOOD = {
    "id": 7,
    "name": "Ann",
    "total": "3.50",
    "rows": [{"seq": 2, "net": "1.00"}, {"seq": 1, "net": "2.50"}],
}
#: Per record: what is written for it, and the functions that it needs beside the first.
CASES: list[tuple[dict[str, Any], list[str]]] = [
    (GOOD, []),
    (GOOD | {"note": None, "name": "Annabel", "rate": "no number"}, []),
    (GOOD | {"note": "", "rows": {"5": GOOD["rows"][0], "9": GOOD["rows"][1]}}, []),  # type: ignore[index]
    (GOOD | {"total": "3.51"}, ["careful"]),
    (GOOD | {"id": "1234567"}, ["careful"]),
    (GOOD | {"rows": ""}, ["plain", "careful"]),
    (GOOD | {"rows": [{"seq": 1, "net": [1]}]}, ["careful"]),
]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that were generated, in order."""
    forms: list[str] = []
    generate = compiling.generate

    def noted(tree: Any, form: Any, lookups: Any) -> Any:
        forms.append(form)
        return generate(tree, form, lookups)

    monkeypatch.setattr(compiling, "generate", noted)
    return forms


@pytest.mark.parametrize(("record", "further"), CASES)
def test_only_what_is_wrong_needs_more(
    written: list[str], record: dict[str, Any], further: list[str]
) -> None:
    """Cuts, replaced values, missing and null fields need one function; rejected records a second."""
    mapping = compile_mapping(MappingDocument.model_validate(DOCUMENT))
    result = mapping.apply_bytes(json.dumps(record).encode())
    assert written == ["typed", *further]
    assert result == mapping.apply(record)
    assert result.ok is (not further)


def test_what_clean_records_give() -> None:
    """Outputs and warnings of the straight way, to the letter."""
    mapping = compile_mapping(MappingDocument.model_validate(DOCUMENT))
    result = mapping.apply_bytes(json.dumps(CASES[1][0]).encode())
    assert result.output == {
        "id": "A7",
        "note": None,
        "name": "Annab",
        "rate": "1.00",
        "lines": [{"net": "2.50", "share": 1}, {"net": "1.00", "share": 2}],
    }
    assert [(warning.path, warning.code) for warning in result.warnings] == [
        ("name", "CW-CUT"),
        ("rate", "CW-REPLACED"),
    ]
    assert "note" not in (mapping.apply_bytes(json.dumps(GOOD).encode()).output or {})


def test_rejected_records_name_every_problem() -> None:
    """A record with three problems names all three, in the order of the rules."""
    mapping = compile_mapping(MappingDocument.model_validate(DOCUMENT))
    record = GOOD | {"id": "1234567", "total": "x", "rows": [{"seq": 1, "net": "1,5"}]}
    errors = mapping.apply_bytes(json.dumps(record).encode()).errors
    assert [(problem.path, problem.code) for problem in errors] == [
        ("id", "CW-TOO-LONG"),
        ("lines[0].net", "CW-BAD-DECIMAL"),
        ("check: adds up", "CW-BAD-DECIMAL"),
    ]


def test_prepare_writes_everything(written: list[str]) -> None:
    """A prepared mapping writes no further function, whatever comes."""
    mapping = compile_mapping(MappingDocument.model_validate(DOCUMENT))
    mapping.prepare()
    before = list(written)
    for record, _ in CASES:
        mapping.apply_bytes(json.dumps(record).encode())
    assert sorted(before) == ["careful", "plain", "typed"]
    assert written == before


def test_texts_of_a_document_reach_no_code() -> None:
    """Names, texts and keys that look like Python stand in the code as quoted constants only."""
    evil = "'); raise SystemExit('"
    document = DOCUMENT | {
        "rules": [
            {"to": "a", "formula": f"CONCAT('{evil.replace(chr(39), chr(39) * 2)}', \"x y'); z\")"},
            {"to": "b", "value": evil},
            {"to": "c", "formula": "id", "default": evil, "one_of": [evil, 7]},
        ],
        "checks": [],
    }
    mapping: CompiledMapping = compile_mapping(MappingDocument.model_validate(document))
    result = mapping.apply({"id": 7, "x y'); z": "!"})
    assert result.output == {"a": f"{evil}!", "b": evil, "c": 7}
