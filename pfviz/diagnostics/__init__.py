"""Trace → numbers: pure functions, one small module per subject."""

from pfviz.diagnostics.evidence import cumulative_log_evidence, evidence_name, is_filter, mass_name
from pfviz.diagnostics.genealogy import (
    ancestry,
    descendants,
    distinct_ancestors,
    expected_offspring,
    lanes,
    lineage_slots,
    living_descendants,
    mrca_step,
    offspring,
    relatives,
    root_ancestor,
    survivors,
)
from pfviz.diagnostics.graph import to_networkx
from pfviz.diagnostics.weights import ess_fraction, max_weight, perplexity_fraction

__all__ = [
    "ancestry",
    "cumulative_log_evidence",
    "descendants",
    "distinct_ancestors",
    "ess_fraction",
    "evidence_name",
    "expected_offspring",
    "is_filter",
    "lanes",
    "lineage_slots",
    "living_descendants",
    "mass_name",
    "max_weight",
    "mrca_step",
    "offspring",
    "perplexity_fraction",
    "relatives",
    "root_ancestor",
    "survivors",
    "to_networkx",
]
