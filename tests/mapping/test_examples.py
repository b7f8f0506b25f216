"""Worked examples: what differs is said plainly."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import ConfigError, FindingsError, MissingFileError
from crosswalk_engine.mapping.examples import ExamplesDocument, run_examples
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.payload.codecs import ANY_XML
from crosswalk_engine.payload.documents import load_document
from crosswalk_engine.payload.xml_options import XmlOptions


class Echo:
    """A mapper that gives back the record, what it was given beside it, or the problems that it names."""

    def apply(
        self,
        record: dict[str, Any],
        *,
        related: Mapping[str, Mapping[str, dict[str, Any]]] = {},
        idmap: Callable[[str, str], str | None] | None = None,
        now: datetime | None = None,
    ) -> MapResult:
        if "problems" in record:
            return MapResult(None, tuple(Problem(*problem) for problem in record["problems"]))
        known = idmap("customer", "5") if idmap else None
        return MapResult({**record, "known": known, "now": now and now.isoformat(), "related": dict(related)})


def run(
    given: str,
    expect: str,
    root: Path = Path(),
    *,
    mapper: Any = None,
    oracle: Any = None,
    xml: XmlOptions = ANY_XML,
) -> list[str]:
    """The differences of one case."""
    text = (
        "format: crosswalk/mapping-test@1\nmapping: m\ncases:\n"
        f"  - name: one\n    given: {given}\n    expect: {expect}\n"
    )
    document, _ = load_document(text, ExamplesDocument, where="m_test.yaml")
    (result,) = run_examples(document, mapper or Echo(), root=root, oracle=oracle, xml=xml)
    assert (result.name, result.where, result.passed) == ("one", "m_test.yaml:4", not result.differences)
    return list(result.differences)


def test_a_part_of_the_output_is_enough() -> None:
    """Keys that are not named may hold anything, at any depth."""
    given = "{record: {a: 1, b: {c: x, d: y}, e: [{f: 1, g: 2}]}}"
    assert run(given, "{output: {a: 1, b: {c: x}, e: [{f: 1}]}}") == []


def test_related_records_id_map_and_time_reach_the_mapping() -> None:
    """They are given by name and id."""
    related = '{contact: {"5": {n: 1}}}'
    given = (
        f'{{record: {{}}, related: {related}, idmap: {{customer: {{"5": C5}}}}, now: 2026-01-02T03:04:05Z}}'
    )
    wanted = '{output: {known: C5, now: "2026-01-02T03:04:05+00:00", related: {contact: {"5": {n: 1}}}}}'
    assert run(given, wanted) == []


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ("{output: {a: 2}}", "a: expected 2, got 1"),
        ("{output: {z: 2}}", "z: expected 2, got nothing"),
        ('{output: {b: {c: "y"}}}', "b.c: expected 'y', got 'x'"),
        ("{output: {e: [{f: 1}, {f: 2}]}}", "e: expected 2 element(s), got 1"),
        ("{output: {e: [{f: 9}]}}", "e[0].f: expected 9, got 1"),
        ("{output: {p: 1.50}}", "p: expected 1.50, got '1.50'; write \"1.50\" in quotes"),
        ("{output: {a: true}}", "a: expected True, got 1"),
        ("{errors: [{path: X}]}", "errors: expected one with path 'X', got none"),
    ],
)
def test_differences_name_the_path(expect: str, difference: str) -> None:
    """What was expected and what came, never a whole document."""
    assert run('{record: {a: 1, b: {c: x}, e: [{f: 1}], p: "1.50"}}', expect) == [difference]


def test_errors_must_be_all_of_them() -> None:
    """Every expected problem matches one, and none is left over."""
    given = "{record: {problems: [[X, CW-A, v, wrong], [Y, CW-B, w, bad]]}}"
    assert run(given, "{errors: [{path: Y, code: CW-B}, {path: X, value: v}]}") == []
    assert run(given, "{errors: [{path: X}]}") == ["errors: not expected: Y: CW-B bad"]
    assert run(given, "{output: {}}") == [
        "expected an output, got errors:", "  X: CW-A wrong", "  Y: CW-B bad",
    ]  # fmt: skip


def test_record_may_stand_in_a_file(tmp_path: Path) -> None:
    """One record, inside the project."""
    (tmp_path / "one.json").write_text('{"a": 1.50}')
    (tmp_path / "two.ndjson").write_text("{}\n{}\n")
    assert run("{record: one.json}", "{output: {a: 1.5}}", tmp_path) == []
    with pytest.raises(ConfigError, match="CW-EXAMPLE-RECORD"):
        run("{record: two.ndjson}", "{output: {}}", tmp_path)
    for outside in ("none.json", "../outside.json"):
        with pytest.raises(MissingFileError):
            run(f"{{record: {outside}}}", "{output: {}}", tmp_path)


@pytest.mark.parametrize("expect", ["{}", "{output: {}, errors: []}"])
def test_an_example_expects_one_thing(expect: str) -> None:
    """Neither nothing nor both."""
    with pytest.raises(FindingsError, match="one of an output, outputs or errors"):
        run("{record: {}}", expect)


class Split(Echo):
    """A mapper that gives each of the record's `parts` as an output."""

    def apply(self, record: dict[str, Any], **_: Any) -> MapResult:
        first, *others = record["parts"]
        return MapResult(first, (), (), tuple(others))


