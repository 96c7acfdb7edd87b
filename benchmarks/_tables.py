"""Tables of the simulated world and of the real sets, cut into good data that is known and batches that come later."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl

from segue.checks.anomalies import Look
from segue.checks.schema import TableSchema, infer
from segue.checks.statistics import TableStatistics, gather
from segue.checks.statistics.tables import merged_all
from segue.jobs.demo import import_world
from segue.jobs.tables import frames
from segue.store.workspace import Workspace

DATA = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[2] / "shared/data"))
EVENTS = (("tier",), ("country",), ("kind",), ("client",), ("device",), ("shuffle", "tier"))


@dataclass(frozen=True)
class Table:
    """One table, how it is sliced, and who and when its rows are of."""

    name: str
    rows: pl.DataFrame
    slices: Sequence[Sequence[str]] = ()
    listener: str = ""
    time: str = ""
    unique: Sequence[Sequence[str]] = ()
    keys: Mapping[str, pl.Series] = field(default_factory=dict)  # "items.uri" → what may be pointed to

    def periods(self, every: str) -> list[pl.DataFrame]:
        """The rows of each day ("1d"), week ("1w") or month ("1mo"), in order."""
        period = pl.col(self.time).cast(pl.Datetime("ms")).dt.truncate(every).alias("_period")
        parts = self.rows.with_columns(period).sort("_period", maintain_order=True)
        return [p.drop("_period") for p in parts.partition_by("_period", maintain_order=True)]

    def halves(self, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Two halves by chance, of tables without times."""
        first = np.random.default_rng(seed).permutation(self.rows.height) < self.rows.height // 2
        return self.rows.filter(first), self.rows.filter(~first)

    def gathered(self, rows: pl.DataFrame) -> TableStatistics:
        return gather([rows], self.name, slices=self.slices)


@dataclass(frozen=True)
class Known:
    """What is known of a table from good data: its schema, and what it was like before."""

    table: Table
    schema: TableSchema
    before: TableStatistics
    before_rows: pl.DataFrame
    days: tuple[TableStatistics, ...] = ()
    relation: str = ""

    @classmethod
    def of(cls, table: Table, parts: Sequence[pl.DataFrame], relation: str = "") -> Self:
        """Of good data: of one part, or of one a day, which then tell how much days differ. Batches that come later
        are a "day" after them, or what is to be compared with "training"."""
        statistics = tuple(table.gathered(p) for p in parts)
        rows = pl.concat(parts)
        before = merged_all(statistics)
        others = {
            key.partition(".")[0]: gather([values.to_frame(key.partition(".")[2])], key.partition(".")[0])
            for key, values in table.keys.items()
        }
        schema = infer(statistics, name=table.name, listener=table.listener, unique=table.unique, others=others)
        days = statistics if len(parts) > 1 and relation != "training" else ()
        return cls(table, schema, before, rows, days, relation or ("day" if days else ""))

    def since(self, parts: Sequence[pl.DataFrame], statistics: Sequence[TableStatistics]) -> Self:
        """The same schema, with what was there right before a batch: (D,) days and their statistics."""
        return replace(self, before=merged_all(statistics), before_rows=pl.concat(parts), days=tuple(statistics))

    def look(self, batch: pl.DataFrame, now: int = 0) -> Look:
        """A later batch, held against what is known."""
        return Look(
            self.table.name, self.table.gathered(batch), batch.lazy(), self.schema, self.before,
            self.before_rows.lazy(), days=self.days, before_name="the days before" if self.days else "training",
            relation=self.relation, now=now, keys=self.table.keys,
        )  # fmt: skip


