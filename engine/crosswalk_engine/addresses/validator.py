"""The flow's validate step for addresses: a policy says which blocks to check and what each verdict means.

``policies/addresses.yaml``::

    format: crosswalk/policy@1
    kind: addresses
    fields: {path: parties.delivery}            # or a list of such; `map:` renames the block's own fields
    on: {REVIEW: hold, REJECT: hold, UNSUPPORTED: pass}
    ignore: [ADR-GB-POSTCODE-NOT-FOUND]         # codes that are remarks here
    accepted: [3f2a…]                           # fingerprints of addresses that a person let pass
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.addresses.check import validate_address
from crosswalk_engine.addresses.codes import CODES, Severity, field_of, sentence, verdict_of
from crosswalk_engine.addresses.model import Address, AddressResult
from crosswalk_engine.errors import ConfigError, masked

#: Where a retail system keeps the parts of an address block: line 3 is the town, line 4 the county or state.
BLOCK = {
    "line1": "addressLine1", "line2": "addressLine2", "city": "addressLine3", "state": "addressLine4",
    "postcode": "postalCode", "country": "countryIsoCode",
}  # fmt: skip
ACTIONS = ("pass", "hold", "reject")
_DEFAULT = {
    "ACCEPT": "pass", "ACCEPT_NORMALISED": "pass", "REVIEW": "hold", "REJECT": "hold", "UNSUPPORTED": "pass",
}  # fmt: skip
_KEYS = frozenset({"format", "kind", "name", "fields", "on", "ignore", "accepted"})
#: Parts of an address that name a person or a house are not repeated in reasons.
_MASKED = frozenset({"line1", "line2"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an address does not simply pass: `path` of the field, `code`, `value` (street lines masked)."""

    path: str
    code: str
    value: str

    def __str__(self) -> str:
        got = f", got {self.value!r}" if self.value else ""
        return f"{self.code} {self.path}: {sentence(self.code)}{got}"


@dataclass(frozen=True, slots=True)
class Validation:
    """`verdict` is ``pass``, ``hold`` or ``reject``; `results` has the full answer for each block's path."""

    verdict: str
    findings: tuple[Reason, ...]
    results: tuple[tuple[str, AddressResult], ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The findings in words: code, path, what is wrong, what was got."""
        return tuple(map(str, self.findings))


@dataclass(frozen=True, slots=True)
class _Block:
    path: str
    names: Mapping[str, str]


def fingerprint(address: Address) -> str:
    """A hash that names `address` without showing it; the same for every spelling with one normal form."""
    normal = validate_address(address).address
    text = "\x1f".join(value.upper() for value in normal.as_dict().values())
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class AddressValidator:
    """Checks the address blocks of an order by a policy document (as a mapping).

    Raises:
        ConfigError: the policy has an unknown key, no path, an unknown verdict, action or code.
    """

    def __init__(self, policy: Mapping[str, Any]) -> None:
        unknown = sorted(set(policy) - _KEYS)
        if unknown:
            raise _wrong("an unknown key", masked(unknown[0]), ", ".join(sorted(_KEYS)))
        self._blocks = _blocks(policy.get("fields"))
        on = policy.get("on") or {}
        for verdict, action in on.items():
            if verdict not in _DEFAULT or action not in ACTIONS:
                raise _wrong("`on` maps a verdict to an action", masked(f"{verdict}: {action}"),
                             f"{'|'.join(_DEFAULT)}: {'|'.join(ACTIONS)}")  # fmt: skip
        self._on = {**_DEFAULT, **on}
        self._ignored = frozenset(policy.get("ignore") or ())
        strangers = sorted(self._ignored - set(CODES))
        if strangers:
            raise _wrong(
                "`ignore` names an unknown code", masked(strangers[0]), "a code of docs/addresses.md"
            )
        self._accepted = frozenset(policy.get("accepted") or ())

    def validate(self, order: Mapping[str, Any]) -> Validation:
        """Check every block; the worst action of all decides. Never raises on any order."""
        worst = 0
        findings: list[Reason] = []
        results = []
        for block in self._blocks:
            found = _at(order, block.path)
            result = validate_address(_address(found, block.names))
            results.append((block.path, result))
            codes = [code for code in result.codes if code not in self._ignored]
            action = self._on[verdict_of(codes)]
            if action != "pass" and self._accepted and fingerprint(result.address) in self._accepted:
                action = "pass"
            worst = max(worst, ACTIONS.index(action))
            if action != "pass":
                findings += [_reason(code, block, result) for code in codes if _counts(code)]
        return Validation(ACTIONS[worst], tuple(findings), tuple(results))


def _counts(code: str) -> bool:
    return CODES[code].severity >= Severity.REVIEW


def _reason(code: str, block: _Block, result: AddressResult) -> Reason:
    name = field_of(code)
    value = getattr(result.address, name) if name else ""
    shown = "•••" if name in _MASKED and value else masked(value)
    path = f"{block.path}.{block.names[name]}" if name else block.path
    return Reason(path, code, shown)


def _wrong(what: str, got: str, expected: str) -> ConfigError:
    return ConfigError(
        "CW-POLICY-ADDRESSES", what, where="policies/addresses.yaml", got=got, expected=expected
    )


def _blocks(fields: object) -> tuple[_Block, ...]:
    if isinstance(fields, Mapping) and "path" not in fields:
        fields = [fields[name] for name in fields]
    entries = fields if isinstance(fields, list | tuple) else [fields]
    blocks = []
    for entry in entries:
        entry = {"path": entry} if isinstance(entry, str) else entry
        if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), str):
            raise _wrong("`fields` names no block", masked(entry), "fields: {path: parties.delivery}")
        renamed = entry.get("map") or {}
        if not isinstance(renamed, Mapping) or set(renamed) - set(BLOCK) or set(entry) - {"path", "map"}:
            raise _wrong("`fields` has an unknown part", masked(entry), f"path, map: {{{', '.join(BLOCK)}}}")
        blocks.append(_Block(entry["path"], {**BLOCK, **renamed}))
    return tuple(blocks)


def _at(order: object, path: str) -> Mapping[str, Any]:
    for name in path.split("."):
        order = order.get(name) if isinstance(order, Mapping) else None
    return order if isinstance(order, Mapping) else {}


def _address(block: Mapping[str, Any], names: Mapping[str, str]) -> Address:
    def text(name: str) -> str:
        value = block.get(names[name])
        return value if isinstance(value, str) else "" if value is None else str(value)

    return Address(**{name: text(name) for name in BLOCK})
