"""What goes into the address check and what comes out of it: plain frozen records."""

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum


class Verdict(StrEnum):
    """What the caller may do with an address; a policy maps it to pass, hold or reject."""

    ACCEPT = "ACCEPT"
    ACCEPT_NORMALISED = "ACCEPT_NORMALISED"  # only its form was changed: case, spaces, separators
    REVIEW = "REVIEW"  # a person should look; suggestions may say what was meant
    REJECT = "REJECT"  # a required part is not there at all
    UNSUPPORTED = "UNSUPPORTED"  # no rules for this country: nothing was checked


class Level(StrEnum):
    """How far one component could be confirmed offline."""

    CONFIRMED = "CONFIRMED"  # agrees with the reference data and with the other components
    PLAUSIBLE = "PLAUSIBLE"  # well formed, but there is nothing offline to confirm it
    SUSPICIOUS = "SUSPICIOUS"  # contradicts the reference data or another component
    MISSING = "MISSING"
    UNEXPECTED = "UNEXPECTED"  # stands where it does not belong


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in separate fields; they are never joined and parsed again.

    `country` is ISO 3166-1 alpha-2 (alpha-3 and "UK" are read too). Blank means absent.
    """

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""

    @classmethod
    def from_lines(
        cls, line1: str, line2: str, line3: str, line4: str, postcode: str, country: str
    ) -> "Address":
        """The four-line form of retail systems: line 3 is the town, line 4 the county or state."""
        return cls(line1, line2, line3, line4, postcode, country)

    def as_dict(self) -> dict[str, str]:
        """``{line1, line2, city, state, postcode, country}``."""
        return asdict(self)

    def changes_to(self, other: "Address") -> tuple[str, ...]:
        """Names of the fields in which `other` differs, in field order."""
        return tuple(
            field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)
        )

    def with_fields(self, **values: str) -> "Address":
        """A copy with `values` in place of its fields."""
        return replace(self, **values)


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the address as understood: what stood there, what it was read as, how sure that is."""

    name: str
    input: str
    value: str
    level: Level
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class AddressSuggestion:
    """A corrected address; `probability` in [0, 1] that it is the one meant; `reasons` in plain sentences."""

    address: Address
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressResult:
    """The answer for one address.

    Attributes:
        verdict: the worst of the codes' severities.
        codes: stable ``ADR-…`` codes, in the order found; the catalogue is `codes.CODES`.
        address: the input in normal form; corrections stand only in `suggestions`.
        components: the parts with their confirmation level.
        suggestions: best first.
    """

    verdict: Verdict
    codes: tuple[str, ...]
    address: Address
    components: tuple[Component, ...] = ()
    suggestions: tuple[AddressSuggestion, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON form: ``{verdict, codes, address, components, suggestions}``."""
        return {
            "verdict": self.verdict.value,
            "codes": list(self.codes),
            "address": self.address.as_dict(),
            "components": [{**asdict(part), "level": part.level.value} for part in self.components],
            "suggestions": [
                {
                    "address": item.address.as_dict(),
                    "probability": item.probability,
                    "reasons": list(item.reasons),
                }
                for item in self.suggestions
            ],
        }
