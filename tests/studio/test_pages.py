"""Every page comes up, in every state that it is designed for, without an exception."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk_models.types import Evidence, Suggestion
from crosswalk_studio.services.desk import DESK
from crosswalk_studio.services.ledger import write_text
from crosswalk_studio.services.profiles import profile_desk
from crosswalk_studio.services.projects import begin_project
from crosswalk_studio.services.releases import ReleaseDesk
from crosswalk_studio.services.suggestions import FORMAT
from streamlit.testing.v1 import AppTest

PAGES = ("home", "systems", "mappings", "addresses", "duplicates", "releases", "runs")
APP = Path(__file__).parents[2] / "studio/crosswalk_studio/app.py"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """No project stays open between tests."""
    DESK.close()
    yield
    DESK.close()


def page(name: str) -> AppTest:
    """One page, run once."""
    script = f"from crosswalk_studio.views import {name}\n{name}.show()"
    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception, app.exception[0].value
    return app


def words(app: AppTest) -> str:
    """All that a person can read on it."""
    kinds = ("title", "markdown", "caption", "error", "warning", "info", "success", "subheader", "metric")
    parts = [str(getattr(item, "value", "")) for kind in kinds for item in app.get(kind)]
    return "\n".join(parts + [item.label for item in app.metric] + [item.label for item in app.button])


@pytest.mark.parametrize("name", PAGES)
def test_every_page_comes_up_on_the_sample_project(folder: Path, name: str) -> None:
    """The page has its title and no error on it."""
    DESK.open(folder)
    app = page(name)
    assert app.title[0].value == name.capitalize()
    assert [item.value for item in app.error] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_to_do_without_a_project(name: str) -> None:
    """With nothing open each page leads to a way of opening something."""
    said = words(page(name))
    assert "Open a project" in said or "No project is open" in said


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_designed_for_an_empty_project(tmp_path: Path, name: str) -> None:
    """A fresh project has no samples, mappings, policies or releases: each page says what comes first."""
    DESK.open(begin_project(tmp_path / "fresh", "fresh"))
    said = words(page(name))
    hints = {
        "home": "Three steps to the first release",
        "systems": "No samples yet",
        "mappings": "There is no mapping yet",
        "addresses": "No addresses are checked",
        "duplicates": "Nothing was looked for yet",
        "releases": "No release yet",
        "runs": "There is no release to run",
    }
    assert hints[name] in said.replace("&#45;", "-")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_survives_a_broken_document(folder: Path, name: str) -> None:
    """A mapping that is no YAML is told with file and line; no page falls over it."""
    path = folder / "mappings/order-to-m3.yaml"
    path.write_text(path.read_text("utf-8").replace("rules:", "rules: [", 1), "utf-8")
    DESK.open(folder)
    app = page(name)
    if name not in ("runs",):
        table = app.table[0].value.to_csv() if app.table else ""
        assert "order-to-m3" in table.replace("&#45;", "-")


def test_the_whole_app_shows_the_project_and_who_decides(folder: Path) -> None:
    """The frame has the project's name and a field for the person's."""
    DESK.open(folder)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "brightpearl" in words(app)
    assert app.sidebar.text_input[0].label == "You decide as"


def test_a_suggestion_is_shown_with_its_evidence_and_preview(busy_folder: Path) -> None:
    """The list holds the row as suggested; the right half its probability, reason, formula and preview."""
    opened = DESK.open(busy_folder)
    reason = Evidence("name", "same words", 2.5, "Both are called reference.", ("WEB-1",))
    shown = Suggestion("mapping", "YREF", "reference", 1, 0.93, (reason,), "field-matcher@1")
    stored = {"format": FORMAT, "mark": "", "model": "m@1", "at": "2026-11-23T09:00:00Z", "notes": ["a note"],
              "suggestions": [shown.to_json()]}  # fmt: skip
    write_text(opened.private / "suggestions/order-to-m3.json", json.dumps(stored))
    app = page("mappings")
    data = json.loads(app.get("bidi_component")[0].proto.json)
    row = next(item for item in data["items"] if item["id"] == "YREF")
    assert (row["state"], row["p"], row["sub"], row["note"]) == (
        "suggested",
        0.93,
        "your reference",
        "reference",
    )
    assert data["order"][0] == "CUNO"
    said = words(app)
    assert "a note" in said
    assert "samples changed since the suggestions" in said


def test_profiled_samples_are_shown_with_charts(folder: Path) -> None:
    """Six tiles, the table of fields, and charts with words for those who cannot see them."""
    profile_desk(DESK.open(folder)).start().wait(60)
    app = page("systems")
    assert [item.label for item in app.metric][:2] == ["Records", "Fields"]
    orders = (folder / "samples/brightpearl.order.ndjson").read_text("utf-8").splitlines()
    assert app.metric[0].value == str(len(orders))
    assert len(app.dataframe) >= 2
    assert len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart")) >= 3


def test_doubtful_addresses_wait_for_a_person(busy_folder: Path) -> None:
    """The review list holds the addresses that the flow would hold, each with its verdict."""
    DESK.open(busy_folder)
    app = page("addresses")
    data = json.loads(app.get("bidi_component")[0].proto.json)
    assert len(data["items"]) >= 3
    assert {item["state"] for item in data["items"]} <= {"warning", "error"}
    assert all(item["badges"][0]["text"] in ("review", "reject") for item in data["items"])


def test_a_release_can_be_built_on_the_page(folder: Path) -> None:
    """Filling in who approved it and pressing the button makes release 1."""
    opened = DESK.open(folder)
    app = page("releases")
    next(item for item in app.text_input if item.label == "Approved by").set_value("ben")
    app.button[0].click().run()
    assert not app.exception
    assert [kept.manifest.approver for kept in ReleaseDesk(opened).kept()] == ["ben"]


def test_the_start_page_opens_all_three_doors(folder: Path, tmp_path: Path) -> None:
    """A folder that is no project is told; an empty project, a copy of the sample and an old folder open."""

    def enter(label: str, value: str, button: str, name: str = "") -> AppTest:
        DESK.close()
        app = page("home")
        if name:
            next(item for item in app.text_input if item.label == "Name").set_value(name)
        next(item for item in app.text_input if item.label.startswith(label)).set_value(value)
        next(item for item in app.button if item.label == button).click().run()
        assert not app.exception
        return app

    app = enter("Folder", str(tmp_path / "nowhere"), "Open")
    assert [item.value for item in app.error] == ["there is no such project"]
    for label, value, button, name in (
        ("Folder", folder, "Open", ""),
        ("New folder", tmp_path / "fresh", "Begin", "fresh"),
        ("Copy it to", tmp_path / "copy", "Load", ""),
    ):
        enter(label, str(value), button, name)
        assert DESK.workspace is not None, button
        assert DESK.workspace.root == value
