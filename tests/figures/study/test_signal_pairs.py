"""The reward beside simpler numbers in a study: what the marks mean, and what an old study shows."""

from __future__ import annotations

from dataclasses import replace

from pfviz.figures.study.signal_pairs import NOT_RECORDED, plot_signal_pairs
from pfviz.stats.estimate import Estimate
from pfviz.study.result import SignalAuc
from tests.figures.study.results import result

FOUND = result(("particle_filtering", "best_of_n"))
SIGNALS = {
    "reward": SignalAuc(Estimate(0.8, 0.7, 0.9), Estimate(0.6, 0.5, 0.7)),
    "shorter": SignalAuc(Estimate(0.45, 0.4, 0.5), Estimate(0.5, 0.5, 0.5)),
}


def test_a_row_has_the_auc_of_complete_solutions_and_of_their_halves() -> None:
    columns = tuple(replace(c, signals=SIGNALS) if c.budget == 16 else c for c in FOUND.columns)
    figure = plot_signal_pairs(replace(FOUND, columns=columns))
    half, complete = figure.data
    assert (list(complete.x), list(half.x)) == ([0.8, 0.45], [0.6, 0.5])
    assert list(figure.layout.yaxis.ticktext) == ["the reward", "shorter is better"]
    texts = [note.text for note in figure.layout.annotations]
    assert "N = 16" in texts[0]
    assert [text.split()[0] for text in texts[1:3]] == ["0.80", "0.45"]


def test_an_old_study_says_that_it_did_not_record_it() -> None:
    assert NOT_RECORDED in str(plot_signal_pairs(FOUND).layout.annotations)
