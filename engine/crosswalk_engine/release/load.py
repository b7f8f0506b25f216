"""Loading a release: verified first, then read; nothing of it is used unless all of it is sound."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crosswalk_engine.errors import CrosswalkError, Finding, masked
from crosswalk_engine.payload.shape import Shape
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.lookups import LookupTable
from crosswalk_engine.release.manifest import Manifest
from crosswalk_engine.release.upgrades import MAPPING_FORMATS, upgraded_flow, upgraded_mapping
from crosswalk_engine.release.verify import fault, parsed, read_verified, refused

IDMAP_FORMAT = "crosswalk/idmap@1"
IDMAP_FILE = "idmap.json"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The formulas of a flow as IR; `None`: always.

    `accept`, and the `when` of each ensure step, route and choice of a mapping, in order.
    """

    accept: Any
    ensures: tuple[Any, ...]
    routes: tuple[Any, ...] = ()
    choices: tuple[Any, ...] = (None,)

    def fit(self, flow: FlowDocument) -> bool:
        """Whether each condition of `flow` is compiled, and there are no others."""
        pairs = [
            ([flow.accept], (self.accept,)),
            ([ensure.when for ensure in flow.ensures], self.ensures),
            ([route.when for route in flow.routes], self.routes),
            ([choice.when for choice in flow.choices], self.choices),
        ]
        return all([text is None for text in texts] == [ir is None for ir in irs] for texts, irs in pairs)


#: Beside a flow: the compiled form of its conditions.
_COMPILED = ("accept_ir", "ensures_ir", "routes_ir", "choices_ir")


@dataclass(frozen=True)
class Release:
    """A verified release.

    Attributes:
        manifest: what it is and who stands for it.
        mappings: name -> IR, for `crosswalk_engine.mapping.compile.compile_ir`.
        documents: name -> the mapping as people wrote it.
        rule_sets: name -> the rule set as people wrote it; the mappings' IR holds its rules already.
        lookups: name -> table.
        flows: name -> flow.
        policies: kind -> plain data.
        idmap: (entity, source key, target key), e.g. approved merges.
        shapes: ``system.entity`` -> shape of the samples at build time.
    """

    manifest: Manifest
    mappings: Mapping[str, dict[str, Any]]
    documents: Mapping[str, dict[str, Any]]
    rule_sets: Mapping[str, dict[str, Any]]
    lookups: Mapping[str, LookupTable]
    flows: Mapping[str, FlowDocument]
    policies: Mapping[str, dict[str, Any]]
    idmap: tuple[tuple[str, str, str], ...]
    shapes: Mapping[str, Shape]
    _conditions: Mapping[str, Conditions] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The project's name."""
        return self.manifest.name

    @property
    def hash(self) -> str:
        """The hash that names this release."""
        return self.manifest.version

    def conditions(self, flow: str) -> Conditions:
        """The compiled conditions of one flow."""
        return self._conditions[flow]


def load_release(path: Path) -> Release:
    """The release at `path` (folder or zip); nothing of it is used unless all of it is sound.

    Raises:
        MissingFileError, ConfigError, FindingsError: as `verify_release`; also when documents do not fit.
    """
    manifest, files = read_verified(path)
    reader = _Reader(files)
    release = reader.release(manifest)
    if reader.findings:
        raise refused(reader.findings)
    return release


class _Reader:
    """Turns verified bytes into documents; faults here mean that the release was built by something else."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.findings: list[Finding] = []
        self._parsed = {name: parsed(raw) for name, raw in files.items()}

    def release(self, manifest: Manifest) -> Release:
        mappings = dict(self._mappings())
        flows: dict[str, FlowDocument] = {}
        conditions: dict[str, Conditions] = {}
        for name, stored in self._folder("flows"):
            self._flow(name, stored, flows, conditions)
        release = Release(
            manifest=manifest,
            mappings={name: stored["ir"] for name, stored in mappings.items()},
            documents={name: stored["document"] for name, stored in mappings.items()},
            rule_sets=dict(self._folder("rules")),
            lookups=dict(self._each("lookups", LookupTable.from_json)),
            flows=flows,
            policies=dict(self._folder("policies")),
            idmap=tuple(self._idmap()),
            shapes=dict(self._each("shapes", Shape.from_json)),
            _conditions=conditions,
        )
        self._check_references(release)
        return release

    def _folder(self, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, stored in sorted(self._parsed.items()):
            if path.startswith(f"{folder}/"):
                if isinstance(stored, dict):
                    yield path.removeprefix(f"{folder}/").removesuffix(".json"), stored
                else:
                    self.findings.append(fault(path, "DOCUMENT", "the file is not a JSON object"))

    def _each(self, folder: str, read: Any) -> Iterator[tuple[str, Any]]:
        for name, stored in self._folder(folder):
            try:
                yield name, read(stored)
            except CrosswalkError as error:
                self.findings.append(fault(f"{folder}/{name}.json", "DOCUMENT", error.what))

    def _mappings(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, stored in self._folder("mappings"):
            sound = isinstance(stored.get("ir"), dict) and isinstance(stored.get("document"), dict)
            if stored.get("format") not in MAPPING_FORMATS or not sound:
                message = f"the file is none of {', '.join(sorted(MAPPING_FORMATS))}"
                self.findings.append(fault(f"mappings/{name}.json", "FORMAT", message))
                continue
            try:
                yield name, upgraded_mapping(stored)
            except (KeyError, TypeError, AttributeError, ValueError):
                message = "the compiled mapping is damaged"
                self.findings.append(fault(f"mappings/{name}.json", "DOCUMENT", message))

    def _flow(
        self, name: str, stored: dict[str, Any], flows: dict[str, FlowDocument], into: dict[str, Conditions]
    ) -> None:
        stored = upgraded_flow(stored)
        try:
            flow = FlowDocument.model_validate({key: stored[key] for key in stored if key not in _COMPILED})
        except ValidationError:
            self.findings.append(fault(f"flows/{name}.json", "DOCUMENT", "the flow cannot be read"))
            return
        lists = (tuple(stored.get(key) or ()) for key in _COMPILED[1:])
        flows[name], into[name] = flow, Conditions(stored.get("accept_ir"), *lists)
        if not into[name].fit(flow):
            self.findings.append(fault(f"flows/{name}.json", "DOCUMENT", "the flow lacks compiled formulas"))

    def _idmap(self) -> Iterator[tuple[str, str, str]]:
        stored = self._parsed.get(IDMAP_FILE)
        entries = stored.get("entries") if isinstance(stored, dict) else None
        if not isinstance(entries, dict) or not all(isinstance(pairs, dict) for pairs in entries.values()):
            self.findings.append(fault(IDMAP_FILE, "DOCUMENT", "the id map cannot be read"))
            return
        for entity, pairs in sorted(entries.items()):
            for source, target in sorted(pairs.items()):
                yield entity, source, target

    def _check_references(self, release: Release) -> None:
        for name, flow in release.flows.items():
            for wanted in flow.mappings:
                if wanted not in release.mappings:
                    message = f"the flow names the mapping {masked(wanted, 40)}, which is not here"
                    self.findings.append(fault(f"flows/{name}.json", "DOCUMENT", message))
