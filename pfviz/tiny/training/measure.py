"""The figures of the model card, as pure functions of judged and scored samples."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pfviz.tiny.training.sampling import Sample
from pfviz.tiny.world import KINDS


def accuracy(groups: Sequence[Sequence[Sample]]) -> dict[str, float]:
    """Share of right samples: over all, and for each kind of problem."""
    shares = {kind: [s.right for g in groups for s in g if s.task.kind == kind] for kind in KINDS}
    everything = [right for rights in shares.values() for right in rights]
    return {"all": float(np.mean(everything)), **{kind: float(np.mean(r)) for kind, r in shares.items() if r}}


def well_formed_share(groups: Sequence[Sequence[Sample]]) -> float:
    r"""Share of samples that end by themselves in a well-formed \boxed{}."""
    return float(np.mean([s.well_formed for g in groups for s in g]))


def within_problem_auc(groups: Sequence[Sequence[Sample]], final: Sequence[Sequence[float]]) -> tuple[float, int]:
    """How often a right solution scores above a wrong one of the same problem (ties half); and the number of pairs.

    Without any pair the share is not a number.
    """
    won, pairs = 0.0, 0
    for group, scores in zip(groups, final, strict=True):
        right = np.array([x for s, x in zip(group, scores, strict=True) if s.right])
        wrong = np.array([x for s, x in zip(group, scores, strict=True) if not s.right])
        won += float((right[:, None] > wrong).sum() + 0.5 * (right[:, None] == wrong).sum())
        pairs += right.size * wrong.size
    return (won / pairs if pairs else math.nan), pairs


def overall_auc(groups: Sequence[Sequence[Sample]], final: Sequence[Sequence[float]]) -> float:
    """The same over all problems at once: what misleads. By the rank sum, ties sharing their mean rank."""
    rights = np.array([s.right for g in groups for s in g])
    scores = np.array([x for row in final for x in row])
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[place]
    n = int(rights.sum())
    pairs = n * (rights.size - n)
    return float((ranks[rights].sum() - n * (n + 1) / 2) / pairs) if pairs else math.nan


def best_of_n_accuracy(groups: Sequence[Sequence[Sample]], final: Sequence[Sequence[float]], n: int) -> float:
    """Accuracy of the best-scored of n samples, in expectation over all subsets of n of each group's K samples.

    The k-th best of K is the best of a random n-subset with probability C(K - k, n - 1) / C(K, n).
    """
    total = 0.0
    for group, scores in zip(groups, final, strict=True):
        k = len(group)
        ranked = [s.right for _, s in sorted(zip(scores, group, strict=True), key=lambda pair: -pair[0])]
        total += sum(math.comb(k - 1 - i, n - 1) * right for i, right in enumerate(ranked)) / math.comb(k, n)
    return total / len(groups)


def pass_at_n(groups: Sequence[Sequence[Sample]], n: int) -> float:
    """Share of problems of which at least one of n samples is right, in expectation over subsets."""
    shares = [1 - math.comb(sum(not s.right for s in g), n) / math.comb(len(g), n) for g in groups]
    return float(np.mean(shares))
