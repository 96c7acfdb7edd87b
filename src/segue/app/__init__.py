"""The composition root: a workspace and its current release in, a Service out."""

from __future__ import annotations

from pathlib import Path

from segue.app.live import made_a_page
from segue.app.service import Service
from segue.runs.releases import Release
from segue.store.workspace import CHECKS, Workspace
from segue.surfaces.serving import Serving

__all__ = ["Service", "open_service", "prove", "reports_of"]


def open_service(workspace: Path | str | Workspace, tenant: str | None = None, keep_pages: bool = False) -> Service:
    """The service of a workspace and tenant (default: that of its settings). NotReady where nothing is released yet.

    `keep_pages`: for a server, which may be asked for more pages than it can make.
    """
    owns = not isinstance(workspace, Workspace)
    opened = workspace if isinstance(workspace, Workspace) else Workspace.open(Path(workspace))
    try:
        return Service(opened, tenant or opened.settings.tenant, owns, keep_pages)
    except BaseException:
        if owns:
            opened.close()
        raise


def reports_of(workspace: Path, tenant: str | None = None) -> Path:
    """The folder of what checks said of a tenant's data, whether anything is released or not."""
    with Workspace.open(workspace) as opened:
        return opened.derived(CHECKS, tenant or opened.settings.tenant)


def prove(workspace: Workspace, release: Release) -> None:
    """Open a release as serving does, and make a page with it. Raises what stands in the way."""
    made_a_page(Serving.open(workspace, release))
