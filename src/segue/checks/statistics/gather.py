"""One pass over a table, batch by batch: statistics of every column, and of every slice that was asked for."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import polars as pl
from threadpoolctl import threadpool_limits

from segue.checks.statistics.columns import ColumnStatistics
from segue.checks.statistics.languages import Sample
from segue.checks.statistics.reading import read_column
from segue.checks.statistics.slices import sliced
from segue.checks.statistics.tables import TableStatistics, merged_all
from segue.checks.statistics.together import together_of
from segue.checks.statistics.values import Values
from segue.core.errors import InputError, UsageError

COLUMNS = 2000
"""Columns of a table, those of its structs included."""
CELLS = 1 << 23
"""Rows times columns of one batch."""
ROWS = 1 << 18
FEWEST = 1000
"""Rows of one batch, whatever lies in them."""
BYTES = 1 << 28
"""Of one batch."""
_PENDING = 8  # batches whose statistics wait to be merged in one go
_RUNNING = 2  # batches at work


def gather(
    batches: Iterable[pl.DataFrame],
    name: str,
    *,
    slices: Sequence[Sequence[str]] = (),
    times: Sequence[str] = (),
    sample: float = 1.0,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> TableStatistics:
    """Statistics of all batches together, which are read once and let go.

    `slices` are columns, or pairs of columns, to slice by: [["tier"], ["tier", "shuffle"]]. `times` are columns of
    numbers that hold UTC milliseconds; columns of a time type are known by themselves. Structs are read as columns of
    their fields ("context.device"). With `sample` only that share of the rows is looked at, always the same.
    `progress` is told the rows so far. 0 `threads`: as many as there are processors, up to 4.
    """
    if not 0 < sample <= 1:
        raise UsageError(f"a sample is a share of the rows above 0 and up to 1, not {sample}")
    labels = tuple(", ".join(sorted(by)) for by in slices)
    pending = [TableStatistics(name=name, rows=0, columns={}, sliced=labels, sampled=sample)]
    texts: dict[str, Sample] = {}
    seen, running = 0, deque[_Batch]()
    workers = ThreadPoolExecutor(threads or min(os.cpu_count() or 1, 4))
    with threadpool_limits(1, user_api="blas"), workers as pool:  # products are small: threads of BLAS only wait

        def merge(most: int) -> None:
            while len(running) > most:
                pending.append(running.popleft().statistics())
            if len(pending) > _PENDING:
                pending[:] = [merged_all(pending)]

        for n, frame in enumerate(even(batches)):
            seen += frame.height
            some = frame.sample(fraction=sample, seed=n) if sample < 1 else frame
            if running:
                running[-1].compare()
            running.append(_Batch(pool, some, name, slices, frozenset(times), texts))
            merge(_RUNNING)
            if progress is not None:
                progress(seen)
        if running:
            running[-1].compare()
        merge(0)
    found = merged_all(pending)
    spoken = {
        c: msgspec.structs.replace(s, languages=texts[c].languages()) for c, s in found.columns.items() if c in texts
    }
    return msgspec.structs.replace(found, columns=found.columns | spoken)


class _Batch:
    """One batch at work: its columns one by one, then what takes several of them. Threads go on with the next batch
    while the last column of this one is read."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        frame: pl.DataFrame,
        name: str,
        slices: Sequence[Sequence[str]],
        times: frozenset[str],
        texts: dict[str, Sample],
    ) -> None:
        def read(column: pl.Series) -> tuple[Values, ColumnStatistics]:
            values = read_column(column, column.name in times)
            return values, values.statistics()

        self.pool, self.name, self.frame, self.slices, self.texts = pool, name, frame, slices, texts
        self.rows = frame.height
        self.reading = [pool.submit(read, column) for column in frame.iter_columns()]
        self.columns: dict[str, ColumnStatistics] = {}

    def compare(self) -> None:
        """When the columns are read: columns with each other, and slices."""
        both = [found.result() for found in self.reading]
        values = {v.name: v for v, _ in both}
        self.columns = {s.name: s for _, s in both}
        for name in (n for n, v in values.items() if v.type == "text"):  # here, for batches come in order
            self.texts.setdefault(name, Sample()).add(values[name], self.frame[name])
        self.reading, self.frame = [], pl.DataFrame()
        self.together = self.pool.submit(together_of, tuple(values.values()))
        there = [by for by in self.slices if all(c in values for c in by)]
        self.parts = [self.pool.submit(sliced, values, by) for by in there]

    def statistics(self) -> TableStatistics:
        return TableStatistics(
            name=self.name,
            rows=self.rows,
            columns=self.columns,
            slices={part.name: part for found in self.parts for part in found.result()},
            together=self.together.result(),
        )


def even(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in batches of a good size; small ones of the same columns are put together."""
    waiting: list[pl.DataFrame] = []
    for batch in batches:
        frame = _flat(batch)
        if frame.width > COLUMNS:
            raise InputError(
                f"{frame.width:,} columns, structs counted by their fields; at most {COLUMNS:,} are read at once"
            )
        if waiting and waiting[0].schema != frame.schema:
            yield pl.concat(waiting)
            waiting = []
        room = _room(frame)
        if sum(w.height for w in waiting) + frame.height > room and waiting:
            yield pl.concat(waiting)
            waiting = []
        if frame.height < room // 2:
            waiting.append(frame)
        else:
            yield from frame.iter_slices(room)
    if waiting:
        yield pl.concat(waiting)


def _room(frame: pl.DataFrame) -> int:
    """Rows of a batch."""
    size = frame.estimated_size() / max(frame.height, 1)
    return int(max(FEWEST, min(ROWS, CELLS // max(frame.width, 1), BYTES // max(size, 1))))


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """With a column for each field of a struct: context.device."""
    while any(isinstance(dtype, pl.Struct) for dtype in frame.dtypes):
        parts: list[pl.Series] = []
        for column in frame.iter_columns():
            if isinstance(column.dtype, pl.Struct):
                parts += [field.alias(f"{column.name}.{field.name}") for field in column.struct.unnest().iter_columns()]
            else:
                parts.append(column)
        names = [p.name for p in parts]
        if twice := [name for name, times in Counter(names).items() if times > 1]:
            raise InputError(f"two columns are called {twice[0]}")
        frame = pl.DataFrame(parts)
    return frame
