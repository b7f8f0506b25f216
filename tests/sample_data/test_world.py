"""The made-up world: repeatable, the same prefix for any number of orders, committed as made."""

import json
import time
from pathlib import Path

import pytest
from crosswalk_engine.errors import CannotWriteError, UsageError
from crosswalk_engine.sandbox.world import ORDERS, SEED, write_world
from crosswalk_engine.sandbox.world.catalogue import ean13
from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.orders import make_order
from crosswalk_engine.sandbox.world.plan import PAST
from crosswalk_engine.sandbox.world.write import sample_files, world_files
from hypothesis import given, settings
from hypothesis import strategies as st

SAMPLE = Path(__file__).parents[2] / "sample_data"


def test_running_the_generator_reproduces_the_committed_files_byte_for_byte() -> None:
    """Every generated file equals the committed one, and no generated file is missing."""
    files = world_files(orders=ORDERS, seed=SEED)
    assert len(files) == 20
    for name, text in files.items():
        assert (SAMPLE / name).read_bytes() == text.encode(), name
    samples = sample_files(orders=ORDERS, seed=SEED)
    assert len(samples) == 6
    for name, text in samples.items():
        assert (SAMPLE / "projects/brightpearl-infor/samples" / name).read_bytes() == text.encode(), name


def test_the_projects_samples_are_a_small_part_of_the_account() -> None:
    """40 orders, every one held for its address among them; each record stands in the account's files too."""
    names = {"order": "orders", "contact": "contacts", "postal_address": "addresses", "product": "products"}
    samples = sample_files(orders=ORDERS, seed=SEED)
    for entity, file in names.items():
        account = (SAMPLE / "brightpearl" / f"{file}.ndjson").read_text(encoding="utf-8").splitlines()
        assert set(samples[f"brightpearl.{entity}.ndjson"].splitlines()) <= set(account)
    shown = {json.loads(line)["id"] for line in samples["brightpearl.order.ndjson"].splitlines()}
    truths = [json.loads(line) for line in (SAMPLE / "truth.ndjson").read_text().splitlines()]
    assert len(shown) == 40
    assert {truth["order"] for truth in truths if truth["expect"] == "held"} < shown


def test_the_projects_samples_hold_both_records_of_whoever_stands_there_twice() -> None:
    """All 18 pairs of duplicate contacts can be looked at in the project."""
    contacts = sample_files(orders=ORDERS, seed=SEED)["brightpearl.contact.ndjson"].splitlines()
    shown = {json.loads(line)["contactId"] for line in contacts}
    pairs = [json.loads(line) for line in (SAMPLE / "duplicate_contacts.ndjson").read_text().splitlines()]
    assert len(pairs) == 18
    assert all({pair["left"], pair["right"]} <= shown for pair in pairs)


def test_committed_data_stays_small() -> None:
    """All sample data together is below 6 MB."""
    total = sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file())
    assert total < 6_000_000


def test_more_orders_keep_the_first_ones() -> None:
    """Orders, contacts' records and truth of a small world open those of a larger one."""
    small, large = world_files(orders=40, seed=5), world_files(orders=90, seed=5)
    for name in ("brightpearl/orders.ndjson", "brightpearl/contacts.ndjson", "truth.ndjson", "edits.ndjson"):
        assert large[name].startswith(small[name]), name
    for name in ("infor/orders.ndjson", "infor/customers.ndjson", "brightpearl/products.ndjson"):
        assert large[name] == small[name], name


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2000), st.integers(1, 50))
def test_an_order_depends_on_seed_and_index_alone(index: int, seed: int) -> None:
    """Making order i afresh, without its neighbours, gives the same record."""
    first = json.dumps(make_order(seed, index).record)
    make_order.cache_clear()
    assert json.dumps(make_order(seed, index).record) == first


def test_other_seeds_make_other_worlds() -> None:
    """Two seeds differ in nearly all of the first orders."""
    same = sum(make_order(1, index).record == make_order(2, index).record for index in range(60))
    assert same == 0


def test_a_thousand_orders_take_less_than_three_seconds(tmp_path: Path) -> None:
    """Processor time of writing a fresh world of 1,000 orders."""
    begun = time.process_time()
    write_world(tmp_path, orders=1000, seed=77)
    assert time.process_time() - begun < 3
    written = (tmp_path / "brightpearl" / "orders.ndjson").read_text().splitlines()
    assert len(written) == PAST + 1000


@pytest.mark.parametrize("orders", [0, -1, 100_001])
def test_an_impossible_number_of_orders_is_refused(tmp_path: Path, orders: int) -> None:
    """One clear error, and nothing is written."""
    with pytest.raises(UsageError) as caught:
        write_world(tmp_path, orders=orders)
    assert caught.value.code == "CW-WORLD-ORDERS"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    """A file in the place of the folder gives CW-WORLD-WRITE and exit code 73."""
    blocked = tmp_path / "data"
    blocked.write_text("a file")
    with pytest.raises(CannotWriteError) as caught:
        write_world(blocked, orders=1)
    assert (caught.value.code, caught.value.exit_code) == ("CW-WORLD-WRITE", 73)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_ean_check_digits_make_the_weighted_sum_a_multiple_of_ten(stem: str) -> None:
    """GS1: weights 1 and 3 alternately from the left, the check digit with weight 1."""
    digits = [int(digit) for digit in ean13(stem)]
    assert sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def test_the_known_ean_of_the_standard_comes_out_right() -> None:
    """GS1's own example: 629104150021 has check digit 3."""
    assert ean13("629104150021") == "6291041500213"


@given(st.integers(), st.text(max_size=20), st.lists(st.integers(), max_size=30))
def test_shuffling_keeps_every_element(seed: int, key: str, items: list[int]) -> None:
    """A shuffled list holds the same elements, and the same key shuffles the same way."""
    shuffled = Draw(seed, key).shuffled(items)
    assert sorted(shuffled) == sorted(items)
    assert shuffled == Draw(seed, key).shuffled(items)


@given(st.integers(), st.integers(-50, 50), st.integers(0, 100))
def test_whole_numbers_stay_in_their_range(seed: int, low: int, span: int) -> None:
    """Both ends are included, nothing beyond them is drawn."""
    draw = Draw(seed, "whole")
    drawn = {draw.whole(low, low + span) for _ in range(50)}
    assert low <= min(drawn) <= max(drawn) <= low + span


def test_weights_are_kept() -> None:
    """A weight of 0.9 is drawn 90 % of the time, within a few standard deviations."""
    draw = Draw(1, "weights")
    hits = sum(draw.weighted({"often": 0.9, "rarely": 0.1}) == "often" for _ in range(10_000))
    assert 8_850 < hits < 9_150
