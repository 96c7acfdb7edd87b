import struct
import wave
from pathlib import Path


def tagged(path: Path, seconds: float, **tags: str) -> None:
    """A silent WAV with a LIST INFO block: INAM title, IART artist, IPRD album, IGNR genre, ICRD year."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * int(8000 * seconds))
    body = b"INFO"
    for key, value in tags.items():
        raw = value.encode() + b"\0"
        raw += b"\0" * (len(raw) % 2)
        body += key.encode() + struct.pack("<I", len(raw)) + raw
    data = path.read_bytes() + b"LIST" + struct.pack("<I", len(body)) + body
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])


def make(folder: Path):
    (folder / "Artist").mkdir()
    tagged(folder / "Artist" / "one.wav", 1.5, INAM="One", IART="Artist", IPRD="Album", IGNR="Rock", ICRD="1999")
    tagged(folder / "untagged.wav", 0.5)
    (folder / "cover.jpg").write_bytes(b"\xff\xd8")
    return folder, {}
