"""The whole story in a real browser, on a copy of the sample project; a reload loses nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crosswalk_engine.mapping.document import load_mapping
from crosswalk_engine.release.verify import verify_release
from crosswalk_models.feedback import Decision, apply_decisions, read_decisions
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on PATH"),
]
ORDERS = "order-to-m3"
DATA = Path(__file__).parents[2] / "sample_data"
COMMAND = (sys.executable, "-c", "from crosswalk_engine.cli import main; main()", "studio", "--no-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
#: Milliseconds; a loaded machine is slow, a lost decision is lost for ever.
PATIENCE = 45_000


@dataclass
class Studio:
    """A running studio on its own copy of the sample project."""

    url: str
    folder: Path
    process: "subprocess.Popen[str]"

    def decisions(self, target: str = "") -> list[Decision]:
        """What stands in the files now, by a person of this test."""
        found = read_decisions(self.folder)
        return [item for item in found if item.actor in ("uma", "vic") and target in ("", item.target)]

    def rule(self, target: str) -> str:
        """The formula in the document, empty when there is no rule."""
        document = load_mapping(self.folder / "mappings" / f"{ORDERS}.yaml")
        return next((rule.formula for rule in document.rules if rule.to == target), "")


@pytest.fixture
def studio(busy_folder: Path) -> Iterator[Studio]:
    """The command, started as a user starts it; a project whose rules no worked example holds fast."""
    for path in (busy_folder / "mappings").glob("*_test.yaml"):
        path.unlink()
    process = subprocess.Popen(
        [*COMMAND, "--project", str(busy_folder), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("URL: ").strip()
    yield Studio(url, busy_folder, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


class Walker:
    """A person at a browser: goes to pages, presses keys, waits for what is told, never sleeps."""

    def __init__(self, browser: Browser, studio: Studio, name: str) -> None:
        self.studio = studio
        self.name = name
        self.faults: list[str] = []
        self.strangers: list[str] = []
        self.page: Page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))
        self.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((studio.url, "data:", "blob:", studio.url.replace("http", "ws")))
                else self.strangers.append(request.url)
            ),
        )

    def go(self, page: str, query: str = "") -> None:
        """Open a page by its address, as after a reload."""
        self.page.goto(f"{self.studio.url}/{page}?actor={self.name}{query}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run and nothing on the page is being made."""
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        expect(self.page.locator('[data-testid="stException"]')).to_have_count(0)
        expect(self.page.get_by_text("This page met a problem")).to_have_count(0)

    def press(self, label: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=label, exact=True).first.click()

    def list(self) -> None:
        """Wait until the review list is there and everything is saved, and put the focus on it."""
        self.page.get_by_test_id("queue").and_(self.page.locator('[data-ready="1"]')).wait_for()
        expect(self.page.get_by_test_id("sync")).to_have_text("✓ saved")
        self.page.get_by_test_id("queue").focus()

    def choose(self, row: str) -> None:
        """Select a row of the list, whatever filter is on."""
        self.page.get_by_test_id("chip:all").click()
        self.page.get_by_test_id(f"row:{row}").click()
        self.list()

    def state(self, row: str) -> str:
        """The state that a row of the list shows."""
        self.page.get_by_test_id("chip:all").click()
        return str(self.page.get_by_test_id(f"row:{row}").get_attribute("data-state"))


@pytest.fixture
def walk(browser: Browser, studio: Studio) -> Iterator[Callable[[str], Walker]]:
    """Makes people; at the end none of their pages has met a fault or called another host."""
    people: list[Walker] = []

    def make(name: str) -> Walker:
        people.append(Walker(browser, studio, name))
        return people[-1]

    yield make
    for person in people:
        assert person.faults == []
        assert person.strangers == []
        person.page.context.close()


def test_the_whole_story(studio: Studio, walk: Callable[[str], Walker], tmp_path: Path) -> None:
    """Profile, suggest, decide, edit with preview, review, release, run; then load it all again."""
    uma = walk("uma")
    _home_and_systems(uma)
    _mappings(uma, studio)
    pass_, apart = _addresses(uma, studio), _duplicates(uma, studio)
    _releases(uma, studio, tmp_path / "out")
    _runs(uma)
    _everything_is_still_there(uma, studio, pass_, apart)


