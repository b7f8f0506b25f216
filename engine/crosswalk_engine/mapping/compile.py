"""Mappings that run: from a document, or from the tree that a release carries (then without the parser)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, getcontext, setcontext
from functools import cached_property
from typing import Any

import msgspec

from crosswalk_engine.formula.env import Env, IdMap, Lookup
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.values import CONTEXT, MAX_TEXT
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.generate import Generated, generate
from crosswalk_engine.mapping.keys import KeyFinder
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.tree import MappingTree

_RelatedRecords = Mapping[str, Mapping[str, Any]]
_ANY_JSON = msgspec.json.Decoder(float_hook=Decimal)
_NO_RELATED: _RelatedRecords = {}


class CompiledMapping:
    """A mapping as Python functions.

    Attributes:
        tree: what it was compiled from.
        lookups: the tables that LOOKUP asks.
    """

    def __init__(self, tree: MappingTree, lookups: Mapping[str, Lookup]) -> None:
        self.tree = tree
        self.lookups = lookups
        self._plain = generate(tree, typed=False)
        self._typed = generate(tree, typed=True)
        assert self._typed.record is not None
        self._decode = msgspec.json.Decoder(self._typed.record, float_hook=Decimal).decode

    @property
    def name(self) -> str:
        """The mapping's name."""
        return self.tree.name

    @property
    def related_entities(self) -> dict[str, str]:
        """Related record -> its entity at the source."""
        return {name: related.entity for name, related in self.tree.related.items()}

    @property
    def code(self) -> str:
        """The Python text of the function for dicts, constants explained above it."""
        return self._plain.code

    @property
    def typed_code(self) -> str:
        """The Python text of the function for typed records."""
        return self._typed.code

    @cached_property
    def _keys(self) -> KeyFinder:
        return KeyFinder(self.tree)

    def apply(
        self,
        record: Any,
        *,
        related: _RelatedRecords = _NO_RELATED,
        idmap: IdMap | None = None,
        now: datetime | None = None,
    ) -> MapResult:
        """The output of one decoded record, or every problem in it; never raises for the record's data.

        `related` holds related records by the name under ``with:`` and by id (as text). `idmap` gives the id
        at the other side, or `None`. `now` is what NOW() gives.
        """
        if record.__class__ is not dict:
            return _not_json("a record is a JSON object", type(record).__name__)
        return self._run(self._plain, record, Env(self.lookups, idmap, related, now))

    def apply_bytes(
        self,
        raw: bytes,
        *,
        related: _RelatedRecords = _NO_RELATED,
        idmap: IdMap | None = None,
        now: datetime | None = None,
    ) -> MapResult:
        """As `apply`, of a record in JSON bytes; decodes only the fields that the mapping reads.

        Same result as `apply` of the decoded record. Of a key that stands twice, the last one counts; payload
        codecs refuse such records before.
        """
        if len(raw) <= MAX_TEXT:
            try:
                typed = self._decode(raw)
            except msgspec.ValidationError:
                pass  # something is not where the formulas expect it; the function for dicts says what
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                return _not_json("the record is not JSON", str(error))
            else:
                return self._run(self._typed, typed, Env(self.lookups, idmap, related, now))
        try:
            record = _ANY_JSON.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _not_json("the record is not JSON", str(error))
        return self.apply(record, related=related, idmap=idmap, now=now)

    @staticmethod
    def _run(generated: Generated, record: Any, env: Env) -> MapResult:
        errors: list[Problem] = []
        warnings: list[Problem] = []
        outside = getcontext()
        setcontext(CONTEXT)
        try:
            output = generated.run(record, env, errors, warnings)
        finally:
            setcontext(outside)
        return MapResult(None if errors else output, tuple(errors), tuple(warnings))

    def related_keys(
        self, record: dict[str, Any], *, related: _RelatedRecords | None = None
    ) -> dict[str, frozenset[str]]:
        """Related record -> the ids (text) that `record` needs of it; never raises for the record's data.

        An id may stand in another related record: then it is known once that one is in `related`.
        """
        return self._keys.keys(record, related)


def _not_json(what: str, got: str) -> MapResult:
    return MapResult(None, (Problem("", "CW-JSON", "", f"{what}: {got}"),))


def mapping_to_ir(
    doc: MappingDocument, scope: Scope | None = None, rule_sets: Mapping[str, RuleSet] | None = None
) -> dict[str, Any]:
    """The JSON form of a mapping that a release carries (`crosswalk/mapping-ir@2`).

    `scope` brings shapes and the names of lookups and id maps to check against; what `doc` says itself
    (related records, repeated parts) is added to it. `rule_sets` are those that it may use, by name.

    Raises:
        FindingsError: CW-MAPPING, every problem of every formula, with ``file:line`` and columns.
    """
    from crosswalk_engine.mapping.translate import translate

    return translate(doc, scope, rule_sets).to_json()


def compile_mapping(
    doc: MappingDocument,
    lookups: Mapping[str, Lookup] | None = None,
    scope: Scope | None = None,
    rule_sets: Mapping[str, RuleSet] | None = None,
) -> CompiledMapping:
    """A mapping that runs; with `lookups`, a formula that names another table is refused.

    Raises:
        FindingsError: as `mapping_to_ir`.
    """
    from dataclasses import replace

    from crosswalk_engine.mapping.translate import translate

    known = scope or Scope()
    if lookups is not None and known.lookups is None:
        known = replace(known, lookups=frozenset(lookups))
    return CompiledMapping(translate(doc, known, rule_sets), lookups or {})


def compile_ir(ir: Mapping[str, Any], lookups: Mapping[str, Lookup] | None = None) -> CompiledMapping:
    """A mapping that runs, from the form that a release carries; the parser is not loaded.

    Raises:
        ConfigError: CW-IR when the form is damaged or of another version.
    """
    return CompiledMapping(MappingTree.from_json(ir), lookups or {})
