"""The reward beside simpler numbers."""

from __future__ import annotations

from dataclasses import replace

from pfviz.figures.lab.signal_auc import plot_signal_auc
from pfviz.lab.metrics.signals import SignalAuc
from tests.figures.drawn import named
from tests.figures.lab.estimates import estimate
from tests.lab.diagnosed import HOSTILE, diagnosis


def drawn(*signals: SignalAuc):
    return plot_signal_auc(replace(diagnosis(), signals=signals))


REWARD = SignalAuc("reward", "embedded", "reward", estimate(0.8), estimate(0.7))
SHORT = SignalAuc("shorter", "shorter is better", "control", estimate(0.6), estimate(0.5))
LONGER = SignalAuc("confidence", "mean log-probability", "signal", estimate(0.9), estimate(0.5))


def test_the_reward_stands_first_and_controls_last() -> None:
    figure = drawn(SHORT, LONGER, REWARD)
    marks = named(figure, "AUC")
    assert list(figure.layout.yaxis.ticktext) == ["embedded", "mean log-probability", "shorter is better"]
    assert list(marks.x) == [0.8, 0.9, 0.6]
    assert list(marks.marker.symbol) == ["diamond", "circle", "circle-open"]
    assert "prefixes at the same step: 0.70" in marks.hovertext[0]


def test_the_title_says_whether_it_is_beaten() -> None:
    assert drawn(REWARD, SHORT).layout.meta["title"].endswith("80% of the pairs rightly, “shorter is better” 60%")
    assert drawn(REWARD, SHORT, LONGER).layout.meta["title"].endswith("No: “mean log-probability” orders them as well")


def test_a_reward_with_a_hostile_name_is_escaped() -> None:
    marks = named(drawn(replace(REWARD, title=HOSTILE)), "AUC")
    assert "<script" not in "".join(marks.hovertext)
