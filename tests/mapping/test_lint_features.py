"""Linting lists in lists, groups, rule sets, limits and split records; the mapping tried on samples."""

import time

import pytest
from crosswalk_engine.mapping.document import RuleSet, load_mapping
from crosswalk_engine.mapping.lint import inspect_mapping, lint_mapping, lint_rule_set
from crosswalk_engine.mapping.lint_samples import Samples
from crosswalk_engine.payload.documents import load_document
from crosswalk_engine.payload.shape import infer_shape

HEAD = """\
format: crosswalk/mapping@1
name: m
source: {system: a, entity: order}
target: {system: b, entity: order}
"""
RECORDS = [
    {
        "id": number,
        "country": "GB" if number else "XX",
        "street": "1 High Street" + " and more" * number,
        "buyer": {"id": 5, "group": 7},
        "rows": [
            {"id": 1, "sku": "A", "warehouse": "2", "serials": [{"no": "s1"}, {"no": "s2"}]},
            {"id": 1 + number % 2, "sku": "B", "warehouse": "9", "serials": []},
        ],
        "pick": {"town": "Leeds", "code": "LS1"},
    }
    for number in range(4)
]
SHAPE = infer_shape(RECORDS)
TABLES = {"countries": {"GB": "UK"}, "warehouses": {"2": "BRS"}}
ADDRESS = """\
format: crosswalk/rule-set@1
name: address
parameters: [at, extra]
rules:
  - {to: TOWN, formula: at.town, max_length: 30}
  - {to: CODE, formula: at.code}
"""


def rule_sets(text: str = ADDRESS) -> dict[str, RuleSet]:
    """The one rule set, by name."""
    document = load_document(text, RuleSet, where="rules/address.yaml")[0]
    return {document.name: document}


def lint(body: str, *, sets: str = ADDRESS, tried: bool = False) -> list[str]:
    """All findings of a mapping with that body."""
    samples = Samples(RECORDS, {}, TABLES) if tried else None
    report = inspect_mapping(
        load_mapping(HEAD + body, where="m.yaml"),
        shape=SHAPE,
        lookups=TABLES,
        rule_sets=rule_sets(sets),
        samples=samples,
    )
    return [finding.render() for finding in report.findings]


