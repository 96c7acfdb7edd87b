"""The files of a folder, a zip, or one file alone, as streams. Nothing is written, so no name can lead anywhere.

A zip is read by its directory; one that was cut off has none, and is read from its start as far as it goes.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from segue.core.errors import InputError
from segue.core.events import Bad
from segue.importers._reading import BLOCK, Broken, Budget, blocks, open_file

MAX_DIRECTORY = 1 << 23  # bytes of the directory of a zip: about 100,000 files
MAX_FILES = 1_000_000  # looked at below a folder

Member = tuple[str, Iterator[bytes]]  # name with slashes, its bytes: use it before the next
Wanted = Callable[[str], bool]


def members(path: Path, wanted: Wanted, expected: str) -> Iterator[Member | Bad]:
    """What is wanted of a folder or zip, by name; a single file is its own member whatever its name.

    A zip's member that is encrypted, or whose name climbs, is Bad. Errors inside a member come as Broken from it.
    """
    if path.is_dir():
        for file in walk(path):
            name = file.relative_to(path).as_posix()
            if not wanted(name):
                continue
            try:
                stream = open_file(file, expected)
            except InputError as e:
                yield Bad(line=0, reason=str(e)[:400], raw=name[:500])
                continue
            with stream:
                yield name, blocks(stream)
        return
    with open_file(path, expected) as stream:
        if stream.read(4) == b"PK\x03\x04":
            yield from _zipped(path, stream, wanted)
        else:
            stream.seek(0)
            yield path.name, blocks(stream)


def walk(folder: Path) -> Iterator[Path]:
    """Regular files below a folder, in order of name; links are not followed."""
    seen = 0
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            seen += 1
            if seen > MAX_FILES:
                raise InputError(f"{folder} holds more than {MAX_FILES} files")
            file = Path(here, name)
            if file.is_file() and not file.is_symlink():
                yield file


def suffix(name: str) -> str:
    """What a file is by its name, packed or not: `.m3u` of `a.M3U.gz`."""
    return PurePosixPath(name.lower().removesuffix(".gz").removesuffix(".zst")).suffix


def climbs(name: str) -> bool:
    """A name that leads out of the archive."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0]


def _zipped(path: Path, stream: BinaryIO, wanted: Wanted) -> Iterator[Member | Bad]:
    size = stream.seek(0, io.SEEK_END)
    budget = Budget(size)
    if _directory_size(stream, size) > MAX_DIRECTORY:
        raise InputError(f"{path} lists more files than a zip of this kind can hold")
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as e:
        yield from _salvaged(stream, wanted, budget)
        yield Bad(line=0, reason=f"the zip has no directory; read as far as it goes: {e}")
        return
    with archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir() or not wanted(info.filename.replace("\\", "/")):
                continue
            if (bad := _refused(info.filename, encrypted=bool(info.flag_bits & 1))) is not None:
                yield bad
            else:
                yield info.filename, _member(archive, info, budget)


def _refused(name: str, encrypted: bool) -> Bad | None:
    if climbs(name):
        return Bad(line=0, reason="the name leads out of the zip: refused", raw=name[:500])
    return Bad(line=0, reason="encrypted", raw=name[:500]) if encrypted else None


def _directory_size(stream: BinaryIO, size: int) -> int:
    """Bytes of the directory as the end of the zip says; 0 where there is no end."""
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return 0
    (found,) = struct.unpack_from("<I", tail, end + 12)
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if found == 0xFFFFFFFF and wide >= 0:
        (found,) = struct.unpack_from("<Q", tail, wide + 40)
    return int(found)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    try:
        with archive.open(info) as opened:
            file = cast(zipfile.ZipExtFile, opened)
            while block := file.read1(BLOCK):
                budget.take(len(block))
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as e:
        raise Broken(f"damaged in the zip: {e}") from None


def _salvaged(stream: BinaryIO, wanted: Wanted, budget: Budget) -> Iterator[Member | Bad]:
    """Members by their local headers, one after the other, up to where that no longer works."""
    place = 0
    while True:
        stream.seek(place)
        head = stream.read(30)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            return
        flags, method = struct.unpack_from("<HH", head, 6)
        packed, _, n_name, n_extra = struct.unpack_from("<IIHH", head, 18)
        name = stream.read(n_name).decode("utf-8" if flags & 0x800 else "cp437", "replace")
        stream.seek(n_extra, io.SEEK_CUR)
        body = _Body(stream, method, packed if not flags & 8 else None, budget)
        if (bad := _refused(name, encrypted=bool(flags & 1))) is not None:
            yield bad
            if not packed:
                return
        elif not name.endswith("/") and wanted(name.replace("\\", "/")):
            yield name, body.read()
        try:
            place = body.end()
        except Broken:
            return


class _Body:
    """The packed bytes of a member whose size may not be known before it has been read."""

    def __init__(self, stream: BinaryIO, method: int, packed: int | None, budget: Budget) -> None:
        self.stream, self.method, self.packed, self.budget = stream, method, packed, budget
        self.start = stream.tell()
        self.used = 0
        self.done = False

    def read(self) -> Iterator[bytes]:
        if self.method not in (0, 8) or (self.method == 0 and self.packed is None):
            raise Broken("packed in a way that cannot be followed without the zip's directory")
        self.stream.seek(self.start)
        unpack = zlib.decompressobj(-15) if self.method == 8 else None
        while not self.done:
            want = BLOCK if self.packed is None else min(BLOCK, self.packed - self.used)
            block = self.stream.read(want) if want else b""
            if not block and (unpack is not None or self.used < (self.packed or 0)):
                raise Broken("the zip ends inside this file")
            self.used += len(block)
            if unpack is None:
                self.done = self.used == self.packed
                out = block
                self.budget.take(len(out))
                yield out
                continue
            while block:
                try:
                    out = unpack.decompress(block, BLOCK)
                except zlib.error as e:
                    raise Broken(f"damaged in the zip: {e}") from None
                self.budget.take(len(out))
                yield out
                block = unpack.unconsumed_tail
            if unpack.eof:
                self.used -= len(unpack.unused_data)
                self.done = True

    def end(self) -> int:
        """Where the next local header should stand."""
        if self.packed is not None:
            return self.start + self.packed
        if not self.done:
            for _ in self.read():
                pass
        self.stream.seek(self.start + self.used)
        after = self.stream.read(24)  # a data descriptor of 12 or 16 bytes, or of 20 or 24 in a large zip
        return self.start + self.used + max(0, after.find(b"PK\x03\x04"))
