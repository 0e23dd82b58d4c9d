"""Figures for Prometheus: requests of this process, and what the whole house took in and sent out.

The house's counters are read from the database at each scrape, so that workers without HTTP are counted too. They begin
at zero when a web process starts; with several web processes take the maximum, not the sum.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.orm import Session

from app.ids import first_id_at
from app.logs import route_template
from app.reports import operations

SETTLING = timedelta(seconds=5)
"""Ids younger than this are left to the next scrape: units that began earlier may still commit."""

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """One private registry an app; nothing global."""

    def __init__(self, *, now: datetime) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "gatepost_requests",
            "Requests answered by the app (cached pages are not among them).",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "gatepost_request_seconds", "Time to answer.", registry=self.registry, buckets=_BUCKETS
        )
        self._submissions = Counter("gatepost_submissions", "Forms taken in, whole house.", registry=self.registry)
        self._confirmations = Counter(
            "gatepost_confirmations", "Submissions confirmed, whole house.", registry=self.registry
        )
        self._attempts = Counter(
            "gatepost_attempts", "Tries to deliver, whole house.", ["way", "outcome"], registry=self.registry
        )
        self._overdue = Gauge(
            "gatepost_oldest_due_seconds", "Age of the longest waiting message.", registry=self.registry
        )
        self._visits = Gauge("gatepost_visits_waiting", "Visits noted, not stored yet.", registry=self.registry)
        self._lock = threading.Lock()
        self._counted_to = first_id_at(now)
        self._last_attempt: int | None = None

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.observe(seconds)

    def catch_up(self, session: Session, *, now: datetime) -> None:
        """Bring the house's counters and gauges up to `now`."""
        due = operations.oldest_due(session, now=now)
        self._overdue.set((now - due).total_seconds() if due else 0)
        until = first_id_at(now - SETTLING)
        with self._lock:
            if until > self._counted_to:
                self._submissions.inc(operations.submissions_between(session, self._counted_to, until))
                self._confirmations.inc(operations.confirmations_between(session, self._counted_to, until))
                self._counted_to = until
            if self._last_attempt is None:
                self._last_attempt = operations.last_attempt(session)
                return
            self._last_attempt, attempts = operations.attempts_after(session, self._last_attempt)
        for (way, outcome), amount in attempts.items():
            self._attempts.labels(way, outcome).inc(amount)

    def text(self, *, visits_waiting: int) -> bytes:
        """Everything in Prometheus' text format."""
        self._visits.set(visits_waiting)
        return generate_latest(self.registry)


def init_metrics(app: Flask, *, now: datetime) -> None:
    """Count every request that reaches Flask."""
    metrics = Metrics(now=now)
    app.extensions["gatepost.metrics"] = metrics

    @app.before_request
    def begin() -> None:
        g.metrics_started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        started = g.get("metrics_started")
        if started is not None:
            method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
            metrics.count_request(method, route_template(), response.status_code, time.perf_counter() - started)
        return response
