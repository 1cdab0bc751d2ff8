"""Figures of a reward that was fitted."""
