"""What a track sounds like as one vector: a network in ONNX and statistics, or the statistics alone."""

from __future__ import annotations

from segue.fitted.sound.model import SEGMENT, Sound, load_sound
from segue.fitted.sound.statistics import Statistics

__all__ = ["SEGMENT", "Sound", "Statistics", "load_sound"]
