"""Figures that check the reward of one run."""
