"""The mapping document (`crosswalk/mapping@1`): what a person wrote and approved, checked for form.

The words stand in the design: a mapping has rules (target path = formula); an `each` rule makes a list
from a collection of the source; `with` names related records; `checks` must hold for every record.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

FORMAT: Final = "crosswalk/mapping@1"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class EntityRef(_Strict):
    """One entity of one system, e.g. ``order`` of ``brightpearl``."""

    system: str
    entity: str


class Related(_Strict):
    """A related record: fetched by id set; `key` is the source path that holds its id."""

    entity: str
    key: str


class Origin(_Strict):
    """Where a rule came from: who suggested it, how sure, who approved it, when."""

    by: Literal["suggestion", "person", "learned"]
    model: str | None = None
    probability: float | None = Field(default=None, ge=0, le=1)
    approved_by: str | None = None
    at: str | None = None


class Rule(_Strict):
    """One target path = one formula."""

    to: str
    formula: str
    required: bool = False
    max_length: int | None = Field(default=None, ge=1)
    on_too_long: Literal["reject", "cut"] = "reject"
    origin: Origin | None = None
    note: str | None = None


class EachRule(_Strict):
    """A target list made from a source collection: an array, or an object keyed by id.

    `each` is ``<path> AS <alias>``; `where` keeps elements; `order_by` sorts them; inner rules see the alias.
    """

    to: str
    each: str
    where: str | None = None
    order_by: str | None = None
    rules: tuple[Rule, ...]
    origin: Origin | None = None
    note: str | None = None


class Check(_Strict):
    """A formula that must be true for the record to be delivered."""

    name: str
    formula: str


def _kind(value: Any) -> str:
    is_each = "each" in value if isinstance(value, dict) else isinstance(value, EachRule)
    return "each" if is_each else "rule"


AnyRule = Annotated[
    Annotated[Rule, Tag("rule")] | Annotated[EachRule, Tag("each")],
    Discriminator(_kind),
]


class MappingDocument(_Strict):
    """The rules of one entity pair."""

    format: Literal["crosswalk/mapping@1"] = FORMAT
    name: str
    source: EntityRef
    target: EntityRef
    with_: dict[str, Related] = Field(default_factory=dict, alias="with")
    rules: tuple[AnyRule, ...]
    checks: tuple[Check, ...] = ()
