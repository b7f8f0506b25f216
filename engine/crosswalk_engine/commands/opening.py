"""What a path given to `crosswalk lint` or `crosswalk test` holds, and the findings or results of it.

One file of a project, or one of its folders, is judged as part of that project: with its samples, tables and
connections. A release is judged by the documents that it carries.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.errors import ConfigError, Finding, FindingsError, MissingFileError, masked
from crosswalk_engine.mapping.document import MappingDocument, RuleSet, load_mapping
from crosswalk_engine.mapping.examples import TEST_SUFFIX, ExamplesDocument
from crosswalk_engine.mapping.lint import lint_mapping, lint_rule_set
from crosswalk_engine.payload.documents import Document, load_document
from crosswalk_engine.payload.yaml import load_yaml
from crosswalk_engine.project.examples import ExamplesResult, run_mapping_examples, run_project_examples
from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.project.flow_lint import lint_flow
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.project.lookups import check_lookup, read_lookup
from crosswalk_engine.project.manifest import FILE
from crosswalk_engine.project.policy import KINDS, AddressesPolicy
from crosswalk_engine.project.project import Project, check_project
from crosswalk_engine.project.rules import rule_sets_beside
from crosswalk_engine.release.lint import lint_release
from crosswalk_engine.release.load import load_release
from crosswalk_engine.release.manifest import FILE as MANIFEST

#: The line that says what a document is; without it the whole document is read, to say what is wrong with it.
_FORMAT = re.compile(rb"^format: *(?P<format>crosswalk/[a-z-]+@[0-9]+)\s*$", re.MULTILINE)
_MODELS: dict[str, type[Document]] = {
    "mapping": MappingDocument,
    "mapping-test": ExamplesDocument,
    "rule-set": RuleSet,
    "flow": FlowDocument,
}


class LintFirstError(FindingsError):
    """The answer is no, as for `crosswalk lint`: exit code 1."""

    exit_code = 1

    def __init__(self, errors: Iterable[Finding]) -> None:
        super().__init__("CW-LINT", "the examples cannot be run before these errors are mended", errors)


@dataclass(frozen=True, slots=True)
class _File:
    """One document file: its kind, and the folder of the project that it belongs to, if any."""

    path: Path
    kind: str
    project: Path | None

    @property
    def shown(self) -> str:
        """How its project names it."""
        return self.path.relative_to(self.project).as_posix() if self.project else str(self.path)


def findings_of(path: Path) -> tuple[Finding, ...]:
    """The findings of a project, a release, a folder of documents, or one file.

    Raises:
        MissingFileError: there is nothing at `path`.
        ConfigError: CW-KIND; the file is none that can be linted.
        FindingsError: the release cannot be loaded.
    """
    if path.suffix == ".zip" or (path / MANIFEST).is_file():
        return lint_release(load_release(path))
    if path.is_dir():
        return _lint_folder(path)
    try:
        file = _open(path)
    except FindingsError as error:
        return error.findings
    if file.project is None:
        return _lint_alone(file)
    return _lint_in_project(file, file.project)


def _lint_folder(folder: Path) -> tuple[Finding, ...]:
    """A project; a folder of one, by its part of the project's findings; or documents that stand alone."""
    if (folder / FILE).is_file():
        return _lint_project(folder)
    whole = folder.resolve().parent
    if (whole / FILE).is_file():
        below = f"{folder.resolve().name}/"
        return tuple(finding for finding in _lint_project(whole) if finding.where.startswith(below))
    documents = [file for file in sorted(folder.glob("**/*.yaml")) if file.is_file()]
    if not documents:
        # Says what a project's folder lacks, or that there is none.
        return _lint_project(folder)
    return tuple(finding for document in documents for finding in _each(document))


def _each(document: Path) -> tuple[Finding, ...]:
    """The findings of one file among others: what cannot be linted at all is one, too."""
    try:
        return findings_of(document)
    except ConfigError as error:
        message = f"{error.what}: {error.got}" if error.got else error.what
        return (Finding(error.where or str(document), error.code, "error", message, error.fix),)


def results_of(path: Path) -> tuple[ExamplesResult, ...]:
    """The results of the examples of a project, a mapping or one file of examples.

    Raises:
        MissingFileError: there is nothing at `path`, or no examples.
        LintFirstError: the documents have errors, so that nothing can be run.
    """
    try:
        return _test_project(path, None) if path.is_dir() else _test_file(_open(path), path)
    except FindingsError as error:
        raise LintFirstError(error.findings) from error


def _test_file(file: _File, path: Path) -> tuple[ExamplesResult, ...]:
    if file.kind not in ("mapping", "mapping-test"):
        raise _no_kind(path, file.kind, "a project, a mapping or a file of examples")
    if file.kind == "mapping":
        examples_path = path.with_name(f"{path.stem}{TEST_SUFFIX}.yaml")
        mapping_name = load_mapping(path).name
    else:
        examples_path = path
        mapping_name = _examples(path).mapping
    if file.project is not None:
        return _test_project(file.project, mapping_name)
    mapping_path = path if file.kind == "mapping" else path.with_name(f"{mapping_name}.yaml")
    return (_test_alone(mapping_path, examples_path, path.parent),)


