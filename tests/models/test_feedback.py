"""Decisions: written durably, read in order, applied to nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from crosswalk_engine.errors import CannotWriteError, ConfigError, RecordError
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_models.feedback import Decision, append_decision, apply_decisions, decisions_of, read_decisions
from crosswalk_models.types import Suggestion
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-03-01T09:00:00Z"


def rule(
    target: str, formula: str | None, *, number: int = 1, action: str = "accept", group: str = ""
) -> Decision:
    to = target.removeprefix(f"{group}.") if group else target
    made = None if formula is None else {**({"in": group} if group else {}), "to": to, "formula": formula}
    return Decision(
        f"op-{number}", f"2026-03-01T09:{number:02d}:00Z", "ana", "rule", action, "m", target, made
    )


def head() -> Decision:
    subject = {"source": {"system": "a", "entity": "order"}, "target": {"system": "b", "entity": "order"}}
    return Decision("op-0", AT, "ana", "mapping", "create", "m", subject=subject)


def test_a_decision_survives_the_disk(tmp_path: Path) -> None:
    """What is appended is read back equal, from this month's file, one line each."""
    made = [head(), rule("A", "x", number=1), rule("B", "y'ß", number=2)]
    for item in made:
        append_decision(tmp_path, item)
    assert list(read_decisions(tmp_path)) == made
    assert len((tmp_path / "decisions" / "2026-03.ndjson").read_text().splitlines()) == 3


def test_the_same_operation_counts_once(tmp_path: Path) -> None:
    """Appending a known id changes nothing and gives back what stands there."""
    append_decision(tmp_path, rule("A", "x"))
    again = append_decision(tmp_path, rule("A", "changed"))
    assert again.rule == {"to": "A", "formula": "x"}
    assert len(read_decisions(tmp_path)) == 1


def test_a_torn_line_is_left_out_and_told(tmp_path: Path) -> None:
    """A line that a crash cut short is reported with its place; the others count, and so do later ones."""
    for number in (1, 2):
        append_decision(tmp_path, rule("A", "x", number=number))
    path = tmp_path / "decisions" / "2026-03.ndjson"
    path.write_bytes(path.read_bytes()[:-30])
    log = read_decisions(tmp_path)
    assert [item.id for item in log] == ["op-1"]
    assert log.torn[0].code == "CW-DECISION-TORN"
    assert log.torn[0].where == "decisions/2026-03.ndjson:2"
    append_decision(tmp_path, rule("A", "x", number=3))
    assert [item.id for item in read_decisions(tmp_path)] == ["op-1", "op-3"]
    assert read_decisions(tmp_path).torn == ()
    assert (tmp_path / "decisions" / "2026-03.torn").is_file()


