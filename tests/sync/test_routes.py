"""Conditional routes and mappings: where each record goes, and that people can see why."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import EventState
from crosswalk_engine.journal.audit import verify_audit
from crosswalk_engine.journal.reading import events_in, time_line
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.tree import RelatedTree
from crosswalk_engine.project.flow import Route
from crosswalk_engine.sync.stages import Verdict
from crosswalk_engine.sync.validate import together
from crosswalk_engine.sync.ways import Candidates, Ways
from crosswalk_engine.testing.scene import OrderMapping, Scene, scene


class WebMapping(OrderMapping):
    """Maps web orders: the same, with another natural key."""

    name = "web"

    def apply(self, record: Any, *, related: Any = None, idmap: Any = None, now: Any = None) -> MapResult:
        """As an order, under a key of its own."""
        result = super().apply(record, related=related, idmap=idmap)
        return MapResult({**result.output, "CUOR": f"WEB{record['id']}"}) if result.output else result


def is_web(document: Any, related: Any, now: Any = None) -> bool:
    """Web orders have a channel."""
    return document.get("channel") == "web"


def always(document: Any, related: Any, now: Any = None) -> bool:
    """No condition."""
    return True


def numbered(number: int) -> Any:
    """The condition that holds for one order."""
    return lambda document, related, now=None: document["id"] == number


ROUTES = [
    (Route(name="tests", to="skip", reason="a test order"), numbered(1), None),
    (Route(name="large", to="hold"), numbered(2), None),
    (Route(name="forbidden", to="reject", reason="we do not sell there"), numbered(3), None),
    (Route(name="web too", mapping="web"), numbered(4), WebMapping()),
]


def routed(path: Path, count: int, routes: Any = (), choices: Any = None, *, first: bool = True) -> Scene:
    """A scene whose flow has routes and mappings to choose from."""
    stage = scene(path, count)
    inbox = stage.journal.inbox
    ways = Ways(
        choices or [(always, cast("Any", OrderMapping()))],
        routes,
        first,
        lambda event, code: inbox.let_go(event.id, code),
    )
    stage.pipeline = replace(stage.pipeline, ways=ways)
    for number in range(1, count + 1):
        stage.notice(number)
    return stage


def ended(stage: Scene) -> dict[str, tuple[str, str, str]]:
    """record -> state, code and reason of events that were not delivered."""
    rows = events_in(stage.journal.core.db, ("skipped", "held", "dead"))
    return {row.record: (row.state, row.code or "", row.reason or "") for row in rows}


@pytest.mark.parametrize("first", [True, False])
async def test_each_route_leads_where_it_says(quick_path: Path, first: bool) -> None:
    """Skipped, held, rejected, mapped otherwise; the route's name stands in the reason and in the audit."""
    stage = routed(quick_path, 5, ROUTES, first=first)
    await stage.run()
    assert ended(stage) == {
        "1": ("skipped", "CW-ROUTE-SKIP", "route 'tests': a test order"),
        "2": ("held", "CW-ROUTE-HOLD", "route 'large'"),
        "3": ("dead", "CW-ROUTE-REJECT", "route 'forbidden': we do not sell there"),
    }
    assert sorted(order["CUOR"] for _, order in stage.erp.orders) == ["BP5", "WEB4"]
    noted = {
        record: [
            step["detail"] for step in time_line(stage.journal.core.db, record) if step["action"] == "routed"
        ]
        for record in "12345"
    }
    assert noted == {
        "1": [{"route": "tests", "to": "skip"}],
        "2": [{"route": "large", "to": "hold"}],
        "3": [{"route": "forbidden", "to": "reject"}],
        "4": [{"route": "web too", "to": "deliver", "mapping": "web"}],
        "5": [],
    }
    assert verify_audit(stage.journal.core.db).first_bad is None
    stage.close()


