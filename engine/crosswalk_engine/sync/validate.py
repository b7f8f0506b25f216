"""Validate: validators look at each record before it goes; a doubtful one waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any, Protocol

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.journal import EventState
from crosswalk_engine.sync.stages import Fetched, Verdict


class Opinion(Protocol):
    """What a validator says: `verdict` is pass, hold or reject; `reasons` in words, codes first."""

    verdict: str
    reasons: Sequence[str]


class Validator(Protocol):
    """Looks at source records under one policy."""

    def validate(self, document: dict[str, Any]) -> Opinion:
        """An opinion on one source record."""
        ...


def load_validators(names: Sequence[str], policies: Mapping[str, dict[str, Any]]) -> dict[str, Validator]:
    """The validators that a flow names, each with the policy of the same name.

    Raises:
        ConfigError: CW-VALIDATOR; one is not installed here.
    """
    installed = {point.name: point for point in entry_points(group="crosswalk.validators")}
    loaded: dict[str, Validator] = {}
    for name in names:
        if name not in installed:
            raise ConfigError(
                "CW-VALIDATOR",
                "this release needs a validator that is not installed",
                got=name,
                expected=", ".join(sorted(installed)) or "none is installed",
                fix=f"pip install crosswalk-engine[{name}]",
            )
        loaded[name] = installed[name].load()(policies.get(name, {}))
    return loaded


def validate(fetched: Fetched, validators: Mapping[str, Validator]) -> Verdict | None:
    """None when every validator lets the record pass; else why it is held or rejected: all that all say."""
    doubts = []
    for name, validator in validators.items():
        opinion = validator.validate(fetched.document)
        if opinion.verdict != "pass":
            state = EventState.DEAD if opinion.verdict == "reject" else EventState.HELD
            doubts.append(Verdict(state, f"CW-{name.upper()}", "; ".join(opinion.reasons)))
    return together(doubts)


def together(verdicts: Sequence[Verdict]) -> Verdict | None:
    """One verdict of several on the same record: the gravest, with all reasons, its own first."""
    if len(verdicts) < 2:
        return verdicts[0] if verdicts else None
    gravest = next((one for one in verdicts if one.state is EventState.DEAD), verdicts[0])
    others = [f"{one.code} {one.reason}" for one in verdicts if one is not gravest]
    return replace(gravest, reason="; ".join([gravest.reason, *others]))
