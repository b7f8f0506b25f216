"""A copy of the sample project to break, and a release built from it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crosswalk_engine.release.build import build_release
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SAMPLE = Path(__file__).parents[2] / "sample_data/projects/brightpearl-infor"
AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the sample project."""
    root = tmp_path / "project"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns(".crosswalk"))
    return root


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample project, to be copied: building it takes seconds."""
    folder = tmp_path_factory.mktemp("built") / "release"
    build_release(SAMPLE, folder, author="ana", approver="ben", at=AT)
    return folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    """A release of the project as it is before a test edits it."""
    return Path(shutil.copytree(built, tmp_path / "release"))


@pytest.fixture
def edit(project: Path) -> Callable[[str, str, str], None]:
    """Replace a text in a file of the project."""

    def change(file: str, old: str, new: str) -> None:
        path = project / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change
