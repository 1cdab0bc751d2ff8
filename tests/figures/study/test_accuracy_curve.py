"""Accuracy against generations: what the lines, bands and names mean."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import (
    BASELINE_STYLE,
    LineStyle,
    line_style,
    plot_accuracy_curve,
    short_method_name,
    spread_positions,
)
from pfviz.inference.methods import METHODS
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.study.plan import BUDGETS
from pfviz.study.result import LEADER_METHOD
from tests.figures.drawn import named
from tests.figures.study.results import result


def test_a_line_is_a_methods_curve() -> None:
    found = result()
    figure = plot_accuracy_curve(found)
    for method, name in (("particle_filtering", "Particle filtering"), ("dvts", "DVTS")):
        curve = found.curve(method)
        drawn = named(figure, name)
        assert list(drawn.y) == pytest.approx([e.value for _, e in curve], abs=1e-4)
        assert list(drawn.x) == pytest.approx([math.log2(n) for n, _ in curve], abs=0.15)
        assert [row[0] for row in drawn.customdata] == [n for n, _ in curve]
    assert list(figure.layout.xaxis.ticktext) == [str(n) for n in BUDGETS]


def test_particle_filtering_stands_out() -> None:
    figure = plot_accuracy_curve(result())
    widths = {t.name: t.line.width for t in figure.data if t.mode == "lines+markers"}
    assert max(widths, key=lambda name: widths[name]) == "Particle filtering"
    assert figure.data[-1].name == "Particle filtering"  # on top
    assert widths["DVTS"] < widths["Particle filtering, by vote"] < widths["Particle filtering"]


def test_intervals_are_drawn_for_all() -> None:
    found = result()
    figure = plot_accuracy_curve(found)
    band = named(figure, "Particle filtering, interval")
    curve = found.curve("particle_filtering")
    assert list(band.y) == pytest.approx([e.high for _, e in curve] + [e.low for _, e in curve[::-1]], abs=1e-4)
    bars = named(figure, "DVTS").error_y
    assert list(bars.array) == pytest.approx([e.high - e.value for _, e in found.curve("dvts")], abs=1e-4)
    assert list(bars.arrayminus) == pytest.approx([e.value - e.low for _, e in found.curve("dvts")], abs=1e-4)


def test_a_method_of_one_generation_is_a_level() -> None:
    found = result()
    figure = plot_accuracy_curve(found)
    assert "Greedy" not in [trace.name for trace in figure.data]
    (level,) = figure.layout.shapes
    assert level.y0 == level.y1 == found.curve("greedy")[0][1].value
    assert "Greedy" in [note.name for note in figure.layout.annotations]


def test_every_line_is_named_at_its_end_and_no_name_lies_on_another() -> None:
    found = result(tuple(METHODS))
    figure = plot_accuracy_curve(found)
    notes = [note for note in figure.layout.annotations if note.name != "title"]
    assert len(notes) == len(found.methods) + 1
    low, high = figure.layout.yaxis.range
    plot = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    heights = sorted((high - note.y) / (high - low) * plot + note.ay for note in notes)
    assert min(np.diff(heights)) > 13


def test_a_yardstick_is_one_more_line_that_says_how_far_it_goes() -> None:
    found = result()
    without, beside = plot_accuracy_curve(found), plot_accuracy_curve(found, beside={"No <reward>": found})
    last = found.curve(LEADER_METHOD)[-1][0]
    (line,) = {trace.name for trace in beside.data} - {trace.name for trace in without.data}
    assert line == f"No <reward>, N ≤ {last}"
    drawn = next(trace for trace in beside.data if trace.name == line)
    assert list(drawn.y) == [round(estimate.value, 4) for _, estimate in found.curve(LEADER_METHOD)]
    assert "&lt;reward&gt;" in next(note.text for note in beside.layout.annotations if note.name == line)


def test_looks_differ_by_more_than_colour() -> None:
    looks = [(look.dash, look.marker) for look in (*map(line_style, METHODS), BASELINE_STYLE)]
    assert len(set(looks)) == len(looks)


def test_a_method_is_drawn_in_the_style_of_its_family(monkeypatch: pytest.MonkeyPatch) -> None:
    assert line_style("particle_filtering") == LineStyle(theme.FILTER_COLOUR, "solid", "circle")
    assert line_style("dvts") == LineStyle(theme.SEARCH_COLOUR, "solid", "triangle-up")
    assert line_style("best_of_n") == LineStyle(theme.SAMPLING_COLOUR, "solid", "square")
    assert line_style("greedy").colour == line_style("of a later version").colour == theme.MUTED
    before = {name: line_style(name) for name in METHODS}
    monkeypatch.setitem(METHODS, "twisted", type("Twisted", (ParticleFiltering,), {"name": "twisted"}))
    assert line_style("twisted").colour == theme.FILTER_COLOUR
    assert line_style("twisted") not in before.values()
    assert {name: line_style(name) for name in before} == before


def test_a_long_name_is_short_where_there_is_little_room() -> None:
    assert short_method_name("entropic_particle_filtering") == "Entropic filtering"
    assert short_method_name("dvts") == "DVTS"
    assert short_method_name("of a later version") == "of a later version"


def test_a_lower_picture_keeps_the_names_as_far_apart() -> None:
    for height in (470, 340):
        figure = plot_accuracy_curve(result(), title=False, height=height)
        low, high = figure.layout.yaxis.range
        pixels = (height - 12 - 44) / (high - low)
        places = sorted(note.y * pixels - note.ay for note in figure.layout.annotations)
        assert min(b - a for a, b in pairwise(places)) >= 15


def test_for_a_phone_there_is_a_legend_in_the_place_of_the_names() -> None:
    figure = plot_accuracy_curve(result(), title=False)
    narrow = figure.layout.meta["narrow"]
    assert narrow["annotations"] == []
    assert narrow["showlegend"]
    told = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert "DVTS" in told
    assert not any("interval" in name for name in told)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_names_are_moved_apart_in_order_and_inside(values: list[float]) -> None:
    gap = 0.07
    places = spread_positions(np.array(values), gap, 0.0, 1.0)
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(places[order]) >= gap - 1e-9)
    assert places.min() >= -1e-9
    assert places.max() <= 1 + 1e-9


def test_names_that_have_room_stay() -> None:
    assert spread_positions(np.array([0.9, 0.1, 0.5]), 0.1, 0.0, 1.0) == pytest.approx([0.9, 0.1, 0.5])
    assert spread_positions(np.array([0.5, 0.5]), 0.1, 0.0, 1.0) == pytest.approx([0.45, 0.55])
