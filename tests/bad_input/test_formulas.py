"""B32 to B37, B49, B50: formulas that are wrong, want too much, or meet odd values."""

import json

import pytest

from tests.bad_input.desk import Case, Check

ORDER = {"id": 1, "net": "12.30", "placed": "2026-03-09", "rows": [{"sku": "A", "net": "1.00"}]}


def formula(row: str, name: str, text: str, *records: object, accepted: bool = False) -> Case:
    """A case of `crosswalk eval`."""
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records or (ORDER,))
    return Case(row, name, ("eval", text, "--in", "x.ndjson"), {"x.ndjson": lines}, accepted=accepted)


def escape(text: str) -> Case:
    """A text that breaks out of other languages."""
    return formula("B33", text, text)


def heavy(name: str, text: str, *records: object) -> Case:
    """A formula that would take for ever, or all memory."""
    return formula("B34", name, text, *records)


def odd(name: str, text: str, *values: object, accepted: bool = False) -> Case:
    """A formula over odd values of the field `v`."""
    return formula("B36", name, text, *({"v": value} for value in values), accepted=accepted)


def day(name: str, text: str, *values: object, accepted: bool = False) -> Case:
    """A formula over texts that might be dates."""
    return formula("B49", name, text, *({"v": value} for value in values), accepted=accepted)


CASES = [
    formula("B32", "nothing", ""),
    formula("B32", "something is missing", "net +"),
    formula("B32", "a bracket that never closes", "UPPER(TRIM(net)"),
    formula("B32", "an unknown field", "nett"),
    formula("B32", "an unknown function", "UPPR(net)"),
    formula("B32", "too few arguments", "REPLACE(net)"),
    formula("B32", "the wrong kind", "net + 1"),
    formula("B32", "a repeated field", "rows.net"),
    formula("B32", "an object", "rows"),
    formula("B32", "single and double quotes", 'CONCAT("a", id)'),
    formula("B32", "a sign of another language", "id == 1 && net != 2"),
    formula("B32", "several at once", "UPPR(nett) + LOWR(ne)"),
    escape("__class__"),
    escape("id.__class__.__mro__"),
    escape("'{0.__globals__}'.format(id)"),
    escape("constructor.constructor('return process')()"),
    escape("__import__('os').system('id')"),
    escape("lambda x: x"),
    escape("[x for x in rows]"),
    escape("f'{id}'"),
    escape("${7*7}"),
    escape("{{7*7}}"),
    escape("id; DROP TABLE orders"),
    escape("(SELECT password FROM users)"),
    escape("EXEC('x')"),
    escape("PG_SLEEP(10)"),
    escape("id::regclass"),
    escape("@@version"),
    heavy("a power of a power", "9 ^ 9 ^ 9 ^ 9"),
    heavy("a product that grows", " * ".join(["9999999999999999999999999999999999"] * 3)),
    heavy("2,000,000,000 blanks", "LPAD(net, 2000000000)"),
    heavy("replacing that multiplies", "REPLACE(" * 6 + "REPEAT('a', 60000)" + ", 'a', 'aaaaaaaaaa')" * 6),
    heavy("5,000 brackets", "(" * 5_000 + "1" + ")" * 5_000),
    heavy("1 MB of text", "'" + "a" * 1_000_000 + "'"),
    heavy("600 parts", "||".join(["net"] * 600)),
    heavy("a shift of bits", "1 << 99999999"),
    heavy("an exponent of nine digits", "TO_INTEGER('1e100000000')"),
    formula("B35", "a pattern of one's own", "REGEXP_REPLACE(net, '(a+)+$', '')"),
    formula("B35", "the operator for it", "net ~ '(a+)+$'"),
    formula(
        "B35",
        "LIKE with many wild cards",
        "v LIKE '" + "%a" * 40 + "'",
        {"v": "a" * 30_000 + "b"},
        accepted=True,
    ),
    odd("a division by zero", "1 / v", 0),
    odd("null and blank", "CONCAT('[', UPPER(v), ']')", None, "", " ", accepted=True),
    odd(
        "a number with a thousands dot",
        "TO_DECIMAL(v)",
        "1.234,56",
        "1,234.56",
        "1 234",
        "1e5",
        "NaN",
        "١٢٣",
        "",
    ),
    odd("numbers that are too large", "v * v", 10**33),
    odd("minus nothing", "v * -1", 0, accepted=True),
    odd("halves", "ROUND(TO_DECIMAL(v), 2)", "0.005", "-0.005", "2.675", accepted=True),
    odd("a text where a number should be", "v + 1", 1, "one"),
    Case(
        "B37",
        "a formula that reads a target",
        ("lint", "m.yaml"),
        {
            "m.yaml": (
                "format: crosswalk/mapping@1\nname: m\nsource: {system: a, entity: b}\n"
                "target: {system: a, entity: b}\n"
                "with:\n  a: {entity: a, key: b.x}\n  b: {entity: b, key: c.x}\n  c: {entity: c, key: a.x}\n"
                "rules:\n- {to: x, formula: a.name}\n"
            )
        },
    ),
    day("days that are none", "TO_DATE(v)", "0000-00-00", "2026-02-31", "2026-13-01", "31.02.2026"),
    day("a year of two digits", "TO_DATE(v, 'dd.MM.yy')", "01.02.26"),
    day("American or not", "TO_DATE(v)", "03/04/2026"),
    day("American, said so", "TO_DATE(v, 'MM/dd/yyyy')", "03/04/2026", accepted=True),
    day("a time without a zone", "TO_DATETIME(v)", "2026-03-29T02:30:00"),
    day("seconds or milliseconds since 1970", "TO_DATETIME(v)", 1774749600, 1774749600000),
    day("a serial of a spreadsheet", "TO_DATE(v)", 46110),
    formula(
        "B50",
        "identifiers that look like numbers",
        "CONCAT(v)",
        {"v": "00123"},
        {"v": "1e5"},
        {"v": "+49"},
        {"v": "1,234"},
        {"v": "١٢٣"},
        accepted=True,
    ),
    formula(
        "B50",
        "and are none",
        "TO_INTEGER(v)",
        {"v": "00123"},
        {"v": "1e5"},
        {"v": "+49"},
        {"v": "1,234"},
        {"v": "١٢٣"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_formulas(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row."""
    check(case)
