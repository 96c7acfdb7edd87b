"""Whether what is true can be found again in what is seen, and cannot where the listeners are shuffled."""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp

from segue.world import World


def lift(who: np.ndarray, item: np.ndarray, group: np.ndarray) -> float:
    """How many times more often two tracks of one group are heard by one listener than two of different groups."""
    matrix = sp.csr_array((np.ones(len(who), np.float32), (who, item)), shape=(who.max() + 1, len(group)))
    matrix.data[:] = 1
    matrix.sum_duplicates()
    matrix.data[:] = 1
    heard: np.ndarray = np.asarray(matrix.sum(0)).ravel()
    top = np.argsort(-heard)[:600]
    dense = matrix[:, top].toarray()
    together = dense.T @ dense / np.sqrt(np.outer(heard[top], heard[top]))
    same = group[top][:, None] == group[top][None]
    apart = ~np.eye(len(top), dtype=bool)
    return float(together[same & apart].mean() / together[~same].mean())


def test_tracks_of_a_genre_are_heard_by_the_same_people(world: World, tracks: pl.DataFrame) -> None:
    music = world.truth.music
    genre = music.genre[music.track_artist]
    done = tracks.filter(pl.col("end") == 0)
    who, item = done["who"].to_numpy(), done["item"].to_numpy()
    assert lift(who, item, genre) > 3
    shuffled = np.random.default_rng(0).permutation(who)
    assert lift(shuffled, item, genre) < 1.2


def test_music_tells_the_topics_of_shows(world: World) -> None:
    """Someone who listens to shows hears more of those that their music taste lies close to."""
    log = pl.DataFrame(world.columns).filter(pl.col("type") == 0)
    truth, numbers = world.truth, world.truth.numbers
    heard = log.filter(pl.col("item") < numbers.artist)
    total = np.zeros((world.settings.listeners, truth.music.vector.shape[1]))
    np.add.at(total, heard["who"].to_numpy(), truth.music.track_vector[heard["item"].to_numpy()])
    episodes = log.filter(pl.col("item").is_between(numbers.episode, numbers.book - 1)).select("who", "item")
    pairs = episodes.with_columns(show=pl.lit(truth.spoken.episode_show[episodes["item"].to_numpy() - numbers.episode]))
    pairs = pairs.select("who", "show").unique(maintain_order=True)
    taste = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    near = taste @ truth.spoken.show_vector.T
    who, show = pairs["who"].to_numpy(), pairs["show"].to_numpy()
    own = near[who, show].mean()
    others = np.mean([near[np.random.default_rng(s).permutation(who), show].mean() for s in range(20)])
    spread = np.std([near[np.random.default_rng(s).permutation(who), show].mean() for s in range(20)])
    assert len(pairs) > 200
    assert own > others + 6 * spread


def test_the_truth_ranks_what_comes_next_better_than_popularity(world: World, tracks: pl.DataFrame) -> None:
    """The next thing a listener finishes that was new to them stands high in their true relevance."""
    truth, last = world.truth, world.settings.end - 4 * 86_400_000
    before = tracks.filter(pl.col("at") < last)
    after = (
        tracks.filter((pl.col("at") >= last) & (pl.col("end") == 0)).select("who", "item").unique(maintain_order=True)
    )
    new = after.join(before.select("who", "item").unique(), on=["who", "item"], how="anti").sort("who", "item")
    popular = np.bincount(before["item"].to_numpy(), minlength=truth.numbers.artist).astype(np.float64)
    by_truth, by_count = [], []
    for who, group in new.group_by("who", maintain_order=True):
        scores = truth.relevance(int(str(who[0])), np.arange(truth.numbers.artist), last)
        wanted = group["item"].to_numpy()
        by_truth.append((scores[wanted][:, None] > scores[None]).mean())
        by_count.append((popular[wanted][:, None] > popular[None]).mean())
    assert np.mean(by_truth) > 0.85
    assert np.mean(by_truth) > np.mean(by_count) + 0.05
