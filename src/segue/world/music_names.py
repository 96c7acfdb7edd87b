"""Names of artists, albums, tracks and playlists, by a small grammar over the word lists."""

from __future__ import annotations

import re

from segue.world import words_music as w
from segue.world.dice import Dice
from segue.world.genres import GENRES, Genre
from segue.world.places import PLACES, Place
from segue.world.words_people import FIRST, LAST

LATIN_BANDS = {"regional mexican", "salsa", "sertanejo"}
SOLO = {
    "singer-songwriter",
    "country",
    "r&b",
    "latin pop",
    "chanson",
    "vocal jazz",
    "piano",
    "indian classical",
    "mpb",
    "blues",
    "afrobeats",
    "bollywood",
    "reggae",
    "film score",
    "neo-soul",
    "reggaeton",
    "amapiano",
    "highlife",
    "gospel",
}
BANDS = {
    "indie rock",
    "alternative rock",
    "classic rock",
    "punk",
    "post-rock",
    "indie folk",
    "bluegrass",
    "funk",
    "americana",
}


def person(place: Place, dice: Dice) -> str:
    return f"{dice.of(FIRST[place.culture])} {dice.of(LAST[place.culture])}"


def artist_name(genre: Genre, place: Place, dice: Dice) -> str:
    """A name of a kind that is usual in the genre."""
    u = dice.u()
    if genre.family == "metal":
        return dice.of(w.BAND_ONE) if u < 0.15 else f"{dice.of(w.DARK_FIRST)} {dice.of(w.DARK_LAST)}"
    if genre.family == "electronic" or genre.name in ("lo-fi beats", "dub", "amapiano"):
        if u < 0.45:
            return dice.of(w.DJ_NAMES)
        return (
            f"DJ {dice.of(FIRST[place.culture])}"
            if u < 0.55
            else (person(place, dice) if u < 0.8 else dice.of(w.BAND_ONE))
        )
    if genre.family == "hip hop" and u < 0.55:
        return dice.of(w.RAP_NAMES) if u < 0.3 else f"{dice.of(w.ADJECTIVES)} {dice.of(FIRST[place.culture])}"
    if genre.name in ("k-pop", "j-pop") and u < 0.55:
        return dice.of(w.IDOL_NAMES)
    if genre.name in LATIN_BANDS and u < 0.4:
        return dice.of(w.REGION_BANDS) if u < 0.2 and place.language == "es" else _duo(place, dice)
    if genre.name in ("classical", "choral"):
        return person(place, dice) if u < 0.45 else f"{dice.of(place.cities)} {dice.of(w.ORCHESTRAS)}"
    if genre.family == "jazz" and u < 0.4 and genre.name != "bossa nova":
        return f"{person(place, dice)} {dice.of(w.ENSEMBLES)}"
    if genre.name in SOLO or (u < 0.35 and genre.name not in BANDS):
        return person(place, dice) if u < 0.85 else dice.of(FIRST[place.culture])
    if u < 0.55:
        return f"The {dice.of(w.BAND_FIRST)} {dice.of(w.BAND_LAST)}"
    if u < 0.75:
        return f"{dice.of(w.BAND_FIRST)} {dice.of(w.BAND_LAST)}"
    return dice.of(w.BAND_ONE) if u < 0.9 else f"{dice.of(LAST[place.culture])} & the {dice.of(w.BAND_LAST)}"


def _duo(place: Place, dice: Dice) -> str:
    one, two = dice.of(FIRST[place.culture]), dice.of(FIRST[place.culture])
    joint = "e" if place.language == "pt" else "y"
    return f"{one} {joint} {two}" if one != two else person(place, dice)


def _fill(pattern: str, noun: str, dice: Dice) -> str:
    text = pattern.replace("{n}", noun).replace("{a}", dice.of(w.ADJECTIVES)).replace("{p}", dice.of(w.PLACES_SUNG))
    return articles(text)


def articles(text: str) -> str:
    """With "an" before a vowel."""
    return re.sub(r"\b([Aa]) (?=[AEIOUaeiou])", r"\1n ", text)


