"""Real music audio: the freely licensed soundtracks that Debian packages, one album a package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import soundfile

from segue.signals.audio import ENDINGS

PACKAGES = {
    "wesnoth-1.16-music": "usr/share/games/wesnoth/1.16/data/core/music",
    "warzone2100-music": "usr/share/games/warzone2100/music",
    "drascula-music": "usr/share/scummvm/drascula/audio",  # the other folders are the same music, sung over
    "hyperrogue-music": "usr/share/hyperrogue/music",
    "fillets-ng-data": "usr/share/games/fillets-ng/music",
    "pushover-data": "usr/share/pushover",
    "fretsonfire-songs-sectoid": "usr/share/games/fretsonfire/data/songs/sectoid",
}
SHORTEST = 30.0  # seconds


def tracks(folder: Path, names: Sequence[str] = tuple(PACKAGES)) -> list[tuple[str, Path]]:
    """(package, file) of the tracks of 30 s or more, whether the packages are installed under the folder (`/`) or
    unpacked, each in a folder of its own name, with `dpkg -x`."""
    found = []
    for name in names:
        roots = [root for root in (folder / name / PACKAGES[name], folder / PACKAGES[name]) if root.is_dir()]
        for path in sorted(roots[0].rglob("*")) if roots else ():
            whole = path.suffix.lower() in ENDINGS and path.is_file() and not path.is_symlink()
            if whole and soundfile.info(path).duration >= SHORTEST:
                found.append((name, path))
    return found
