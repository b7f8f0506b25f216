"""Linting a release: the documents that it carries, as their project was linted when it was built.

A release was linted before it was built; a later engine may know more. Its samples are not in it, so that the
mappings are checked against the shapes and not tried.
"""

from crosswalk_engine.errors import Finding
from crosswalk_engine.mapping.document import MappingDocument, RuleSet
from crosswalk_engine.mapping.lint import lint_mapping
from crosswalk_engine.release.load import Release


def lint_release(release: Release) -> tuple[Finding, ...]:
    """The findings of all mappings of a release; places are ``mappings/x.json /rules/3/formula``."""
    rule_sets = {
        name: RuleSet.model_validate(stored).read_from(f"rules/{name}.json")
        for name, stored in release.rule_sets.items()
    }
    findings: list[Finding] = []
    for name, stored in release.documents.items():
        document = MappingDocument.model_validate(stored).read_from(f"mappings/{name}.json")
        system = document.source.system
        findings += lint_mapping(
            document,
            shape=release.shapes.get(f"{system}.{document.source.entity}"),
            related={
                with_name: release.shapes.get(f"{system}.{record.entity}")
                for with_name, record in document.with_.items()
            },
            lookups=release.lookups,
            target=release.shapes.get(f"{document.target.system}.{document.target.entity}"),
            rule_sets=rule_sets,
        )
    return tuple(findings)
