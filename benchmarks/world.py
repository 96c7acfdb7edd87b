"""How fast a world grows: python benchmarks/world.py [listeners] [days] [tracks]."""

from __future__ import annotations

import resource
import sys
import time

from segue.world import WorldSettings, make_world


def main() -> None:
    given = [int(a) for a in sys.argv[1:4]]
    listeners, days, tracks = given + [2_000, 60, 6_000][len(given) :]
    start = time.perf_counter()
    world = make_world(WorldSettings(listeners=listeners, days=days, tracks=tracks))
    simulated = time.perf_counter() - start
    table = world.events()
    seconds = time.perf_counter() - start
    items = sum(1 for _ in world.items())
    everything = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{listeners} listeners, {days} days: {table.num_rows:,} events in {seconds:.1f} s "
        f"({simulated:.1f} s before the table), {table.num_rows / seconds:,.0f} events/s; "
        f"with {items:,} items {everything:.1f} s; {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
