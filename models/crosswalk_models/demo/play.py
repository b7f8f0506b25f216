"""Play the demo: design time, run time, verification, on one page."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from crosswalk_models.demo.design import design, ready_release
from crosswalk_models.demo.drive import Driver, Watch
from crosswalk_models.demo.options import DemoOptions, prepare
from crosswalk_models.demo.processes import Engine, start_sandboxes, write_config
from crosswalk_models.demo.report import DemoReport
from crosswalk_models.demo.verify import verify

Say = Callable[[str], None]


def play(options: DemoOptions, say: Say) -> DemoReport:
    """The whole way; `say` is told each step in a line.

    Raises:
        CrosswalkError: a step could not be done; what had been started is stopped.
    """
    place = prepare(options)
    say(f"work folder {place.root}")
    with ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, _leave))
        sandboxes = start_sandboxes(place)
        stack.callback(sandboxes.stop)
        say(f"sandboxes: Brightpearl at {sandboxes.info['brightpearl']['base_url']}, Infor M3 beside it")
        if options.release is None:
            designed = design(place, say)
            release = designed.release
        else:
            release = ready_release(options.release)
            say(f"release {release}, as given")
        write_config(place, sandboxes)
        engine = Engine(place, release)
        stack.callback(engine.stop)
        say(f"running {len(place.orders)} orders{_how(options)}")
        watch = Driver(options, place, sandboxes, engine, _Progress()).run()
        engine.stop()
        report = verify(place, sandboxes, engine, watch)
    say("")
    for line in report.lines():
        say(line)
    for end in report.reasons:
        say(f"    {end['state']:<5} order {end['order']}  {end['code']}  {end['reason']}")
    return report


def _how(options: DemoOptions) -> str:
    kills = f", killing the engine {options.kills} time(s)" if options.kills else ""
    return f" with {options.faults} faults{kills}" if options.faults != "none" or kills else ""


def _leave(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the demo like an interrupt: the started processes are stopped on the way out."""
    raise KeyboardInterrupt


class _Progress:
    """One line on a terminal, rewritten; quiet in a pipe."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._began = time.monotonic()

    def __call__(self, watch: Watch) -> None:
        if not self._live:
            return
        share = watch.ended / max(watch.total, 1)
        bar = "█" * round(share * 30)
        took = time.monotonic() - self._began
        sys.stderr.write(f"\r  {bar:<30} {watch.ended}/{watch.total}  {took:.0f} s ")
        if watch.ended >= watch.total:
            sys.stderr.write("\n")
        sys.stderr.flush()