def track_title(genre: Genre, language: str, christmas: bool, dice: Dice) -> str:
    """A title as the genre and the language have them; `language` is "" for music without words."""
    nouns = w.STYLES[genre.style]
    noun, u = dice.of(nouns), dice.u()
    if christmas:
        return _fill(dice.of(w.CHRISTMAS), noun, dice)
    if genre.name == "indian classical":
        return (
            f"Raga {dice.of(w.RAGAS)}: {dice.of(('Alap', 'Gat in Teental', 'Jhala', 'Drut', 'Vilambit', 'Dhun'))}"
            + (f" ({dice.of(PLACES[9].cities)})" if u < 0.5 else "")
        )
    if genre.name == "classical":
        number, opus = 1 + int(dice.u() * 9), 2 + int(dice.u() * 96)
        form = f"{dice.of(w.CLASSICAL_FORMS)} No. {number} in {dice.of(w.KEYS)}, Op. {opus}"
        return f"{form}: {dice.of(w.MOVEMENTS)}" if u < 0.45 else form
    if language in w.FOREIGN and u < 0.9:
        head, tail = w.FOREIGN[language]
        return f"{dice.of(head)} {dice.of(tail)}" if u < 0.74 else f"{dice.of(head)}, {dice.of(head).lower()}"
    if genre.style == "machine" and u < 0.5:
        return f"{noun} {dice.of(nouns)}" if u < 0.3 else f"{noun} ({dice.of(w.DJ_NAMES)} Remix)"
    if u < 0.08:
        return noun
    if u < 0.32:
        return f"{dice.of(w.ADJECTIVES)} {noun}"
    if u < 0.42:
        return f"{noun} {dice.of(w.TIMES_SUNG)}"
    if u < 0.52:
        return f"{dice.of(w.VERBS)}" + (f" ({noun})" if dice.chance(0.4) else f" {dice.of(w.TIMES_SUNG)}")
    if u < 0.82:
        return _fill(dice.of(w.LINES), noun, dice)
    if u < 0.92:
        return f"{noun} in {dice.of(w.PLACES_SUNG)}"
    return f"The {noun} and the {dice.of([other for other in nouns if other != noun])}"


def album_title(genre: Genre, language: str, tracks: list[str], dice: Dice) -> str:
    """Named after one of its tracks, or on its own; a single bears the name of its track."""
    if len(tracks) == 1 or dice.chance(0.4):
        return dice.of(tracks).split(" (")[0]
    if dice.chance(0.1):
        return f"{dice.of(('Live in', 'Sessions in', 'Letters from'))} {dice.of(dice.of(PLACES).cities)}"
    return track_title(genre, language, False, dice)


MOOD_TITLES = (
    "{m} {g}",
    "{g}: {m}",
    "{g} & Chill",
    "Pure {g}",
    "All New {g}",
    "{g} Essentials",
    "{g} Rising",
    "{m} {g} Mix",
)
SITUATIONS = {
    "cardio": "Cardio {g}",
    "study": "{g} to Study to",
    "sleep": "Fall Asleep to {g}",
    "late night": "Late Night {g}",
    "party": "{g} House Party",
    "focus": "Deep Focus: {g}",
    "driving": "{g} for the Road",
    "romantic": "{g} for Two",
    "mellow": "Sunday {g}",
    "intimate": "{g}, Unplugged",
    "nostalgic": "{g} from Way Back",
}


def playlist_title(genre: Genre, decade: int, dice: Dice) -> tuple[str, str]:
    """Title and description of an editorial playlist; decade 0 for all times, -1 for Christmas."""
    name, mood = _cap(genre.name), dice.of(genre.moods)
    if decade < 0:
        return "Christmas at Home", "Snow, candles and choirs: the songs that come out once a year."
    if decade:
        title = f"{dice.of((_cap(mood) + ' ' + name, name))} {decade}s"
        return (
            title,
            f"{name} as it has sounded since 2020." if decade == 2020 else f"{name} as it sounded in the {decade}s.",
        )
    pattern = SITUATIONS.get(mood, dice.of(MOOD_TITLES)) if dice.chance(0.6) else dice.of(MOOD_TITLES)
    near = f" Leans towards {dice.of(genre.near)}." if dice.chance(0.5) else ""
    lead = dice.of(
        (
            "The best of {g} right now, and where it came from.",
            "{m} {g}, updated every week.",
            "New and old {g} for a {m} hour.",
            "Where {g} is going this month.",
        )
    )
    return pattern.format(m=_cap(mood), g=name), _first_up(lead.format(m=mood, g=genre.name)) + near


OWN = (
    "my {g}",
    "{g} mix",
    "{m} stuff",
    "{g} {y}",
    "songs for {w}",
    "{m}",
    "{g} again",
    "{w} playlist",
    "best of {g} imo",
    "{g}!!",
)
WHENS = (
    "the car",
    "the gym",
    "cooking",
    "mondays",
    "the train",
    "running",
    "work",
    "summer",
    "rainy days",
    "cleaning",
    "late nights",
)


def own_title(genre: int, dice: Dice) -> str:
    """What a listener calls a playlist of their own."""
    g = GENRES[genre]
    return dice.of(OWN).format(g=g.name, m=dice.of(g.moods), y=2018 + int(dice.u() * 9), w=dice.of(WHENS))


SMALL_CAPS = {
    "r&b": "R&B",
    "mpb": "MPB",
    "k-pop": "K-Pop",
    "j-pop": "J-Pop",
    "lo-fi beats": "Lo-Fi Beats",
    "drum and bass": "Drum and Bass",
    "hip hop": "Hip Hop",
    "neo-soul": "Neo-Soul",
}


def _cap(text: str) -> str:
    return SMALL_CAPS.get(text, text.title())


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
