"""ProcessBench by its subsets, and what was published of it."""

from __future__ import annotations

import math

import pytest

from pfviz.errors import LabError
from pfviz.lab.metrics.first_errors import best_threshold, evaluate
from pfviz.lab.metrics.processbench_subsets import (
    SUBSETS,
    count_wrong_processes,
    find_subset,
    mean_f1,
    share_lowest_at_last_step,
    summarise_processbench,
)
from pfviz.lab.published.processbench import find_published, load_published
from tests.figures.processbench.results import processbench, solution


@pytest.mark.parametrize(
    ("sample_id", "subset"),
    [
        ("gsm8k-0", "gsm8k"), ("math-123", "math"), ("olympiadbench-7", "olympiadbench"), ("omnimath-99", "omnimath"),
        ("Omni-MATH-3", "omnimath"), ("gsm8k_4", "gsm8k"), ("mathematics-1", ""), ("", ""), ("s4", ""),
    ],
)  # fmt: skip
def test_a_subset_is_known_by_what_an_id_begins_with(sample_id: str, subset: str) -> None:
    assert find_subset(sample_id) == subset


def test_the_threshold_is_the_one_of_the_best_f1_on_gsm8k() -> None:
    result = processbench()
    gsm8k = [one for one in result.scored if one.sample.id.startswith("gsm8k")]
    assert result.threshold == best_threshold(gsm8k)
    assert [one.name for one in result.subsets] == list(SUBSETS)
    assert sum(one.report.wrong + one.report.right for one in result.subsets) == len(result.scored) == 160
    assert mean_f1(result.subsets) == pytest.approx(sum(one.report.f1.value for one in result.subsets) / 4)


def test_without_gsm8k_only_solutions_are_counted_that_the_threshold_was_not_chosen_on() -> None:
    scored = [one for one in processbench().scored if not one.sample.id.startswith("gsm8k")]
    result = summarise_processbench("r", scored, evaluate(scored))
    assert result.threshold_source == "best F1 on the other half"
    assert len(result.scored) == pytest.approx(len(scored) / 2, abs=1)
    assert result.threshold == result.overall.threshold
    with pytest.raises(LabError, match="GSM8K"):
        mean_f1(result.subsets)


def test_a_given_threshold_holds_everywhere() -> None:
    scored = processbench().scored
    result = summarise_processbench("r", scored, evaluate(scored, threshold=0.4))
    assert (result.threshold, result.threshold_source) == (0.4, "given")


def test_solutions_of_no_subset_have_none() -> None:
    scored = [solution(f"s{k}", k % 2 - 1, [0.2 + 0.6 * (k % 2 == 0)]) for k in range(8)]
    assert summarise_processbench("r", scored, evaluate(scored)).subsets == ()


def test_the_lowest_reward_at_the_last_step_is_counted_where_there_are_two_steps() -> None:
    scored = [solution("a", -1, rewards) for rewards in ([0.9, 0.1], [0.1, 0.9], [0.1, 0.1], [0.5])]
    assert share_lowest_at_last_step(scored) == pytest.approx(1 / 3)
    assert math.isnan(share_lowest_at_last_step(scored[3:]))
    assert count_wrong_processes(processbench()).solutions > 0


def test_the_published_means_are_those_of_their_subsets() -> None:
    for model in load_published().models:
        if len(model.f1) == len(SUBSETS):
            assert model.mean_f1 == pytest.approx(sum(model.f1.values()) / 4, abs=0.06), model.name
        assert set(model.f1) <= set(SUBSETS)


def test_a_published_model_is_found_by_its_id_its_protocol_and_its_folder() -> None:
    for name in ("Qwen/Qwen2.5-Math-PRM-7B", "qwen:Qwen/Qwen2.5-Math-PRM-7B", "/models/Qwen2.5-Math-PRM-7B/"):
        found = find_published(name)
        assert found is not None
        assert found.mean_f1 == 73.5
    assert find_published("embedded") is None
    assert find_published("") is None
