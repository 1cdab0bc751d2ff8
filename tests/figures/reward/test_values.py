"""Rewards against the values that rollouts measured."""

from __future__ import annotations

import pytest

from pfviz import figures
from pfviz.figures.reward.values import miscalibrated_values
from pfviz.lab.probes.values import PrefixValue
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE, VALUES


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
