import io
from functools import partial

import numpy as np
import pytest
import soundfile
from rich.console import Console

from segue.cli.show import print_trained
from segue.core.errors import NotReady
from segue.core.events import Item, Play
from segue.fitted.sound import load_sound
from segue.jobs.ingest import ingest
from segue.jobs.sound import FOLDER, hear, heard, heard_by
from segue.jobs.train import train
from segue.models.sound import train_sound
from segue.models.sound.training import SoundTraining
from segue.signals.audio import RATE
from segue.store.workspace import Workspace

NOW = 1_700_000_000_000
GENRES = ("house", "piano", "punk")


@pytest.fixture
def simulated(tmp_path):
    """Six artists of the simulated world with two tracks each, one track taken more often than the others."""
    with Workspace.create(tmp_path / "ws") as workspace:
        artists = [Item(uri=f"segue:artist:world:a{a}", title=f"A{a}") for a in range(6)]
        tracks = [
            Item(uri=f"segue:track:world:a{a}t{t}", title="T", artists=(artists[a].uri,), genres=(GENRES[a % 3],))
            for a in range(6)
            for t in range(2)
        ]
        plays = [Play(id=f"{u}-{i}", listener=f"sim-{u}", item=tracks[i].uri, at=NOW + i, ms_played=200_000)
                 for u in range(3) for i in (0, 5, 7)]  # fmt: skip
        workspace.log.append(plays, [*artists, *tracks])
        yield workspace


def test_simulated_tracks_are_heard_once(simulated, monkeypatch):
    assert heard(simulated, "default") is None
    steps = []
    first = hear(simulated, "default", network=False, progress=lambda *step: steps.append(step))
    assert steps[0] == ("hearing", 0, 12)
    assert first.vectors.shape[0] == len(first.items) == len(first.features) == 12
    assert not first.network
    assert first.skipped == ()
    artist = np.arange(12) // 2
    near = first.vectors @ first.vectors.T
    np.fill_diagonal(near, -2)
    assert np.mean(artist[near.argmax(1)] == artist) > 0.6
    monkeypatch.setattr("segue.jobs.sound.rendered", None)
    again = hear(simulated, "default", network=False)
    assert again.vectors.tobytes() == first.vectors.tobytes(), "what was heard is not rendered again"
    kept = heard(simulated, "default")
    assert kept is not None
    assert kept.items.tolist() == first.items.tolist()
    assert kept.vectors.tobytes() == first.vectors.tobytes()
    rows = list(kept.rows(simulated))
    assert rows[0]["uri"] == "segue:track:world:a0t0"
    assert 100 < rows[0]["tempo"] < 140
    assert heard(simulated, "another") is None


def test_of_too_many_those_taken_most_and_those_taken_least(simulated):
    found = hear(simulated, "default", most=5, network=False)
    names = [simulated.catalogue.uri(int(n)).rpartition(":")[2] for n in found.items]
    assert names == ["a0t0", "a2t1", "a3t1", "a5t0", "a5t1"]


def test_a_network_where_there_is_one(simulated, monkeypatch):
    pytest.importorskip("torch", reason="pip install 'segue[ml]'")
    monkeypatch.setattr("segue.jobs.sound.train_sound", partial(train_sound, training=SoundTraining(steps=5)))
    found = hear(simulated, "default")
    assert found.network
    folder = heard_by(simulated.path / FOLDER, "default")
    assert folder is not None
    model = load_sound(folder)
    assert model.network is not None
    assert len(model.embed_samples(np.ones(RATE, np.float32))) == found.vectors.shape[1]
    hear(simulated, "default", network=False)
    assert not folder.exists(), "the old model goes"


def test_files_that_cannot_be_heard_are_named_and_skipped(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    time = np.arange(4 * RATE) / RATE
    for name, hertz in (("one.wav", 220), ("two.flac", 330), ("three.ogg", 440)):
        soundfile.write(folder / name, 0.3 * np.sin(2 * np.pi * hertz * time)[:16_000], RATE)
    soundfile.write(folder / "silent.wav", np.zeros(RATE), RATE)
    (folder / "broken.ogg").write_bytes(b"OggS" + b"\0" * 200)

    class Importer:
        def read(self, path):
            for file in sorted(p.name for p in path.iterdir()):
                yield Item(uri=f"segue:track:audio-folder:{file}", title=file, file=file)

    with Workspace.create(tmp_path / "ws") as workspace:
        ingest(workspace, "audio-folder", Importer(), folder, "default")
        (folder / "two.flac").unlink()
        found = hear(workspace, "default", network=False)
        names = [workspace.catalogue.uri(int(n)).rpartition(":")[2] for n in found.items]
        assert names == ["one.wav", "three.ogg"]
        reasons = {uri.rpartition(":")[2]: reason for uri, reason in found.skipped}
        assert reasons["silent.wav"] == "silent"
        assert reasons["broken.ogg"].startswith("no audio")
        assert "no longer" in reasons["two.flac"]


def test_training_says_what_was_heard(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    names = [f"{n}.wav" for n in range(3)]
    for n, name in enumerate(names):
        soundfile.write(folder / name, 0.3 * np.sin(2 * np.pi * 220 * (n + 1) * np.arange(4 * RATE) / RATE), RATE)

    class Importer:
        def read(self, path):
            yield from (Item(uri=f"segue:track:audio-folder:{n}", title=n, file=n) for n in names)

    def said(workspace):
        shown = io.StringIO()
        print_trained(Console(file=shown, width=200), train(workspace, "default", recipes=["popular"]))
        return shown.getvalue()

    with Workspace.create(tmp_path / "ws") as workspace:
        ingest(workspace, "audio-folder", Importer(), folder, "default")
        workspace.log.append(
            [Play(id=n, listener="u", item=f"segue:track:audio-folder:{n}", at=NOW, ms_played=200_000) for n in names]
        )
        assert "sound: 3 tracks have a file that nobody heard yet" in said(workspace)
        hear(workspace, "default", network=False)
        assert "sound: 3 tracks heard" in said(workspace)


def test_nothing_to_hear(tmp_path):
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append((), [Item(uri="segue:track:x:1", title="T")])
        with pytest.raises(NotReady, match="audio-folder"):
            hear(workspace, "default")
