"""The pictures of a reward model on ProcessBench."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from pfviz.figures import theme
from pfviz.figures.processbench.error_positions import MAX_PLACES, describe_positions, plot_error_positions
from pfviz.figures.processbench.last_step_scores import plot_last_step_scores
from pfviz.figures.processbench.subset_f1 import plot_subset_f1
from pfviz.figures.processbench.wrong_processes import count_kinds, plot_wrong_processes
from pfviz.figures.registry import Figure
from tests.figures.processbench.results import processbench, solution
from tests.figures.rooms import figures_of_room

FIGURES = figures_of_room("processbench")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_it_says_what_it_found_and_every_colour_has_its_dark_twin(figure: Figure) -> None:
    drawn = figure.draw(processbench())
    assert drawn.layout.meta["title"]
    assert drawn.layout.meta["reads"].endswith(".")
    assert "title" not in [note.name for note in figure.draw(processbench(), title=False).layout.annotations]
    spec = json.dumps(theme.recolour(json.loads(drawn.to_json()), dark=True))
    assert [token for token in theme.LIGHT_TO_DARK if token in spec] == []


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_one_solution_without_an_answer_is_drawn(figure: Figure) -> None:
    figure.draw(replace(processbench(), scored=(solution("a", -1, [0.5], None),), subsets=())).to_json()


def test_a_disc_stands_for_the_solutions_of_its_steps() -> None:
    result = processbench()
    data = plot_error_positions(result).data[0]
    places = Counter(zip(data.x, data.y, strict=True))
    assert set(places.values()) == {1}
    assert max(data.x) == max(data.y) == MAX_PLACES
    counts = [int(text.split("</b>")[0].removeprefix("<b>")) for text in data.hovertext]
    assert sum(counts) == len(result.scored)
    hits = sum(count for x, y, count in zip(data.x, data.y, counts, strict=True) if x == y < MAX_PLACES - 1)
    inside = (result.labels == result.predictions) & (result.labels >= 0) & (result.labels < MAX_PLACES - 1)
    assert hits == inside.sum()


def test_the_errors_are_seen_at_the_step_late_early_or_never() -> None:
    said = describe_positions(np.array([1, 1, 1, 1, -1]), np.array([1, 2, 0, -1, 0]))
    assert said == "Of 4 errors 25% seen at the step, 25% late, 25% early, 25% never"
    assert describe_positions(np.array([-1]), np.array([0])) == "No solution has a wrong step"


def test_right_answers_by_wrong_processes_are_counted() -> None:
    scored = (
        solution("a", 0, [0.1, 0.9], True),
        solution("b", 1, [0.9, 0.9], True),
        solution("c", -1, [0.9], True),
        solution("d", 0, [0.1], False),
        solution("e", 0, [0.1], None),
    )
    result = replace(processbench(), scored=scored, threshold=0.5)
    assert count_kinds(result) == [
        ("right answer, right process", 1, 0),
        ("right answer, wrong process", 2, 1),
        ("wrong answer", 1, 1),
    ]
    assert plot_wrong_processes(result).layout.meta["title"].startswith("50% of the wrong processes")


def test_published_numbers_of_the_very_model_stand_beside() -> None:
    same = processbench("Qwen/Qwen2.5-Math-7B-PRM800K")
    assert "(published: 38.2 %)" in plot_wrong_processes(same).layout.meta["title"]
    assert "26.8 %" in plot_last_step_scores(same).layout.meta["title"]
    assert "diamond-open" in plot_subset_f1(same).data[0].marker.symbol
    assert "diamond-open" not in plot_subset_f1(processbench()).data[0].marker.symbol


def test_both_histograms_hold_all_of_their_kind() -> None:
    for bars, sign in zip(plot_last_step_scores(processbench()).data, (1, -1), strict=True):
        assert sum(bars.y) == pytest.approx(sign, abs=1e-3)
