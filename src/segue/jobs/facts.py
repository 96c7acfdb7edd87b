"""The snapshot that jobs work on: the log of a tenant as it stands now."""

from __future__ import annotations

from segue.store.snapshot import Snapshot, take
from segue.store.workspace import Workspace

WORLD = "world"  # namespace of the simulated world


def is_simulated(workspace: Workspace, tenant: str) -> bool:
    """Whether anything in the catalogue comes from the simulated world."""
    return any(namespace == WORLD for namespace, _ in workspace.catalogue.sources(tenant))


def snapshot_of(workspace: Workspace, tenant: str) -> Snapshot:
    """Taken now; the same facts give the same snapshot, and nothing is written twice."""
    return take(workspace, tenant, simulated=is_simulated(workspace, tenant))
