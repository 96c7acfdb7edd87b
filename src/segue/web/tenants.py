"""The tenants of a server: what each has of its own, opened when it is first asked for, let go when long unused.

A request is its caller's tenant's, and a caller's tenant is that of the key or the operator: nothing else in a request
names one. Decision 0029.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import NotReady, SegueError
from segue.store.passing import Passing, folder_of
from segue.surfaces.home.told import PageMade
from segue.web.devices import Devices
from segue.web.inbox import WAITING, Inbox
from segue.web.metrics import Metrics
from segue.web.playing import Playing
from segue.web.reply import Denied
from segue.web.service import Backend, Busy, sweep

MOST = 8  # tenants that are open beside the server's own
SIMULATED = "segue-simulated"
IDLE_S = 1_800.0  # that one stays open without being asked


class Tenant:
    """What is one tenant's alone."""

    def __init__(self, name: str, backend: Backend, metrics: Metrics, waiting: int = WAITING) -> None:
        self.name, self.backend = name, backend
        self.inbox = Inbox(backend, metrics, waiting)
        self.passing = Passing(_passing_of(backend, name))
        self.playing, self.devices = Playing(self.passing), Devices(self.passing)
        self.asking, self.asked = 0, time.monotonic()  # requests under way, and when the last one came or went
        self._following: asyncio.Task[None] | None = None

        def page(made: PageMade) -> None:
            metrics.page(name, made)

        backend.on_page = page

    def follow(self) -> None:
        """From here on take up releases as they are promoted, the first one included."""
        self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        if self.backend.current is None:
            with contextlib.suppress(SegueError):  # whoever asks is told
                await asyncio.to_thread(self.backend.open)
                sweep()
        await self.backend.follow_releases()

    def take(self) -> None:
        self.asking, self.asked = self.asking + 1, time.monotonic()

    def leave(self) -> None:
        self.asking, self.asked = self.asking - 1, time.monotonic()

    async def close(self) -> None:
        """Write what waits, then let go of everything."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        await self.inbox.flush()
        self.inbox.close()
        await asyncio.to_thread(self.backend.close)
        self.passing.close()


def _passing_of(backend: Backend, tenant: str) -> Path | None:
    """Where its processes share what passes; None where there is no workspace."""
    with contextlib.suppress(NotReady):
        return folder_of(backend.folder, tenant)
    return None


class Tenants:
    """The server's own tenant, which stays, and `most` others at a time. On one event loop."""

    def __init__(
        self, own: Tenant, make: Callable[[str], Tenant] | None = None, most: int = MOST, metrics: Metrics | None = None
    ) -> None:
        """`make`: another by its name; None: there is no other."""
        self.own, self._make, self._most, self._metrics = own, make, most, metrics
        self._others: dict[str, Tenant] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> list[Tenant]:
        return [self.own, *self._others.values()]

    def of(self, name: str) -> Tenant:
        """A tenant, the server's own by its name or by none. Denied where it is not served here; Busy where as many are
        being asked as may be open."""
        if name in ("", self.own.name):
            return self.own
        found = self._others.get(name)
        if found is None:
            if self._make is None:
                raise Denied("that key is not known")
            if len(self._others) >= self._most:
                self._let_go(self._unused())
            found = self._others[name] = self._make(name)
            if self._metrics is not None:
                self._metrics.opened(name)
            found.follow()
        return found

    def _unused(self) -> Tenant:
        """The one that was asked longest ago."""
        free = [t for t in self._others.values() if not t.asking]
        if not free:
            raise Busy(f"{self._most} other tenants are being asked; ask again in a second")
        return min(free, key=lambda t: t.asked)

    def let_go(self, idle_s: float = IDLE_S) -> None:
        """Close those that nobody asked for so long."""
        before = time.monotonic() - idle_s
        for one in [t for t in self._others.values() if not t.asking and t.asked < before]:
            self._let_go(one)

    def _let_go(self, one: Tenant) -> None:
        del self._others[one.name]
        task = asyncio.create_task(self._closed(one))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _closed(self, one: Tenant) -> None:
        await one.close()
        if self._metrics is not None and one.name not in self._others:
            self._metrics.forget(one.name)

    async def close(self) -> None:
        """All of them."""
        await asyncio.gather(*self._closing, *(one.close() for one in self.open))


def tenant_of(request: Request) -> Tenant:
    """That of whoever sent a request, held open until it is answered. Denied while nobody said who that is."""
    state = request.state
    found: Tenant | None = getattr(state, "tenant", None)
    if found is None:
        if not hasattr(state, "caller"):
            raise Denied("it is not known yet who asks")
        app, who = request.app.state, state.caller
        found = state.tenant = app.tenants.of(who.tenant if who is not None else "")
        found.take()
        if who is not None:
            request.scope["segue_tenant"] = found.name  # for whoever counts
        if who is not None and who.key:
            app.keys.last_use.note(who.key)
    return found


def told_of_all(request: Request) -> bool:
    """Whether the caller is told of the server as a whole: one of its own tenant, or an operator who may see that."""
    who, own = request.state.caller, request.app.state.tenants.own
    return tenant_of(request) is own or (who is not None and who.runs)


class _Theirs:
    """The backend of a request whose caller the resource finds out itself, as the protocols of others do."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(tenant_of(self._request).backend, name)


def backend_of(request: Request) -> Backend:
    """The backend that answers a request, known or not yet known whose."""
    return tenant_of(request).backend if hasattr(request.state, "caller") else cast(Backend, _Theirs(request))


def labelled(request: Request, answer: Response) -> Response:
    """An answer says whether its data are simulated, where the page around it may be of another tenant: a page is asked
    for without a key.
    """
    tenant, own = getattr(request.state, "tenant", None), request.app.state.tenants.own
    if tenant not in (None, own) and tenant.backend.current is not None:
        answer.headers[SIMULATED] = str(bool(tenant.backend.current.simulated)).lower()
    return answer
