"""Content to arrays: text, sound. Imports nothing of segue but core."""
