"""How genres and moods sound: tempo, scale, drums, instruments. What is not known is borrowed from what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
    "bhairav": (0, 1, 4, 5, 7, 8, 11),
}

# Sixteenths of a bar; 1–9 how hard, . not at all.
GROOVES: dict[str, dict[str, str]] = {
    "none": {},
    "soft": {"kick": "5.......4.......", "brush": "....4.......4...", "shaker": "2.2.3.2.2.2.3.2."},
    "rock": {"kick": "9.......9.8.....", "snare": "....9.......9...", "hat": "6.4.6.4.6.4.6.4."},
    "punk": {"kick": "9...9.9.9...9.9.", "snare": "..9...9...9...9.", "hat": "7.7.7.7.7.7.7.7."},
    "metal": {"kick": "9898989898989898", "snare": "....9.......9...", "hat": "7...7...7...7..."},
    "doom": {"kick": "9.........7.....", "snare": "........9.......", "hat": "6...6...6...6..."},
    "pop": {"kick": "9.....6.9.......", "clap": "....8.......8...", "hat": "5.5.5.5.5.5.5.53"},
    "four": {"kick": "9...9...9...9...", "clap": "....7.......7...", "hat": "..7...7...7...7."},
    "techno": {"kick": "9...9...9...9...", "hat": "3.7.3.7.3.7.3.73", "block": "...4..4....4..4."},
    "breaks": {"kick": "9.........9.....", "snare": "....9..4.4..9..4", "hat": "6.6.6.6.6.6.6.6."},
    "boom": {"kick": "9..5......96....", "snare": "....9.......9..3", "hat": "6.4.6.4.6.4.6.4."},
    "trap": {"kick": "9.....7...8.....", "clap": "........9.......", "hat": "6.6.6.666.6.6666"},
    "funk": {"kick": "9..7......8..5..", "snare": "....9..3.3..9..3", "hat": "6463646364636463"},
    "swing": {"kick": "4.......4.......", "brush": "....5.......5...", "hat": "7...7..67...7..6"},
    "bossa": {"kick": "7.....67......67", "block": "6..6..6...6..6..", "shaker": "4343434343434343"},
    "salsa": {"hand": "5.75..755.75..77", "block": "8..8..8...8.8...", "shaker": "5.4.5.4.5.4.5.4."},
    "dembow": {"kick": "9...9...9...9...", "snare": "...7..8....7..8.", "hat": "4.4.4.4.4.4.4.4."},
    "onedrop": {"kick": "........9.......", "snare": "........7.......", "hat": "5..45..45..45..4"},
    "afro": {"kick": "9..6..5.9..6..5.", "hand": "..5..6..4.5..6..", "shaker": "5344534453445344"},
    "log": {"kick": "7...7...7...7...", "tom": "...8..6..7..8.6.", "shaker": "4343434343434343"},
    "train": {"kick": "7...7...7...7...", "brush": "3363336333633363", "snare": "....5.......5..."},
    "tabla": {"hand": "9..5.67.8..5.767", "tom": "7.......6......."},
    "march": {"tom": "9.......7...7.7.", "snare": "3.33....3.33...."},
}  # fmt: skip

PROGRESSIONS: dict[str, tuple[tuple[int, ...], ...]] = {
    "bright": ((0, 4, 5, 3), (0, 3, 4, 3), (0, 5, 3, 4), (3, 0, 4, 5), (0, 2, 3, 4)),
    "dark": ((0, 5, 2, 6), (0, 6, 5, 6), (0, 3, 5, 4), (0, 0, 5, 6), (5, 6, 0, 0)),
    "jazz": ((1, 4, 0, 5), (0, 5, 1, 4), (2, 5, 1, 4), (0, 3, 1, 4)),
    "blues": ((0, 0, 3, 0), (0, 3, 0, 4), (4, 3, 0, 0)),
    "still": ((0, 0, 0, 0), (0, 0, 3, 0), (0, 6, 0, 6)),
}


@dataclass(frozen=True, slots=True)
class Style:
    """How music of a genre is put together."""

    tempo: tuple[float, float]  # bpm
    scale: str
    groove: str
    bass: str
    chords: str
    lead: str
    manner: str = "hold"  # of the chords: hold, strum, stab, arp, comp, chug
    harmony: str = "bright"
    swing: float = 0.0  # of the off-beat sixteenths, 0.33 is a triplet
    busy: float = 0.5  # how full of notes the melody is
    bright: float = 0.0  # decibels an octave
    drive: float = 1.0  # of distortion
    room: float = 0.2  # of reverberation
    echo: float = 1.0  # seconds of it
    drums: float = 1.0


def _s(tempo: str, scale: str, groove: str, band: str, manner: str, harmony: str, **more: float) -> Style:
    low, high = map(float, tempo.split("-"))
    bass, chords, lead = band.split("/")
    return Style((low, high), scale, groove, bass, chords, lead, manner, harmony, **more)


STYLES: dict[str, Style] = {
    "dance pop": _s("112-128", "major", "four", "synth/saw/voice", "stab", "bright", bright=1),
    "indie pop": _s("100-126", "major", "pop", "electric/guitar/voice", "strum", "bright"),
    "synth-pop": _s("104-124", "minor", "pop", "synth/pad/square", "arp", "dark", room=0.3),
    "singer-songwriter": _s("72-104", "major", "soft", "upright/guitar/voice", "arp", "bright", busy=0.4, drums=0.5),
    "chanson": _s("80-116", "minor", "soft", "upright/accordion/voice", "comp", "dark", drums=0.4),
    "k-pop": _s("104-132", "minor", "pop", "synth/pluck/voice", "stab", "bright", busy=0.7, bright=1.5),
    "j-pop": _s("120-160", "major", "rock", "electric/keys/voice", "stab", "bright", busy=0.75, bright=1),
    "city pop": _s("100-116", "lydian", "funk", "electric/keys/brass", "comp", "jazz", room=0.25),
    "indie rock": _s("108-140", "major", "rock", "electric/crunch/voice", "strum", "bright", drive=1.6),
    "alternative rock": _s("96-136", "minor", "rock", "electric/crunch/voice", "chug", "dark", drive=2),
    "classic rock": _s("96-132", "mixolydian", "rock", "electric/crunch/organ", "strum", "blues", drive=1.7),
    "punk": _s("160-196", "major", "punk", "electric/heavy/voice", "chug", "bright", drive=2.5, busy=0.6),
    "post-rock": _s("76-110", "dorian", "rock", "electric/strings/guitar", "hold", "still", room=0.5, echo=2, busy=0.3),
    "heavy metal": _s("120-160", "minor", "rock", "electric/heavy/saw", "chug", "dark", drive=3, busy=0.7),
    "metalcore": _s("130-176", "phrygian", "metal", "electric/heavy/heavy", "chug", "dark", drive=4, busy=0.5),
    "doom metal": _s("50-70", "phrygian", "doom", "electric/heavy/heavy", "hold", "still", drive=3.5, busy=0.2),
    "hip hop": _s("84-100", "minor", "boom", "sub/keys/pluck", "stab", "dark", busy=0.4),
    "trap": _s("130-150", "harmonic", "trap", "sub/bell/flute", "arp", "still", busy=0.35),
    "boom bap": _s("84-96", "dorian", "boom", "upright/keys/brass", "comp", "jazz", swing=0.2, busy=0.35),
    "lo-fi beats": _s("70-86", "dorian", "boom", "sub/keys/felt", "comp", "jazz", swing=0.22, bright=-3, busy=0.3),
    "r&b": _s("68-96", "dorian", "trap", "sub/keys/voice", "hold", "jazz", busy=0.45),
    "neo-soul": _s("76-94", "dorian", "boom", "electric/keys/voice", "comp", "jazz", swing=0.18),
    "funk": _s("98-116", "dorian", "funk", "electric/guitar/brass", "comp", "still", busy=0.6),
    "gospel": _s("76-110", "major", "soft", "electric/organ/choir", "hold", "bright", room=0.35),
    "house": _s("120-127", "minor", "four", "synth/keys/voice", "stab", "still", busy=0.3),
    "techno": _s("126-138", "phrygian", "techno", "synth/pluck/square", "arp", "still", busy=0.25, bright=-0.5),
    "drum and bass": _s("168-178", "minor", "breaks", "sub/pad/saw", "hold", "dark", busy=0.35),
    "trance": _s("132-142", "minor", "four", "synth/saw/saw", "arp", "dark", room=0.35, busy=0.6),
    "downtempo": _s("78-100", "dorian", "boom", "sub/pad/keys", "hold", "still", room=0.35, busy=0.3, bright=-1),
    "ambient": _s("56-76", "lydian", "none", "sub/pad/bell", "hold", "still", room=0.7, echo=2.5, busy=0.12, bright=-2),
    "folk": _s("88-120", "mixolydian", "none", "upright/guitar/flute", "arp", "bright", busy=0.5),
    "indie folk": _s("80-112", "major", "soft", "upright/guitar/voice", "arp", "bright", room=0.3, drums=0.5),
    "country": _s("96-132", "major", "train", "electric/guitar/voice", "strum", "bright"),
    "americana": _s("84-116", "mixolydian", "train", "upright/guitar/guitar", "strum", "blues", drums=0.6),
    "bluegrass": _s("126-156", "major", "none", "upright/banjo/banjo", "arp", "bright", busy=0.9, bright=1),
    "jazz": _s("104-168", "dorian", "swing", "upright/piano/reed", "comp", "jazz", swing=0.33, busy=0.6),
    "vocal jazz": _s("76-116", "major", "swing", "upright/piano/voice", "comp", "jazz", swing=0.33, busy=0.4),
    "jazz fusion": _s("100-132", "lydian", "funk", "electric/keys/saw", "comp", "jazz", busy=0.75),
    "bossa nova": _s("112-136", "major", "bossa", "upright/nylon/flute", "comp", "jazz", busy=0.4),
    "blues": _s("66-108", "mixolydian", "swing", "electric/organ/guitar", "comp", "blues", swing=0.3, drive=1.4),
    "classical": _s(
        "72-126", "major", "none", "strings/strings/strings", "arp", "bright", room=0.45, echo=1.6, busy=0.6
    ),
    "piano": _s(
        "64-96", "major", "none", "felt/felt/piano", "arp", "bright", room=0.4, echo=1.5, busy=0.4, bright=-1.5
    ),
    "film score": _s("66-104", "minor", "march", "strings/strings/brass", "hold", "dark", room=0.5, echo=2, busy=0.3),
    "choral": _s("60-84", "major", "none", "choir/choir/choir", "hold", "bright", room=0.6, echo=2.4, busy=0.25),
    "reggaeton": _s("88-100", "minor", "dembow", "sub/pluck/voice", "stab", "dark"),
    "latin pop": _s("92-120", "minor", "dembow", "electric/nylon/voice", "strum", "dark", drums=0.8),
    "salsa": _s("160-196", "minor", "salsa", "upright/piano/brass", "comp", "dark", busy=0.6),
    "regional mexican": _s("96-132", "major", "train", "electric/accordion/brass", "stab", "bright", busy=0.6),
    "mpb": _s("84-112", "major", "bossa", "upright/nylon/voice", "arp", "jazz", drums=0.7),
    "sertanejo": _s("88-124", "major", "pop", "electric/accordion/voice", "strum", "bright"),
    "afrobeats": _s("98-114", "minor", "afro", "sub/marimba/voice", "arp", "bright"),
    "amapiano": _s("110-115", "minor", "log", "sub/keys/flute", "comp", "jazz", busy=0.3),
    "highlife": _s("104-126", "major", "afro", "electric/guitar/brass", "arp", "bright", busy=0.6),
    "reggae": _s("68-84", "mixolydian", "onedrop", "electric/organ/voice", "stab", "bright", busy=0.35),
    "dub": _s("66-78", "dorian", "onedrop", "sub/organ/brass", "stab", "still", room=0.6, echo=2, busy=0.15, bright=-1),
    "bollywood": _s("92-126", "harmonic", "tabla", "electric/strings/voice", "stab", "dark", busy=0.65),
    "indian classical": _s("60-100", "bhairav", "tabla", "sitar/sitar/sitar", "hold", "still", room=0.35, busy=0.7),
}
ALIKE: dict[str, str] = {
    "pop": "dance pop", "rock": "indie rock", "metal": "heavy metal", "rap": "hip hop", "soul": "neo-soul",
    "electronic": "house", "edm": "house", "electro": "synth-pop", "latin": "latin pop", "indie": "indie pop",
    "acoustic": "singer-songwriter", "soundtrack": "film score", "orchestral": "film score", "score": "film score",
    "hardcore": "metalcore", "chill": "downtempo", "dance": "dance pop", "world": "highlife", "instrumental": "piano",
    "grunge": "alternative rock", "psychedelic": "post-rock", "disco": "funk", "industrial": "techno",
}  # fmt: skip

# tempo ×, decibels an octave, melody, drums ×, drive ×, scale it leans to
MOODS: dict[str, tuple[float, float, float, float, float, str]] = {
    "upbeat": (1.06, 0.5, 0.1, 1.1, 1, "major"), "party": (1.04, 0.5, 0.1, 1.2, 1, ""),
    "cardio": (1.08, 0.8, 0.1, 1.3, 1, ""), "bright": (1.02, 1.5, 0.1, 1, 1, "major"),
    "dreamy": (0.94, -1, -0.1, 0.7, 0.8, ""), "neon": (1, 0.7, 0, 1.1, 1, "minor"),
    "intimate": (0.92, -1.2, -0.1, 0.5, 0.8, ""), "mellow": (0.93, -1.5, -0.1, 0.7, 0.8, ""),
    "nostalgic": (0.96, -1, 0, 0.9, 0.9, ""), "restless": (1.06, 0.6, 0.25, 1.1, 1.2, ""),
    "dark": (0.97, -1.5, -0.05, 1, 1.2, "minor"), "driving": (1.04, 0, 0, 1.3, 1.2, ""),
    "angry": (1.08, 1, 0.1, 1.3, 1.8, "phrygian"), "fast": (1.15, 0.3, 0.2, 1.1, 1, ""),
    "slow": (0.82, -0.8, -0.15, 0.7, 1, ""), "confident": (1, 0.3, 0, 1.2, 1.1, ""),
    "study": (0.95, -2, -0.15, 0.6, 0.7, ""), "smooth": (0.97, -1, -0.05, 0.8, 0.8, ""),
    "romantic": (0.93, -0.6, -0.05, 0.7, 0.8, "major"), "uplifting": (1.04, 1, 0.05, 1, 1, "major"),
    "sleep": (0.8, -3, -0.25, 0.2, 0.6, ""), "calm": (0.88, -1.5, -0.15, 0.4, 0.7, "major"),
    "focus": (0.95, -1, -0.1, 0.6, 0.8, ""), "epic": (0.96, 0.5, 0, 1.4, 1.3, "minor"),
    "warm": (0.97, -1, 0, 0.9, 0.9, "major"), "late night": (0.9, -1.6, -0.1, 0.7, 0.8, "dorian"),
}  # fmt: skip


def style_of(genres: Sequence[str], moods: Sequence[str], seed: str = "") -> Style:
    """The style of the first genre, tinted by the moods. A name that is not known is read for a known one in it
    ("melodic techno"), else one is drawn by its letters, so that the same word always sounds the same."""
    style = STYLES[known(genres[0] if genres else "", seed)]
    for mood in moods:
        if mood in MOODS:
            tempo, bright, busy, drums, drive, scale = MOODS[mood]
            low, high = style.tempo
            style = replace(
                style, tempo=(low * tempo, high * tempo), bright=style.bright + bright, busy=style.busy + busy,
                drums=style.drums * drums, drive=1 + (style.drive - 1) * drive, scale=scale or style.scale,
            )  # fmt: skip
    return style


def known(genre: str, seed: str = "") -> str:
    """The genre of STYLES that stands for a word."""
    word = genre.strip().lower()
    if word in STYLES:
        return word
    words = word.replace("-", " ")
    within = [name for name in (*STYLES, *ALIKE) if name.replace("-", " ") in words]
    if within:
        best = max(within, key=len)
        return ALIKE.get(best, best)
    letters = blake2b((word or seed).encode("utf-8", "replace"), digest_size=4).digest()
    return sorted(STYLES)[int.from_bytes(letters, "big") % len(STYLES)]