def _home_and_systems(uma: Walker) -> None:
    uma.go("")
    expect(uma.page.get_by_role("heading", name="Home")).to_be_visible()
    uma.go("systems")
    uma.press("Profile the samples")
    expect(uma.page.get_by_text("Always filled")).to_be_visible()
    uma.page.locator(
        '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
    ).first.wait_for()
    uma.press("Upload samples")
    body = "\n".join(json.dumps({"sku": f"A{n}", "stock": n, "<b>x</b>": "*y*"}) for n in range(1, 6))
    file = {"name": "stock.ndjson", "mimeType": "application/json", "buffer": body.encode()}
    uma.page.locator('input[type="file"]').set_input_files(file)  # type: ignore[arg-type]
    expect(uma.page.get_by_text("5 records with 3 fields")).to_be_visible()
    uma.press("Keep as samples")
    expect(uma.page.get_by_role("radio", name="brightpearl.stock").or_(
        uma.page.get_by_role("button", name="brightpearl.stock"))).to_be_visible()  # fmt: skip
    uma.settle()


def _mappings(uma: Walker, studio: Studio) -> None:
    page = uma.page
    uma.go("mappings")
    uma.press("Find suggestions")
    expect(page.get_by_role("button", name="Find again")).to_be_visible(timeout=120_000)
    uma.list()
    uma.choose("address.TOWN")
    expect(page.get_by_text("address.TOWN · town").first).to_be_visible()
    page.keyboard.press("a")
    uma.choose("address.CUA3")
    page.keyboard.press("x")
    uma.list()
    assert (uma.state("address.TOWN"), uma.state("address.CUA3")) == ("accepted", "rejected")
    assert (studio.rule("address.TOWN") != "", studio.rule("address.CUA3")) == (True, "")
    uma.choose("CUCD")
    # By its name: the editor of the field before may still be leaving the page.
    field = page.get_by_role("textbox", name="Formula for CUCD", exact=True)
    expect(page.get_by_text("CUCD · currency").first).to_be_visible()
    field.fill("UPPER(currency.orderCurencyCode)")
    expect(page.get_by_text("did you mean 'currency.orderCurrencyCode'?")).to_be_visible()
    field.fill("UPPER(currency.orderCurrencyCode)")
    expect(page.get_by_text("sample values fine")).to_be_visible()
    page.get_by_role("button", name="Save formula").click()
    expect(page.get_by_test_id("row:CUCD")).to_have_attribute("data-state", "manual")
    assert studio.rule("CUCD") == "UPPER(currency.orderCurrencyCode)"


def _addresses(uma: Walker, studio: Studio) -> str:
    uma.go("addresses")
    uma.list()
    first = uma.page.locator('[data-testid^="row:"]').first
    name = str(first.get_attribute("data-id"))
    first.click()
    uma.page.keyboard.press("a")
    uma.list()
    assert name in (studio.folder / "policies/addresses.yaml").read_text("utf-8")
    return name


def _duplicates(uma: Walker, studio: Studio) -> tuple[str, str]:
    uma.go("duplicates")
    uma.press("Look for duplicates")
    expect(uma.page.get_by_role("button", name="Look again")).to_be_visible()
    uma.list()
    rows = uma.page.locator('[data-testid^="row:"]')
    merged = str(rows.first.get_attribute("data-id"))
    rows.first.click()
    uma.page.keyboard.press("m")
    uma.list()
    apart = str(rows.first.get_attribute("data-id"))
    uma.page.keyboard.press("n")
    uma.list()
    assert [item.action for item in (*studio.decisions(merged), *studio.decisions(apart))] == [
        "accept",
        "reject",
    ]
    return merged, apart


