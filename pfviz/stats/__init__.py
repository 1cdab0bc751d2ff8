"""Estimates with intervals, rank correlations and curves: the statistics that diagnostics, lab and study share.

scipy is imported in this room alone, and where a function needs it: it takes a second to load.
"""
