"""The data in README and docs is what it says it is: YAML and JSON parse, documents validate."""

import json
import re
from pathlib import Path

import pytest
from crosswalk_engine.connectors.config import EngineConfig
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.examples import ExamplesDocument
from crosswalk_engine.payload.documents import load_document
from crosswalk_engine.payload.yaml import load_yaml
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.manifest import ProjectManifest
from crosswalk_engine.project.policy import KINDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MODELS = {
    "crosswalk/engine@1": EngineConfig,
    "crosswalk/mapping@1": MappingDocument,
    "crosswalk/mapping-test@1": ExamplesDocument,
    "crosswalk/rule-set@1": RuleSet,
    "crosswalk/flow@1": FlowDocument,
    "crosswalk/project@1": ProjectManifest,
}


def blocks(*kinds: str) -> list[tuple[str, str]]:
    """``(page:line, text)`` of every block of these kinds."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            if match[1] in kinds:
                where = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
                found.append((where, match[2]))
    return found


YAML, JSON = blocks("yaml"), blocks("json", "ndjson")


@pytest.mark.parametrize(("where", "text"), YAML, ids=[where for where, _ in YAML])
def test_yaml_is_strict_yaml_and_documents_validate(where, text):
    """A block parses as our own reader does; one with a `format` is a sound document of that kind."""
    data = load_yaml(text, where=where).data
    stated = data.get("format") if isinstance(data, dict) else None
    if stated is not None:
        model = KINDS[data["kind"]] if stated == "crosswalk/policy@1" else MODELS[stated]
        load_document(text, model, where=where)


@pytest.mark.parametrize(("where", "text"), JSON, ids=[where for where, _ in JSON])
def test_json_is_json(where, text):
    """A block is one JSON value, or one a line."""
    try:
        json.loads(text)
    except json.JSONDecodeError:
        for line in text.splitlines():
            json.loads(line)


def test_the_engine_configuration_of_the_page_on_running():
    """The example of docs/running.md is a configuration: both connections, no secret written out."""
    (example,) = [text for where, text in YAML if where.startswith("docs/running.md")]
    config, _ = load_document(example, EngineConfig, where="engine.yaml")
    assert set(config.connections) == {"brightpearl", "infor"}
    assert config.listen_address() == ("127.0.0.1", 8700)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """Each relative link is a file or folder of the repository."""
    text = BLOCK.sub("", page.read_text("utf-8"))
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_in_backticks_are_there(page):
    """A path of the repository that a page names exists."""
    text = page.read_text("utf-8")
    named = re.findall(r"`((?:engine|models|studio|docs|tests|sample_data|notebooks)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_make_targets_are_there():
    """Each `make word` in the prose is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) - targets == set()


def test_the_index_lists_every_page():
    """docs/index.md links each page of docs/."""
    index = (ROOT / "docs/index.md").read_text("utf-8")
    pages = {page.name for page in ROOT.glob("docs/*.md")} - {"index.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()
