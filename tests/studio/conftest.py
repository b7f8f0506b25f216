"""A copy of the sample project for every test that changes something."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crosswalk_studio.services.edits import edit_text
from crosswalk_studio.services.workspace import Workspace

SAMPLE = Path(__file__).parents[2] / "sample_data" / "projects" / "brightpearl-infor"
ORDERS = "order-to-m3"


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh copy of the sample project, without what a studio left in the original but its embeddings.

    Embedding the same field names again in every test would take longer than all else together.
    """
    place, known = tmp_path / "project", tmp_path_factory.getbasetemp() / "embeddings.db"
    shutil.copytree(SAMPLE, place, ignore=shutil.ignore_patterns(".crosswalk"))
    made = place / ".crosswalk" / "embeddings.db"
    made.parent.mkdir()
    if known.is_file():
        shutil.copy(known, made)
    yield place
    if made.is_file():
        shutil.copy(made, known)


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    """The copy, opened."""
    opened = Workspace(folder)
    yield opened
    opened.close()


@pytest.fixture
def busy_folder(folder: Path) -> Path:
    """The copy with something to decide: open rules, doubtful addresses, contacts that are one person."""
    data = SAMPLE.parents[1]
    held = {
        str(item["order"])
        for item in map(json.loads, (data / "truth.ndjson").read_text("utf-8").splitlines())
        if item["expect"] == "held"
    }
    twins = [
        json.loads(line) for line in (data / "duplicate_contacts.ndjson").read_text("utf-8").splitlines()
    ]
    wanted = {str(pair[side]) for pair in twins[:6] for side in ("left", "right")}
    extend(folder, "order", data / "brightpearl/orders.ndjson", lambda item: str(item["id"]) in held)
    extend(
        folder, "contact", data / "brightpearl/contacts.ndjson", lambda item: str(item["contactId"]) in wanted
    )
    extend(
        folder,
        "postal_address",
        data / "brightpearl/addresses.ndjson",
        lambda item: str(item["contactId"]) in wanted,
    )
    reopen(folder, OPEN)
    return folder


#: Targets of the sample mapping that nobody has decided on in the busy copy.
OPEN = ("YREF", "CUCD", "address.TOWN", "charges[].CRD0")


def extend(folder: Path, entity: str, source: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Add records of the sample data to the project's samples, those that are not there yet."""
    path = folder / "samples" / f"brightpearl.{entity}.ndjson"
    known = set(path.read_text("utf-8").splitlines())
    lines = [
        line
        for line in source.read_text("utf-8").splitlines()
        if keep(json.loads(line)) and line not in known
    ]
    path.write_text("\n".join([*known, *lines]) + "\n", "utf-8")


def reopen(folder: Path, targets: tuple[str, ...]) -> None:
    """Take rules, the decisions on them, and all of the steward's away, as if nobody had looked at them."""
    path = folder / "mappings" / f"{ORDERS}.yaml"
    text = path.read_text("utf-8")
    for target in targets:
        text = edit_text(text, target, None, where=path.name)
    path.write_text(text, "utf-8")
    for log in (folder / "decisions").glob("*.ndjson"):
        kept = [
            line for line in log.read_text("utf-8").splitlines() if not _reopened(json.loads(line), targets)
        ]
        log.write_text("".join(f"{line}\n" for line in kept), "utf-8")


def _reopened(decision: dict[str, Any], targets: tuple[str, ...]) -> bool:
    if decision["kind"] in ("address", "duplicate"):
        return True
    return decision["mapping"] == ORDERS and decision["target"] in targets
