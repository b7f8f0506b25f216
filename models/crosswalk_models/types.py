"""The words every suggestion speaks: a candidate, how sure we are, and why.

A score never travels alone: whoever shows a suggestion can show its evidence, and whoever stores it
stores the version of the model that made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SuggestionKind = Literal["mapping", "address", "duplicate", "lookup", "formula"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against a suggestion.

    Attributes:
        comparator: which comparison spoke, e.g. ``name: leaf``.
        level: the rung of its ladder that was reached, e.g. ``same words``.
        weight: log-odds that it adds (positive: speaks for, negative: against).
        sentence: one plain sentence for a person.
        examples: example values that show it; personal values masked.
    """

    comparator: str
    level: str
    weight: float
    sentence: str
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the same keys; the weight rounded to 4 places."""
        return {
            "comparator": self.comparator,
            "level": self.level,
            "weight": round(self.weight, 4),
            "sentence": self.sentence,
            "examples": list(self.examples),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Evidence":
        """The inverse of `to_json`."""
        return cls(
            comparator=str(data["comparator"]),
            level=str(data["level"]),
            weight=float(data["weight"]),
            sentence=str(data["sentence"]),
            examples=tuple(str(item) for item in data.get("examples", ())),
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate for a person to decide on.

    Attributes:
        kind: which decision it asks for.
        target: what is decided: a target path, an address id, a record pair.
        source: the proposed answer: a source path, a corrected value, the surviving record.
        rank: 1 is the best candidate of this target.
        probability: calibrated, in [0, 1].
        evidence: strongest first.
        model: name and version of what scored it, e.g. ``field-matcher@1``.
        payload: what the kind needs beyond that, e.g. ``{"formula": "…"}``.
    """

    kind: SuggestionKind
    target: str
    source: str
    rank: int
    probability: float
    evidence: tuple[Evidence, ...]
    model: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the same keys; the probability rounded to 6 places."""
        return {
            "kind": self.kind,
            "target": self.target,
            "source": self.source,
            "rank": self.rank,
            "probability": round(self.probability, 6),
            "evidence": [item.to_json() for item in self.evidence],
            "model": self.model,
            "payload": dict(self.payload),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Suggestion":
        """The inverse of `to_json`."""
        return cls(
            kind=data["kind"],
            target=str(data["target"]),
            source=str(data["source"]),
            rank=int(data["rank"]),
            probability=float(data["probability"]),
            evidence=tuple(Evidence.from_json(item) for item in data.get("evidence", ())),
            model=str(data["model"]),
            payload=dict(data.get("payload", {})),
        )
