"""What listeners say of their own taste: the last word counts, and what is taken back was never said."""

import json
import zipfile
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.events import Item, Play, Tune, parse_event
from segue.core.types import Kind
from segue.store import snapshot
from segue.store.privacy import export_listener
from segue.store.tuning import STEP, Tuner, Tuning, counted
from segue.store.workspace import Workspace

# Five tracks: of jazz, of rock, half and half, jazz by its artist alone, and one of no genre; artists 8 and 9, album 7.
FACTS: Any = SimpleNamespace(
    items=np.arange(1, 10, dtype=np.int32), kind=np.array([1, 1, 1, 1, 1, 6, 3, 2, 2], np.uint8),
    artist=np.array([8, 9, 9, 8, 0, 0, 8, 0, 0], np.int32), album=np.array([7, 0, 0, 7, 0, 0, 0, 0, 0], np.int32),
    tag_names=("jazz", "rock"),
    genres=sp.csr_array(np.array([[1, 0], [0, 1], [1, 1], [0, 0], [0, 0], [0, 0], [0, 0], [1, 0], [0, 0]], bool)),
    tags=sp.csr_array(np.zeros((9, 2), np.float32)),
    rows=lambda numbers: np.asarray(numbers) - 1,
)  # fmt: skip
TUNER: Any = Tuner(FACTS)
FITS: Any = SimpleNamespace(
    names=("calm",), fit=lambda numbers, name: np.array([1, 0.5, 0.2, 0, 0, 0, 0, 0, 0], np.float32)[numbers - 1]
)
"""What a release knows of the moods of the first three."""
SUBJECTS = (
    ("genre:jazz", 0), ("genre:rock", 0), ("kind:episode", 0), ("item:segue:artist:a", 8), ("item:segue:track:b", 2),
    ("shelf:focus", 0), ("plays:genre:rock", 0), ("plays:item:segue:album:c", 7), ("skips:item:segue:track:b", 2),
    ("play:17:segue:track:d", 3), ("play:18:segue:track:d", 3), ("mood:calm", 0), ("habit:hours", 0),
)  # fmt: skip
VALUES = st.sampled_from([-1.0, -0.5, -0.25, 0.5, 1.0])
SAYING = st.lists(st.tuples(st.sampled_from(SUBJECTS), VALUES), unique_by=lambda said: said[0], max_size=6)


def told(*said):
    """(subject, item, value, at) each, in this order."""
    tuning = Tuning()
    for one in said:
        tuning.say(*one)
    return tuning


def as_lists(tuned):
    return tuned and [
        tuned.never.tolist(), tuned.leaning.tolist(), tuned.uncounted.tolist(), tuned.forgiven.tolist(),
        sorted(tuned.plays), sorted(tuned.off), sorted(tuned.untold),
    ]  # fmt: skip


def test_none_of_a_genre_is_none_of_what_carries_it_and_its_plays_do_not_count():
    tuned = TUNER(told(("genre:Jazz", 0, -1.0, 1)))
    assert np.flatnonzero(tuned.never).tolist() == [0, 2, 3, 6, 7]
    assert tuned.uncounted.tolist() == tuned.never.tolist()
    assert not tuned.leaning.any()


def test_more_and_less_lean_by_how_much_of_an_item_it_is():
    tuned = TUNER(told(("genre:jazz", 0, 0.5, 1), ("item:segue:artist:x", 9, -0.5, 1)))
    assert tuned.leaning.tolist() == pytest.approx([v * STEP for v in (0.5, -0.5, -0.25, 0.5, 0, 0, 0.5, 0.5, -0.5)])
    assert np.exp(0.5 * STEP) == pytest.approx(4)
    assert not tuned.never.any()


def test_single_plays_and_plays_of_something_do_not_count():
    tuned = TUNER(told(("play:17:segue:track:d", 3, -1.0, 1), ("plays:item:segue:album:c", 7, -1.0, 1)))
    items, at = np.array([1, 3, 3, 2, 4], np.int32), np.array([17, 17, 18, 17, 1])
    assert counted(tuned, FACTS, items, at).tolist() == [False, False, True, True, False]
    assert not tuned.never.any()


def test_a_mood_is_of_an_item_as_far_as_it_fits_and_a_faint_likeness_hides_nothing():
    tuned = TUNER(told(("mood:Calm", 0, -1.0, 1)), FITS)
    assert np.flatnonzero(tuned.never).tolist() == np.flatnonzero(tuned.uncounted).tolist() == [0, 1]
    more = TUNER(told(("mood:calm", 0, 0.5, 1)), FITS)
    assert more.leaning.tolist() == pytest.approx([0.5 * STEP * v for v in (1, 0.5, 0.2, 0, 0, 0, 0, 0, 0)])
    for subject, moods in (("mood:calm", None), ("mood:not named yet", FITS)):
        nothing = TUNER(told((subject, 0, -1.0, 1)), moods)
        assert not any(each.any() for each in (nothing.never, nothing.uncounted, nothing.leaning))


