"""What worked examples exercise: every way that a formula can take, and none that it cannot."""

from pathlib import Path

import pytest
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.examples import ExamplesDocument
from crosswalk_engine.payload.documents import load_document
from crosswalk_engine.project.examples import ExamplesResult, run_mapping_examples
from crosswalk_engine.project.lookups import LookupTable

MAPPING = """\
format: crosswalk/mapping@1
name: m
source: {system: a, entity: order}
target: {system: b, entity: order}
rules:
  - {to: kind, formula: "CASE WHEN net > 100 THEN 'big' WHEN net > 10 THEN 'mid' ELSE 'small' END"}
  - {to: town, formula: "COALESCE(town, city, 'none')"}
  - {to: free, formula: "net = 0 AND town IS NULL"}
  - {to: country, formula: "LOOKUP('countries', country, 'XX')"}
  - {to: note, formula: note, when: net < 1000, default: nothing}
  - {to: count, formula: "TO_INTEGER(count)", on_invalid: blank}
  - to: lines[]
    each: rows AS r
    where: r.net > 0
    rules: [{to: sku, formula: r.sku}]
checks:
  - {name: sums, formula: "SUM(rows.net) FILTER (WHERE rows.net > 0) < 1000"}
"""
FULL = [
    "{net: 2000, town: Leeds, country: GB, note: a, count: '1', rows: [{net: 5, sku: A}]}",
    "{net: 50, city: York, country: FR, note: '', count: one, rows: [{net: -5, sku: A}]}",
    "{net: 0, country: GB, note: x, count: '1', rows: [{net: 1, sku: A}]}",
    "{net: 0, town: a, country: GB, note: x, count: '1', rows: [{net: 2000, sku: A}]}",
]


def run(*records: str, mapping: str = MAPPING) -> ExamplesResult:
    """The result of examples with these records; what they expect does not matter here."""
    cases = "".join(
        f"  - {{name: n{number}, given: {{record: {record}}}, expect: {{errors: []}}}}\n"
        for number, record in enumerate(records)
    )
    text = f"format: crosswalk/mapping-test@1\nmapping: m\ncases:\n{cases}"
    examples = load_document(text, ExamplesDocument, where="m_test.yaml")[0]
    lookups = {"countries": LookupTable("countries", {"GB": "UK"})}
    return run_mapping_examples(examples, load_mapping(mapping, where="m.yaml"), lookups, root=Path())


def missing(*records: str) -> list[str]:
    """The ways that no example took."""
    covered = run(*records).coverage
    assert covered is not None
    return [way.render() for way in covered.missing]


def test_every_way_is_counted_once() -> None:
    """One value of each rule, and every branch: with the column of the part that decides."""
    assert missing(FULL[0]) == [
        "kind: WHEN net > 10, column 37",
        "kind: ELSE 'small', column 11",
        "town: COALESCE takes city, column 16",
        "town: COALESCE takes 'none', column 22",
        "free: AND is decided by town, not true, column 13",
        "free: no operand of AND decides it, column 1",
        "country: LOOKUP of 'countries' does not find its key, column 1",
        "note: the rule gives a value",
        "note: its default is taken",
        "count: a value that is not valid is replaced",
        "lines[] where: it is not true",
        "check 'sums': it does not hold",
        "check 'sums': FILTER rows.net > 0 is not true, column 29",
    ]


def test_examples_that_take_every_way_cover_all() -> None:
    """Four records; the figures count rules (checks and lists among them) and branches apart."""
    result = run(*FULL)
    covered = result.coverage
    assert covered is not None and [way.render() for way in covered.missing] == []
    assert (covered.rules, covered.branches, covered.percent) == ((9, 9), (19, 19), 100.0)
    assert covered.to_json()["missing"] == []


def test_a_way_is_taken_only_by_those_that_take_it() -> None:
    """Each record alone leaves out what only the others do."""
    whole = len(missing("{}"))
    for record in FULL:
        left = missing(record)
        assert 0 < len(left) < whole
    assert missing(*FULL[:3]) == ["free: AND is decided by town, not true, column 13"]


def test_compiled_and_oracle_agree_on_every_example() -> None:
    """The differences of a case would say so."""
    text = " ".join(difference for case in run(*FULL).cases for difference in case.differences)
    assert "do not agree" not in text


@pytest.mark.parametrize(
    ("rules", "records", "percent"),
    [
        ("[{to: a, formula: id}]", ["{id: 1}"], 100.0),
        ("[{to: a, formula: id}, {to: b, formula: name}]", ["{id: 1}"], 50.0),
        ("[]", ["{}"], 100.0),
    ],
)
def test_percent(rules: str, records: list[str], percent: float) -> None:
    """Rules and branches together."""
    head = MAPPING[: MAPPING.index("rules:")]
    covered = run(*records, mapping=f"{head}rules: {rules}\n").coverage
    assert covered is not None and covered.percent == percent


def test_a_mapping_that_does_not_compile_has_no_coverage() -> None:
    """Each example fails with the reason."""
    result = run("{}", mapping=MAPPING.replace("COALESCE(", "COALESC("))
    assert result.coverage is None and not result.passed
    assert "unknown function 'COALESC'" in result.cases[0].differences[0]
