"""Policy documents (`crosswalk/policy@1`): what people decided once for all records of a kind.

One file a kind, named after it. The part that acts on a policy (a validator, the merge of duplicates) checks
its meaning; here its form is checked, so that a slip is found before anything runs.
"""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, TypeAdapter

from crosswalk_engine.payload.documents import Document

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


PolicyDocument = AddressesPolicy | DuplicatesPolicy
KINDS: Final[dict[str, type[AddressesPolicy] | type[DuplicatesPolicy]]] = {
    "addresses": AddressesPolicy,
    "duplicates": DuplicatesPolicy,
}
#: Reads either kind from plain data, e.g. out of a release.
ADAPTER: Final[TypeAdapter[PolicyDocument]] = TypeAdapter(
    Annotated[AddressesPolicy | DuplicatesPolicy, Field(discriminator="kind")]
)