def test_a_habit_that_tells_nothing_is_named_and_a_lesser_word_does_nothing():
    assert TUNER(told(("habit:hours", 0, -1.0, 1), ("habit:device", 0, -0.5, 1))).untold == {"hours"}


@given(SAYING)
def test_what_is_taken_back_was_never_said(saying):
    said = [(*subject, value, 5) for subject, value in saying]
    back = [(*subject, 0.0, 6) for subject, _ in saying]
    assert TUNER(told(*said, *back)) is None
    assert (TUNER(told(*said)) is None) == (not said)


@settings(max_examples=50)
@given(SAYING, st.randoms())
def test_the_order_of_different_subjects_does_not_matter(saying, random):
    said = [(*subject, value, 5) for subject, value in saying]
    shuffled = random.sample(said, len(said))
    assert as_lists(TUNER(told(*said))) == as_lists(TUNER(told(*shuffled)))


@settings(max_examples=50)
@given(st.lists(VALUES, min_size=1, max_size=5), st.randoms())
def test_the_last_word_counts_in_whatever_order_it_arrives(values, random):
    said = [("genre:jazz", 0, value, at) for at, value in enumerate(values)]
    assert as_lists(TUNER(told(*random.sample(said, len(said))))) == as_lists(TUNER(told(said[-1])))


@pytest.mark.parametrize("subject", ["jazz", "genre:", "item:12", "kind:podcast", "play:x:segue:track:1", "mood:",
                                     "habit:hour", "habit:hours ", "x:y", ""])  # fmt: skip
def test_a_subject_of_no_form_is_refused(subject):
    with pytest.raises(InputError, match="subject"):
        parse_event({"type": "tune", "id": "e", "listener": "u", "at": 1, "subject": subject, "value": 0})


@pytest.mark.parametrize(
    ("subject", "item"),
    [("item:segue:track:t:1", "segue:track:t:1"), ("play:17:segue:track:1", "segue:track:1"), ("genre:segue:x:y", ""),
     ("plays:genre:jazz", ""), ("skips:item:segue:artist:a:b", "segue:artist:a:b")],
)  # fmt: skip
def test_the_item_of_a_subject(subject, item):
    assert Tune(id="e", listener="u", at=1, subject=subject, value=-1).item == item


TRACK = "segue:track:t:{}"


def test_what_does_not_count_is_not_learned_from_and_is_exported_as_it_came(tmp_path):
    with Workspace.create(tmp_path / "ws") as workspace:
        plays = [
            Play(id=f"p{u}{i}", listener=u, item=TRACK.format(i), at=1_790_000_000_000 + i, ms_played=99_000)
            for u in "uv" for i in range(4)
        ]  # fmt: skip
        tracks = [Item(uri=TRACK.format(i), title=str(i), artists=(f"segue:artist:t:{i // 2}",)) for i in range(4)]
        workspace.log.append(plays, tracks)
        before = snapshot.take(workspace, "default")
        tunes = [
            Tune(id="t1", listener="u", at=5, subject="plays:item:" + TRACK.format(1), value=-1),
            Tune(id="t2", listener="u", at=5, subject=f"play:1790000000003:{TRACK.format(3)}", value=-1),
            Tune(id="t3", listener="u", at=5, subject="genre:jazz", value=0.5),
            Tune(id="t4", listener="u", at=5, subject="mood:calm", value=-1),
            Tune(id="t5", listener="u", at=5, subject="habit:hours", value=-1),
        ]
        workspace.log.append(tunes)
        after = snapshot.take(workspace, "default")
        assert after.id != before.id
        u = workspace.catalogue.listener_number("default", "u")
        assert u is not None
        learned = after.interactions(Kind.TRACK)
        assert np.diff(learned.indptr).tolist() == [2, 4]
        titles = [after.catalogue.title(int(learned.items[row])) for row in learned.rows[:2]]
        assert titles == ["0", "2"]
        by_artist = after.interactions(Kind.ARTIST)  # derived from the tracks, and so less the same plays
        assert after.derived(Kind.ARTIST)
        assert np.diff(by_artist.indptr).tolist() == [2, 4]
        assert by_artist.at[:2].tolist() == learned.at[:2].tolist()
        assert len(after.history(u, Kind.TRACK)[0]) == 4  # still known, so that it can be taken back
        workspace.log.append([msgspec.structs.replace(t, id=f"{t.id}b", at=6, value=0.0) for t in tunes])
        back = snapshot.take(workspace, "default").interactions(Kind.TRACK)
        assert back.rows.tolist() == before.interactions(Kind.TRACK).rows.tolist()
        out = tmp_path / "u.zip"
        export_listener(workspace, "default", "u", out)
        lines = zipfile.ZipFile(out).read("events.jsonl").splitlines()
        assert [parse_event(json.loads(line)) for line in lines][:5] == tunes
