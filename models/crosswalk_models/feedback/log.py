"""The decisions of a project on disk: append-only files, one a month, safe against crashes and each other."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import CannotWriteError, RecordError

from crosswalk_models.feedback.decision import Decision, DecisionLog, bad_line


def read_decisions(project: Path) -> DecisionLog:
    """All decisions below ``<project>/decisions``, by time, then file and line; of one id the first counts.

    Raises:
        RecordError: a whole line is no decision; the message names file and line.
    """
    found: dict[str, Decision] = {}
    torn: list[RecordError] = []
    for path in sorted((project / "decisions").glob("*.ndjson")):
        for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
            if not line.strip():
                continue
            where = f"decisions/{path.name}:{number}"
            try:
                data = json.loads(line)
            except ValueError as error:
                if line.rstrip().endswith(b"}"):
                    raise bad_line(where, "the line is not JSON") from error
                torn.append(_torn(where))
                continue
            decision = Decision.from_json(data, where=where)
            found.setdefault(decision.id, decision)
    return DecisionLog(tuple(sorted(found.values(), key=lambda item: item.at)), tuple(torn))


def append_decision(project: Path, decision: Decision) -> Decision:
    """Add `decision` to this month's file, on disk before this returns; a known id changes nothing.

    Safe when several processes append. What a crash left of an unconfirmed line is put aside as ``*.torn``.

    Returns: the decision that stands under this id.

    Raises:
        CannotWriteError: the disk refuses; the file is as it was.
    """
    folder = project / "decisions"
    path = folder / f"{decision.at[:7]}.ndjson"
    line = json.dumps(decision.to_json(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = next((item for item in read_decisions(project) if item.id == decision.id), None)
            if known is not None:
                return known
            with path.open("ab") as file:
                _put_torn_aside(path, file)
                size = file.tell()
                try:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(size)
                    raise
    except OSError as error:
        raise CannotWriteError(
            "CW-DECISION-WRITE",
            "the decision cannot be written",
            where=f"decisions/{path.name}",
            got=os.strerror(error.errno or 0),
            fix="free some space or mend the folder's permissions; nothing was changed",
        ) from error
    return decision


def _put_torn_aside(path: Path, file: Any) -> None:
    raw = path.read_bytes()
    whole = raw.rfind(b"\n") + 1
    if whole < len(raw):
        with path.with_suffix(".torn").open("ab") as aside:
            aside.write(raw[whole:] + b"\n")
        file.truncate(whole)
    file.seek(0, os.SEEK_END)


def _torn(where: str) -> RecordError:
    return RecordError(
        "CW-DECISION-TORN",
        "the line was cut short while it was written; its decision was never confirmed and is left out",
        where=where,
        fix="decide again, then delete the line",
    )