@cache
def world(listeners: int = 300, days: int = 40, seed: int = 0) -> Mapping[str, Table]:
    """Events and items of a simulated world, and of each play what a ranker knew before it and what came of it."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "world") as workspace:
        import_world(workspace, "default", listeners=listeners, days=days, seed=seed)
        events, items = (pl.concat(frames(workspace, "default", name)) for name in ("events", "items"))
    keys = {"items.uri": items["uri"]}
    events = events.select(c for c in events.columns if c != "seq" and events[c].null_count() < events.height)
    plays = events.filter(pl.col("type") == "play").sort("at")
    return {
        "events": Table("events", events, (("type",), *EVENTS), "listener", "at", (("id",),), keys),
        "items": Table("items", items, (("kind",),), unique=(("uri",),)),
        "examples": Table("examples", examples(plays), EVENTS, "listener", "at", (("id",),), keys),
    }


def examples(plays: pl.DataFrame) -> pl.DataFrame:
    """Plays by time, as a ranker learns from them: what was known before, and whether it was heard to the end."""
    hours = pl.col("at").dt.epoch("ms") / 3_600_000
    plays = plays.with_columns(_a_week_before(plays, "item").alias("heard"), _a_week_before(plays, "listener", "item"))
    return plays.select(
        "id", "listener", "item", "kind", "at", "tier", "country", "client", "device", "shuffle",
        popularity=(pl.col("heard") + 1).log().cast(pl.Float64),
        familiarity=pl.col("listener, item").clip(0, 20).cast(pl.Float64),
        hours_since=hours.diff().over("listener").fill_null(168.0).clip(0, 168),
        hour=pl.col("at").dt.hour().cast(pl.Int32),
        skips=(pl.col("reason_end") == "fwdbtn").cast(pl.Float64).shift(1).rolling_mean(20, min_samples=1)
        .over("listener").fill_null(0.0),
        finished=(pl.col("reason_end") == "trackdone").cast(pl.Int32),
    )  # fmt: skip


def _a_week_before(plays: pl.DataFrame, *by: str) -> pl.Series:
    """(N,) plays of the same in the seven days before each; (N, ) in the order of `plays`, which is by time."""
    rows = plays.select("at", *by, row=pl.int_range(pl.len()))
    found = rows.rolling("at", period="7d", closed="left", group_by=list(by)).agg(pl.len().alias("n"))
    order = rows.sort(*by, "at", maintain_order=True)["row"]
    return (
        pl.DataFrame({"row": order, "n": found.sort(*by, "at", maintain_order=True)["n"]})
        .sort("row")["n"]
        .alias(", ".join(by))
    )


@cache
def real() -> Mapping[str, Table]:
    """The real sets as tables. Columns that say how a period ended after it was over are left out."""
    found = [_radio(), _playlists(), _tags(), _bandit(), _books(), _shows(), _captions(), _moods(), _audiobooks()]
    return {t.name: t for t in found}


def _read(path: str, separator: str = ",", quote: str | None = '"') -> pl.DataFrame:
    return pl.read_csv(DATA / path, separator=separator, quote_char=quote, infer_schema_length=100_000)


def _radio() -> Table:
    rows = _read("triplej-radio/plays.tsv.gz", "\t", None).sort("unix_time")
    at = pl.from_epoch("unix_time").cast(pl.Datetime("ms", "UTC")).alias("at")
    rows = rows.select(at, "track", "artist", "album", pl.col("seconds").cast(pl.Int64), "program", "weekday")
    return Table("radio", rows, (("program",),), time="at")


def _playlists() -> Table:
    rows = _read("playlist-archive/playlist_tracks.tsv.gz", "\t", None)
    length = pl.col("length").str.split(":").list.reverse()
    parts = (length.list.get(i, null_on_oob=True).cast(pl.Int64).fill_null(0) * 60**i for i in range(3))
    rows = rows.select(
        "playlist_id", "playlist_title", "track_id", "track_title", pl.col("artist_names").str.split(";"),
        "album_title", pl.col("added").str.to_date(),
        seconds=pl.sum_horizontal(parts),
    ).sort("added")  # fmt: skip
    return Table("playlists", rows, listener="playlist_id", time="added")


def _tags() -> Table:
    rows = _read("hetrec-lastfm2k/user_taggedartists.dat", "\t")
    words = pl.read_csv(
        DATA / "hetrec-lastfm2k/tags.dat", separator="\t", quote_char=None, encoding="latin-1"
    )  # fmt: skip
    artists = _read("hetrec-lastfm2k/artists.dat", "\t", None).select(artist=pl.col("id").cast(pl.String))
    rows = rows.join(words, on="tagID").filter(pl.col("year").is_between(2007, 2010))
    rows = rows.select(
        pl.col("userID").cast(pl.String).alias("user"), pl.col("artistID").cast(pl.String).alias("artist"),
        pl.col("tagValue").alias("tag"), pl.date("year", "month", "day").alias("at"),
    ).sort("at")  # fmt: skip
    rows = rows.join(artists, on="artist", how="semi", maintain_order="left")
    return Table("tags", rows, listener="user", time="at", keys={"artists.artist": artists["artist"]})


def _bandit() -> Table:
    parts = []
    for policy in ("random", "bts"):
        for campaign in ("all", "men", "women"):
            features = [f"user_feature_{i}" for i in range(4)]
            columns = ["timestamp", "item_id", "position", "click", "propensity_score", *features]
            part = pl.read_csv(DATA / f"open-bandit-small/{policy}/{campaign}/{campaign}.csv.gz", columns=columns)
            parts.append(
                part.select(
                    pl.lit(policy).alias("policy"), pl.lit(campaign).alias("campaign"),
                    pl.col("timestamp").str.to_datetime(time_zone="UTC", format="%Y-%m-%d %H:%M:%S%.f%z")
                    .cast(pl.Datetime("ms", "UTC")).alias("at"),
                    "item_id", "position", "click", "propensity_score",
                    *features,
                )
            )  # fmt: skip
    return Table("bandit", pl.concat(parts).sort("at"), (("policy",), ("campaign",)), time="at")


def _books() -> Table:
    rows = _read("goodbooks-meta/books.csv").drop("image_url", "small_image_url", "isbn", "isbn13", "best_book_id")
    return Table("books", rows.with_columns(pl.col("authors").str.split(", ")), unique=(("book_id",),))


def _shows() -> Table:
    rows = _read("podcast-shows/podcasts.csv").drop("Cover_URL").unique("ID", keep="first", maintain_order=True)
    return Table("shows", rows, (("Parent_Category",),), unique=(("ID",),))


def _captions() -> Table:
    rows = _read("musiccaps/musiccaps-public.csv").rename(
        {"audioset_positive_labels": "labels", "aspect_list": "aspects"}
    )
    aspects = pl.col("aspects").str.strip_chars("[]").str.strip_chars("'").str.split("', '")
    rows = rows.with_columns(aspects, pl.col("labels").str.split(","), pl.col("author_id").cast(pl.String))
    return Table("captions", rows, (("author_id",),), unique=(("ytid",),))


def _moods() -> Table:
    lines = (DATA / "mtg-jamendo/autotagging_moodtheme.tsv").read_text().splitlines()[1:]
    split = [line.split("\t") for line in lines]
    rows = pl.DataFrame(
        {"track": [s[0] for s in split], "artist": [s[1] for s in split], "album": [s[2] for s in split],
         "duration": [float(s[4]) for s in split], "tags": [s[5:] for s in split]}
    )  # fmt: skip
    return Table("moods", rows, unique=(("track",),))


def _audiobooks() -> Table:
    known = json.loads((DATA / "audiolibri-it/index.min.json").read_text())
    rows = pl.DataFrame(
        [
            {"id": k, "title": v["title"], "channel": v["channel"], "seconds": v["duration"],
             "views": v.get("view_count"), "genre": v.get("real_genre"), "synopsis": v.get("real_synopsis"),
             "tags": v.get("tags") or [], "uploaded": v.get("upload_date")}
            for k, v in known.items()
        ],
        infer_schema_length=None,
    )  # fmt: skip
    return Table(
        "audiobooks",
        rows.with_columns(year=pl.col("uploaded").str.slice(0, 4).cast(pl.Int32, strict=False)).drop("uploaded"),
        unique=(("id",),),
    )
