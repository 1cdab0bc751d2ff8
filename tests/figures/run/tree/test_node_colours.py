"""Each choice of colours says what it says it says, on every slot, and has a key."""

from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest

from pfviz import figures
from pfviz.diagnostics import lanes, living_descendants, root_ancestor
from pfviz.figures import theme
from pfviz.figures.run.cells import divide_into_cells, most_frequent_by_cell
from pfviz.figures.run.tree.node_colours import COLOUR_TITLES, ColourBy, node_colours, read_colour_by
from tests.figures.drawn import named
from tests.traces import synthetic_trace

TRACE = synthetic_trace(truth="12")
CHOICES = get_args(ColourBy)


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_colours_every_slot_and_has_a_key(choice: ColourBy) -> None:
    found = node_colours(TRACE, choice)
    assert found.values.shape == TRACE.rewards.shape
    assert found.labels
    known = found.values[~np.isnan(found.values)]
    if choice not in ("log_prob",):  # whose rarest values lie below the scale
        assert np.all((known >= found.scale["cmin"]) & (known <= found.scale["cmax"]))
    figure = figures.genealogy(TRACE, colour_by=choice)
    assert f"colour = {found.meaning}" in figure.layout.meta["reads"]
    assert f"colour = {found.meaning}" in figure.layout.meta["caption"]
    assert len(figure.layout.meta["caption"]) <= theme.MAX_CAPTION
    assert COLOUR_TITLES[choice]


def test_a_family_is_one_colour_and_the_heaviest_comes_first() -> None:
    found, families = node_colours(TRACE, "family").values, root_ancestor(TRACE)
    last = np.bincount(families[-1], weights=TRACE.weights[-1], minlength=TRACE.particles)
    assert np.all(found[families == int(np.argmax(last))] == 0)
    for root in np.unique(families):
        assert len(np.unique(found[families == root])) == 1  # NaN counts as one value


def test_an_answer_colours_those_who_lead_to_it() -> None:
    found, living = node_colours(TRACE, "answer").values, living_descendants(TRACE)
    assert np.array_equal(np.isnan(found), living == 0)
    for k, row in enumerate(TRACE.answers.rows):
        assert np.all(found[-1, list(row.members)] == k)


def test_more_answers_than_colours_leave_the_last_ones_grey() -> None:
    texts = [*TRACE.texts[:-1], [f"\\boxed{{{n}}}" for n in range(16)]]
    everybody = np.arange(6 * 16).reshape(6, 16)
    finished = np.vstack([np.zeros((5, 16), dtype=bool), np.ones((1, 16), dtype=bool)])
    trace = dataclasses.replace(TRACE, texts=texts, uids=everybody, finished=finished)
    found = node_colours(trace, "answer").values
    assert np.isnan(found[-1]).sum() == 16 - len(theme.CATEGORY_COLOURS)
    marks = named(figures.genealogy(trace, colour_by="answer"), "steps").marker.color
    assert theme.UNMEASURED_COLOUR in marks


def test_a_weight_is_read_on_the_scale_of_the_weights() -> None:
    found = node_colours(TRACE, "weight").values
    assert np.allclose(found**2 * 8, np.minimum(TRACE.weights * TRACE.particles, 8))


def test_a_log_probability_is_that_of_a_token_and_may_be_unknown() -> None:
    unknown = dataclasses.replace(TRACE, log_probs=np.full_like(TRACE.log_probs, np.nan))
    assert np.isnan(node_colours(unknown, "log_prob").values).all()
    figures.genealogy(unknown, colour_by="log_prob").to_json()
    found = node_colours(TRACE, "log_prob").values
    assert np.isclose(found[0, 3], TRACE.log_probs[0, 3] / TRACE.tokens[0, 3])
    waiting = np.argwhere(~TRACE.written)[0]
    assert found[tuple(waiting)] == found.ravel()[TRACE.uids[tuple(waiting)]]


def test_what_is_no_choice_is_the_reward() -> None:
    assert read_colour_by("family") == "family"
    for sent in (None, 3, "<b>", ["answer"]):
        assert read_colour_by(sent) == "reward"


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 4)])
def test_small_runs_have_colours(choice: ColourBy, shape: tuple[int, int]) -> None:
    figures.genealogy(synthetic_trace(*shape), colour_by=choice).to_json()


def test_a_cell_of_a_large_run_has_the_category_of_most_of_its_slots() -> None:
    trace = synthetic_trace(512, 20, trigger="never")  # 512 families that last
    cells = divide_into_cells(trace, lanes(trace).astype(float), 512.0)
    values = np.tile((np.arange(512) % 4 > 0) * 3.0, (20, 1))  # of four neighbours, three are of category 3
    found = most_frequent_by_cell(cells, values, np.ones((20, 512), dtype=bool))
    assert np.all(found == 3)
    assert np.isnan(most_frequent_by_cell(cells, values, np.zeros((20, 512), dtype=bool))).all()
    reads = figures.genealogy(trace, colour_by="family").layout.meta["reads"]
    assert "in a cell the most frequent" in reads
