"""Design time: profile, suggest, apply the recorded decisions, lint, test, release."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crosswalk_engine.errors import RejectedError
from crosswalk_engine.mapping.document import MappingDocument
from crosswalk_engine.payload.yaml import dump_yaml
from crosswalk_engine.project.examples import run_project_examples
from crosswalk_engine.project.project import Project, load_project
from crosswalk_engine.release import load_release
from crosswalk_engine.release.build import build_release

from crosswalk_models.demo.options import Workplace
from crosswalk_models.feedback import Decision, apply_decisions, read_decisions
from crosswalk_models.matching.suggest import MatchResult, suggest
from crosswalk_models.profile import profile_files

Say = Callable[[str], None]

#: The mapping that is suggested, and the payloads of both systems that suggestions look at.
MAIN = "order-to-m3"
SOURCE, TARGET = Path("brightpearl/orders.ndjson"), Path("infor/orders.ndjson")

#: Ranks at which the list that a person sees ends.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Design:
    """What design time came to: the release, and at which rank each approved mapping had been suggested."""

    release: Path
    ranks: Counter[str]


def ready_release(path: Path) -> Path:
    """A release that was built before; verified here, so that a tampered one stops the demo early.

    Raises:
        ConfigError: it is not a sound release.
    """
    load_release(path)
    return path.resolve()


def design(place: Workplace, say: Say) -> Design:
    """From sample payloads and recorded decisions to a release.

    Raises:
        RejectedError: a worked example fails, or the project does not lint.
    """
    began = time.monotonic()
    for profile in profile_files([place.data / SOURCE, place.data / TARGET]).files:
        say(f"profiled {profile.name}: {profile.records} records, {len(profile.fields)} fields")
    result = suggest(place.data / SOURCE, place.data / TARGET, top=SHOWN)
    say(f"suggested {len(result.assignment)} mappings by {result.model}, {time.monotonic() - began:.1f} s")
    for note in result.notes:
        say(f"  {note}")
    decisions = read_decisions(place.project)
    ranked = _ranks(decisions, result)
    say(f"decided {len(ranked)} rules of {MAIN}:")
    for target, source, rank in ranked:
        say(f"  {target:<16} {rank:<20} {source}")
    ranks = Counter(rank for _, _, rank in ranked)
    say("  in all: " + ", ".join(f"{ranks[name]} {name}" for name in sorted(ranks)))
    for name in _apply(place.project, decisions):
        say(f"  {name}: made by its decisions")
    project = load_project(place.project)
    say(f"examples: {_test(project)} passed")
    release = place.root / "release"
    built = build_release(
        place.project, release, author="ana", approver="sam", at=datetime.now().astimezone()
    )
    for warning in built.warnings:
        say(f"  {warning.render()}")
    say(f"release {built.hash[:12]}: {len(built.files)} files")
    return Design(release, ranks)


def _apply(project: Path, decisions: Iterable[Decision]) -> list[str]:
    """Write each mapping as its decisions make it; returns their names."""
    listed = list(decisions)
    names = sorted({decision.mapping for decision in listed if decision.kind == "mapping"})
    for name in names:
        document: MappingDocument = apply_decisions(listed, name)
        text = dump_yaml(document.to_json())
        (project / "mappings" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return names


def _ranks(decisions: Iterable[Decision], result: MatchResult) -> list[tuple[str, str, str]]:
    """Each approved rule: its target, what it was made from, and at which rank that is suggested now."""
    last = {d.target: d for d in decisions if d.kind == "rule" and d.mapping == MAIN}
    ranked = []
    for target, decision in last.items():
        if decision.rule is None or "each" in decision.rule:
            continue
        source = (decision.suggestion or {}).get("source")
        if source is None:
            ranked.append((target, str(decision.rule["formula"]), "written by a person"))
            continue
        rank = next((s.rank for s in result.for_target(target) if s.source == source), None)
        ranked.append((target, source, f"rank {rank}" if rank else f"below rank {SHOWN}"))
    return ranked


def _test(project: Project) -> int:
    results = [case for result in run_project_examples(project) for case in result.cases]
    failed = [case for case in results if not case.passed]
    if failed:
        raise RejectedError(
            "CW-DEMO-EXAMPLES",
            f"{len(failed)} worked example(s) fail",
            where=failed[0].where,
            got=failed[0].name,
            fix="crosswalk test shows what differs",
        )
    return len(results)
