"""Estimates with intervals, rank correlations and curves: the statistics that diagnostics, lab and study share."""
