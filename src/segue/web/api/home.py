"""GET /v1/home: a listener's page."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
from msgspec import Meta

from segue.core.clock import ahead, parse_clock
from segue.core.errors import UsageError
from segue.core.events import MAX_ID
from segue.core.types import Context
from segue.signals.moods import ACTIVITIES, activity
from segue.surfaces.views import HomeText, HomeView
from segue.web.resource import Resource, reading
from segue.web.service import Service

Listener = Annotated[str, Meta(min_length=1, max_length=MAX_ID, description="id of the listener, as imported")]
Exclusion = Annotated[str, Meta(min_length=1, max_length=200)]


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of a request."""

    country: Annotated[str, Meta(pattern="^([A-Za-z]{2})?$", description="ISO 3166 alpha-2")] = ""
    zone: Annotated[str, Meta(max_length=64, description="IANA time zone; the country's where left out")] = ""
    hour: Annotated[int, Meta(ge=0, le=23, description="local hour to pretend; now where left out")] | None = None
    at: Annotated[str, Meta(max_length=5, description="local time of day to pretend: 8:30")] = ""
    activity: Annotated[
        str, Meta(max_length=40, description="what it is for: " + ", ".join(a.name for a in ACTIVITIES))
    ] = ""
    device: Annotated[str, Meta(max_length=64)] = ""
    familiarity: Annotated[float, Meta(ge=0, le=1, description="the dial: 0 all new, 1 all familiar")] = 0.5
    explicit: Annotated[bool, Meta(description="whether explicit content is allowed")] = True
    exclude: Annotated[
        tuple[Exclusion, ...], Meta(max_length=50, description="what to leave out: tag:christmas, kind:audiobook")
    ] = ()

    def context(self) -> Context:
        """As the request path wants it; UsageError for an unknown zone or time, UnknownName for an unknown activity."""
        now = int(time.time() * 1000)
        ahead(self.zone, now)
        if self.hour is not None and self.at:
            raise UsageError("hour and at are both a time of day: give one")
        clock = parse_clock(self.at) if self.at else -1 if self.hour is None else 60 * self.hour + now // 60_000 % 60
        return Context(
            now=now, zone=self.zone, clock=clock, country=self.country.upper(), device=self.device,
            activity=activity(self.activity).name if self.activity else "", explicit=self.explicit,
            familiarity=self.familiarity, exclude=self.exclude,
        )  # fmt: skip


class HomeParams(Where, frozen=True, kw_only=True):
    listener: Listener
    impressions: Annotated[bool, Meta(description="write what is shown to the log, a moment later")] = False


def home(service: Service, params: HomeParams) -> HomeView | HomeText:
    return service.home_to_send(params.listener, params.context(), log_impressions=params.impressions)


RESOURCES = (
    Resource("GET", "/v1/home", "Home of a listener: shelves of cards, each with its reason", reading(home),
             HomeView, HomeParams, whose="listener"),
)  # fmt: skip
