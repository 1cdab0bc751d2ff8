"""A large run is drawn small, and still says what it is: who lives on, which families there are, which rewards."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from pfviz.diagnostics import distinct_ancestors, lanes, living_descendants, relatives
from pfviz.diagnostics.families import families
from pfviz.figures import registry, theme
from pfviz.figures.run.cells import MAX_COLUMNS, MAX_ROWS
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.trace import Trace
from tests.figures.drawn import named
from tests.traces import synthetic_trace

MAX_BYTES = 1_000_000
SIZES = [(65, 40, "ess"), (256, 30, "always"), (1000, 100, "ess"), (16, 1200, "always"), (1024, 8, "never")]


@cache
def run(particles: int, steps: int, trigger: str = "ess") -> Trace:
    return synthetic_trace(particles, steps, trigger=trigger)


def draw(name: str, trace: Trace, **settings: Any) -> Any:
    return registry.FIGURES[name].draw(trace, horizon=trace.steps, **settings)


@pytest.mark.parametrize("name", ["genealogy", "strips", "weights", "resampling", "rewards", "answers"])
def test_no_picture_is_larger_than_a_megabyte_whatever_is_selected(name: str) -> None:
    for size in SIZES:
        trace = run(*size)
        for uid in (None, int(np.unique(trace.uids[0])[0])):
            figure = draw(name, trace, selected=uid)
            assert len(to_pane_value(figure, run="a", steps=trace.steps, selected=uid)) < MAX_BYTES


def ends_of(figure: Any, *names: str) -> set[tuple[int, float]]:
    """Where the lines of these traces are at each step: (step, lane)."""
    found = set()
    for trace in figure.data:
        if trace.name.startswith(names):
            xs, ys = np.asarray(trace.x, float), np.asarray(trace.y, float)
            gaps = np.flatnonzero(np.isnan(xs))
            for part in np.split(np.arange(len(xs)), gaps):
                part = part[~np.isnan(xs[part])]
                if len(part):
                    first, last = round(xs[part[0]]), round(xs[part[-1]])
                    found |= {(t, round(float(ys[part[-1]]), 2)) for t in range(first + 1, last + 1)}
    return found


@pytest.mark.parametrize("size", [(300, 20, "ess"), (300, 20, "never"), (400, 24, "ess")], ids=str)
def test_every_survivor_has_a_line_into_its_cell(size: tuple[int, int, str]) -> None:
    trace = run(*size)
    figure, extent = draw("genealogy", trace), trace.particles / MAX_ROWS
    drawn = ends_of(figure, "survivors")
    for t, slot in np.argwhere(living_descendants(trace) > 0)[::7]:
        row = lanes(trace)[t, slot] + 0.5
        assert (t + 1, round(np.floor(row / extent) * extent + extent / 2 - 0.5, 2)) in drawn


def test_a_line_is_drawn_once_between_two_cells() -> None:
    trace = run(300, 20, "never")  # everybody goes on level: a line each, and one from the problem
    figure = draw("genealogy", trace)
    lines = sum(int(np.isnan(np.asarray(t.x, float)).sum()) for t in figure.data if t.name.startswith("survivors"))
    assert lines == 2 * MAX_ROWS


@pytest.mark.parametrize("size", [(300, 20, "always"), (400, 24, "ess")], ids=str)
def test_cells_have_the_colour_of_the_mean_reward_of_those_in_them(size: tuple[int, int, str]) -> None:
    trace = run(*size)
    figure, rows = draw("genealogy", trace), lanes(trace)
    layers = [t for t in figure.data if t.type == "heatmap"]
    assert {(t.zmin, t.zmax) for t in layers} == {(0, 1)}
    assert {tuple(c for _, c in t.colorscale) for t in layers} == {tuple(c for _, c in theme.REWARD_SCALE)}
    values = np.array([np.asarray(t.z, float) for t in layers])
    assert np.all(np.isfinite(values).sum(axis=0) == 1)  # none covers another, and nothing is left out
    extent = trace.particles / values.shape[1]
    living = living_descendants(trace) > 0
    for row, t in [(0, 0), (values.shape[1] // 2, 7), (values.shape[1] - 1, trace.steps - 1)]:
        inside = np.floor((rows[t] + 0.5) / extent) == row
        inside &= living[t] if (inside & living[t]).any() else True
        assert np.nansum(values[:, row, t]) == pytest.approx(trace.rewards[t, inside].mean(), abs=1e-3)


def test_a_cell_is_clicked_for_its_heaviest_particle() -> None:
    trace = run(400, 24)
    for layer in (t for t in draw("genealogy", trace).data if t.type == "heatmap"):
        uids = np.asarray(layer.customdata)
        assert np.all((uids >= 0) == np.isfinite(np.asarray(layer.z, float)))
        for uid in np.unique(uids[uids >= 0])[::97]:
            trace.node(int(uid))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_families_share_out_all_particles_and_all_weight(size: tuple[int, int, str]) -> None:
    trace = run(*size)
    found = families(trace)
    assert sum(family.size for family in found) == trace.particles
    assert sorted(slot for family in found for slot in family.members) == list(range(trace.particles))
    assert sum(family.share for family in found) == pytest.approx(1)
    for family in found[:5]:
        assert family.size == living_descendants(trace)[family.step, family.slot]
        assert trace.uids[family.step, family.slot] == family.uid


def badges_of(figure: Any) -> list[Any]:
    return [note for note in figure.layout.annotations if (note.name or "").startswith("famil")]


@pytest.mark.parametrize("size", [(400, 24, "ess"), (1024, 8, "never")], ids=str)
def test_badges_say_sizes_and_shares_and_those_of_the_small_families_together(size: tuple[int, int, str]) -> None:
    trace = run(*size)
    badges = badges_of(draw("genealogy", trace))
    sizes = [int(note.text.split("×")[1].replace(",", "")) for note in badges]
    assert sum(sizes) == trace.particles
    assert len(sizes) <= 9
    assert np.all(np.diff([note.y for note in badges]) >= trace.particles / 9 - 1e-6)  # none lies over another
    heads = {family.uid: family for family in families(trace)}
    for note in badges:
        if note.name != "families":
            family = heads[int(note.name.removeprefix("family "))]
            assert f"×{family.size:,}" in note.text
            assert f"{family.size:,} of the last" in note.hovertext


def test_an_open_family_is_drawn_by_itself() -> None:
    trace = run(400, 24)
    family = families(trace)[-1]
    figure = draw("genealogy", trace, family=family.uid)
    own = relatives(trace, family.uid)
    assert own is not None
    assert f"{family.size:,} of the last 400 particles" in figure.layout.meta["title"]
    drawn = {int(np.ravel(item)[0]) for t in figure.data if t.name == "steps" for item in t.customdata}
    assert drawn <= set(trace.uids[own].tolist())
    assert max(figure.layout.yaxis.range) < 400
    assert [note.name for note in badges_of(figure)] == ["family"]  # and a click leads back


def test_the_title_says_how_many_first_steps_live_on() -> None:
    trace = run(400, 24)
    title = draw("genealogy", trace).layout.meta["title"]
    assert title.startswith(f"{distinct_ancestors(trace)[0]} of 400 first steps live on")


def test_a_collapse_is_labelled_with_how_many_were_copied() -> None:
    trace = run(400, 24)
    fired = np.flatnonzero(trace.resampled)
    kept = {int(t): len(np.unique(trace.ancestors[t])) for t in fired}
    worst = min(kept, key=lambda t: kept[t])
    labels = [note.text for note in draw("genealogy", trace).layout.annotations]
    assert (f"▾ {kept[worst]:,} copied" in labels) == (kept[worst] < 160)


def test_of_many_steps_every_kth_is_drawn_and_the_last_one() -> None:
    trace = run(16, 1200, "always")
    layer = next(t for t in draw("genealogy", trace).data if t.type == "heatmap")
    assert len(layer.x) <= MAX_COLUMNS
    assert layer.x[-1] == trace.steps
    assert len(set(np.diff(layer.x))) == 1


def test_survivors_of_a_middling_run_are_all_marked_over_cells_of_the_dead() -> None:
    trace = run(65, 40)
    figure, alive = draw("genealogy", trace), living_descendants(trace) > 0
    assert sorted(item[0] for item in named(figure, "steps").customdata) == sorted(trace.uids[alive])
    died = named(figure, "died")
    assert np.array_equal(np.isfinite(np.asarray(died.z, float)).sum(axis=0), (~alive).sum(axis=1))


def test_the_rewards_of_a_large_run_are_counted() -> None:
    trace = run(400, 24)
    figure = draw("rewards", trace)
    counts = np.asarray(named(figure, "particles").text)
    assert counts.sum() == trace.rewards.size
    assert np.all(counts.sum(axis=0) == 400)


def test_the_weights_of_a_large_run_show_the_heaviest_of_each_cell() -> None:
    trace = run(400, 24)
    heat = named(draw("weights", trace), "weights")
    assert np.nanmax(np.asarray(heat.z), axis=0) == pytest.approx(trace.weights.max(axis=1), abs=1e-6)
