"""The demo: judged by the sandboxes' own logs, passed only when every clean order is there exactly once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import ConfigError, MissingFileError, UsageError
from crosswalk_engine.sandbox.brightpearl import BrightpearlSettings
from crosswalk_engine.sandbox.infor import InforSettings
from crosswalk_engine.sandbox.world.judge import Expectation
from crosswalk_models.demo.design import ready_release
from crosswalk_models.demo.drive import FAULTS
from crosswalk_models.demo.options import DemoOptions, prepare
from crosswalk_models.demo.report import UNEXPLAINED, DemoReport
from crosswalk_models.demo.verify import End, Evidence, _percentile, _tax_difference, _wrong

ROOT = Path(__file__).parents[2]
DATA = ROOT / "sample_data"


def report(**changes: Any) -> DemoReport:
    """A report of a run in which all went well, with changes."""
    good: dict[str, Any] = {
        "orders": 10, "clean": 9, "exact_once": 9, "doubled": 0, "lost": 0, "wrong": 0, "dead_letters": 1,
        "held": 0, "open_batches": 0, "kills": 0, "retries": 0, "throttled": 0, "totals_equal": 9,
        "tax_differences": [], "calls": 5, "calls_per_order": 0.5, "quota_utilisation": 0.1,
        "quota_efficiency": 0.5, "latency_p50_s": 1.0, "latency_p95_s": 2.0, "seconds": 9.0, "audit_rows": 40,
    }  # fmt: skip
    return DemoReport(**{**good, **changes})


def options(tmp_path: Path, **changes: Any) -> DemoOptions:
    settings: dict[str, Any] = {
        "orders": 5, "faults": "none", "kills": 0, "data": DATA, "project": None, "release": None,
        "workdir": tmp_path / "work",
    }  # fmt: skip
    return DemoOptions(**{**settings, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"exact_once": 8},
        {"doubled": 1},
        {"lost": 1},
        {"wrong": 1},
        {"open_batches": 1},
        {"totals_equal": 8},
        {"tax_differences": [{"order": "1", "cause": UNEXPLAINED}]},
    ],
)
def test_any_flaw_fails_the_demo(changes: dict[str, Any]) -> None:
    """One order too few, too many, wrong or with another net is enough."""
    assert report().passed
    assert not report(**changes).passed


def evidence(order: dict[str, Any], there: list[dict[str, Any]], expected: Expectation, end: End) -> Evidence:
    return Evidence({"7": order}, {"7": expected}, {"BP7": there}, {"7": end}, {})


def order(net: str = "10.00", tax: str = "2.00", row_tax: str = "2.00") -> dict[str, Any]:
    row = {"rowValue": {"rowNet": {"value": "10.0000"}, "rowTax": {"value": row_tax}, "taxRate": "20.0000"}}
    return {"id": 7, "totalValue": {"net": net, "taxAmount": tax}, "orderRows": {"1": row}}


DIRTY = Expectation(False, "dead_letter", "orderRows[].productSku", "NO-SKU", "unknown")
CLEAN = Expectation(True, "delivered")


@pytest.mark.parametrize(
    ("expected", "there", "state", "reason", "wrong"),
    [
        (CLEAN, ["10.00"], "done", "", False),
        (CLEAN, [], "dead", "anything", True),
        (CLEAN, ["10.00", "10.00"], "done", "", True),
        (DIRTY, [], "dead", "lines[0].ITNO: no such item [NO-SKU]", False),
        (DIRTY, [], "dead", "something failed", True),
        (DIRTY, [], "done", "", True),
        (DIRTY, ["10.00"], "done", "", False),
        (DIRTY, ["10.01"], "done", "", True),
    ],
)
def test_every_order_has_a_right_end(
    expected: Expectation, there: list[str], state: str, reason: str, wrong: bool
) -> None:
    """Clean ones once at the target; dirty ones correct, or stopped with field and value named."""
    made = [{"ORVA": net, "VTAM": "2.00"} for net in there]
    assert _wrong(evidence(order(), made, expected, End(state, "X", reason, 0.0)), "7") is wrong


@pytest.mark.parametrize(
    ("tax", "row_tax", "theirs", "cause"),
    [
        ("2.00", "2.00", "2.00", None),
        ("2.00", "2.00", "2.01", "rounded"),
        ("2.01", "2.01", "2.00", "channel"),
        ("2.05", "2.05", "2.00", UNEXPLAINED),
    ],
)
def test_a_vat_difference_has_a_cause(tax: str, row_tax: str, theirs: str, cause: str | None) -> None:
    """Rounding, the channel's own figure, or more than either explains."""
    end = End("done", "", "", 0.0)
    made = [{"ORVA": "10.00", "VTAM": theirs}]
    found = _tax_difference(evidence(order("10.00", tax, row_tax), made, CLEAN, end), "7")
    assert (found is None) if cause is None else (found is not None and cause in found["cause"])


def test_percentiles_are_values_that_occurred() -> None:
    """Nearest rank: the 95th of twenty values is the nineteenth."""
    assert _percentile([float(n) for n in range(1, 21)], 0.95) == 19.0
    assert _percentile([3.0], 0.95) == 3.0


def test_every_fault_level_is_one_the_sandboxes_know() -> None:
    """A misspelt setting would make a demo with faults a demo without."""
    for level in FAULTS.values():
        for settings in (BrightpearlSettings, InforSettings):
            taken = settings.model_validate(level).model_dump()
            assert {name: taken[name] for name in level} == level


def test_more_orders_than_the_sample_has_are_made_by_seed(tmp_path: Path) -> None:
    """The first ones are the sample's own, the folder is the run's."""
    place = prepare(options(tmp_path, orders=320))
    assert len(place.orders) == 320
    assert place.data == place.root / "data"
    assert place.orders[:300] == prepare(options(tmp_path, orders=300)).orders


def test_wrong_folders_and_counts_are_said_so(tmp_path: Path) -> None:
    """No project, no orders, a release that is none: one clear error each."""
    with pytest.raises(MissingFileError, match="CW-DEMO-PROJECT"):
        prepare(options(tmp_path, data=tmp_path))
    with pytest.raises(UsageError, match="CW-DEMO-ORDERS"):
        prepare(options(tmp_path, orders=0))
    (tmp_path / "release").mkdir()
    with pytest.raises(ConfigError):
        ready_release(tmp_path / "release")


def test_twenty_orders_and_a_kill(tmp_path: Path) -> None:
    """Three real processes, real HTTP, one SIGKILL with an open intent: every clean order exactly once."""
    figures = tmp_path / "report.json"
    command = [
        sys.executable, "-c", "from crosswalk_engine.cli import main; main()", "demo", "--orders", "20",
        "--kill", "1", "--faults", "normal", "--data", str(DATA), "--workdir", str(tmp_path / "work"),
        "--report", str(figures),
    ]  # fmt: skip
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=240, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(figures.read_text())
    assert (found["orders"], found["exact_once"], found["doubled"], found["lost"]) == (
        20,
        found["clean"],
        0,
        0,
    )
    assert (found["totals_equal"], found["open_batches"], found["kills"]) == (found["clean"], 0, 1)
    secrets = ("sandbox-account-token", "sandbox-client-secret", "sandbox-service-secret")
    written = ran.stdout + ran.stderr + (tmp_path / "work" / "engine.log").read_text()
    assert [secret for secret in secrets if secret in written] == []
