"""Figures of one run: who descends from whom, weights, resampling, answers."""
