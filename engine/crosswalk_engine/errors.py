"""Errors, named by what the caller should do.

CrosswalkError                  code · what · where · got · expected · fix; knows its exit code
├── ConfigError          (78)   someone must change a document or a setting; nothing was loaded
│   ├── MissingFileError (66)   the named file is not there
│   ├── CannotWriteError (73)   the named place cannot be written
│   └── RoleError        (77)   this actor may not do this
├── UsageError            (2)   the command was called wrongly
├── RejectedError         (1)   it ran, and the answer is no (lint errors, failing test, mismatch)
├── BusyError            (75)   another process holds it; try again later
├── RetriableError       (69)   the remote end failed for now: try again, later
│   ├── ThrottledError          … not before `retry_after` seconds
│   └── OutcomeUnknownError     … the call may have taken effect: look it up before a resend
├── RecordError          (65)   this record's data is wrong: dead letter, others go on
├── HoldError            (65)   this record waits for a person
└── FatalError           (78)   stop: going on would lose or double something
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

EXIT_OK = 0


class CrosswalkError(Exception):
    """An error that a person can act on.

    Attributes:
        code: stable, e.g. ``CW-RELEASE-HASH``.
        what: one plain sentence: what is wrong.
        where: file:line:column, JSON path, record key or URL.
        got: what was found, already masked and at most 80 characters.
        expected: what would have been right.
        fix: the next step for the reader.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, code: str, what: str, *, where: str = "", got: str = "", expected: str = "", fix: str = ""
    ) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        self.where = where
        self.got = got
        self.expected = expected
        self.fix = fix

    def render(self) -> str:
        """The one-line form: ``CODE what · where · got · expected · fix``; empty parts are left out."""
        return f"{self.code} {self.detail()}"

    def detail(self) -> str:
        """The same without the code, for places that show the code by itself."""
        labelled = [
            self.what,
            self.where and f"at {self.where}",
            self.got and f"got {self.got}",
            self.expected and f"expected {self.expected}",
            self.fix and f"fix: {self.fix}",
        ]
        return " · ".join(part for part in labelled if part)

    def advice(self) -> str:
        """What is wrong, what was expected and what to do, for who shows the place and the value apart."""
        labelled = [self.what, self.expected and f"expected {self.expected}", self.fix and f"fix: {self.fix}"]
        return " · ".join(part for part in labelled if part)

    def __str__(self) -> str:
        return self.render()


class ConfigError(CrosswalkError):
    """A document or setting must change; nothing was loaded."""

    exit_code = 78


class MissingFileError(ConfigError):
    """The named file or folder does not exist."""

    exit_code = 66


class CannotWriteError(ConfigError):
    """The named place cannot be written."""

    exit_code = 73


class RoleError(ConfigError):
    """This actor may not do this."""

    exit_code = 77


class UsageError(CrosswalkError):
    """The command was called wrongly."""

    exit_code = 2


class RejectedError(CrosswalkError):
    """It ran, and the answer is no."""

    exit_code = 1


class BusyError(CrosswalkError):
    """Another process holds the journal, the port or the lock."""

    exit_code = 75


class RetriableError(CrosswalkError):
    """The remote end failed for now; the same call may succeed later."""

    exit_code = 69


class ThrottledError(RetriableError):
    """The remote end asks for a pause of `retry_after` seconds, starting now; at most an hour is believed."""

    longest: ClassVar[float] = 3600.0

    def __init__(self, code: str, what: str, *, retry_after: float, where: str = "") -> None:
        self.retry_after = min(max(retry_after, 0.0), self.longest)
        super().__init__(code, what, where=where, fix=f"wait {self.retry_after:.1f} s")


class OutcomeUnknownError(RetriableError):
    """The reply was lost: the call may have taken effect, so look it up before a resend."""


class RecordError(CrosswalkError):
    """This record's data is wrong; it becomes a dead letter and the others go on."""

    exit_code = 65


class HoldError(CrosswalkError):
    """This record waits for a person's decision."""

    exit_code = 65


class FatalError(CrosswalkError):
    """Stop: going on would lose or double something."""

    exit_code = 78


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding of a check: same list in the command line, the studio and CI.

    `level` is ``error`` or ``warning``; `where` is ``file:line`` or a document path.
    """

    where: str
    code: str
    level: str
    message: str
    suggestion: str = ""

    def render(self) -> str:
        """``where: level CODE message (suggestion)``."""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return one_line(f"{self.where}: {self.level} {self.code} {self.message}{hint}")


class FindingsError(ConfigError):
    """Several findings at once; nothing was loaded."""

    def __init__(self, code: str, what: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        first = self.findings[0] if self.findings else None
        super().__init__(code, what, where=first.where if first else "", got=first.message if first else "")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def render(self) -> str:
        """The head line, then one line a finding."""
        head = f"{self.code} {self.what} · {len(self.findings)} finding(s)"
        return "\n".join([head, *(f"  {finding.render()}" for finding in self.findings)])


def one_line(text: str) -> str:
    """`text` on one line, line breaks and other control characters made visible."""
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text)


def masked(value: object, limit: int = 80) -> str:
    """`value` as text of at most `limit` characters, control characters made visible.

    Use it for every value that goes into a message; personal fields must be left out by the caller.
    """
    text = one_line(str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"
