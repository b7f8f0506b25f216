"""The page on formats: its examples are one project, and all of it is true."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.cli import run
from crosswalk_engine.mapping.document import (
    Check,
    Documents,
    EachRule,
    Group,
    MappingDocument,
    Related,
    Rule,
    RuleSet,
    TargetRef,
    UseRule,
    XmlForm,
)
from crosswalk_engine.mapping.examples import ExamplesDocument, Expect, Given
from crosswalk_engine.payload.yaml import load_yaml
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.project.project import load_project
from pydantic import BaseModel

PAGE = (Path(__file__).parents[2] / "docs/formats.md").read_text("utf-8")
#: The paragraph before a block may name the block's file in backticks, as its last word before the colon.
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([\w./-]+\.(?:yaml|csv|json|ndjson))`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project of the page."""
    for name, text in NAMED.findall(PAGE):
        path = tmp_path / "shop-to-erp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def blocks(kind: str) -> list[str]:
    """The texts of all blocks of one kind."""
    return [text for found, text in BLOCK.findall(PAGE) if found == kind]


def plain(value: Any) -> Any:
    """A document with its hashes hidden, as the page shows it."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return "…" if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) else value


def test_every_block_parses() -> None:
    """YAML strictly; JSON as one value or line by line."""
    documents = [load_yaml(text, where="formats.md").data for text in blocks("yaml")]
    stated = [document["format"] for document in documents if "format" in document]
    kinds = ("project", "mapping", "rule-set", "mapping-test", "flow", "policy")
    assert set(stated) == {f"crosswalk/{kind}@1" for kind in kinds}
    for text in blocks("json"):
        whole = text.lstrip().startswith("{\n")
        assert [json.loads(part) for part in ([text] if whole else text.splitlines())]


def test_project_of_the_page_has_no_findings(folder: Path) -> None:
    """Not even a warning."""
    project = load_project(folder / "shop-to-erp")
    assert [finding.render() for finding in lint_project(project)] == []
    assert len(project.examples["order-to-erp_test"].cases) == 2 and len(project.flows) == 2
    assert list(project.rule_sets) == ["address"] and len(project.mappings) == 3


def test_every_key_of_the_documents_is_on_the_page() -> None:
    """Mappings, rule sets, rules of each kind, examples: no key is left undescribed."""
    models: list[type[BaseModel]] = [
        MappingDocument, RuleSet, Rule, EachRule, UseRule, Check, Documents, Group, Related,
        TargetRef, XmlForm, ExamplesDocument, Given, Expect,
    ]  # fmt: skip
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()


def test_commands_of_the_page_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each ends with 0, and what they make is what the page shows."""
    monkeypatch.chdir(folder)
    (commands,) = blocks("sh")
    for line in commands.splitlines():
        program, *arguments = shlex.split(line)
        code = run(arguments)
        assert (program, code) == ("crosswalk", 0), "".join(capsys.readouterr())
    shown = [json.loads(text) for text in blocks("json")[-4:]]
    built = ["manifest.json", "lookups/warehouses.json", "idmap.json", "shapes/shop.buyer.json"]
    for expected, name in zip(shown, built, strict=True):
        assert plain(json.loads((folder / "release" / name).read_text("utf-8"))) == expected


def test_formats_in_use_are_described() -> None:
    """Every `crosswalk/…@1` that the engine's documents carry stands on the page."""
    engine = Path(__file__).parents[2] / "engine/crosswalk_engine"
    rooms = ("payload", "mapping", "project", "release")
    used = {
        name
        for room in rooms
        for path in (engine / room).glob("*.py")
        for name in re.findall(r'"(crosswalk/[a-z-]+@\d+)"', path.read_text("utf-8"))
    }
    assert len(used) >= 10 and {name for name in used if name not in PAGE} == set()
