"""Weighted best-of-N: best-of-N, but the answer is the one whose solutions have the largest sum of rewards (Li et al.,
arXiv 2206.02336).

Target: argmax over answers a of Σ_n r_n · [solution n ends in a], an estimate of the generator's answer distribution
times the mean reward of each answer.
"""

from __future__ import annotations

from pfviz.inference.methods.best_of_n import BestOfN


class WeightedBestOfN(BestOfN):
    name = "weighted_best_of_n"
    title = "Weighted best of N"
    description = "Every particle goes on by itself; equal answers add up their rewards, and the largest sum wins."
    usual_pick = "vote"
