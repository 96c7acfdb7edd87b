"""Rows that imports could not take, as they are kept: JSONL of `{"line", "reason", "raw"}`, a file an import.

Nobody could read these rows, so that nobody knows whose they are. What may be a listener's goes with the listener:

- an id of at least SURE characters is looked for anywhere, and its beginning where a row is cut off;
- a shorter one stands alone: no letter and no digit before or after it ("bobby" is neither in "bobbys" nor "bobby2");
- one of digits alone is no part of a number either: "2" is not in 1.2, 2.5, 12 or 2024, but in 2.0, which is 2; and in
  reasons, whose numbers are mostly counts, it is looked for in quotes only.

So "2" takes rows of others that say 2 of something else, too: better than that a trace stays of somebody who is gone.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from segue.store.columns import new_draft
from segue.store.delivery.dead_letters import SURE
from segue.store.segments import sync

_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\[^u]", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def forget(folders: Iterable[Path], listener: str) -> tuple[int, list[Path]]:
    """Take from the files of folders what may be of a listener: how many rows, and the files that held no others, which
    are removed. The caller sees to it that nobody else does so at the same time.
    """
    rows = 0
    removed: list[Path] = []
    theirs = names(listener)
    for folder in folders:
        for draft in folder.glob(".draft-*"):  # of a forgetting that was broken off
            draft.unlink()
    for file in [f for folder in folders for f in sorted(folder.glob("*")) if f.is_file()]:
        gone, left = _divided(file, theirs)
        rows += gone
        if gone and not left:
            file.unlink()
            removed.append(file)
    return rows, removed


def _divided(file: Path, theirs: Callable[[bytes], bool]) -> tuple[int, int]:
    """How many rows went and how many stayed, which are as they were, in their order; the file is whole at any time."""
    with file.open("rb") as rows:
        if not any(map(theirs, rows)):
            return 0, 0
    gone = left = 0
    draft = new_draft(file.parent)
    try:
        with file.open("rb") as rows, draft.open("wb") as kept:
            for row in rows:
                if theirs(row):
                    gone += 1
                else:
                    kept.write(row)
                    left += 1
        shutil.copymode(file, draft)
        sync(draft)
        draft.replace(file)
        sync(file.parent)
    finally:
        draft.unlink(missing_ok=True)
    return gone, left


def names(listener: str) -> Callable[[bytes], bool]:
    """Whether a line of a file may be of a listener."""
    held, number = _pattern(listener), len(listener) < SURE and listener.isdigit()
    begun = tuple(listener[:n] for n in range(SURE, len(listener)))

    def theirs(line: bytes) -> bool:
        try:
            row = msgspec.json.decode(line)
        except (ValueError, RecursionError):
            row = line.decode("utf-8", "replace")
        said = {k: str(v) for k, v in row.items() if k != "line"} if isinstance(row, dict) else {"": str(row)}
        if number and "reason" in said:
            said["reason"] = " ".join(_QUOTED.findall(said["reason"]))
        return any(held.search(text) or text.endswith(begun) for whole in said.values() for text in _readings(whole))

    return theirs


def _pattern(listener: str) -> re.Pattern[str]:
    id = re.escape(listener)
    if len(listener) >= SURE:
        return re.compile(id)
    before = r"(?<!\w)" if re.match(r"\w", listener) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", listener) else ""
    if listener.isdigit():
        before, after = before + r"(?<!\d\.)", after + r"(?!\.\d*[1-9])"
    return re.compile(before + id + after)


def _readings(text: str) -> Iterator[str]:
    """A text as it stands; with quotes that a table doubles, with what JSON and Python escape, or both, put back; and
    without the characters that no id keeps when it is taken in."""
    for one in {text, text.replace('""', '"')}:
        yield one
        if "\\" in one:
            yield _ESCAPED.sub(_meant, one)
    if not text.isprintable():
        yield "".join(filter(str.isprintable, text))


def _meant(escaped: re.Match[str]) -> str:
    said = escaped[0]
    if said[1] == "u":
        return str(json.loads(f'"{said}"'))  # several at once: two stand for one letter of a higher plane
    return _CONTROLS.get(said[1], said[1])
