"""`crosswalk`: the command line that scripts, schedulers and people drive the product through.

Exit codes: 0 ok · 1 the answer is no · 2 usage · 65 data · 66 no such file · 69 remote ·
73 cannot write · 75 busy · 77 role · 78 configuration. Errors are one line on standard error; a traceback
only with ``--debug``. An interrupt ends with 128 and the signal's number.

Nothing heavy is imported before `main` runs, so that an interrupt has no traceback at any moment.
"""

import errno
import os
import signal
import sys
from types import FrameType
from typing import Any

from crosswalk_engine.errors import CrosswalkError, FindingsError, masked

#: A line is shown whole, only its control characters are made visible.
_WHOLE = 1_000_000

#: What the operating system says of a file that is not there, or not to be read.
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}
_DENIED = {errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EEXIST, errno.ENOTEMPTY}


def main() -> None:
    """Entry point of the `crosswalk` script."""
    sys.exit(_guarded(sys.argv[1:]))


def _guarded(arguments: list[str]) -> int:
    """Run one command line as this process: its signals, its streams."""
    try:
        for number, answer in ((signal.SIGTERM, _ended), (signal.SIGHUP, _hung_up)):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, answer)
        _open_streams()
        return run(arguments)
    except KeyboardInterrupt:
        return _fail("CW-ABORTED interrupted", 128 + signal.SIGINT)


class _Ended(BaseException):
    """A signal said to end; what was begun is taken back on the way out."""


def _ended(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise _Ended(number)


def _hung_up(number: int, frame: FrameType | None) -> None:
    """A closed terminal ends a command as SIGTERM does: in its own way, if it has one."""
    os.kill(os.getpid(), signal.SIGTERM)


def _open_streams() -> None:
    """A closed standard stream becomes one where nobody listens, and text is UTF-8 whatever the locale says.

    Otherwise the next file that is opened takes the closed stream's number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, "r+" if number else "r", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every failure is one line on standard error."""
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _fail("CW-ABORTED interrupted", 128 + signal.SIGINT)
    except _Ended as end:
        return _fail("CW-ABORTED ended by a signal", 128 + int(end.args[0]))
    except BrokenPipeError:
        # The reader went away (`| head`): that is its right. Python must not complain again at exit.
        _discard_output()
        return 0
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback as user interface
        return _failed(error, arguments)
    return code


def _invoke(arguments: list[str]) -> int:
    import typer

    from crosswalk_engine.commands.tree import build_command

    command = build_command()
    try:
        # Not `command.main`: it would swallow interrupts and call a reader that went away a failure.
        with command.make_context("crosswalk", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0


def _failed(error: Exception, arguments: list[str]) -> int:
    if isinstance(error, CrosswalkError):
        return _fail(_line(error), error.exit_code)
    if isinstance(error, OSError):
        return _system(error)
    import typer

    if isinstance(error, typer.Abort):
        return _fail("CW-ABORTED interrupted", 128 + signal.SIGINT)
    # Typer's own usage error; older releases take it from click, newer ones from their own copy.
    if isinstance(error, typer.BadParameter.__mro__[1]):
        return _usage(error, arguments)
    return _internal(type(error).__name__)


def _internal(got: str) -> int:
    return _fail(
        "CW-INTERNAL something went wrong that should not"
        f" · got {got} · fix: run again with --debug and report it",
        70,
    )


def _line(error: CrosswalkError) -> str:
    """The error in one line; several findings have a line each."""
    if isinstance(error, FindingsError) and len(error.findings) == 1:
        (finding,) = error.findings
        got = finding.message if finding.code == error.code else f"{finding.code} {finding.message}"
        fix = f" · fix: {finding.suggestion}" if finding.suggestion else ""
        return _visible(f"{error.code} {error.what} · at {finding.where} · got {got}{fix}")
    text = error.render()
    return _visible(text) if type(error).render is CrosswalkError.render else text


def _visible(line: str) -> str:
    """`line` with control characters shown, so that a file's name cannot add lines or move the cursor."""
    return masked(line, _WHOLE)


def _system(error: OSError) -> int:
    """What the operating system refused, where no command has said it better."""
    reason = (error.strerror or type(error).__name__).lower()
    if error.filename is None:
        if error.errno in _FULL:
            _discard_output()
            return _fail(f"CW-CANNOT-WRITE the output cannot be written · got {reason}", 73)
        return _internal(f"{type(error).__name__}: {reason}")
    place = masked(os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else error.filename)
    if error.errno in _MISSING:
        return _fail(f"CW-FILE-MISSING the file cannot be opened · at {place} · got {reason}", 66)
    if error.errno in _DENIED and not os.access(error.filename, os.R_OK):
        return _fail(f"CW-FILE-DENIED the file may not be read · at {place} · got {reason}", 66)
    if error.errno in _FULL | _DENIED:
        return _fail(f"CW-CANNOT-WRITE the file cannot be written · at {place} · got {reason}", 73)
    return _internal(f"{type(error).__name__}: {reason}")


def _usage(error: Any, arguments: list[str]) -> int:
    message = str(error.format_message())
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(message + "\n")
        return 0
    called = error.ctx.command_path if error.ctx and error.ctx.parent else _called(arguments)
    said = _visible(" ".join(message.replace("Value error, ", "").split()))
    return _fail(f"CW-USAGE {said} · at {called} · fix: see {called} --help", 2)


def _called(arguments: list[str]) -> str:
    """The part of a command line that names the command."""
    from crosswalk_engine.commands.tree import build_command

    command, names = build_command(), ["crosswalk"]
    for word in arguments:
        below = getattr(command, "commands", {}).get(word)
        if below is not None:
            command = below
            names.append(word)
        elif not word.startswith("-"):
            break
    return " ".join(names)


def _discard_output() -> None:
    """Point standard output to nowhere, so that Python does not complain at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(line: str, code: int) -> int:
    if os.environ.get("CROSSWALK_DEBUG") and sys.exc_info()[0] is not None:
        import traceback

        traceback.print_exc()
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody reads; the exit code still says it
    return code
