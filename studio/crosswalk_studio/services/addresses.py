"""Addresses that a person should look at: those of the sample orders that the policy would not let pass."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crosswalk_engine.addresses import Address, AddressResult, AddressSuggestion, Verdict, validate_batch
from crosswalk_engine.addresses.codes import sentence
from crosswalk_engine.addresses.validator import BLOCK, AddressValidator, fingerprint
from crosswalk_engine.errors import RejectedError
from crosswalk_engine.payload.paths import values
from crosswalk_engine.project.policy import AddressesPolicy
from crosswalk_engine.project.project import Project
from crosswalk_models.feedback import Decision

from crosswalk_studio.errors import StaleError
from crosswalk_studio.services.ledger import By, record
from crosswalk_studio.services.scopes import entity_key
from crosswalk_studio.services.targets import effective
from crosswalk_studio.services.workspace import Workspace, key_of

State = Literal["error", "warning", "accepted", "manual", "rejected"]
PARTS = ("line1", "line2", "city", "state", "postcode", "country")
_STATES: dict[str, State] = {"accept": "accepted", "edit": "manual", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class AddressCase:
    """One address that does not simply pass; the same address in several orders is one case.

    Attributes:
        id: the address's fingerprint: names it without showing it.
        entered: as it stands in the payload.
        result: what the check says, with its suggestions.
        path: where it lies in the record, e.g. ``parties.delivery``.
        records: ids of the orders that it holds up.
        action: ``hold`` or ``reject``: what the policy does with it.
        state: where the decision stands.
        head: the last decision.
        corrected: what a person made of it.
    """

    id: str
    entered: Address
    result: AddressResult
    path: str
    records: tuple[str, ...]
    action: str
    state: State
    head: Decision | None = None
    corrected: Address | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence a finding."""
        return tuple(f"{code}: {sentence(code)}" for code in self.result.codes)

    @property
    def best(self) -> AddressSuggestion | None:
        """The most probable correction."""
        return self.result.suggestions[0] if self.result.suggestions else None


@dataclass(frozen=True, slots=True)
class AddressBoard:
    """All cases, and how many addresses were checked and passed.

    `reason` says why nothing could be checked; then there are no cases.
    """

    cases: tuple[AddressCase, ...] = ()
    checked: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""


#: The job that checks the samples' addresses beside the pages: loading the reference data takes seconds.
JOB = "addresses"


def waiting_addresses(workspace: Workspace) -> int | None:
    """How many addresses wait for a person; `None` while they are being checked beside the pages."""
    job = workspace.jobs.get(JOB)
    if job is None:
        workspace.jobs.start(JOB, "Checking the addresses", lambda _: address_board(workspace).checked)
        return None
    if job.running:
        return None
    return sum(case.state in ("warning", "error") for case in address_board(workspace).cases)


@dataclass(frozen=True, slots=True)
class _Found:
    """A checked address before decisions: cached, since checking is the slow part."""

    id: str
    entered: Address
    result: AddressResult
    path: str
    records: tuple[str, ...]


def address_board(workspace: Workspace) -> AddressBoard:
    """The cases of the open project."""
    project = workspace.checked().project
    if project is None:
        return AddressBoard(reason="the project's documents have errors")
    policy = project.policies.get("addresses")
    if not isinstance(policy, AddressesPolicy):
        return AddressBoard(reason="the project has no policies/addresses.yaml")
    mark = (workspace.fingerprint()[1:], policy.model_dump_json(exclude={"accepted"}))
    found = workspace.cached("addresses", mark, lambda: _check(workspace, project, policy))
    heads = workspace.store.heads("address")
    on = AddressValidator({**policy.to_json(), "accepted": []})
    verdicts: dict[str, int] = {}
    cases = []
    for item in found:
        verdicts[item.result.verdict.value] = verdicts.get(item.result.verdict.value, 0) + len(item.records)
        action = _action(on, item)
        head = heads.get(item.id)
        if action != "pass":
            cases.append(_case(workspace, item, action, head))
    cases.sort(key=lambda case: (case.entered.country.upper(), case.entered.postcode, case.id))
    return AddressBoard(tuple(cases), sum(verdicts.values()), verdicts)


def _action(validator: AddressValidator, item: _Found) -> str:
    block: Any = {BLOCK[part]: getattr(item.entered, part) for part in PARTS}
    for name in reversed(item.path.split(".")):
        block = {name: block}
    return validator.validate(block).verdict


def _case(workspace: Workspace, item: _Found, action: str, head: Decision | None) -> AddressCase:
    decided = effective(workspace, head)
    untouched: State = "error" if item.result.verdict is Verdict.REJECT else "warning"
    subject = (decided.subject or {}) if decided else {}
    corrected = subject.get("corrected")
    return AddressCase(
        item.id,
        item.entered,
        item.result,
        item.path,
        item.records,
        action,
        _STATES.get(decided.action, untouched) if decided else untouched,
        head,
        Address(**{part: str(corrected.get(part, "")) for part in PARTS}) if corrected else None,
    )


def _check(workspace: Workspace, project: Project, policy: AddressesPolicy) -> list[_Found]:
    spots: dict[tuple[str, Address], list[str]] = {}
    for name, path, address in _addresses(workspace, project, policy):
        spots.setdefault((path, address), []).append(name)
    results = validate_batch(address for _, address in spots)
    return [
        _Found(fingerprint(address), address, result, path, tuple(names))
        for ((path, address), names), result in zip(spots.items(), results, strict=True)
    ]


