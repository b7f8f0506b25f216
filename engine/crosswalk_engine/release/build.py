"""Building a release out of a project: linted, tested, written whole or not at all.

The same project, author, approver and time give the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import Finding, FindingsError, RejectedError
from crosswalk_engine.formula import Scope, parse_formula
from crosswalk_engine.mapping.compile import mapping_to_ir
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_engine.mapping.lint import mapping_scope
from crosswalk_engine.mapping.tree import FORMAT as MAPPING_FORMAT
from crosswalk_engine.payload.secrets import find_secrets, pointer
from crosswalk_engine.project.examples import run_project_examples
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.flow_lint import flow_scope
from crosswalk_engine.project.lint import in_order, lint_project, surroundings
from crosswalk_engine.project.project import Project, load_project
from crosswalk_engine.release.canonical import canonical_json
from crosswalk_engine.release.load import IDMAP_FILE, IDMAP_FORMAT
from crosswalk_engine.release.manifest import FILE, make_manifest
from crosswalk_engine.release.write import check_free, write_release


class RefusedError(RejectedError):
    """The project may not become a release; `findings` says all that stands in the way."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(in_order(findings))
        super().__init__(
            "CW-RELEASE-REFUSED",
            "the project cannot become a release",
            got=f"{len(self.findings)} finding(s)",
            fix="mend them; `crosswalk lint` and `crosswalk test` show the same list",
        )

    def render(self) -> str:
        """The head line, then one line a finding."""
        return "\n".join([super().render(), *(f"  {finding.render()}" for finding in self.findings)])


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What was built: where, its hash, how many files, and the warnings that did not stand in the way."""

    path: Path
    name: str
    hash: str
    files: tuple[str, ...]
    warnings: tuple[Finding, ...]


def build_release(
    project_dir: Path,
    out: Path,
    *,
    author: str | None = None,
    approver: str | None = None,
    at: datetime | None = None,
    force: bool = False,
) -> ReleaseInfo:
    """Build the project in `project_dir` as the folder (or ``.zip``) `out`.

    `at` is the time of building, with zone; now by default. `force` replaces an earlier release at `out`.

    Raises:
        MissingFileError: there is no such project.
        RefusedError: CW-RELEASE-REFUSED with every lint error and failing example.
        CannotWriteError: `out` is taken or cannot be written.
    """
    check_free(out, force)
    project, warnings = _checked(project_dir)
    files = release_files(project)
    _refuse_secrets(files)
    raw = {path: canonical_json(stored) for path, stored in files.items()}
    built_at = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    manifest = make_manifest(project.name, raw, author=author, approver=approver, built_at=built_at)
    raw[FILE] = canonical_json(manifest.to_json())
    write_release(raw, out, force=force)
    return ReleaseInfo(out, project.name, manifest.version, tuple(sorted(raw)), warnings)


def release_files(project: Project) -> dict[str, Any]:
    """Path in the release -> document, as plain data; a project that was linted has no faults here."""
    files: dict[str, Any] = {}
    around = surroundings(project)
    for name, mapping in project.mappings.items():
        files[f"mappings/{name}.json"] = _mapping(project, mapping)
    for name, rules in project.rule_sets.items():
        files[f"rules/{name}.json"] = _without_floats(rules.to_json())
    for name, table in project.lookups.items():
        files[f"lookups/{name}.json"] = table.to_json()
    for name, flow in project.flows.items():
        files[f"flows/{name}.json"] = _flow(flow, flow_scope(flow, around))
    for kind, policy in project.policies.items():
        files[f"policies/{kind}.json"] = _without_floats(policy.to_json())
    for entity, shape in project.shapes.items():
        files[f"shapes/{entity}.json"] = shape.to_json()
    files[IDMAP_FILE] = {"format": IDMAP_FORMAT, "entries": project.merges}
    return files


def _checked(folder: Path) -> tuple[Project, tuple[Finding, ...]]:
    try:
        project = load_project(folder)
    except FindingsError as error:
        raise RefusedError(error.findings) from error
    findings = lint_project(project)
    errors = [finding for finding in findings if finding.level == "error"]
    if not errors:
        results = run_project_examples(project)
        errors = [finding for result in results for finding in result.findings()]
    if errors:
        raise RefusedError(errors)
    return project, findings


def _mapping(project: Project, mapping: MappingDocument) -> dict[str, Any]:
    system = mapping.source.system
    scope = mapping_scope(
        mapping,
        shape=project.shape(system, mapping.source.entity),
        related={name: project.shape(system, related.entity) for name, related in mapping.with_.items()},
        lookups=project.lookups,
    )
    return {
        "format": MAPPING_FORMAT,
        "document": _without_floats(mapping.to_json()),
        "ir": mapping_to_ir(mapping, scope, project.rule_sets),
    }


def _flow(flow: FlowDocument, scope: Scope) -> dict[str, Any]:
    """The flow with the IR of its formulas beside their text, so that the engine needs no parser."""
    return {
        **flow.to_json(),
        "accept_ir": _ir(flow.accept, scope),
        "ensures_ir": [_ir(ensure.when, scope) for ensure in flow.ensures],
        "routes_ir": [_ir(route.when, scope) for route in flow.routes],
        "choices_ir": [_ir(choice.when, scope) for choice in flow.choices],
    }


def _ir(text: str | None, scope: Scope) -> Any:
    return None if text is None else parse_formula(text, scope).ir


def _without_floats(value: Any) -> Any:
    """Probabilities as text: a float has many spellings, a release has one."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _without_floats(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_floats(inner) for inner in value]
    return value


def _refuse_secrets(files: Mapping[str, Any]) -> None:
    """The last look before anything is written; the documents were scanned when they were read."""
    findings = list(_secrets(files))
    if findings:
        raise RefusedError(findings)


def _secrets(files: Mapping[str, Any]) -> Iterator[Finding]:
    for path, stored in files.items():
        # Shapes hold masked forms, policies may hold fingerprints: neither is random text of a secret.
        random_too = not path.startswith(("shapes/", "policies/"))
        for place, looks_like in find_secrets(stored, random_too=random_too):
            message = f"{pointer(place)} looks like {looks_like}"
            yield Finding(
                path, "CW-SECRET", "error", message, "hold it as env:NAME, file:PATH or keyring:NAME"
            )
