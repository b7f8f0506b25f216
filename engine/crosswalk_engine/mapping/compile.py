"""Mappings that run: from a document, or from the tree that a release carries (then without the parser)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, getcontext, setcontext
from functools import cached_property
from typing import Any

import msgspec

from crosswalk_engine.formula.env import Env, IdMap, Lookup
from crosswalk_engine.formula.problems import EvalError
from crosswalk_engine.formula.quick import Careful
from crosswalk_engine.formula.scope import Scope
from crosswalk_engine.formula.values import CONTEXT, MAX_TEXT
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.generate import Generated, generate, generate_parts
from crosswalk_engine.mapping.keys import KeyFinder
from crosswalk_engine.mapping.lists import too_many_documents
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.mapping.runtime import no_document, of_document
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
        # The first function is made at once, so that a tree that cannot be compiled is refused here.
        record = self._typed.record if tree.documents is None else None
        self._decode = None
        if record is not None:
            self._decode = msgspec.json.Decoder(record, float_hook=Decimal).decode
        elif tree.documents is not None:
            self._parts  # noqa: B018  made now

    @cached_property
    def _typed(self) -> Generated:
        """For clean records that were decoded by type."""
        return generate(self.tree, "typed", self.lookups)

    @cached_property
    def _plain(self) -> Generated:
        """For clean records as dicts."""
        return generate(self.tree, "plain", self.lookups)

    @cached_property
    def _careful(self) -> Generated:
        """For all records, with every problem."""
        return generate(self.tree, "careful", self.lookups)

    @cached_property
    def _parts(self) -> Generated:
        """From a record to the elements of each of its documents."""
        assert self.tree.documents is not None
        return generate_parts(self.tree.documents)

    def prepare(self) -> None:
        """Writes all functions now; else those beside the first are written when they are first needed."""
        for made in (self._plain, self._careful, self._keys):
            assert made is not None

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
        """The Python text of the careful function, constants explained above it."""
        return self._careful.code

    @property
    def typed_code(self) -> str:
        """The Python text of the function for clean records that were decoded by type."""
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
        at the other side, or `None`; for a record with problems it may be asked twice. `now` is what NOW()
        gives.
        """
        if record.__class__ is not dict:
            return _not_json("a record is a JSON object", type(record).__name__)
        return self._mapped(record, Env(self.lookups, idmap, related, now))

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
        env, is_clean = Env(self.lookups, idmap, related, now), True
        if self._decode is not None and len(raw) <= MAX_TEXT:
            try:
                typed = self._decode(raw)
            except msgspec.ValidationError:
                pass  # something is not where the formulas expect it; what that means, a dict shows
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                return _not_json("the record is not JSON", str(error))
            else:
                with_typed = self._typed_result(typed, env)
                if with_typed is not None:
                    return with_typed
                is_clean = False
        try:
            record = _ANY_JSON.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _not_json("the record is not JSON", str(error))
        if record.__class__ is not dict:
            return _not_json("a record is a JSON object", type(record).__name__)
        return self._mapped(record, env, is_clean=is_clean)

    def _mapped(self, record: dict[str, Any], env: Env, *, is_clean: bool = True) -> MapResult:
        """The result for a record; one that `is_clean`, as far as is known, is tried as such first."""
        outside = getcontext()
        setcontext(CONTEXT)
        try:
            if self.tree.documents is not None:
                return self._split(record, env)
            return (_clean(self._plain, record, env) if is_clean else None) or self._checked(record, env)
        finally:
            setcontext(outside)

    def _typed_result(self, typed: Any, env: Env) -> MapResult | None:
        outside = getcontext()
        setcontext(CONTEXT)
        try:
            return _clean(self._typed, typed, env)
        finally:
            setcontext(outside)

    def _checked(self, record: dict[str, Any], env: Env) -> MapResult:
        """The output, or every problem."""
        errors: list[Problem] = []
        warnings: list[Problem] = []
        output = self._careful.run(record, env, errors, warnings)
        return MapResult(None if errors else output, tuple(errors), tuple(warnings))

    def _split(self, record: dict[str, Any], env: Env) -> MapResult:
        """The outputs of a record that makes several documents, or every problem."""
        documents = self.tree.documents
        assert documents is not None
        errors: list[Problem] = []
        parts = self._parts.run(record, env, errors)
        if not parts and not errors:
            errors.append(no_document(documents))
        many = too_many_documents(len(parts))
        if many is not None:
            return MapResult(None, (*errors, many))
        records = [{**record, documents.name: part} for part in parts]
        found = [_clean(self._plain, one, env) or self._checked(one, env) for one in records]
        for number, one in enumerate(found):
            errors += [of_document(problem, number) for problem in one.errors]
        warnings = tuple(of_document(problem, at) for at, one in enumerate(found) for problem in one.warnings)
        if errors:
            return MapResult(None, tuple(errors), warnings)
        outputs = [one.output for one in found if one.output is not None]
        return MapResult(outputs[0], (), warnings, tuple(outputs[1:]))

    def related_keys(
        self, record: dict[str, Any], *, related: _RelatedRecords | None = None
    ) -> dict[str, frozenset[str]]:
        """Related record -> the ids (text) that `record` needs of it; never raises for the record's data.

        An id may stand in another related record: then it is known once that one is in `related`.
        """
        return self._keys.keys(record, related)


def _clean(generated: Generated, record: Any, env: Env) -> MapResult | None:
    """The result for a clean record; `None` when it is not clean, and the careful function is needed."""
    errors: list[Problem] = []
    warnings: list[Problem] = []
    try:
        output = generated.run(record, env, errors, warnings)
    except (EvalError, Careful, ArithmeticError):
        return None
    return MapResult(output, (), tuple(warnings))


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
