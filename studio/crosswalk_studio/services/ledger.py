"""Writing down decisions so that none is lost: the line first, durably, then the document it changes.

Between the two a crash may fall. What the document should become is therefore written aside before
(`.crosswalk/pending.json`) and finished at the next start.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import CannotWriteError
from crosswalk_models.feedback import Decision

from crosswalk_studio.errors import ConflictError, StaleError
from crosswalk_studio.services.workspace import Workspace

#: What each action is called in messages.
VERBS = {"accept": "accepted", "edit": "edited", "reject": "rejected", "create": "created"}


@dataclass(frozen=True, slots=True)
class By:
    """Who decides.

    Attributes:
        actor: the person's name.
        op: the operation's id, unique for ever; the same id again changes nothing.
        seen: id of the last decision that the person saw on this subject, "" for none; `None` does not check.
    """

    actor: str
    op: str
    seen: str | None = None


def record(workspace: Workspace, decision: Decision, by: By, files: Mapping[Path, str]) -> Decision:
    """Write `decision` down and then the new texts of `files`; the decision as it stands comes back.

    Raises:
        ConflictError: somebody else decided on the same meanwhile.
        StaleError: the project was closed meanwhile.
        CannotWriteError: the disk refuses; then nothing was changed.
    """
    store = workspace.store
    if workspace.closed:
        raise StaleError(workspace.root.name, "this project is not open any more; nothing was written")
    with workspace.writing, store.turn():
        known = store.find(decision.id)
        if known is not None:
            return known
        check_seen(store.head(decision.kind, decision.mapping, decision.target), decision, by)
        pending = workspace.private / "pending.json"
        if files:
            _note_pending(pending, decision, files)
        store.add(decision)
        for path, text in files.items():
            write_text(path, text)
        pending.unlink(missing_ok=True)
    return decision


def check_seen(head: Decision | None, decision: Decision, by: By) -> None:
    """Refuse to decide on something that looks different by now; one's own last step does not count."""
    if by.seen is None or head is None or head.id == by.seen or _same_tab(head.id, by.op):
        return
    raise ConflictError(
        decision.target or decision.mapping,
        by=head.actor,
        at=head.at,
        action=VERBS.get(head.action, head.action),
    )


def _same_tab(one: str, other: str) -> bool:
    return "-" in one and one.rpartition("-")[0] == other.rpartition("-")[0]


def write_text(path: Path, text: str) -> None:
    """Replace a file as one step: either the old text is there or the new one.

    Raises:
        CannotWriteError: the disk refuses.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> CannotWriteError:
    """The one clear error for a disk that refuses."""
    return CannotWriteError(
        "CW-STUDIO-WRITE",
        "this cannot be written",
        where=path.name,
        got=os.strerror(error.errno or 0),
        fix="free some space or mend the folder's permissions; nothing was changed",
    )


def _note_pending(path: Path, decision: Decision, files: Mapping[Path, str]) -> None:
    steps = [{"path": str(file), "before": _digest(file), "text": text} for file, text in files.items()]
    write_text(path, json.dumps({"decision": decision.id, "files": steps}, ensure_ascii=False))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()


def finish_pending(workspace: Workspace) -> bool:
    """Finish what a crash left half done: the decision was written, its document was not. Says whether.

    A document that somebody has changed meanwhile is left alone.
    """
    path = workspace.private / "pending.json"
    if not path.is_file():
        return False
    done = False
    try:
        noted: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if workspace.store.find(str(noted["decision"])) is not None:
            for step in noted["files"]:
                file = Path(step["path"])
                if _digest(file) == step["before"]:
                    write_text(file, step["text"])
                    done = True
    except (ValueError, KeyError, TypeError):
        done = False  # cut short itself: then the decision was not written either
    path.unlink(missing_ok=True)
    return done
