"""What is counted: no listener, no title, no query is a label. What is of one tenant bears its name.

With several worker processes `PROMETHEUS_MULTIPROC_DIR` names a folder in which they keep their counts, set before this
is imported; any of them then answers for all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from segue.surfaces.home.told import PageMade
from segue.web.service import Backend

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
OWN = "default"
SINCE = "segue_counting_since_seconds"
ASKED = "segue_tenant_requests"
TOTAL = f"{ASKED}_total"
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
REST = ""  # in place of a tenant's name: all that are not open


Mode = Literal["livesum", "livemax", "livemin", "min"]


class Metrics:
    """Prometheus metrics of one application."""

    def __init__(self, own: str = OWN) -> None:
        """`own`: the tenant whose server it is."""
        self.own = own
        self.registry = CollectorRegistry()
        counter, gauge, histogram = self._counter, self._gauge, self._histogram
        self.requests = counter("segue_http_requests", "Requests answered", "method", "route", "status")
        self.seconds = histogram("segue_http_request_seconds", "Seconds to answer", "route", "status")
        self.asked = counter(ASKED, "Requests of those who said who they are, by tenant", "tenant", "status")
        self.running = gauge("segue_http_requests_running", "Requests being answered")
        self.reads = gauge("segue_reads_waiting", "Calls that wait for a reader, or have one")
        self.events = counter("segue_events", "Events posted, by outcome", "tenant", "outcome")
        self.waiting = gauge("segue_events_waiting", "Events read and not yet written")
        self.waiting_bytes = gauge("segue_events_waiting_bytes", "Bytes of their requests")
        self.commits = counter("segue_events_commits", "Commits of events")
        self.lag = histogram("segue_events_lag_seconds", "Seconds from a batch being read to the disk")
        self.turned_away = counter("segue_events_turned_away", "Requests answered 429")
        self.behind = gauge("segue_events_behind", "Events in the log, and not known to pages yet", "livemax", "tenant")
        self.pages = counter(
            "segue_home_pages", "Pages of Home: new, kept, and under load last and short ones", "tenant", "made"
        )
        self.shelves = counter("segue_home_shelves", "Shelves on pages made anew", "tenant")
        self.empty = counter("segue_home_empty_shelves", "Shelves that had too little to show", "tenant", "shelf")
        self.candidates = counter("segue_home_candidates", "Candidates got for pages", "tenant", "source")
        self.without = counter("segue_home_no_candidates", "Pages for which a source had none", "tenant", "source")
        self.swaps = counter("segue_release_swaps", "Releases taken up while serving", "tenant")
        self.ready = gauge("segue_ready", "1 where a release is served", "livemin", "tenant")
        self.draining = gauge("segue_draining", "1 where the server is about to stop", "livemax")
        self.age = gauge("segue_release_age_seconds", "Since the release that serves was made", "livemax", "tenant")
        self.disk = gauge("segue_disk_free_bytes", "Where the workspace lies", "livemin")
        self.began = gauge(SINCE, "UTC when counting began", "min")
        self.began.set(time.time())
        self._releases: dict[str, str] = {}  # that each tenant was served lately
        self._open = {own}  # tenants that are counted by name

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(name, help, labels, registry=self.registry)

    def _histogram(self, name: str, help: str, *labels: str) -> Histogram:
        return Histogram(name, help, labels, buckets=BUCKETS, registry=self.registry)

    def _gauge(self, name: str, help: str, mode: Mode = "livesum", *labels: str) -> Gauge:
        return Gauge(name, help, labels, registry=self.registry, multiprocess_mode=mode)

    def opened(self, tenant: str) -> None:
        """From here on requests are counted under its name."""
        self._open.add(tenant)

    def answered(self, tenant: str, status: int) -> None:
        """Count a request of a tenant; one that is not open, and so was refused, among the rest."""
        self.asked.labels(tenant if tenant in self._open else REST, f"{status // 100}xx").inc()

    def page(self, tenant: str, made: PageMade) -> None:
        """Count a page."""
        self.pages.labels(tenant, made.how).inc()
        if made.kept or made.last:
            return
        self.shelves.labels(tenant).inc(made.shelves)
        for shelf in made.empty:
            self.empty.labels(tenant, shelf).inc()
        for source, n in made.candidates.items():
            self.candidates.labels(tenant, source).inc(n)
            if not n:
                self.without.labels(tenant, source).inc()

    def look(self, backend: Backend, tenant: str = "") -> None:
        """Set what is not counted but looked up, of one tenant; what is of the process as a whole with its own one."""
        tenant, service = tenant or self.own, backend.current
        release = str(service.release or "") if service is not None else ""
        self.ready.labels(tenant).set(bool(release))
        if tenant == self.own:
            self.draining.set(backend.draining)
            self.reads.set(backend.waiting)
            self.disk.set(backend.disk_free or 0)
        if service is not None:
            before = self._releases.get(tenant, "")
            self.age.labels(tenant).set(max(0.0, time.time() - service.released / 1000))
            self.behind.labels(tenant).set(service.behind)
            self.swaps.labels(tenant).inc(bool(before and release != before))
            self._releases[tenant] = release

    def forget(self, tenant: str) -> None:
        """A tenant was let go: what was looked up of it is no longer said, and its requests count among the rest. Other
        counts stay."""
        self._releases.pop(tenant, None)
        self._open.discard(tenant)
        for status in STATUSES:
            self._sum_up(tenant, status)
        for gauge in (self.ready, self.age, self.behind):
            gauge.labels(tenant).set(1.0 if gauge is self.ready else 0.0)  # other processes may read it on
            if FOLDER not in os.environ:
                gauge.remove(tenant)

    def _sum_up(self, tenant: str, status: str) -> None:
        """Add a count of a tenant's requests to that of the rest, and begin it anew: sums over tenants stay."""
        one = self.asked.labels(tenant, status)
        self.asked.labels(REST, status).inc(sum(s.value for m in one.collect() for s in m.samples if s.name == TOTAL))
        one.reset()
        if FOLDER not in os.environ:  # in the file that processes share it stays as a zero, which is not shown
            self.asked.remove(tenant, status)

    def text(self, tenant: str = "", whole: bool = True) -> bytes:
        """The exposition format, of all worker processes: what is of one tenant; `whole`: everything."""
        return generate_latest(_Those(self._collected() if whole else self.families(tenant)))

    def families(self, tenant: str = "", whole: bool = False) -> list[Metric]:
        """What is of one tenant, metric by metric; `whole`: with what is of the server, which is of no tenant.

        Of requests by tenant that is all of them.
        """
        tenant = tenant or self.own
        found = self._collected()
        for family in found:
            every = whole and family.name == ASKED
            none = tenant if whole or family.name == SINCE else None
            family.samples = [s for s in family.samples if every or s.labels.get("tenant", none) == tenant]
        return [family for family in found if family.samples]

    def _collected(self) -> list[Metric]:
        found = []
        for family in self._everywhere().collect():
            found.append(Metric(family.name, family.documentation, family.type))
            found[-1].samples = [s for s in family.samples if s.value or family.name != ASKED]
        return found

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


class _Those(Collector):
    """Metrics that were collected already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)
