"""The HTTP interface: one resource a file, listed here in the order in which they are documented and matched."""

from __future__ import annotations

from segue.web.api import (
    about,
    audit,
    checks,
    clips,
    console,
    dead_letters,
    erasing,
    events,
    health,
    home,
    imports,
    items,
    journeys,
    leaderboards,
    listeners,
    metrics,
    overview,
    recommendations,
    releases,
    search,
    space,
    taste,
)
from segue.web.resource import Resource

RESOURCES: tuple[Resource, ...] = (
    *home.RESOURCES,
    *recommendations.RESOURCES,
    *search.RESOURCES,
    *clips.RESOURCES,
    *about.RESOURCES,
    *items.RESOURCES,
    *journeys.RESOURCES,
    *space.RESOURCES,
    *listeners.RESOURCES,
    *taste.RESOURCES,
    *erasing.RESOURCES,
    *events.RESOURCES,
    *dead_letters.RESOURCES,
    *audit.RESOURCES,
    *overview.RESOURCES,
    *imports.RESOURCES,
    *checks.RESOURCES,
    *leaderboards.RESOURCES,
    *releases.RESOURCES,
    *console.RESOURCES,
    *metrics.RESOURCES,
    *health.RESOURCES,
)
