"""The simulated world into a workspace: the one place where world and store meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from segue.core.events import Item
from segue.runs.ledger import Ledger
from segue.store.workspace import Workspace
from segue.world import WorldSettings, make_world

ITEMS = 20_000  # a transaction
IMPORT = "world"


@dataclass(frozen=True, slots=True)
class Imported:
    """What the world brought."""

    notice: str
    items: int
    events: int
    accepted: int  # events that were new


def import_world(
    workspace: Workspace, tenant: str, *, listeners: int, days: int, seed: int, tracks: int = 6_000
) -> Imported:
    """Simulate and append; the same world a second time adds nothing and is not even simulated again.

    Shows and audiobooks are in proportion to the tracks.
    """
    settings = WorldSettings(seed=seed, listeners=listeners, days=days, tenant=tenant, tracks=tracks,
                             shows=-(-160 * tracks // 6_000), audiobooks=-(-500 * tracks // 6_000))  # fmt: skip
    params = {"listeners": listeners, "days": days, "seed": seed, "tenant": tenant, "tracks": tracks}
    with Ledger(workspace.path / "runs") as ledger:
        for run in ledger.runs(limit=50, name=IMPORT):
            if run.status == "done" and run.params == params and workspace.log.count(tenant):
                return Imported(run.result["notice"], run.result["items"], run.result["events"], 0)
        mark = ledger.begin(IMPORT, "", inputs=[], params=params, seed=seed, code="")
        world = make_world(settings)
        items = 0
        for batch in batches(world.items(), ITEMS):
            workspace.log.append((), batch, tenant=tenant)
            items += len(batch)
        table = world.events()
        receipt = workspace.log.append_table(table, tenant=tenant)
        done = Imported(world.notice, items, table.num_rows, receipt.accepted)
        ledger.end(mark, "done", 0.0, result={"notice": done.notice, "items": items, "events": done.events})
    return done


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size`, the last one shorter."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
