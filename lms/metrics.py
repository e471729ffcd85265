"""Numbers for Prometheus at `/metrics`: what this process served, and what the database says now.

Every server process counts for itself, so counters carry its `pid`; a scrape reaches one of them at a time, and
`sum(rate(...))` over the pids is right because each process is reached again and again. Gauges are read from the
database at the scrape and are the same whichever process answers.
"""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.access import public
from lms.clock import now
from lms.config import Config
from lms.database import reading
from lms.errors import NotFound
from lms.jobs.models import Job

bp = Blueprint("metrics", __name__)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOB_STATES = ("waiting", "running", "done", "failed", "cancelled")
#: addresses that are asked for without end by machines; they would drown the rest
UNCOUNTED = frozenset({"metrics.metrics", "health.healthz"})

Read = Callable[[Session], float]


class Requests:
    """What this process answered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "shuyuan_requests",
            "Requests answered by this process.",
            ("pid", "area", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "shuyuan_request_seconds", "Time to answer.", ("pid", "area", "method"), buckets=SECONDS, registry=registry
        )
        #: the series of a request, looked up once: by process, endpoint, method and status
        self._known: dict[tuple[int, str | None, str, int], tuple[Counter, Histogram]] = {}

    def count(self, endpoint: str | None, verb: str, status: int, seconds: float) -> None:
        """One more, which took so many seconds."""
        key = (os.getpid(), endpoint, method(verb), status)
        found = self._known.get(key)
        if found is None:
            labels = (str(key[0]), area(endpoint), key[2])
            found = self._known[key] = (self._requests.labels(*labels, str(status)), self._seconds.labels(*labels))
        found[0].inc()
        found[1].observe(seconds)


def init_app(app: Flask) -> None:
    """Count every request of this process; register the gauges of the core. Features add theirs with `gauge`."""
    registry = CollectorRegistry()
    counted = app.extensions["metrics.requests"] = Requests(registry)
    registry.register(_Database())
    app.extensions["metrics"] = registry
    app.extensions["metrics.gauges"] = {}
    app.register_blueprint(bp)

    @app.before_request
    def begin() -> None:
        g.metrics_started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint not in UNCOUNTED:
            now_there = time.perf_counter()
            seconds = now_there - g.get("metrics_started", now_there)
            counted.count(request.endpoint, request.method, response.status_code, seconds)
        return response


def area(endpoint: str | None) -> str:
    """What a request was for: the name of the feature, `asset`, or `none` where there is nothing."""
    if endpoint is None:
        return "none"
    return endpoint.partition(".")[0] if "." in endpoint else "asset"


def method(word: str) -> str:
    """The method; one that does not exist must not make a series of its own."""
    return word if word in ("GET", "HEAD", "POST", "OPTIONS") else "other"


def gauge(app: Flask, name: str, meaning: str, read: Read) -> None:
    """Show a number that `read` takes from the database at each scrape; `name` without the prefix `shuyuan_`."""
    app.extensions["metrics.gauges"][name] = (meaning, read)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """The numbers, for this machine or for whoever has the token; for others there is nothing here."""
    config: Config = current_app.extensions["config"]
    if not (_has_token(config.metrics_token) or _is_local()):
        raise NotFound
    registry: CollectorRegistry = current_app.extensions["metrics"]
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _has_token(token: str) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_local() -> bool:
    """A request of this machine itself. What a proxy passes on is not: it comes from elsewhere."""
    if any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Database(Collector):
    """Gauges read at the scrape; without a database only the word that it is away."""

    def collect(self) -> Iterator[Metric]:
        """All of them, or `shuyuan_database_up 0`."""
        try:
            found = list(_gauges(reading()))
        except SQLAlchemyError:
            reading().rollback()
            found = []
        yield _one("database_up", "1 when the database answered this scrape.", 1 if found else 0)
        yield from found

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the registry must not ask the database when it is made."""
        return ()


def _gauges(session: Session) -> Iterator[Metric]:
    yield from _jobs(session)
    yield _one("database_bytes", "Size of the database, its log included.", database_bytes(session))
    registered: dict[str, tuple[str, Read]] = current_app.extensions["metrics.gauges"]
    for name, (meaning, read) in registered.items():
        yield _one(name, meaning, read(session))


def _one(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"shuyuan_{name}", meaning, value=value)


def _jobs(session: Session) -> Iterator[Metric]:
    states = GaugeMetricFamily("shuyuan_jobs", "Jobs in the table, by state.", labels=("state",))
    rows = session.execute(select(Job.state, func.count()).group_by(Job.state))
    counts = {row[0]: row[1] for row in rows}
    for state in JOB_STATES:
        states.add_metric((state,), counts.get(state, 0))
    yield states
    oldest = session.scalar(select(func.min(Job.run_at)).where(Job.state == "waiting", Job.run_at <= now()))
    age = (now() - oldest).total_seconds() if oldest else 0
    yield _one("job_oldest_due_seconds", "How long the oldest job that is due has waited.", age)


def database_bytes(session: Session) -> int:
    """Bytes the database takes: the files of SQLite, or what PostgreSQL says."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    config: Config = current_app.extensions["config"]
    file = Path(make_url(config.url).database or "")
    parts = [file, file.with_name(f"{file.name}-wal")]
    return sum(part.stat().st_size for part in parts if part.is_file())
