"""What sweeps keep and exchange, counted by hand from the ancestors."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.diagnostics import expected_offspring
from pfviz.diagnostics.sweeps import renewal_rate, retained_trajectories, swap_acceptance
from tests.sweeps import gibbs, tempering
from tests.traces import synthetic_trace


def test_what_is_kept_shares_its_beginning_with_what_was_pinned() -> None:
    trace = gibbs(iterations=40)
    found = retained_trajectories(trace)
    assert [one.iteration for one in found] == list(range(40))
    assert found[0].shared_steps == 0
    for one in found[1:]:
        sweep = trace.sweeps[one.number]
        path = sweep.solution(sweep.steps - 1, one.slot)
        before = trace.sweeps[one.number - 1]
        pinned = before.path_texts(before.steps - 1, before.retained)
        texts = [sweep.texts[t][n] for t, n in path]
        assert texts[: one.shared_steps] == pinned[: one.shared_steps]
        assert [n for _, n in path[: one.shared_steps]] == [0] * one.shared_steps
        assert all(n != 0 for _, n in path[one.shared_steps :])
        assert one.steps == len(path)
    shares = {one.shared_steps for one in found}
    assert len(shares) >= 3  # none, some and all


def test_renewal_counts_the_iterations_that_keep_another_solution() -> None:
    trace = gibbs(iterations=12)
    slots = [sweep.retained for sweep in trace.sweeps[1:]]
    assert renewal_rate(trace) == pytest.approx(np.mean([slot != 0 for slot in slots]))
    assert renewal_rate(synthetic_trace()) is None


def test_acceptance_is_counted_for_each_pair_of_neighbours() -> None:
    trace = tempering()
    rates = swap_acceptance(trace)
    assert [(chain, proposed) for chain, _, proposed in rates] == [(0, 6), (1, 6)]
    assert sum(accepted for _, accepted, _ in rates) == sum(swap.accepted for swap in trace.swaps)
    assert swap_acceptance(gibbs()) == []


def test_a_pinned_slot_is_expected_to_have_its_one_child_and_its_share() -> None:
    sweep = gibbs().sweeps[1]
    expected = expected_offspring(sweep)
    assert np.allclose(expected.sum(axis=1), sweep.particles)
    assert np.allclose(expected[:, 0], 1 + 4 * sweep.weights[:, 0])
    assert np.allclose(expected[:, 1:], 4 * sweep.weights[:, 1:])


def test_particles_that_are_kept_aside_have_one_child_each() -> None:
    import pfviz
    from tests.contracts import toy

    trace = pfviz.run(
        "toy", generator=toy.ToyGenerator(), reward=toy.reward, particles=30, finished="absorbing", max_steps=3
    )
    expected = expected_offspring(trace)
    done = trace.finished[0]
    assert done.any()
    assert not done.all()
    assert np.allclose(expected[0][done], 1)
    free = trace.weights[0][~done]
    assert np.allclose(expected[0][~done], (~done).sum() * free / free.sum())
