"""GET /v1/home: a listener's page."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Meta

from segue.core.errors import InputError
from segue.core.events import MAX_ID
from segue.core.types import Context
from segue.surfaces.views import HomeView
from segue.web.resource import Resource, reading
from segue.web.service import Service

Listener = Annotated[str, Meta(min_length=1, max_length=MAX_ID, description="id of the listener, as imported")]
Exclusion = Annotated[str, Meta(min_length=1, max_length=200)]


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of a request."""

    country: Annotated[str, Meta(pattern="^([A-Za-z]{2})?$", description="ISO 3166 alpha-2")] = ""
    zone: Annotated[str, Meta(max_length=64, description="IANA time zone, for the local hour")] = "UTC"
    hour: Annotated[int, Meta(ge=0, le=23, description="local hour to pretend; now where left out")] | None = None
    device: Annotated[str, Meta(max_length=64)] = ""
    familiarity: Annotated[float, Meta(ge=0, le=1, description="the dial: 0 all new, 1 all familiar")] = 0.5
    explicit: Annotated[bool, Meta(description="whether explicit content is allowed")] = True
    exclude: Annotated[
        tuple[Exclusion, ...], Meta(max_length=50, description="what to leave out: tag:christmas, kind:audiobook")
    ] = ()

    def context(self) -> Context:
        """As the request path wants it; InputError for an unknown zone."""
        now = datetime.now(UTC)
        if self.hour is not None:
            local = now.astimezone(_zone(self.zone))
            now += timedelta(hours=(self.hour - local.hour + 12) % 24 - 12)
        else:
            _zone(self.zone)
        return Context(
            now=int(now.timestamp() * 1000), zone=self.zone if _knows_zones() else "UTC", country=self.country.upper(),
            device=self.device, explicit=self.explicit, familiarity=self.familiarity, exclude=self.exclude,
        )  # fmt: skip


class HomeParams(Where, frozen=True, kw_only=True):
    listener: Listener
    impressions: Annotated[bool, Meta(description="write what is shown to the log, a moment later")] = False


def _knows_zones() -> bool:
    return _ZONES.known()


class _Zones:
    """Whether this machine has a time zone database at all; asked once an hour."""

    def __init__(self) -> None:
        self.asked, self.answer = float("-inf"), False

    def known(self) -> bool:
        if time.monotonic() - self.asked > 3600:
            self.asked, self.answer = time.monotonic(), bool(available_timezones())
        return self.answer


_ZONES = _Zones()


def _zone(name: str) -> tzinfo:
    if name == "UTC" or not _knows_zones():
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # unknown, a folder, a path that climbs
        raise InputError(f"no time zone {name!r}; it looks like Europe/Stockholm") from None


def home(service: Service, params: HomeParams) -> HomeView:
    return service.home(params.listener, params.context(), log_impressions=params.impressions)


RESOURCES = (
    Resource("GET", "/v1/home", "Home of a listener: shelves of cards, each with its reason", reading(home),
             HomeView, HomeParams),
)  # fmt: skip
