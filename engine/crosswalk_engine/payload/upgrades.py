"""Earlier versions of documents, brought up to the present one step by step when they are read.

A step is a pure function from one version to the next; files are never rewritten. Findings keep the lines of
the file: a step says which places it moved.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crosswalk_engine.payload.yaml import Place, YamlDocument

#: In a place of `Step.moved`: any one key or index; the n-th on both sides is the same.
ANY: Final = "*"
_FORMAT = re.compile(r"crosswalk/(?P<kind>[a-z][a-z-]*)@(?P<version>[1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True)
class Step:
    """From one version of a kind of document to the next.

    Attributes:
        to: the format of the next version; `change` need not set it.
        change: gives the content in the next version; it must not alter what it is given.
        moved: where a part of the next version stood before, e.g. ``{("rules", "*", "to"): ("rules", "*",
            "target")}``, so that findings about it have its line.
    """

    to: str
    change: Callable[[dict[str, Any]], dict[str, Any]]
    moved: Mapping[Place, Place] = field(default_factory=dict)


#: Format of an earlier version -> the step to the next.
Steps = Mapping[str, Step]
#: No kind of document has an earlier version yet: all are at 1. (Stored mappings and shapes, which people do
#: not write, have steps of their own: `mapping.upgrades`, `payload.shape`.)
STEPS: Final[Steps] = {}


def upgraded(document: YamlDocument, steps: Steps = STEPS) -> YamlDocument:
    """`document` in the latest version that `steps` lead to; unchanged when none begins at its version."""
    while isinstance(document.data, dict):
        step = steps.get(str(document.data.get("format")))
        if step is None:
            break
        data = step.change(document.data) | {"format": step.to}
        document = YamlDocument(
            data, document.where, {**document.lines, **dict(_moved(document.lines, step))}
        )
    return document


def split_format(text: object) -> tuple[str, int] | None:
    """``crosswalk/mapping@1`` as ``("mapping", 1)``; `None` when it is no format."""
    match = _FORMAT.fullmatch(text) if isinstance(text, str) else None
    return (match["kind"], int(match["version"])) if match else None


def _moved(lines: Mapping[Place, int], step: Step) -> Iterator[tuple[Place, int]]:
    """The lines of moved parts, and of what stands below them, under their new places."""
    for new, old in step.moved.items():
        for place, line in lines.items():
            head, below = place[: len(old)], place[len(old) :]
            if len(head) != len(old) or any(
                want not in (ANY, got) for want, got in zip(old, head, strict=True)
            ):
                continue
            wild = iter([got for want, got in zip(old, head, strict=True) if want == ANY])
            yield (*(next(wild) if part == ANY else part for part in new), *below), line
