"""The figures of a study: what the lines, bands and cells mean."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

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
from pfviz.figures.study.budget_ratio import format_ratio, plot_budget_ratio
from pfviz.inference.methods import METHODS
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.stats.estimate import Estimate
from pfviz.study.plan import BUDGETS, Unit, units
from pfviz.study.result import LEADER_METHOD, Ratio, Result
from pfviz.study.summary import summarise
from tests.study.outcomes import outcomes

SKILL = {"particle_filtering": 1.5, "dvts": 1.2, "greedy": 3.0, "self_consistency": 0.5}


def result(methods: tuple[str, ...] = tuple(SKILL), budgets: tuple[int, ...] = BUDGETS, problems: int = 24) -> Result:
    def right(unit: Unit) -> bool:
        return unit.problem % 12 < 3 + SKILL.get(unit.method, 1.0) * math.log2(unit.budget)

    wanted = units(methods, budgets, problems, 1)
    return summarise(outcomes(wanted, right), wanted, {"problem_seed": 0, "settings": {"tau": 1.0}})


def line(figure: Any, name: str) -> Any:
    return next(trace for trace in figure.data if trace.name == name)


def test_a_line_is_a_methods_curve() -> None:
    found = result()
    figure = plot_accuracy_curve(found)
    for method, name in (("particle_filtering", "Particle filtering"), ("dvts", "DVTS")):
        curve = found.curve(method)
        drawn = line(figure, name)
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
    band = line(figure, "Particle filtering, interval")
    curve = found.curve("particle_filtering")
    assert list(band.y) == pytest.approx([e.high for _, e in curve] + [e.low for _, e in curve[::-1]], abs=1e-4)
    bars = line(figure, "DVTS").error_y
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


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_has_its_dark_twin(dark: bool) -> None:
    found = result()
    for figure in (plot_accuracy_curve(found), plot_budget_ratio(found)):
        light = json.loads(figure.to_json())
        text = json.dumps(theme.recolour(light, dark))
        left = [token for token in theme.LIGHT_TO_DARK if token in text]
        assert bool(left) != dark


@pytest.mark.parametrize("budgets", [(1,), (4,), (1, 64)])
@pytest.mark.parametrize("methods", [("particle_filtering",), ("dvts",), ("greedy", "dvts")])
def test_small_studies_are_drawn(methods: tuple[str, ...], budgets: tuple[int, ...]) -> None:
    if (budgets, methods) == ((4,), ("greedy", "dvts")):
        methods = ("dvts",)
    found = result(methods, budgets, 2)
    for figure in (plot_accuracy_curve(found), plot_budget_ratio(found), plot_accuracy_curve(found, title=False)):
        assert figure.layout.meta["title"]


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


def cell(figure: Any, rival: str, column: str) -> tuple[str, float]:
    heat = figure.data[0]
    row, k = list(heat.y).index(rival), list(heat.x).index(column)
    return heat.text[row][k], heat.z[row][k]


@pytest.mark.parametrize(
    ("estimate", "text", "verdict"),
    [
        (Estimate(4.0, 2.0, 8.5), "<b>4.0×</b><br>2.0 to 8.5", 1),
        (Estimate(0.5, 0.25, 0.9), "<b>0.50×</b><br>0.25 to 0.90", -1),
        (Estimate(1.2, 0.8, math.inf), "<b>1.2×</b><br>0.80 to >16", 0),
        (Estimate(math.inf, math.inf, math.inf), "<b>>16×</b><br>>16", 1),
        (Estimate(12.3, 1.0, 15.0), "<b>12×</b><br>1.0 to 15", 0),
    ],
)
def test_a_cell_says_the_ratio_and_whether_it_is_sure(estimate: Estimate, text: str, verdict: int) -> None:
    found = replace(result(), ratios=(Ratio("dvts", "usual", 4, estimate, 16.0),))
    said, sure = cell(plot_budget_ratio(found), "DVTS", "N = 4")
    assert re.sub("</?span[^>]*>", "", said) == text.replace(">16", "&gt;16")
    assert sure == verdict


def test_a_curve_that_begins_late_is_not_said_to_need_more() -> None:
    """Particle Gibbs has no fewer than 4 generations: what it reaches with them, it might reach with fewer."""
    found = result(("particle_filtering", "particle_gibbs"))
    assert min(budget for budget, _ in found.curve("particle_gibbs")) == 4
    for estimate, text, verdict in (
        (Estimate(2.0, 2.0, 2.0), "<b>≤2.0×</b><br>≤2.0", 0),
        (Estimate(3.0, 2.0, 5.0), "<b>3.0×</b><br>≤2.0 to 5.0", 0),
        (Estimate(3.0, 2.5, 5.0), "<b>3.0×</b><br>2.5 to 5.0", 1),
    ):
        ratios = (Ratio("particle_gibbs", "usual", 2, estimate, 32.0),)
        said, sure = cell(plot_budget_ratio(replace(found, ratios=ratios)), "Particle Gibbs", "N = 2")
        assert re.sub("</?span[^>]*>", "", said) == text
        assert sure == verdict


def test_the_ratio_of_the_vote_is_its_own() -> None:
    found = result()
    usual, vote = Estimate(2.0, 1.5, 3.0), Estimate(3.0, 2.5, 4.0)
    ratios = (Ratio("dvts", "usual", 4, usual, 16.0), Ratio("dvts", "vote", 4, vote, 16.0))
    assert "3.0×" in cell(plot_budget_ratio(replace(found, ratios=ratios), pick="vote"), "DVTS", "N = 4")[0]


def test_digits() -> None:
    assert [format_ratio(x, 32.0) for x in (0.04, 1.0, 9.94, 9.96, math.inf)] == ["0.04", "1.0", "9.9", "10", "&gt;32"]


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
