"""`crosswalk studio`."""

from pathlib import Path

import typer

#: Next to the engine's 8700; in nobody's usual way.
DEFAULT_PORT = 8710


def register(app: typer.Typer) -> None:
    """Add `crosswalk studio` to `app`."""

    @app.command("studio", help="The browser studio: review suggestions, decide, release, run a sandbox.")
    def studio(
        project: Path | None = typer.Option(
            None, "--project", help="Project folder. Default: the sample project if it is here."
        ),
        port: int = typer.Option(
            DEFAULT_PORT, "--port", min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one."
        ),
        no_browser: bool = typer.Option(False, "--no-browser", help="Do not open a browser window."),
    ) -> None:
        from crosswalk_studio.launch import serve

        raise typer.Exit(serve(project, port=port, open_browser=not no_browser, say=typer.echo))
