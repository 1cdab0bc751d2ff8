"""The same tree under another reward model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.inference.methods import METHODS
from pfviz.lab.probes.rescore import RescoredSweep, RescoringProgress, rescore
from pfviz.models.rewards.function import FunctionReward
from pfviz.stats.rank_correlation import kendall, spearman
from pfviz.types import Step
from tests.contracts import toy

TOY = {"generator": toy.ToyGenerator(), "reward": toy.reward, "particles": 6, "seed": 3, "max_steps": 3}


def by_text(problem: str, steps: list[str]) -> float:
    """A reward of its own for every prefix of one length."""
    return (1 + sum(toy.LETTERS.index(step) * 3**i for i, step in enumerate(steps))) / 30


def rescored(trace, reward) -> list[RescoredSweep]:
    return [item for item in rescore(trace, reward) if isinstance(item, RescoredSweep)]


@pytest.mark.parametrize("finished", ["pooled", "absorbing"])
@pytest.mark.parametrize("trigger", ["always", "ess"])
@pytest.mark.parametrize("aggregation", ["last", "product", "model"])
@pytest.mark.parametrize("method", METHODS)
def test_the_runs_own_reward_gives_what_was_recorded(method, aggregation, trigger, finished) -> None:
    """Rewards, weights and verdicts of every sweep, and correlation 1 wherever the rewards vary."""
    settings = {"iterations": 3, "trigger": trigger, "finished": finished, "aggregation": aggregation}
    settings |= {"tau_start_factor": 3.0}
    trace = pfviz.run("toy", method=method, **TOY, **settings)
    found = rescored(trace, toy.reward)
    assert [one.sweep for one in found] == list(range(len(trace.sweeps)))
    for one, sweep in zip(found, trace.sweeps, strict=True):
        assert one.rewards == pytest.approx(sweep.rewards, abs=1e-6)
        assert one.weights == pytest.approx(sweep.weights, abs=1e-9)
        varied = [len(set(row)) > 1 for row in sweep.rewards]
        assert one.correlations[varied] == pytest.approx(1)
        assert np.isnan(one.correlations[~np.array(varied)]).all()
        assert one.first_disagreement is None
        assert not one.saved_by_other.any()
        assert not one.saved_by_run.any()


def test_weights_are_those_of_a_sweep_with_its_own_limits() -> None:
    """An iteration of particle Gibbs that ends before its horizon weighs what is left of it; entropic particle
    filtering trusts early steps less, where early is a share of the run's limit."""
    toys = {"generator": toy.ToyGenerator(), "reward": toy.reward}
    by_text_toys = toys | {"reward": by_text}  # the toy's own likes all that end early the same
    short = 0
    for seed in range(40):
        trace = pfviz.run("toy", method="particle_gibbs", particles=3, seed=seed, iterations=3, **by_text_toys)
        for one in rescored(trace, by_text):
            assert one.weights == pytest.approx(one.trace.weights)
            short += one.trace.steps < trace.sweeps[0].steps and bool(np.ptp(one.rewards[-1]))
    assert short
    entropic = {"method": "entropic_particle_filtering", "particles": 8, "tau": 0.1}
    cut = pfviz.run("toy", max_steps=9, **entropic, **toys).upto(2)
    assert cut.temperatures[1] > 0.1
    (found,) = rescored(cut, toy.reward)
    assert found.weights == pytest.approx(cut.weights)


def test_the_embedded_pair_under_its_own_reward_and_under_the_oracle() -> None:
    trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=6, seed=1, temperature=1.0, reward="naive")
    (own,) = rescored(trace, "naive")
    assert own.rewards == pytest.approx(trace.rewards, abs=1e-6)
    assert own.first_disagreement is None
    (truth,) = rescored(trace, "oracle")
    assert set(truth.rewards.flat) <= {0.0, 1.0}
    assert (truth.reward, truth.trace) == ("oracle", trace)


def test_each_node_is_scored_once_in_one_session() -> None:
    trace = pfviz.run("toy", **TOY | {"particles": 16})
    opened, scored = [], []

    class Counting(FunctionReward):
        def open(self, problem, *, particles, whole=False):
            opened.append(particles)
            session = super().open(problem, particles=particles, whole=whole)
            score = session.score

            def counting(steps):
                scored.extend(steps.values())
                return score(steps)

            session.score = counting
            return session

    (found,) = rescored(trace, Counting(toy.reward))
    assert opened == [16]
    assert len(scored) == trace.written.sum()
    assert found.rewards == pytest.approx(trace.rewards)


def test_the_other_reward_sees_the_recorded_lineages() -> None:
    trace = pfviz.run("toy", **TOY)
    (found,) = rescored(trace, by_text)
    for t in range(trace.steps):
        for n in range(6):
            assert found.rewards[t, n] == by_text("", trace.path_texts(t, n))


def test_an_inverted_reward_parts_at_once_and_saves_whom_the_run_killed() -> None:
    trace = pfviz.run("toy", **TOY | {"particles": 8, "tau": 0.2})
    (found,) = rescored(trace, pfviz.perturbed.inverted(toy.reward))
    assert found.correlations[0] == pytest.approx(-1)
    assert found.first_disagreement == 0
    # Under 1 - r the odds are the inverse, and so are the weights; by the definition, N·W < 1/3.
    odds = trace.rewards[0] / (1 - trace.rewards[0])
    weights, other = odds**5 / (odds**5).sum(), odds**-5 / (odds**-5).sum()
    assert found.weights[0] == pytest.approx(other)
    assert (found.killed_by_run[0] == (8 * weights < 1 / 3)).all()
    assert (found.killed_by_other[0] == (8 * other < 1 / 3)).all()
    assert found.saved_by_other[0].any()
    assert found.saved_by_run[0].any()
    assert not (found.saved_by_other & found.saved_by_run).any()


