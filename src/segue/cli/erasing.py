"""A listener is forgotten, and the receipt of it is checked."""

from __future__ import annotations

from pathlib import Path

import msgspec

from segue.cli.workplace import console, open_workspace, out
from segue.core.errors import InputError
from segue.store.receipts import Receipt, erase, verify


def forget(listener: str, to: Path | None) -> None:
    """Forget, say what was done, and write the receipt where one is asked for."""
    from segue.web.auth import Keys

    with open_workspace() as (workspace, tenant):
        done = erase(workspace, tenant, listener, Keys(workspace.path, tenant).revoke_of(listener, tenant))
    removed = ", ".join(f"{s.removed:,} of the {s.store}" for s in done.stores if s.removed)
    console.print(f"the listener is gone: {removed or 'nothing was left of them'}")
    if done.left:
        console.print(f"[yellow]still naming them, for you to look at:[/] {', '.join(done.left)}")
    if done.retrain:
        made = ", ".join(done.retrain)
        console.print(f"made from their listening too, so to be made anew with `segue train`: {made}")
    if to is not None:
        to.write_bytes(msgspec.json.format(msgspec.json.encode(done)) + b"\n")
        console.print(f"receipt {done.id} is in {to}", markup=False)


def stands(file: Path, listener: str) -> bool:
    """Whether a receipt is this workspace's own, and about a listener where one is named; says so."""
    try:
        receipt = msgspec.json.decode(file.read_bytes(), type=Receipt)
    except (OSError, msgspec.DecodeError) as e:
        raise InputError(f"{file} is no receipt: {e}") from None
    with open_workspace() as (workspace, _):
        found = verify(workspace.path, receipt, listener)
    out.print("signed by this workspace, as it stands" if found.valid else "NOT signed by this workspace as it stands")
    if found.same_listener is not None:
        out.print("about that listener" if found.same_listener else "NOT about that listener")
    return found.valid and found.same_listener is not False
