"""What the picture of the sweeps means: a mark for each that kept something, lines where it went, bars of shares."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz import figures
from pfviz.figures import theme
from tests.figures.drawn import named
from tests.sweeps import gibbs, tempering


@pytest.mark.parametrize("trace", [gibbs(), tempering()], ids=["gibbs", "tempering"])
def test_every_mark_is_a_sweep_at_its_iteration_and_chain(trace) -> None:
    marks = named(figures.sweeps(trace), "kept")
    assert list(marks.customdata) == [f"sweep {k}" for k in range(len(trace.sweeps))]
    assert list(zip(marks.x, marks.y, strict=True)) == [(sweep.iteration, sweep.chain) for sweep in trace.sweeps]
    assert marks.marker.color == pytest.approx([sweep.rewards[-1, sweep.retained] for sweep in trace.sweeps], abs=1e-4)


def test_a_hollow_mark_kept_what_was_pinned() -> None:
    trace = gibbs(iterations=12)
    symbols = named(figures.sweeps(trace), "kept").marker.symbol
    assert [symbol == "diamond-open" for symbol in symbols] == [
        sweep.pinned and sweep.retained == 0 for sweep in trace.sweeps
    ]
    assert len(set(symbols)) == 2


def test_lines_lead_to_where_the_next_iteration_pins_it() -> None:
    """Each segment from (k, chain) ends at the chain whose slot 0 is that trajectory in iteration k + 1."""
    trace = tempering()
    figure = figures.sweeps(trace)
    at = {(sweep.iteration, sweep.chain): sweep for sweep in trace.sweeps}
    seen = 0
    for name in ("stays", "exchanged"):
        line = named(figure, name)
        for i in range(0, len(line.x), 5):
            start, end = (int(line.x[i]), line.y[i]), (line.x[i + 3], line.y[i + 3])
            assert (start[1] == end[1]) == (name == "stays")
            before, after = at[start], at[end]
            texts = before.path_texts(before.steps - 1, before.retained)
            assert [after.texts[t][0] for t in range(len(texts))] == texts
            seen += 1
    assert seen == 5 * 3


def test_the_shown_sweep_stands_out() -> None:
    marks = named(figures.sweeps(gibbs(), shown=2), "kept").marker
    assert [colour == theme.ACCENT for colour in marks.line.color] == [False, False, True, False]
    assert np.argmax(marks.size) == 2


def test_shares_of_each_iteration_sum_to_one() -> None:
    trace = tempering()
    bars = [trace for trace in figures.sweeps(trace).data if trace.type == "bar"]
    assert np.allclose(np.sum([bar.y for bar in bars], axis=0), 1)
    assert list(bars[0].x) == list(range(6))


def test_the_title_tells_the_exchanges_or_the_renewal() -> None:
    assert "of 6" in figures.sweeps(tempering()).layout.meta["title"]
    assert "kept a new solution" in figures.sweeps(gibbs()).layout.meta["title"]


def test_the_genealogy_marks_what_was_pinned_and_what_is_kept() -> None:
    first, second = gibbs().sweeps[:2]
    assert not [trace for trace in figures.genealogy(first).data if trace.name == "pinned"]
    drawn = figures.genealogy(second)
    assert named(drawn, "pinned")
    words = [note.text for note in drawn.layout.annotations]
    assert "pinned" in words
    assert "kept" in words
    assert "kept" in [note.text for note in figures.genealogy(first).layout.annotations]
