"""Trace → Plotly figures, one per file: `pfviz.figures.genealogy(trace)`. All take a trace (`slopes` what
became of one under another reward) and `selected`, a uid.

The short names are functions; each shadows the module that it comes from.
"""

from pfviz.figures.reward.counterfactual import plot_counterfactual as counterfactual
from pfviz.figures.reward.length_bias import plot_length_bias as profile
from pfviz.figures.reward.residuals import plot_residuals as residuals
from pfviz.figures.reward.reward_comparison import plot_reward_comparison as slopes
from pfviz.figures.reward.token_rewards import plot_token_rewards as inside
from pfviz.figures.reward.values import plot_values as worth
from pfviz.figures.run.answers import plot_answers as answers
from pfviz.figures.run.genealogy import plot_genealogy as genealogy
from pfviz.figures.run.resampling import plot_resampling as resampling
from pfviz.figures.run.rewards import plot_rewards as rewards
from pfviz.figures.run.strips import plot_strips as strips
from pfviz.figures.run.sweeps import plot_sweeps as sweeps
from pfviz.figures.run.weights import plot_weights as weights

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
    "weights",
    "worth",
]
