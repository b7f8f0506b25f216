"""A copy of the sample project for every test that changes something."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk_studio.services.workspace import Workspace

SAMPLE = Path(__file__).parents[2] / "sample_data" / "projects" / "brightpearl-infor"
ORDERS = "brightpearl-order-to-m3-order"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh copy of the sample project, without what a studio left in the original."""
    place = tmp_path / "project"
    shutil.copytree(SAMPLE, place, ignore=shutil.ignore_patterns(".crosswalk"))
    return place


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    """The copy, opened."""
    opened = Workspace(folder)
    yield opened
    opened.close()
