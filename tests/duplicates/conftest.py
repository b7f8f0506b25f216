"""Fixtures of the duplicate tests."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("people", Path(__file__).with_name("people.py"))
assert _SPEC and _SPEC.loader
_PEOPLE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_PEOPLE)


@pytest.fixture
def make_people():
    """The maker of a small world of people."""
    return _PEOPLE.make_people
