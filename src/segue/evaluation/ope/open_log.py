"""The open log format: any table with one row a choice. docs/open-log-format.md documents every column.

A row that cannot be used is counted with its reason, and its whole page is left out: a page with a hole in it has other
propensities than those it states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from segue.core.errors import InputError
from segue.core.events import Bad
from segue.core.types import F64
from segue.evaluation.ope.log import Log
from segue.importers._json import decode, elements
from segue.importers._reading import blocks, decoded, lines, open_file
from segue.importers._table import fields, sniffed, table
from segue.importers._values import checked, iso

NEEDED = ("action", "propensity", "reward")
OPTIONAL = ("page", "listener", "at", "slot", "arms", "marginal", "q")
FAMILIES = ("x_", "p_", "m_", "q_")
ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet")
EXPECTED = "a log: CSV, TSV, JSON lines or Parquet, plain, gzip or zstd"
VALUES = 50  # of a context column of words; the rest become one
SUM_OFF = 1e-3  # how far chances over the arms may be from 1 in all

Cell = object


@dataclass(frozen=True, slots=True)
class Found:
    """A log, and the rows that could not be used."""

    log: Log
    rejected: dict[str, int]  # reason → rows
    examples: dict[str, str] = field(default_factory=dict)  # reason → where the first such row is
    notes: tuple[str, ...] = ()


def files(path: Path) -> list[Path]:
    """The tables of a folder, by name; or the file itself."""
    if not path.is_dir():
        return [path]
    found = [f for f in sorted(path.iterdir()) if f.is_file() and _is_table(f)]
    if not found:
        raise InputError(f"{path} holds no table ({', '.join(ENDINGS)}, also .gz or .zst); expected {EXPECTED}")
    return found


def _is_table(path: Path) -> bool:
    return path.name.removesuffix(".gz").removesuffix(".zst").endswith(ENDINGS)


def header(path: Path) -> list[str]:
    """Names of the columns of a table."""
    with open_file(path, EXPECTED) as file:
        if file.read(4) == b"PAR1":
            try:
                return list(pq.read_schema(path).names)
            except (pa.ArrowException, OSError) as e:
                raise InputError(f"{path} is not a whole Parquet file: {str(e)[:200]}") from None
    texts = [row[1] for row in islice(lines(path, EXPECTED), 20) if not isinstance(row, Bad)]
    if not texts:
        raise InputError(f"{path} is empty; expected {EXPECTED}")
    if texts[0].lstrip().startswith(("{", "[")):
        return list(next(_first_records(path, texts), {}))
    return [name.strip() for name in fields(texts[0], sniffed(texts, NEEDED))]


def _first_records(path: Path, texts: list[str]) -> Iterator[dict[str, Cell]]:
    """Of JSON lines, or of a JSON array."""
    if texts[0].lstrip().startswith("["):
        with open_file(path, EXPECTED) as file:
            found = [e[1] for e in islice(elements(decoded(blocks(file))), 20) if not isinstance(e, Bad)]
    else:
        found = []
        for text in texts:
            with suppress(ValueError):
                found.append(decode(text))
    yield from (record for record in found if isinstance(record, dict))


def read_open_log(path: Path) -> Found:
    """A log in the open format, from a file or from all tables of a folder."""
    reading = Intake()
    for file in files(path):
        there = header(file)
        if lost := [c for c in NEEDED if c not in there]:
            raise InputError(
                f"{file} has no column {', '.join(map(repr, lost))}; a log needs {', '.join(NEEDED)} "
                f"(docs/open-log-format.md), and this has: {', '.join(map(repr, there[:20]))}"
            )
        wanted = [c for c in there if c in NEEDED + OPTIONAL or c.startswith(FAMILIES)]
        reading.take(file, wanted, _rows(file, wanted))
    return reading.done(path)


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Cell]] | Bad]:
    for row in table(path, columns):
        yield row if isinstance(row, Bad) else (row[0], dict(zip(columns, row[1])))


class Intake:
    """Rows of one or more tables, taken in one at a time and made into columns at the end."""

    def __init__(self) -> None:
        self.rejected: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.rows: list[_Row] = []
        self.broken: set[str] = set()
        self.columns: dict[str, None] = {}

    def take(self, path: Path, columns: Sequence[str], rows: Iterator[tuple[int, dict[str, Cell]] | Bad]) -> None:
        self.columns |= dict.fromkeys(columns)
        names = _Names.of(columns)
        for row in rows:
            if isinstance(row, Bad):
                self._reject(row.reason, path, row.line)
                continue
            line, cells = row
            page = _word(cells["page"]) if "page" in cells else f"{path}:{line}"
            try:
                if not page:
                    raise ValueError("no page")
                self.rows.append(_row(page, cells, names))
            except ValueError as e:
                self._reject(str(e), path, line)
                self.broken.add(page)

    def _reject(self, reason: str, path: Path, line: int, n: int = 1) -> None:
        self.rejected[reason] += n
        self.examples.setdefault(reason, f"{path.name} line {line}")

    def done(self, path: Path) -> Found:
        rows = self._whole_pages()
        if not rows:
            first = next(iter(self.examples.items()), ("it holds no rows", "start"))
            raise InputError(f"{path}: no row could be used; {first[1]}: {first[0]}")
        return Found(_log(rows, list(self.columns)), dict(self.rejected), self.examples, _notes(rows))

    def _whole_pages(self) -> list[_Row]:
        seen: set[tuple[str, int]] = set()
        for row in self.rows:
            if (key := (row.page, row.slot)) in seen:
                self.broken.add(row.page)
                self.rejected["two choices in one slot of a page"] += 1
                self.examples.setdefault("two choices in one slot of a page", f"page {row.page!r} slot {row.slot}")
            seen.add(key)
        kept = [row for row in self.rows if row.page not in self.broken]
        if lost := len(self.rows) - len(kept) - self.rejected["two choices in one slot of a page"]:
            self.rejected["another choice of its page could not be used"] += lost
        self.rejected = +self.rejected
        return kept


class _Row(NamedTuple):
    page: str
    slot: int
    listener: str
    at: int
    action: str
    propensity: float
    reward: float
    arms: tuple[str, ...]
    numbers: dict[str, float]  # marginal, q, p_, m_, q_
    over: dict[str, tuple[float, ...]]  # NAME → chances over the arms
    context: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class _Names:
    """The columns of a table by what they are."""

    chances: tuple[str, ...]  # marginal, m_
    figures: tuple[str, ...]  # q, q_
    targets: tuple[str, ...]  # p_
    context: tuple[str, ...]  # x_

    @classmethod
    def of(cls, columns: Sequence[str]) -> _Names:
        def some(*heads: str) -> tuple[str, ...]:
            return tuple(c for c in columns if c in heads or c.startswith(tuple(h for h in heads if h[-1] == "_")))

        return cls(some("marginal", "m_"), some("q", "q_"), some("p_"), some("x_"))


def _row(page: str, cells: dict[str, Cell], names: _Names) -> _Row:
    action = _word(cells["action"])
    if not action:
        raise ValueError("no action")
    arms = tuple(map(_word, _list(cells["arms"]))) if "arms" in cells else ()
    if arms and action not in arms:
        raise ValueError("the action is not among its arms")
    if arms and len(set(arms)) < len(arms):
        raise ValueError("an arm is named twice")
    numbers: dict[str, float] = {}
    over: dict[str, tuple[float, ...]] = {}
    for name in names.chances:
        numbers[name] = _chance(cells[name], name)
    for name in names.figures:
        numbers[name] = _number(cells[name], name)
    for name in names.targets:
        numbers[name] = _target(name, cells[name], action, arms, over)
    return _Row(
        page, _slot(cells.get("slot")), _word(cells.get("listener")), _at(cells.get("at")), action,
        _chance(cells["propensity"], "propensity", over_zero=True), _number(cells["reward"], "reward"), arms, numbers,
        over, {name: cells[name] for name in names.context},
    )  # fmt: skip


def _target(name: str, value: Cell, action: str, arms: tuple[str, ...], over: dict[str, tuple[float, ...]]) -> float:
    """P(this choice) under a target; where the cell has a chance an arm, all of them are kept."""
    if isinstance(value, list) and not arms:
        raise ValueError(f"{name} has a chance an arm, but there is no column arms")
    several = _list(value) if arms else []
    if len(several) < 2 and not isinstance(value, list):
        found = _chance(value, name)
        if len(arms) == 1 and abs(found - 1) <= SUM_OFF:
            over[name.removeprefix("p_")] = (1.0,)
        return found
    chances = tuple(_chance(c, name) for c in several)
    if len(chances) != len(arms):
        raise ValueError(f"{name} has {len(chances)} chances for {len(arms)} arms")
    if abs(sum(chances) - 1) > SUM_OFF:
        raise ValueError(f"{name}: the chances over the arms do not add up to 1")
    over[name.removeprefix("p_")] = chances
    return chances[arms.index(action)]


def _word(value: Cell) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _list(value: Cell) -> list[Cell]:
    """A list, a JSON list in text, or words with spaces between."""
    if isinstance(value, list | tuple):
        return list(value)
    text = _word(value)
    if text.startswith("["):
        try:
            found = msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise ValueError("a list that is not closed") from None
        return found if isinstance(found, list) else [found]
    return list(text.split())


def _number(value: Cell, what: str) -> float:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{what} is not a number" if _word(value) else f"no {what}") from None
    if not np.isfinite(found):
        raise ValueError(f"{what} is not finite")
    return found


def _chance(value: Cell, what: str, over_zero: bool = False) -> float:
    found = _number(value, what)
    if over_zero and found <= 0:
        raise ValueError(f"{what} is 0 or less: what was chosen had a chance")
    if not 0 <= found <= 1 + 1e-9:
        raise ValueError(f"{what} is not from 0 to 1")
    return min(found, 1.0)


def _slot(value: Cell) -> int:
    if not _word(value):
        return 0
    found = _number(value, "slot")
    if not found.is_integer() or not 0 <= found < 10_000:
        raise ValueError("slot is not a whole number from 0")
    return int(found)


def _at(value: Cell) -> int:
    """UTC ms: of ISO text, of a time, or of seconds or milliseconds since 1970; 0 where there is none."""
    text = _word(value)
    if not text:
        return 0
    if hasattr(value, "isoformat"):
        return iso(value.isoformat())
    try:
        number = float(text)
    except ValueError:
        return iso(text)
    return checked(int(number if number >= 1e11 else number * 1000))


def _log(rows: list[_Row], columns: list[str]) -> Log:
    actions = tuple(sorted({r.action for r in rows} | {a for r in rows for a in r.arms}))
    code = {name: n for n, name in enumerate(actions)}
    pages = list(dict.fromkeys(r.page for r in rows))
    page_of = {name: n for n, name in enumerate(pages)}
    page = np.array([page_of[r.page] for r in rows], np.int64)
    slot = np.array([r.slot for r in rows], np.int32)
    order = np.lexsort((slot, page))
    rows, page, slot = [rows[i] for i in order], page[order], slot[order]
    whose: dict[str, str] = {}
    for r in rows:  # a page without a listener is one of its own
        whose.setdefault(r.page, f"l{r.listener}" if r.listener else f"p{r.page}")
    listener = np.unique([whose[name] for name in pages], return_inverse=True)[1].astype(np.int64)[page]
    context, names = _context(rows, [c for c in columns if c.startswith("x_")])
    has_arms = all(r.arms for r in rows)
    named = [c for c in columns if c in ("marginal", "q") or c.startswith(("p_", "m_", "q_"))]
    figures = {c: np.array([r.numbers.get(c, np.nan) for r in rows]) for c in named}
    figures = {c: x for c, x in figures.items() if np.all(np.isfinite(x))}
    marginal = figures.pop("marginal", None)
    over = {}
    for name in {name for r in rows for name in r.over} if has_arms else ():
        if all(name in r.over for r in rows):
            over[name] = _matrix(rows, code, [r.over[name] for r in rows])
    return Log(
        page, listener, np.array([r.at for r in rows], np.int64), slot,
        np.array([code[r.action] for r in rows], np.int32), np.array([r.propensity for r in rows]),
        np.array([r.reward for r in rows]), actions,
        arms=_matrix(rows, code, [(1.0,) * len(r.arms) for r in rows]).astype(bool) if has_arms else None,
        context=context, context_names=names, marginal=marginal, columns=figures, over=over,
    )  # fmt: skip


def _matrix(rows: list[_Row], code: dict[str, int], values: list[tuple[float, ...]]) -> sp.csr_array:
    indptr = np.concatenate([[0], np.cumsum([len(r.arms) for r in rows])])
    indices = np.array([code[a] for r in rows for a in r.arms], np.int32)
    data: F64 = np.array([x for some in values for x in some], np.float64)
    return sp.csr_array((data, indices, indptr), shape=(len(rows), len(code)))


def _context(rows: list[_Row], columns: list[str]) -> tuple[F64, tuple[str, ...]]:
    """Numbers as they are, with their mean where there is none; words as a column a value."""
    made: list[F64] = []
    names: list[str] = []
    for column in columns:
        words = [_word(r.context.get(column)) for r in rows]
        try:
            values = np.array([float(w) if w else np.nan for w in words])
            numeric = bool(np.isfinite(values).any()) and not np.isinf(values).any()
        except ValueError:
            numeric = False
        if numeric:
            made.append(np.where(np.isfinite(values), values, values[np.isfinite(values)].mean()))
            names.append(column)
            continue
        for value, _ in Counter(words).most_common(VALUES)[1:]:  # the most frequent is what others differ from
            made.append(np.array([w == value for w in words], np.float64))
            names.append(f"{column}={value}")
    out: F64 = np.stack(made, axis=1) if made else np.zeros((len(rows), 0))
    return out, tuple(names)


def _notes(rows: list[_Row]) -> tuple[str, ...]:
    notes = []
    if not any(r.listener for r in rows):
        notes.append("the log names no listeners: pages are taken as independent")
    if any(r.arms for r in rows) and not all(r.arms for r in rows):
        notes.append("some choices do not say what could be chosen: the column arms is not used")
    return tuple(notes)
