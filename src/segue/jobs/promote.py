"""Make a release current, and let old ones go."""

from __future__ import annotations

from segue.core.errors import NotReady
from segue.fitted import load_model
from segue.runs.releases import Release, prune, read_release, releases
from segue.runs.releases import promote as point_at
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace


def promote(workspace: Workspace, tenant: str, release: str | None = None) -> Release:
    """Point serving at a release after opening every model in it; without a name, at the newest."""
    if release is None:
        there = releases(workspace.path, tenant)
        if not there:
            raise NotReady(f"no release for tenant {tenant!r} yet: run `segue train`")
        release = there[0].id
    folder = workspace.path / "releases" / release
    if folder.is_dir():
        found = read_release(folder)
        open_snapshot(found.snapshot_folder)
        for population in found.manifest.populations:
            load_model(folder / population.model)
    done = point_at(workspace.path, tenant, release)
    prune(workspace.path, tenant, workspace.settings.keep_releases)
    return done
