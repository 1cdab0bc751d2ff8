"""What files of the formats may hold beside what their examples show, and what is wrong in them, named."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from pfviz.errors import TraceError
from pfviz.trace import Trace
from pfviz.trace.importers import IMPORTERS, ReadingOptions, find_importer, read_traces


def example(name: str) -> Any:
    return json.loads(IMPORTERS[name].example.splitlines()[0] if name != "smc-record" else IMPORTERS[name].example)


def whole_example(name: str) -> Any:
    return json.loads(IMPORTERS[name].example)


def read(value: Any, options: ReadingOptions | None = None) -> list[Trace]:
    return list(read_traces(json.dumps(value).encode(), options))


# --- the fork ---------------------------------------------------------------------------------------------------------


def fork(**changed: Any) -> Any:
    """Three particles; the second stops at once, and two continue it: none of these writes again."""
    first = [("a", False, 1.0), ("done 7", True, 2.0), ("c", False, -1.0)]
    second = [(None, True, 2.0), (None, True, 2.0), ("b", False, 0.5)]
    run = {
        "iterations": [
            {
                "particles": [{"new_text": t, "stopped": s, "cum_log_weight": w} for t, s, w in rows],
                "resample": {"temperature": 2.0, "parents": parents} if parents else None,
            }
            for rows, parents in ((first, [1, 1, 0]), (second, None))
        ]
    }
    return {"trace": run | changed}


def test_a_stopped_particle_stays_and_keeps_its_reward() -> None:
    (trace,) = read(fork())
    assert trace.path_texts(1, 0) == ["done 7"]
    assert trace.path_texts(1, 2) == ["a", "b"]
    assert trace.uids.tolist() == [[0, 1, 2], [1, 1, 5]]
    assert trace.finished.tolist() == [[False, True, False], [True, True, False]]
    np.testing.assert_allclose(trace.rewards[1], [1 / (1 + math.exp(-w)) for w in (2, 2, 0.5)])
    np.testing.assert_allclose(trace.weights[0], np.exp([0.5, 1, -0.5]) / np.exp([0.5, 1, -0.5]).sum())
    assert trace.temperatures.tolist() == [2, 1]
    assert trace.resampled.tolist() == [True, False]


def test_weights_are_those_that_were_drawn_by() -> None:
    given = fork()
    given["trace"]["iterations"][0]["resample"]["probabilities"] = [0.5, 0.5, 0.0]
    np.testing.assert_allclose(read(given)[0].weights[0], [0.5, 0.5, 0.0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda run: run["iterations"][0]["resample"].update(parents=[0, 1, 3]), "expected 3 slots from 0 to 2"),
        (lambda run: run["iterations"][1]["particles"][0].update(new_text="x"), "as its parent stopped"),
        (lambda run: run["iterations"][1]["particles"].pop(), "iterations[1].particles: expected 3, as at first"),
        (lambda run: run["iterations"][0]["particles"][0].update(cum_log_weight=None), "cum_log_weight: expected"),
        (lambda run: run["iterations"][0]["particles"][0].update(cum_log_weight=True), "expected a number; found true"),
    ],
)
def test_what_is_wrong_in_a_run_of_the_fork_is_named(change: Any, said: str) -> None:
    given = fork()
    change(given["trace"])
    with pytest.raises(TraceError) as caught:
        read(given)
    assert str(caught.value).startswith("line 1: ")
    assert said in str(caught.value)


# --- its_hub ----------------------------------------------------------------------------------------------------------


def test_each_iteration_of_particle_gibbs_is_a_run() -> None:
    given = {"responses": [["a 1", "b 2"], ["c 3", "d 4"]], "log_weights_lst": [[0, 1], [2, 3]], "selected_index": 1}
    first, second = read(given)
    assert [row for trace in (first, second) for row in trace.texts] == [["a 1", "b 2"], ["c 3", "d 4"]]
    assert "This is iteration 2 of 2." in second.notes[0].text
    assert "its_hub itself chose response 1." in second.notes[0].text


def test_scores_of_best_of_n_go_by_their_range_and_messages_may_have_parts() -> None:
    part = {"role": "assistant", "content": [{"type": "text", "text": "so "}, {"type": "text", "text": "12"}]}
    (trace,) = read({"responses": [part, "13"], "scores": [0.9, 0.2], "selected_index": 0})
    assert trace.texts == [["so 12", "13"]]
    assert trace.rewards.tolist() == [[0.9, 0.2]]
    assert trace.method == "best_of_n"


def test_another_number_of_weights_than_responses_is_refused() -> None:
    with pytest.raises(TraceError, match="expected a weight or score of each response"):
        read({"responses": ["a", "b"], "log_weights": [1.0]})


# --- records of SMC ---------------------------------------------------------------------------------------------------


def particle(text: str, weight: Any = -1.0, increment: Any = -1.0, **more: Any) -> dict[str, Any]:
    return {"contents": text, "logweight": weight, "weight_incr": increment} | more


def test_later_records_hold_only_what_is_new() -> None:
    first = [{"contents_incr": "The", "logweight": "-0.5", "weight_incr": "-0.5"}, {
        "contents_incr": "An", "logweight": "-Infinity", "weight_incr": "-Infinity"}]  # fmt: skip
    second = [{"keep": 3, "contents_incr": " cat", "logweight": -1, "weight_incr": -0.5}] * 2
    records = [{"mode": "smc_step", "particles": first}, {"mode": "resample", "ancestors": [0, 0], "particles": second}]
    (trace,) = read(records)
    assert [trace.path_texts(1, slot) for slot in (0, 1)] == [["The", " cat"], ["The", " cat"]]
    assert trace.rewards[0, 1] == 0
    assert trace.weights[0].tolist() == [1, 0]


def test_a_particle_that_writes_no_more_is_finished() -> None:
    records = [
        {"mode": "smc_step", "particles": [particle("a"), particle("b")]},
        {"mode": "smc_step", "particles": [particle("a", -1, 0), particle("b c", -2)]},
    ]
    (trace,) = read(records)
    assert trace.finished.tolist() == [[True, False], [True, True]]
    assert trace.path_texts(1, 0) == ["a"]


def test_increments_above_zero_are_logits() -> None:
    (trace,) = read([{"mode": "smc_step", "particles": [particle("a", 2, 2), particle("b", -1, -1)]}])
    np.testing.assert_allclose(trace.rewards, [[1 / (1 + math.exp(-2)), 1 / (1 + math.exp(1))]])


# --- ThinkBooster -----------------------------------------------------------------------------------------------------


def test_every_strategy_of_every_example_is_a_run() -> None:
    payload = whole_example("thinkbooster")
    payload["strategies"] *= 2
    runs = read({"examples": [{"payloads": {"8": payload}}, {"payloads": {"8": payload}}]})
    assert len(runs) == 4
    assert len({run.seed for run in runs}) == 4


def test_candidates_without_parents_continue_the_selected_one() -> None:
    payload = whole_example("thinkbooster")
    for event in payload["strategies"][0]["run"]["events"]:
        for candidate in event["candidates"]:
            candidate.pop("beam_uid")
            candidate.pop("parent_beam_uid", None)
    (trace,) = read(payload)
    assert trace.ancestors[0].tolist() == [0, 0]
    assert "each continues the selected one before it" in trace.notes[0].text


def test_a_signal_of_which_less_is_better_is_turned() -> None:
    payload = whole_example("thinkbooster")
    payload["strategies"][0]["run"]["scorer"]["direction"] = "lower_better"
    (trace,) = read(payload)
    np.testing.assert_allclose(trace.rewards[0], np.exp([-0.9, -0.2]))
    assert "Of prm less is better" in trace.notes[0].text


def test_a_solution_that_ends_early_stays_where_none_was_copied() -> None:
    payload = whole_example("thinkbooster")
    payload["strategies"][0]["run"]["events"][1]["candidates"].pop()
    (trace,) = read(payload)
    assert trace.finished[-1].tolist() == [True, True]
    assert trace.path_texts(1, 1) == ["3 * 4 = 13"]


# --- PRM800K ----------------------------------------------------------------------------------------------------------


def test_what_a_person_wrote_is_gone_on_with() -> None:
    row = whole_example("prm800k")
    row["label"]["steps"][0] |= {"chosen_completion": None, "human_completion": {"text": "by hand: 12"}}
    (trace,) = read(row)
    at = trace.texts[0].index("by hand: 12")
    assert np.isnan(trace.step_labels[0, at])
    assert trace.texts[1][at] == "The answer is 12"
    assert trace.particles == 3


def test_a_solution_goes_on_after_its_last_rating_as_it_was_written() -> None:
    row = whole_example("prm800k")
    row["label"]["finish_reason"] = "found_error"
    row["question"]["pre_generated_steps"] = ["3 * 4 = 12", "The answer is 12", "Check", "Done: 12"]
    (trace,) = read(row)
    assert trace.path_texts(3, 1) == ["3 * 4 = 12", "The answer is 12", "Check", "Done: 12"]
    assert np.isnan(trace.step_labels[2:, 1]).all()
    assert trace.answer == "12"


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_row_may_hold_all_solutions_of_a_problem() -> None:
    row = {"problem": "p", "responses": ["a\n\nb", "c"], "rewards": [[0.1, 0.2], [0.3]], "step_labels": [[1, -1], [0]]}
    (trace,) = read(row)
    assert [trace.path_texts(1, slot) for slot in (0, 1)] == [["a", "b"], ["c"]]
    assert trace.rewards.tolist() == [[0.1, 0.3], [0.2, 0.3]]
    assert trace.step_labels[0].tolist() == [1, 0]


def test_rows_are_grouped_by_what_is_said_to_group_them() -> None:
    rows = [{"problem": f"p{k}", "problem_id": k // 2, "solution": "a", "score": 0.5} for k in range(4)]
    assert [trace.particles for trace in read(rows)] == [2, 2]


def test_answers_that_differ_from_those_of_the_file_are_counted() -> None:
    rows = [{"problem": "p", "solution": "it is 3", "score": 0.5, "pred": answer} for answer in ("3", "4")]
    assert "Of 2 solutions 1 have another answer in the file" in read(rows)[0].notes[0].text


def test_a_table_with_the_columns_of_another_format_is_read_as_one_where_columns_are_said() -> None:
    row = {"problem": "p", "steps": ["a", "b"], "label": 1, "mine": [1, 2]}
    assert find_importer(json.dumps(row).encode()) is IMPORTERS["processbench"]
    (trace,) = read(row, ReadingOptions(columns={"scores": "mine", "labels": ""}))
    assert trace.rewards.tolist() == [[0.1], [0.2]]
    assert trace.reward == "mine"
