"""Tables of any make as rows of the wanted columns: delimited text, JSON lines, a JSON array, Parquet."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segue.core.errors import InputError, UsageError
from segue.core.events import Bad
from segue.importers._json import decode, elements
from segue.importers._reading import MAX_RAW, Row, blocks, decoded, open_file, split

SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
SAMPLE = 20  # rows by which a separator is guessed
QUOTED_LINES = 100  # that one quoted field may go over

Cells = tuple[int, Sequence[object], str]  # line number, the wanted columns in the order wanted, the row as it was
Table = Iterator[Cells | Bad]


def table(path: Path, columns: Sequence[str], sep: str = "", header: bool = True) -> Table:
    """Rows with the wanted columns, which are names, or numbers from 0 where there is no header.

    Raises InputError naming a column that is not there and those that are.
    """
    expected = "a table: CSV, TSV, JSON lines or Parquet, plain, gzip or zstd"
    with open_file(path, expected) as file:
        if file.read(4) == b"PAR1":
            yield from _parquet(path, file, columns)
            return
        file.seek(0)
        raw = decoded(blocks(file))
        first = next(raw, b"")
        mark = first.lstrip()[:1]
        raw = chain([first], raw)
        if not sep and mark == b"{":
            yield from _json_lines(path, split(raw), columns)
        elif not sep and mark == b"[":
            yield from _json_array(path, elements(raw), columns)
        else:
            yield from _delimited(path, split(raw), columns, sep, header)


def separator(name: str) -> str:
    """The characters that a name of --sep stands for, or the characters themselves."""
    found = SEPARATORS.get(name, name)
    if len(name) > 3 and name not in SEPARATORS:
        raise UsageError(f"no separator {name!r}; there are: {', '.join(SEPARATORS)}, or the character itself")
    return found


def _missing(path: Path, wanted: Sequence[str], there: Sequence[str]) -> None:
    if lost := [c for c in wanted if c not in there]:
        known = ", ".join(map(repr, there[:50]))
        raise InputError(f"{path} has no column {', '.join(map(repr, lost))}; the columns are: {known}")


def _delimited(path: Path, found: Iterator[Row | Bad], columns: Sequence[str], sep: str, header: bool) -> Table:
    sample: list[Row | Bad] = list(islice(found, SAMPLE))
    texts = [row[1] for row in sample if not isinstance(row, Bad)]
    if not texts:
        yield from (row for row in sample if isinstance(row, Bad))
        return
    sep = separator(sep) if sep else sniffed(texts, columns if header else ())
    whole = records(chain(sample, found), sep)
    names = [name.strip() for name in fields(texts[0], sep)]
    if header:
        _missing(path, columns, names)
        places = [names.index(c) for c in columns]
        for head in whole:  # up to the header
            if not isinstance(head, Bad):
                break
            yield head
    else:
        _missing(path, columns, [str(n) for n in range(len(names))])
        places = [int(c) for c in columns]
    width, need = len(names), max(places) + 1
    for record in whole:
        if isinstance(record, Bad):
            yield record
            continue
        number, text = record
        cells = fields(text, sep)
        if len(cells) != width and (len(cells) < need or any(cells[width:])):
            yield Bad(line=number, reason=f"{len(cells)} columns, expected {width}", raw=text[:MAX_RAW])
            continue
        yield number, [cells[place] for place in places], text


def sniffed(texts: list[str], names: Sequence[str]) -> str:
    """The separator that shows the wanted header; else the one that cuts most sample rows alike, into the most."""
    best, found = (0.0, 0), "\t"
    for sep in SEPARATORS.values():
        if names and set(names) <= {name.strip() for name in fields(texts[0], sep)}:
            return sep
        n, rows = Counter(len(fields(text, sep)) for text in texts).most_common(1)[0]
        if n > 1 and (rows / len(texts), n) > best and (sep != " " or not best[0]):
            best, found = (rows / len(texts), n), sep
    return found


def fields(text: str, sep: str) -> list[str]:
    """A row cut: with quotes as in RFC 4180 for separators of one character other than tab and space."""
    if sep == " ":
        return text.split()
    if '"' not in text or len(sep) > 1:
        return text.split(sep)
    if sep == "\t":
        return [_unquoted(field) for field in text.split(sep)]
    try:
        return next(csv.reader([text], delimiter=sep), [])
    except csv.Error:
        return text.split(sep)


def _unquoted(field: str) -> str:
    quoted = len(field) > 1 and field[0] == field[-1] == '"'
    return field[1:-1].replace('""', '"') if quoted else field


def records(found: Iterator[Row | Bad], sep: str) -> Iterator[Row | Bad]:
    """Lines, put together where a quoted field goes on in the next; a quote that is never closed costs one line."""
    if sep in "\t " or len(sep) > 1:
        yield from found
        return
    waiting: deque[Row | Bad] = deque()
    while True:
        row = waiting.popleft() if waiting else next(found, None)
        if row is None:
            return
        if isinstance(row, Bad) or '"' not in row[1] or row[1].count('"') % 2 == 0:
            yield row
            continue
        taken: list[Row | Bad] = []
        for more in chain(list(waiting), found):
            taken.append(more)
            if isinstance(more, Bad) or more[1].count('"') % 2 or len(taken) == QUOTED_LINES:
                break
        used = min(len(taken), len(waiting))
        for _ in range(used):
            waiting.popleft()
        texts = [more[1] for more in taken if not isinstance(more, Bad)]
        if len(texts) == len(taken) and texts and texts[-1].count('"') % 2:
            yield row[0], "\n".join([row[1], *texts])
        else:
            yield Bad(line=row[0], reason="a quote that is not closed", raw=row[1][:MAX_RAW])
            waiting.extendleft(reversed(taken))


def _json_lines(path: Path, found: Iterator[Row | Bad], columns: Sequence[str]) -> Table:
    known = False
    for row in found:
        if isinstance(row, Bad):
            yield row
            continue
        number, text = row
        try:
            fields = decode(text)
            if not isinstance(fields, dict):
                raise ValueError("not a JSON object")
        except ValueError as e:
            yield Bad(line=number, reason=str(e), raw=text[:MAX_RAW])
            continue
        if not known:
            _missing(path, columns, list(fields))
            known = True
        yield number, [fields.get(c) for c in columns], text


def _json_array(path: Path, found: Iterator[tuple[int, object] | Bad], columns: Sequence[str]) -> Table:
    known = False
    for element in found:
        if isinstance(element, Bad):
            yield element
            continue
        number, fields = element
        if not isinstance(fields, dict):
            yield Bad(line=number, reason="not a JSON object", raw=str(fields)[:MAX_RAW])
            continue
        if not known:
            _missing(path, columns, list(fields))
            known = True
        yield number, [fields.get(c) for c in columns], ""


def _parquet(path: Path, file: object, columns: Sequence[str]) -> Table:
    number = 0
    try:
        with pq.ParquetFile(pa.PythonFile(file, mode="r")) as parquet:
            _missing(path, columns, parquet.schema_arrow.names)
            for batch in parquet.iter_batches(1 << 16, columns=list(dict.fromkeys(columns))):
                ready = [_plain(batch.column(c)) for c in columns]
                for cells in zip(*ready, strict=True):
                    number += 1
                    yield number, cells, ""
    except (pa.ArrowException, OSError, ValueError) as e:
        if not number:
            raise InputError(f"{path} is not a whole Parquet file: {str(e)[:200]}") from None
        yield Bad(line=number + 1, reason=f"the file ends here: {str(e)[:200]}")


def _plain(column: pa.Array) -> list[object]:
    """Python values; times lose what is finer than ms."""
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("ms", column.type.tz), safe=False)
    values: list[object] = column.to_pylist()
    return values
