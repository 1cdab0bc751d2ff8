"""Figures of a reward model on ProcessBench: solutions whose first wrong step is known."""