@pytest.mark.parametrize(("first", "code"), [(True, "CW-ROUTE-SKIP"), (False, "X-BAD")])
async def test_routes_before_the_mapping_spare_it(quick_path: Path, first: bool, code: str) -> None:
    """A record that is skipped first is not mapped; one that is routed later is validated first."""
    stage = routed(quick_path, 1, ROUTES, first=first)
    stage.shop.orders["1"]["bad"] = True
    await stage.run()
    assert ended(stage)["1"][1] == code
    stage.close()


async def test_nothing_is_made_for_a_record_that_ends_later(quick_path: Path) -> None:
    """A late route waits for no key and makes no customer; the verdict comes all the same."""
    stage = routed(quick_path, 2, ROUTES, first=False)
    await stage.run()
    assert (stage.erp.customers, stage.erp.orders) == ([], [])
    assert {state for state, _, _ in ended(stage).values()} == {"skipped", "held"}
    stage.close()


async def test_a_held_record_goes_when_a_person_sends_it(quick_path: Path) -> None:
    """A hold asks a person; a replay is the answer, once, for this event: the next change is held again."""
    stage = routed(quick_path, 2, ROUTES)
    await stage.run()
    (held,) = events_in(stage.journal.core.db, ("held",))
    stage.journal.inbox.requeue(held.id, at=stage.clock[0], actor="eve")
    await stage.run()
    assert [order["CUOR"] for _, order in stage.erp.orders] == ["BP2"]
    stage.shop.orders["2"] |= {"version": 2, "status": 19}
    stage.notice(2, version=2)
    await stage.run()
    assert ended(stage)["2"][1] == "CW-ROUTE-HOLD"
    stage.close()


async def test_the_first_choice_that_holds_maps_the_record(quick_path: Path) -> None:
    """Web orders one way, the others the other way; which one stands in the audit."""
    choices = [(is_web, WebMapping()), (always, OrderMapping())]
    stage = routed(quick_path, 4, choices=choices)
    stage.shop.orders["2"]["channel"] = stage.shop.orders["4"]["channel"] = "web"
    await stage.run()
    assert sorted(order["CUOR"] for _, order in stage.erp.orders) == ["BP1", "BP3", "WEB2", "WEB4"]
    steps = Counter(
        step["detail"]["mapping"]
        for record in "1234"
        for step in time_line(stage.journal.core.db, record)
        if step["action"] == "routed"
    )
    assert steps == {"web": 2, "m": 2}
    stage.close()


async def test_a_record_for_which_no_choice_holds_is_held(quick_path: Path) -> None:
    """It must not be lost, nor mapped by guess."""
    stage = routed(quick_path, 1, choices=[(is_web, WebMapping()), (is_web, OrderMapping())])
    await stage.run()
    assert ended(stage)["1"][:2] == ("held", "CW-ROUTE-NONE")
    stage.close()


async def test_a_condition_that_cannot_use_the_data_is_a_dead_letter(quick_path: Path) -> None:
    """The other records go their way."""

    def broken(document: Any, related: Any, now: Any = None) -> bool:
        if document["id"] == 2:
            raise RecordError("CW-TYPE", "id is no number", where="the condition of route 'large'")
        return False

    stage = routed(quick_path, 3, [(Route(name="large", to="hold"), broken, None)])
    await stage.run()
    assert ended(stage) == {"2": ("dead", "CW-TYPE", "id is no number · at the condition of route 'large'")}
    assert len(stage.erp.orders) == 2
    stage.close()


async def test_a_record_that_comes_back_is_noted_once(quick_path: Path) -> None:
    """An outage brings the event round many times; the audit tells its route once."""
    stage = routed(quick_path, 4, ROUTES)
    stage.chance.down = 1.0
    await stage.run(30)
    stage.chance.down = 0.0
    await stage.run()
    steps = [step for step in time_line(stage.journal.core.db, "4") if step["action"] == "routed"]
    assert len(steps) == 1 and {"WEB4"} <= {order["CUOR"] for _, order in stage.erp.orders}
    stage.close()


def opinion(verdict: str, *reasons: str) -> Any:
    """A validator that always says the same."""
    found = SimpleNamespace(verdict=verdict, reasons=reasons)
    return SimpleNamespace(validate=lambda document: found)


