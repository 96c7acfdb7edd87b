"""The catalogue and the listeners of a tenant as whole tables, for whoever looks at the facts themselves."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from segue.core.types import Kind
from segue.store.database import Database

NAMES = pa.schema([("number", pa.int32()), ("kind", pa.string()), ("namespace", pa.string()), ("id", pa.string())])
FACTS = pa.schema(
    [
        *NAMES,
        ("title", pa.string()),
        ("description", pa.string()),
        ("album", pa.int32()),
        ("duration_ms", pa.int64()),
        ("released", pa.int64()),  # UTC ms
        ("explicit", pa.bool_()),
        ("language", pa.string()),
        ("countries", pa.string()),  # separated by commas; "": everywhere
        ("available_from", pa.int64()),  # UTC ms
    ]
)
"""Of an item; 0 and "" stand for nothing known."""


def listeners(database: Database, tenant: str) -> pa.Table:
    """(U,) number, id."""
    schema = pa.schema([("number", pa.int32()), ("id", pa.string())])
    return _read(database, "SELECT number, id FROM listeners WHERE tenant = ? ORDER BY number", tenant, schema)


def names(database: Database, tenant: str) -> pa.Table:
    """(N,) the columns NAMES of every item, merged ones too."""
    return _items(database, tenant, NAMES)


def facts(database: Database, tenant: str) -> pa.Table:
    """(N,) the columns FACTS of every item, merged ones too."""
    return _items(database, tenant, FACTS)


def words(database: Database, tenant: str) -> pa.Table:
    """(T,) item, tag, genre: what an item is called besides its title, and whether a source calls that a genre."""
    schema = pa.schema([("item", pa.int32()), ("tag", pa.string()), ("genre", pa.bool_())])
    sql = "SELECT item, tag, genre FROM tags JOIN items ON items.number = item WHERE tenant = ? ORDER BY item, tag"
    return _read(database, sql, tenant, schema)


def credits(database: Database, tenant: str) -> pa.Table:
    """(C,) item, artist: credited artists, authors and hosts, the main one of each item first."""
    schema = pa.schema([("item", pa.int32()), ("artist", pa.int32())])
    sql = "SELECT item, artist FROM credits JOIN items ON items.number = item WHERE tenant = ? ORDER BY item, position"
    return _read(database, sql, tenant, schema)


def _items(database: Database, tenant: str, schema: pa.Schema) -> pa.Table:
    sql = f"SELECT {', '.join(schema.names)} FROM items WHERE tenant = ? ORDER BY number"
    kept = schema.set(schema.get_field_index("kind"), pa.field("kind", pa.int8()))
    table = _read(database, sql, tenant, kept)
    labels = pa.array([None, *(k.label for k in Kind)])
    return table.set_column(1, "kind", labels.take(table["kind"].combine_chunks()))


def _read(database: Database, sql: str, tenant: str, schema: pa.Schema) -> pa.Table:
    with database.asking() as connection:
        rows = connection.execute(sql, (database.tenant(tenant),)).fetchall()
    columns: Sequence[Sequence[object]] = list(zip(*rows)) if rows else [()] * len(schema)
    arrays = [
        pa.array(values, pa.int64()).cast(f.type) if pa.types.is_boolean(f.type) else pa.array(values, f.type)
        for f, values in zip(schema, columns)
    ]
    return pa.table(arrays, schema=schema)
