"""/v1/releases…: what was learned and may serve, which of it does, and the change of that."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import UnknownName
from segue.runs import switching
from segue.runs.releases import Release, Waiving, releases, standing
from segue.runs.switching import Switch
from segue.web.access import named
from segue.web.auth import Scope
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend

Id = Annotated[str, Meta(min_length=1, max_length=40, description="of a release")]
Expected = Annotated[
    str, Meta(max_length=40, description="the release that must be current, for one who decided by that; empty: any")
]


class PopulationView(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    owner: str
    recipe: str
    protocol: str  # of the inner split that the choice was made on, with its metric
    scores: dict[str, float]  # of each recipe there
    owners: int
    items: int
    events: int


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    created: int  # UTC ms
    snapshot: str
    simulated: bool
    version: str
    seed: int
    populations: tuple[PopulationView, ...]
    crossings: tuple[str, ...]  # "podcast by track"
    points: int  # of the taste space; 0: there is none
    kept: float | None  # share of the nearest that were so in the release before
    moods: int  # items with one
    policy: str  # whose state was learned from pages; "" none was
    pages: int  # learned from
    checked: bool  # whether the data was looked at first
    warnings: tuple[str, ...]
    waived: tuple[Waiving, ...]


class ReleasesView(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    current: str  # that serves, or is about to; "" none
    serving: str  # by the process that answers this
    back_to: str  # what a rollback would make current; "" nothing
    releases: tuple[ReleaseView, ...]  # newest first
    changes: tuple[Switch, ...]  # of what is current, newest first


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    current: str
    before: str


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    expected: Expected = ""


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    expected: Expected = ""


def view(release: Release) -> ReleaseView:
    m = release.manifest
    return ReleaseView(
        id=m.id, created=int(datetime.fromisoformat(m.created).timestamp() * 1000), snapshot=m.snapshot,
        simulated=m.simulated, version=m.version, seed=m.seed,
        populations=tuple(
            PopulationView(kind=p.kind, owner=p.owner, recipe=p.recipe, protocol=p.protocol, scores=p.scores,
                           owners=p.owners, items=p.items, events=p.events)
            for p in m.populations
        ),
        crossings=tuple(f"{c.of} by {c.by}" for c in m.crossings), points=m.space.points if m.space else 0,
        kept=m.space.kept if m.space else None, moods=m.moods.known if m.moods else 0,
        policy=m.taught.policy if m.taught else "", pages=m.taught.pages if m.taught else 0,
        checked=m.checked is not None, warnings=m.checked.warnings if m.checked else (),
        waived=m.checked.waived if m.checked else (),
    )  # fmt: skip


async def listed(backend: Backend, _request: Request, _params: NoParams) -> Response:
    folder, (tenant, _) = backend.folder, await backend.reading()
    return JSONResponse(await asyncio.to_thread(_listed, folder, tenant, serving(backend)))


def serving(backend: Backend) -> str:
    """Id of the release that this process serves; "" none."""
    return str(backend.current.release or "") if backend.current is not None else ""


def _listed(folder: Path, tenant: str, now: str) -> ReleasesView:
    back = switching.back_to(folder, tenant)
    return ReleasesView(
        tenant=tenant, current=standing(folder, tenant)[0], serving=now, back_to=back.id if back else "",
        releases=tuple(map(view, releases(folder, tenant))), changes=tuple(switching.switches(folder, tenant)),
    )  # fmt: skip


async def promote(backend: Backend, request: Request, params: Promotion) -> Response:
    folder, (tenant, _) = backend.folder, await backend.reading()
    known = await asyncio.to_thread(lambda: [r.id for r in releases(folder, tenant)])
    if params.id not in known:
        raise UnknownName("release", params.id[:40], known)
    return await _switched(backend, request, params.id, params.expected)


async def rollback(backend: Backend, request: Request, params: Rollback) -> Response:
    return await _switched(backend, request, "", params.expected)


async def _switched(backend: Backend, request: Request, release: str, expected: str) -> Response:
    """To a release, or "": back. It is opened as serving opens it, before anything changes."""
    from segue.app import prove

    intake = await backend.deliveries(lambda intake: intake)
    folder, tenant, who = backend.folder, intake.tenant, named(request.state.caller)

    def proven(found: Release) -> None:
        prove(intake.workspace, found)

    def switch() -> SwitchView:
        before = standing(folder, tenant)[0]
        if release:
            made = switching.promote(folder, tenant, release, who, proven, expected or None)
        else:
            made = switching.rollback(folder, tenant, who, proven, expected or None)
        return SwitchView(current=made.id, before=before)

    done = await asyncio.to_thread(switch)
    if backend.current is None:
        await asyncio.to_thread(backend.open)  # nothing served, and so nothing follows what is current
    return JSONResponse(done)


ADMIN, SWITCHED = Scope.ADMIN, (400, 401, 403, 404, 409, 503)
RESOURCES = (
    Resource("GET", "/v1/releases", "Releases, newest first: what they were made of, which serves, who changed that",
             listed, ReleasesView, scope=ADMIN),
    Resource("POST", "/v1/releases/rollback", "Back to the release that served before", rollback, SwitchView, Rollback,
             ADMIN, errors=SWITCHED),
    Resource("POST", "/v1/releases/{id}/promote", "Make a release serve, after it was opened; servers take it up by "
             "themselves", promote, SwitchView, Promotion, ADMIN, errors=SWITCHED),
)  # fmt: skip
