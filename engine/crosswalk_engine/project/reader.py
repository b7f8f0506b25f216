"""Reading the files of a project folder; every fault is noted, none stops the reading of the others."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from crosswalk_engine.errors import CrosswalkError, Finding, FindingsError, MissingFileError, masked
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.examples import TEST_SUFFIX, ExamplesDocument
from crosswalk_engine.payload.codecs import read_records
from crosswalk_engine.payload.documents import Document, load_document
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.project.decisions import read_merges
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.lookups import LookupTable, check_lookup
from crosswalk_engine.project.manifest import FILE, ProjectManifest
from crosswalk_engine.project.policy import KINDS, PolicyDocument

Model = TypeVar("Model", bound=Document)
Named = TypeVar("Named", FlowDocument, RuleSet)


@dataclass
class Parts:
    """What a project is made of; see `Project`."""

    manifest: ProjectManifest
    mappings: Mapping[str, MappingDocument]
    lookups: Mapping[str, LookupTable]
    flows: Mapping[str, FlowDocument]
    policies: Mapping[str, PolicyDocument]
    examples: Mapping[str, ExamplesDocument]
    samples: Mapping[str, tuple[Path, ...]]
    rule_sets: Mapping[str, RuleSet]
    merges: Mapping[str, Mapping[str, str]]


class ProjectReader:
    """Reads one project; `findings` grows as files are read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.findings: list[Finding] = []

    def read(self) -> Parts | None:
        """All parts; `None` when project.yaml itself cannot be used (the other files are still checked).

        Raises:
            MissingFileError: CW-PROJECT-MISSING.
        """
        if not self.root.is_dir():
            raise MissingFileError("CW-PROJECT-MISSING", "there is no such project", where=str(self.root))
        if not (self.root / FILE).is_file():
            raise MissingFileError(
                "CW-PROJECT-MISSING",
                f"the folder holds no {FILE}",
                where=str(self.root),
                fix=f"write {FILE}, or name the project's folder",
            )
        manifest = self._document(self.root / FILE, ProjectManifest)
        mappings, examples = self._mappings()
        rule_sets = self._named("rules", RuleSet)
        lookups = self._lookups()
        flows = self._named("flows", FlowDocument)
        policies = self._policies()
        merges, findings = read_merges(self.root / "decisions", where="decisions")
        self.findings += findings
        if manifest is None:
            return None
        self._check_connections(manifest)
        samples = self._samples(manifest)
        return Parts(manifest, mappings, lookups, flows, policies, examples, samples, rule_sets, merges)

    def _mappings(self) -> tuple[dict[str, MappingDocument], dict[str, ExamplesDocument]]:
        mappings: dict[str, MappingDocument] = {}
        examples: dict[str, ExamplesDocument] = {}
        for path in self._files("mappings", ".yaml"):
            if path.stem.endswith(TEST_SUFFIX):
                example = self._document(path, ExamplesDocument)
                if example is not None:
                    examples[path.stem] = example
            else:
                mapping = self._document(path, MappingDocument)
                if mapping is not None and self._is_named_after_file(path, mapping, mapping.name):
                    mappings[mapping.name] = mapping
        return mappings, examples

    def _named(self, folder: str, model: type[Named]) -> dict[str, Named]:
        found: dict[str, Named] = {}
        for path in self._files(folder, ".yaml"):
            document = self._document(path, model)
            if document is not None and self._is_named_after_file(path, document, document.name):
                found[document.name] = document
        return found

    def _policies(self) -> dict[str, PolicyDocument]:
        found: dict[str, PolicyDocument] = {}
        for path in self._files("policies", ".yaml"):
            model = KINDS.get(path.stem)
            if model is None:
                message = f"'{masked(path.stem, 40)}' is not a kind of policy"
                hint = did_you_mean(path.stem, KINDS) or f"kinds: {', '.join(sorted(KINDS))}"
                self._note(self._shown(path), "CW-PROJECT-POLICY", message, hint)
                continue
            policy = self._document(path, model)
            if policy is not None:
                found[policy.kind] = policy
        return found

    def _lookups(self) -> dict[str, LookupTable]:
        found: dict[str, LookupTable] = {}
        for path in self._files("lookups", ".csv"):
            table, findings = check_lookup(path, where=self._shown(path))
            self.findings += findings
            if table is not None:
                found[table.name] = table
        return found

    def _samples(self, manifest: ProjectManifest) -> dict[str, tuple[Path, ...]]:
        found: dict[str, tuple[Path, ...]] = {}
        for system_name, system in manifest.systems.items():
            for entity_name, entity in system.entities.items():
                place = ("systems", system_name, "entities", entity_name)
                files = [
                    self._sample(sample, manifest.at(*place, "samples", index))
                    for index, sample in enumerate(entity.samples)
                ]
                found[f"{system_name}.{entity_name}"] = tuple(file for file in files if file is not None)
        return found

    def _sample(self, sample: str, where: str) -> Path | None:
        path = self.root / sample
        if not self._is_inside(path):
            message = f"the sample '{masked(sample)}' lies outside the project"
            self._note(where, "CW-PROJECT-SAMPLE", message, "copy it into samples/")
            return None
        if not path.is_file():
            known = [self._shown(file) for file in self._files("samples", "")]
            message = f"there is no sample '{masked(sample)}'"
            self._note(where, "CW-PROJECT-SAMPLE", message, did_you_mean(sample, known))
            return None
        try:
            problems = read_records(path, where=sample).problems
        except CrosswalkError as error:
            self._note(
                error.where or sample, error.code, error.what + (f": {error.got}" if error.got else "")
            )
            return None
        for problem in problems[:20]:
            self._note(problem.where or sample, problem.code, problem.what, problem.fix, "warning")
        return path

    def _check_connections(self, manifest: ProjectManifest) -> None:
        for name, settings in manifest.connections.items():
            system = settings.get("system")
            if system is not None and system not in manifest.systems:
                self._note(
                    manifest.at("connections", name, "system"),
                    "CW-PROJECT-CONNECTION",
                    f"the connection '{name}' names the unknown system '{masked(system, 40)}'",
                    did_you_mean(str(system), manifest.systems) or f"systems: {', '.join(manifest.systems)}",
                )

    def _document(self, path: Path, model: type[Model]) -> Model | None:
        try:
            raw = path.read_bytes()
        except OSError as error:
            self._note(self._shown(path), "CW-PROJECT-UNREADABLE", f"cannot be read: {error.strerror}")
            return None
        try:
            return load_document(raw, model, where=self._shown(path))[0]
        except FindingsError as error:
            self.findings += error.findings
            return None

    def _files(self, folder: str, suffix: str) -> Iterator[Path]:
        """The files of a folder, by name; what lies there and is not read is remarked upon."""
        for path in self._entries(folder):
            if path.name.startswith(".") or path.is_dir():
                continue
            if not self._is_inside(path):
                message = "the file is a link that leads outside the project"
                self._note(self._shown(path), "CW-PROJECT-OUTSIDE", message, "copy the file itself")
                continue
            if not path.is_file():
                # A pipe would be waited for, a socket cannot be read.
                self._note(self._shown(path), "CW-PROJECT-UNREADABLE", "this is not a plain file")
                continue
            if path.suffix == suffix or not suffix:
                yield path
            else:
                message = f"the file is not read; files in {folder}/ end in {suffix}"
                self._note(self._shown(path), "CW-PROJECT-STRAY", message, level="warning")

    def _entries(self, folder: str) -> list[Path]:
        try:
            return sorted((self.root / folder).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self._note(folder, "CW-PROJECT-UNREADABLE", f"the folder cannot be read: {error.strerror}")
            return []

    def _is_named_after_file(self, path: Path, document: Document, name: str) -> bool:
        if path.stem == name:
            return True
        message = f"the name '{name}' is not the file's"
        self._note(document.at("name"), "CW-PROJECT-NAME", message, f"name the file {name}.yaml")
        return False

    def _is_inside(self, path: Path) -> bool:
        # Not `resolve`: it fails on a link that leads to itself.
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root))

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _note(self, where: str, code: str, message: str, suggestion: str = "", level: str = "error") -> None:
        self.findings.append(Finding(where, code, level, message, suggestion))
