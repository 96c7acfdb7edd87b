"""What goes wrong with data: faults as they happen, each put into a good batch.

Written before any of them was looked for: what is in the list comes from what breaks, not from what the checks can do.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from _breaking import (
    Inject,
    again,
    bots,
    changed,
    dropped,
    italian,
    leaked,
    lost,
    mojibake,
    outside_hours,
    put,
    renamed,
    shuffled,
    some,
    stale,
    swapped,
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault in one batch."""

    scene: str  # which batch, see faults.SCENES
    kind: str
    what: str
    inject: Inject
    at: tuple[str, ...] = ()  # columns one of which has to be named; none: the table


col, lit, when = pl.col, pl.lit, pl.when
FREE, PREMIUM, PLAY = col("tier") == "free", col("tier") == "premium", col("type") == "play"
IOS, ANDROID = col("client").str.starts_with("ios"), col("client").str.starts_with("android")

FAULTS: tuple[Fault, ...] = (
    # columns that come, go and change
    Fault("events", "missing-column", "tier is gone", dropped("tier"), ("tier",)),
    Fault("radio", "missing-column", "seconds is gone", dropped("seconds"), ("seconds",)),
    Fault("books", "missing-column", "authors is called author", renamed("authors", "author"), ("authors", "author")),
    Fault("serving", "missing-column", "serving does not log skips", dropped("skips"), ("skips",)),
    Fault("events", "new-column", "an experiment's arm is logged",
          changed(lit("b").alias("arm")), ("arm",)),
    Fault("shows", "new-column", "an index came along as a column",
          changed(pl.int_range(pl.len()).alias("index")), ("index",)),
    Fault("events", "type-change", "ms_played as text", changed(col("ms_played").cast(pl.String)), ("ms_played",)),
    Fault("bandit", "type-change", "click as true and false", changed(col("click").cast(pl.Boolean)), ("click",)),
    Fault("books", "type-change", "years as text: 2008.0",
          changed(col("original_publication_year").cast(pl.String)), ("original_publication_year",)),
    Fault("events", "type-change", "at as ISO text", changed(col("at").dt.to_string("iso")), ("at",)),
    Fault("moods", "type-change", "tags joined to one text", changed(col("tags").list.join(",")), ("tags",)),
    # values that cannot be
    Fault("events", "out-of-domain", "3 % of devices are 'unknown'", put("device", lit("unknown"), 0.03), ("device",)),
    Fault("events", "out-of-domain", "iOS writes countries in lower case",
          put("country", col("country").str.to_lowercase(), where=IOS), ("country",)),
    Fault("events", "out-of-domain", "1 % of tiers with a blank: 'premium '",
          put("tier", col("tier") + " ", 0.01), ("tier",)),
    Fault("books", "out-of-domain", "language codes with underscore: en_US",
          changed(col("language_code").str.replace("-", "_")), ("language_code",)),
    Fault("radio", "out-of-domain", "programs with HTML entities",
          changed(col("program").str.replace_all("'", "&#39;", literal=True)), ("program",)),
    Fault("bandit", "out-of-domain", "positions from 0 instead of 1", changed(col("position") - 1), ("position",)),
    Fault("events", "out-of-range", "1 % of ms_played is negative",
          put("ms_played", -col("ms_played"), 0.01), ("ms_played",)),
    Fault("events", "out-of-range", "0.5 % of ms_played is the largest integer",
          put("ms_played", lit(2**31 - 1), 0.005), ("ms_played",)),
    Fault("bandit", "out-of-range", "2 % of propensities above 1",
          put("propensity_score", 1 / col("propensity_score"), 0.02), ("propensity_score",)),
    Fault("items", "out-of-range", "2 % released in 2999",
          put("released", pl.datetime(2999, 1, 1, time_zone="UTC"), 0.02), ("released",)),
    Fault("moods", "out-of-range", "1 % of durations -1", put("duration", lit(-1.0), 0.01), ("duration",)),
    Fault("books", "out-of-range", "3 % of ratings 55 instead of 5.5 at most",
          put("average_rating", col("average_rating") * 10, 0.03), ("average_rating",)),
    # units
    Fault("events", "unit-change", "ms_played in seconds", changed(col("ms_played") // 1000), ("ms_played",)),
    Fault("events", "unit-change", "Android sends seconds",
          put("ms_played", col("ms_played") // 1000, where=ANDROID), ("ms_played",)),
    Fault("radio", "unit-change", "seconds in ms", changed(col("seconds") * 1000), ("seconds",)),
    Fault("moods", "unit-change", "durations in minutes", changed(col("duration") / 60), ("duration",)),
    Fault("items", "unit-change", "duration_ms in seconds", changed(col("duration_ms") // 1000), ("duration_ms",)),
    Fault("serving", "unit-change", "serving knows hours_since in minutes",
          changed(col("hours_since") * 60), ("hours_since",)),
    Fault("audiobooks", "unit-change", "seconds in minutes", changed(col("seconds") / 60), ("seconds",)),
    # values that say nothing
    Fault("events", "constant", "every device is 'phone'",
          put("device", lit("phone"), where=col("device").is_not_null()), ("device",)),
    Fault("events", "constant", "every play lasted 30 s", put("ms_played", lit(30_000), where=PLAY), ("ms_played",)),
    Fault("bandit", "constant", "every position is 1", changed(lit(1, pl.Int64).alias("position")), ("position",)),
    Fault("serving", "constant", "serving's popularity is always 0",
          changed(lit(0.0).alias("popularity")), ("popularity",)),
    Fault("events", "default-values", "a quarter of the plays lasted 0 ms",
          put("ms_played", lit(0), 0.25, PLAY), ("ms_played",)),
    Fault("events", "default-values", "a third of the countries fell back to US",
          put("country", lit("US"), 0.33, col("country").is_not_null()), ("country",)),
    Fault("serving", "default-values", "40 % of familiarity is -1",
          put("familiarity", lit(-1.0), 0.4), ("familiarity",)),
    Fault("books", "default-values", "8 % of the years are 0",
          put("original_publication_year", lit(0.0), 0.08), ("original_publication_year",)),
    # values that are not there
    Fault("events", "missing-values", "country is empty in 15 %", put("country", lit(None), 0.15), ("country",)),
    Fault("events", "missing-values", "plays of iOS have no device", put("device", lit(None), where=IOS), ("device",)),
    Fault("events", "missing-values", "1 % have no item", put("item", lit(None), 0.01), ("item",)),
    Fault("radio", "missing-values", "half of the artists are missing", put("artist", lit(None), 0.5), ("artist",)),
    Fault("captions", "missing-values", "a tenth of the captions is empty text",
          put("caption", lit(""), 0.1), ("caption",)),
    Fault("books", "missing-values", "5 % of the authors are null", put("authors", lit(None), 0.05), ("authors",)),
    Fault("bandit", "not-finite", "0.5 % of propensities are NaN", put("propensity_score", lit(float("nan")), 0.005),
          ("propensity_score",)),
    Fault("serving", "not-finite", "log of zero: 3 % of popularity is -∞",
          put("popularity", lit(-float("inf")), 0.03), ("popularity",)),
    # rows that come twice
    Fault("events", "duplicates", "2 % of the events come twice", again(0.02)),
    Fault("books", "duplicates", "1 % of the books come twice", again(0.01)),
    Fault("items", "duplicates", "50 items come twice, with other titles",
          again(0.004, col("title").str.to_uppercase()), ),
    Fault("radio", "duplicates", "a tenth of the plays comes twice", again(0.1)),
    Fault("events", "doubled-day", "the whole day comes twice, with new ids", again(1.0, col("id") + "x")),
    Fault("radio", "doubled-day", "the whole week comes twice", again(1.0)),
    Fault("tags", "doubled-day", "the month comes twice", again(1.0)),
    # ids
    Fault("events", "unjoinable", "5 % of the items are not in the catalogue",
          put("item", col("item") + "x", 0.05), ("item",)),
    Fault("events", "unjoinable", "iOS sends items without their namespace",
          put("item", col("item").str.replace(":world:", ":"), where=IOS), ("item",)),
    Fault("tags", "unjoinable", "artists numbered anew: 30,000 more",
          changed((col("artist").cast(pl.Int64) + 30_000).cast(pl.String).alias("artist")), ("artist",)),
    Fault("evaluation", "unjoinable", "a fifth of the items is of another catalogue",
          put("item", col("item").str.replace("world", "old"), 0.2), ("item",)),
    # time
    Fault("events", "clock-skew", "2 % lie a year ahead", put("at", col("at").dt.offset_by("1y"), 0.02), ("at",)),
    Fault("events", "clock-skew", "3 % are of 1970",
          put("at", pl.datetime(1970, 1, 1, 0, 5, time_zone="UTC"), 0.03), ("at",)),
    Fault("events", "clock-skew", "one client's clock is 20 days behind",
          put("at", col("at").dt.offset_by("-20d"), where=col("client").str.starts_with("tv")), ("at",)),
    Fault("radio", "clock-skew", "1 % lie three months ahead", put("at", col("at").dt.offset_by("3mo"), 0.01), ("at",)),
    Fault("events", "time-zone", "local time of Tokyo as UTC", changed(col("at").dt.offset_by("9h")), ("at",)),
    Fault("radio", "time-zone", "Melbourne's clock as UTC", changed(col("at").dt.offset_by("10h")), ("at",)),
    Fault("bandit", "time-zone", "ten hours early", changed(col("at").dt.offset_by("-10h")), ("at",)),
    Fault("serving", "skew", "serving's hour is local, training's UTC",
          changed((col("hour") + 7) % 24), ("hour",)),
    Fault("events", "truncated-day", "the day ends at 14:00", outside_hours(14, 24)),
    Fault("events", "truncated-day", "the day ends at 20:30", outside_hours(20.5, 24)),
    Fault("bandit", "truncated-day", "the day begins at 06:00", outside_hours(0, 6)),
    Fault("events", "gap", "no events from 9 to 13", outside_hours(9, 13)),
    Fault("radio", "gap", "no plays on two of seven days", lambda rows, rng, _: rows.filter(
        ~col("at").dt.weekday().is_in([3, 4]))),
    Fault("events", "stale", "yesterday's file once more", stale),
    Fault("radio", "stale", "last week's file once more", stale),
    # slices
    Fault("events", "slice-vanished", "no premium", lost(1, PREMIUM), ("tier",)),
    Fault("evaluation", "slice-vanished", "no free shuffle in evaluation", lost(1, FREE & col("shuffle")),
          ("tier", "shuffle")),
    Fault("events", "slice-vanished", "no iOS", lost(1, IOS), ("client",)),
    Fault("bandit", "slice-vanished", "the men's campaign is gone", lost(1, col("campaign") == "men"), ("campaign",)),
    Fault("shows", "slice-vanished", "a category of shows is gone",
          lost(1, col("Parent_Category") == "News & Politics"), ("Parent_Category", "Category")),
    Fault("events", "slice-shrank", "70 % of premium lost", lost(0.7, PREMIUM), ("tier",)),
    Fault("events", "slice-shrank", "85 % of TV lost", lost(0.85, col("device") == "tv"), ("device", "client")),
    Fault("bandit", "slice-shrank", "60 % of one policy's rows lost", lost(0.6, col("policy") == "bts"), ("policy",)),
    Fault("evaluation", "slice-shrank", "nine of ten of free's shuffled plays lost",
          lost(0.9, FREE & col("shuffle")), ("tier", "shuffle")),
    # people who are none
    Fault("events", "bots", "one listener plays 900 times, every 31 s", bots(1, 900, 31, 1), ()),
    Fault("events", "bots", "eight listeners play 250 times each, every 35 s, of 5 tracks", bots(8, 250, 35, 5), ()),
    Fault("events", "bots", "one listener plays 2,000 times, every 40 s, of 300 tracks", bots(1, 2000, 40, 300), ()),
    # training and what it is judged by
    Fault("evaluation", "leakage", "a tenth of evaluation is in training", leaked(0.1)),
    Fault("evaluation", "leakage", "2 % of evaluation is in training", leaked(0.02)),
    Fault("captions", "leakage", "a fifth of the captions is in training", leaked(0.2)),
    Fault("serving", "leakage", "skips knows what came of the play itself",
          changed((1.0 - col("finished")).alias("skips")), ("skips", "finished")),
    # text
    Fault("items", "broken-text", "titles read as Latin-1", mojibake("title"), ("title",)),
    Fault("shows", "broken-text", "descriptions read as Latin-1", mojibake("Description"), ("Description",)),
    Fault("shows", "broken-text", "descriptions cut at 40 characters", changed(col("Description").str.slice(0, 40)),
          ("Description",)),
    Fault("audiobooks", "broken-text", "synopses as HTML", changed(synopsis=lit('<div class="text">')
          + col("synopsis").str.replace_all(" ", "&nbsp;") + lit("</div>")), ("synopsis",)),
    Fault("shows", "language-change", "half of the descriptions are Italian", lambda rows, rng, _: rows.with_columns(
        when(some(rows, rng, 0.5)).then(pl.Series(italian(rows.height))).otherwise(col("Description"))
        .alias("Description")), ("Description",)),
    Fault("captions", "language-change", "captions came back in German", changed(
          caption=lit("Dies ist eine Aufnahme, die wir nicht weiter beschreiben können: ") + col("ytid")),
          ("caption",)),
    # columns that stand for each other
    Fault("radio", "swapped-columns", "artist and album are swapped", swapped("artist", "album"), ("artist", "album")),
    Fault("serving", "swapped-columns", "popularity and familiarity are swapped",
          swapped("popularity", "familiarity"), ("popularity", "familiarity")),
    Fault("events", "swapped-columns", "listener and id are swapped", swapped("listener", "id"), ("listener", "id")),
    Fault("radio", "misaligned", "seconds stand in other rows", shuffled("seconds"), ("seconds",)),
    Fault("books", "misaligned", "ratings stand at other books", shuffled("ratings_count"), ("ratings_count",)),
    # what changed, slowly or at once
    Fault("events", "drift", "a quarter of the phones are cars now",
          put("device", lit("car"), 0.25, col("device") == "phone"), ("device",)),
    Fault("events", "drift", "everybody listens 40 % less of each play",
          changed((col("ms_played") * 0.6).cast(pl.Int32)), ("ms_played",)),
    Fault("events", "drift", "shuffle is on for two thirds of the others",
          put("shuffle", lit(True), 0.66, PLAY), ("shuffle",)),
    Fault("bandit", "drift", "one of three positions gets half of the clicks' rows",
          put("position", lit(1), 0.35), ("position",)),
    Fault("captions", "drift", "half of the aspects are left out",
          changed(col("aspects").list.head((col("aspects").list.len() // 2).cast(pl.UInt32))), ("aspects",)),
    Fault("tags", "drift", "an eighth of the tags says 'seen live'", put("tag", lit("seen live"), 0.125), ("tag",)),
    Fault("serving", "skew", "serving's popularity is a day old and counts half",
          changed(((col("popularity").exp() / 4).clip(1).log()).alias("popularity")), ("popularity",)),
    Fault("serving", "skew", "serving forgets familiarity of half of the cards",
          put("familiarity", lit(0.0), 0.5), ("familiarity",)),
    Fault("evaluation", "skew", "evaluation has twice as many finished plays",
          lost(0.65, col("finished") == 0), ("finished",)),
    Fault("serving", "skew", "hours_since is cut at a day", changed(col("hours_since").clip(0, 24)), ("hours_since",)),
    # nothing at all
    Fault("events", "empty", "an empty file", lambda rows, rng, _: rows.head(0)),
    Fault("books", "empty", "only a header and one row", lambda rows, rng, _: rows.head(1)),
)  # fmt: skip
