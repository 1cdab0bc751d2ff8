"""Particle filtering against the enumerated posterior of the toy language.

Every test fixes its seeds, so it either always passes or always fails; the odds stated are those of a false alarm had
the seeds been drawn afresh.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.inference.events import ParticlesSelected, ParticlesWeighed, StepsExtended
from pfviz.inference.methods.base import Selection
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.run import run_events
from pfviz.inference.settings import Settings
from pfviz.inference.weights import normalise
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from tests.contracts import toy

REWARD = FunctionReward(toy.reward)


def weighted_population(settings: Settings, method=ParticleFiltering) -> tuple[list[str], np.ndarray, float]:
    """Solutions, their normalised weights after toy.LENGTH steps, and the estimate of the normaliser.

    A run may end early, when every particle is finished. What would follow is then known: each repeats its potential.
    """
    texts, log_evidence, steps = [""] * settings.particles, 0.0, 0
    for event in run_events(Problem("toy"), toy.ToyGenerator(), REWARD, method(settings)):
        match event:
            case StepsExtended():
                texts = [text + event.steps[n].text if n in event.steps else text for n, text in enumerate(texts)]
            case ParticlesWeighed():
                log_weights = event.log_weights
                log_evidence += event.log_evidence
                steps += 1
            case ParticlesSelected():
                texts = [texts[a] for a in event.ancestors]
    rest = [
        sum(toy.step_potential(text, t, settings.potential) for t in range(steps, toy.LENGTH)) / settings.tau
        for text in texts
    ]
    mass = normalise(log_weights) * np.exp(rest)
    return texts, mass / mass.sum(), math.exp(log_evidence) * mass.sum()


def settings_of(
    trigger: str,
    resampler: str = "multinomial",
    particles: int = 6,
    tau: float = 1.0,
    seed: int = 0,
    **others: str | int,
):
    return Settings(
        particles=particles,
        trigger=trigger,
        threshold=0.7,
        resampler=resampler,
        tau=tau,
        seed=seed,
        max_steps=toy.LENGTH,
        **others,
    )


def estimates(
    trigger: str, resampler: str, tau: float, runs: int, method=ParticleFiltering, **others: str | int
) -> np.ndarray:
    return np.array(
        [
            weighted_population(settings_of(trigger, resampler, tau=tau, seed=s, **others), method)[2]
            for s in range(runs)
        ]
    )


def sigmas(values: np.ndarray, expected: float) -> float:
    return float(abs(values.mean() - expected) / (values.std(ddof=1) / math.sqrt(len(values))))


def test_the_language_is_a_distribution() -> None:
    assert math.isclose(sum(toy.solutions().values()), 1.0)
    assert len(toy.solutions()) == 1 + 2 + 4 * 3


@pytest.mark.parametrize("resampler", RESAMPLERS)
@pytest.mark.parametrize(("trigger", "tau"), [("always", 1.0), ("ess", 0.5)])
def test_the_evidence_is_unbiased(resampler, trigger, tau) -> None:
    """E[Ẑ] = Z. 200 runs, four standard errors: 12 cases, a false alarm in one of 1,300."""
    _, z = toy.posterior(tau)
    assert sigmas(estimates(trigger, resampler, tau, 200), z) < 4


@pytest.mark.parametrize("finished", ["pooled", "absorbing"])
@pytest.mark.parametrize("trigger", ["always", "ess"])
@pytest.mark.parametrize("potential", POTENTIALS)
def test_the_evidence_is_unbiased_under_every_potential(potential, trigger, finished) -> None:
    """E[Ẑ] = Z of the target that the potential names. 200 runs, four standard errors: 12 cases, a false alarm in one
    of 1,300."""
    _, z = toy.posterior(0.5, potential)
    found = estimates(trigger, "systematic", 0.5, 200, potential=potential, finished=finished)
    assert sigmas(found, z) < 4


@pytest.mark.parametrize("finished", ["pooled", "absorbing"])
@pytest.mark.parametrize("first", [2, 3, 1000])
def test_the_evidence_is_unbiased_where_the_first_steps_are_only_weighed(first: int, finished: str) -> None:
    """E[Ẑ] = Z. 200 runs, four standard errors: 6 cases, a false alarm in one of 2,600."""
    _, z = toy.posterior(0.5)
    found = estimates("always", "systematic", 0.5, 200, first_resampling=first, finished=finished)
    assert sigmas(found, z) < 4


def test_absorbed_particles_keep_their_places() -> None:
    """Of a thousand particles none that finished in the first step is anywhere else at the end."""
    settings = settings_of("always", particles=1000, finished="absorbing")
    early: list[int] = []
    for event in run_events(Problem("toy"), toy.ToyGenerator(), REWARD, ParticleFiltering(settings)):
        if isinstance(event, StepsExtended) and event.step == 0:
            early = [slot for slot, step in event.steps.items() if step.finished]
        if isinstance(event, ParticlesSelected):
            assert event.ancestors[early].tolist() == early
            assert not set(np.delete(event.ancestors, early)) & set(early)
    assert len(early) > 100


@pytest.mark.parametrize("trigger", ["always", "ess"])
def test_the_weighted_population_is_the_posterior(trigger) -> None:
    """Total variation of ten runs of 400 particles together. Of 4,000 independent draws it would be about 0.02 on
    average over 15 solutions; the bound is 0.05."""
    exact, _ = toy.posterior()
    found = dict.fromkeys(exact, 0.0)
    for seed in range(10):
        texts, weights, _ = weighted_population(settings_of(trigger, particles=400, seed=seed))
        for text, weight in zip(texts, weights, strict=True):
            found[text] += weight / 10
    assert sum(abs(found[text] - exact[text]) for text in exact) / 2 < 0.05
    # Not so close to what the generator alone would give, or the test could not fail.
    prior = toy.solutions()
    assert sum(abs(prior[text] - exact[text]) for text in exact) / 2 > 0.15


class CarriesTwice(ParticleFiltering):
    """Keeps the weights after it resampled by them: counts them twice."""

    def select(self, rng, population, log_weights) -> Selection:
        made = super().select(rng, population, log_weights)
        carried = np.log(normalise(log_weights))[made.ancestors]
        return Selection(made.resampled, made.ancestors, np.log(normalise(carried)))


class Forgets(ParticleFiltering):
    """Drops the weights between resamplings."""

    def select(self, rng, population, log_weights) -> Selection:
        made = super().select(rng, population, log_weights)
        return Selection(made.resampled, made.ancestors, np.full(len(log_weights), -math.log(len(log_weights))))


@pytest.mark.parametrize(("broken", "trigger"), [(CarriesTwice, "always"), (Forgets, "ess")])
def test_a_wrong_filter_is_found(broken, trigger) -> None:
    """The test of unbiasedness can fail."""
    _, z = toy.posterior(0.5)
    settings = "multinomial", 0.5, 400
    assert sigmas(estimates(trigger, *settings, broken), z) > 4
