"""Segue: personalization for audio, self-hosted."""

__version__ = "0.1.0"
