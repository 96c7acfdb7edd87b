"""The catalogue and the listeners as people read them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.jobs.tables.events import frame_of, uris
from segue.store import listing
from segue.store.workspace import Workspace


def read_items(workspace: Workspace, tenant: str) -> Iterator[pl.DataFrame]:
    """Every item; what is not known is null."""
    database = workspace.database
    facts = frame_of(listing.facts(database, tenant))
    if facts.is_empty():
        return
    facts = facts.with_columns(uris(facts).alias("uri"))
    names = facts.select("number", "uri")
    credits = frame_of(listing.credits(database, tenant)).join(names, left_on="artist", right_on="number")
    artists = credits.group_by("item", maintain_order=True).agg(pl.col("uri").alias("artists"))
    words = frame_of(listing.words(database, tenant))
    tags = words.group_by("item", maintain_order=True).agg(
        pl.col("tag").filter(~pl.col("genre")).alias("tags"), pl.col("tag").filter(pl.col("genre")).alias("genres")
    )
    texts = [pl.col(c).replace("", None) for c in ("title", "description", "language")]
    times = [_known(c).cast(pl.Datetime("ms", "UTC")) for c in ("released", "available_from")]
    countries = pl.when(pl.col("countries") != "").then(pl.col("countries").str.split(","))
    found = (
        facts.join(artists, left_on="number", right_on="item", how="left", maintain_order="left")
        .join(tags, left_on="number", right_on="item", how="left", maintain_order="left")
        .join(names.rename({"uri": "_album"}), left_on="album", right_on="number", how="left", maintain_order="left")
        .with_columns(*texts, *times, _known("duration_ms"), countries, artist=pl.col("artists").list.first())
    )
    yield found.select(
        "uri", "kind", pl.col("namespace").alias("source"), "title", "artist", "artists",
        pl.col("_album").alias("album"), "genres", "tags", "duration_ms", "released", "available_from", "explicit",
        "language", "countries", "description",
    )  # fmt: skip


def read_listeners(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """Everybody, with how many events they have, from when to when, and the last country they were heard from."""
    log = frame_of(workspace.log.read(tenant, since, until, columns=["listener", "at", "country"]))
    of = log.group_by("listener").agg(
        pl.len().alias("events"),
        pl.col("at").min().cast(pl.Datetime("ms", "UTC")).alias("first"),
        pl.col("at").max().cast(pl.Datetime("ms", "UTC")).alias("last"),
        pl.col("country").drop_nulls().last(),
    )
    names = frame_of(listing.listeners(workspace.database, tenant))
    found = names.join(of, left_on="number", right_on="listener", how="left", maintain_order="left")
    yield found.select(pl.col("id").alias("listener"), pl.col("events").fill_null(0), "first", "last", "country")


def _known(name: str) -> pl.Expr:
    """Null for 0."""
    return pl.when(pl.col(name) != 0).then(pl.col(name))
