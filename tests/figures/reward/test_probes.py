"""The figures of what models answered say what they answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pfviz import figures
from pfviz.figures import theme
from pfviz.figures.reward.reward_comparison import FATE_STYLES, fate_indices
from pfviz.figures.reward.values import miscalibrated_values
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.lab.probes.values import PrefixValue, distinct_prefixes
from tests.traces import synthetic_trace

TRACE = synthetic_trace()
VALUES = tuple(
    replace(value, right=k % 9, rollouts=8 * (1 + k % 2))
    for k, value in enumerate(distinct_prefixes(TRACE)[0])
    if k % 5 < 4
)
BY_UID = {uid: value for value in VALUES for uid in value.uids}


def under_another(flip: bool = True) -> RescoredSweep:
    """The trace under a reward that turns the order round, or keeps it."""
    rewards = 1 - TRACE.rewards if flip else TRACE.rewards
    weights = 1 / TRACE.weights if flip else TRACE.weights
    return RescoredSweep(0, TRACE, "other", rewards, weights / weights.sum(axis=1, keepdims=True), ())


def named(figure: go.Figure, name: str) -> Any:
    return next(trace for trace in figure.data if trace.name == name)


def test_a_genealogy_is_coloured_by_reward_minus_value() -> None:
    figure = figures.genealogy(TRACE, values=BY_UID, gaps=True)
    nodes = named(figure, "steps")
    for uid, colour in zip(nodes.customdata, nodes.marker.color, strict=True):
        value = BY_UID.get(int(uid))
        assert colour == (
            theme.UNMEASURED_COLOUR if value is None else pytest.approx(value.reward - value.value, abs=1e-4)
        )
    assert nodes.marker.cmin == -nodes.marker.cmax  # 0 in the middle
    assert "reward minus value" in figure.layout.meta["reads"]
    assert "too high" in [note.text for note in figure.layout.annotations]


def test_values_stand_in_hovers_whatever_the_colours() -> None:
    plain, valued = figures.genealogy(TRACE), figures.genealogy(TRACE, values=BY_UID)
    assert list(named(valued, "steps").marker.color) == list(named(plain, "steps").marker.color)
    for uid, text in zip(named(valued, "steps").customdata, named(valued, "steps").hovertext, strict=True):
        value = BY_UID.get(int(uid))
        assert ("rollouts right" in text) == (value is not None)
        if value is not None:
            assert f"{value.right} of {value.rollouts}" in text
    assert plain == figures.genealogy(TRACE, values={}, gaps=False)


def test_colours_of_the_scale_have_dark_twins() -> None:
    assert {colour for _, colour in theme.GAP_SCALE} | {theme.UNMEASURED_COLOUR} <= theme.LIGHT_TO_DARK.keys()


def test_a_mark_is_a_prefix_with_its_interval() -> None:
    marks = named(figures.worth(TRACE, VALUES), "prefixes")
    assert list(marks.customdata) == [value.uids[0] for value in VALUES]
    for k, value in enumerate(VALUES):
        low, high = value.interval
        assert (marks.x[k], marks.y[k]) == pytest.approx((value.value, value.reward), abs=1e-4)
        assert marks.x[k] - marks.error_x.arrayminus[k] == pytest.approx(low, abs=2e-4)
        assert marks.x[k] + marks.error_x.array[k] == pytest.approx(high, abs=2e-4)
    sizes = {value.rollouts: size for value, size in zip(VALUES, marks.marker.size, strict=True)}
    assert sizes[16] ** 2 == pytest.approx(2 * sizes[8] ** 2, rel=0.02)  # area by rollouts


def test_the_title_counts_rewards_outside_of_their_intervals() -> None:
    values = (
        PrefixValue((0,), 0.9, 0, 16), PrefixValue((1,), 0.05, 16, 16), PrefixValue((2,), 0.5, 8, 16),
        PrefixValue((3,), 0.4, 1, 1, exact=True),
        PrefixValue((4,), 0.3),
    )  # fmt: skip
    assert [value.uids for value in miscalibrated_values(values)] == [(1,), (0,), (3,)]
    figure = figures.worth(TRACE, values)
    assert figure.layout.meta["title"] == "1 of 3 too high, 1 too low"
    assert list(named(figure, "prefixes").marker.symbol) == ["circle", "circle", "circle", "diamond"]
    assert "Nothing was measured" in figures.worth(TRACE, values[-1:]).layout.annotations[0].text


def test_a_line_goes_from_one_reward_to_the_other() -> None:
    found = under_another()
    figure = figures.slopes(found)
    seen = 0
    for k, (name, _, _) in enumerate(FATE_STYLES):
        line = named(figure, name)
        xs, ys = np.reshape(line.x, (-1, 3)), np.reshape(line.y, (-1, 3))
        seen += len(xs)
        for (left, right, _), (ours, theirs, _) in zip(xs, ys, strict=True):
            t = round((left + right) / 2) - 1
            assert left < t + 1 < right
            slots = np.flatnonzero(np.isclose(TRACE.rewards[t], ours, atol=1e-4) & (fate_indices(found)[t] == k))
            assert np.isclose(found.rewards[t, slots], theirs, atol=1e-4).any()
    assert seen == sum(len(np.unique(row)) for row in TRACE.uids)
    marks = named(figure, "nodes")
    assert set(marks.customdata) == set(TRACE.uids.ravel())  # both ends lead to the particle


def test_fates_are_those_of_the_two_weights() -> None:
    found = under_another()
    fates = fate_indices(found)
    assert (fates == 2).sum() == found.saved_by_other.sum() > 0
    assert (fates == 3).sum() == found.saved_by_run.sum() > 0
    assert not (fate_indices(under_another(flip=False)) > 1).any()


def test_it_says_where_the_two_part() -> None:
    figure = figures.slopes(under_another())
    assert figure.layout.meta["title"] == "They first disagree at step 1 (ρ −1.00)"
    assert len(figure.layout.shapes) == 1
    assert figure.layout.xaxis.ticktext[0] == "1<br>ρ −1.00"
    same = figures.slopes(under_another(flip=False))
    assert "never disagree" in same.layout.meta["title"]
    assert not same.layout.shapes


@pytest.mark.parametrize(
    "draw",
    [lambda uid: figures.worth(TRACE, VALUES, selected=uid), lambda uid: figures.slopes(under_another(), selected=uid)],
)
def test_the_selected_particle_stands_out(draw: Any) -> None:
    uid = VALUES[0].uids[0]
    assert len(named(draw(uid), "selection").x) > 0
    assert len(named(draw(10**6), "selection").x) == 0


@pytest.mark.parametrize(("particles", "steps"), [(1, 1), (4, 1), (1, 5)])
def test_small_runs(particles: int, steps: int) -> None:
    trace = synthetic_trace(particles, steps)
    found = RescoredSweep(0, trace, "<b>other</b>", trace.rewards, trace.weights, ())
    told = figures.slopes(found, title=False).to_json()
    assert "<b>other" not in told
    assert figures.worth(trace, distinct_prefixes(trace)[0], title=False).to_json()
