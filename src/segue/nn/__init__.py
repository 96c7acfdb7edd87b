"""Shared torch: training only, never in a serving process. Torch is imported where it is used, not before."""
