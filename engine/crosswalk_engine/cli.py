"""`crosswalk`: the command line that scripts, schedulers and people drive the product through.

Exit codes: 0 ok · 1 the answer is no · 2 usage · 65 data · 66 no such file · 69 remote ·
73 cannot write · 75 busy · 77 role · 78 configuration. Errors are one line on standard error; a traceback
only with ``--debug``.
"""

import importlib
import os
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from crosswalk_engine import __version__
from crosswalk_engine.errors import ConfigError, CrosswalkError

#: The engine's own groups; each module has ``register(app)``. An explicit list, no import magic.
GROUPS = ("formula", "mapping", "lint", "release", "run", "operate", "sandbox", "addresses")

#: Commands that live in another distribution, and the distribution that brings each.
ELSEWHERE = {
    "profile": "crosswalk-models",
    "suggest": "crosswalk-models",
    "duplicates": "crosswalk-models",
    "demo": "crosswalk-models",
    "studio": "crosswalk-studio",
}

#: Typer's own usage error; older releases take it from click, newer ones from their own copy.
UsageError: Any = typer.BadParameter.__mro__[1]


def build_app() -> typer.Typer:
    """The whole command tree: the engine's groups, installed extensions, and an answer for absent ones."""
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
    return app


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


def main() -> None:
    """Entry point of the `crosswalk` script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every failure is one line on standard error."""
    command = typer.main.get_command(build_app())
    try:
        code = command.main(args=arguments, prog_name="crosswalk", standalone_mode=False)
    except CrosswalkError as error:
        return _fail(error.render(), error.exit_code)
    except UsageError as error:
        return _usage(error)
    except typer.Abort:
        return _fail("CW-ABORTED interrupted", 130)
    except KeyboardInterrupt:
        return _fail("CW-ABORTED interrupted", 130)
    except BrokenPipeError:
        # The reader went away (`| head`): that is its right. Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback as user interface
        return _fail(
            f"CW-INTERNAL something went wrong that should not · got {type(error).__name__}"
            " · fix: run again with --debug and report it",
            70,
        )
    return code if isinstance(code, int) else 0


def _usage(error: Any) -> int:
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(message)
        return 0
    command = error.ctx.command_path if error.ctx else "crosswalk"
    return _fail(f"CW-USAGE {message} · at {command} · fix: see {command} --help", 2)


def _fail(line: str, code: int) -> int:
    if os.environ.get("CROSSWALK_DEBUG") and sys.exc_info()[0] is not None:
        import traceback

        traceback.print_exc()
    typer.echo(line, err=True)
    return code