def _addresses(
    workspace: Workspace, project: Project, policy: AddressesPolicy
) -> Iterator[tuple[str, str, Address]]:
    for flow in project.flows.values():
        system = project.manifest.system_of(flow.source.connection)
        samples = workspace.samples(system, flow.source.entity) if system else None
        if "addresses" not in flow.validators or samples is None or system is None:
            continue
        key = entity_key(project, system, flow.source.entity)
        for number, item in enumerate(samples.records, start=1):
            name = (key and key_of(item, key)) or f"record {number}"
            for path, names in _blocks(policy.fields):
                for block in values(item, path):
                    if isinstance(block, Mapping):
                        yield name, path, _address(block, names)


def _blocks(fields: Any) -> list[tuple[str, Mapping[str, str]]]:
    """The policy's address blocks: path and names of parts (the policy itself is checked elsewhere)."""
    if isinstance(fields, Mapping) and "path" not in fields:
        fields = list(fields.values())
    entries = fields if isinstance(fields, list | tuple) else [fields]
    blocks: list[tuple[str, Mapping[str, str]]] = []
    for entry in entries:
        plain: Mapping[str, Any] = {"path": entry} if isinstance(entry, str) else entry
        blocks.append((str(plain["path"]), {**BLOCK, **(plain.get("map") or {})}))
    return blocks


def _address(block: Mapping[str, Any], names: Mapping[str, str]) -> Address:
    def text(part: str) -> str:
        value = block.get(names[part])
        return value if isinstance(value, str) else "" if value is None else str(value)

    return Address(**{part: text(part) for part in PARTS})


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Deciding on addresses."""

    workspace: Workspace

    def accept(self, case: AddressCase, by: By, *, reason: str = "") -> Decision:
        """It is right as it stands: the policy lets exactly this address pass from now on."""
        return self._decide("accept", case, by, reason=reason)

    def correct(self, case: AddressCase, corrected: Address, by: By, *, suggested: bool) -> Decision:
        """It should read `corrected`; the order stays held until the source says so too.

        Raises:
            RejectedError: the correction is the address itself.
        """
        if corrected == case.entered:
            raise RejectedError(
                "CW-ADDRESS-SAME", "the correction changes nothing", where=", ".join(case.records[:3])
            )
        best = case.best
        shown = None
        if suggested and best is not None:
            changed = best.address.changes_to(case.entered)
            shown = {
                "source": ", ".join(changed),
                "rank": 1,
                "probability": best.probability,
                "model": "addresses@1",
            }
        return self._decide("edit", case, by, corrected=corrected, shown=shown)

    def reject(self, case: AddressCase, by: By, *, reason: str = "") -> Decision:
        """Nothing can be delivered there."""
        return self._decide("reject", case, by, reason=reason)

    def undo(self, case: AddressCase, by: By) -> Decision:
        """Take the last decision back."""
        head = self.workspace.store.head("address", "", case.id)
        if head is None:
            raise RejectedError("CW-DECISION-NONE", "nothing was decided on this address", where=case.id)
        before = self.workspace.store.thread("address", "", case.id)
        facts = {"undo_of": head.id, "restores": before[1].id if len(before) > 1 else None}
        held = effective(self.workspace, before[1] if len(before) > 1 else None)
        accepted = held is not None and held.action == "accept"
        return self._decide("reject", case, by, facts=facts, accepted=accepted, reason="undo")

    def _decide(
        self,
        action: str,
        case: AddressCase,
        by: By,
        *,
        corrected: Address | None = None,
        shown: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None,
        accepted: bool | None = None,
        reason: str = "",
    ) -> Decision:
        workspace = self.workspace
        subject = {
            "fingerprint": case.id,
            "path": case.path,
            "records": list(case.records[:20]),
            "verdict": case.result.verdict.value,
            "codes": list(case.result.codes),
            "corrected": corrected.as_dict() if corrected else None,
            **(facts or {}),
        }
        at = workspace.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        decision = Decision(
            by.op, at, by.actor, "address", action, target=case.id, suggestion=shown,
            subject={key: value for key, value in subject.items() if value is not None}, reason=reason,
        )  # fmt: skip
        with workspace.writing:
            path = workspace.root / "policies" / "addresses.yaml"
            if not path.is_file():
                raise StaleError("policies/addresses.yaml", "the policy is not there any more")
            text = path.read_text("utf-8")
            passes = accepted if accepted is not None else action == "accept"
            edited = with_accepted(text, case.id, passes)
            return record(workspace, decision, by, {path: edited} if edited != text else {})


_ACCEPTED = re.compile(
    r"^accepted:[ \t]*(?P<inline>\[.*\])?[ \t]*\n(?P<items>(?:[ \t]*- .*\n)*)", re.MULTILINE
)


def with_accepted(text: str, mark: str, passes: bool) -> str:
    """The policy's text with the fingerprint `mark` in its `accepted` list, or without it."""
    text = text if text.endswith("\n") else text + "\n"
    found = _ACCEPTED.search(text)
    marks = re.findall(r"[0-9a-f]{32}", found.group(0)) if found else []
    if (mark in marks) == passes:
        return text
    marks = [*marks, mark] if passes else [item for item in marks if item != mark]
    block = "accepted:\n" + "".join(f"- {item}\n" for item in marks) if marks else ""
    if found is None:
        return text + block
    return text[: found.start()] + block + text[found.end() :]
