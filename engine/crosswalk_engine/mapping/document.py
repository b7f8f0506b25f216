"""The mapping document (`crosswalk/mapping@1`): what a person wrote and approved, checked for form.

The words stand in the design: a mapping has rules (target path = formula); an `each` rule makes a list
from a collection of the source; a `use` rule brings in a rule set; `with` names related records; `documents`
makes several outputs of one record; `checks` must hold for every record.
"""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from crosswalk_engine.errors import ConfigError, MissingFileError, masked
from crosswalk_engine.payload.documents import NAME, Document, Strict, load_document
from crosswalk_engine.payload.durations import Duration

FORMAT: Final = "crosswalk/mapping@1"
RULE_SET: Final = "crosswalk/rule-set@1"
#: Levels of lists in lists; formulas see the record and the element of every level.
MAX_LEVELS: Final = 4
#: An alias, or the name of a related record: formulas write it like a field.
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
#: The parts between commas; what stands in double quotes is a name, commas and all.
_PARTS = re.compile(r'(?:[^,"]|"[^"]*(?:"|\Z))+')
_EACH = re.compile(r"(?P<path>.*\S)\s+[Aa][Ss]\s+(?P<alias>\S+)", re.DOTALL)

#: What a rule without a value writes: null; nothing; or what the source has there (missing, null or blank).
Empty = Literal["write", "omit", "keep"]
Kind = Literal["text", "integer", "decimal", "boolean", "date", "datetime"]


def _plain_text(value: Any) -> Any:
    """A decimal as its digits: that is how decimals leave a mapping, so nothing is lost."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Constant: TypeAlias = Annotated[bool | int | str, BeforeValidator(_plain_text)]
#: One formula, or a list of them.
Formulas: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_several)]


class EntityRef(Strict):
    """One entity of one system, e.g. ``order`` of ``brightpearl``."""

    system: str
    entity: str


class Group(Strict):
    """Flat records to one: neighbours with equal fields `by` become one, with all of them in `as`."""

    by: Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
    as_: str = Field(alias="as", pattern=f"^{_IDENTIFIER.pattern}$")


class SourceRef(EntityRef):
    """The entity that records are of; `group` when several flat records make one."""

    group: Group | None = None


class XmlForm(Strict):
    """How outputs are written as XML.

    `root` is the outermost element, in `namespace`; `prefixes` (prefix -> namespace) for names such as
    ``xsi:type``; `attributes` are constants of the root, e.g. a release id. Null leaves an element out, or
    with `nil` writes it with ``xsi:nil``.
    """

    root: str
    namespace: str | None = None
    prefixes: dict[str, str] = Field(default_factory=dict)
    attributes: dict[str, str] = Field(default_factory=dict)
    nil: bool = False


class TargetRef(EntityRef):
    """The entity that outputs are of; `xml` when it can be written as XML."""

    xml: XmlForm | None = None


class Related(Strict):
    """A related record: fetched by id set; `key` is the source path that holds its id.

    The path may lead through another related record (``contact.groupId``). A copy younger than `max_age` may
    be used again.
    """

    entity: str
    key: str
    max_age: Duration = timedelta(minutes=2)


class Origin(Strict):
    """Where a rule came from: who suggested it, how sure, who approved it, when."""

    by: Literal["suggestion", "person", "learned"]
    model: str | None = None
    probability: float | None = Field(default=None, ge=0, le=1)
    approved_by: str | None = None
    at: str | None = None


class Rule(Strict):
    """One target path = one formula or one constant, and what its value must be.

    `when` says for which records it applies. `default` stands in for null and blank. A value that cannot be
    computed, or breaks a limit, rejects the record, or is replaced as `on_invalid` says.
    """

    to: str
    formula: str | None = None
    value: Constant | None = None
    when: str | None = None
    default: Constant | None = None
    empty: Empty | None = None
    required: bool = False
    type: Kind | None = None
    max_length: int | None = Field(default=None, ge=1)
    min_length: int | None = Field(default=None, ge=1)
    min: Constant | None = None
    max: Constant | None = None
    pattern: str | None = None
    one_of: tuple[Constant, ...] | None = Field(default=None, min_length=1)
    on_too_long: Literal["reject", "cut"] = "reject"
    on_invalid: Literal["reject", "default", "blank"] = "reject"
    origin: Origin | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Rule":
        if (self.formula is None) == (self.value is None):
            raise ValueError("a rule has either a `formula` or a constant `value`")
        if self.on_invalid == "default" and self.default is None:
            raise ValueError("`on_invalid: default` needs a `default`")
        return self

    @property
    def text(self) -> str:
        """What gives the value, as a formula."""
        return self.formula if self.formula is not None else written(self.value)


class EachRule(Strict):
    """A target list made from a source collection: an array, or an object keyed by id.

    `each` is ``<path> AS <alias>``, or several of them, each going over the elements of the one before;
    `where` keeps elements; `order_by` sorts them; `group_by` makes one element of those with equal values,
    with all of them in `rows_as`; inner rules see the aliases; `keyed_by` makes an object keyed by id;
    `empty` says what is written when there is no element.
    """

    to: str
    each: str
    when: str | None = None
    where: str | None = None
    order_by: str | None = None
    group_by: Formulas = ()
    rows_as: str | None = None
    keyed_by: str | None = None
    empty: Empty | None = None
    required: bool = False
    rules: "tuple[AnyRule, ...]"
    origin: Origin | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _groups(self) -> "EachRule":
        if bool(self.group_by) != (self.rows_as is not None):
            raise ValueError("`group_by` and `rows_as` go together")
        if self.rows_as is not None and not _IDENTIFIER.fullmatch(self.rows_as):
            raise ValueError("`rows_as` is a name of letters, digits and _")
        return self

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """(path, alias) of each step, the outermost first."""
        return split_steps(self.each)

    @property
    def collection(self) -> str:
        """The path of the first step, without a ``[]`` at its end."""
        return self.steps[0][0]

    @property
    def alias(self) -> str:
        """The name of the last step's elements."""
        return self.steps[-1][1]