class Broken:
    """A validator with a fault."""

    def validate(self, document: Any) -> Any:
        """Fails."""
        raise KeyError("x")


ADDRESS = "ADR-POSTCODE parties.delivery.postalCode: unknown, got 'ZZ9'"


@pytest.mark.parametrize(
    ("bad", "validators", "expected"),
    [
        (
            True,
            {"addresses": opinion("hold", ADDRESS)},
            ("dead", "X-BAD", f"CUOR: X-BAD cannot be mapped [bad]; CW-ADDRESSES {ADDRESS}"),
        ),
        (
            False,
            {
                "addresses": opinion("hold", ADDRESS),
                "credit": opinion("reject", "CR-1 limit: over", "CR-2 x"),
            },
            ("dead", "CW-CREDIT", f"CR-1 limit: over; CR-2 x; CW-ADDRESSES {ADDRESS}"),
        ),
        (False, {"a": opinion("pass"), "b": opinion("hold", "B-1")}, ("held", "CW-B", "B-1")),
        (
            True,
            {"x": Broken()},
            (
                "dead",
                "X-BAD",
                "CUOR: X-BAD cannot be mapped [bad]; CW-ENGINE the engine failed on this record: KeyError",
            ),
        ),
        (False, {"x": Broken()}, ("held", "CW-ENGINE", "the engine failed on this record: KeyError")),
    ],
)
async def test_all_that_is_wrong_comes_together(
    quick_path: Path, bad: bool, validators: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    """What the mapping finds and what each validator says, with path, code and value, in one verdict."""
    stage = scene(quick_path, 1)
    stage.pipeline = replace(stage.pipeline, validators=validators)
    stage.shop.orders["1"]["bad"] = bad
    stage.notice(1)
    await stage.run()
    assert ended(stage)["1"] == expected
    stage.close()


async def test_all_problems_of_a_mapping_stand_in_the_reason(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with path, code, sentence and value; of very many the first hundred and the count of others."""
    problems = tuple(Problem(f"lines[{n}].ITNO", "CW-TOO-LONG", "ABC", "is too long") for n in range(120))
    check = Problem("check: net adds up", "CW-CHECK", "", "does not hold")
    monkeypatch.setattr(OrderMapping, "apply", lambda *_, **__: MapResult(None, (check, *problems)))
    stage = scene(quick_path, 1)
    stage.notice(1)
    await stage.run()
    reason = ended(stage)["1"][2]
    assert reason.startswith(
        "check: net adds up: CW-CHECK does not hold; lines[0].ITNO: CW-TOO-LONG is too long [ABC]; lines[1]"
    )
    assert reason.endswith("lines[98].ITNO: CW-TOO-LONG is too long [ABC]; and 21 more")
    stage.close()


def test_the_gravest_verdict_leads() -> None:
    """A dead letter before a hold, whichever comes first; alone it stays as it is; none is none."""
    hold, dead = Verdict(EventState.HELD, "H", "h"), Verdict(EventState.DEAD, "D", "d")
    assert together([hold, dead]) == replace(dead, reason="d; H h")
    assert (together([]), together([hold])) == (None, hold)


def test_candidates_need_what_any_of_them_needs() -> None:
    """The related records of all mappings, and of each the ids that any of them names."""

    def mapping(name: str, *ids: str) -> Any:
        tree = SimpleNamespace(related={name: RelatedTree(name, "x"), "contact": RelatedTree("contact", "c")})
        keys = {name: frozenset(ids), "contact": frozenset(ids[:1])}
        return SimpleNamespace(tree=tree, related_keys=lambda record, related=None: keys)

    both = Candidates([mapping("group", "1", "2"), mapping("product", "3")])
    assert set(both.tree.related) == {"group", "contact", "product"}
    assert both.related_keys({}) == {
        "group": frozenset({"1", "2"}),
        "product": frozenset({"3"}),
        "contact": frozenset({"1", "3"}),
    }
