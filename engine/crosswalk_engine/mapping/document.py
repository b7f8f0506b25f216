"""The mapping document (`crosswalk/mapping@1`): what a person wrote and approved, checked for form.

The words stand in the design: a mapping has rules (target path = formula); an `each` rule makes a list
from a collection of the source; `with` names related records; `checks` must hold for every record.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag

from crosswalk_engine.errors import ConfigError, MissingFileError, masked
from crosswalk_engine.payload.documents import Document, Strict, load_document

FORMAT: Final = "crosswalk/mapping@1"
#: Names of documents are also names of files, in any file system.
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
#: An alias, or the name of a related record: formulas write it like a field.
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_EACH = re.compile(r"(?P<path>.*\S)\s+[Aa][Ss]\s+(?P<alias>\S+)", re.DOTALL)


class EntityRef(Strict):
    """One entity of one system, e.g. ``order`` of ``brightpearl``."""

    system: str
    entity: str


class Related(Strict):
    """A related record: fetched by id set; `key` is the source path that holds its id."""

    entity: str
    key: str


class Origin(Strict):
    """Where a rule came from: who suggested it, how sure, who approved it, when."""

    by: Literal["suggestion", "person", "learned"]
    model: str | None = None
    probability: float | None = Field(default=None, ge=0, le=1)
    approved_by: str | None = None
    at: str | None = None


class Rule(Strict):
    """One target path = one formula."""

    to: str
    formula: str
    required: bool = False
    max_length: int | None = Field(default=None, ge=1)
    on_too_long: Literal["reject", "cut"] = "reject"
    origin: Origin | None = None
    note: str | None = None


class EachRule(Strict):
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

    @property
    def collection(self) -> str:
        """The source path before ``AS``, without a ``[]`` at its end."""
        return split_each(self.each)[0]

    @property
    def alias(self) -> str:
        """The name after ``AS``."""
        return split_each(self.each)[1]


class Check(Strict):
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


class MappingDocument(Document):
    """The rules of one entity pair."""

    format: Literal["crosswalk/mapping@1"] = FORMAT
    name: str = Field(pattern=rf"^{NAME}$")
    source: EntityRef
    target: EntityRef
    with_: dict[str, Related] = Field(default_factory=dict, alias="with")
    rules: tuple[AnyRule, ...]
    checks: tuple[Check, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document as plain data, keys in the order of the format, defaults left out."""
        return {"format": self.format, **self.model_dump(mode="json", by_alias=True, exclude_defaults=True)}


def split_each(text: str) -> tuple[str, str]:
    """``orderRows AS row`` as ``("orderRows", "row")``; a ``[]`` at the end of the path is dropped.

    Raises:
        ConfigError: CW-MAPPING-EACH.
    """
    match = _EACH.fullmatch(text.strip())
    if match is None or not _IDENTIFIER.fullmatch(match["alias"]):
        raise ConfigError(
            "CW-MAPPING-EACH",
            "an `each` does not say what to go over, and under what name",
            got=f"'{masked(text)}'",
            expected="<path> AS <alias>, the alias of letters, digits and _",
            fix="write e.g. orderRows AS row",
        )
    return match["path"].removesuffix("[]"), match["alias"]


def load_mapping(source: Path | str, *, where: str | None = None) -> MappingDocument:
    """The mapping in a file (a `Path`, or a text without line breaks) or in a text of YAML.

    Raises:
        MissingFileError: CW-FILE-MISSING.
        FindingsError: CW-YAML or CW-DOCUMENT, every fault at once with ``file:line`` and a suggestion.
    """
    if isinstance(source, str) and "\n" in source:
        return load_document(source, MappingDocument, where=where or "mapping")[0]
    path = Path(source)
    shown = where or str(source)
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingFileError("CW-FILE-MISSING", "there is no such mapping file", where=shown) from error
    return load_document(raw, MappingDocument, where=shown)[0]