@pytest.mark.parametrize(
    "line", ['{"a":1}', '["x"]', '{"format":"crosswalk/decision@1","id":"1"}', "not json }"]
)
def test_a_whole_line_that_is_no_decision_is_an_error(tmp_path: Path, line: str) -> None:
    """A foreign line is refused with its place; nothing is guessed."""
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "2026-03.ndjson").write_text(line + "\n")
    with pytest.raises(RecordError) as caught:
        read_decisions(tmp_path)
    assert caught.value.code == "CW-DECISION-FORMAT"
    assert caught.value.where == "decisions/2026-03.ndjson:1"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Where a file stands instead of the folder, the error says so with exit code 73."""
    (tmp_path / "decisions").write_text("in the way")
    with pytest.raises(CannotWriteError) as caught:
        append_decision(tmp_path, head())
    assert caught.value.exit_code == 73


def test_decisions_make_the_document() -> None:
    """Rules stand in the order of their first decision; edits stay in place; a reject takes a rule away."""
    group = Decision(
        "op-9",
        AT,
        "ana",
        "rule",
        "create",
        "m",
        "lines[]",
        {"to": "lines[]", "each": "rows AS row", "rules": []},
    )
    document = apply_decisions(
        [
            head(),
            rule("A", "x", number=1),
            rule("B", "y", number=2),
            group,
            rule("lines[].N", "row.n", number=3, group="lines[]"),
            rule("A", "TRIM(x)", number=4, action="edit"),
            rule("B", None, number=5, action="reject"),
            rule("C", None, number=6, action="reject"),
            replace(rule("Z", "z", number=7), mapping="another"),
        ],
        "m",
    )
    assert [item.to for item in document.rules] == ["A", "lines[]"]
    assert document.to_json()["rules"][0]["formula"] == "TRIM(x)"
    assert document.to_json()["rules"][1]["rules"] == [{"to": "N", "formula": "row.n"}]


def test_a_mapping_that_nobody_made_is_told() -> None:
    """Rules without a head, and a rule in a list that was not made, are coded errors."""
    with pytest.raises(ConfigError) as nothing:
        apply_decisions([rule("A", "x")], "m")
    assert nothing.value.code == "CW-DECISIONS-NO-MAPPING"
    with pytest.raises(ConfigError) as no_list:
        apply_decisions([head(), rule("lines[].N", "row.n", group="lines[]")], "m")
    assert no_list.value.code == "CW-DECISIONS-NO-LIST"


NAMES = st.text("ABCDEFG", min_size=1, max_size=3)
RULES = st.lists(
    st.builds(lambda to, formula: {"to": to, "formula": formula}, NAMES, st.text(max_size=8)), max_size=5
)


@given(
    RULES,
    st.lists(
        st.builds(lambda to, rules: {"to": to + "[]", "each": "r AS row", "rules": rules}, NAMES, RULES),
        max_size=3,
    ),
)
def test_decisions_of_a_document_make_it_again(
    flat: list[dict[str, str]], lists: list[dict[str, object]]
) -> None:
    """Replaying the decisions made from a document gives the equal document, whatever its rules."""

    def once(rules: list[dict[str, object]]) -> list[dict[str, object]]:
        return list({item["to"]: item for item in rules}.values())

    subject = head().subject or {}
    inner = [{**item, "rules": once(item["rules"])} for item in once(lists)]  # type: ignore[arg-type]
    rules = [*once(flat), *inner]
    document = MappingDocument.model_validate({"name": "m", **subject, "rules": rules})
    made = decisions_of(document, actor="ana", at=AT)
    read_again = [Decision.from_json(json.loads(json.dumps(item.to_json()))) for item in made]
    assert apply_decisions(read_again, "m") == document


def test_a_taken_up_suggestion_is_cited() -> None:
    """A rule that reads a suggested source cites it: accepted with the proposed formula, else edited."""
    document = apply_decisions(
        [head(), rule("A", "a.b", number=1), rule("B", "TRIM(c)", number=2), rule("C", "d", number=3)], "m"
    )
    shown = [
        Suggestion("mapping", target, source, 1, 0.9, (), "f@1", {"formula": source})
        for target, source in (("A", "a.b"), ("B", "c"), ("C", "cd"))
    ]
    made = decisions_of(document, actor="ana", at=AT, suggestions=shown)
    assert [(item.target, item.action) for item in made[1:]] == [
        ("A", "accept"),
        ("B", "edit"),
        ("C", "create"),
    ]
    assert made[1].suggestion == {"source": "a.b", "rank": 1, "probability": 0.9, "model": "f@1"}


def test_lists_in_lists_and_rule_sets_are_made_again() -> None:
    """A document with both, taken apart into decisions and applied to nothing, is equal to itself."""
    document = MappingDocument.model_validate(
        {
            "name": "m",
            "source": {"system": "a", "entity": "order"},
            "target": {"system": "b", "entity": "order"},
            "empty": "omit",
            "documents": {"each": "rows AS row", "by": "row.site", "as": "part"},
            "rules": [
                {"use": "address", "to": "ship", "given": {"from": "delivery"}},
                {"use": "address", "to": "bill", "given": {"from": "billing"}},
                {
                    "to": "lines[]",
                    "each": "part AS row",
                    "rules": [
                        {"to": "sku", "formula": "row.sku"},
                        {
                            "to": "serials[]",
                            "each": "row.serials AS serial",
                            "rules": [{"to": "no", "formula": "serial.no"}, {"to": "kind", "value": "S"}],
                        },
                    ],
                },
            ],
        }
    )
    made = decisions_of(document, actor="ana", at=AT)
    assert [item.target for item in made][4:] == [
        "lines[].sku",
        "lines[].serials[]",
        "lines[].serials[].no",
        "lines[].serials[].kind",
    ]
    assert apply_decisions(made, "m") == document
