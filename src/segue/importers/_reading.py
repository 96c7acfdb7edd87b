"""Bytes and lines of hostile files: any compression and encoding, memory bounded, progress counted."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

import pyarrow as pa

from segue.core.errors import InputError
from segue.core.events import Bad, Record

BLOCK = 1 << 18  # bytes read at a time
MAX_LINE = 1 << 20  # bytes of one line; a longer one is a Bad row, and reading goes on after it
MAX_RAW = 500  # characters of a bad row that are kept
MAX_RATIO = 200  # decompressed over compressed, once more than FREE bytes came out
FREE = 1 << 28

Row = tuple[int, str]  # line number from 1, text without its line end


@dataclass
class Reading:
    """How far an import is: bytes taken from the file system so far. Jumps in a file may count some bytes twice."""

    read_bytes: int = 0


_CURRENT: ContextVar[Reading | None] = ContextVar("segue_reading", default=None)


@contextmanager
def metered() -> Iterator[Reading]:
    """What importers read inside the block, in this thread, is counted; poll `read_bytes` against `size(path)`."""
    reading = Reading()
    token = _CURRENT.set(reading)
    try:
        yield reading
    finally:
        _CURRENT.reset(token)


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder (links are not followed); 0 where there is nothing."""
    if path.is_dir():
        return sum(f.lstat().st_size for f in path.rglob("*") if f.is_file() and not f.is_symlink())
    return path.stat().st_size if path.is_file() else 0


def counted(n: int) -> None:
    """Bytes that were read some other way than through `open_file`."""
    if (reading := _CURRENT.get()) is not None:
        reading.read_bytes += n


class _CountedFile(io.FileIO):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._reading = _CURRENT.get() or Reading()  # now, since other threads may do the reading

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # the buffer type has no public name
        n = super().readinto(buffer) or 0
        self._reading.read_bytes += n
        return n


def open_file(path: Path, expected: str) -> BinaryIO:
    """A regular file, buffered, its bytes counted; InputError naming the file and what was expected there."""
    try:
        if not S_ISREG(path.stat().st_mode):
            what = "a folder" if path.is_dir() else "not a regular file"
            raise InputError(f"{path} is {what}; expected {expected}")
        return io.BufferedReader(_CountedFile(path), BLOCK)
    except (OSError, ValueError) as e:
        raise InputError(f"cannot read {path}: {_why(e)}; expected {expected}") from None


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


class Broken(InputError):
    """The bytes end or go wrong in the middle: what came before stands."""


def blocks(file: BinaryIO, whole: int | None = None) -> Iterator[bytes]:
    """What a file holds, unpacked when its first bytes say gzip or zstd. Broken where it goes wrong.

    `whole`: bytes of the file, for the limit on how much a small file may become; read from the file if not given.
    """
    head = file.read(4)
    rest: Iterator[bytes] = _raw(file, head)
    if head[:2] == b"\x1f\x8b":
        rest = _limited(_gunzip(rest), whole if whole is not None else _length(file))
    elif head == b"\x28\xb5\x2f\xfd":
        rest = _limited(_unzstd(file), whole if whole is not None else _length(file))
    return rest


def _length(file: BinaryIO) -> int:
    here = file.tell()
    end = file.seek(0, io.SEEK_END)
    file.seek(here)
    return end


def _raw(file: BinaryIO, head: bytes) -> Iterator[bytes]:
    if head:
        yield head + file.read(BLOCK)
    while block := file.read(BLOCK):
        yield block


