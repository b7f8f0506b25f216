"""Strict YAML: the part that everybody reads the same way."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from crosswalk_engine.errors import FindingsError
from crosswalk_engine.payload.yaml import dump_yaml, load_yaml
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=8
)
TRICKY = st.sampled_from(
    ["no", "012", "1:30", "1e3", "~", "null", "", "true", "0x1f", "2026-02-30", "a: b", "#", "- a"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.decimals(-1000, 1000, places=3) | TEXTS | TRICKY
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | TRICKY, inner, max_size=3)
)


def faults(raw: str | bytes) -> list[tuple[str, str]]:
    """``(where, code)`` of every finding."""
    with pytest.raises(FindingsError) as caught:
        load_yaml(raw, where="f.yaml")
    return [(finding.where, finding.code) for finding in caught.value]


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_we_write_we_read(data: dict[str, Any]) -> None:
    """Texts that look like something else come back as texts, decimals with their value."""
    assert load_yaml(dump_yaml(data), where="f").data == data


@given(st.text(alphabet="ab:- \n[]{}'\"#&*!|>%@,\t0123~", max_size=40) | st.text(max_size=30))
def test_any_text_gives_data_or_findings(text: str) -> None:
    """Nothing but our own error type leaves the loader, with a line in each finding."""
    try:
        load_yaml(text, where="f.yaml")
    except FindingsError as error:
        places = {finding.where.partition(":")[0] for finding in error}
    else:
        places = {"f.yaml"}
    assert places == {"f.yaml"}


@given(st.text(alphabet="abnoyestru0123456789.:-_+xXeE~ ", min_size=1, max_size=12))
def test_accepted_scalars_mean_the_same_to_the_common_reader(text: str) -> None:
    """A plain scalar that we take is the same text, number or boolean to YAML 1.1, dates left aside."""
    try:
        ours = load_yaml(f"- {text}\n", where="f").data
        theirs = yaml.safe_load(f"- {text}\n")
    except (FindingsError, ValueError):
        return
    if not isinstance(ours, list) or not isinstance(ours[0], str | int | Decimal):
        return
    other = theirs[0]
    if not hasattr(other, "year"):
        assert str(other) == str(ours[0]) or float(other) == float(ours[0])


@pytest.mark.parametrize(
    "scalar",
    ["no", "NO", "Yes", "on", "Off", "True", "FALSE", "Null", "012", "0o14", "0x1F", "1_000", "1e3", "1:30",
     "+1", ".5", ".inf", "-.Inf", ".NaN", "1."],
)  # fmt: skip
def test_surprising_scalars_must_be_quoted(scalar: str) -> None:
    """What other readers turn into another type is refused bare and a text in quotes."""
    assert faults(f"country: {scalar}\n") == [("f.yaml:1", "CW-YAML-AMBIGUOUS")]
    assert load_yaml(f'country: "{scalar}"\n', where="f").data == {"country": scalar}


def test_scalars_that_mean_one_thing() -> None:
    """Booleans, nulls, integers, decimals; dates and versions stay text, keys are always text."""
    text = "a: true\nb: null\nc: ~\nd:\ne: -12\nf: 0.50\ng: 2024-02-30\nh: 1.2.3\non: x\n1: y\n"
    assert load_yaml(text, where="f").data == {
        "a": True, "b": None, "c": None, "d": None, "e": -12, "f": Decimal("0.50"), "g": "2024-02-30",
        "h": "1.2.3", "on": "x", "1": "y",
    }  # fmt: skip


def test_all_findings_at_once_each_with_its_line() -> None:
    """Duplicate keys, anchors, aliases, tags, merge keys and odd scalars of one file stand in one list."""
    text = "a: no\nb: &x 1\nc: *x\nd: !!python/name:os.system z\na: 2\n<<: {e: 1}\n"
    assert sorted(faults(text)) == [
        ("f.yaml:1", "CW-YAML-AMBIGUOUS"),
        ("f.yaml:2", "CW-YAML-ANCHOR"),
        ("f.yaml:3", "CW-YAML-ANCHOR"),
        ("f.yaml:4", "CW-YAML-TAG"),
        ("f.yaml:5", "CW-YAML-DUPLICATE"),
        ("f.yaml:6", "CW-YAML-ANCHOR"),
    ]


@pytest.mark.parametrize(
    ("raw", "where", "code"),
    [
        ("a:\n\t- b\n", "f.yaml:2", "CW-YAML-TAB"),
        ("a: [1,\nb: 2\n", "f.yaml:3", "CW-YAML-SYNTAX"),
        ("---\na: 1\n---\nb: 2\n", "f.yaml:3", "CW-YAML-SECOND"),
        ("# only\n", "f.yaml:1", "CW-YAML-EMPTY"),
        ("", "f.yaml:1", "CW-YAML-EMPTY"),
        ("? [a]\n: 1\n", "f.yaml:1", "CW-YAML-KEY"),
        ("[" * 200 + "]" * 200, "f.yaml:1", "CW-YAML-DEPTH"),
        ("a: " + "x" * 2_100_000, "f.yaml:1", "CW-YAML-SIZE"),
        ("a: é".encode("latin-1"), "f.yaml:1", "CW-YAML-ENCODING"),
        (b"%PDF-1.4", "f.yaml:1", "CW-YAML-NOT-TEXT"),
        ("a: \0", "f.yaml:1", "CW-YAML-NUL"),
    ],
)
def test_unreadable_documents(raw: str | bytes, where: str, code: str) -> None:
    """One finding, at the line where it happens."""
    assert faults(raw) == [(where, code)]


def test_alias_bomb_costs_nothing() -> None:
    """Aliases are refused before they are expanded."""
    bomb = "a: &a [x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}]\n" for n in range(9))
    assert {code for _, code in faults(bomb)} == {"CW-YAML-ANCHOR"}


def test_lines_of_places() -> None:
    """A place that is not there stands where its nearest part above stands."""
    document = load_yaml("a:\n  - b: 1\n    c: 2\n  - d: 3\n", where="f.yaml")
    assert [document.line(place) for place in [("a", 0, "c"), ("a", 1), ("a", 1, "zz"), ("zz",)]] == [
        3,
        4,
        4,
        1,
    ]
    assert document.at(("a", 1, "d")) == "f.yaml:4"