class UseRule(Strict):
    """The rules of a rule set: below `to`, its parameters standing for the source paths in `given`."""

    use: str
    to: str | None = None
    given: dict[str, str] = Field(default_factory=dict)
    origin: Origin | None = None
    note: str | None = None


class Check(Strict):
    """A formula that must be true for the record to be delivered; with `when`, only for some records."""

    name: str
    formula: str
    when: str | None = None


class Documents(Strict):
    """One record to several outputs: elements of `each` with equal values `by` come into one of them.

    Below, the record has the further collection `as`: the elements of this output. Without `by`, each
    element makes an output of its own.
    """

    each: str
    where: str | None = None
    by: Formulas = ()
    as_: str = Field(alias="as", pattern=f"^{_IDENTIFIER.pattern}$")

    @property
    def collection(self) -> str:
        """The source path before ``AS``."""
        return split_each(self.each)[0]

    @property
    def alias(self) -> str:
        """The name after ``AS``."""
        return split_each(self.each)[1]


def _kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else type(value).model_fields if isinstance(value, Strict) else ()
    return "each" if "each" in keys else "use" if "use" in keys else "rule"


AnyRule = Annotated[
    Annotated[Rule, Tag("rule")] | Annotated[EachRule, Tag("each")] | Annotated[UseRule, Tag("use")],
    Discriminator(_kind),
]
EachRule.model_rebuild()


class RuleSet(Document):
    """Rules that several mappings use; formulas read the parameters like fields."""

    format: Literal["crosswalk/rule-set@1"] = RULE_SET
    name: str = Field(pattern=rf"^{NAME}$")
    parameters: tuple[Annotated[str, Field(pattern=f"^{_IDENTIFIER.pattern}$")], ...] = ()
    rules: tuple[AnyRule, ...]

    def to_json(self) -> dict[str, Any]:
        """The document as plain data, keys in the order of the format, defaults left out."""
        return {"format": self.format, **_dumped(self)}


class MappingDocument(Document):
    """The rules of one entity pair."""

    format: Literal["crosswalk/mapping@1"] = FORMAT
    name: str = Field(pattern=rf"^{NAME}$")
    source: SourceRef
    target: TargetRef
    empty: Empty = "write"
    with_: dict[str, Related] = Field(default_factory=dict, alias="with")
    documents: Documents | None = None
    rules: tuple[AnyRule, ...]
    checks: tuple[Check, ...] = ()

    @property
    def rule_sets(self) -> frozenset[str]:
        """The names of the rule sets that its rules use directly."""
        return frozenset(rule.use for rule in walk_rules(self.rules) if isinstance(rule, UseRule))

    def to_json(self) -> dict[str, Any]:
        """The document as plain data, keys in the order of the format, defaults left out."""
        return {"format": self.format, **_dumped(self)}


def _dumped(document: Document) -> dict[str, Any]:
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def walk_rules(rules: "tuple[AnyRule, ...]") -> "list[AnyRule]":
    """All rules, those inside `each` rules too, in order."""
    found: list[AnyRule] = []
    for rule in rules:
        found.append(rule)
        if isinstance(rule, EachRule):
            found += walk_rules(rule.rules)
    return found


def written(value: bool | int | str | None) -> str:
    """A constant as a formula writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(value).upper()


def split_steps(text: str) -> tuple[tuple[str, str], ...]:
    """``orderRows AS row, row.serials AS serial`` as its steps; see `split_each`.

    Raises:
        ConfigError: CW-MAPPING-EACH.
    """
    return tuple(split_each(part) for part in _PARTS.findall(text) if part)


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
