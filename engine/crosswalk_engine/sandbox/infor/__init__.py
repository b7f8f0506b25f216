"""The Infor sandbox: ION API gateway, authorisation server and the order side of M3, in one ASGI app.

Faithful to the public record of the API for what an order flow touches; docs/sandbox-infor.md tells what is
recorded and what is our own reconstruction.
"""

from crosswalk_engine.sandbox.infor.app import describe, make_app
from crosswalk_engine.sandbox.infor.settings import InforSettings

__all__ = ["InforSettings", "describe", "make_app"]