def _releases(uma: Walker, studio: Studio, out: Path) -> None:
    page = uma.page
    uma.go("releases")
    expect(page.get_by_text("Worked examples", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Approved by").fill("vic")
    page.keyboard.press("Tab")
    uma.press("Build release")
    expect(page.get_by_text("Release #1 is built.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download zip").click()
    archive = out.parent / "release.zip"
    download.value.save_as(archive)
    page.get_by_role("textbox", name="Export to a folder of this computer").fill(str(out))
    uma.press("Export")
    expect(page.get_by_text("Exported.")).to_be_visible()
    exported = next(out.iterdir())
    assert verify_release(exported).approver == "vic"
    assert verify_release(archive).version == verify_release(exported).version


def _runs(uma: Walker) -> None:
    page = uma.page
    uma.go("runs")
    page.get_by_role("textbox", name="Sandbox data").fill(str(DATA))
    page.get_by_role("spinbutton", name="Orders").fill("5")
    page.keyboard.press("Tab")
    uma.press("Start")
    expect(page.get_by_text("✓ verified")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("clean orders are at the target exactly once")).to_be_visible()


def _everything_is_still_there(uma: Walker, studio: Studio, passed: str, pairs: tuple[str, str]) -> None:
    uma.go("mappings")
    uma.list()
    states = [uma.state(row) for row in ("address.TOWN", "address.CUA3", "CUCD")]
    assert states == ["accepted", "rejected", "manual"]
    uma.go("addresses")
    uma.list()
    assert uma.state(passed) == "accepted"
    uma.go("duplicates")
    uma.list()
    assert [uma.state(pair) for pair in pairs] == ["accepted", "rejected"]
    document = load_mapping(studio.folder / "mappings" / f"{ORDERS}.yaml")
    assert apply_decisions(read_decisions(studio.folder), ORDERS).rules == document.rules
    assert len({item.id for item in studio.decisions()}) == len(studio.decisions())


def test_keys_in_a_burst_lose_nothing_and_two_people_are_told(
    studio: Studio, walk: Callable[[str], Walker]
) -> None:
    """Keys as fast as a browser sends them, a reload before the answer, a second person on the same field."""
    uma, vic = walk("uma"), walk("vic")
    uma.go("mappings")
    uma.list()
    uma.page.get_by_test_id("chip:accepted").click()
    uma.list()
    rows = [str(row.get_attribute("data-id")) for row in uma.page.locator('[data-testid^="row:"]').all()][:12]
    uma.page.get_by_test_id(f"row:{rows[0]}").click()
    uma.list()
    for _ in rows[:6]:
        uma.page.keyboard.press("x")
    uma.page.keyboard.press("u")
    uma.page.reload()
    uma.settle()
    uma.list()
    thrown = [item.target for item in studio.decisions() if item.action == "reject" and item.rule is None]
    assert sorted({*thrown}) == sorted(rows[:6])
    assert sum(item.reason == "undo" for item in studio.decisions()) == 1
    target = rows[8]
    vic.go("mappings")
    vic.list()
    uma.choose(target)
    vic.choose(target)
    uma.page.keyboard.press("x")
    uma.list()
    vic.page.keyboard.press("x")
    expect(vic.page.get_by_test_id("stToastText").get_by_text("uma has already decided")).to_be_visible()
    assert [item.actor for item in studio.decisions(target)] == ["uma"]
    expect(vic.page.get_by_test_id(f"row:{target}")).to_have_attribute("data-state", "rejected")


def test_dangerous_names_and_values_stay_text(studio: Studio, walk: Callable[[str], Walker]) -> None:
    """Fields and values full of HTML and Markdown open no dialog, load nothing and show as they are."""
    bad = ["<img src=x onerror=alert(1)>", "[a](javascript:alert(2))", "![i](http://example.test/x.png)",
           "$\\href{javascript:alert(3)}{x}$", "<script>alert(4)</script>", "**b** `c`"]  # fmt: skip
    path = studio.folder / "samples/brightpearl.contact.ndjson"
    record = {"contactId": 99999, **{name: name for name in bad}}
    path.write_text(path.read_text("utf-8") + json.dumps(record) + "\n", "utf-8")
    uma = walk("uma<img src=x onerror=alert(5)>")
    for name in ("", "systems", "mappings", "addresses", "duplicates", "releases", "runs"):
        uma.go(name)
        uma.page.get_by_role("heading", level=1).first.wait_for()
    uma.go("systems")
    uma.press("Profile the samples")
    expect(uma.page.get_by_text("Always filled")).to_be_visible()
    uma.page.get_by_text("brightpearl.contact", exact=True).first.click()
    uma.settle()
    assert uma.page.locator("img[src*='example.test'], img[src='x']").count() == 0
