"""Trace → Plotly figures, one per file: `pfviz.figures.genealogy(trace)`. All take a trace (`slopes` what
became of one under another reward) and `selected`, a uid.

The short names are functions; each shadows the module that it comes from.
"""

from pfviz.figures.answers import plot_answers as answers
from pfviz.figures.counterfactual import plot_counterfactual as counterfactual
from pfviz.figures.export import to_html
from pfviz.figures.genealogy import plot_genealogy as genealogy
from pfviz.figures.inside import plot_inside as inside
from pfviz.figures.profile import plot_profile as profile
from pfviz.figures.resampling import plot_resampling as resampling
from pfviz.figures.residuals import plot_residuals as residuals
from pfviz.figures.rewards import plot_rewards as rewards
from pfviz.figures.slopes import plot_slopes as slopes
from pfviz.figures.strips import plot_strips as strips
from pfviz.figures.sweeps import plot_sweeps as sweeps
from pfviz.figures.weights import plot_weights as weights
from pfviz.figures.worth import plot_worth as worth

__all__ = [
    "answers",
    "counterfactual",
    "genealogy",
    "inside",
    "profile",
    "resampling",
    "residuals",
    "rewards",
    "slopes",
    "strips",
    "sweeps",
    "to_html",
    "weights",
    "worth",
]
