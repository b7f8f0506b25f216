"""What mapping one record gives: an output, or every problem found; never a guess in between."""

from dataclasses import dataclass
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one record.

    Attributes:
        path: the target path (``lines[0].ITNO``, of several documents ``documents[1].lines[0].ITNO``), a
            check (``check: net adds up``) or ``""`` for the record.
        code: stable, e.g. ``CW-LOOKUP-MISSING``.
        value: what was found, at most 80 characters, personal data masked.
        message: one plain sentence that names the source fields.
    """

    path: str
    code: str
    value: str
    message: str

    def to_json(self) -> dict[str, str]:
        """The form that rejects and dead letters carry: ``{path, code, value, message}``."""
        return {"path": self.path, "code": self.code, "value": self.value, "message": self.message}


@dataclass(frozen=True, slots=True)
class MapResult:
    """The output of one record, ready for JSON, or its errors.

    Attributes:
        output: nested dict of text, int, bool, None, list and dict; `None` when `errors` is not empty.
            Decimals are texts with their scale (``"2.0000"``), dates and times ISO texts. Of several
            documents, the first.
        errors: every problem of the record, in the order of the rules.
        warnings: what was changed on the way (a text cut to its length, a value replaced).
        more: the further documents of a mapping that makes several of one record.
    """

    output: dict[str, Any] | None
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    more: tuple[dict[str, Any], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is an output."""
        return self.output is not None

    @property
    def outputs(self) -> tuple[dict[str, Any], ...]:
        """All documents of the record; none when it is rejected."""
        return () if self.output is None else (self.output, *self.more)

    def output_bytes(self) -> bytes:
        """The canonical JSON of the output: sorted keys, no spaces, UTF-8.

        Equal outputs give equal bytes, so a delivery can be compared with the last one.

        Raises:
            ValueError: when there are errors and so no output.
        """
        if self.output is None:
            raise ValueError("a rejected record has no output")
        return _ENCODER.encode(self.output)

    def outputs_bytes(self) -> tuple[bytes, ...]:
        """The canonical JSON of each document, as `output_bytes`; none when the record is rejected."""
        return tuple(map(_ENCODER.encode, self.outputs))
