"""What the figures of a comparison mean: each run on common axes, its answer, its evenness, its cost."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from typing import Any

import numpy as np
import pytest

from pfviz import figures
from pfviz.comparison.comparison import Comparison, compare
from pfviz.diagnostics import ess_fraction
from pfviz.figures import theme
from pfviz.figures.compare.genealogies import MAX_MARKS
from tests.comparison.runs import make_run
from tests.figures.drawn import named
from tests.figures.rooms import figures_of_room
from tests.figures.test_contract import HOSTILE, no_step
from tests.traces import synthetic_trace

NAMES = [figure.name for figure in figures_of_room("compare")]


def three() -> Comparison:
    return compare([make_run(), make_run("best_of_n"), make_run("dvts", seed=5)])


def strings(value: Any) -> list[str]:
    found = json.loads(value.to_json())
    del found["layout"]["meta"]
    return re.findall(r'"((?:[^"\\]|\\.)*)"', json.dumps(found, ensure_ascii=False))


def test_each_genealogy_has_its_own_plot_on_one_scale_of_steps_and_opens_its_run() -> None:
    compared = compare([make_run(), make_run("best_of_n"), make_run(max_steps=2)])
    drawn = figures.genealogies(compared)
    axes = [drawn.layout.xaxis, drawn.layout.xaxis2, drawn.layout.xaxis3]
    assert {axis.range for axis in axes} == {axes[0].range}  # also of the shorter run
    assert [axis.domain[0] for axis in axes] == sorted({axis.domain[0] for axis in axes})
    for number, (trace, axis) in enumerate(zip(compared.traces, ("x", "x2", "x3"), strict=True)):
        marks = named(drawn, "steps", axis)
        assert len(marks.x) == trace.steps * trace.particles
        assert {tuple(one[:2]) for one in marks.customdata} == {(number, 0)}
        for _, _, uid in marks.customdata:
            trace.node(uid)
        assert np.allclose(marks.marker.color, trace.rewards.ravel(), atol=1e-3)
        assert (marks.marker.cmin, marks.marker.cmax) == (0, 1)
    phone = drawn.layout.meta["narrow"]
    assert {tuple(phone[name]["domain"]) for name in ("xaxis", "xaxis2", "xaxis3")} == {(0.0, 1.0)}


def test_the_heading_of_a_genealogy_says_the_answer_and_whether_it_is_right() -> None:
    run = make_run("best_of_n")
    wrong = dataclasses.replace(run, truth="999")
    unknown = dataclasses.replace(run, truth=None, seed=8)
    texts = [note.text for note in figures.genealogies(compare([run, wrong, unknown]), title=False).layout.annotations]
    assert texts[0] == f"<b>Best of 8, seed 3: {run.answer}</b> ✓"
    assert texts[1].endswith(f": {run.answer}</b> ✗")
    assert texts[2].endswith(f": {run.answer}</b>")
    assert figures.genealogies(compare([run, wrong, unknown])).layout.meta["title"].startswith("1 of 3 runs gives")


def test_runs_of_different_problems_have_their_own_axes() -> None:
    compared = compare([make_run(), make_run(problem="Compute 1 + 9", max_steps=2)])
    layout = figures.genealogies(compared).layout
    assert layout.xaxis.range != layout.xaxis2.range


def test_of_a_large_run_only_what_lives_on_is_drawn() -> None:
    large = synthetic_trace(256, 30)
    marks = named(figures.genealogies(compare([large, synthetic_trace(8, 30)])), "steps")
    assert len(marks.x) <= MAX_MARKS
    assert not any(symbol.endswith("-open") for symbol in marks.marker.symbol)


def test_answers_stand_in_one_order_with_right_ones_first_and_the_given_one_outlined() -> None:
    compared = three()
    drawn = figures.answer_shares(compared)
    bars = [bar for bar in drawn.data if bar.name != "rest"]
    for number, trace in enumerate(compared.traces):
        masses = {row.canonical: row.mass for row in trace.pooled.rows}
        assert bars[0].x[number] == pytest.approx(masses["20"])
        assert bars[0].marker.color[number] == theme.RIGHT_COLOUR
        outlined = [bar for bar in bars if bar.marker.line.width[number] > 2]
        assert len(outlined) == 1
        assert outlined[0].x[number] == pytest.approx(trace.choice.mass)  # type: ignore[union-attr]
        assert sum(bar.x[number] for bar in drawn.data) == pytest.approx(1)
    assert {bar.marker.color[0] for bar in bars[1:] if bar.x[0]} <= {theme.WRONG_COLOUR}


def test_answers_of_unknown_truth_are_neither_right_nor_wrong() -> None:
    blind = [dataclasses.replace(make_run(seed=seed), truth=None) for seed in (3, 4)]
    drawn = figures.answer_shares(compare(blind))
    colours = {colour for bar in drawn.data for colour in np.ravel(bar.marker.color)}
    assert not colours & {theme.RIGHT_COLOUR, theme.WRONG_COLOUR}


def test_each_line_is_the_ess_of_its_run_and_has_its_name_in_its_colour() -> None:
    compared = three()
    drawn = figures.ess_by_step(compared, title=False)
    labels = {note.name: note for note in drawn.layout.annotations if note.name}
    for number, trace in enumerate(compared.traces):
        line = named(drawn, f"run {number + 1}")
        assert np.allclose(line.y, ess_fraction(trace), atol=1e-4)
        assert labels[line.name].font.color == line.line.color == theme.RUN_COLOURS[number]
    heights = sorted(note.y for note in labels.values())
    assert min(b - a for a, b in itertools.pairwise(heights)) > 0.05
    assert len({(line.line.dash, line.marker.symbol) for line in drawn.data}) == 3  # told apart without colours


def test_of_a_long_name_the_end_of_its_line_says_what_sets_it_apart() -> None:
    compared = compare([make_run(), make_run(tau=0.25)])
    texts = [note.text for note in figures.ess_by_step(compared, title=False).layout.annotations if note.name]
    assert texts == ["tau 1", "tau 0.25"]


def test_the_cost_of_a_run_is_its_tokens_and_seconds() -> None:
    compared = three()
    drawn = figures.run_cost(compared)
    assert list(named(drawn, "tokens").x) == [trace.written_tokens for trace in compared.traces]
    assert list(named(drawn, "seconds", "x2").x) == [trace.seconds[-1] for trace in compared.traces]


@pytest.mark.parametrize("name", NAMES)
def test_one_run_six_runs_and_one_without_a_step_are_drawn(name: str) -> None:
    six = [make_run(seed=seed) for seed in range(5)] + [no_step()]
    for runs in ([make_run()], [no_step()], six):
        assert getattr(figures, name)(compare(runs)).layout.meta["reads"]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_words_are_escaped_and_colours_have_dark_twins(name: str) -> None:
    trace = synthetic_trace(8, 3)
    hostile = dataclasses.replace(
        trace,
        method=HOSTILE,
        texts=[[text and f"{HOSTILE} \\boxed{{{HOSTILE}}}" for text in row] for row in trace.texts],
    )
    drawn = getattr(figures, name)(compare([hostile, trace]))
    shown = strings(drawn)
    for text in shown:
        assert not re.search(r"<(?!/?(b|i|br|extra)>)", text)
        assert "$" not in text
        assert "%{z}" not in text
    used = {text for text in shown if re.fullmatch(r"#[0-9a-fA-F]{3,8}", text)}
    assert used <= set(theme.LIGHT_TO_DARK) | {colour for _, colour in theme.REWARD_SCALE}
