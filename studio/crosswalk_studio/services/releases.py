"""Releases: is the project ready, what has changed since the last one, build it, hand it out."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crosswalk_engine.errors import CannotWriteError, CrosswalkError, Finding, MissingFileError, RejectedError
from crosswalk_engine.project.examples import ExamplesResult, run_project_examples
from crosswalk_engine.project.lint import lint_project
from crosswalk_engine.release.build import build_release
from crosswalk_engine.release.diff import Diff, diff_releases
from crosswalk_engine.release.files import read_files
from crosswalk_engine.release.load import load_release
from crosswalk_engine.release.manifest import Manifest
from crosswalk_engine.release.verify import verify_release
from crosswalk_engine.release.write import write_release

from crosswalk_studio.services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Checks:
    """Whether the project may become a release: the same findings as `crosswalk lint` and `crosswalk test`.

    `examples` is empty while there are lint errors: nothing can be run then.
    """

    findings: tuple[Finding, ...]
    examples: tuple[ExamplesResult, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stands in the way."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person should have seen."""
        return tuple(finding for finding in self.findings if finding.level != "error")

    @property
    def passed(self) -> int:
        """Worked examples that pass."""
        return sum(case.passed for result in self.examples for case in result.cases)

    @property
    def total(self) -> int:
        """Worked examples there are."""
        return sum(len(result.cases) for result in self.examples)

    @property
    def ready(self) -> bool:
        """Whether a release may be built."""
        return not self.errors and self.passed == self.total


@dataclass(frozen=True, slots=True)
class Kept:
    """A release that was built here: its number, place and manifest."""

    number: int
    path: Path
    manifest: Manifest

    @property
    def short(self) -> str:
        """``#3 · 9f2c41d0a7be``."""
        return f"#{self.number} · {self.manifest.version[:12]}"


@dataclass(frozen=True, slots=True)
class ReleaseDesk:
    """The releases of one project; kept beside it, so that the next one can be compared."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.workspace.private / "releases"

    def checks(self) -> Checks:
        """Lint and worked examples, as the documents stand now."""
        return self.workspace.cached("checks", self.workspace.fingerprint(), self._check)

    def _check(self) -> Checks:
        checked = self.workspace.checked()
        if checked.project is None:
            return Checks(checked.findings, ())
        findings = tuple(sorted(lint_project(checked.project)))
        if any(finding.level == "error" for finding in findings):
            return Checks(findings, ())
        return Checks(findings, run_project_examples(checked.project))

    def kept(self) -> list[Kept]:
        """All releases built here that are whole, the newest first."""
        found = []
        for path in sorted(self.folder.glob("[0-9]*-*"), reverse=True) if self.folder.is_dir() else ():
            try:
                found.append(Kept(int(path.name.partition("-")[0]), path, verify_release(path)))
            except (CrosswalkError, ValueError):
                continue  # damaged: it can neither be run nor compared
        return found

    def find(self, number: int) -> Kept:
        """The release with this number.

        Raises:
            MissingFileError: it is not there any more.
        """
        found = next((kept for kept in self.kept() if kept.number == number), None)
        if found is None:
            raise MissingFileError(
                "CW-STUDIO-RELEASE", "this release is not there any more", where=f"#{number}"
            )
        return found

    def diff(self) -> Diff | None:
        """What building now would change against the last release; `None` without one, or when not ready."""
        mark = (self.workspace.fingerprint(), [kept.path.name for kept in self.kept()])
        return self.workspace.cached("release diff", mark, self._diff)

    def _diff(self) -> Diff | None:
        kept = self.kept()
        if not kept or not self.checks().ready:
            return None
        with tempfile.TemporaryDirectory(dir=self._room()) as room:
            candidate = Path(room) / "candidate"
            build_release(self.workspace.root, candidate, at=self.workspace.now())
            return diff_releases(load_release(kept[0].path), load_release(candidate))

    def build(self, *, author: str, approver: str) -> Kept:
        """Build and keep a release of the documents as they stand.

        Raises:
            RefusedError: lint errors or failing examples.
            RejectedError: nothing has changed since the last one, or a name is missing.
            CannotWriteError: the disk refuses.
        """
        if not author.strip() or not approver.strip():
            raise RejectedError("CW-STUDIO-WHO", "a release names who made it and who approved it")
        with self.workspace.writing:
            kept = self.kept()
            number = 1 + max((item.number for item in kept), default=0)
            with tempfile.TemporaryDirectory(dir=self._room()) as room:
                fresh = Path(room) / "release"
                info = build_release(
                    self.workspace.root, fresh, author=author, approver=approver, at=self.workspace.now()
                )
                if kept and kept[0].manifest.version == info.hash:
                    raise RejectedError(
                        "CW-STUDIO-SAME",
                        f"nothing has changed since {kept[0].short}",
                        fix="change something first, or use that release",
                    )
                path = self.folder / f"{number:04d}-{info.hash[:12]}"
                fresh.rename(path)
        return Kept(number, path, verify_release(path))

    def export(self, kept: Kept, folder: Path) -> Path:
        """Copy the release into `folder` (made when missing), under its project's name and hash.

        Raises:
            CannotWriteError: it is there already, or cannot be written.
        """
        if not folder.is_absolute():
            raise CannotWriteError(
                "CW-STUDIO-FOLDER",
                "the folder must be written in full",
                got=str(folder)[:80],
                expected="a path that begins with /",
            )
        out = folder / f"{kept.manifest.name}-{kept.manifest.version[:12]}"
        write_release(read_files(kept.path), out)
        return out

    def zipped(self, kept: Kept) -> bytes:
        """The release as one zip; the same release gives the same bytes."""
        return self.workspace.cached(f"zip {kept.path.name}", kept.manifest.version, lambda: self._zip(kept))

    def _zip(self, kept: Kept) -> bytes:
        with tempfile.TemporaryDirectory(dir=self._room()) as room:
            out = Path(room) / "release.zip"
            write_release(read_files(kept.path), out)
            return out.read_bytes()

    def _room(self) -> Path:
        """Where releases are put together; on the same disk, so that the last step is one rename."""
        room = self.workspace.private / "building"
        room.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        return room


def in_file_order(findings: Sequence[Finding]) -> list[Finding]:
    """By level, then file, then line as a number."""

    def key(finding: Finding) -> tuple[bool, str, int, str]:
        file, _, rest = finding.where.partition(":")
        number = rest.partition(":")[0]
        return finding.level != "error", file, int(number) if number.isdigit() else 0, finding.code

    return sorted(findings, key=key)
