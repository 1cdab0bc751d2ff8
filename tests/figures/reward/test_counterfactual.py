"""Whom another rule would have killed and kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz import figures
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards.counterfactual import replay_selections
from pfviz.diagnostics.rewards.reweighing import Rule, recorded_rule
from pfviz.diagnostics.truth import RIGHT, truth
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE
from tests.traces import synthetic_trace

RULE = replace(recorded_rule(TRACE), tau=5.0, resampler="systematic")


def test_every_particle_has_one_fate_at_each_event() -> None:
    figure, found = figures.counterfactual(TRACE, rule=RULE), replay_selections(TRACE, RULE)
    seen = 0
    for name, was, would in (("alive", 1, 1), ("dead", 0, 0), ("saved", 0, 1), ("lost", 1, 0)):
        marks = named(figure, name)
        seen += len(marks.x)
        meant = [
            ((event.recorded.offspring > 0) == was) & ((event.alternative.offspring > 0) == would)
            for event in found.events
        ]
        assert len(marks.x) == np.sum(meant)
        for y, uid in zip(marks.y, marks.customdata, strict=True):
            assert uid in TRACE.uids[y - 1]
    assert seen == TRACE.particles * len(found.events)
    assert f"{len(named(figure, 'saved').x)} saved, {len(named(figure, 'lost').x)} lost" in figure.layout.meta["title"]


def test_rings_are_around_the_right_ones() -> None:
    rings = named(figures.counterfactual(TRACE), "right")
    assert len(rings.x) == (prefix_labels(TRACE, truth(TRACE))[:-1] == RIGHT).sum()


def test_the_run_s_own_rule_changes_nothing() -> None:
    import pfviz
    from tests.contracts import toy

    trace = pfviz.run("toy", generator=toy.ToyGenerator(), reward=toy.reward, particles=8, max_steps=toy.LENGTH)
    assert "The same as in the run" in figures.counterfactual(trace).layout.meta["title"]
    assert "The same" not in figures.counterfactual(trace, rule=Rule(tau=0.001)).layout.meta["title"]


@pytest.mark.parametrize("particles", [1, 4])
def test_of_one_step_it_says_that_there_is_no_other(particles: int) -> None:
    figure = figures.counterfactual(synthetic_trace(particles, 1), title=False)
    assert "only step" in figure.layout.annotations[0].text
