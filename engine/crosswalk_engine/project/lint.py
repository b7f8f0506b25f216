"""Linting a project: its mappings and flows against its samples, tables and one another."""

from collections.abc import Iterable, Iterator

from crosswalk_engine.errors import Finding, masked
from crosswalk_engine.mapping.document import EntityRef, MappingDocument
from crosswalk_engine.mapping.examples import TEST_SUFFIX
from crosswalk_engine.mapping.lint import LintReport, inspect_mapping, lint_rule_set
from crosswalk_engine.mapping.lint_samples import Samples
from crosswalk_engine.payload.nearest import did_you_mean
from crosswalk_engine.project.flow_lint import Surroundings, lint_flow
from crosswalk_engine.project.manifest import FILE
from crosswalk_engine.project.policy_lint import lint_policies
from crosswalk_engine.project.project import Project


def lint_project(project: Project) -> tuple[Finding, ...]:
    """Every finding of a project that could be loaded, the warnings of loading it among them."""
    reports = {name: inspect_project_mapping(project, mapping) for name, mapping in project.mappings.items()}
    around = surroundings(project, {name: report.idmaps for name, report in reports.items()})
    findings = list(project.warnings)
    for name, report in reports.items():
        findings += report.findings
        findings += _entities(project, project.mappings[name])
    for flow in project.flows.values():
        findings += lint_flow(flow, around)
    findings += lint_policies(project)
    findings += _examples(project)
    findings += _unused(project, reports)
    findings += _rule_sets(project, reports)
    return tuple(in_order(findings))


def surroundings(project: Project, idmaps_used: dict[str, frozenset[str]] | None = None) -> Surroundings:
    """What the flows of `project` may name."""
    manifest = project.manifest
    connections = (*manifest.connections, *(manifest.systems if not manifest.connections else ()))
    return Surroundings(
        mappings=project.mappings,
        systems={name: manifest.system_of(name) for name in connections},
        shapes=project.shapes,
        lookups=frozenset(project.lookups),
        idmaps_used=idmaps_used or {},
        policies=frozenset(project.policies),
    )


def inspect_project_mapping(project: Project, mapping: MappingDocument) -> LintReport:
    """One mapping against the samples, tables and flows of its project."""
    system = mapping.source.system
    flows = [flow for flow in project.flows.values() if mapping.name in flow.candidates]
    ensured = {ensure.entity for flow in project.flows.values() for ensure in flow.ensures}
    return inspect_mapping(
        mapping,
        shape=project.shape(system, mapping.source.entity),
        related={name: project.shape(system, related.entity) for name, related in mapping.with_.items()},
        lookups=project.lookups,
        idmaps=ensured if project.flows else None,
        target=project.shape(mapping.target.system, mapping.target.entity),
        related_used={ensure.related for flow in flows for ensure in flow.ensures},
        rule_sets=project.rule_sets,
        samples=_samples(project, mapping),
    )


def _samples(project: Project, mapping: MappingDocument) -> Samples | None:
    """What a mapping is tried on; nothing without samples of its source."""
    system = mapping.source.system
    records = project.records(system, mapping.source.entity)
    if not records:
        return None
    entities = project.manifest.systems[system].entities
    related = {}
    for name, record in mapping.with_.items():
        key = entities[record.entity].key if record.entity in entities else None
        related[name] = {
            str(sample[key or "id"]): sample
            for sample in project.records(system, record.entity)
            if isinstance(sample.get(key or "id"), str | int)
        }
    return Samples(records, related, project.lookups)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by file, then by line as a number: the order in which a person mends them."""

    def key(finding: Finding) -> tuple[str, int, str]:
        file, _, line = finding.where.partition(":")
        number = line.partition(":")[0]
        return file, int(number) if number.isdigit() else 0, finding.code

    return sorted(findings, key=key)


def _entities(project: Project, mapping: MappingDocument) -> Iterator[Finding]:
    systems = project.manifest.systems
    sides: list[tuple[str, EntityRef]] = [("source", mapping.source), ("target", mapping.target)]
    for side, ref in sides:
        if ref.system not in systems:
            message = f"unknown system '{masked(ref.system, 40)}'"
            hint = did_you_mean(ref.system, systems) or f"systems of {FILE}: {', '.join(systems)}"
            yield Finding(mapping.at(side, "system"), "CW-LINT-SYSTEM", "error", message, hint)
        elif ref.entity not in systems[ref.system].entities:
            known = systems[ref.system].entities
            message = f"{ref.system} has no entity '{masked(ref.entity, 40)}' in {FILE}"
            hint = did_you_mean(ref.entity, known) or f"entities: {', '.join(known) or 'none'}"
            yield Finding(mapping.at(side, "entity"), "CW-LINT-ENTITY", "error", message, hint)
    source = systems.get(mapping.source.system)
    for name, related in mapping.with_.items():
        if source is not None and related.entity not in source.entities:
            message = f"with {name}: {mapping.source.system} has no entity '{masked(related.entity, 40)}'"
            hint = did_you_mean(related.entity, source.entities) or f"declare it in {FILE}"
            yield Finding(mapping.at("with", name, "entity"), "CW-LINT-ENTITY", "error", message, hint)


def _examples(project: Project) -> Iterator[Finding]:
    for stem, examples in project.examples.items():
        if examples.mapping not in project.mappings:
            message = f"unknown mapping '{masked(examples.mapping, 60)}'"
            hint = did_you_mean(examples.mapping, project.mappings)
            yield Finding(examples.at("mapping"), "CW-LINT-EXAMPLES", "error", message, hint)
        elif not stem.startswith(examples.mapping):
            message = f"the file of examples is not named after its mapping {examples.mapping}"
            hint = f"name it {examples.mapping}{TEST_SUFFIX}.yaml"
            yield Finding(examples.at("mapping"), "CW-LINT-EXAMPLES", "warning", message, hint)


def _rule_sets(project: Project, reports: dict[str, LintReport]) -> Iterator[Finding]:
    """Rule sets that no mapping uses are checked by themselves."""
    used = {name for report in reports.values() for name in report.rule_sets}
    for name, rules in project.rule_sets.items():
        if name not in used:
            message, hint = "no mapping uses this rule set", did_you_mean(name, used)
            yield Finding(rules.at("name"), "CW-LINT-UNUSED", "warning", message, hint)
            yield from lint_rule_set(rules, project.rule_sets)


def _unused(project: Project, reports: dict[str, LintReport]) -> Iterator[Finding]:
    asked = {name for report in reports.values() for name in report.lookups}
    # A formula that cannot be read may use any table: say nothing on tables until it can.
    sound = not any(finding.level == "error" for report in reports.values() for finding in report.findings)
    for name in project.lookups:
        if sound and name not in asked:
            message = "no formula asks this table"
            yield Finding(
                f"lookups/{name}.csv", "CW-LINT-UNUSED", "warning", message, did_you_mean(name, asked)
            )
    used = {name for flow in project.flows.values() for name in flow.mappings}
    for name, mapping in project.mappings.items():
        # A flow delivers one document: those that split records are for bulk work.
        if project.flows and name not in used and mapping.documents is None:
            hint = did_you_mean(name, used)
            yield Finding(mapping.at("name"), "CW-LINT-UNUSED", "warning", "no flow uses this mapping", hint)
