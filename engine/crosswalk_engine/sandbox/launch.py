"""Starting sandboxes by name: ports first, then apps over one data folder, then a description of each."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import UsageError
from crosswalk_engine.sandbox.data import data_root
from crosswalk_engine.sandbox.server import Serving, address_of, listen, serve

#: The sandboxes there are; each is a package beside this module with ``make_app`` and ``describe``.
NAMES = ("brightpearl", "infor")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One sandbox that is ready to serve; `described` is its block of the printed JSON."""

    name: str
    serving: Serving
    described: dict[str, Any]


def prepare(names: Sequence[str], data: Path | None, ports: Mapping[str, int]) -> list[Sandbox]:
    """The named sandboxes (all, if none is named) over `data`, each on its port, 0 or absent for a free one.

    Raises:
        UsageError: there is no sandbox of that name.
        BusyError: a port is taken.
        MissingFileError, RecordError: the data folder cannot be used.
    """
    for name in names:
        if name not in NAMES:
            raise UsageError(
                "CW-SANDBOX-NAME", "there is no such sandbox", got=name, expected=", ".join(NAMES)
            )
    root = data_root(data)
    wanted = [name for name in NAMES if name in names or not names]
    with ExitStack() as open_ports:
        prepared = [_prepare_one(name, root, ports.get(name, 0), open_ports) for name in wanted]
        open_ports.pop_all()  # all went well: the ports stay open for `run`
    return prepared


def _prepare_one(name: str, root: Path | Traversable, port: int, open_ports: ExitStack) -> Sandbox:
    package = importlib.import_module(f"crosswalk_engine.sandbox.{name}")
    listener = open_ports.enter_context(closing(listen(name, port)))
    address = address_of(listener)
    app = package.make_app(root, base_url=address)
    return Sandbox(name, Serving(app, listener), package.describe(address, root))


def run(sandboxes: Sequence[Sandbox], ready: Callable[[dict[str, Any]], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` gets the descriptions by name when all of them answer."""
    described = {sandbox.name: sandbox.described for sandbox in sandboxes}
    serve([sandbox.serving for sandbox in sandboxes], lambda: ready(described))
