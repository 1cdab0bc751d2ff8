"""Figures of a study: accuracy against generations."""