def _gunzip(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpack, started = zlib.decompressobj(31), False
    for block in packed:
        while block or not unpack.eof:
            try:
                out = unpack.decompress(block, BLOCK)
            except zlib.error as e:
                raise Broken(f"gzip data is damaged: {e}") from None
            started = True
            if out:
                yield out
            if unpack.eof:
                block = unpack.unused_data.lstrip(b"\0")
                unpack, started = zlib.decompressobj(31), False
                if not block:
                    break
            else:
                block = unpack.unconsumed_tail
                if not block and len(out) < BLOCK:
                    break
    if started and not unpack.eof:
        raise Broken("gzip data ends too early")


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    try:
        with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as stream:
            while block := stream.read(1 << 14):
                yield block
    except (OSError, pa.ArrowException) as e:
        raise Broken(f"zstd data is damaged or ends too early: {str(e)[:100]}") from None


def _limited(unpacked: Iterator[bytes], packed: int) -> Iterator[bytes]:
    budget = Budget(packed)
    for block in unpacked:
        budget.take(len(block))
        yield block


class Budget:
    """How much `packed` bytes may become in all; Broken past it."""

    def __init__(self, packed: int) -> None:
        self.left = max(FREE, MAX_RATIO * packed)

    def take(self, n: int) -> None:
        self.left -= n
        if self.left < 0:
            raise Broken(f"grows to more than {MAX_RATIO} times its packed size: refused as a bomb")


def decoded(raw: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 bytes without a byte order mark; UTF-16 with a mark is translated, anything else is left as it is."""
    first = next(raw, b"")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        yield decoder.decode(first).encode("utf-8", "replace")
        for block in raw:
            yield decoder.decode(block).encode("utf-8", "replace")
        return
    if first:
        yield first.removeprefix(codecs.BOM_UTF8)
    yield from raw


def text_of(raw: bytes) -> str:
    """UTF-8, else Windows-1252, else Latin-1, which takes any bytes."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def lines(path: Path, expected: str) -> Iterator[Row | Bad]:
    """The lines of a text file that are not blank. Bad: a line over the limit or with NUL bytes, and a broken end."""
    with open_file(path, expected) as file:
        yield from split(decoded(blocks(file)))


def split(raw: Iterator[bytes]) -> Iterator[Row | Bad]:
    """Lines out of blocks; holds at most MAX_LINE and two blocks."""
    number, rest, skipping = 1, b"", False
    try:
        for block in raw:
            if skipping:
                end = block.find(b"\n")
                if end < 0:
                    continue
                block, skipping, number = block[end + 1 :], False, number + 1
            whole, newline, rest = (rest + block).rpartition(b"\n")
            if newline:
                found = whole.split(b"\n")
                yield from _texts(number, whole, found)
                number += len(found)
            if len(rest) > MAX_LINE:
                yield _too_long(number, rest)
                rest, skipping = b"", True
    except (Broken, OSError) as e:
        yield Bad(line=number, reason=f"the file ends here: {_why(e)}", raw=text_of(rest[:MAX_RAW]))
        return
    if rest:
        yield from _texts(number, rest, [rest])


def _too_long(number: int, raw: bytes) -> Bad:
    return Bad(line=number, reason=f"line longer than {MAX_LINE} bytes", raw=text_of(raw[:MAX_RAW]))


def _texts(number: int, whole: bytes, found: list[bytes]) -> Iterator[Row | Bad]:
    simple = len(whole) <= MAX_LINE and b"\0" not in whole
    texts: Iterable[str]
    try:
        texts = whole.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        texts = map(text_of, found)
    for i, text in enumerate(texts, number):
        if not simple:
            if len(found[i - number]) > MAX_LINE:
                yield _too_long(i, found[i - number])
                continue
            if "\0" in text:
                yield Bad(line=i, reason="holds NUL bytes", raw=text[:MAX_RAW])
                continue
        if text and (text := text.rstrip("\r")) and not text.isspace():
            yield i, text


def whole(raw: Iterator[bytes], most: int) -> bytes:
    """All of a document that is read at once; Broken where it is longer than `most` bytes."""
    data = bytearray()
    for block in raw:
        data += block
        if len(data) > most:
            raise Broken(f"longer than {most} bytes")
    return bytes(data)


def some(records: Iterator[Record], path: Path, expected: str) -> Iterator[Record]:
    """The records; in the end InputError if there were none, or none but bad ones."""
    bad, first = 0, ""
    for record in records:
        yield record
        if not isinstance(record, Bad):
            yield from records
            return
        bad, first = bad + 1, first or f"line {record.line}: {record.reason}"
    if bad:
        raise InputError(f"{path}: none of its {bad} rows could be read ({first}); expected {expected}")
    raise InputError(f"{path} holds no rows; expected {expected}")


def rows(found: Iterator[Row | Bad], parse: Callable[[str], Iterator[Record]], source: str = "") -> Iterator[Record]:
    """Each line through `parse`; a ValueError there makes the line a Bad row with the error as its reason."""
    for row in found:
        if isinstance(row, Bad):
            yield _from(source, row)
            continue
        try:
            yield from parse(row[1])
        except ValueError as e:
            yield Bad(line=row[0], reason=f"{source}{e}", raw=row[1][:MAX_RAW])


def _from(source: str, bad: Bad) -> Bad:
    return Bad(line=bad.line, reason=f"{source}{bad.reason}", raw=bad.raw) if source else bad
