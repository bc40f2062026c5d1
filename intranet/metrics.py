"""What a process counts, for Prometheus: by named route and by state, never by person, space or word."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from intranet import lag
from kit import facts
from live.hub import running_hub

__all__ = ["CONTENT_TYPE", "REGISTRY", "as_text", "count_requests", "look"]

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
REQUESTS = Counter("parvis_requests", "Answers, by named route.", ["method", "route", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "parvis_request_seconds",
    "Seconds from the page thread's start to the answer, by named route.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def count_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: counts every answer under the name of its route, so the address itself is never kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        route = route_of(request)
        SECONDS.labels(route).observe(time.perf_counter() - began)
        REQUESTS.labels(request.method if request.method in _METHODS else "other", route, response.status_code).inc()
        return response

    return middleware


def route_of(request: HttpRequest) -> str:
    """The name of the route that answered; ``static`` for files of the program, ``none`` for an unknown address."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path_info.startswith("/static/") else "none"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says: facts by state, and seconds that the index is behind."""

    backlog: dict[str, int]
    behind: float


class State:
    """How things stand at the moment they are asked for."""

    seen: Seen | None = None

    def collect(self) -> Iterator[Any]:
        """Prometheus' gauges of sockets, facts and index."""
        hub = running_hub()
        sockets = sum(len(some) for some in list(hub.people.values())) if hub else 0
        blind = time.monotonic() - hub.seen_at if hub and hub.is_blind else 0.0
        yield GaugeMetricFamily("parvis_sockets", "Open sockets of this process.", sockets)
        yield GaugeMetricFamily(
            "parvis_hub_blind_seconds", "For how long the hub couldn't read rights and sends nothing.", blind
        )
        seen = self.seen
        is_up = 1 if seen is not None else 0
        yield GaugeMetricFamily("parvis_database_up", "Whether the database answered just now.", is_up)
        if seen is not None:
            family = GaugeMetricFamily("parvis_facts", "Facts not yet heard by everybody.", labels=["state"])
            for state, count in seen.backlog.items():
                family.add_metric([state], count)
            yield family
            help_text = "Age of the oldest change search doesn't know."
            yield GaugeMetricFamily("parvis_index_lag_seconds", help_text, seen.behind)


STATE = State()
REGISTRY.register(STATE)


def look() -> Seen:
    """Ask the database, on a thread of the caller's; it may hang as long as the database does."""
    close_old_connections()
    try:
        return Seen(facts.backlog(), lag.seconds())
    except Exception:
        connection.close()
        raise


def as_text(seen: Seen | None) -> bytes:
    """All of it in Prometheus' text format; without what the database says when that is None."""
    STATE.seen = seen
    return generate_latest(REGISTRY)
