"""Which tenants an operator may see, as the file of access keeps it.

`belongs` names the one at which an operator begins, none being the server's own, and is all that servers knew before;
`also` names further ones, `everywhere` says that it is all there are and will be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from segue.core.errors import UnknownName, UsageError


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may see; never nothing."""

    tenants: tuple[str, ...]  # the one to begin at first; "" in the file: the server's own, whatever its name
    everywhere: bool = False  # all of them; `tenants` are those that stay when that is taken away

    def named(self, own: str) -> Rights:
        """With the name of the server's own in place of none."""
        return Rights(tuple(dict.fromkeys(t or own for t in self.tenants)), self.everywhere)

    def allow(self, tenant: str) -> bool:
        return self.everywhere or tenant in self.tenants


def read_all(connection: sqlite3.Connection) -> dict[str, Rights]:
    """As they are kept, by name of the operator, in order."""
    sql = "SELECT name, coalesce(tenant, '') FROM operators LEFT JOIN belongs ON operator = name ORDER BY name"
    tenants = {name: [first] for name, first in connection.execute(sql).fetchall()}
    for name, tenant in connection.execute("SELECT operator, tenant FROM also ORDER BY rowid").fetchall():
        tenants[name].append(tenant)
    everywhere = {name for (name,) in connection.execute("SELECT operator FROM everywhere").fetchall()}
    return {name: Rights(tuple(seen), name in everywhere) for name, seen in tenants.items()}


def read_one(connection: sqlite3.Connection, name: str) -> Rights:
    """Those of one; UnknownName where nobody is called that."""
    found = read_all(connection)
    if name not in found:
        raise UnknownName("operator", name, found)
    return found[name]


def write(connection: sqlite3.Connection, name: str, rights: Rights) -> None:
    """In place of what was kept."""
    first, *others = dict.fromkeys(rights.tenants)
    for table in ("belongs", "also", "everywhere"):
        connection.execute(f"DELETE FROM {table} WHERE operator = ?", (name,))
    if first:
        connection.execute("INSERT INTO belongs VALUES (?, ?)", (name, first))
    connection.executemany("INSERT INTO also VALUES (?, ?)", [(name, tenant) for tenant in others])
    if rights.everywhere:
        connection.execute("INSERT INTO everywhere VALUES (?)", (name,))


def more(before: Rights, own: str, tenants: Sequence[str], everywhere: bool) -> Rights:
    """With tenants that may be seen, too."""
    had = before.named(own).tenants
    return Rights((*before.tenants, *(t for t in tenants if t not in had)), before.everywhere or everywhere)


def less(before: Rights, own: str, name: str, tenants: Sequence[str], everywhere: bool) -> Rights:
    """Without some; UsageError where that is not what would come of it."""
    had = before.named(own).tenants
    for tenant in tenants:
        if tenant not in had:
            raise UnknownName(f"tenant among those named for operator {name!r}:", tenant, had)
    if everywhere and not before.everywhere:
        raise UsageError(f"operator {name!r} may not see all tenants; there are: {', '.join(had)}")
    if before.everywhere and not everywhere:
        raise UsageError(f"operator {name!r} may see all tenants: that has to be taken away first (--all-tenants)")
    left = tuple(t for t in before.tenants if (t or own) not in tenants)
    if not left:
        raise UsageError(
            f"operator {name!r} would see no tenant; `segue operators grant` another first, or `segue operators remove`"
        )
    return Rights(left, before.everywhere and not everywhere)


def end_sessions(connection: sqlite3.Connection, name: str, before: Rights, after: Rights, own: str) -> None:
    """End those sessions of an operator that look at what was taken away."""
    sql = "SELECT key, coalesce(tenant, ?) FROM sessions LEFT JOIN chosen ON session = key WHERE operator = ?"
    there = connection.execute(sql, (before.tenants[0], name)).fetchall()
    gone = [(key,) for key, tenant in there if not after.named(own).allow(tenant or own)]
    connection.executemany("DELETE FROM sessions WHERE key = ?", gone)
