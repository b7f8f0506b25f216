"""A mapping in words: every option of rules, lists, documents and related records."""

from pathlib import Path

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.mapping.explain import explain, only
from crosswalk_engine.mapping.translate import translate
from crosswalk_engine.mapping.tree import EachTree, MappingTree

EVERYTHING = Path(__file__).parent / "everything.yaml"


@pytest.fixture(scope="module")
def tree() -> MappingTree:
    """A mapping that uses every part of the document format."""
    return translate(load_mapping(EVERYTHING))


def test_the_head(tree: MappingTree) -> None:
    """Related records with their age, how a record is split, and the form of the output."""
    assert explain(tree).split("\n\n")[0].splitlines() == [
        "everything",
        "  shop order -> erp sales_order",
        "  with contact: the contact whose id is customer.id, at most 10m old",
        "  with group: the customer_group whose id is contact.groupId",
        "  with product: the product whose id is rows[].product",
        "  one document for all of rows (each called row) with equal row.wh",
        "    where row.product <> 1000",
        "    part holds the elements of the document",
        "  written as XML: ProcessSalesOrder in http://schema.infor.com/InforOAGIS/2",
    ]


@pytest.mark.parametrize(
    ("target", "lines"),
    [
        (
            "CUNO",
            [
                (
                    "CUNO  TEXT, required, must be text, at most 10 characters, cut if longer, "
                    "at least 1 character"
                ),
                "    = TRIM(customer.code)",
                "    only when status = 'open'",
                "    'X' when there is no value",
                "    reads customer.code, status",
                "    TRIM: Takes spaces (or the given characters) away at both ends.",
            ],
        ),
        (
            "MAIL",
            [
                (
                    "MAIL  ANY, an e-mail address: ASCII, no quotes; after @ a host with a dot, "
                    "of any script; up to 254 characters"
                ),
                "    = contact.email",
                "    without a value, what the source has: nothing, null or a blank",
                "    what cannot be computed or breaks a limit is left empty, with a warning",
                "    reads contact.email",
            ],
        ),
        ("CONO", ["CONO  INTEGER", "    = 100", "    reads nothing: the same for every record"]),
        (
            "DISC",
            [
                "DISC  ANY, not below 0, not above 100",
                "    = group.discount",
                "    0 when there is no value",
                "    what cannot be computed or breaks a limit is replaced by the default, with a warning",
                "    reads group.discount",
            ],
        ),
        (
            "lines[]",
            [
                "lines[]  one for each of part, called line",
                "    only when status <> 'closed'",
                "    where line.qty > 0",
                "    in the order of line.seq",
                "    those with equal line.sku make one: the first, with all of them in line.all",
                "    an object keyed by line.sku",
                "    at least one is required",
            ],
        ),
        (
            "lines[].serials[]",
            [
                (
                    "lines[].serials[]  one for each of rows in all, called one, "
                    "and of rows.serials, called serial"
                ),
                "    without an element, nothing is written",
            ],
        ),
        (
            "lines[].serials[].SERN",
            [
                "lines[].serials[].SERN  ANY",
                "    = serial.nr",
                "    without a value, nothing is written",
                "    reads rows[].serials[].nr",
            ],
        ),
    ],
)
def test_a_target(tree: MappingTree, target: str, lines: list[str]) -> None:
    """One target: what it must be, its formula, when it applies, what stands in, what it reads."""
    assert explain(tree, target).splitlines() == lines


def test_checks_say_when_they_apply(tree: MappingTree) -> None:
    """A check is told with its condition, and what both of them read."""
    assert explain(tree, "check: net adds up").splitlines()[:4] == [
        "check: net adds up",
        "    = SUM(TO_DECIMAL(rows.net, 2)) = TO_DECIMAL(total, 2)",
        "    only when status = 'open'",
        "    reads rows[].net, total, status",
    ]


def test_one_target_of_a_nested_list_alone(tree: MappingTree) -> None:
    """`only` keeps the lists that lead to the target, and nothing beside it."""
    kept = only(tree, "lines[].serials[].SERN")
    assert [rule.to for rule in kept.walk()] == ["lines[]", "serials[]", "SERN"]
    assert kept.checks == ()
    whole = only(tree, "lines[]").rules[0]
    assert isinstance(whole, EachTree) and len(whole.rules) == 3


def test_an_unknown_target_is_told_the_nearest(tree: MappingTree) -> None:
    """A slip of the fingers is an error with the right name."""
    with pytest.raises(ConfigError) as caught:
        explain(tree, "lines[].serial[].SERN")
    assert (caught.value.code, caught.value.fix) == (
        "CW-MAPPING-TARGET",
        "did you mean 'lines[].serials[].SERN'?",
    )


def test_source_paths_are_those_of_the_payload(tree: MappingTree) -> None:
    """What was made on the way (parts, groups) stands for what it was made from."""
    assert [path for path in tree.source_paths if path.startswith("rows")] == [
        "rows[].net",
        "rows[].qty",
        "rows[].seq",
        "rows[].sku",
        "rows[].serials[].nr",
        "rows[].product",
        "rows[].wh",
    ]
