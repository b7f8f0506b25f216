"""Getting a project to work on: open one, begin an empty one, or take a copy of the sample."""

import re
import shutil
from pathlib import Path

from crosswalk_engine.errors import CannotWriteError, MissingFileError, RejectedError
from crosswalk_engine.payload.documents import NAME
from crosswalk_engine.payload.yaml import dump_yaml
from crosswalk_engine.project.manifest import FILE

from crosswalk_studio.services.ledger import cannot_write, write_text

#: The sample project, in a folder that holds the sample data.
SAMPLE = Path("sample_data") / "projects" / "brightpearl-infor"


def sample_project() -> Path | None:
    """The sample project below the current folder, if it is there."""
    place = Path.cwd() / SAMPLE
    return place if (place / FILE).is_file() else None


def begin_project(folder: Path, name: str) -> Path:
    """An empty project in `folder`, which is made.

    Raises:
        RejectedError: the name cannot be used.
        CannotWriteError: something is there already, or the disk refuses.
    """
    if not re.fullmatch(NAME, name):
        raise RejectedError(
            "CW-STUDIO-NAME",
            "this name cannot be used for a project",
            got=name[:80],
            expected="letters, digits, dots, dashes and underscores, at most 100",
        )
    _free(folder)
    write_text(folder / FILE, dump_yaml({"format": "crosswalk/project@1", "name": name, "systems": {}}))
    return folder


def copy_sample(folder: Path) -> Path:
    """A copy of the sample project in `folder`, so that deciding does not change the original.

    Raises:
        MissingFileError: there is no sample project here.
        CannotWriteError: something is there already, or the disk refuses.
    """
    source = sample_project()
    if source is None:
        raise MissingFileError("CW-STUDIO-SAMPLE", "the sample project is not here", where=str(SAMPLE))
    _free(folder)
    try:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".crosswalk"), dirs_exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _free(folder: Path) -> None:
    if not folder.is_absolute():
        raise CannotWriteError("CW-STUDIO-FOLDER", "the folder must be written in full", got=str(folder)[:80],
                               expected="a path that begins with /")  # fmt: skip
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotWriteError("CW-STUDIO-FOLDER", "something is there already", where=str(folder),
                               fix="name an empty or a new folder")  # fmt: skip
