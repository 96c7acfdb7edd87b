"""What cards led to, kept beside the log: brought up to date with what arrived since, a day of pages a file.

outcomes/<tenant's number>/<yyyy-mm-dd>.parquet   the cards of the day's pages, by time, page, row and position
outcomes/<tenant's number>/state.json             how far the log was read, and under which terms

A day's file is a function of the log: whatever touches a day, a late play or a page that arrives late, has it worked
out anew from all that the log holds, so that nothing is counted twice and the order of arrival does not matter. The
state is written last: after a crash the next run does the same days again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segue.core.events import Decided
from segue.core.types import I64
from segue.jobs.facts import snapshot_of
from segue.store import decisions
from segue.store import outcomes as store
from segue.store.edge import CODES
from segue.store.outcomes import ANSWERS, FOLDER, SKEW_MS, Catalogue, Terms, outcomes
from segue.store.segments import sync
from segue.store.workspace import Workspace

STATE = "state.json"
DAY_MS = 86_400_000
AT_ONCE = 7  # days that are worked out together
LEARNED = ("seen", "fair", "settled", "streamed", "ms", "share", "completed", "saved", "skipped", "hid", "reward")


class _State(msgspec.Struct, frozen=True):
    terms: dict[str, float]
    forgotten: int  # listeners so far: what was made of their rows is made anew without them
    seq: int = 0  # rows of the log up to here are in
    newest: int = 0  # UTC ms: pages up to then are in
    open: dict[str, int] = {}  # day → cards that are not settled


@dataclass(frozen=True, slots=True)
class Attributed:
    """What a run did."""

    rows: int  # of the log, new
    days: int  # worked out, new or anew
    cards: int  # in those days
    settled: int  # of them
    newest: int  # UTC ms: what was shown a window before is settled


def attribute(
    workspace: Workspace, tenant: str, facts: Catalogue | None = None, terms: Terms | None = None, now: int = 0
) -> Attributed:
    """Take in what arrived. `now`: the server's clock (UTC ms), where it is later than the newest page."""
    terms = terms or Terms()
    folder = folder_of(workspace, tenant)
    state = _state(workspace, folder, terms)
    last = workspace.log.last_seq
    new = workspace.log.tail(tenant, state.seq, max(1, last - state.seq), columns=["type", "at"])
    kind, at = new["type"].to_numpy(), new["at"].to_numpy()
    pages = at[kind == CODES[Decided]]
    newest = max(state.newest, now, int(pages.max(initial=0)))
    answers = at[np.isin(kind, [CODES[t] for t in ANSWERS])]
    days = _days_of(folder) | set((pages // DAY_MS).tolist())
    touched = _between(pages - SKEW_MS - terms.window_ms, pages + terms.window_ms)
    touched |= _between(answers - terms.window_ms, answers + SKEW_MS)
    if newest > state.newest:
        touched |= {_day(name) for name in state.open}
    open_ = dict(state.open)
    cards = settled = 0
    touched &= days
    if touched and facts is None:
        facts = snapshot_of(workspace, tenant).catalogue
    for first, stop in _stretches(sorted(touched)):
        table = _worked_out(workspace, tenant, facts, terms, first * DAY_MS, stop * DAY_MS, newest)
        of = table["at"].to_numpy() // DAY_MS
        for day in range(first, stop):
            part = table.filter(pa.array(of == day))
            done = int(np.count_nonzero(part["settled"].to_numpy(zero_copy_only=False)))
            _write(folder, _name(day), part)
            cards, settled = cards + len(part), settled + done
            open_.pop(_name(day), None)
            if done < len(part):
                open_[_name(day)] = len(part) - done
    seq = int(new["seq"].to_numpy().max(initial=state.seq))
    _keep(folder, _State(_form(terms), workspace.database.meta("forgotten"), seq, newest, open_))
    return Attributed(len(new), len(touched), cards, settled, newest)


def read_outcomes(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None, settled: bool = True
) -> pa.Table:
    """Cards of pages shown at since <= at < until (UTC ms), by time, page, row and position; all, or the settled."""
    folder = folder_of(workspace, tenant)
    lo, hi = 0 if since is None else since, 1 << 62 if until is None else until
    days = [d for d in sorted(_days_of(folder)) if (d + 1) * DAY_MS > lo and d * DAY_MS < hi]
    parts = [pq.read_table(folder / f"{_name(d)}.parquet") for d in days]
    table = pa.concat_tables(parts) if parts else _empty()
    at = table["at"].to_numpy()
    keep = (at >= lo) & (at < hi)
    if settled:
        keep &= table["settled"].to_numpy(zero_copy_only=False)
    return table.filter(pa.array(keep))


def folder_of(workspace: Workspace, tenant: str) -> Path:
    return workspace.path / FOLDER / str(workspace.database.tenant(tenant))


# --- working out ---


def _worked_out(
    workspace: Workspace, tenant: str, facts: Catalogue | None, terms: Terms, since: int, until: int, newest: int
) -> pa.Table:
    """Cards shown at since <= at < until: with all that may answer them, and all that may be answered instead."""
    log = workspace.log
    around = decisions.read_slates(log, tenant, since - SKEW_MS - terms.window_ms, until + terms.window_ms + SKEW_MS)
    answers = log.read(tenant, since - SKEW_MS, until + terms.window_ms, types=ANSWERS, columns=store.READ)
    found = outcomes(around, answers, facts, terms, newest)
    slate = around.chosen_row
    columns: dict[str, Any] = {
        "at": around.at[slate], "listener": around.listener[slate], "page": _texts(around.page, slate),
        "shelf": _texts(around.shelf, slate), "policy": _texts(around.policy, slate),
        "release": _texts(around.release, slate), "row": found.row, "position": found.position, "item": around.items,
        "shelf_p": around.shelf_p[slate], "propensity": around.propensity,
        **{name: getattr(found, name) for name in LEARNED},
    }  # fmt: skip
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    at = around.at[slate]
    table = table.filter(pa.array((at >= since) & (at < until)))
    return table.sort_by([("at", "ascending"), ("page", "ascending"), ("row", "ascending"), ("position", "ascending")])


def _texts(names: tuple[str, ...], rows: I64) -> pa.Array:
    """(C,) the text of each row, encoded once."""
    codes = pa.array(names, pa.string()).dictionary_encode()
    return codes.take(pa.array(rows)).cast(pa.string())


def _empty() -> pa.Table:
    texts, numbers = ("page", "shelf", "policy", "release"), {"at": pa.int64(), "listener": pa.int32()}
    types = numbers | dict.fromkeys(texts, pa.string())
    types |= {"row": pa.int32(), "position": pa.int32(), "item": pa.int32()}
    types |= {"shelf_p": pa.float64(), "propensity": pa.float64()}
    kinds = {"ms": pa.int64(), "share": pa.float32(), "reward": pa.float32()}
    types |= {name: kinds.get(name, pa.bool_()) for name in LEARNED}
    return pa.schema(list(types.items())).empty_table()


def _between(first: I64, last: I64) -> set[int]:
    """Days that any of the stretches first…last (UTC ms) touches."""
    pairs = np.unique(np.stack([first // DAY_MS, last // DAY_MS], axis=1), axis=0)
    return {day for lo, hi in pairs.tolist() for day in range(lo, hi + 1)}


def _stretches(days: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring days as first:stop, a few at a time."""
    start = 0
    for i in range(1, len(days) + 1):
        if i == len(days) or days[i] != days[i - 1] + 1 or i - start == AT_ONCE:
            yield days[start], days[i - 1] + 1
            start = i


# --- files ---


def _state(workspace: Workspace, folder: Path, terms: Terms) -> _State:
    """Of the last run; a fresh one, and nothing kept, where the terms are others or somebody was forgotten."""
    fresh = _State(_form(terms), workspace.database.meta("forgotten"))
    if not (folder / STATE).is_file():
        return fresh
    state = msgspec.json.decode((folder / STATE).read_bytes(), type=_State)
    if (state.terms, state.forgotten) == (fresh.terms, fresh.forgotten):
        return state
    (folder / STATE).unlink()  # first: a crash in between must not leave a state without its days
    shutil.rmtree(folder)
    return fresh


def _form(terms: Terms) -> dict[str, float]:
    """What the files depend on beside the log."""
    return asdict(terms) | {"columns": len(LEARNED)}


def _keep(folder: Path, state: _State) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{STATE}"
    draft.write_bytes(msgspec.json.encode(state))
    _place(draft, folder / STATE)


def _write(folder: Path, name: str, table: pa.Table) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.parquet"
    pq.write_table(table, draft, compression="zstd")
    _place(draft, folder / f"{name}.parquet")


def _place(draft: Path, path: Path) -> None:
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def _days_of(folder: Path) -> set[int]:
    return {_day(path.stem) for path in folder.glob("[0-9]*.parquet")}


def _name(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d")


def _day(name: str) -> int:
    return int(datetime.strptime(name, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) // 86_400