def _lint_project(folder: Path) -> tuple[Finding, ...]:
    project, findings = check_project(folder)
    return findings if project is None else lint_project(project)


def _lint_in_project(file: _File, folder: Path) -> tuple[Finding, ...]:
    project, findings = check_project(folder)
    if project is not None:
        findings = lint_project(project)
    own = tuple(finding for finding in findings if finding.where.partition(":")[0] == file.shown)
    if project is None and not own:
        elsewhere = sum(finding.level == "error" for finding in findings)
        message = f"its project has {elsewhere} error(s) elsewhere, so the file was only checked by itself"
        remark = Finding(file.shown, "CW-LINT-ALONE", "warning", message, "lint the project's folder")
        return (*_lint_alone(file), remark)
    return own


def _lint_alone(file: _File) -> tuple[Finding, ...]:
    if file.kind == "lookup":
        return tuple(check_lookup(file.path, where=str(file.path))[1])
    model = _MODELS.get(file.kind)
    if model is None:
        # Only a policy gets here: project.yaml always has a project around it.
        stated = load_yaml(file.path.read_bytes(), where=str(file.path)).data.get("kind")
        model = KINDS.get(str(stated), AddressesPolicy)
    try:
        document, _ = load_document(file.path.read_bytes(), model, where=str(file.path))
        if isinstance(document, MappingDocument):
            return lint_mapping(document, rule_sets=rule_sets_beside(file.path, document))
    except FindingsError as error:
        return error.findings
    if isinstance(document, RuleSet):
        return lint_rule_set(document)
    return lint_flow(document) if isinstance(document, FlowDocument) else ()


def _test_project(folder: Path, mapping: str | None) -> tuple[ExamplesResult, ...]:
    project, findings = check_project(folder)
    findings = findings if project is None else lint_project(project)
    errors = [finding for finding in findings if finding.level == "error"]
    if project is not None and mapping is not None:
        others = _of_others(project, mapping)
        errors = [finding for finding in errors if finding.where.partition(":")[0] not in others]
    if project is None and mapping is not None:
        own = (f"mappings/{mapping}.yaml", f"mappings/{mapping}{TEST_SUFFIX}.yaml")
        if not any(finding.where.startswith((FILE, "rules/", "lookups/", *own)) for finding in errors):
            return (_test_alone(folder / own[0], folder / own[1], folder),)
    if project is None or errors:
        raise LintFirstError(errors)
    return run_project_examples(project, mapping)


def _test_alone(mapping_path: Path, examples_path: Path, root: Path) -> ExamplesResult:
    """The examples of a mapping by itself; its tables stand in lookups/ of `root`."""
    if not examples_path.is_file():
        raise MissingFileError("CW-FILE-MISSING", "there are no examples", where=str(examples_path))
    mapping = load_mapping(mapping_path)
    lookups = {table.stem: read_lookup(table) for table in sorted(root.glob("lookups/*.csv"))}
    sets = rule_sets_beside(mapping_path, mapping)
    return run_mapping_examples(_examples(examples_path), mapping, lookups, root=root, rule_sets=sets)


def _of_others(project: Project, mapping: str) -> set[str]:
    """The documents that the examples of one mapping do not need: other mappings and examples, and flows."""
    documents = [document for name, document in project.mappings.items() if name != mapping]
    examples = [one for one in project.examples.values() if one.mapping != mapping]
    return {one.where.partition(":")[0] for one in (*documents, *examples, *project.flows.values())}


def _examples(path: Path) -> ExamplesDocument:
    return load_document(path.read_bytes(), ExamplesDocument, where=str(path))[0]


def _open(path: Path) -> _File:
    if not path.is_file():
        raise MissingFileError("CW-FILE-MISSING", "there is no such file or folder", where=str(path))
    project = next((folder for folder in path.resolve().parents if (folder / FILE).is_file()), None)
    resolved = path.resolve()
    if project is not None and resolved.parent.parent != project and resolved.parent != project:
        project = None
    kind = _kind(path)
    return _File(resolved if project else path, kind, project)


def _kind(path: Path) -> str:
    """By the document's `format`, so that a misplaced file is named for what it is."""
    if path.suffix == ".csv":
        return "lookup"
    raw = path.read_bytes()
    line = _FORMAT.search(raw)
    if line is not None:
        stated = line["format"].decode()
    else:
        data = load_yaml(raw, where=str(path)).data
        stated = data.get("format") if isinstance(data, dict) else None
    kind = str(stated).removeprefix("crosswalk/").partition("@")[0]
    if kind in _MODELS or kind in ("project", "policy"):
        return kind
    known = ", ".join(f"crosswalk/{name}@1" for name in (*_MODELS, "project", "policy"))
    raise ConfigError(
        "CW-KIND",
        "the file does not say which document it is",
        where=str(path),
        got=f"format: {masked(stated)}",
        expected=known,
    )


def _no_kind(path: Path, kind: str, expected: str) -> ConfigError:
    return ConfigError("CW-KIND", f"a {kind} has no examples", where=str(path), expected=expected)
