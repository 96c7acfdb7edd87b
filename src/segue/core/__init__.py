"""Vocabulary and contracts. Imports nothing of segue."""
