"""What differs between runs, and what each is called beside the others."""

from __future__ import annotations

import dataclasses

import pytest

from pfviz.comparison.comparison import MAX_RUNS, compare
from pfviz.comparison.differences import NOT_USED
from pfviz.errors import ComparisonError
from tests.comparison.runs import make_run
from tests.traces import synthetic_trace


def test_what_is_the_same_in_all_runs_is_left_out() -> None:
    assert compare([make_run(), make_run()]).differences == ()
    one, other = compare([make_run(), make_run(tau=0.25)]).differences, compare([make_run(), make_run(seed=4)])
    assert [(row.name, row.values) for row in one] == [("Tau", ("1", "0.25"))]
    assert [(row.name, row.values) for row in other.differences] == [("Seed", ("3", "4"))]


def test_a_setting_that_only_some_methods_have_is_no_difference_of_its_own() -> None:
    runs = [make_run(), make_run("best_of_n"), make_run("dvts")]
    found = {row.name: row.values for row in compare(runs).differences}
    assert found["Method"] == ("Particle filtering", "Best of N", "DVTS")
    assert "Tau" not in found  # best-of-N has none, and the two others the same
    vote = compare([make_run(), make_run("self_consistency")]).differences
    assert ("Answer is that of", ("Highest reward", "Most particles")) in [(row.name, row.values) for row in vote]
    found = {row.name: row.values for row in compare([*runs, make_run(tau=0.5)]).differences}
    assert found["Tau"] == ("1", NOT_USED, NOT_USED, "0.5")


def test_models_problems_and_unknown_settings_of_a_foreign_file_are_compared_too() -> None:
    foreign = synthetic_trace(8, 3)
    other = dataclasses.replace(
        foreign, reward="<b>x</b>", versions={"pfviz": "9"}, settings={**foreign.settings, "a_knob": 3}
    )
    found = {row.name: row.values for row in compare([foreign, other]).differences}
    assert found == {"Reward model": ("synthetic", "<b>x</b>"), "Version of pfviz": ("0.1.0", "9")}
    third = dataclasses.replace(other, settings={**other.settings, "a_knob": 4})
    assert ("A knob", (NOT_USED, "3", "4")) in [
        (row.name, row.values) for row in compare([foreign, other, third]).differences
    ]


def test_a_label_is_the_method_and_as_much_as_tells_the_runs_apart() -> None:
    three = compare([make_run(), make_run("best_of_n", particles=4), make_run("dvts")])
    assert three.labels == ("Particle filtering", "Best of 4", "DVTS")
    alike = compare([make_run(), make_run(tau=0.25), make_run("dvts"), make_run()])
    assert alike.labels == ("Particle filtering, tau 1", "Particle filtering, tau 0.25", "DVTS",
                            "Particle filtering, tau 1 (2)")  # fmt: skip
    long = compare([make_run(problem="Compute 1 + 1"), make_run(problem="Compute " + "1 + " * 40 + "1")])
    assert all(len(label) < 60 for label in long.labels)
    assert not long.is_one_problem


def test_no_run_and_more_than_six_are_refused() -> None:
    for number in (0, MAX_RUNS + 1):
        with pytest.raises(ComparisonError, match=f"^{number} runs"):
            compare([make_run()] * number)
