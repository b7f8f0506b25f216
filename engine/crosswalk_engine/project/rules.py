"""Rule sets beside a mapping that is used by itself, without the rest of its project."""

from pathlib import Path

from crosswalk_engine.errors import Finding, FindingsError
from crosswalk_engine.mapping.document import MappingDocument, RuleSet, UseRule, walk_rules
from crosswalk_engine.payload.documents import load_document

FOLDER = "rules"


def rule_sets_beside(mapping: Path, document: MappingDocument) -> dict[str, RuleSet]:
    """The rule sets that `document`, read from the file `mapping`, uses: in ``../rules/`` or ``rules/``.

    Those that are not there are left out: the translation names them.

    Raises:
        FindingsError: CW-YAML or CW-DOCUMENT; one of them cannot be used.
    """
    wanted = sorted(document.rule_sets)
    folders = [folder for folder in _folders(mapping) if folder.is_dir()] if wanted else []
    found: dict[str, RuleSet] = {}
    findings: list[Finding] = []
    while wanted:
        name = wanted.pop()
        path = next((file for folder in folders if (file := folder / f"{name}.yaml").is_file()), None)
        if name in found or path is None:
            continue
        try:
            found[name] = load_document(path.read_bytes(), RuleSet, where=str(path))[0]
        except FindingsError as error:
            findings += error.findings
            continue
        wanted += [rule.use for rule in walk_rules(found[name].rules) if isinstance(rule, UseRule)]
    if findings:
        raise FindingsError("CW-DOCUMENT", f"the rule sets of {mapping} cannot be used", findings)
    return found


def _folders(mapping: Path) -> tuple[Path, ...]:
    here = mapping.parent
    return (here.parent / FOLDER, here / FOLDER)
