"""The HTTP interface: one resource a file, listed here in the order in which they are documented and matched."""

from __future__ import annotations

from segue.web.api import (
    checks,
    clips,
    console,
    events,
    health,
    home,
    items,
    journeys,
    listeners,
    recommendations,
    space,
)
from segue.web.resource import Resource

RESOURCES: tuple[Resource, ...] = (
    *home.RESOURCES,
    *recommendations.RESOURCES,
    *clips.RESOURCES,
    *items.RESOURCES,
    *journeys.RESOURCES,
    *space.RESOURCES,
    *listeners.RESOURCES,
    *events.RESOURCES,
    *console.RESOURCES,
    *checks.RESOURCES,
    *health.RESOURCES,
)
