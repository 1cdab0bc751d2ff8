"""The loop: the order of events, stopping, finished particles, what is refused."""

from __future__ import annotations

import math
from itertools import groupby, pairwise

import numpy as np
import pytest

from pfviz.errors import ModelError
from pfviz.inference.events import (
    NoteAdded,
    ParticlesSelected,
    ParticlesWeighed,
    RunEnded,
    RunStarted,
    StepsExtended,
    StepsScored,
    SweepEnded,
    SweepStarted,
    TokensDrafted,
)
from pfviz.inference.methods import make_method
from pfviz.inference.methods.base import Weighing
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.run import run_events
from pfviz.inference.settings import Settings
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from tests.contracts import toy

PROBLEM = Problem("toy", "b")


def run(settings: Settings, generator=None, reward=toy.reward, stop=lambda: False) -> list:
    method = make_method("particle_filtering", settings)
    return list(run_events(PROBLEM, generator or toy.ToyGenerator(), FunctionReward(reward), method, stop))


def of(events: list, kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def comparable(events: list) -> list[str]:
    """Events without wall time."""
    return [
        repr(event) for event in events if not isinstance(event, (RunStarted, RunEnded, ParticlesSelected))
    ] + [repr((e.step, e.resampled, e.ancestors)) for e in of(events, ParticlesSelected)]  # fmt: skip


def test_the_order_of_events() -> None:
    events = run(Settings(particles=4))
    kinds = [kind for kind, _ in groupby(type(event) for event in events)]
    steps = len(of(events, ParticlesSelected))
    assert steps >= 2
    stages = [TokensDrafted, StepsExtended, StepsScored, ParticlesWeighed, ParticlesSelected]
    assert kinds == [RunStarted, SweepStarted, *stages * steps, SweepEnded, RunEnded]
    assert [e.step for e in of(events, ParticlesSelected)] == list(range(steps))
    started = events[0]
    assert (started.problem, started.truth, started.settings["particles"]) == ("toy", "b", 4)
    assert {"pfviz", "numpy"} <= set(started.versions)


def test_the_same_seed_gives_the_same_run() -> None:
    assert comparable(run(Settings(seed=3))) == comparable(run(Settings(seed=3)))
    assert comparable(run(Settings(seed=3))) != comparable(run(Settings(seed=4)))


def test_no_selection_after_the_last_step() -> None:
    for settings in (Settings(particles=8), Settings(particles=8, max_steps=2)):
        events = run(settings)
        last = of(events, ParticlesSelected)[-1]
        assert not last.resampled
        assert last.ancestors.tolist() == list(range(8))
        assert all(e.resampled for e in of(events, ParticlesSelected)[:-1])
    assert events[-1].status == "step limit"


def test_finished_particles_stay_write_nothing_and_repeat_their_reward() -> None:
    events = run(Settings(particles=12, seed=1))
    finished = np.zeros(12, dtype=bool)
    rewards = np.full(12, np.nan)
    stayed = 0
    for extended, scored, selected in zip(
        *(of(events, k) for k in (StepsExtended, StepsScored, ParticlesSelected)), strict=True
    ):
        assert set(extended.steps) == set(np.flatnonzero(~finished))
        assert np.array_equal(scored.rewards[finished], rewards[finished])
        stayed += int(finished.sum())
        for slot, step in extended.steps.items():
            finished[slot] = step.finished
        finished, rewards = finished[selected.ancestors], scored.rewards[selected.ancestors]
    assert stayed
    assert finished.all()
    assert events[-1].status == "finished"


def test_weights_are_replaced_after_resampling_and_accumulate_without() -> None:
    for event in of(run(Settings(particles=4)), ParticlesWeighed):
        assert event.log_carried == pytest.approx(np.full(4, -math.log(4)))
    events = run(Settings(particles=4, trigger="ess", threshold=0.0))
    weighed = of(events, ParticlesWeighed)
    assert not any(e.resampled for e in of(events, ParticlesSelected))
    for before, after in pairwise(weighed):
        assert after.log_carried == pytest.approx(before.log_weights - before.log_evidence)
        assert np.logaddexp.reduce(after.log_carried) == pytest.approx(0)


def test_the_trigger_compares_with_the_threshold() -> None:
    events = run(Settings(particles=6, trigger="ess", threshold=0.9, seed=2, max_steps=3))
    pairs = list(zip(of(events, ParticlesWeighed), of(events, ParticlesSelected), strict=True))[:-1]
    assert [w.ess < 0.9 * 6 for w, _ in pairs] == [s.resampled for _, s in pairs]


def test_nothing_is_resampled_before_the_first_step_that_may() -> None:
    events = of(run(Settings(particles=4, first_resampling=2)), ParticlesSelected)
    assert [event.resampled for event in events][:2] == [False, True]


@pytest.mark.parametrize("after", [0, 1, 3, 6, 9])
def test_a_stopped_run_ends_after_its_last_complete_step(after) -> None:
    asked = iter(range(1000))
    events = run(Settings(particles=4), stop=lambda: next(asked) >= after)
    assert events[-1].status == "stopped"
    assert len(of(events, StepsExtended)) == len(of(events, ParticlesSelected)) == len(of(events, StepsScored))
    full = run(Settings(particles=4))
    n = len(of(events, ParticlesSelected))
    assert repr(of(events, ParticlesWeighed)) == repr(of(full, ParticlesWeighed)[:n])


def test_closing_the_iterator_closes_the_session() -> None:
    closed = []

    class Watched(toy.ToySession):
        def extend(self, active, step, given):
            try:
                yield from super().extend(active, step, given)
            finally:
                closed.append(step)

    class Generator(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            return Watched(particles, seed)

    settings = Settings(particles=3)
    method = make_method("particle_filtering", settings)
    events = run_events(PROBLEM, Generator(), FunctionReward(toy.reward), method)
    assert isinstance(next(events), RunStarted)
    assert isinstance(next(events), SweepStarted)
    assert isinstance(next(events), TokensDrafted)
    events.close()
    assert closed == [0]


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_rewards_outside_their_range_are_refused(value) -> None:
    with pytest.raises(ModelError, match=r"\[0, 1\]"):
        run(Settings(particles=2), reward=lambda problem, steps: value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_reward_that_is_no_number_counts_as_zero_and_is_noted(value) -> None:
    events = run(Settings(particles=8), reward=lambda problem, steps: value if steps[-1] == "b" else 0.5)
    first, scored, noted = of(events, StepsExtended)[0], of(events, StepsScored)[0], of(events, NoteAdded)[0]
    lost = tuple(slot for slot, step in first.steps.items() if step.text == "b")
    assert 0 < len(lost) < 8
    assert [scored.rewards[slot] for slot in range(8)] == [0.0 if slot in lost else 0.5 for slot in range(8)]
    assert (noted.step, noted.slots) == (0, lost)
    assert "no number" in noted.text
    assert not set(of(events, ParticlesSelected)[0].ancestors) & set(lost)


def test_a_reward_that_is_never_a_number_leaves_the_particles_equal() -> None:
    events = run(Settings(particles=4), reward=lambda problem, steps: float("nan"))
    assert events[-1].status == "finished"
    assert all(e.ess == pytest.approx(4) for e in of(events, ParticlesWeighed))


def test_no_weight_at_all_is_noted_and_all_count_the_same() -> None:
    class Impossible(ParticleFiltering):
        def weigh(self, population):
            return Weighing(np.full(3, -np.inf), 1.0)

    events = list(
        run_events(PROBLEM, toy.ToyGenerator(), FunctionReward(toy.reward), Impossible(Settings(particles=3)))
    )
    assert all(e.log_evidence == -np.inf and e.ess == pytest.approx(3) for e in of(events, ParticlesWeighed))
    assert all("weight is zero" in note.text for note in of(events, NoteAdded))
    assert len(of(events, NoteAdded)) == len(of(events, ParticlesWeighed))
    assert events[-1].status == "finished"


def test_what_a_session_notes_is_told_once() -> None:
    class Noting(toy.ToySession):
        notes = ()

        def extend(self, active, step, given):
            if step == 1:
                self.notes = ("It was tight.",)
            return super().extend(active, step, given)

    class Generator(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            return Noting(particles, seed)

    events = run(Settings(particles=6), generator=Generator())
    assert [(note.step, note.slots, note.text) for note in of(events, NoteAdded)] == [(1, (), "It was tight.")]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_certain_rewards_are_weights_like_others(value) -> None:
    events = run(Settings(particles=3), reward=lambda problem, steps: value)
    assert all(np.isfinite(e.log_weights).all() and e.ess == pytest.approx(3) for e in of(events, ParticlesWeighed))


def test_one_particle_is_plain_sampling() -> None:
    events = run(Settings(particles=1))
    assert events[-1].status == "finished"
    assert all(e.ancestors.tolist() == [0] for e in of(events, ParticlesSelected))


def test_a_generator_without_steps_is_named() -> None:
    class Silent(toy.ToySession):
        def extend(self, active, step, given):
            yield 1

    class Generator(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            return Silent(particles, seed)

    with pytest.raises(ModelError, match="without giving its steps"):
        run(Settings(particles=2), generator=Generator())


def test_a_wrong_set_of_scores_is_named() -> None:
    settings = Settings(particles=2)

    class Partial(FunctionReward):
        def open(self, problem, *, particles, whole):
            session = super().open(problem, particles=particles)
            session.score = lambda steps: {0: 0.5}
            return session

    method = make_method("particle_filtering", settings)
    with pytest.raises(ModelError, match="scored slots"):
        list(run_events(PROBLEM, toy.ToyGenerator(), Partial(toy.reward, "partial"), method))
