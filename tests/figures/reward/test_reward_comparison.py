"""Two rewards of the same run, side by side."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz import figures
from pfviz.figures import theme
from pfviz.figures.reward.reward_comparison import FATE_STYLES, fate_indices
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE, VALUES, rescored
from tests.traces import synthetic_trace


def test_a_line_goes_from_one_reward_to_the_other() -> None:
    found = rescored()
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
    found = rescored()
    fates = fate_indices(found)
    assert (fates == 2).sum() == found.saved_by_other.sum() > 0
    assert (fates == 3).sum() == found.saved_by_run.sum() > 0
    assert not (fate_indices(rescored(flip=False)) > 1).any()


def test_it_says_where_the_two_part() -> None:
    figure = figures.slopes(rescored())
    assert figure.layout.meta["title"] == "They first disagree at step 1 (ρ −1.00)"
    assert len(figure.layout.shapes) == 1
    assert figure.layout.xaxis.ticktext[0] == "1<br>ρ −1.00"
    same = figures.slopes(rescored(flip=False))
    assert "never disagree" in same.layout.meta["title"]
    assert not same.layout.shapes


def test_the_line_of_the_selected_particle_stands_out() -> None:
    line = named(figures.slopes(rescored(), selected=VALUES[0].uids[0]), "selection")
    assert len(line.x) > 0
    assert line.line.color == theme.ACCENT
    assert len(named(figures.slopes(rescored(), selected=10**6), "selection").x) == 0


@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 5)])
def test_the_name_of_the_other_reward_is_escaped(shape: tuple[int, int]) -> None:
    found = rescored(synthetic_trace(*shape), flip=False, name="<b>other</b>")
    assert "<b>other" not in figures.slopes(found, title=False).to_json()
