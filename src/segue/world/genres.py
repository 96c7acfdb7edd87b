"""Genres of music, topics of shows and genres of books, as one space in which neighbours lie close together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.world.draws import unit

SPACE = 24  # dimensions of taste


@dataclass(frozen=True, slots=True)
class Genre:
    name: str
    family: str
    near: tuple[str, ...]  # genres of other families it borders on
    style: str  # of titles: a key of words_music.STYLES
    origins: str  # country codes, the likelier more often
    share: float  # of the catalogue, relative
    minutes: float  # of a track
    explicit: float  # share of tracks
    moods: tuple[str, ...]
    sung: bool = True


def _g(
    name: str, family: str, near: str, style: str, origins: str, share: float, minutes: float, explicit: float,
    moods: str, sung: bool = True,
) -> Genre:  # fmt: skip
    near_, moods_ = (tuple(x for x in text.split("/") if x) for text in (near, moods))
    return Genre(name, family, near_, style, origins, share, minutes, explicit, moods_, sung)


_EN = "US US US GB GB AU CA"
_EU = "US GB GB DE FR SE"

GENRES: tuple[Genre, ...] = (
    _g("dance pop", "pop", "house/r&b", "love", f"{_EN} SE FR DE", 5, 3.3, 0.10, "upbeat/party/cardio"),
    _g("indie pop", "pop", "indie rock/indie folk", "day", f"{_EU} AU CA", 4, 3.5, 0.06, "bright/dreamy"),
    _g("synth-pop", "pop", "techno/alternative rock", "night", "GB DE SE FR US", 3, 3.9, 0.04, "neon/dreamy"),
    _g("singer-songwriter", "pop", "indie folk/folk", "love", f"{_EU} IT CA", 3, 3.8, 0.05, "intimate/mellow"),
    _g("chanson", "pop", "vocal jazz/singer-songwriter", "love", "FR FR FR IT", 2, 3.4, 0.04, "intimate/nostalgic"),
    _g("k-pop", "pop", "dance pop/trap", "love", "KR", 3, 3.2, 0.02, "upbeat/party"),
    _g("j-pop", "pop", "indie pop/synth-pop", "day", "JP", 3, 4.0, 0.01, "bright/upbeat"),
    _g("city pop", "pop", "funk/j-pop", "night", "JP JP JP KR", 1.5, 4.4, 0.0, "nostalgic/neon"),
    _g("indie rock", "rock", "indie pop/punk", "day", f"{_EN} SE", 5, 3.7, 0.10, "restless/bright"),
    _g("alternative rock", "rock", "metalcore/indie rock", "hard", f"{_EN} DE", 4, 4.0, 0.12, "restless/dark"),
    _g("classic rock", "rock", "blues/americana", "road", "US US GB GB AU", 3, 4.6, 0.03, "nostalgic/driving"),
    _g("punk", "rock", "alternative rock/metalcore", "hard", "US GB DE SE AU ES", 2.5, 2.5, 0.25, "angry/fast"),
    _g("post-rock", "rock", "ambient/alternative rock", "calm", "GB CA SE JP", 1.5, 6.8, 0.0, "dark/slow", False),
    _g("heavy metal", "metal", "classic rock", "dark", "GB US DE SE BR", 2.5, 4.9, 0.08, "dark/driving"),
    _g("metalcore", "metal", "punk", "dark", "US GB DE AU SE", 2, 3.9, 0.25, "angry/fast"),
    _g("doom metal", "metal", "post-rock", "dark", "SE GB US", 1, 8.0, 0.05, "dark/slow"),
    _g("hip hop", "hip hop", "r&b/funk", "street", "US US US GB FR DE", 5, 3.4, 0.60, "confident/driving"),
    _g("trap", "hip hop", "r&b/reggaeton", "street", "US US FR DE ES IT", 3, 2.9, 0.70, "dark/confident"),
    _g("boom bap", "hip hop", "neo-soul/jazz fusion", "street", "US US GB FR JP", 1.5, 3.6, 0.50, "nostalgic/mellow"),
    _g("lo-fi beats", "hip hop", "downtempo/piano", "calm", "US JP DE KR SE", 2, 2.4, 0.0, "study/mellow", False),
    _g("r&b", "soul", "hip hop/dance pop", "love", f"{_EN} NG", 4, 3.5, 0.30, "smooth/romantic"),
    _g("neo-soul", "soul", "jazz fusion/boom bap", "love", "US GB GB NG AU", 2, 4.1, 0.12, "smooth/mellow"),
    _g("funk", "soul", "house/jazz fusion", "dance", "US US BR GB", 2, 4.3, 0.04, "party/upbeat"),
    _g("gospel", "soul", "blues/choral", "light", "US US NG ZA", 1, 4.7, 0.0, "uplifting/bright"),
    _g("house", "electronic", "funk/dance pop", "dance", "GB DE US FR ZA", 3, 5.2, 0.03, "party/driving"),
    _g("techno", "electronic", "synth-pop", "machine", "DE DE GB US FR", 2.5, 6.2, 0.0, "dark/driving", False),
    _g("drum and bass", "electronic", "dub/techno", "machine", "GB GB DE BR AU", 1.5, 4.6, 0.04, "fast/cardio"),
    _g("trance", "electronic", "techno/dance pop", "light", "DE GB SE IN", 1.5, 6.4, 0.0, "uplifting/cardio"),
    _g("downtempo", "electronic", "dub/lo-fi beats", "calm", "GB FR DE US", 1.5, 4.8, 0.0, "mellow/slow", False),
    _g("ambient", "electronic", "post-rock/piano", "calm", "GB DE SE JP US", 2, 6.0, 0.0, "sleep/slow", False),
    _g("folk", "folk", "singer-songwriter/bluegrass", "road", "GB US SE CA", 2, 3.9, 0.0, "mellow/nostalgic"),
    _g("indie folk", "folk", "indie pop/singer-songwriter", "day", "US GB SE CA AU", 3, 3.8, 0.02, "intimate/mellow"),
    _g("country", "folk", "classic rock/singer-songwriter", "road", "US US US CA AU", 3.5, 3.4, 0.03, "warm/driving"),
    _g("americana", "folk", "blues/classic rock", "road", "US US CA", 1.5, 4.0, 0.03, "warm/nostalgic"),
    _g("bluegrass", "folk", "folk/country", "road", "US", 1, 3.2, 0.0, "fast/warm"),
    _g("jazz", "jazz", "blues/classical", "jazz", "US US GB FR SE JP", 2.5, 6.2, 0.0, "smooth/late night", False),
    _g("vocal jazz", "jazz", "chanson/neo-soul", "jazz", "US GB FR BR", 1.5, 4.0, 0.0, "romantic/late night"),
    _g("jazz fusion", "jazz", "funk/neo-soul", "jazz", "US GB JP BR", 1, 5.9, 0.0, "restless/smooth", False),
    _g("bossa nova", "jazz", "mpb/vocal jazz", "jazz", "BR BR BR US", 1, 3.4, 0.0, "warm/mellow"),
    _g("blues", "jazz", "classic rock/americana", "road", "US US GB", 1.5, 4.3, 0.02, "slow/late night"),
    _g("classical", "classical", "choral", "classical", "DE FR IT GB JP", 2.5, 6.5, 0.0, "calm/focus", False),
    _g("piano", "classical", "ambient/lo-fi beats", "calm", "DE FR SE JP IT", 2, 3.3, 0.0, "study/sleep", False),
    _g("film score", "classical", "ambient/post-rock", "classical", "US GB DE IN", 1.5, 3.6, 0.0, "epic/focus", False),
    _g("choral", "classical", "gospel", "light", "GB SE DE US", 0.7, 4.4, 0.0, "calm/uplifting"),
    _g("reggaeton", "latin", "trap/dance pop", "love", "CO CO MX ES US", 4, 3.2, 0.35, "party/confident"),
    _g("latin pop", "latin", "dance pop/singer-songwriter", "love", "MX ES CO", 3, 3.5, 0.03, "romantic/upbeat"),
    _g("salsa", "latin", "jazz fusion/latin pop", "dance", "CO US MX", 1.2, 4.6, 0.0, "party/warm"),
    _g("regional mexican", "latin", "country/latin pop", "road", "MX MX MX US", 2.5, 3.1, 0.05, "romantic/warm"),
    _g("mpb", "latin", "bossa nova/indie pop", "day", "BR", 1.5, 3.8, 0.0, "warm/mellow"),
    _g("sertanejo", "latin", "country/latin pop", "love", "BR", 2.5, 2.9, 0.01, "romantic/party"),
    _g("afrobeats", "african", "r&b/dance pop", "love", "NG NG NG GB", 3, 3.2, 0.10, "party/warm"),
    _g("amapiano", "african", "house/afrobeats", "dance", "ZA ZA ZA NG", 1.5, 5.8, 0.04, "party/smooth"),
    _g("highlife", "african", "funk/reggae", "day", "NG", 0.8, 5.0, 0.0, "warm/nostalgic"),
    _g("reggae", "caribbean", "highlife/neo-soul", "light", "JM JM JM GB", 1.5, 3.9, 0.06, "warm/mellow"),
    _g("dub", "caribbean", "downtempo/drum and bass", "machine", "JM JM GB DE", 0.8, 4.8, 0.0, "slow/dark", False),
    _g("bollywood", "indian", "dance pop/latin pop", "love", "IN", 3, 4.4, 0.0, "romantic/party"),
    _g("indian classical", "indian", "ambient/classical", "classical", "IN", 0.8, 8.2, 0.0, "calm/focus", False),
)
NUMBER = {g.name: i for i, g in enumerate(GENRES)}

TOPICS: dict[str, tuple[str, ...]] = {
    "news": ("classic rock", "jazz", "classical", "folk"),
    "true crime": ("country", "dance pop", "alternative rock", "trap"),
    "technology": ("techno", "synth-pop", "lo-fi beats", "drum and bass"),
    "business": ("house", "hip hop", "piano", "trance"),
    "science": ("ambient", "post-rock", "film score", "indie rock"),
    "history": ("classical", "folk", "heavy metal", "choral"),
    "sport": ("reggaeton", "hip hop", "sertanejo", "afrobeats", "punk"),
    "wellbeing": ("indie folk", "ambient", "neo-soul", "gospel"),
    "music stories": ("indie rock", "jazz fusion", "boom bap", "funk"),
    "film and tv": ("film score", "city pop", "k-pop", "indie pop"),
    "books and ideas": ("jazz", "chanson", "singer-songwriter", "bossa nova"),
    "food and travel": ("mpb", "salsa", "highlife", "americana"),
}
"""Topics of shows, each with the music that its listeners tend to like."""

BOOKS: dict[str, tuple[str, ...]] = {
    "fantasy": ("heavy metal", "film score", "folk", "doom metal"),
    "science fiction": ("synth-pop", "techno", "post-rock", "ambient"),
    "crime": ("blues", "alternative rock", "jazz", "trap"),
    "romance": ("dance pop", "r&b", "country", "bollywood", "latin pop"),
    "literary fiction": ("chanson", "classical", "indie folk", "vocal jazz"),
    "historical fiction": ("folk", "choral", "classical", "regional mexican"),
    "biography": ("classic rock", "boom bap", "americana", "mpb"),
    "popular science": ("lo-fi beats", "piano", "indie rock", "jazz fusion"),
    "self-help": ("house", "gospel", "neo-soul", "trance"),
    "horror": ("metalcore", "punk", "doom metal", "drum and bass"),
}
"""Genres of audiobooks, each with the music that its listeners tend to like."""


def genre_vectors(rng: np.random.Generator) -> NDArray[np.float32]:
    """(G, SPACE) of length 1: family, own part, and a pull towards the neighbours."""
    families = sorted({g.family for g in GENRES})
    roots = unit(rng.standard_normal((len(families), SPACE)))
    own = unit(rng.standard_normal((len(GENRES), SPACE)))
    base = unit(0.75 * roots[[families.index(g.family) for g in GENRES]] + 0.75 * own)
    pull = np.stack([sum((base[NUMBER[n]] for n in g.near), np.zeros(SPACE)) for g in GENRES])
    return unit(base + 0.3 * pull)


def topic_vectors(
    table: dict[str, tuple[str, ...]], genres: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """(T, SPACE) of length 1: the middle of the music that goes with a topic, and a part of its own."""
    middle = unit(np.stack([genres[[NUMBER[n] for n in names]].sum(0) for names in table.values()]))
    return unit(middle + 0.8 * unit(rng.standard_normal(middle.shape)))