def test_what_is_sound_has_no_findings() -> None:
    """Lists in lists, a group, an object by key, a rule set, limits, constants and documents."""
    body = """\
with:
  buyer2: {entity: buyer, key: buyer.id}
  group: {entity: group, key: buyer2.groupId}
documents: {each: rows AS row, by: row.warehouse, as: part}
rules:
  - {to: a, value: 100, type: integer, min: 1}
  - {to: b, formula: country, one_of: [GB, XX], on_invalid: default, default: GB}
  - {to: c, formula: group.name, when: "country = 'GB'", empty: omit}
  - {use: address, to: address, given: {at: pick, extra: pick}}
  - to: lines[]
    each: part AS r
    rules:
      - {to: sku, formula: r.sku}
      - {to: "serials[]", each: r.serials AS s, rules: [{to: nr, formula: "CONCAT(r.sku, s.no)"}]}
  - to: stock
    value: see below
  - to: "stores[]"
    each: rows AS r
    group_by: r.warehouse
    rows_as: all
    keyed_by: r.warehouse
    rules: [{to: count, formula: COUNT(r.all)}]
checks:
  - {name: some, formula: COUNT(rows) > 0, when: country <> ''}
"""
    used = ADDRESS.replace("at.code", '"CONCAT(at.code, extra.code)"')
    assert lint(body, sets=used) == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (
            'rules: [{to: "l[]", each: rows AS r, rules: [{to: "s[]", each: r.serialz AS s, rules: []}]}]',
            "m.yaml:5: error CW-MAPPING-EACH l[].s[]: the source has no 'r.serialz' (did you mean",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, rules: [{to: x, formula: r.skuu}]}]',
            "l[].x: unknown field 'r.skuu'",
        ),
        (
            'rules: [{to: "l[]", each: country AS r, rules: [{to: x, formula: r.sku}]}]',
            "'country' is not a list or an object keyed by id",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, rules: []}]',
            "error CW-LINT-EACH l[]: the `each` has no rules",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, rules: [{to: x, formula: id}]}]',
            "warning CW-LINT-ALIAS-UNUSED l[]: no formula reads 'r', so every element is the same",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, rules: [{to: "l[]", each: rows AS r, rules: []}]}]',
            "'r' is also the alias of a list around it",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, group_by: r.sku, rows_as: sku, rules: []}]',
            "'sku' is also a field of the element",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, group_by: "1", rows_as: a, rules: [{to: x, value: 1}]}]',
            "the formula is the same for every element",
        ),
        (
            "rules: [{to: a, formula: country, type: integer}]",
            "the formula gives TEXT, the rule wants INTEGER",
        ),
        (
            "rules: [{to: a, formula: id, pattern: email}]",
            "CW-LINT-LIMIT a: `pattern` says nothing of INTEGER",
        ),
        ("rules: [{to: a, formula: id = 1, max_length: 3}]", "`max_length` says nothing of BOOLEAN"),
        (
            "rules: [{to: a, formula: country, pattern: emial}]",
            "there is no pattern 'emial' (did you mean 'email'?)",
        ),
        (
            "rules: [{to: a, formula: country, min: 1}]",
            "a range holds numbers or dates, the formula gives TEXT",
        ),
        ("rules: [{to: a, formula: id, min: 9, max: 1}]", "min 9 is more than max 1"),
        (
            "rules: [{to: a, formula: country, min_length: 9, max_length: 1}]",
            "min_length 9 is more than max_length 1",
        ),
        ("rules: [{to: a, value: ABC, max_length: 2}]", "'ABC' breaks a limit of its own rule"),
        (
            "rules: [{to: a, formula: country, default: ABC, one_of: [A]}]",
            "'ABC' breaks a limit of its own rule",
        ),
        (
            "rules: [{to: a, formula: country, one_of: [LONG], max_length: 2}]",
            "warning CW-LINT-LIMIT a: 'LONG' of `one_of` is never there: `max_length` is 2",
        ),
        (
            "rules: [{to: a, formula: id, one_of: [true]}]",
            "'True' of `one_of` is never there: the formula gives INTEGER",
        ),
        ("rules: [{to: a, formula: country, on_too_long: cut}]", "`cut` has no `max_length` to cut to"),
        (
            "rules: [{to: a, formula: 'NULL', required: true}]",
            "the value is always null, and the rule is required",
        ),
        ("rules: [{to: a, formula: id, when: country}]", "CW-LINT-BOOLEAN a when: the formula gives TEXT"),
        (
            "rules: [{to: a, formula: id}, {to: 'a[]', each: rows AS r, rules: []}]",
            "a[] lies in a, which has a value",
        ),
        (
            "rules: [{to: a.b, formula: id}, {to: 'a[]', each: rows AS r, rules: []}]",
            "a.b lies in a[], which is a list",
        ),
        (
            'rules: [{to: "l[]", each: rows AS r, rules: [{to: x, formula: r.id}, {to: x, formula: r.sku}]}]',
            "CW-LINT-TARGET-TWICE l[].x has a rule at m.yaml:5 already",
        ),
        (
            "documents: {each: rowz AS row, as: part}\nrules: [{to: a, formula: id}]",
            "'rowz'",
        ),
        (
            "source: {system: a, entity: order, group: {by: [nr], as: lines}}\nrules: [{to: a, formula: id}]",
            "error CW-LINT-GROUP group: the source has no field 'nr'",
        ),
        (
            "target: {system: b, entity: order, xml: {root: 'a b'}}\nrules: [{to: a, formula: id}]",
            "error CW-XML-NAME",
        ),
    ],
)
def test_faults_of_each_feature(body: str, finding: str) -> None:
    """Each is named, with its place."""
    head = HEAD
    for key in ("source", "target"):
        if body.startswith(f"{key}:"):
            head = "".join(line for line in HEAD.splitlines(True) if not line.startswith(f"{key}:"))
    doc = load_mapping(head + body + "\n", where="m.yaml")
    found = [finding.render() for finding in lint_mapping(doc, shape=SHAPE, lookups=TABLES)]
    assert finding in "\n".join(found)


@pytest.mark.parametrize(
    ("use", "sets", "finding"),
    [
        (
            "{use: adress, given: {}}",
            ADDRESS,
            "m.yaml:6: error CW-MAPPING-USE there is no rule set 'adress'",
        ),
        ("{use: address}", ADDRESS, "the parameter 'at' of the rule set 'address' is not given"),
        ("{use: address, given: {at: pick, extra: pick, on: pick}}", ADDRESS, "has no parameter 'on'"),
        (
            "{use: address, given: {at: pik, extra: pick}}",
            ADDRESS,
            "given at: unknown field 'pik' (did you mean 'pick'?)",
        ),
        (
            "{use: address, given: {at: pick, extra: pick}}",
            ADDRESS.replace("at.town", "at.twon"),
            "rules/address.yaml:5: error CW-FORMULA-FIELD TOWN: unknown field",
        ),
        (
            "{use: address, given: {at: pick, extra: pick}}",
            ADDRESS,
            "rules/address.yaml:3: warning CW-LINT-PARAMETER-UNUSED no rule reads the parameter 'extra'",
        ),
        (
            "{use: address, given: {at: pick, extra: pick}}\n  - {to: TOWN, formula: country}",
            ADDRESS,
            "m.yaml:7: error CW-LINT-TARGET-TWICE TOWN has a rule at rules/address.yaml:5 already",
        ),
        (
            "{use: address, given: {at: pick, extra: pick}}",
            ADDRESS.replace("at.code", "\"COALESCE('x', at.code)\""),
            "rules/address.yaml:6: warning CW-LINT-UNREACHABLE CODE: this alternative",
        ),
    ],
)
def test_faults_of_rule_sets(use: str, sets: str, finding: str) -> None:
    """In the mapping or in the rule set, wherever the person wrote it; once, however often it is used."""
    found = lint(f"rules:\n  - {use}\n", sets=sets)
    assert finding in "\n".join(found)
    twice = lint(f"rules:\n  - {use}\n".replace("{use:", "{to: q, use:", 1), sets=sets)
    assert len(twice) == len(set(twice))


