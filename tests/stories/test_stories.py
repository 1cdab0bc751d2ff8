"""What a story says of its run is true of its trace."""

from __future__ import annotations

from importlib.resources import files

import pytest

from pfviz.diagnostics import distinct_ancestors
from pfviz.errors import TraceError
from pfviz.stories import STORIES, Story, load_ghost, load_story
from pfviz.trace import Trace
from tests.stories.numerals import read_numbers

NAMES = tuple(STORIES)
REAL = "Qwen/Qwen2.5-Coder-0.5B-Instruct"


def count_right(trace: Trace) -> int:
    return sum(row.count for row in trace.answers.rows if row.correct)


def is_right(trace: Trace | None) -> bool:
    assert trace is not None
    assert trace.choice is not None
    return bool(trace.choice.correct)


def ghost_of(name: str) -> Trace:
    ghost = load_ghost(name)
    assert ghost is not None
    return ghost


@pytest.mark.parametrize("story", STORIES.values(), ids=NAMES)
def test_a_story_is_a_complete_run_told_in_few_words(story: Story) -> None:
    trace = load_story(story.name)
    assert trace.status == "finished"
    assert trace.truth is not None
    assert len(story.sentence.split()) <= 20
    assert load_story(story.name) is trace, "read once"


@pytest.mark.parametrize("name", [name for name in NAMES if STORIES[name].ghost])
def test_a_ghost_is_the_same_problem_seed_and_first_steps_without_selection(name: str) -> None:
    trace, ghost = load_story(name), ghost_of(name)
    assert (trace.problem, trace.truth, trace.seed, trace.generator, trace.reward) == (
        ghost.problem, ghost.truth, ghost.seed, ghost.generator, ghost.reward,
    )  # fmt: skip
    assert trace.texts[0] == ghost.texts[0]
    assert trace.resampled.any()
    assert not ghost.resampled.any()
    assert STORIES[name].ghost.endswith(" right." if is_right(ghost) else " wrong.")


def test_rescue_few_are_right_alone_and_most_with_selection() -> None:
    trace, ghost = load_story("rescue"), ghost_of("rescue")
    assert [count_right(ghost), trace.particles, count_right(trace)] == read_numbers(STORIES["rescue"].sentence)
    assert is_right(trace)
    assert not is_right(ghost)


def test_fooled_a_mistake_wins_over_right_ones_under_a_naive_reward() -> None:
    trace = load_story("fooled")
    assert trace.choice is not None
    assert trace.reward == "shorter"
    assert [trace.choice.count, trace.particles] == read_numbers(STORIES["fooled"].sentence)
    assert not is_right(trace)
    assert count_right(trace) > 0


def test_collapse_one_wrong_first_step_is_the_ancestor_of_all() -> None:
    trace = load_story("collapse")
    assert distinct_ancestors(trace)[0] == 1
    assert (trace.particles, trace.settings["tau"]) == (16, 0.05)
    assert not is_right(trace)
    assert is_right(ghost_of("collapse"))


def test_loses_selection_makes_a_right_answer_wrong() -> None:
    trace, ghost = load_story("loses"), ghost_of("loses")
    assert trace.choice is not None
    assert is_right(ghost)
    assert not is_right(trace)
    assert [trace.choice.count] == read_numbers(STORIES["loses"].sentence)
    assert ghost.settings["pick"] == trace.settings["pick"], "both answers are picked alike"


def test_long_has_eight_steps_and_is_right() -> None:
    trace = load_story("long")
    assert [trace.steps, count_right(trace), trace.particles] == read_numbers(STORIES["long"].sentence)
    assert is_right(trace)


def test_large_has_more_particles_than_can_be_followed_one_by_one() -> None:
    trace, ghost = load_story("large"), ghost_of("large")
    assert [count_right(ghost), trace.particles, count_right(trace)] == read_numbers(STORIES["large"].sentence)
    assert is_right(trace)
    assert not is_right(ghost)


def test_most_stories_are_of_a_real_model_and_all_are_small() -> None:
    assert sum(load_story(name).generator == REAL for name in NAMES) > len(NAMES) / 2
    shipped = [path for path in files("pfviz.stories").joinpath("shipped").iterdir() if path.name.endswith(".json.gz")]
    assert {path.name.removesuffix(".json.gz") for path in shipped} == {
        *NAMES, *(f"{name}-ghost" for name in NAMES if STORIES[name].ghost)
    }  # fmt: skip
    assert sum(len(path.read_bytes()) for path in shipped) < 3e6


@pytest.mark.parametrize("name", ["nothing", "../large", "", None, 3])
def test_a_story_that_there_is_not_is_refused_by_name(name: object) -> None:
    with pytest.raises(TraceError, match=r"There is no story .*; there are rescue, "):
        load_story(name)  # type: ignore[arg-type]
