"""A step is a function with a fingerprint; a step whose output stands is not run again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from segue.runs.files import sweep, whole_folder
from segue.runs.ledger import Ledger
from segue.runs.source import code_digest

FINGERPRINT = 16  # hex digits kept


def plain(value: Any) -> Any:
    """Parameters as JSON says them; a dataclass carries its class so that two recipes never look alike."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"class": f"{type(value).__module__}.{type(value).__qualname__}", **plain(asdict(value))}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def fingerprint(name: str, inputs: Sequence[str], params: Any, seed: int, code: str) -> str:
    """What a step's output depends on: its name, inputs' ids, resolved parameters, seed and the source of its code."""
    text = json.dumps([name, list(inputs), plain(params), seed, code], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT]


def run_step(
    root: Path,
    name: str,
    work: Callable[[Path], None],
    *,
    inputs: Sequence[str],
    params: Any,
    seed: int,
    code: Sequence[Callable[..., Any] | type],
) -> tuple[Path, bool]:
    """(folder with the output, whether it was made now). Written whole or not at all; noted in the ledger.

    `code` names the functions and classes that do the work: their modules, and all segue modules those import,
    are part of the fingerprint.
    """
    root.mkdir(parents=True, exist_ok=True)
    digest = code_digest(code)
    mark = fingerprint(name, inputs, params, seed, digest)
    done = root / f"{name}-{mark}"
    with contextlib.suppress(FileNotFoundError):
        os.utime(done)  # it is still of use: see `segue.jobs.tidy`
        return done, False
    sweep(root)
    started = time.time()
    with Ledger(root) as ledger:
        run = ledger.begin(name, mark, inputs=inputs, params=plain(params), seed=seed, code=digest)
        try:
            with whole_folder(done) as draft:
                work(draft)
        except BaseException as e:
            ledger.end(run, "failed", time.time() - started, error=f"{type(e).__name__}: {e}")
            raise
        ledger.end(run, "done", time.time() - started)
    return done, True
