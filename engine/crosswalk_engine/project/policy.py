"""Policy documents (`crosswalk/policy@1`): what people decided once for all records of a kind.

One file a kind, named after it. The part that acts on a policy (a validator, the merge of duplicates) checks
its meaning; here its form is checked, so that a slip is found before anything runs.
"""

from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, TypeAdapter

from crosswalk_engine.errors import ConfigError
from crosswalk_engine.payload.documents import Document
from crosswalk_engine.payload.drift_policy import Action as DriftAction
from crosswalk_engine.payload.drift_policy import Kind as DriftKind
from crosswalk_engine.payload.paths import parse_path

FORMAT: Final = "crosswalk/policy@1"
Verdict = Literal["ACCEPT", "ACCEPT_NORMALISED", "REVIEW", "REJECT", "UNSUPPORTED"]
Action = Literal["pass", "hold", "reject"]


class _Policy(Document):
    format: Literal["crosswalk/policy@1"] = FORMAT

    def to_json(self) -> dict[str, Any]:
        """The stored form, as it was written: defaults are the business of whoever reads the policy."""
        return {"format": self.format, **self.model_dump(mode="json", exclude_unset=True)}


class AddressesPolicy(_Policy):
    """Which address blocks of a record are checked, and what each verdict means for the record.

    `fields` names one block (``{path: …, map: {…}}``), several in a list, or several by name; `ignore` lists
    codes that are remarks here; `accepted` lists fingerprints of addresses that a person let pass.
    """

    hashes_under: ClassVar[frozenset[str]] = frozenset({"accepted"})

    kind: Literal["addresses"]
    fields: dict[str, Any] | list[Any] | str
    on: dict[Verdict, Action] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


class DuplicatesPolicy(_Policy):
    """How duplicates are merged: `survivorship` says per field which value the golden record keeps."""

    kind: Literal["duplicates"]
    survivorship: dict[str, Any]
    entity: str | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None


def _is_path(text: str) -> str:
    try:
        parse_path(text)
    except ConfigError as error:
        raise ValueError(f"{error.what} ({error.where})") from error
    return text


class DriftPolicy(_Policy):
    """What is done about payloads that are not as the samples were; `payload.drift_policy` has the defaults.

    `on` says it by kind of departure, `fields` for single fields; `unused` is the gravest action on fields
    that no rule reads. With `entity` it holds for records of that entity alone.
    """

    kind: Literal["drift"]
    entity: str | None = None
    on: dict[DriftKind, DriftAction] = Field(default_factory=dict)
    fields: dict[Annotated[str, AfterValidator(_is_path)], dict[DriftKind, DriftAction]] = Field(
        default_factory=dict
    )
    unused: DriftAction = "warn"


PolicyDocument: TypeAlias = AddressesPolicy | DuplicatesPolicy | DriftPolicy
KINDS: Final[dict[str, type[AddressesPolicy] | type[DuplicatesPolicy] | type[DriftPolicy]]] = {
    "addresses": AddressesPolicy,
    "duplicates": DuplicatesPolicy,
    "drift": DriftPolicy,
}
#: Reads any kind from plain data, e.g. out of a release.
ADAPTER: Final[TypeAdapter[PolicyDocument]] = TypeAdapter(
    Annotated[PolicyDocument, Field(discriminator="kind")]
)
