"""Figures of a diagnosis: many runs under one reward."""
