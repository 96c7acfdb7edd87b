from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.world import World
from segue.world.audience import Audience
from segue.world.draws import Index
from segue.world.manners import Manners
from segue.world.reactions import (
    HIDDEN,
    PLAYED,
    SAVED,
    STREAM,
    Shown,
    best_first,
    expected,
    expected_by_card,
    inclined,
    react,
    settle,
)
from segue.world.settings import DAY
from segue.world.visits import Visits, moments, visits_of

FIRST, ROWS, CARDS = 14, 6, 8


@pytest.fixture
def audience(world: World) -> Audience:
    return Audience.of(world, FIRST, seed=5)


@pytest.fixture
def visits(audience: Audience) -> Visits:
    return visits_of(FIRST, audience).waves()[0]


def page_of(visits: Visits, items: Index) -> Shown:
    """Items (V, ROWS * CARDS) as pages, row by row."""
    v, n = items.shape
    place = np.tile(np.arange(n), v)
    return Shown(np.repeat(np.arange(v), n), place // CARDS, place % CARDS, items.ravel())


def pages(audience: Audience, visits: Visits, seed: int = 0) -> Shown:
    """Different tracks, shows and books for everybody."""
    k, rng = audience.truth.numbers, np.random.default_rng(seed)
    pool = np.concatenate([np.arange(k.artist), np.arange(k.show, k.episode), np.arange(k.book, k.person)])
    return page_of(visits, np.stack([rng.choice(pool, ROWS * CARDS, replace=False) for _ in range(len(visits))]))


def liked(audience: Audience, visits: Visits) -> Shown:
    """Everybody's best of 400 tracks."""
    some = np.arange(0, audience.truth.numbers.artist, 7)[:400]
    who, item = np.repeat(np.arange(len(visits)), len(some)), np.tile(some, len(visits))
    pool = Shown(who, np.zeros_like(who), np.zeros_like(who), item)
    return best_first(inclined(audience, visits, pool), who, item, ROWS, CARDS)


def repeated(visits: Visits, who: int, at: int, times: int) -> Visits:
    """One listener at one moment, with other luck each time."""
    n = np.zeros(times, np.int64)
    return Visits(n + who, n + at, n + 18, n > 0, n + FIRST, np.arange(times))


def test_the_same_page_meets_the_same_luck_in_any_company(audience: Audience, visits: Visits) -> None:
    shown = pages(audience, visits)
    whole = react(audience, visits, shown)
    alone = visits.take(np.array([7]))
    mine = shown.visit == 7
    part = react(
        audience, alone, Shown(np.zeros(mine.sum(), np.int64), shown.row[mine], shown.position[mine], shown.item[mine])
    )
    assert np.array_equal(part.seen, whole.seen[mine])
    assert np.array_equal(part.started, whole.started[mine])
    assert np.array_equal(part.minutes, whole.minutes[7:8])
    other = replace(audience, seed=6)
    assert not np.array_equal(react(other, visits, shown).seen, whole.seen)


def test_the_same_item_meets_the_same_mind_on_any_page(audience: Audience, visits: Visits) -> None:
    """Common random numbers: moved to a place that is surely seen, what would be started is started."""
    shown = pages(audience, visits)
    first = react(audience, visits, shown)
    flat = Shown(shown.visit, shown.row, CARDS - 1 - shown.position, shown.item)
    order = np.lexsort((flat.position, flat.row, flat.visit))
    turned = react(audience, visits, Shown(*(getattr(flat, n)[order] for n in ("visit", "row", "position", "item"))))
    both = first.seen[order] & turned.seen
    assert both.sum() > 1_000
    assert np.array_equal(first.started[order][both], turned.started[both])


def test_looking_is_a_cascade(audience: Audience, visits: Visits) -> None:
    free = replace(audience, appetite=np.full(len(audience.appetite), 40.0))  # never has enough
    shown = pages(free, visits)
    seen = react(free, visits, shown).seen.reshape(-1, ROWS, CARDS)
    assert seen[:, :2, :3].all()
    assert (seen[:, :, :3].all(2) == seen[:, :, 0]).all()
    assert (seen[:, 1:, 0] <= seen[:, :-1, 0]).all()
    assert (seen[:, :, 1:] <= seen[:, :, :-1]).all()
    onward = seen[:, :2, 4].sum() / seen[:, :2, 3].sum()
    assert abs(onward - free.manners.onward) < 0.06
    down = np.array([seen[i, 2, 0] for i in range(len(seen))])
    chance = free.patience[visits.who]
    assert abs(down.mean() - chance.mean()) < 0.06
    assert down[chance > 0.75].mean() > down[chance < 0.7].mean()


def test_expected_is_what_happens_on_average(audience: Audience, visits: Visits) -> None:
    """Known answer: the exact figure beside 2,500 lives of the same page."""
    best, mixed = liked(audience, visits), pages(audience, visits)
    for shown in (best, mixed):
        for v in (3, 11):
            mine = shown.visit == v
            many = repeated(visits, int(visits.who[v]), int(visits.at[v]), 2_500)
            many = replace(many, hour=np.full(2_500, visits.hour[v]), weekend=np.full(2_500, visits.weekend[v]))
            n = int(mine.sum())
            all_of = Shown(
                np.repeat(np.arange(2_500), n),
                *(np.tile(getattr(shown, f)[mine], 2_500) for f in ("row", "position", "item")),
            )
            happened = react(audience, many, all_of)
            streams = np.bincount(all_of.visit[happened.streamed], minlength=2_500)
            one = Shown(np.zeros(n, np.int64), shown.row[mine], shown.position[mine], shown.item[mine])
            alone = visits.take(np.array([v]))
            assert abs(streams.mean() - expected(audience, alone, one)[0]) < 4 * streams.std() / np.sqrt(2_500) + 1e-3
            seen = expected_by_card(audience, alone, one, inclined(audience, alone, one))[0]
            assert np.abs(happened.seen.reshape(2_500, n).mean(0) - seen).max() < 0.05
    assert expected(audience, visits, best).mean() > 2 * expected(audience, visits, mixed).mean()  # a control


def test_what_is_liked_is_streamed_and_the_best_come_first(audience: Audience, visits: Visits) -> None:
    best = liked(audience, visits)
    turned = page_of(visits, best.item.reshape(len(visits), -1)[:, ::-1])
    assert (expected(audience, visits, best) > expected(audience, visits, turned)).mean() > 0.95
    assert 1.0 < expected(audience, visits, best).mean() < 8.0


def test_what_cannot_be_heard_is_not_started(audience: Audience, visits: Visits, world: World) -> None:
    late = np.flatnonzero(world.truth.music.released > visits.at.max())[: ROWS * CARDS]
    shown = page_of(visits, np.resize(late, (len(visits), ROWS * CARDS)))
    assert not inclined(audience, visits, shown).start.any()
    assert not react(audience, visits, shown).started.any()


def test_known_ones_draw_and_worn_out_ones_repel(audience: Audience, visits: Visits) -> None:
    shown = pages(audience, visits)
    fresh = replace(audience, times=np.zeros_like(audience.times), heat=np.zeros_like(audience.heat))
    known = replace(fresh, times=fresh.times + 4)
    worn = replace(known, heat=fresh.heat + 8)
    tracks = shown.item < audience.truth.numbers.artist
    chances = [inclined(a, visits, shown).start[tracks].mean() for a in (fresh, known, worn)]
    assert chances[1] > chances[0] > chances[2]


def test_who_hears_no_shows_starts_none_and_music_does_not_mind(audience: Audience, visits: Visits) -> None:
    k, talk = audience.truth.numbers, audience.truth.listeners.talk[visits.who]
    shows, tracks = (
        inclined(audience, visits, page_of(visits, np.tile(np.arange(a, a + ROWS * CARDS), (len(visits), 1)))).start
        for a in (k.show, 0)
    )
    never, often = talk == 0, talk > 0.25
    by_visit = shows.reshape(len(visits), -1).mean(1), tracks.reshape(len(visits), -1).mean(1)
    assert by_visit[0][never].mean() < 0.4 * by_visit[0][often].mean()
    assert 0.7 < by_visit[1][never].mean() / by_visit[1][often].mean() < 1.4


def test_events_tell_what_happened_and_some_of_it_comes_late(audience: Audience, visits: Visits) -> None:
    shown = liked(audience, visits)
    r = react(audience, visits, shown)
    plays = r.kind == PLAYED
    assert np.array_equal(np.sort(r.card[plays & r.paged]), np.flatnonzero(r.started))
    streams = plays & r.paged & (r.ms >= STREAM)
    assert np.array_equal(np.sort(r.card[streams]), np.flatnonzero(r.streamed))
    later = plays & ~r.paged
    assert 0.02 < later.sum() / plays.sum() < 0.3
    delay = r.at[later] - visits.at[shown.visit[r.card[later]]]
    assert delay.min() > 900_000
    assert (delay > DAY // 2).any()
    assert (np.diff(r.at) >= 0).all()
    assert (r.kind == SAVED).any()
    assert 0.4 < r.done[plays].mean() < 0.98
    assert set(r.kind.tolist()) <= {PLAYED, SAVED, HIDDEN}


def test_a_show_is_heard_by_its_newest_episode(audience: Audience, visits: Visits) -> None:
    s, k = audience.truth.spoken, audience.truth.numbers
    shown = page_of(visits, np.tile(np.arange(k.show, k.show + ROWS * CARDS), (len(visits), 1)))
    like = inclined(audience, visits, shown)
    there = like.plays >= 0
    assert there.mean() > 0.8
    episode = like.plays[there] - k.episode
    assert np.array_equal(s.episode_show[episode], shown.item[there] - k.show)
    at = visits.at[shown.visit[there]]
    assert (s.episode_released[episode] <= at).all()
    after = np.minimum(episode + 1, len(s.episode_show) - 1)
    newer = (s.episode_show[after] == s.episode_show[episode]) & (after > episode)
    assert (s.episode_released[after][newer] > at[newer]).all()


def test_clicks_are_a_misleading_proxy_to_a_known_degree(audience: Audience) -> None:
    """Familiar things draw more streams; new things that are liked bring people back."""
    m = Manners()
    assert m.known > 0
    assert m.found > 0
    content: dict[str, list[float]] = {"known": [], "new": []}
    streams: dict[str, list[float]] = {"known": [], "new": []}
    for way in content:
        mine = audience.copy()
        for day in range(FIRST, FIRST + 9):
            for visits in (w.take(w.who < 200) for w in visits_of(day, audience).waves()):
                shown = _liked_of(mine, visits, way)
                happened = react(mine, visits, shown)
                settle(mine, visits, shown, happened)
                streams[way] += expected(mine, visits, shown).tolist()
            mine.night()
        content[way] = mine.returning()[:200].tolist()
    assert np.mean(streams["known"]) > 1.02 * np.mean(streams["new"])
    assert np.mean(content["new"]) > 1.02 * np.mean(content["known"])


def _liked_of(audience: Audience, visits: Visits, way: str) -> Shown:
    """Pages of liked tracks by artists that are known, or by artists that are not."""
    tracks = np.arange(0, audience.truth.numbers.artist, 6)
    who, item = np.repeat(np.arange(len(visits)), len(tracks)), np.tile(tracks, len(visits))
    met = audience.met[visits.who[who], audience.maker(item)]
    keep = met if way == "known" else ~met
    who, item = who[keep], item[keep]
    zero = np.zeros_like(who)
    return best_first(inclined(audience, visits, Shown(who, zero, zero, item)), who, item, ROWS, CARDS)


def test_settling_makes_things_known_and_moves_satisfaction(audience: Audience, visits: Visits) -> None:
    shown = liked(audience, visits)
    happened = react(audience, visits, shown)
    before, met = audience.satisfaction.copy(), audience.met.sum()
    settle(audience, visits, shown, happened)
    moved = audience.satisfaction != before
    assert set(np.flatnonzero(moved)) <= set(visits.who.tolist())
    assert audience.met.sum() > met
    streamed = happened.streamed
    assert (audience.times[visits.who[shown.visit[streamed]], shown.item[streamed]] >= 1).all()
    pleased = happened.minutes > 20
    assert audience.satisfaction[visits.who[pleased]].mean() > audience.satisfaction[visits.who[~pleased]].mean()
    moment = moments(audience, visits.who, visits.at)
    assert len(moment) == len(visits)
