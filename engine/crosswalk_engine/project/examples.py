"""Running the worked examples of a project, or of one mapping that stands alone, and what they cover."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import CrosswalkError, Finding
from crosswalk_engine.formula import Scope
from crosswalk_engine.formula.env import IdMap
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.coverage import Coverage, coverage
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.examples import CaseResult, ExamplesDocument, run_examples
from crosswalk_engine.mapping.lint import mapping_scope
from crosswalk_engine.mapping.oracle import Oracle
from crosswalk_engine.mapping.result import MapResult
from crosswalk_engine.mapping.translate import translate
from crosswalk_engine.mapping.xml_in import xml_options
from crosswalk_engine.project.lookups import LookupTable
from crosswalk_engine.project.project import Project


@dataclass(frozen=True, slots=True)
class ExamplesResult:
    """How the examples of one file went, and what they cover; `None` when the mapping does not compile."""

    where: str
    mapping: str
    cases: tuple[CaseResult, ...]
    coverage: Coverage | None = None

    @property
    def passed(self) -> bool:
        """Whether every example passed."""
        return all(case.passed for case in self.cases)

    def findings(self) -> Iterator[Finding]:
        """One error for each failing example, its differences in the message."""
        for case in self.cases:
            if not case.passed:
                message = f"the example '{case.name}' fails: " + "; ".join(case.differences)
                yield Finding(case.where, "CW-TEST-FAILED", "error", message)


class _Tracer:
    """The oracle, noting the ways that all examples take together."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.seen: set[tuple[int, Hashable]] = set()

    def apply(
        self,
        record: dict[str, Any],
        *,
        related: Mapping[str, Mapping[str, dict[str, Any]]] | None = None,
        idmap: IdMap | None = None,
        now: datetime | None = None,
    ) -> MapResult:
        """Map one record."""
        return self.oracle.apply(record, related=related, idmap=idmap, now=now, seen=self.seen)


def run_project_examples(project: Project, mapping: str | None = None) -> tuple[ExamplesResult, ...]:
    """The examples of every mapping of `project`, or of the one named `mapping`.

    A mapping without examples has a result without cases, so that its coverage is told. The project must have
    been linted without errors.
    """
    results = [
        run_mapping_examples(
            examples,
            project.mappings[examples.mapping],
            project.lookups,
            root=project.root,
            scope=_scope(project, project.mappings[examples.mapping]),
            rule_sets=project.rule_sets,
        )
        for examples in project.examples.values()
        if mapping in (None, examples.mapping)
    ]
    tried = {examples.mapping for examples in project.examples.values()}
    for name, document in project.mappings.items():
        if name not in tried and mapping in (None, name):
            tree = translate(
                document, _scope(project, document), *([project.rule_sets] if project.rule_sets else [])
            )
            results.append(ExamplesResult(document.where, name, (), coverage(tree, ())))
    return tuple(results)


def _scope(project: Project, mapping: MappingDocument) -> Scope:
    system = mapping.source.system
    return mapping_scope(
        mapping,
        shape=project.shape(system, mapping.source.entity),
        related={name: project.shape(system, related.entity) for name, related in mapping.with_.items()},
        lookups=project.lookups,
    )


def run_mapping_examples(
    examples: ExamplesDocument,
    mapping: MappingDocument,
    lookups: Mapping[str, LookupTable],
    *,
    root: Path,
    scope: Scope | None = None,
    rule_sets: Mapping[str, RuleSet] | None = None,
) -> ExamplesResult:
    """The examples of one mapping; record files are looked up under `root`.

    A mapping that does not compile fails every example with the reason.
    """
    try:
        tree = translate(mapping, scope or mapping_scope(mapping), rule_sets)
        tracer = _Tracer(Oracle(tree, lookups))
        compiled = CompiledMapping(tree, lookups)
        cases = run_examples(examples, compiled, root=root, oracle=tracer, xml=xml_options(tree))
    except CrosswalkError as error:
        cases = tuple(
            CaseResult(case.name, examples.at("cases", index), (error.render(),))
            for index, case in enumerate(examples.cases)
        )
        return ExamplesResult(examples.where, examples.mapping, cases)
    return ExamplesResult(examples.where, examples.mapping, cases, coverage(tree, tracer.seen))
