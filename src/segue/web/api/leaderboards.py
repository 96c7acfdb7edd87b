"""GET /v1/leaderboards: the last evaluation of each population."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import SegueError
from segue.runs.ledger import EVALUATE, Run, noted
from segue.runs.releases import current_release
from segue.web.auth import Scope
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend

LOOKED_AT = 60  # evaluations, for the last of each population


class Bounds(msgspec.Struct, frozen=True):
    """A mean and its interval; null where there is nothing to average."""

    mean: float | None
    low: float | None
    high: float | None


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    baseline: bool
    metrics: dict[str, float | None]
    interval: Bounds  # of the main metric
    difference: Bounds | None = None  # to the best baseline, over the same listeners
    seconds: float = 0.0


class ProtocolView(msgspec.Struct, frozen=True, kw_only=True):
    words: str
    seen: str  # "drop" or "keep": what a listener has already, before ranking
    listeners: int
    items: int
    events: int
    truths: int  # held-out pairs


class LengthView(msgspec.Struct, frozen=True):
    """The main metric of listeners with a history of such a length."""

    length: str
    listeners: int
    means: dict[str, float | None]


class EvaluationView(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluation reports of itself, as kept in the ledger."""

    main: str
    level: float
    best_baseline: str
    headline: str
    protocol: ProtocolView
    models: tuple[ModelView, ...]
    by_history: tuple[LengthView, ...] = ()


class BoardView(EvaluationView, frozen=True, kw_only=True):
    kind: str
    owner: str
    chosen: str  # the recipe that training would release
    at: int  # UTC ms
    snapshot: str
    fresh: bool  # whether the current release was made of the same data


async def listed(backend: Backend, _request: Request, _params: NoParams) -> Response:
    folder, (tenant, _) = backend.folder, await backend.reading()
    return JSONResponse(await asyncio.to_thread(boards, folder, tenant))


def boards(folder: Path, tenant: str) -> list[BoardView]:
    """The last of each population, the newest first."""
    runs = noted(folder, (EVALUATE,), tenant, LOOKED_AT)
    try:
        snapshot = current_release(folder, tenant).manifest.snapshot
    except SegueError:
        snapshot = ""
    last: dict[tuple[str, str], BoardView] = {}
    for run in runs:
        found = _board(run, snapshot)
        if found is not None:
            last.setdefault((found.kind, found.owner), found)
    return list(last.values())


def _board(run: Run, snapshot: str) -> BoardView | None:
    """None where another version kept it in a form that is not known."""
    of = run.inputs[0] if run.inputs else ""
    said = {"kind": run.params.get("kind"), "owner": run.params.get("owner"), "chosen": run.params.get("chosen")}
    said |= {"at": int(run.started * 1000), "snapshot": of, "fresh": bool(of) and of == snapshot}
    try:
        return msgspec.convert({**(run.result or {}), **said}, BoardView)
    except msgspec.ValidationError:
        return None


RESOURCES = (
    Resource("GET", "/v1/leaderboards", "The last evaluation of each population: recipes beside baselines, with "
             "intervals", listed, list[BoardView], scope=Scope.ADMIN),
)  # fmt: skip
