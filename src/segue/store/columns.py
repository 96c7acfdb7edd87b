"""A folder of columns: NumPy files and Arrow text files, written once, mapped when read."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.store.segments import sync

Column: TypeAlias = Any
"""A NumPy array, or an Arrow array of text (pyarrow has no types)."""


def address(columns: Mapping[str, Column], facts: Mapping[str, object]) -> str:
    """16 hex digits that change when any name, type, shape, value or fact does."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(columns):
        column = columns[name]
        if isinstance(column, np.ndarray):
            digest.update(f"\0{name}\0{column.dtype.str}\0{column.shape}\0".encode())
            digest.update(np.ascontiguousarray(column).view(np.uint8).data if column.size else b"")
        else:
            digest.update(f"\0{name}\0text\0{len(column)}\0".encode())
            digest.update(_text_bytes(column))
    return digest.hexdigest()[:16]


def _text_bytes(column: pa.Array) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("text", pa.string())])) as stream:
        stream.write_batch(pa.record_batch([column], names=["text"]))
    raw: bytes = sink.getvalue().to_pybytes()
    return raw


def write(folder: Path, columns: Mapping[str, Column], files: Mapping[str, str]) -> None:
    """All of it durably at once: a crash leaves either nothing at `folder` or the whole."""
    sweep(folder.parent, older_than=3_600)
    draft = new_draft(folder.parent)
    draft.mkdir(parents=True)
    try:
        for name, column in columns.items():
            path = draft / f"{name}.npy" if isinstance(column, np.ndarray) else draft / f"{name}.arrow"
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(column, np.ndarray):
                np.save(path, column, allow_pickle=False)
            else:
                with pa.ipc.new_file(path, pa.schema([("text", pa.string())])) as file:
                    file.write_batch(pa.record_batch([column], names=["text"]))
        for name, text in files.items():
            (draft / name).write_text(text)
        for path in draft.rglob("*"):
            sync(path)
        sync(draft)
        try:
            draft.rename(folder)
        except OSError:
            if not folder.is_dir():  # otherwise another process wrote the same content
                raise
        sync(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def new_draft(parent: Path) -> Path:
    """Where to write what is then renamed into its place; the caller makes it."""
    return parent / f".draft-{uuid4().hex[:12]}"


def sweep(parent: Path, older_than: float = 0) -> None:
    """Remove drafts that a crash left, last touched so many seconds ago."""
    for draft in parent.glob(".draft-*"):
        if draft.stat().st_mtime <= time.time() - older_than:
            shutil.rmtree(draft, ignore_errors=True)


def mapped(path: Path) -> NDArray[Any]:
    """An array, read-only, read when touched."""
    return np.asarray(np.load(path.with_suffix(".npy"), mmap_mode="r", allow_pickle=False))


def mapped_text(path: Path) -> pa.Array:
    """A text column, mapped."""
    with pa.memory_map(str(path.with_suffix(".arrow"))) as source, pa.ipc.open_file(source) as file:
        return file.get_batch(0).column(0)
