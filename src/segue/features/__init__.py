"""What is known of a moment, a listener and an item. One group of features a file; the book keeps them together."""

from __future__ import annotations

from segue.features._book import FEATURES, Book
from segue.features._told import READ, Reader, Told

__all__ = ["FEATURES", "READ", "Book", "Reader", "Told"]
