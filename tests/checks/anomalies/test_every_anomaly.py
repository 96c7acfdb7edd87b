"""Every anomaly: a fault that it finds and names, in plain words, with rows and a fix; and good days, of which it says
nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import polars as pl
import pytest
from tests.checks.anomalies.plays import DAY, DAYS, START, day, history, look, schema

from segue.checks.anomalies import ANOMALIES, Look, find_anomalies
from segue.checks.anomalies._causes import CAUSES

Frame = pl.DataFrame


def _some(share: float, seed: int = 1) -> pl.Expr:
    """About this share of the rows."""
    return (pl.int_range(pl.len()) * 2654435761 + seed) % 1000 < share * 1000


def _where(share: float, column: str, value: pl.Expr) -> Callable[[Frame], Frame]:
    return lambda f: f.with_columns(pl.when(_some(share)).then(value).otherwise(pl.col(column)).alias(column))


def _at(f: Frame) -> pl.Expr:
    return pl.col("at").dt.epoch("ms")


def _bot(f: Frame) -> Frame:
    one = f.head(1)
    more = pl.concat([one] * 200).with_columns(
        pl.lit("user-bot").alias("listener"),
        pl.format("b{}", pl.int_range(200)).alias("id"),
        (pl.lit(START + (DAYS - 1) * DAY) + pl.int_range(200) * 60_000).cast(pl.Datetime("ms", "UTC")).alias("at"),
        (pl.lit(START + (DAYS - 1) * DAY) + pl.int_range(200) * 61_000).cast(pl.Datetime("ms", "UTC")).alias("ended"),
    )
    return pl.concat([f, more]).sort("at")


@dataclass(frozen=True)
class Case:
    kind: str
    place: str  # column or slice that has to be named
    fault: Callable[[Frame], Frame]
    module: str
    more: dict[str, object] = field(default_factory=dict)
    relation: str = "day"
    examples: bool = False


NULL = pl.lit(None)
SHIFT = 3 * 3_600_000
MOJIBAKE = pl.col("title").str.replace("Night", "NÃ¤ght").str.replace("River", "RÃ¶ver").str.replace("Echo", "EchÃ¶")
HOUR = pl.col("at").dt.hour()

CASES = [
    Case("missing-column", "tier", lambda f: f.drop("tier"), "missing-column"),
    Case("new-column", "mood", lambda f: f.with_columns(mood=pl.lit("calm")), "new-column"),
    Case("type-change", "ms_played", lambda f: f.with_columns(pl.col("ms_played").cast(pl.String)), "type-change"),
    Case("type-change", "shuffle", lambda f: f.with_columns(pl.col("shuffle").cast(pl.String)), "type-change"),
    Case("missing-values", "country", _where(0.2, "country", NULL), "missing-values"),
    Case("missing-values", "country=SE", lambda f: f.with_columns(
        pl.when(pl.col("country") != "SE").then(pl.col("mode"))), "missing-values"),
    Case("out-of-domain", "country", _where(0.1, "country", pl.col("country").str.to_lowercase() + " "
    ""), "out-of-domain",
         examples=True),
    Case("out-of-domain", "tier", _where(0.1, "tier", pl.lit("gold")), "out-of-domain", examples=True),
    Case("out-of-range", "progress", _where(0.05, "progress", pl.lit(3.5)), "out-of-range", examples=True),
    Case("unit-change", "ms_played", lambda f: f.with_columns(pl.col("ms_played") // 1000), "unit-change"),
    Case("unit-change", "progress", lambda f: f.with_columns(pl.col("progress") * 100), "unit-change"),
    Case("unit-change", "length_ms", _where(0.3, "length_ms", pl.col("length_ms") // 1000), "unit-change"),
    Case("unit-change", "length_ms", lambda f: f.with_columns(length_ms=pl.when(pl.col("client") == "web").then(
        pl.col("length_ms") * 1000).otherwise(pl.col("length_ms"))), "unit-change"),
    Case("constant", "country", lambda f: f.with_columns(country=pl.lit("SE")), "constant"),
    Case("constant", "loudness", lambda f: f.with_columns(loudness=pl.lit(0.5)), "constant"),
    Case("dominant-value", "country", _where(0.8, "country", pl.lit("BR")), "dominant-value"),
    Case("not-finite", "loudness", _where(0.05, "loudness", pl.lit(float("nan"))), "not-finite", examples=True),
    Case("negative", "ms_played", _where(0.05, "ms_played", -pl.col("ms_played") - 5), "negative", examples=True),
    Case("sentinel", "country", _where(0.05, "country", pl.lit("N/A")), "sentinel", examples=True),
    Case("sentinel", "length_ms", _where(0.1, "length_ms", pl.lit(-1)), "sentinel", examples=True),
    Case("sentinel", "ended", _where(0.1, "ended", pl.lit(0).cast(pl.Datetime("ms", "UTC"))), "sentinel"),
    Case("clock-skew", "at", _where(0.03, "at", pl.lit(0).cast(pl.Datetime("ms", "UTC"))), "clock-skew", examples=True),
    Case("duplicate-rows", "", lambda f: pl.concat([f, f.head(120)]).sort("at"), "duplicate-rows", examples=True),
    Case("doubled-day", "", lambda f: pl.concat([f, f.with_columns(id="x" + pl.col("id"))]).sort("at"),
         "duplicate-rows"),
    Case("duplicate-keys", "id", _where(0.1, "id", pl.lit("e1")), "duplicate-keys", examples=True),
    Case("unjoinable", "item", lambda f: f.with_columns(pl.col("item").str.to_uppercase()), "unjoinable"),
    Case("form-change", "listener", lambda f: f.with_columns(listener="spotify:" + pl.col("listener")), "form-change"),
    Case("form-change", "title", lambda f: f.with_columns(pl.col("title").str.to_uppercase()), "form-change"),
    Case("cardinality-change", "listener", lambda f: f.with_columns(
        pl.col("listener").str.slice(0, 9) + "0"), "cardinality-change"),
    Case("clock-skew", "at", _where(0.08, "at", pl.col("at") + pl.duration(days=40)), "clock-skew", examples=True),
    Case("time-zone", "at", lambda f: f.with_columns(pl.col("at") + pl.duration(hours=5)), "time-zone"),
    Case("time-zone", "at", lambda f: f.with_columns(pl.col("at") - pl.duration(minutes=330)), "time-zone"),
    Case("time-zone", "client=web", lambda f: f.with_columns(at=pl.when(pl.col("client") == "web").then(
        _turned(6)).otherwise(pl.col("at"))).sort("at"), "time-zone"),
    Case("truncated-day", "", lambda f: f.filter(HOUR < 17), "truncated-day"),
    Case("truncated-day", "", lambda f: f.filter(HOUR >= 9), "truncated-day"),
    Case("gap", "", lambda f: f.filter(~HOUR.is_between(12, 14)), "gap"),
    Case("volume-drop", "", lambda f: f.filter(_some(0.3)), "volume"),
    Case("volume-surge", "", lambda f: pl.concat([f, day(DAYS - 1, 4000, 9)]).sort("at"), "volume"),
    Case("missing-day", "", lambda f: f.with_columns(pl.col("at", "ended") + pl.duration(days=2)), "missing-day",
         {"now": START + (DAYS + 2) * DAY}),
    Case("stale", "", lambda f: f, "stale", {"now": START + (DAYS + 5) * DAY}),
    Case("repeated-batch", "", lambda f: day(DAYS - 2).with_columns(pl.col("at", "ended") + pl.duration(days=1)),
         "stale"),
    Case("out-of-order", "at", lambda f: f.sample(fraction=1, shuffle=True, seed=1), "out-of-order"),
    Case("out-of-order", "ended", lambda f: f.rename({"at": "ended", "ended": "at"}).select(f.columns), "out-of-order"),
    Case("slice-vanished", "tier=premium", lambda f: f.filter(pl.col("tier") != "premium"), "slice-gone"),
    Case("slice-shrank", "client=web", lambda f: f.filter((pl.col("client") != "web") | _some(0.1)), "slice-gone"),
    Case("slice-new", "client=tv", _where(0.2, "client", pl.lit("tv")), "slice-grown", {"open": True}),
    Case("slice-surged", "country=BR", lambda f: f.filter((pl.col("country") == "BR") | _some(0.22)), "slice-grown",
         {"relation": ""}),
    Case("bot-listener", "listener", _bot, "bot-listener"),
    Case("label-leakage", "", lambda f: pl.concat([f, day(3).head(100)]), "label-leakage",
         {"environment": "evaluation"}, "training"),
    Case("label-leakage", "at", lambda f: pl.concat([f, day(3, 300, 5).with_columns(id="z" + pl.col("id")).tail(200)]),
         "label-leakage", {"environment": "evaluation"}, "training"),
    Case("label-leakage", "loudness", lambda f: f.with_columns(loudness=pl.col("clicked") * 2.0 - 9), "label-leakage"),
    Case("length-change", "title", lambda f: f.with_columns(pl.col("title").str.slice(0, 20)), "length-change"),
    Case("missing-values", "title", _where(0.3, "title", pl.lit("")), "length-change"),
    Case("missing-values", "tags", lambda f: f.with_columns(pl.col("tags").list.head(0)), "length-change"),
    Case("encoding", "title", lambda f: f.with_columns(MOJIBAKE), "encoding", examples=True),
    Case("encoding", "title", _where(0.1, "title", "<b>" + pl.col("title") + "</b>"), "encoding", examples=True),
    Case("correlation-broken", "ms_played", lambda f: f.with_columns(pl.col("ms_played").shuffle(3)), 
         "correlation-broken"),
    Case("swapped-columns", "tier", lambda f: f.rename({"tier": "country", "country": "tier"}).select(f.columns),
         "swapped-columns"),
    Case("swapped-columns", "listener", lambda f: f.rename({"listener": "item", "item": "listener"}).select(f.columns),
         "swapped-columns"),
    Case("empty-table", "", lambda f: f.head(0), "empty"),
    Case("empty-table", "", lambda f: f.head(2), "empty", {"days": ()}),
    Case("clipped", "ms_played", lambda f: f.with_columns(pl.col("ms_played").clip(upper_bound=150_000)), "clipped",
         examples=True),
    Case("language-change", "title", lambda f: f.with_columns(title=pl.lit("Der Regen fällt heute leise auf die alte "
         "Straße vor unserem Haus, Lied ") + pl.col("id")), "language-change"),
    Case("misaligned", "country", lambda f: f.with_columns(pl.col("country").shuffle(3)), "misaligned", examples=True),
    Case("dominant-value", "country", _where(0.3, "country", pl.lit("BR")), "misaligned", examples=True),
    Case("empty-column", "mood", lambda f: f.with_columns(mood=pl.lit(None)), "empty"),
]  # fmt: skip


def _turned(hours: int) -> pl.Expr:
    """Later by some hours, within the day."""
    start = START + (DAYS - 1) * DAY
    return ((pl.col("at").dt.epoch("ms") - start + hours * 3_600_000) % DAY + start).cast(pl.Datetime("ms", "UTC"))


def _look(case: Case) -> Look:
    more = dict(case.more)
    relation = str(more.pop("relation", case.relation))
    columns = schema().columns
    if more.pop("open", False):
        known = {n: c for n, c in columns.items() if n != "client"}
        more["schema"] = msgspec.structs.replace(schema(), columns=known, extra=True)
    if case.kind == "unjoinable":
        item = msgspec.structs.replace(columns["item"], key="items.uri", joins=0.99)
        more["schema"] = msgspec.structs.replace(schema(), columns=columns | {"item": item})
        more["keys"] = {"items.uri": pl.Series([f"segue:track:t{i:04d}" for i in range(900)])}
    return look(case.fault(day(DAYS - 1)), relation, **more)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.kind}-{c.place or 'table'}")
def test_fault_is_named(case: Case) -> None:
    found = find_anomalies(_look(case))
    own = [f for f in found if f.check == case.kind and case.place in (f.column, f.slice)]
    assert own, [f"{f.level} {f.name}: {f.message}" for f in found]
    assert own[0].table == "plays"
    assert own[0].fix
    assert case.place.rpartition("=")[2] in own[0].message
    assert own[0].examples or not case.examples
    assert own[0].level != "note" or case.module in ("empty", "out-of-order")


def test_no_cause_follows_from_itself() -> None:
    def reached(kind: str, seen: frozenset[str]) -> None:
        assert kind not in seen, f"{kind} explains itself by {sorted(seen)}"
        for follows in CAUSES.get(kind, ()):
            reached(follows, seen | {kind})

    for kind in CAUSES:
        reached(kind, frozenset())


def test_every_anomaly_has_a_fault() -> None:
    assert {c.module for c in CASES} | {"drift", "skew"} == set(ANOMALIES)


@pytest.mark.parametrize("seed", range(6))
def test_good_days_are_not_complained_of(seed: int) -> None:
    assert find_anomalies(look(day(DAYS - 1, 1500, seed))) == []


@pytest.mark.parametrize("seed", range(6))
def test_small_samples_are_not_complained_of(seed: int) -> None:
    sample = pl.concat([day(n) for n in range(5)]).sample(200, seed=seed)
    assert find_anomalies(look(sample, "", now=0)) == []


def test_without_rows_and_without_schema_nothing_is_made_up() -> None:
    good = look(day(DAYS - 1), rows=None, before_rows=None, schema=None)
    assert find_anomalies(good) == []
    assert find_anomalies(Look("plays", history()[0])) == []
