"""The figures of the card against brute force over pairs and subsets."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from pfviz.tiny.training import measure
from pfviz.tiny.training.sampling import Sample
from tests.tiny.training.samples import group, sample

Groups = tuple[list[list[Sample]], list[list[float]]]


def drawn(seed: int, sizes: tuple[int, ...] = (5, 6, 4), levels: int = 1000) -> Groups:
    """Random groups and scores; few levels make ties."""
    rng = random.Random(seed)
    groups = [group([rng.random() < 0.5 for _ in range(size)]) for size in sizes]
    groups[0][0], groups[0][1] = sample(True), sample(False)
    return groups, [[rng.randrange(levels) / levels for _ in g] for g in groups]


def by_pairs(pairs: list[tuple[float, float]]) -> float:
    return sum((right > wrong) + 0.5 * (right == wrong) for right, wrong in pairs) / len(pairs)


def test_auc(subtests: pytest.Subtests) -> None:
    for levels, seed in itertools.product([1000, 3], range(20)):
        with subtests.test(levels=levels, seed=seed):
            groups, final = drawn(seed, levels=levels)
            scored = [list(zip(g, f, strict=True)) for g, f in zip(groups, final, strict=True)]
            within = [(x, y) for g in scored for a, x in g for b, y in g if a.right and not b.right]
            every = [row for g in scored for row in g]
            overall = [(x, y) for a, x in every for b, y in every if a.right and not b.right]
            found, pairs = measure.within_problem_auc(groups, final)
            assert found == pytest.approx(by_pairs(within))
            assert pairs == len(within)
            assert measure.overall_auc(groups, final) == pytest.approx(by_pairs(overall))


def test_auc_without_a_pair_is_not_a_number() -> None:
    for rights in ([True, True], [False, False]):
        auc, pairs = measure.within_problem_auc([group(rights)], [[0.1, 0.2]])
        assert math.isnan(auc)
        assert pairs == 0
        assert math.isnan(measure.overall_auc([group(rights)], [[0.1, 0.2]]))


def test_best_of_and_any_of(subtests: pytest.Subtests) -> None:
    for n, seed in itertools.product([1, 2, 3, 4], range(5)):
        with subtests.test(n=n, seed=seed):
            groups, final = drawn(seed)
            best, any_ = [], []
            for samples, scores in zip(groups, final, strict=True):
                subsets = list(itertools.combinations(range(len(samples)), n))
                best.append(sum(samples[max(s, key=lambda i: scores[i])].right for s in subsets) / len(subsets))
                any_.append(sum(any(samples[i].right for i in s) for s in subsets) / len(subsets))
            assert measure.best_of_n_accuracy(groups, final, n) == pytest.approx(sum(best) / len(best))
            assert measure.pass_at_n(groups, n) == pytest.approx(sum(any_) / len(any_))


def test_accuracy_by_kind() -> None:
    groups = [group([True, False], "arithmetic"), group([True, True], "story"), group([False, False], "story")]
    assert measure.accuracy(groups) == {"all": 0.5, "arithmetic": 0.5, "story": 0.5}


def test_well_formed() -> None:
    assert measure.well_formed_share([[sample(True), sample(False), sample(True, ended=False)]]) == pytest.approx(2 / 3)
