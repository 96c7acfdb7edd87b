"""What is counted: no listener, no title, no query is a label.

With several worker processes `PROMETHEUS_MULTIPROC_DIR` names a folder in which they keep their counts, set before this
is imported; any of them then answers for all.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from segue.surfaces.home.told import PageMade
from segue.web.service import Backend

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


Mode = Literal["livesum", "livemax", "livemin", "min"]


class Metrics:
    """Prometheus metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter, gauge, histogram = self._counter, self._gauge, self._histogram
        self.requests = counter("segue_http_requests", "Requests answered", "method", "route", "status")
        self.seconds = histogram("segue_http_request_seconds", "Seconds to answer", "route", "status")
        self.running = gauge("segue_http_requests_running", "Requests being answered")
        self.reads = gauge("segue_reads_waiting", "Calls that wait for a reader, or have one")
        self.events = counter("segue_events", "Events posted, by outcome", "outcome")
        self.waiting = gauge("segue_events_waiting", "Events read and not yet written")
        self.waiting_bytes = gauge("segue_events_waiting_bytes", "Bytes of their requests")
        self.commits = counter("segue_events_commits", "Commits of events")
        self.lag = histogram("segue_events_lag_seconds", "Seconds from a batch being read to the disk")
        self.turned_away = counter("segue_events_turned_away", "Requests answered 429")
        self.behind = gauge("segue_events_behind", "Events in the log that pages do not know of yet", "livemax")
        self.pages = counter("segue_home_pages", "Pages of Home: made anew, or kept from before", "made")
        self.shelves = counter("segue_home_shelves", "Shelves on pages made anew")
        self.empty = counter("segue_home_empty_shelves", "Shelves that had too little to show", "shelf")
        self.candidates = counter("segue_home_candidates", "Candidates got for pages", "source")
        self.without = counter("segue_home_no_candidates", "Pages for which a source had none", "source")
        self.swaps = counter("segue_release_swaps", "Releases taken up while serving")
        self.ready = gauge("segue_ready", "1 where a release is served", "livemin")
        self.draining = gauge("segue_draining", "1 where the server is about to stop", "livemax")
        self.age = gauge("segue_release_age_seconds", "Since the release that serves was made", "livemax")
        self.disk = gauge("segue_disk_free_bytes", "Where the workspace lies", "livemin")
        self.began = gauge("segue_counting_since_seconds", "UTC when counting began", "min")
        self.began.set(time.time())
        self._release = ""

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(name, help, labels, registry=self.registry)

    def _histogram(self, name: str, help: str, *labels: str) -> Histogram:
        return Histogram(name, help, labels, buckets=BUCKETS, registry=self.registry)

    def _gauge(self, name: str, help: str, mode: Mode = "livesum") -> Gauge:
        return Gauge(name, help, registry=self.registry, multiprocess_mode=mode)

    def page(self, made: PageMade) -> None:
        """Count a page."""
        self.pages.labels("kept" if made.kept else "new").inc()
        if made.kept:
            return
        self.shelves.inc(made.shelves)
        for shelf in made.empty:
            self.empty.labels(shelf).inc()
        for source, n in made.candidates.items():
            self.candidates.labels(source).inc(n)
            if not n:
                self.without.labels(source).inc()

    def look(self, backend: Backend) -> None:
        """Set what is not counted but looked up."""
        service = backend.current
        release = str(service.release or "") if service is not None else ""
        self.ready.set(bool(release))
        self.draining.set(backend.draining)
        self.reads.set(backend.waiting)
        self.disk.set(backend.disk_free or 0)
        if service is not None:
            self.age.set(max(0.0, time.time() - service.released / 1000))
            self.behind.set(service.behind)
            self.swaps.inc(bool(self._release and release != self._release))
            self._release = release

    def text(self) -> bytes:
        """The exposition format, of all worker processes."""
        return generate_latest(self._everywhere())

    def families(self) -> list[Metric]:
        """The same, metric by metric."""
        return list(self._everywhere().collect())

    @property
    def processes(self) -> int:
        """How many are counted together now."""
        if FOLDER not in os.environ:
            return 1
        return len({file.stem.rpartition("_")[2] for file in Path(os.environ[FOLDER]).glob("gauge_live*_*.db")})

    def _everywhere(self) -> CollectorRegistry:
        if FOLDER not in os.environ:
            return self.registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry
