"""What is to be done about drift: one action for each kind of departure, and others for single fields.

A shape comes from samples, so a departure is not yet a fault. What breaks mappings (a field of another kind,
a list where one value was) waits for a person; what samples may simply not have shown is told; what no rule
knows is taken as it comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from crosswalk_engine.payload.paths import parse_path

Kind: TypeAlias = Literal["new", "missing", "retyped", "repeated", "value"]
Action: TypeAlias = Literal["accept", "warn", "hold", "reject"]
#: The kinds in the order in which they are explained, and the actions from the mildest to the gravest.
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
#: What holds where a policy says nothing.
DEFAULTS: Final[Mapping[Kind, Action]] = {
    "new": "accept",
    "missing": "warn",
    "retyped": "hold",
    "repeated": "hold",
    "value": "warn",
}


@dataclass(frozen=True)
class DriftPolicy:
    """The actions on drift of one entity.

    Attributes:
        on: kind -> action, where it differs from `DEFAULTS`.
        fields: names of a path (without ``[]``) -> kind -> action, for this field alone.
        unused: the gravest action on a field that no rule reads; a new field is none of these, since no rule
            can know it yet.
    """

    on: Mapping[Kind, Action] = field(default_factory=dict)
    fields: Mapping[tuple[str, ...], Mapping[Kind, Action]] = field(default_factory=dict)
    unused: Action = "warn"

    def action(self, kind: Kind, path: str, *, used: bool) -> Action:
        """What is to be done about a departure of `kind` at `path`; `used`: whether a rule reads it."""
        own = self.fields.get(parse_path(path).names, {}).get(kind) if self.fields and path else None
        if own is not None:
            return own
        general = self.on.get(kind) or DEFAULTS[kind]
        return general if used or kind == "new" else milder(general, self.unused)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None, entity: str) -> "DriftPolicy":
        """The policy for `entity`, from the document ``policies/drift`` of a release; `None`: the defaults.

        A policy that names another entity is none for this one.
        """
        if stored is None or stored.get("entity") not in (None, entity):
            return cls()
        fields = {parse_path(path).names: dict(on) for path, on in (stored.get("fields") or {}).items()}
        return cls(dict(stored.get("on") or {}), fields, cast("Action", stored.get("unused", "warn")))


def milder(one: Action, other: Action) -> Action:
    """The milder of two actions."""
    return min(one, other, key=ACTIONS.index)


def gravest(actions: "list[Action]") -> Action:
    """The gravest of several actions; accept when there are none."""
    return max(actions, key=ACTIONS.index, default="accept")
