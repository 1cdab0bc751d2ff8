"""Trace → numbers: pure functions, one small module per subject."""

from pfviz.diagnostics.evidence import cumulative, is_filter, mass_name, target
from pfviz.diagnostics.genealogy import (
    ancestry,
    descendants,
    distinct_ancestors,
    eves,
    expected_offspring,
    lanes,
    living_descendants,
    mrca_step,
    offspring,
    relatives,
    survivors,
    traced_back,
)
from pfviz.diagnostics.graph import to_networkx
from pfviz.diagnostics.weights import ess_fraction, max_weight, perplexity_fraction

__all__ = [
    "ancestry",
    "cumulative",
    "descendants",
    "distinct_ancestors",
    "ess_fraction",
    "eves",
    "expected_offspring",
    "is_filter",
    "lanes",
    "living_descendants",
    "mass_name",
    "max_weight",
    "mrca_step",
    "offspring",
    "perplexity_fraction",
    "relatives",
    "survivors",
    "target",
    "to_networkx",
    "traced_back",
]