def test_nobody_is_killed_where_nothing_was_resampled() -> None:
    trace = pfviz.run("toy", method="best_of_n", **TOY)
    (found,) = rescored(trace, pfviz.perturbed.inverted(toy.reward))
    assert not found.killed_by_run.any()
    assert not found.killed_by_other.any()
    last = rescored(pfviz.run("toy", **TOY | {"tau": 0.2}), toy.reward)[-1]
    assert last.killed_by_run.any()
    assert not last.killed_by_run[-1].any()


def test_they_part_where_another_particle_is_best() -> None:
    """The order is all but the same, and the best one is another."""
    rewards = {"a": 0.4, "b": 0.7, "c": 0.55}
    trace = pfviz.run("toy", **TOY | {"reward": lambda problem, steps: rewards[steps[-1]], "method": "best_of_n"})
    assert {"a", "b", "c"} == set(trace.texts[0])
    other = {"a": 0.4, "b": 0.7, "c": 0.71}
    (found,) = rescored(trace, lambda problem, steps: other[steps[-1]])
    assert found.first_disagreement == 0
    slight = {"a": 0.4, "b": 0.7, "c": 0.7 + 1e-7}  # as good, up to rounding
    (found,) = rescored(trace, lambda problem, steps: slight[steps[-1]])
    assert found.correlations[0, 0] > 0.5
    assert found.first_disagreement is None


def test_they_part_where_the_order_is_another_although_the_best_is_the_same() -> None:
    rewards = {"a": 0.4, "b": 0.7, "c": 0.55}
    settings = TOY | {"reward": lambda problem, steps: rewards[steps[-1]], "method": "best_of_n"}
    runs = (pfviz.run("toy", **settings | {"seed": seed}) for seed in range(1000))
    trace = next(run for run in runs if sorted(run.texts[0]) == ["a", "a", "a", "b", "c", "c"])
    other = {"a": 0.6, "b": 0.7, "c": 0.1}
    (found,) = rescored(trace, lambda problem, steps: other[steps[-1]])
    assert found.correlations[0, 0] < 0.5
    assert found.first_disagreement == 0


def test_clones_of_a_finished_particle_count_once_in_a_correlation() -> None:
    def other(problem: str, steps: list[str]) -> float:
        return 0.1 + 0.25 * toy.LETTERS.index(steps[-1])

    trace = pfviz.run("toy", **TOY | {"particles": 12, "tau": 0.3})
    last = trace.steps - 1
    nodes = np.unique(trace.uids[last], return_index=True)[1]
    assert len(nodes) < 12
    (found,) = rescored(trace, other)
    ours, theirs = trace.rewards[last], found.rewards[last]
    assert found.correlations[last] == pytest.approx(
        [spearman(ours[nodes], theirs[nodes]), kendall(ours[nodes], theirs[nodes])], nan_ok=True
    )
    assert abs(found.correlations[last, 0] - spearman(ours, theirs)) > 0.01


def test_half_a_run_and_one_without_a_step() -> None:
    trace = pfviz.run("toy", **TOY)
    (found,) = rescored(trace.upto(1), toy.reward)
    assert found.rewards == pytest.approx(trace.rewards[:1])
    asked = iter(range(1000))
    nothing = pfviz.run("toy", stop=lambda: next(asked) >= 1, **TOY)
    assert nothing.steps == 0
    (found,) = rescored(nothing, toy.reward)
    assert found.rewards.shape == (0, 6)
    assert found.first_disagreement is None


def test_a_step_that_failed_is_not_scored() -> None:
    class Failing(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            session = super().open(problem, particles=particles, seed=seed, sampling=sampling)
            extend = session.extend

            def failing(active, step, given):
                for item in extend(active, step, given):
                    fails = not isinstance(item, int) and step == 1
                    yield {**item, min(item): Step("", (), 0.0, True, "failed")} if fails else item

            session.extend = failing
            return session

    trace = pfviz.run("toy", **TOY | {"generator": Failing()})
    (found,) = rescored(trace, toy.reward)
    assert trace.failed.any() or "failed" in {end for row in trace.ends for end in row}
    assert found.rewards == pytest.approx(trace.rewards)
    assert found.weights == pytest.approx(trace.weights)


def test_it_tells_each_step_and_can_be_stopped_between_two() -> None:
    trace = pfviz.run("toy", method="particle_gibbs", **TOY, iterations=2)
    whole = list(rescore(trace, toy.reward))
    told = [item for item in whole if isinstance(item, RescoringProgress)]
    assert told == [
        RescoringProgress(k, t, sweep.steps) for k, sweep in enumerate(trace.sweeps) for t in range(sweep.steps)
    ]
    asked = iter(range(1000))
    stopped = list(rescore(trace, toy.reward, stop=lambda: next(asked) >= 2))
    assert stopped == told[:2]
    started = rescore(trace, toy.reward)
    next(started)
    started.close()  # type: ignore[attr-defined]


def test_a_reward_that_is_none_is_refused() -> None:
    trace = pfviz.run("toy", **TOY)
    with pytest.raises(ModelError, match="must lie in"):
        list(rescore(trace, lambda problem, steps: 2.0))
    with pytest.raises(ModelError, match="no reward model named"):
        rescore(trace, "nobody")
    (found,) = rescored(trace, lambda problem, steps: float("nan"))
    assert (found.rewards == 0).all()
    assert "gave no number" in found.notes[0].text
    assert replace(trace, notes=found.notes).notes
