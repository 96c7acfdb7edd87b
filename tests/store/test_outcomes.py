"""What cards led to, by hand; and that it is a function of the set of rows."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.events import Click, Decided, Event, Play, Rating, Remove, Save, Skip
from segue.store.decisions import Slates, slates
from segue.store.edge import CODES
from segue.store.outcomes import Outcomes, Terms, outcomes
from segue.store.schema import STORED

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_790_000_000_000
Row = dict[str, object]


def table(rows: list[Row]) -> pa.Table:
    """Rows of the log; what is not said is null, numbers that are always there are 0."""
    filled = [{f.name: None if f.nullable else 0 for f in STORED} | {"id": str(i)} | r for i, r in enumerate(rows)]
    return pa.Table.from_pylist(filled, schema=STORED)


def shelf(seq: int, page: str, items: list[int], row: int = 0, at: int = NOW, listener: int = 1) -> Row:
    """A row of a page that shows all that it could."""
    written = {
        "shelves": ["a", "b"], "shelf": 0, "p": 0.5, "arms": items, "scores": [0.0] * len(items),
        "chosen": list(range(len(items))), "ps": [0.1] * len(items),
    }  # fmt: skip
    return {
        "seq": seq, "type": CODES[Decided], "at": at, "listener": listener, "page": page, "shelf": f"s{row}",
        "row": row, "policy": "p", "attrs": msgspec.json.encode(written).decode(),
    }  # fmt: skip


def answer(seq: int, kind: type[Event], item: int, after: int = HOUR, listener: int = 1, **more: object) -> Row:
    return {"seq": seq, "type": CODES[kind], "item": item, "listener": listener, "at": NOW + after} | more


def play(seq: int, item: int, ms: int = 60_000, after: int = HOUR, **more: Any) -> Row:
    return answer(seq, Play, item, after, ms_played=ms, reason_end="fwdbtn") | more


def led(*rows: Row, terms: Terms | None = None, watermark: int | None = None) -> tuple[Slates, Outcomes]:
    log = table(list(rows))
    shown = slates(log)
    return shown, outcomes(shown, log, terms=terms, watermark=watermark)


def test_a_play_with_a_page_goes_to_its_page_and_any_other_to_the_latest_showing() -> None:
    first, second = shelf(1, "p1", [10, 11]), shelf(2, "p2", [10, 12], at=NOW + HOUR)
    late = 2 * HOUR
    assert led(first, second, play(3, 10, after=late, page="p1"))[1].streamed.tolist() == [True, False, False, False]
    assert led(first, second, play(3, 10, after=late))[1].streamed.tolist() == [False, False, True, False]
    assert led(first, second, play(3, 10, after=HOUR - 1))[1].streamed.tolist() == [True, False, False, False]
    # A page that did not show it, or that nobody knows, does not hold it back.
    assert led(first, second, play(3, 11, after=late, page="p2"))[1].streamed.tolist() == [False, True, False, False]
    assert led(first, second, play(3, 11, after=late, page="p9"))[1].streamed.tolist() == [False, True, False, False]


def test_only_within_the_window_and_only_by_who_saw_it() -> None:
    page = shelf(1, "p1", [10])
    for after, counts in ((0, True), (DAY - 1, True), (DAY, False), (-1, False)):
        assert led(page, play(2, 10, after=after))[1].streamed.tolist() == [counts], after
    assert led(page, play(2, 10, after=-1, page="p1"))[1].streamed.tolist() == [True]  # a slow clock
    assert led(page, play(2, 10, after=-HOUR, page="p1"))[1].streamed.tolist() == [False]
    assert led(page, play(2, 10, listener=2, page="p1"))[1].streamed.tolist() == [False]
    short = Terms(window_ms=HOUR)
    assert led(page, play(2, 10, after=HOUR), terms=short)[1].streamed.tolist() == [False]


def test_what_counts_as_a_stream_and_how_far_it_was_heard() -> None:
    class Facts:
        items = np.array([10, 11], np.int32)
        album = artist = np.zeros(2, np.int32)
        duration = np.array([100_000, 0], np.int64)

        def rows(self, numbers):
            return np.array([{10: 0, 11: 1}.get(n, -1) for n in numbers.tolist()], np.intp)

    def heard(item: int, *ms: int, **more: Any) -> tuple[bool, int, float, bool, bool]:
        rows = table([shelf(1, "p", [item]), *(play(2 + i, item, m, after=HOUR + i, **more) for i, m in enumerate(ms))])
        got = outcomes(slates(rows), rows, Facts())
        return (
            bool(got.streamed[0]), int(got.ms[0]), round(float(got.share[0]), 3), bool(got.completed[0]),
            bool(got.skipped[0]),
        )  # fmt: skip

    assert heard(10, 29_999) == (False, 29_999, 0.3, False, True)
    assert heard(10, 30_000) == (True, 30_000, 0.3, False, False)
    assert heard(10, 95_000) == (True, 95_000, 1.0, True, False)
    assert heard(10, 40_000, reason_end="trackdone") == (True, 40_000, 1.0, True, False)
    assert heard(10, 10_000, 60_000) == (True, 70_000, 0.6, False, False)  # streamed after all
    assert heard(11, 60_000) == (True, 60_000, 0.5, False, False)
    assert heard(10, 0, reason_end=None) == (True, 0, 0.5, False, False)  # a scrobble
    assert heard(10) == (False, 0, 0.0, False, False)


def test_an_episode_answers_its_show_and_a_track_its_album_but_itself_first() -> None:
    class Facts:
        items = np.array([10, 20, 30, 31], np.int32)  # a track, its album, its artist, a merged number of the artist
        album, artist = np.array([20, 0, 0, 0], np.int32), np.array([30, 0, 0, 0], np.int32)
        duration = np.zeros(4, np.int64)

        def rows(self, numbers):
            return np.array([{10: 0, 20: 1, 30: 2, 31: 2}.get(n, -1) for n in numbers.tolist()], np.intp)

    def streamed(items: list[int], **more: Any) -> Any:
        rows = table([shelf(1, "p", items), play(2, 10, **more)])
        return outcomes(slates(rows), rows, Facts()).streamed.tolist()

    for more in ({}, {"page": "p"}):
        assert streamed([20, 30], **more) == [True, False]
        assert streamed([30, 10, 20], **more) == [False, True, False]
        assert streamed([31], **more) == [True]
    rows = table([shelf(1, "p", [20]), answer(2, Rating, 10, value=-1.0)])
    assert not outcomes(slates(rows), rows, Facts()).hid.any()  # who hates a track does not hide the album


def test_saves_hides_and_what_is_taken_back() -> None:
    page = shelf(1, "p", [10])
    save, remove = answer(2, Save, 10), answer(3, Remove, 10, after=2 * HOUR)
    assert led(page, save)[1].saved.tolist() == [True]
    assert led(page, remove, save)[1].saved.tolist() == [False]
    assert led(page, save, answer(3, Remove, 10, after=HOUR - 1))[1].saved.tolist() == [True]
    hate, love = answer(2, Rating, 10, value=-1.0), answer(3, Rating, 10, after=2 * HOUR, value=1.0)
    assert led(page, hate)[1].hid.tolist() == [True]
    assert led(page, hate, answer(3, Rating, 10, after=2 * HOUR, value=0.0))[1].hid.tolist() == [False]  # taken back
    got = led(page, hate, love)[1]
    assert (got.hid.tolist(), got.saved.tolist()) == ([False], [True])
    assert led(page, answer(2, Skip, 10))[1].skipped.tolist() == [True]
    assert led(page, answer(2, Skip, 10), play(3, 10))[1].skipped.tolist() == [False]


def test_reward_by_hand() -> None:
    page = shelf(1, "p", [10])
    assert led(page)[1].reward.tolist() == [0]
    assert led(page, play(2, 10, reason_end="trackdone"), answer(3, Save, 10))[1].reward.tolist() == [1]
    assert led(page, play(2, 10))[1].reward[0] == pytest.approx(0.7 + 0.15 * 0.5)
    assert led(page, play(2, 10), answer(3, Rating, 10, value=-1.0))[1].reward[0] == pytest.approx(0.275)
    assert led(page, answer(2, Skip, 10))[1].reward.tolist() == [0]  # never below


def test_who_does_not_look_does_not_decline() -> None:
    """Rows of six cards, two rows and three cards seen without a sign."""
    rows = [shelf(1 + r, "p", list(range(10 * r + 10, 10 * r + 16)), row=r) for r in range(4)]

    def seen(*answers: Row) -> Any:
        return led(*rows, *answers)[1].seen.reshape(4, 6).sum(1).tolist()

    assert seen() == [3, 3, 0, 0]
    assert seen(play(9, 14, page="p")) == [5, 3, 0, 0]
    assert seen(play(9, 30, page="p")) == [3, 3, 3, 0]
    assert seen(play(8, 14, page="p"), answer(9, Click, 43, page="p")) == [5, 3, 3, 4]
    assert seen(play(9, 43)) == [3, 3, 0, 0]  # played from elsewhere: no sign of having looked
    assert led(*rows, terms=Terms(rows=1, cards=6))[1].seen.reshape(4, 6).sum(1).tolist() == [6, 0, 0, 0]


def test_a_card_seen_by_its_own_answer_alone_is_no_fair_sample() -> None:
    """Rows of six cards as above: the furthest answer is left out, what stands before it is kept."""
    rows = [shelf(1 + r, "p", list(range(10 * r + 10, 10 * r + 16)), row=r) for r in range(4)]

    def fair(*answers: Row) -> Any:
        return led(*rows, *answers)[1].fair.reshape(4, 6).sum(1).tolist()

    assert fair() == [3, 3, 0, 0]
    assert fair(play(9, 11, page="p")) == [3, 3, 0, 0]  # among those that are seen anyway
    assert fair(play(9, 14, page="p")) == [4, 3, 0, 0]  # the fifth showed that the fourth was seen
    assert fair(play(9, 30, page="p")) == [3, 3, 2, 0]  # it shows that its neighbours were seen
    assert fair(play(8, 30, page="p"), play(9, 32, page="p")) == [3, 3, 3, 0]
    assert fair(play(8, 30, page="p"), play(9, 43, page="p")) == [3, 3, 3, 3]


def test_settled_when_the_window_is_over() -> None:
    first, second = shelf(1, "p1", [10]), shelf(2, "p2", [11], at=NOW + DAY)
    assert led(first, second)[1].settled.tolist() == [True, False]
    assert led(first, second, watermark=NOW + DAY - 1)[1].settled.tolist() == [False, False]
    assert led(first, second, watermark=NOW + 2 * DAY)[1].settled.tolist() == [True, True]
    assert led(first, play(3, 10, after=5 * DAY))[1].settled.tolist() == [False]  # a client's clock settles nothing


def test_nothing_shown_and_nothing_answered() -> None:
    assert len(led()[1]) == 0
    assert len(led(play(1, 10))[1]) == 0
    assert led(shelf(1, "p", [10]))[1].reward.tolist() == [0]


KINDS: tuple[type[Event], ...] = (Play, Play, Play, Skip, Save, Remove, Rating, Click)


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """A few pages of two listeners and what they did, with many ties in time."""
    rows: list[Row] = []
    for p in range(draw(st.integers(1, 4))):
        at, listener = NOW + HOUR * draw(st.integers(0, 30)), draw(st.integers(1, 2))
        for r in range(draw(st.integers(1, 3))):
            items = draw(st.lists(st.integers(10, 16), min_size=1, max_size=5, unique=True))
            rows.append(shelf(0, f"p{p}", items, r, at, listener))
    for _ in range(draw(st.integers(0, 12))):
        row = answer(
            0, draw(st.sampled_from(KINDS)), draw(st.integers(10, 16)), HOUR * draw(st.integers(-1, 60)),
            draw(st.integers(1, 2)), ms_played=draw(st.sampled_from([0, 5_000, 31_000])),
            page=draw(st.sampled_from([None, "p0", "p1", "p9"])), value=draw(st.sampled_from([-1.0, 1.0])),
        )  # fmt: skip
        rows.append(row)
    return [r | {"seq": i + 1} for i, r in enumerate(rows)]


def by_card(shown: Slates, got: Outcomes) -> list[tuple[object, ...]]:
    """Each card with all that is known of it, in an order of its own."""
    slate = shown.chosen_row.tolist()
    names = [n for n in Outcomes.__slots__ if n not in ("row", "position")]
    values = zip(*(getattr(got, n).tolist() for n in names))
    keys = zip([shown.page[s] for s in slate], got.row.tolist(), got.position.tolist(), shown.items.tolist())
    return sorted((*k, *v) for k, v in zip(keys, values))


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_rows_said_twice_change_nothing(rows: list[Row], rng) -> None:
    expected = by_card(*led(*rows))
    mixed = list(rows)
    rng.shuffle(mixed)
    mixed = [r | {"seq": i + 1} for i, r in enumerate(mixed)]
    assert by_card(*led(*mixed)) == expected
    log = table(rows)
    assert by_card(slates(log), outcomes(slates(log), pa.concat_tables([log, log]))) == expected


@settings(max_examples=60, deadline=None)
@given(logs())
def test_a_play_answers_one_card_at_most(rows: list[Row]) -> None:
    shown = [r for r in rows if r["type"] == CODES[Decided]]
    for r in rows:
        if r["type"] == CODES[Play]:
            _, got = led(*shown, r)
            assert got.streamed.sum() + got.skipped.sum() <= 1
            assert got.ms.sum() in (0, r["ms_played"])
