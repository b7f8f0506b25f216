"""Merges to approve among a retail system's contacts, as suggestions that the studio can show and decide.

An approved one becomes a decision of kind ``duplicate`` whose subject is the suggestion's `payload`
(``entity, winner, loser``); the release turns it into an id-map entry: the loser leads to the winner.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crosswalk_models.duplicates.find import Duplicates, find_duplicates
from crosswalk_models.duplicates.golden import propose_golden
from crosswalk_models.duplicates.records import from_rows
from crosswalk_models.duplicates.roles import Entity
from crosswalk_models.types import Evidence, Suggestion

#: Less probable pairs are not worth a person's time.
WORTH_A_LOOK = 0.2
_PHONES = ("PRI", "MOB", "SEC")


def suggest_merges(
    contacts: Sequence[Mapping[str, Any]],
    addresses: Iterable[Mapping[str, Any]] = (),
    *,
    survivorship: Mapping[str, object] | None = None,
    decisions: Sequence[tuple[str, str, bool]] = (),
    minimum: float = WORTH_A_LOOK,
) -> list[Suggestion]:
    """Which contacts are one customer: a suggestion for each record that should lead to another, surest
    first.

    Args:
        contacts: as the system's contact resource gives them (``contactId, firstName, communication …``).
        addresses: its postal addresses, found by the contacts' ``postAddressIds.DEF``.
        survivorship: the policy ``policies/duplicates.yaml``'s part of that name.
        decisions: pairs decided before (id, id, same); decided pairs are not suggested again.
        minimum: least probability, in [0, 1].
    """
    by_id = {str(item.get("addressId")): item for item in addresses}
    rows = [_row(contact, by_id) for contact in contacts]
    known = {row["id"] for row in rows}
    labels = [label for label in decisions if label[0] in known and label[1] in known]
    compared = [{name: value for name, value in row.items() if name not in _UNCOMPARED} for row in rows]
    found = find_duplicates(from_rows(compared), entity=Entity.PERSON, labels=labels, minimum=minimum)
    decided = {frozenset(label[:2]) for label in labels}
    merges = [
        merge
        for merge in _merges(found, rows, survivorship)
        if frozenset((merge.target, merge.source)) not in decided
    ]
    return _ranked(merges)


#: Columns that steer survivorship and say nothing about who it is.
_UNCOMPARED = frozenset({"created", "updated"})


def _merges(
    found: Duplicates, rows: Sequence[dict[str, str]], survivorship: Mapping[str, object] | None
) -> Iterable[Suggestion]:
    scored = {(pair.left, pair.right): pair for pair in found.pairs}
    grouped: dict[int, list[int]] = {}
    for row, cluster in enumerate(found.clusters.tolist()):
        grouped.setdefault(cluster, []).append(row)
    number = {row["id"]: at for at, row in enumerate(rows)}
    for members in grouped.values():
        if len(members) < 2:
            continue
        golden = propose_golden([rows[member] for member in members], survivorship)
        winner = number[golden.winner]
        for member in members:
            if member == winner:
                continue
            pair = scored.get((min(member, winner), max(member, winner)))
            links = [item for item in found.pairs if member in (item.left, item.right)]
            best = pair or max(
                (item for item in links if {item.left, item.right} <= set(members)),
                key=lambda item: item.probability,
            )
            yield _suggestion(
                rows, member, winner, best.probability, best.evidence, found.model, golden_of(golden)
            )
    for pair in found.pairs:
        if found.clusters[pair.left] != found.clusters[pair.right]:
            golden = propose_golden([rows[pair.left], rows[pair.right]], survivorship)
            winner = number[golden.winner]
            loser = pair.left if winner == pair.right else pair.right
            yield _suggestion(
                rows, loser, winner, pair.probability, pair.evidence, found.model, golden_of(golden)
            )


def golden_of(golden: Any) -> dict[str, Any]:
    """The golden record as JSON: each field's value, its source, the rule and the values that do not
    survive."""
    return {
        name: {"value": kept.value, "source": kept.source, "rule": kept.rule, "others": dict(kept.others)}
        for name, kept in golden.fields.items()
    }


def _suggestion(
    rows: Sequence[dict[str, str]],
    loser: int,
    winner: int,
    probability: float,
    evidence: tuple[Evidence, ...],
    model: str,
    golden: dict[str, Any],
) -> Suggestion:
    payload = {
        "entity": "contact",
        "winner": rows[winner]["id"],
        "loser": rows[loser]["id"],
        "golden": golden,
    }
    return Suggestion(
        kind="duplicate",
        target=rows[loser]["id"],
        source=rows[winner]["id"],
        rank=1,
        probability=probability,
        evidence=evidence,
        model=model,
        payload=payload,
    )


def _ranked(merges: list[Suggestion]) -> list[Suggestion]:
    """Surest first; a record with several possible partners has them ranked."""
    ordered = sorted(merges, key=lambda item: (-item.probability, item.target, item.source))
    seen: dict[str, int] = {}
    ranked = []
    for item in ordered:
        seen[item.target] = seen.get(item.target, 0) + 1
        ranked.append(
            replace(item, rank=seen[item.target]),
        )
    return ranked


def _row(contact: Mapping[str, Any], addresses: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """A contact as one flat row of text."""
    talk = _part(contact, "communication")
    phones = _part(talk, "telephones")
    home = addresses.get(str(_part(contact, "postAddressIds").get("DEF")), {})
    row = {
        "id": str(contact.get("contactId", "")),
        "given_name": contact.get("firstName"),
        "surname": contact.get("lastName"),
        "company": _part(contact, "organisation").get("name"),
        "email": _part(_part(talk, "emails"), "PRI").get("email"),
        "phone": next((phones[kind] for kind in _PHONES if phones.get(kind)), ""),
        "street": " ".join(str(home.get(f"addressLine{n}") or "") for n in (1, 2)).strip(),
        "city": home.get("addressLine3"),
        "postcode": home.get("postalCode"),
        "country": home.get("countryIsoCode2") or home.get("countryIsoCode"),
        "created": contact.get("createdOn"),
        "updated": contact.get("updatedOn"),
    }
    return {name: str(value or "").strip() for name, value in row.items()}


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}