def test_split_records_have_several_outputs() -> None:
    """All of them, in order; one is not taken for all."""
    given = "{record: {parts: [{a: 1}, {a: 2, b: 3}]}}"
    assert run(given, "{outputs: [{a: 1}, {a: 2}]}", mapper=Split()) == []
    assert run(given, "{outputs: [{a: 1}, {a: 9}]}", mapper=Split()) == ["documents[1].a: expected 9, got 2"]
    assert run(given, "{outputs: [{a: 1}]}", mapper=Split()) == ["expected 1 outputs, got 2"]
    assert run(given, "{output: {a: 1}}", mapper=Split()) == ["expected one output, got 2; write `outputs:`"]
    absent = "{outputs: [{a: 1}, {a: 2}], absent: [b, c]}"
    assert run(given, absent, mapper=Split()) == ["b: expected nothing, got 3"]


def test_absent_keys_must_not_be_there() -> None:
    """Null is something; in lists, no element may have the key."""
    given = "{record: {a: null, b: {c: x}, e: [{f: 1}, {g: 2}]}}"
    assert run(given, "{output: {}, absent: [z, b.d, 'e[].h']}") == []
    assert run(given, "{output: {}, absent: [a, b.c, 'e[].g']}") == [
        "a: expected nothing, got None",
        "b.c: expected nothing, got 'x'",
        "e[].g: expected nothing, got 2",
    ]
    for wrong in ("{errors: [], absent: [a]}", "{output: {}, absent: ['a..b']}"):
        with pytest.raises(FindingsError, match="`absent`"):
            run(given, wrong)


def test_a_record_may_be_xml(tmp_path: Path) -> None:
    """As the mapping reads it: elements that it goes over are lists."""
    (tmp_path / "one.xml").write_text("<Order><id>1</id><Line><sku>A</sku></Line></Order>")
    options = XmlOptions(repeated=frozenset({("Line",)}))
    expect = "{output: {id: '1', Line: [{sku: A}]}}"
    assert run("{record: one.xml}", expect, tmp_path, xml=options) == []


def test_an_oracle_that_disagrees_fails_the_example() -> None:
    """The compiled mapping is held to the executable specification."""

    class Liar(Echo):
        def apply(self, record: dict[str, Any], **more: Any) -> MapResult:
            return super().apply({**record, "a": 2}, **more)

    said = run("{record: {a: 1}}", "{output: {a: 1}}", oracle=Liar())
    assert said == ["the compiled mapping and the oracle do not agree: please report this"]
    assert run("{record: {a: 1}}", "{output: {a: 1}}", oracle=Echo()) == []
