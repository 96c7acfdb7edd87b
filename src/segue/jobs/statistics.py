"""What a tenant's tables look like, day by day: gathered once, kept, and put together for any stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from segue.checks.statistics import TableStatistics, gather, merged
from segue.checks.statistics.tables import FORM, merged_all
from segue.core.errors import InputError
from segue.jobs.tables import frames, table
from segue.runs.files import write_whole
from segue.store.workspace import STATISTICS, Workspace

DAY = 86_400_000
INDEX = "days.json"
Say = Callable[[str], None]


class Kept(msgspec.Struct, frozen=True):
    """Of one day: what it was gathered from."""

    rows: int
    seq: int  # the last that arrived


class Index(msgspec.Struct, frozen=True):
    """Which days are kept."""

    form: int  # of the statistics
    days: dict[str, Kept]


@dataclass(frozen=True, slots=True)
class Days:
    """Statistics of a table by day since 1970, UTC, in order."""

    table: str
    by_day: Mapping[int, TableStatistics]

    @property
    def last(self) -> int | None:
        return max(self.by_day, default=None)

    def before(self, day: int, days: int) -> TableStatistics | None:
        """Of the `days` days before a day together; None where there was nothing."""
        parts = [s for d, s in self.by_day.items() if day - days <= d < day]
        return merged_all(parts) if parts else None


def daily(
    workspace: Workspace, tenant: str, name: str = "events", days: int = 29, say: Say = lambda _: None
) -> Days:  # fmt: skip
    """Of the last `days` days on which anything happened; only days that changed since are gathered again."""
    folder = workspace.derived(STATISTICS, tenant) / name
    have, want = _index(folder), _wanted(workspace, tenant, days)
    stale = [day for day, kept in want.items() if have.get(day) != kept]
    for day, found in _gathered(workspace, tenant, name, stale):
        say(f"statistics of {name}, {date(day)}")
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{date(day)}.json", found.json().decode())
    if stale:
        folder.mkdir(parents=True, exist_ok=True)
        index = Index(form=FORM, days={str(d): kept for d, kept in sorted((have | want).items())})
        write_whole(folder / INDEX, msgspec.json.encode(index).decode())
    by_day = {day: _read(folder / f"{date(day)}.json") for day in sorted(want)}
    return Days(name, by_day)


def whole(workspace: Workspace, tenant: str, name: str) -> TableStatistics:
    """Of a whole table."""
    return gather(frames(workspace, tenant, name), name, slices=table(name).slices)


def kept_whole(
    workspace: Workspace, tenant: str, name: str, rows: pl.DataFrame, now: int, most: int = 60
) -> list[tuple[str, TableStatistics]]:
    """Statistics of a table that has no days, kept under the day of `now` (UTC ms); with those of other days before,
    the oldest first."""
    folder = workspace.derived(STATISTICS, tenant) / name
    folder.mkdir(parents=True, exist_ok=True)
    found = gather([rows], name, slices=table(name).slices)
    write_whole(folder / f"{date(now // DAY)}.json", found.json().decode())
    history: list[tuple[str, TableStatistics]] = []
    for path in sorted(folder.glob("????-??-??.json"))[-most:]:
        with suppress(InputError):  # of another form
            history.append((path.stem, _read(path)))
    return [(day, found) for day, found in history if day <= date(now // DAY)]


def date(day: int) -> str:
    """2026-11-26."""
    return str(np.datetime64(day, "D"))


def _wanted(workspace: Workspace, tenant: str, days: int) -> dict[int, Kept]:
    """The last days that have events with a time, and what each is made of."""
    log = workspace.log.read(tenant, since=10_000_000_000, columns=["at", "seq"])
    day, seq = log["at"].to_numpy() // DAY, log["seq"].to_numpy()
    found, rows = np.unique(day, return_counts=True)
    last = np.zeros(len(found), np.int64)
    np.maximum.at(last, np.searchsorted(found, day), seq)
    kept = zip(found[-days:].tolist(), rows[-days:].tolist(), last[-days:].tolist())
    return {d: Kept(r, s) for d, r, s in kept}


def _gathered(
    workspace: Workspace, tenant: str, name: str, days: Sequence[int]
) -> Iterator[tuple[int, TableStatistics]]:
    """Statistics of these days, each stretch of days read once."""
    slices = table(name).slices
    for first, last in _stretches(days):
        parts: dict[int, TableStatistics] = {}
        for frame in frames(workspace, tenant, name, first * DAY, (last + 1) * DAY):
            days_of = frame.with_columns(_day=pl.col("at").dt.epoch("ms") // DAY)
            for (key,), part in days_of.partition_by("_day", as_dict=True, include_key=False).items():
                found = gather([part], name, slices=slices)
                parts[key] = merged(parts[key], found) if key in parts else found
        yield from sorted(parts.items())


def _stretches(days: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of days without a gap."""
    found: list[tuple[int, int]] = []
    for day in sorted(days):
        if found and found[-1][1] == day - 1:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _index(folder: Path) -> dict[int, Kept]:
    """What is kept; nothing where the list is missing or of another form."""
    try:
        index = msgspec.json.decode((folder / INDEX).read_bytes(), type=Index)
        return {int(d): k for d, k in index.days.items()} if index.form == FORM else {}
    except (OSError, msgspec.MsgspecError, ValueError):
        return {}


def _read(path: Path) -> TableStatistics:
    try:
        return TableStatistics.parse(path.read_bytes(), str(path))
    except OSError as e:
        raise InputError(f"{path} cannot be read: {e.strerror}") from None
