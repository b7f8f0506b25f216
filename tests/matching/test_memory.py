"""What was approved and rejected before."""

import json
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import MissingFileError, RecordError
from crosswalk_models.embed import Embedder, NoEmbedder
from crosswalk_models.feedback import Decision, append_decision
from crosswalk_models.matching.memory import Memory, decided_pairs, read_memory
from crosswalk_models.matching.suggest import suggest
from crosswalk_models.readers.field_list import write_field_list

WITHOUT = NoEmbedder("test")


def remember(folder: Path, source: Any, target: Any, *matches: tuple[str, str]) -> None:
    folder.mkdir(parents=True)
    write_field_list(source, folder / "source_fields.csv")
    write_field_list(target, folder / "target_fields.csv")
    pairs = [{"source": a, "target": b} for a, b in matches]
    (folder / "mapping.json").write_text(json.dumps({"matches": pairs}))


def decide(number: int, action: str, source: str, target: str) -> Decision:
    at = f"2026-03-01T09:00:{number:02d}Z"
    return Decision(f"op-{number}", at, "ana", "rule", action, "m", target, None, {"source": source})


def test_an_approved_pair_comes_back_as_certain(field_list: Any) -> None:
    """Names that share nothing are first and nearly certain once a person approved them, with the reason."""
    source, target = field_list("zebra", "colour", "size"), field_list("X1", "colour")
    cold = suggest(source, target, encoder=WITHOUT)
    warm = suggest(source, target, encoder=WITHOUT, memory=Memory(approved={("zebra", "X1"): "ana"}))
    assert cold.for_target("X1")[0].probability < 0.9
    first = warm.for_target("X1")[0]
    assert (first.source, first.probability >= 0.99) == ("zebra", True)
    assert first.evidence[0].level == "approved before"
    assert ("X1", "zebra") in {(item.target, item.source) for item in warm.assignment}


def test_a_rejected_pair_is_pushed_down_and_flagged(field_list: Any) -> None:
    """What a person rejected is last, unlikely, says why, and is not assigned."""
    source, target = field_list("colour", "size"), field_list("colour")
    found = suggest(source, target, encoder=WITHOUT, memory=Memory(rejected={("colour", "colour"): "ana"}))
    last = found.for_target("colour")[-1]
    assert (last.source, last.probability <= 0.01) == ("colour", True)
    assert "rejected before" in {reason.level for reason in last.evidence}
    assert ("colour", "colour") not in {(item.target, item.source) for item in found.assignment}


def test_decisions_of_a_project_are_remembered(tmp_path: Path) -> None:
    """The last word on a pair counts; decisions without a suggestion say nothing about pairs."""
    for item in (
        decide(1, "accept", "a", "X"),
        decide(2, "reject", "b", "Y"),
        decide(3, "reject", "a", "X"),
        decide(4, "edit", "c", "Z"),
    ):
        append_decision(tmp_path, item)
    approved, rejected = decided_pairs(tmp_path)
    assert set(approved) == {("c", "Z")}
    assert set(rejected) == {("b", "Y"), ("a", "X")}
    with pytest.raises(MissingFileError):
        decided_pairs(tmp_path / "nowhere")


def test_memory_is_read_from_folders(tmp_path: Path, field_list: Any) -> None:
    """Each sub-folder is a pair, a folder that is a pair itself counts, and broken ones are told."""
    remember(tmp_path / "m" / "one", field_list("a"), field_list("X"), ("a", "X"))
    remember(tmp_path / "m" / "two", field_list("b"), field_list("Y"), ("b", "Y"))
    assert [pair.name for pair in read_memory(tmp_path / "m").pairs] == ["one", "two"]
    assert [pair.name for pair in read_memory(tmp_path / "m" / "one").pairs] == ["one"]
    (tmp_path / "m" / "one" / "mapping.json").write_text('{"matches": [{"source": "no", "target": "X"}]}')
    with pytest.raises(RecordError) as caught:
        read_memory(tmp_path / "m")
    assert caught.value.code == "CW-PAIR-MAPPING"


@pytest.mark.model
def test_a_mapping_of_a_third_system_helps(tmp_path: Path, field_list: Any, encoder: Embedder) -> None:
    """A code that a third system's field was mapped to is found for the field that means the same."""
    target = field_list("ZX9", "QT7")
    known = (("zip", "ZX9"), ("amount_ordered", "QT7"))
    remember(tmp_path / "shop_to_erp", field_list("zip", "amount_ordered"), target, *known)
    source = field_list("deliveryNote", "postalCode", "orderedQuantity", "createdBy")
    found = suggest(source, target, encoder=encoder, memory=read_memory(tmp_path))
    firsts = {item.target: item for item in found.suggestions if item.rank == 1}
    assert (firsts["ZX9"].source, firsts["QT7"].source) == ("postalCode", "orderedQuantity")
    reasons = [reason.sentence for reason in firsts["ZX9"].evidence if reason.comparator == "memory"]
    assert reasons == ["Approved elsewhere (shop_to_erp: zip → ZX9)."]
