"""Bodies and refusals in Brightpearl's words.

Success is ``{"response": X}``, failure ``{"errors": [{"code", "message"}]}``, never both; a refused or
throttled call is ``{"response": "text"}``. Codes that begin with ``SBX`` are the sandbox's own: that the call
is refused is known or likely, but no public recording shows with which code.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crosswalk_engine.sandbox.host import JsonReply

THROTTLED = "You have sent too many requests. Please wait before sending another request"
#: A 503 that is not the quota's: old clients that take every 503 for throttling are wrong here.
UNAVAILABLE = "The service is temporarily unavailable"


class ApiError(Exception):
    """A call that Brightpearl refuses: HTTP `status`, its error `code` and `message`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, Any]:
        """The reply's body."""
        return {"errors": [{"code": self.code, "message": self.message}]}


def not_found(what: str) -> ApiError:
    """404 CMNC-404 with the text `what`."""
    return ApiError(404, "CMNC-404", what)


class ErrorReply(JsonReply):
    """An error's reply; ``=`` goes out as ``\\u003d``, as the real server escapes it."""

    def render(self, content: Any) -> bytes:
        """`content` as JSON bytes."""
        return super().render(content).replace(b"=", b"\\u003d")


async def api_error_reply(request: Request, error: Exception) -> Response:
    """The reply to a call that raised an `ApiError`."""
    del request
    assert isinstance(error, ApiError)
    return ErrorReply(error.body(), error.status)


async def no_such_resource(request: Request, error: Exception) -> Response:
    """404 for an address that the sandbox does not have, 405 for a method that it does not take there."""
    status = getattr(error, "status_code", 404)
    text = f"{request.method} {request.url.path} is not a resource of this sandbox"
    return ErrorReply(ApiError(status, "CMNC-404", text).body(), status)


def throttled_reply() -> Response:
    """503 with the text that clients match."""
    return JsonReply({"response": THROTTLED}, 503)


def injected_error(status: int) -> Response:
    """A 5xx that is nobody's fault: the server's 500, a 503 without the quota's text, a gateway's page."""
    if status == 500:
        return ErrorReply(ApiError(500, "CMNU-003", "An internal server error has occurred").body(), 500)
    if status == 503:
        return JsonReply({"response": UNAVAILABLE}, 503)
    return Response(f"<html><body>{status}</body></html>", status, media_type="text/html")