def test_a_rule_set_that_nobody_uses_is_checked_by_itself() -> None:
    """Its formulas must parse; fields are not known."""
    broken = ADDRESS.replace("at.town", "UPER(at.town)")
    (found,) = (
        finding for finding in lint_rule_set(rule_sets(broken)["address"]) if finding.level == "error"
    )
    assert found.render() == (
        "rules/address.yaml:5: error CW-FORMULA-FUNCTION TOWN: unknown function 'UPER' at 1-4 "
        "(did you mean 'UPPER'?)"
    )


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (
            "rules: [{to: a, formula: \"LOOKUP('countries', country)\"}]",
            (
                "m.yaml:5: warning CW-LINT-LOOKUP a: the table 'countries' lacks what 1 of 4 samples ask: "
                "'XX' (add it to lookups/countries.csv, or give LOOKUP a third argument)"
            ),
        ),
        (
            (
                "rules: [{to: 'l[]', each: rows AS r, rules: "
                "[{to: w, formula: \"LOOKUP('warehouses', r.warehouse)\"}]}]"
            ),
            "l[].w: the table 'warehouses' lacks what 4 of 4 samples ask: '9'",
        ),
        (
            "rules: [{to: a, formula: TRIM(street), max_length: 15}]",
            (
                "a: the value has up to 40 characters in 3 of 4 samples, the target takes 15 "
                "(they are rejected; `on_too_long: cut` would keep them)"
            ),
        ),
        (
            "rules: [{to: a, formula: street, max_length: 15, on_too_long: cut}]",
            "in 3 of 4 samples, the target takes 15 (they are cut, and lose their end)",
        ),
        (
            "rules: [{to: 'l[]', each: rows AS r, keyed_by: r.id, rules: [{to: x, formula: r.sku}]}]",
            "CW-LINT-KEY l[] keyed_by: 2 of the samples have the same key twice: '1'",
        ),
        (
            "rules: [{to: a, formula: id, when: country = 'FR'}]",
            "warning CW-LINT-NEVER a when: no sample makes it true (4 were tried)",
        ),
        (
            "rules: [{to: 'l[]', each: rows AS r, where: r.sku = 'C', rules: [{to: x, formula: r.sku}]}]",
            "warning CW-LINT-NEVER l[] where: no sample makes it true",
        ),
    ],
)
def test_the_mapping_is_tried_on_the_samples(body: str, finding: str) -> None:
    """What the samples show: how many of them, and which values."""
    (found,) = lint(body + "\n", tried=True)
    assert finding in found


@pytest.mark.parametrize(
    "body",
    [
        "rules: [{to: a, formula: \"LOOKUP('countries', country, 'XX')\"}]",
        "rules: [{to: a, formula: \"LOOKUP('countries', country)\", on_invalid: default, default: ZZ}]",
        "rules: [{to: a, formula: \"CASE WHEN country = 'GB' THEN LOOKUP('countries', country) END\"}]",
        "rules: [{to: a, formula: street, max_length: 40}]",
        "rules: [{to: a, formula: id, when: country = 'XX'}]",
        "rules: [{to: 'l[]', each: rows AS r, keyed_by: r.sku, rules: [{to: x, formula: r.id}]}]",
    ],
)
def test_what_the_samples_bear_out_is_left_alone(body: str) -> None:
    """A default, a policy, a branch that keeps the key away."""
    assert lint(body + "\n", tried=True) == []


def test_personal_values_are_not_shown() -> None:
    """Of a street that is no key of the table only the length is told."""
    (found,) = lint("rules: [{to: a, formula: \"LOOKUP('countries', street)\"}]\n", tried=True)
    assert "High Street" not in found and "characters)" in found


def test_linting_takes_time_in_proportion() -> None:
    """Four times the rules take about four times as long, not sixteen times."""

    def seconds(count: int) -> float:
        rules = "".join(f"  - {{to: F{number}, formula: id}}\n" for number in range(count))
        doc = load_mapping(f"{HEAD}rules:\n{rules}", where="m")
        start = time.process_time()
        assert lint_mapping(doc) == ()
        return time.process_time() - start

    seconds(10)
    assert seconds(4_000) < 9 * seconds(1_000)
