import io
import os
import threading

import numpy as np
import pytest
import soundfile

from segue.core.events import Item
from segue.jobs.ingest import ingest
from segue.signals.audio import RATE, BadSound, decode_file
from segue.signals.rendering import encoded, render_clip
from segue.store.snapshot import take
from segue.store.sounds import inside
from segue.store.workspace import Workspace
from segue.surfaces import clips
from segue.surfaces.clips import Clips


@pytest.fixture
def folder(tmp_path, synth):
    root = tmp_path / "music"
    root.mkdir()
    soundfile.write(root / "tone.wav", synth.sine(440, 30, 0.4), RATE)
    (tmp_path / "secret.wav").write_bytes((root / "tone.wav").read_bytes())
    return root


@pytest.fixture
def synth():
    class Tone:
        @staticmethod
        def sine(hertz, seconds, level):
            return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)

    return Tone


def test_an_excerpt_of_a_file_is_kept_and_made_anew_when_the_file_changes(tmp_path, folder, synth):
    made = Clips(tmp_path / "clips")
    first = made.excerpt(folder / "tone.wav")
    content = first.read()
    samples, rate = soundfile.read(io.BytesIO(content))
    assert (rate, len(samples)) == (RATE, int(clips.EXCERPT_S * RATE))
    assert abs(samples[0]) < 0.01
    assert len(list((tmp_path / "clips").glob("*/*.flac"))) == 1
    assert not list((tmp_path / "clips").glob("*/*.part"))
    soundfile.write(folder / "tone.wav", synth.sine(220, 31, 0.4), RATE)
    second = made.excerpt(folder / "tone.wav")
    assert second.key != first.key
    assert second.read() != content


def test_asked_for_at_once_it_is_made_once(tmp_path, folder, monkeypatch):
    calls = []

    def decode(path, **options):
        calls.append(path)
        return decode_file(path, **options)

    monkeypatch.setattr(clips, "decode_file", decode)
    made = Clips(tmp_path / "clips")
    got = []
    threads = [threading.Thread(target=lambda: got.append(made.excerpt(folder / "tone.wav").read())) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(got) == 8
    assert len(set(got)) == len(calls) == 1


def test_old_ones_go_when_there_are_too_many(tmp_path, monkeypatch):
    made = Clips(tmp_path / "clips")
    content = encoded(np.random.default_rng(0).uniform(-1, 1, 50_000).astype(np.float32))
    monkeypatch.setattr(clips, "MOST_BYTES", 5 * len(content))
    for i in range(9):
        made._kept(f"{i:02}" + "0" * 30, lambda: content)
        path = tmp_path / "clips" / f"{i:02}" / (f"{i:02}" + "0" * 30 + ".flac")
        os.utime(path, (1_000_000 + i, 1_000_000 + i))
    left = sorted(p.name[:2] for p in (tmp_path / "clips").glob("*/*.flac"))
    assert left[-1] == "08"
    assert 3 <= len(left) <= 5


def test_a_file_that_cannot_be_heard_leaves_nothing(tmp_path, folder):
    (folder / "words.ogg").write_text("no sound")
    made = Clips(tmp_path / "clips")
    with pytest.raises(BadSound):
        made.excerpt(folder / "words.ogg").read()
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "link.wav", "sub/../../secret.wav", "no.wav", ".",
                                  "a\0b.wav", "deep/secret.wav"])  # fmt: skip
def test_nothing_outside_the_folder_is_found(folder, name):
    (folder / "link.wav").symlink_to(folder.parent / "secret.wav")
    (folder / "deep").symlink_to(folder.parent)
    assert inside(folder, name) is None
    assert inside(folder, "tone.wav") == folder / "tone.wav"


def test_files_are_found_by_item(tmp_path, folder):
    class Importer:
        def read(self, path):
            yield Item(uri="segue:track:audio-folder:tone.wav", title="Tone", file="tone.wav")
            yield Item(uri="segue:track:audio-folder:gone.wav", title="Gone", file="../secret.wav")
            yield Item(uri="segue:track:other:1", title="Another")

    with Workspace.create(tmp_path / "w") as workspace:
        assert workspace.sounds.numbers("default") == frozenset()
        assert workspace.sounds.path(1) is None
        ingest(workspace, "audio-folder", Importer(), folder, "default")
        numbers = [workspace.catalogue.number("default", f"segue:track:{id}") or 0
                   for id in ("audio-folder:tone.wav", "audio-folder:gone.wav", "other:1")]  # fmt: skip
        assert workspace.sounds.numbers("default") == frozenset(numbers[:2])
        assert workspace.sounds.path(numbers[0]) == folder / "tone.wav"
        assert workspace.sounds.path(numbers[1]) is None
        assert workspace.sounds.path(numbers[2]) is None
        assert workspace.sounds.numbers("somebody else") == frozenset()


def test_a_simulated_track_is_rendered_once(tmp_path, monkeypatch):
    with Workspace.create(tmp_path / "w") as workspace:
        artist, track = "segue:artist:world:a1", "segue:track:world:t1"
        items = [
            Item(uri=artist, title="Nobody"),
            Item(uri=track, title="Never", artists=(artist,), genres=("house",), tags=("party",)),
            Item(uri="segue:track:other:t1", title="Real"),
        ]
        workspace.log.append((), items, tenant="default")
        facts = take(workspace, "default", simulated=True).catalogue
        number, other = (workspace.catalogue.number("default", item.uri) or 0 for item in items[1:])
    assert clips.simulated(facts, number)
    assert not clips.simulated(facts, other)
    assert not clips.simulated(facts, facts.find(artist)[0])
    made = Clips(tmp_path / "clips")
    content = made.rendered(facts, number).read()
    assert content == encoded(render_clip(track, artist, ("house",), ("party",)))
    monkeypatch.setattr(clips, "render_clip", None)
    assert Clips(tmp_path / "clips").rendered(facts, number).read() == content
