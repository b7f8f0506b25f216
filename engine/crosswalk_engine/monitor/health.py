"""Health and figures of a running engine, for a load balancer and a scraper: numbers only, no data."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from crosswalk_engine.journal import Journal


@dataclass
class Monitor:
    """Answers ``/healthz`` and ``/metrics``.

    Args:
        journal: counted from.
        release: hash of the release that runs.
        quota_used: fraction of each connection's quota window in use, by connection.
    """

    journal: Journal
    release: str
    quota_used: Callable[[], dict[str, float]]
    draining: bool = field(default=False)

    def routes(self) -> list[Route]:
        """The monitor's routes."""
        return [Route("/healthz", self._health), Route("/metrics", self._metrics)]

    async def _health(self, request: Request) -> Response:
        status = "draining" if self.draining else "ok"
        content = {"status": status, "release": self.release, "events": self.journal.inbox.counts()}
        return JSONResponse(content, status_code=503 if self.draining else 200)

    async def _metrics(self, request: Request) -> Response:
        """Prometheus text format, version 0.0.4."""
        lines = ["# TYPE crosswalk_events gauge"]
        lines += [
            f'crosswalk_events{{state="{state}"}} {count}'
            for state, count in self.journal.inbox.counts().items()
        ]
        lines.append("# TYPE crosswalk_quota_used gauge")
        lines += [
            f'crosswalk_quota_used{{connection="{name}"}} {used:.3f}'
            for name, used in sorted(self.quota_used().items())
        ]
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
