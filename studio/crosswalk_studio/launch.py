"""Starts the studio's server: one project, one loopback port, a clean end."""

import os
import signal
import socket
import sys
import threading
import traceback
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from crosswalk_engine.errors import BusyError, CrosswalkError

from crosswalk_studio.headers import Headers
from crosswalk_studio.services.desk import DESK
from crosswalk_studio.services.warmup import warm_up
from crosswalk_studio.theme import server_options

ADDRESS = "127.0.0.1"
#: Looked for in the current folder when no project is named.
SAMPLE_PROJECT = Path("sample_data/projects/brightpearl-infor")
#: Seconds that open browser connections get to finish when the server ends.
FAREWELL = 2
#: Seconds after the start before models are loaded, so that the first page comes first.
WARM_UP_AFTER = 2.0


def serve(
    project: Path | None, *, port: int, open_browser: bool, say: Callable[[str], object] = print
) -> int:
    """Serve the studio until SIGINT or SIGTERM; prints ``URL: http://127.0.0.1:PORT`` once it answers.

    Raises:
        MissingFileError: there is no such project (66).
        BusyError: the port, or the project, is in use (75).
    """
    folder = project if project is not None else _default_project()
    listener = _listen(port)
    try:
        if folder is not None:
            DESK.open(folder)
        return _run(listener, open_browser, say)
    finally:
        DESK.close()
        listener.close()


def _default_project() -> Path | None:
    return SAMPLE_PROJECT if (SAMPLE_PROJECT / "project.yaml").is_file() else None


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise BusyError(
            "CW-STUDIO-PORT",
            "the studio's port cannot be used",
            where=f"{ADDRESS}:{port}",
            got=os.strerror(error.errno or 0),
            fix="close the other program, or name another port with --port (0 takes a free one)",
        ) from error
    listener.setblocking(False)
    return listener


def _run(listener: socket.socket, open_browser: bool, say: Callable[[str], object]) -> int:
    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.web import bootstrap

    port = listener.getsockname()[1]
    bootstrap.load_config_options(server_options(port))
    from streamlit.starlette import App

    url = f"http://{ADDRESS}:{port}"
    ready = _announcer(url, open_browser, say)
    app = App(
        Path(__file__).with_name("app.py"),
        lifespan=_lifespan,
        middleware=[Middleware(Headers)],
        on_script_error=report,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_max_size=200 * 1024 * 1024,
            access_log=False,
            log_level="error",
            timeout_graceful_shutdown=FAREWELL,
        )
    )
    # uvicorn raises a caught signal again once it has shut down; by then the work is done.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    threading.Thread(target=ready, args=(server,), daemon=True).start()
    server.run(sockets=[listener])
    return 0 if server.started else 70


def _announcer(url: str, open_browser: bool, say: Callable[[str], object]) -> Callable[[Any], None]:
    def ready(server: Any) -> None:
        pause = threading.Event()
        while not server.started:
            if server.should_exit:
                return
            pause.wait(0.02)
        say(f"URL: {url}")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(url)

    return ready


@asynccontextmanager
async def _lifespan(_app: Any) -> AsyncIterator[None]:
    timer = threading.Timer(WARM_UP_AFTER, warm_up)
    timer.daemon = True
    timer.start()
    yield
    timer.cancel()


def report(error: Exception) -> bool:
    """Show a failure of a page as one plain sentence; the details go to the server's own error output.

    Only the type and the place are written: a message could carry a value of the data.
    """
    import streamlit as st

    if isinstance(error, CrosswalkError):
        st.error(error.what)
        st.code(error.render(), language=None, wrap_lines=True)
        return True
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    print(f"CW-STUDIO-PAGE {type(error).__name__} at {place}", file=sys.stderr, flush=True)
    if os.environ.get("CROSSWALK_DEBUG"):
        traceback.print_exception(error)
    st.error("This page met a problem that it should not have. Your decisions are saved.")
    st.caption(f"{type(error).__name__} at {place}. Reload the page; if it stays, start with `--debug`.")
    return True
