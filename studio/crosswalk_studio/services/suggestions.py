"""Suggestions of the field matcher for a mapping: made beside the pages, kept until the samples change."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import RejectedError
from crosswalk_models.types import Suggestion

from crosswalk_studio.services.jobs import Job, Progress
from crosswalk_studio.services.ledger import write_text
from crosswalk_studio.services.targets import CANDIDATES, effective
from crosswalk_studio.services.workspace import Workspace

#: Candidates asked for: what is shown, and as many again for those that people rejected.
TOP = 2 * CANDIDATES
FORMAT = "crosswalk/studio-suggestions@1"


@dataclass(frozen=True, slots=True)
class SuggestionSet:
    """Suggestions by target, best first.

    Attributes:
        by_target: target path -> candidates.
        model: what made them.
        at: when, ISO 8601.
        stale: the samples have changed since.
        notes: what limited them, e.g. that there is no embedding model.
    """

    by_target: Mapping[str, tuple[Suggestion, ...]]
    model: str
    at: str
    stale: bool
    notes: tuple[str, ...] = ()


def job_key(mapping: str) -> str:
    """The key of the job that looks for suggestions."""
    return f"suggest {mapping}"


def load_suggestions(workspace: Workspace, mapping: str) -> SuggestionSet | None:
    """What was suggested last for `mapping`; `None` when nothing was looked for yet."""
    path = _path(workspace, mapping)
    if not path.is_file():
        return None
    state = path.stat()
    mark = (state.st_mtime_ns, state.st_size, _mark(workspace, mapping))
    return workspace.cached(f"suggestions {mapping}", mark, lambda: _read(path, mark[2]))


def start_suggesting(workspace: Workspace, mapping: str) -> Job:
    """Look for suggestions beside the pages; the running job when it runs already."""
    return workspace.jobs.start(
        job_key(mapping),
        "Looking for suggestions",
        lambda progress: suggest_now(workspace, mapping, progress),
    )


def suggest_now(workspace: Workspace, mapping: str, progress: Progress) -> SuggestionSet:
    """Look for suggestions and keep them.

    Raises:
        RejectedError: CW-STUDIO-SAMPLES; one side has no samples.
    """
    project = workspace.checked().project
    document = project.mappings[mapping] if project else None
    if project is None or document is None:
        raise RejectedError("CW-STUDIO-PROJECT", "the project's documents have errors", fix="see Releases")
    files = []
    for side in (document.source, document.target):
        paths = project.samples.get(f"{side.system}.{side.entity}", ())
        if not paths:
            raise RejectedError(
                "CW-STUDIO-SAMPLES",
                f"there are no samples of {side.entity} of {side.system}",
                fix="upload a sample file on the Systems page",
            )
        files.append(paths[0])
    mark = _mark(workspace, mapping)
    found, model, notes = _match(files[0], files[1], workspace, mapping, progress)
    at = workspace.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    stored = {
        "format": FORMAT,
        "mark": mark,
        "model": model,
        "at": at,
        "notes": list(notes),
        "suggestions": [item.to_json() for item in found],
    }
    write_text(_path(workspace, mapping), json.dumps(stored, ensure_ascii=False))
    return SuggestionSet(_by_target(found), model, at, stale=False, notes=notes)


def _path(workspace: Workspace, mapping: str) -> Path:
    return workspace.private / "suggestions" / f"{mapping}.json"


def _mark(workspace: Workspace, mapping: str) -> str:
    """What the suggestions depend on: the bytes of both sides' sample files."""
    project = workspace.checked().project
    document = project.mappings.get(mapping) if project else None
    if project is None or document is None:
        return ""
    digest = hashlib.sha256()
    for side in (document.source, document.target):
        for path in project.samples.get(f"{side.system}.{side.entity}", ()):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path, mark: str) -> SuggestionSet | None:
    try:
        stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if stored.get("format") != FORMAT:
            return None
        found = [Suggestion.from_json(item) for item in stored["suggestions"]]
        notes = tuple(map(str, stored["notes"]))
        stale = stored["mark"] != mark
        return SuggestionSet(_by_target(found), str(stored["model"]), str(stored["at"]), stale, notes)
    except (ValueError, KeyError, TypeError):
        return None  # cut short or of another version: it is made again on demand


def _by_target(found: list[Suggestion]) -> dict[str, tuple[Suggestion, ...]]:
    grouped: dict[str, list[Suggestion]] = {}
    for item in found:
        grouped.setdefault(item.target, []).append(item)
    return {target: tuple(sorted(items, key=lambda item: item.rank)) for target, items in grouped.items()}


def _match(
    source: Path, target: Path, workspace: Workspace, mapping: str, progress: Progress
) -> tuple[list[Suggestion], str, tuple[str, ...]]:
    """The matcher's answer, its model, and what limited it."""
    progress.step(0.05, "loading the matcher")
    from crosswalk_models.embed import default_embedder
    from crosswalk_models.matching.memory import Memory
    from crosswalk_models.matching.suggest import RECORDS, suggest
    from crosswalk_models.readers import read_fields

    progress.step(0.15, "reading the samples")
    sides = [read_fields(path, limit=RECORDS) for path in (source, target)]
    progress.step(0.35, f"comparing {len(sides[0].fields)} fields with {len(sides[1].fields)}")
    approved, rejected = remembered(workspace, mapping)
    result = suggest(
        sides[0],
        sides[1],
        top=TOP,
        memory=Memory(approved=approved, rejected=rejected),
        encoder=default_embedder(cache=workspace.private / "embeddings.db"),
    )
    progress.step(0.95, "writing them down")
    return list(result.suggestions), result.model, result.notes


Pairs = dict[tuple[str, str], str]


def remembered(workspace: Workspace, mapping: str) -> tuple[Pairs, Pairs]:
    """(source, target) -> who, of the pairs that people approved and rejected in this mapping."""
    approved: Pairs = {}
    rejected: Pairs = {}
    for target, head in workspace.store.heads("rule", mapping).items():
        decided = effective(workspace, head)
        source = (decided.suggestion or {}).get("source") if decided else None
        if decided is not None and source:
            chosen = {"accept": approved, "reject": rejected}.get(decided.action)
            if chosen is not None:
                chosen[(str(source), target)] = decided.actor
    return approved, rejected
