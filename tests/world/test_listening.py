from __future__ import annotations

import numpy as np
import polars as pl

from segue.world import World
from segue.world.places import HOMES, PLACES
from segue.world.sessions import HOUR, WEEKDAY, WEEKEND, offsets
from segue.world.settings import DAY


def test_sessions_follow_the_local_clock(world: World, tracks: pl.DataFrame) -> None:
    home = world.truth.listeners.home[tracks["who"].to_numpy()]
    ahead = offsets(world.settings.end)
    at = tracks["at"].to_numpy()
    night, evening, utc_nights = [], [], []
    for place in range(HOMES):
        mine = at[home == place]
        if len(mine) > 1_500:
            hour = (mine + ahead[place]) // HOUR % 24
            night.append(np.isin(hour, (2, 3, 4)).mean())
            evening.append(np.isin(hour, (16, 17, 18, 19)).mean())
            utc_nights.append(np.isin(mine // HOUR % 24, (2, 3, 4)).mean())
    assert len(night) >= 6
    assert max(night) < 0.06
    assert min(evening) > 0.15
    assert max(utc_nights) > 0.15  # a control: by UTC the nights are full somewhere
    assert len(WEEKDAY) == len(WEEKEND) == 24
    assert PLACES[0].code == "US"


def test_things_are_heard_again_but_not_only(tracks: pl.DataFrame) -> None:
    again = 1 - tracks.select(pl.struct("who", "item").n_unique()).item() / len(tracks)
    assert 0.4 < again < 0.85


def test_skips_fall_with_true_appeal(world: World, tracks: pl.DataFrame) -> None:
    some = tracks.sample(20_000, seed=0)
    mid = world.settings.start + world.settings.days * DAY // 2
    appeal = world.truth.appeal(some["who"].to_numpy(), some["item"].to_numpy(), mid)
    skipped = (some["end"] == 1).to_numpy()
    fifth = np.argsort(np.argsort(appeal)) * 5 // len(appeal)
    rates = np.array([skipped[fifth == i].mean() for i in range(5)])
    assert (np.diff(rates) < 0).all(), rates
    assert rates[0] > 2 * rates[-1]
    shuffled = np.random.default_rng(0).permutation(skipped)
    control = [shuffled[fifth == i].mean() for i in range(5)]
    assert max(control) < 1.15 * min(control)
    assert 0.1 < skipped.mean() < 0.35


def test_what_is_skipped_is_heard_shortly(world: World, tracks: pl.DataFrame) -> None:
    duration = world.truth.music.duration[tracks["item"].to_numpy()]
    share = tracks["ms"].to_numpy() / duration
    end = tracks["end"].to_numpy()
    assert (share[end == 0] == 1).all()
    assert np.median(share[end == 1]) < 0.2
    assert share[end == 1].max() < 1


def test_nobody_hears_two_things_at_once(world: World) -> None:
    plays = pl.DataFrame(world.columns).filter(pl.col("type") == 0).sort("who", "at")
    began = plays.select(
        late=(pl.col("at") - pl.col("ms") - pl.col("at").shift(1).over("who")).fill_null(1),
    )["late"]
    assert (began > 0).all()


def test_the_top_of_a_playlist_is_heard_more(world: World, tracks: pl.DataFrame) -> None:
    music, numbers = world.truth.music, world.truth.numbers
    row = tracks["context"].to_numpy() - numbers.playlist
    inside = (row >= 0) & (row < len(music.playlist_genre)) & (tracks["shuffle"].to_numpy() == 0)
    top = half = 0
    for p, track in zip(row[inside], tracks["item"].to_numpy()[inside]):
        entries = music.playlist_tracks[music.playlist_ptr[p] : music.playlist_ptr[p + 1]]
        assert track in entries
        place = int(np.flatnonzero(entries == track)[0])
        top += place < 5
        half += len(entries) - 6 < place < len(entries)
    assert top > 2.5 * half


def test_few_are_heard_much_and_most_are_heard_little(tracks: pl.DataFrame) -> None:
    counts = np.sort(tracks.group_by("item").len()["len"].to_numpy())[::-1]
    assert counts[: len(counts) // 10].sum() > 0.4 * counts.sum()
    assert counts[0] < 0.03 * counts.sum()
    per = np.sort(tracks.group_by("who").len()["len"].to_numpy())[::-1]
    assert per[: len(per) // 10].sum() > 0.22 * per.sum()


def test_a_few_listeners_are_cold(world: World, tracks: pl.DataFrame) -> None:
    plays = np.bincount(tracks["who"].to_numpy(), minlength=world.settings.listeners)
    cold = world.truth.listeners.quota >= 0
    assert 0.01 < cold.mean() < 0.08
    assert plays[cold].max() <= 3
    assert (plays[~cold] > 3).mean() > 0.95


def test_what_is_played_from_an_own_playlist_is_in_it(world: World) -> None:
    log = pl.DataFrame(world.columns)
    own = log.filter(pl.col("context").is_between(world.truth.numbers.own, world.truth.numbers.show - 1))
    added = own.filter(pl.col("type") == 4).select("context", "item").unique()
    played = own.filter(pl.col("type") == 0).select("context", "item").unique()
    assert len(played) > 50
    assert len(played.join(added, on=["context", "item"], how="anti")) == 0
