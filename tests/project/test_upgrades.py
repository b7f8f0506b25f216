"""Earlier versions of documents: read through pure steps, with the lines of the file."""

import copy
from pathlib import Path
from typing import Any, Literal

import pytest
from crosswalk_engine.errors import Finding, FindingsError
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.examples import ExamplesDocument
from crosswalk_engine.payload.documents import Document, Strict, load_document
from crosswalk_engine.payload.upgrades import STEPS, Step, upgraded
from crosswalk_engine.payload.yaml import YamlDocument, load_yaml
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.manifest import ProjectManifest
from crosswalk_engine.project.policy import AddressesPolicy, DuplicatesPolicy

FIXTURES = Path(__file__).parent / "fixtures/upgrades"


class RecipeStep(Strict):
    """A kind of its own, so that the chain is tested while no real kind has an earlier version."""

    do: str
    minutes: int


class Recipe(Document):
    """Version 1 called the name `title`, versions 1 and 2 the minutes `wait`."""

    format: Literal["crosswalk/recipe@3"]
    name: str
    steps: tuple[RecipeStep, ...]


def _named(data: dict[str, Any]) -> dict[str, Any]:
    return {("name" if key == "title" else key): value for key, value in data.items()}


def _minutes(data: dict[str, Any]) -> dict[str, Any]:
    steps = [
        {("minutes" if key == "wait" else key): value for key, value in step.items()}
        for step in data["steps"]
    ]
    return data | {"steps": steps}


CHAIN = {
    "crosswalk/recipe@1": Step("crosswalk/recipe@2", _named, {("name",): ("title",)}),
    "crosswalk/recipe@2": Step(
        "crosswalk/recipe@3", _minutes, {("steps", "*", "minutes"): ("steps", "*", "wait")}
    ),
}


def load(text: bytes | str) -> Recipe:
    """A recipe of any version."""
    return load_document(text, Recipe, where="r.yaml", steps=CHAIN)[0]


def findings(text: str) -> list[Finding]:
    """What is wrong with a recipe."""
    with pytest.raises(FindingsError) as caught:
        load(text)
    return list(caught.value)


def test_every_version_is_the_same_document() -> None:
    """Three fixtures, one of each version: two steps, one step, none."""
    recipes = [load((FIXTURES / f"recipe-{version}.yaml").read_bytes()) for version in (1, 2, 3)]
    assert recipes[0] == recipes[1] == recipes[2]
    assert [step.minutes for step in recipes[0].steps] == [10, 40]


def test_steps_are_pure_and_leave_the_present_alone() -> None:
    """The same data gives the same twice and is left untouched; the last version passes through."""
    for version in (1, 2):
        document = load_yaml((FIXTURES / f"recipe-{version}.yaml").read_bytes(), where="r.yaml")
        before = copy.deepcopy(document.data)
        first, second = upgraded(document, CHAIN), upgraded(document, CHAIN)
        assert first.data == second.data and document.data == before
        assert upgraded(first, CHAIN) is first
    other = YamlDocument(["a list"], "r.yaml", {})
    assert upgraded(other, CHAIN) is other


def test_findings_have_the_lines_of_the_file() -> None:
    """A fault in a part that two steps moved is shown where the person wrote it."""
    text = (FIXTURES / "recipe-1.yaml").read_text("utf-8")
    shown = [
        finding.render() for finding in findings(text.replace("wait: 40", "wait: long").replace("bread", ""))
    ]
    assert shown == [
        "r.yaml:2: error CW-DOCUMENT-VALUE /name: should be text, not empty",
        (
            "r.yaml:7: error CW-DOCUMENT-VALUE /steps/1/minutes: should be a whole number, "
            "unable to parse string as an integer, not 'long'"
        ),
    ]
    recipe = load(text)
    assert recipe.at("name") == "r.yaml:2" and recipe.at("steps", 1, "minutes") == "r.yaml:7"


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            "recipe@1",
            "recipe@4",
            (
                "r.yaml:1: error CW-DOCUMENT-VERSION the document is crosswalk/recipe@4; this version of "
                "Crosswalk reads crosswalk/recipe@3 (read it with a newer Crosswalk)"
            ),
        ),
        (
            "recipe@1",
            "receipt@1",
            (
                "r.yaml:1: error CW-DOCUMENT-FORMAT the format is 'crosswalk/receipt@1'; here stands a "
                "crosswalk/recipe@3 (did you mean 'crosswalk/recipe@3'?)"
            ),
        ),
        (
            "format: crosswalk/recipe@1\n",
            "",
            (
                "r.yaml:1: error CW-DOCUMENT-FORMAT the document does not say what it is: the key 'format' "
                "is missing (write format: crosswalk/recipe@3)"
            ),
        ),
    ],
)
def test_versions_that_cannot_be_read_are_named(old: str, new: str, finding: str) -> None:
    """Both versions, and nothing about keys that may be right there."""
    text = (FIXTURES / "recipe-1.yaml").read_text("utf-8")
    assert [found.render() for found in findings(text.replace(old, new))] == [finding]


def test_an_earlier_version_without_a_step_is_named() -> None:
    """Where the chain has a hole, nothing is guessed."""
    with pytest.raises(FindingsError) as caught:
        load_document((FIXTURES / "recipe-1.yaml").read_bytes(), Recipe, where="r.yaml", steps={})
    assert "no step leads from there to here" in next(iter(caught.value)).suggestion


def test_all_document_kinds_are_at_their_first_version() -> None:
    """When one gets a second version, it gets a step and a fixture here."""
    kinds = [MappingDocument, RuleSet, ExamplesDocument, FlowDocument, ProjectManifest]
    models: list[type[Document]] = [*kinds, AddressesPolicy, DuplicatesPolicy]
    formats = {model.model_fields["format"].default for model in models}
    assert all(name.endswith("@1") for name in formats) and dict(STEPS) == {}


@pytest.mark.parametrize("model", [MappingDocument, RuleSet, ExamplesDocument, FlowDocument, ProjectManifest])
def test_every_kind_must_say_what_it_is(model: type[Document]) -> None:
    """A file without `format` is one finding that shows the line to write."""
    with pytest.raises(FindingsError) as caught:
        load_document("name: x\nrules: []\n", model, where="x.yaml")
    (finding,) = caught.value
    wanted = model.model_fields["format"].default
    assert (finding.code, finding.suggestion) == ("CW-DOCUMENT-FORMAT", f"write format: {wanted}")
