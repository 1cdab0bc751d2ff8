"""A reading finds a planted direction, is not misled by how hard problems are, and its rewards are probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.reward_training.evaluate import within_problem_auc
from pfviz.reward_training.fit import calibrate, cross_validated_scores, fit_direction, fit_logistic
from pfviz.reward_training.prefixes import Prefixes
from pfviz.rng import derive_rng

SIZE = 12


def planted(problems: int = 60, solutions: int = 8, steps: int = 3, seed: int = 0, strength: float = 1.5) -> Prefixes:
    """Outcomes that hang on the first feature, among features of which the second says how hard the problem is."""
    rng = derive_rng(seed, "planted")
    rows: dict[str, list[float]] = {name: [] for name in ("right", "problem", "solution", "step", "steps")}
    features = []
    for problem in range(problems):
        hard = rng.normal() * 3
        for solution in range(solutions):
            good = rng.normal()
            right = rng.random() < 1 / (1 + np.exp(-(strength * good - hard)))
            for step in range(steps):
                known = good + rng.normal() * 0.5 * (steps - step)  # early steps know less
                features.append([known, hard, *rng.normal(size=SIZE - 2)])
                for name, value in (
                    ("right", right), ("problem", problem), ("solution", problem * solutions + solution),
                    ("step", step), ("steps", steps),
                ):  # fmt: skip
                    rows[name].append(float(value))
    return Prefixes(
        np.array(features, np.float16)[:, None],
        np.array(rows["right"], bool),
        *(np.array(rows[name], np.int64) for name in ("problem", "solution", "step", "steps")),
        has_wrong_equation=np.zeros(len(features), bool),
        value=np.array(rows["right"]),
        draws=np.ones(len(features), np.int64),
    )


def test_the_planted_direction_is_found_and_difficulty_is_not_taken_for_it() -> None:
    prefixes = planted()
    weight = fit_direction(prefixes, 0, 1e-3).weight
    assert np.argmax(np.abs(weight)) == 0
    assert weight[0] > 0
    assert abs(weight[1]) < 0.2 * weight[0]


def test_scores_of_unseen_problems_order_their_solutions() -> None:
    prefixes = planted()
    scores = cross_validated_scores(prefixes, 0, 1e-3)
    done = prefixes.complete
    found = within_problem_auc(scores[done], prefixes.right[done], prefixes.problem[done])
    assert found.low > 0.6
    noise = derive_rng(1, "noise").normal(size=int(done.sum()))
    assert abs(within_problem_auc(noise, prefixes.right[done], prefixes.problem[done]).value - 0.5) < 0.08


def test_rewards_are_probabilities_on_problems_that_were_not_seen() -> None:
    prefixes = planted(problems=200)
    reading = calibrate(fit_direction(prefixes, 0, 1e-3), 5, prefixes, cross_validated_scores(prefixes, 0, 1e-3))
    assert reading.layer == 5
    unseen = planted(problems=400, seed=9)
    scores = reading.raw_scores(unseen.features[:, 0].astype(np.float64), unseen.has_wrong_equation)
    for step, complete in ((0, False), (2, True)):
        rows = unseen.step == step
        rewards = np.array([reading.reward(score, step, complete) for score in scores[rows]])
        order = np.argsort(rewards)
        for third in np.array_split(order, 3):
            assert rewards[third].mean() == pytest.approx(unseen.right[rows][third].mean(), abs=0.08)
    assert reading.slopes[0] < reading.complete_slope


def test_a_wrong_equation_counts_for_as_much_as_it_tells() -> None:
    prefixes = planted()
    assert fit_direction(prefixes, 0, 1e-3).wrong_equation == 0
    rng = derive_rng(5, "equations")
    chance = np.where(prefixes.right, 0.05, 0.6)[:: prefixes.steps[0]]
    wrong = np.repeat(rng.random(len(chance)) < chance, prefixes.steps[0])
    told = replace(prefixes, has_wrong_equation=wrong)
    direction = fit_direction(told, 0, 1e-3)
    assert direction.wrong_equation < -1
    done = told.complete
    without = cross_validated_scores(prefixes, 0, 1e-3)[done], prefixes.right[done], prefixes.problem[done]
    found = cross_validated_scores(told, 0, 1e-3)[done], told.right[done], told.problem[done]
    assert within_problem_auc(*found).value > within_problem_auc(*without).value + 0.03
    reading = calibrate(direction, 1, told, direction.scores(told, 0))
    features = told.features[:, 0].astype(np.float64)
    assert np.allclose(reading.raw_scores(features, wrong), direction.scores(told, 0))


def test_a_step_with_few_prefixes_is_held_at_the_others() -> None:
    rng = derive_rng(3, "few")
    scores = rng.normal(size=4)
    assert fit_logistic(scores, np.array([True] * 4), (0.2, 0.9)) == pytest.approx((0.2, 0.9), abs=0.5)
    many = rng.normal(size=4000)
    right = rng.random(4000) < 1 / (1 + np.exp(-(2 * many - 1)))
    assert fit_logistic(many, right) == pytest.approx((-1, 2), abs=0.2)


def test_auc_counts_pairs_within_problems_only() -> None:
    scores = np.array([3.0, 1.0, 100.0, 50.0, 50.0])
    right = np.array([True, False, False, True, False])
    problem = np.array([0, 0, 1, 2, 2])
    assert within_problem_auc(scores, right, problem).value == pytest.approx(0.75)


def test_shares_and_places() -> None:
    prefixes = planted(problems=1, solutions=1, steps=4)
    assert prefixes.half_way.tolist() == [False, True, False, False]
    assert prefixes.complete.tolist() == [False, False, False, True]
    assert prefixes.share.tolist() == [1 / 16, 2 / 16, 3 / 16, 4 / 16]
