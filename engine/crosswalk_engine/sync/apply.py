"""Apply: the flow's condition, then the mapping; data errors become one clear reason."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Protocol

from crosswalk_engine.connectors.contract import Document
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import EventState
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.sync.stages import Fetched, Mapped, Verdict

IdMap = Callable[[str, str], str | None]


class Targets(Protocol):
    """What knows which record here is which record there: the outbox, or a journal that is only read."""

    def target_of(self, entity: str, source_key: str) -> str | None:
        """The target's key, or None."""
        ...


#: The problem code of a key that is not in the id map yet.
MISSING_ID = "CW-IDMAP-MISSING"

#: Problems of one record that stand in a reason.
MOST_SHOWN = 100


def id_map(outbox: Targets) -> IdMap:
    """Looks a source key up, after approved merges: an order of a merged contact belongs to the one kept."""

    def lookup(entity: str, key: str) -> str | None:
        return outbox.target_of(entity, survivor(outbox, entity, key))

    return lookup


def survivor(outbox: Targets, entity: str, key: str) -> str:
    """The key that approved merges have put in the place of `key`."""
    if entity != "customer":
        return key
    seen = {key}
    while (kept := outbox.target_of("contact_merge", key)) and kept not in seen:
        seen.add(kept)
        key = kept
    return key


class Asked:
    """An id map that notes what was asked and answered: an output is made from that too."""

    def __init__(self, ids: IdMap) -> None:
        self._ids = ids
        self.answers: dict[tuple[str, str], str | None] = {}

    def __call__(self, entity: str, key: str) -> str | None:
        """The target's key, or None."""
        answer = self.answers[entity, key] = self._ids(entity, key)
        return answer


def apply(fetched: Fetched, mapping: CompiledMapping, ids: IdMap) -> Mapped | Verdict:
    """The record as the target will see it, or why not."""
    asked = Asked(ids)
    now = fetched.inputs.now
    result = mapping.apply(fetched.document, related=fetched.related, idmap=asked, now=now)
    if result.output is None:
        return _refused(result)
    if len(result.outputs) > 1:
        # The lint refuses such a flow; a release from elsewhere must not deliver the first and drop the rest.
        what = f"the mapping makes {len(result.outputs)} documents of it, and a flow delivers one"
        return Verdict(EventState.HELD, "CW-FLOW-DOCUMENTS", what)
    warnings = tuple(f"{warning.path} {warning.code}" for warning in result.warnings)
    return Mapped(fetched, result.output, digest_of(result.output), asked.answers, warnings[:MOST_SHOWN])


def digest_of(output: Document) -> str:
    """SHA-256 of an output's canonical bytes: equal outputs, equal digests."""
    return sha256(MapResult(output).output_bytes()).hexdigest()


def _refused(result: MapResult) -> Verdict:
    """Waiting when nothing but keys of other records are missing; else a dead letter with all problems."""
    missing = [problem for problem in result.errors if problem.code == MISSING_ID]
    if missing and len(missing) == len(result.errors):
        return Verdict(EventState.WAITING, MISSING_ID, str(missing[0].value))
    others = [problem for problem in result.errors if problem.code != MISSING_ID]
    return Verdict(EventState.DEAD, others[0].code, reasons(others))


def reasons(problems: Sequence[Problem]) -> str:
    """All problems in one line, each with path, code and value; of very many, the first ones."""
    shown = [
        f"{problem.path or 'record'}: {problem.code} {problem.message}"
        + (f" [{problem.value}]" if problem.value else "")
        for problem in problems[:MOST_SHOWN]
    ]
    more = len(problems) - MOST_SHOWN
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def as_record_error(result: MapResult, where: str) -> RecordError:
    """The problems of a related record's mapping as one error."""
    return RecordError(result.errors[0].code, reasons(result.errors), where=where)
