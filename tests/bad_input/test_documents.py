"""B27 to B31: projects, mappings and releases that are not sound."""

import io
import json
import zipfile

import pytest

from tests.bad_input.desk import MAPPING, Case, Check

HEAD = MAPPING[: MAPPING.index("rules:")]
FLOW = """format: crosswalk/flow@1
name: orders
source: {connection: a, entity: b}
target: {connection: a, entity: b}
trigger: {schedule: 1h}
steps:
- maping: m
"""
PROJECT = "format: crosswalk/project@1\nname: p\nsystems: {a: {connector: files, entities: {b: {}}}}\n"


def mapping(name: str, row: str, body: str, head: str = HEAD) -> Case:
    """A mapping that is linted by itself."""
    return Case(row, name, ("lint", "m.yaml"), {"m.yaml": head + body})


def rules(name: str, row: str, *lines: str) -> Case:
    """A mapping with such rules."""
    return mapping(name, row, "rules:\n" + "".join(f"- {line}\n" for line in lines))


def release(row: str, name: str, **files: object) -> Case:
    """A release made by hand."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for path, stored in files.items():
            archive.writestr(path.replace("__", "/") + ".json", json.dumps(stored))
    return Case(row, name, ("release", "verify", "r.zip"), {"r.zip": raw.getvalue()})


MANIFEST = {
    "format": "crosswalk/release@1",
    "name": "r",
    "version": "0" * 64,
    "engine": ">=0.1,<0.2",
    "author": "ana",
    "approver": "ben",
    "built_at": "2026-11-24T00:00:00Z",
    "files": {},
    "digest": "0" * 64,
}
CASES = [
    rules("a slip in a key", "B27", "{to: a, formula: id, requird: true}", "{to: b, formla: id}"),
    Case("B27", "a slip in a step", ("lint", "f.yaml"), {"f.yaml": FLOW}),
    Case(
        "B27", "a slip in the kind", ("lint", "m.yaml"), {"m.yaml": MAPPING.replace("/mapping@", "/maping@")}
    ),
    release("B27", "a slip in a manifest", manifest={**MANIFEST, "fils": {}}),
    mapping("a key twice", "B28", "rules: []\nname: again\n"),
    mapping("a tab", "B28", "rules:\n\t- {to: a, formula: id}\n"),
    rules(
        "words and numbers that other readers take for something else",
        "B28",
        "{to: no, value: no}",
        "{to: b, value: 012}",
        "{to: c, value: 1:30}",
        "{to: d, value: 1e3}",
        "{to: e, value: 0x1f}",
        "{to: f, value: 1_000}",
    ),
    mapping("two documents", "B28", "rules: []\n---\nrules: []\n"),
    mapping("a tag", "B29", "rules: !!python/object/apply:os.system ['id']\n"),
    mapping("an alias", "B29", "rules: &r\n- {to: a, formula: id}\nchecks: *r\n"),
    Case(
        "B29",
        "aliases that grow",
        ("lint", "m.yaml"),
        {
            "m.yaml": "a0: &a0 [x, x]\n"
            + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
        },
    ),
    mapping("a list in itself", "B29", "rules: &r [*r]\n"),
    mapping("5,000 levels", "B29", "rules: " + "[" * 5_000 + "]" * 5_000 + "\n"),
    rules("a day that is none", "B29", "{to: a, value: 2024-02-30, type: date}"),
    mapping("a merge key", "B29", "rules:\n- {to: a, <<: {formula: id}}\n"),
    mapping("a later version", "B30", "rules: []\n", HEAD.replace("mapping@1", "mapping@7")),
    rules(
        "everything at once",
        "B30",
        "{to: a, formula: UPER(id)}",
        "{to: a, formula: id +}",
        "{to: a.b, formula: \"LOOKUP('x')\"}",
        "{to: 'l[]', each: rows, rules: []}",
        "{to: d, formula: id, type: date, max: later}",
    ),
    Case(
        "B30",
        "a project with a hole in it",
        ("lint", "p"),
        {
            "p/project.yaml": PROJECT.replace("{}", "{samples: samples/none.json}"),
            "p/mappings/m.yaml": MAPPING.replace("name: shop-to-erp", "name: other"),
            "p/lookups/t.csv": "source,target\na,1\na,2\n",
            "p/rules/address.yaml": "format: crosswalk/rule-set@1\nname: adress\nrules: []\n",
        },
    ),
    Case(
        "B30",
        "a rule set that uses itself",
        ("lint", "p"),
        {
            "p/project.yaml": PROJECT,
            "p/mappings/m.yaml": (
                "format: crosswalk/mapping@1\nname: m\nsource: {system: a, entity: b}\n"
                "target: {system: a, entity: b}\nrules:\n- {use: one}\n- {use: tow}\n"
            ),
            "p/rules/one.yaml": "format: crosswalk/rule-set@1\nname: one\nrules:\n- {use: two}\n",
            "p/rules/two.yaml": "format: crosswalk/rule-set@1\nname: two\nrules:\n- {use: one}\n",
        },
    ),
    mapping(
        "related records in a circle",
        "B30",
        "with:\n  a: {entity: a, key: b.id}\n  b: {entity: b, key: a.id}\n"
        "rules:\n- {to: x, formula: a.name}\n",
    ),
    release("B30", "a release of a later version", manifest={**MANIFEST, "format": "crosswalk/release@9"}),
    release("B30", "a release that was changed", manifest=MANIFEST, mappings__m={"format": "x"}),
    release("B30", "a release without a manifest", lookups__t={"format": "crosswalk/lookup@1"}),
    Case("B30", "nothing where a release should be", ("release", "verify", "none.zip")),
    rules(
        "secrets in a mapping",
        "B31",
        "{to: a, value: 'Bearer abcdefghijklmnop123456'}",
        "{to: b, formula: id, note: 'password=hunter2secret'}",
    ),
    Case(
        "B31",
        "secrets in a project",
        ("lint", "p"),
        {
            "p/project.yaml": PROJECT
            + "connections: {a: {token: abc, auth: {client_secret: xyz, ref: env:A}}}\n",
            "p/lookups/t.csv": "source,target\na,sk_live_abcdefghijklmnop\n",
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_documents(case: Case, check: Check) -> None:
    """What is said and left is the golden text of the catalogue's row."""
    check(case)
