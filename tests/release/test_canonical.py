"""Canonical JSON and hashes: one value, one byte sequence."""

import json
from decimal import Decimal
from typing import Any

import pytest
from crosswalk_engine.errors import FatalError
from crosswalk_engine.release.canonical import canonical_json, sha256
from crosswalk_engine.release.manifest import engine_fits
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)


@given(VALUES)
def test_canonical_bytes_are_stable(value: Any) -> None:
    """Reading and writing again gives the same bytes, whatever order the keys came in."""
    raw = canonical_json(value)
    assert json.loads(raw) == value and canonical_json(json.loads(raw)) == raw


def test_form() -> None:
    """Sorted keys, no spaces, UTF-8 as it is, decimals as text with their scale."""
    value = {"b": Decimal("2.50"), "a": ["é", True, None]}
    assert canonical_json(value) == '{"a":["é",true,null],"b":"2.50"}'.encode()
    assert canonical_json(Decimal("1E+3")) == b'"1000"'
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: "a"}, {"a": {"b": [object()]}}])
def test_what_has_no_form_is_refused(value: Any) -> None:
    """Floats above all: 0.1 has many spellings."""
    with pytest.raises(FatalError, match="CW-CANONICAL"):
        canonical_json(value)


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        (">=0.1,<0.2", "0.1.0", True),
        (">=0.1,<0.2", "0.1.7", True),
        (">=0.1,<0.2", "0.2.0", False),
        (">=0.2", "0.1.9", False),
        ("==0.1", "0.1.0", True),
        (">=0.1, <=0.1.5", "0.1.6", False),
        ("", "0.1.0", None),
        ("~=0.1", "0.1.0", None),
    ],
)
def test_engine_ranges(wanted: str, version: str, fits: bool | None) -> None:
    """Bounds are compared number by number; what cannot be read fits nothing."""
    assert engine_fits(wanted, version) is fits
