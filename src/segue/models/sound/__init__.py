"""Learning what tracks sound like: a network trained on log-mel, or statistics alone where torch is missing."""

from __future__ import annotations

from segue.models.sound.training import SoundTraining, statistics_only, train_sound

__all__ = ["SoundTraining", "statistics_only", "train_sound"]
