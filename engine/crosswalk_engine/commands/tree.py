"""The whole command tree: the engine's groups, installed extensions, and an answer for absent ones."""

import importlib
import inspect
import os
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from crosswalk_engine import __version__
from crosswalk_engine.errors import ConfigError

#: The engine's own groups; each module has ``register(app)``. An explicit list, no import magic.
GROUPS = ("formula", "mapping", "lint", "drift", "release", "run", "operate", "sandbox", "addresses")

#: Commands that live in another distribution, and the distribution that brings each.
ELSEWHERE = {
    "profile": "crosswalk-models",
    "suggest": "crosswalk-models",
    "duplicates": "crosswalk-models",
    "demo": "crosswalk-models",
    "studio": "crosswalk-studio",
}


def build_command() -> Any:
    """The `crosswalk` command with all its sub-commands, ready to be invoked."""
    app = typer.Typer(
        name="crosswalk",
        help="Map, check, release and run syncs between two business systems.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for group in GROUPS:
        importlib.import_module(f"crosswalk_engine.commands.{group}").register(app)
    installed: dict[str, EntryPoint] = {}
    for point in entry_points(group="crosswalk.commands"):
        installed.setdefault(point.name, point)
    for name, distribution in ELSEWHERE.items():
        if name in installed:
            installed[name].load()(app)
        else:
            _register_absent(app, name, distribution)
    _leave_paths_to_readers(app)
    return typer.main.get_command(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crosswalk {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", is_eager=True, callback=_print_version
    ),
    debug: bool = typer.Option(False, "--debug", help="Show a traceback when something fails."),
) -> None:
    """Map, check, release and run syncs between two business systems."""
    del version
    if debug:
        os.environ["CROSSWALK_DEBUG"] = "1"


def _register_absent(app: typer.Typer, name: str, distribution: str) -> None:
    settings: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True}

    @app.command(name, help=f"Not installed; it comes with {distribution}.", context_settings=settings)
    def _absent() -> None:
        raise ConfigError(
            f"CW-NEEDS-{distribution.removeprefix('crosswalk-').upper()}",
            f"`crosswalk {name}` is not installed here",
            fix=f"pip install {distribution}",
        )


def _leave_paths_to_readers(app: typer.Typer) -> None:
    """Typer would call a file that may not be read a usage error, and refuse to write over it."""
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _leave_paths_to_readers(group.typer_instance)
    for command in app.registered_commands:
        if command.callback is None:
            continue
        for parameter in inspect.signature(command.callback).parameters.values():
            if hasattr(parameter.default, "readable"):
                parameter.default.readable = False
