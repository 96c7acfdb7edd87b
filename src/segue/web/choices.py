"""At which tenants an operator may look, for the header of a page and for the choice that is sent from there."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.requests import Request

from segue.core.errors import SegueError
from segue.web.access import COOKIE
from segue.web.auth import Keys
from segue.web.operators import Session


def session_of(request: Request) -> Session | None:
    """Who is signed in in the browser that asks."""
    keys: Keys | None = request.app.state.keys
    return keys.operators.session(request.cookies.get(COOKIE, "")) if keys is not None else None


async def choices(request: Request, session: Session) -> list[str]:
    """The tenants that a session may look at, by name. Who may see all is told those there are."""
    if not session.rights.everywhere:
        return sorted(session.rights.tenants, key=str.casefold)
    keys, stored = request.app.state.keys, list[str]()
    with contextlib.suppress(SegueError):  # a workspace that cannot be opened: what its keys tell
        intake = await request.app.state.backend.deliveries(lambda intake: intake)
        stored = await asyncio.to_thread(intake.workspace.database.tenants)
    return sorted({keys.tenant, session.tenant, *keys.tenants(stored)}, key=str.casefold)
