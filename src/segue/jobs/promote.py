"""Make a release current, and let old ones go."""

from __future__ import annotations

from segue.core.errors import NotReady
from segue.fitted import load_model
from segue.jobs.tidy import tidy
from segue.runs.releases import Release, read_release, releases, standing
from segue.runs.switching import promote as switch
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace


def promote(workspace: Workspace, tenant: str, release: str | None = None, who: str = "segue train") -> Release:
    """Point serving at a release after opening every model in it; without a name, at the newest.

    `who` says so, for the ledger. Promoting the current one changes nothing.
    """
    if release is None:
        there = releases(workspace.path, tenant)
        if not there:
            raise NotReady(f"no release for tenant {tenant!r} yet: run `segue train`")
        release = there[0].id
    if standing(workspace.path, tenant)[0] == release:
        done = read_release(workspace.path / "releases" / release)
    else:
        done = switch(workspace.path, tenant, release, who, opened)
    tidy(workspace, tenant)
    return done


def opened(release: Release) -> None:
    """Raises what stands in the way of serving it."""
    open_snapshot(release.snapshot_folder)
    for population in release.manifest.populations:
        load_model(release.folder / population.model)
