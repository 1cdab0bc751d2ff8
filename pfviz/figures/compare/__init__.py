"""Figures of a comparison: several runs on common axes."""
