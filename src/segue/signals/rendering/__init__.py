"""Short clips of tracks that no one ever played: composed and rendered from what a catalogue says of them."""

from __future__ import annotations

from segue.signals.rendering.clip import SECONDS, encoded, render_clip
from segue.signals.rendering.timbres import RATE

__all__ = ["RATE", "SECONDS", "encoded", "render_clip"]
