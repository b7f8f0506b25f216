"""Address corrections as suggestions that the studio can show and decide.

An accepted one becomes a decision of kind ``address`` whose subject is the suggestion's `payload`. Accepting
the address as it stands is the suggestion whose `source` is ``as it stands``: its fingerprint then goes into
the policy's ``accepted`` list, and the flow lets that address pass.
"""

from crosswalk_engine.addresses import Address, AddressResult, AddressSuggestion, Verdict
from crosswalk_engine.addresses.codes import CODES, Severity
from crosswalk_engine.addresses.validator import fingerprint

from crosswalk_models.types import Evidence, Suggestion

MODEL = "address-rules@1"
AS_IT_STANDS = "as it stands"
#: Log-odds shown for a code, by severity: codes are rules, so these only order the evidence.
_WEIGHTS = {
    Severity.NOTE: 0.0,
    Severity.FORMAT: 0.0,
    Severity.REVIEW: -2.0,
    Severity.REJECT: -4.0,
    Severity.UNSUPPORTED: -1.0,
}


def suggest_addresses(target: str, address: Address, result: AddressResult) -> list[Suggestion]:
    """What a person may decide about one checked address: each correction, and to keep it as it stands.

    Args:
        target: what is decided, e.g. ``order 200314 parties.delivery``.
        address: as it was given.
        result: of `validate_address(address)`. Nothing is suggested for an accepted one.
    """
    if result.verdict in (Verdict.ACCEPT, Verdict.ACCEPT_NORMALISED, Verdict.UNSUPPORTED):
        return []
    evidence = _evidence(result)
    found = [
        Suggestion(
            kind="address",
            target=target,
            source=_line(item.address),
            rank=rank,
            probability=item.probability,
            evidence=(*_reasons(item), *evidence),
            model=MODEL,
            payload=_payload(address, result, item.address),
        )
        for rank, item in enumerate(result.suggestions, start=1)
    ]
    left = max(0.0, 1.0 - sum(item.probability for item in result.suggestions))
    found.append(
        Suggestion(
            kind="address",
            target=target,
            source=AS_IT_STANDS,
            rank=len(found) + 1,
            probability=round(left, 4) if result.verdict is Verdict.REVIEW else 0.0,
            evidence=evidence,
            model=MODEL,
            payload={**_payload(address, result, result.address), "fingerprint": fingerprint(address)},
        )
    )
    return found


def _payload(address: Address, result: AddressResult, chosen: Address) -> dict[str, object]:
    return {
        "given": address.as_dict(),
        "address": chosen.as_dict(),
        "changed": list(address.changes_to(chosen)),
        "verdict": result.verdict.value,
        "codes": list(result.codes),
    }


def _evidence(result: AddressResult) -> tuple[Evidence, ...]:
    """What is wrong, one line a code, gravest first."""
    codes = sorted((CODES[name] for name in result.codes), key=lambda code: -code.severity)
    return tuple(
        Evidence("address rules", code.name, _WEIGHTS[code.severity], code.sentence) for code in codes
    )


def _reasons(item: AddressSuggestion) -> tuple[Evidence, ...]:
    return tuple(Evidence("correction", "reason", 0.0, reason) for reason in item.reasons)


def _line(address: Address) -> str:
    """The address in one line, for a list to choose from."""
    return ", ".join(value for value in address.as_dict().values() if value)
