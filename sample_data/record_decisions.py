"""Record the sample project's decisions again: ``python sample_data/record_decisions.py``.

The mappings in the project are what people want; the models say what they would have suggested. This script
runs the real suggestions on the sample data and writes down, rule by rule, what `ana` (analyst) and `sam`
(steward) made of them: rank and probability are those of the run. Then it writes the mappings as the
decisions make them, so that the two always agree.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from json import dumps, loads
from pathlib import Path
from typing import Any

from crosswalk_engine.addresses import Address, AddressResult
from crosswalk_engine.addresses.validator import BLOCK, AddressValidator, fingerprint
from crosswalk_engine.mapping.document import EachRule, MappingDocument, load_mapping
from crosswalk_engine.payload.yaml import dump_yaml
from crosswalk_engine.project.project import load_project
from crosswalk_models.duplicates import suggest_merges
from crosswalk_models.feedback import Decision, apply_decisions, decisions_of
from crosswalk_models.matching.suggest import suggest
from crosswalk_models.types import Suggestion

DATA = Path(__file__).parent
PROJECT = DATA / "projects" / "brightpearl-infor"
ORDER, CUSTOMER = "order-to-m3", "brightpearl-contact-to-m3-customer"

START, STEP = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), timedelta(seconds=37)

#: What a person sees of each target's suggestions.
SHOWN = 5

#: A first suggestion at least this sure that is not taken gets a word of refusal.
WORTH_A_WORD = 0.2

#: Mapping -> its sources (the prefix that formulas write before their paths, and the file), its target.
SIDES: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    ORDER: ((("", "brightpearl/orders.ndjson"),), "infor/orders.ndjson"),
    CUSTOMER: (
        (("", "brightpearl/contacts.ndjson"), ("address.", "brightpearl/addresses.ndjson")),
        "infor/customers.ndjson",
    ),
}

#: Why a likely suggestion was refused, by mapping and target.
REFUSALS = {
    (ORDER, "CUNO"): "one customer per channel, country and currency; a firm has its own",
    (ORDER, "ORTP"): "what makes a trade order is the firm, not how it is paid",
    (ORDER, "ORDT"): "the day on which the customer ordered",
    (ORDER, "TEDL"): "the terms belong to the channel",
    (ORDER, "TEPY"): "the terms are the contact's credit days",
    (ORDER, "address.CUA2"): "the goods go to the delivery address",
    (ORDER, "address.CSCD"): "the goods go to the delivery address",
    (ORDER, "address.PHNO"): "the carrier calls the delivery address",
    (ORDER, "ORNO"): "M3 gives this number itself",
    (ORDER, "ORVA"): "M3 adds this up itself; we check it against the order",
    (ORDER, "VTAM"): "M3 computes VAT itself",
    (CUSTOMER, "CUNO"): "the contact's own id",
    (CUSTOMER, "PHNO"): "not a telephone number",
    (CUSTOMER, "CUA3"): "the town has a field of its own",
    (CUSTOMER, "CUA4"): "M3 does not keep the county",
    **{(CUSTOMER, name): "the template brings it" for name in ("STAT", "CUTP", "CUCD", "VTCD", "MODL")},
}
OTHER_REFUSAL = "not what this field means"

#: Of the pairs of contacts that are the same, those after this many stay open for whoever tries the studio;
#: of those that are not, this many of the likeliest are refused.
MERGED, KEPT_APART = 12, 3
UNLIKELY = 0.05


def main() -> None:
    """Run the models, write the decisions and the mappings."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    mappings = chain(*map(_mapping_decisions, SIDES))
    decisions = list(_dated(chain(mappings, _merge_decisions(), _address_decisions())))
    folder = PROJECT / "decisions"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.ndjson"):
        old.unlink()
    lines = (dumps(item.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n" for item in decisions)
    (folder / f"{START:%Y-%m}.ndjson").write_text("".join(lines), encoding="utf-8")
    for name in SIDES:
        document = apply_decisions(decisions, name)
        (PROJECT / "mappings" / f"{name}.yaml").write_text(dump_yaml(document.to_json()), encoding="utf-8")


def _mapping_decisions(name: str) -> Iterator[Decision]:
    """Creation of the mapping, then for each target: perhaps a refusal, then the rule."""
    document = _without_origins(load_mapping(PROJECT / "mappings" / f"{name}.yaml"))
    shown = _suggestions(name)
    made = decisions_of(document, actor="ana", at="", suggestions=shown)
    targets = {decision.target for decision in made}
    for decision in made:
        yield from _refusals(decision, shown)
        yield decision
    for suggestion in shown:
        if suggestion.target not in targets and suggestion.rank == 1 and _is_worth_a_word(suggestion):
            yield _refusal(name, suggestion)


def _suggestions(name: str) -> list[Suggestion]:
    """What the models suggest, related records under the prefix that formulas use for them."""
    sources, target = SIDES[name]
    found: list[Suggestion] = []
    for prefix, file in sources:
        result = suggest(DATA / file, DATA / target, top=SHOWN)
        found += (_prefixed(item, prefix) for item in result.suggestions)
    # Each source has its own ranks; between them the surer one stands first, as a person would see it.
    by_target: dict[str, list[Suggestion]] = {}
    for item in found:
        by_target.setdefault(item.target, []).append(item)
    return [
        replace(item, rank=rank)
        for items in by_target.values()
        for rank, item in enumerate(sorted(items, key=lambda item: -item.probability)[:SHOWN], start=1)
    ]


def _prefixed(suggestion: Suggestion, prefix: str) -> Suggestion:
    """The suggestion as a formula of the mapping would write it."""
    if not prefix:
        return suggestion
    source = prefix + suggestion.source
    formula = str(suggestion.payload.get("formula", "")).replace(suggestion.source, source)
    return replace(suggestion, source=source, payload={**suggestion.payload, "formula": formula})


def _refusals(decision: Decision, shown: Sequence[Suggestion]) -> Iterator[Decision]:
    if decision.kind != "rule":
        return
    first = next((item for item in shown if item.target == decision.target), None)
    taken = (decision.suggestion or {}).get("source")
    if first and first.source != taken and _is_worth_a_word(first):
        yield _refusal(decision.mapping, first)


def _is_worth_a_word(suggestion: Suggestion) -> bool:
    return suggestion.probability >= WORTH_A_WORD


def _refusal(mapping: str, suggestion: Suggestion) -> Decision:
    cited = _shown(suggestion)
    reason = REFUSALS.get((mapping, suggestion.target), OTHER_REFUSAL)
    return Decision("", "", "ana", "rule", "reject", mapping, suggestion.target, None, cited, None, reason)


def _records(name: str) -> list[dict[str, Any]]:
    return [loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _merge_decisions() -> Iterator[Decision]:
    """The steward merges contacts that are the same (the firms first), and keeps some others apart."""
    policy = load_project(PROJECT).policies["duplicates"].to_json()
    found = suggest_merges(
        _records("brightpearl/contacts.ndjson"),
        _records("brightpearl/addresses.ndjson"),
        survivorship=policy["survivorship"],
        minimum=UNLIKELY,
    )
    pairs = {frozenset((str(p["left"]), str(p["right"]))) for p in _records("duplicate_contacts.ndjson")}
    same = [item for item in found if frozenset((item.target, item.source)) in pairs]
    other = [item for item in found if item not in same and item.rank == 1]
    for item in sorted(same, key=lambda item: item.target)[:MERGED]:
        yield _merge(item, "accept")
    for item in other[:KEPT_APART]:
        yield _merge(item, "reject", "different people: telephone and mail differ")


def _merge(item: Suggestion, action: str, reason: str = "") -> Decision:
    """The decision on one pair; the reasons shown are repeated, personal values are not."""
    pair = "+".join(sorted((item.target, item.source)))
    subject = {key: item.payload[key] for key in ("entity", "winner", "loser")}
    told = reason or "; ".join(evidence.sentence for evidence in item.evidence[:2])
    return Decision("", "", "sam", "duplicate", action, "", pair, None, _shown(item), subject, told)


def _shown(item: Suggestion) -> dict[str, Any]:
    probability = round(item.probability, 4)
    return {"source": item.source, "rank": item.rank, "probability": probability, "model": item.model}


def _address_decisions() -> Iterator[Decision]:
    """What the steward made of two addresses that the check holds: one corrected, one given up."""
    validator = AddressValidator(load_project(PROJECT).policies["addresses"].to_json())
    results: list[tuple[dict[str, Any], str, AddressResult]] = []
    for order in _records("projects/brightpearl-infor/samples/brightpearl.order.ndjson"):
        opinion = validator.validate(order)
        if opinion.verdict == "hold":
            results += ((order, path, result) for path, result in opinion.results)
    corrected = next((item for item in results if item[2].suggestions), None)
    hopeless = next((item for item in results if not item[2].suggestions), None)
    if corrected:
        yield _address(*corrected, "edit", "the carrier's list says so too")
    if hopeless:
        yield _address(*hopeless, "reject", "the customer does not answer")


def _address(order: dict[str, Any], path: str, result: AddressResult, action: str, reason: str) -> Decision:
    block: Any = order
    for name in path.split("."):
        block = block[name]
    entered = Address(**{part: str(block.get(name, "")) for part, name in BLOCK.items()})
    subject: dict[str, Any] = {
        "fingerprint": fingerprint(entered),
        "path": path,
        "records": [str(order["id"])],
        "verdict": result.verdict.value,
        "codes": list(result.codes),
    }
    shown = None
    if action == "edit":
        best = result.suggestions[0]
        subject["corrected"] = best.address.as_dict()
        changed = ", ".join(best.address.changes_to(entered))
        shown = {"source": changed, "rank": 1, "probability": best.probability, "model": "addresses@1"}
    name = subject["fingerprint"]
    return Decision("", "", "sam", "address", action, "", name, None, shown, subject, reason)


def _without_origins(document: MappingDocument) -> MappingDocument:
    def bare(rule: Any) -> Any:
        inner = {"rules": tuple(map(bare, rule.rules))} if isinstance(rule, EachRule) else {}
        return rule.model_copy(update={"origin": None, **inner})

    return document.model_copy(update={"rules": tuple(map(bare, document.rules))})


def _dated(decisions: Iterable[Decision]) -> Iterator[Decision]:
    """Ids, times, reasons, and in each rule its origin."""
    for number, decision in enumerate(decisions):
        at = f"{START + number * STEP:%Y-%m-%dT%H:%M:%SZ}"
        rule = decision.rule
        if rule is not None and "each" not in rule:
            rule = {**rule, "origin": _origin(decision, at)}
        reason = decision.reason or str((decision.rule or {}).get("note") or "")
        yield replace(decision, id=f"sample-{number:03d}", at=at, rule=rule, reason=reason)


def _origin(decision: Decision, at: str) -> dict[str, Any]:
    shown = decision.suggestion
    if not shown:
        return {"by": "person", "approved_by": decision.actor, "at": at}
    return {
        "by": "suggestion",
        "model": shown["model"],
        "probability": shown["probability"],
        "approved_by": decision.actor,
        "at": at,
    }


if __name__ == "__main__":
    main()
