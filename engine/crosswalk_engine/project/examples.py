"""Running the worked examples of a project, or of one mapping that stands alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.errors import CrosswalkError, Finding
from crosswalk_engine.formula import Scope
from crosswalk_engine.mapping.compile import compile_mapping
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_engine.mapping.examples import CaseResult, ExamplesDocument, run_examples
from crosswalk_engine.mapping.lint import mapping_scope
from crosswalk_engine.project.lookups import LookupTable
from crosswalk_engine.project.project import Project


@dataclass(frozen=True, slots=True)
class ExamplesResult:
    """How the examples of one file went."""

    where: str
    mapping: str
    cases: tuple[CaseResult, ...]

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


def run_project_examples(project: Project, mapping: str | None = None) -> tuple[ExamplesResult, ...]:
    """The examples of every mapping of `project`, or of the one named `mapping`.

    The project must have been linted without errors.
    """
    results = []
    for examples in project.examples.values():
        if mapping in (None, examples.mapping):
            document = project.mappings[examples.mapping]
            system = document.source.system
            shapes = {name: project.shape(system, related.entity) for name, related in document.with_.items()}
            scope = mapping_scope(
                document,
                shape=project.shape(system, document.source.entity),
                related=shapes,
                lookups=project.lookups,
            )
            results.append(
                run_mapping_examples(examples, document, project.lookups, root=project.root, scope=scope)
            )
    return tuple(results)


def run_mapping_examples(
    examples: ExamplesDocument,
    mapping: MappingDocument,
    lookups: Mapping[str, LookupTable],
    *,
    root: Path,
    scope: Scope | None = None,
) -> ExamplesResult:
    """The examples of one mapping; record files are looked up under `root`.

    A mapping that does not compile fails every example with the reason.
    """
    try:
        compiled = compile_mapping(mapping, lookups, scope or mapping_scope(mapping))
        cases = run_examples(examples, compiled, root=root)
    except CrosswalkError as error:
        cases = tuple(
            CaseResult(case.name, examples.at("cases", index), (error.render(),))
            for index, case in enumerate(examples.cases)
        )
    return ExamplesResult(examples.where, examples.mapping, cases)
