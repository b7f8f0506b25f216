"""Loading a project: a folder of documents that a person can read in a pull request.

Everything is read, and every fault of every file is reported at once with file and line; with one error
nothing is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import Finding, FindingsError
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.examples import ExamplesDocument
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.payload.shape import Shape, infer_shape
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.lookups import LookupTable
from crosswalk_engine.project.manifest import ProjectManifest
from crosswalk_engine.project.policy import PolicyDocument
from crosswalk_engine.project.reader import ProjectReader


@dataclass(frozen=True)
class Project:
    """All documents of a project, each known to be well-formed.

    Attributes:
        root: the folder.
        name: from project.yaml.
        manifest: project.yaml itself.
        mappings: by name, as `rule_sets`, `lookups`, `flows` and `policies` (these by kind).
        examples: worked examples, by the name of their file without ``.yaml``.
        samples: ``system.entity`` -> sample files.
        merges: id-map entries of approved merges: ``contact_merge`` -> {loser: winner}.
        warnings: findings that do not stand in the way.
    """

    root: Path
    name: str
    manifest: ProjectManifest
    mappings: Mapping[str, MappingDocument] = field(default_factory=dict)
    lookups: Mapping[str, LookupTable] = field(default_factory=dict)
    flows: Mapping[str, FlowDocument] = field(default_factory=dict)
    policies: Mapping[str, PolicyDocument] = field(default_factory=dict)
    examples: Mapping[str, ExamplesDocument] = field(default_factory=dict)
    samples: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    rule_sets: Mapping[str, RuleSet] = field(default_factory=dict)
    merges: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """``system.entity`` -> shape of its samples (readable records only), read once."""
        return {name: infer_shape(records) for name, records in self._records.items() if self.samples[name]}

    @cached_property
    def _records(self) -> Mapping[str, tuple[dict[str, Any], ...]]:
        return {
            name: tuple(record for file in files for record in read_records(file).records)
            for name, files in self.samples.items()
        }

    def records(self, system: str, entity: str) -> tuple[dict[str, Any], ...]:
        """The sample records of an entity, the readable ones, in the order of its files."""
        return self._records.get(f"{system}.{entity}", ())

    def shape(self, system: str, entity: str) -> Shape | None:
        """The shape of an entity, when the project has samples of it."""
        return self.shapes.get(f"{system}.{entity}")


def load_project(folder: Path) -> Project:
    """The project in `folder`.

    Raises:
        MissingFileError: CW-PROJECT-MISSING; there is no such folder or no project.yaml in it.
        FindingsError: CW-PROJECT with every error of every file.
    """
    project, findings = check_project(folder)
    if project is None:
        errors = [finding for finding in findings if finding.level == "error"]
        raise FindingsError("CW-PROJECT", "the project cannot be loaded", errors)
    return project


def check_project(folder: Path) -> tuple[Project | None, tuple[Finding, ...]]:
    """The project, or none when it has errors, and every finding, warnings too.

    Raises:
        MissingFileError: as `load_project`.
    """
    reader = ProjectReader(folder)
    parts = reader.read()
    findings = tuple(reader.findings)
    if parts is None or any(finding.level == "error" for finding in findings):
        return None, findings
    return Project(root=folder, name=parts.manifest.name, warnings=findings, **vars(parts)), findings
