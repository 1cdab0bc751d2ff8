"""Labels of steps: set, taken back, shared by descendants, counted before anything else."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.errors import LabError
from pfviz.lab.label_exports import LabelledSolution, export_rows, labelled_solutions, processbench_rows, trl_rows
from pfviz.lab.labelling import LABELS, get_label, known_prefixes, set_label
from pfviz.lab.metrics.processbench import read_samples
from pfviz.lab.probes.values import PrefixValue
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.reward_training.prm.labelled import read_labelled
from pfviz.trace import Trace, dumps
from pfviz.trace.json_file import loads
from tests.models import tiny
from tests.traces import synthetic_trace

RIDDLE = synthetic_trace(truth=None, problem="A riddle")


def label_path(trace: Trace, slot: int, *labels: str) -> Trace:
    """The first steps of the solution in a slot at the end."""
    for node, label in zip(trace.solution(trace.steps - 1, slot), labels, strict=False):
        trace = set_label(trace, int(trace.uids[node]), label)  # type: ignore[arg-type]
    return trace


def test_a_label_stands_at_the_slot_that_wrote_the_step_and_can_be_taken_back() -> None:
    uid = int(RIDDLE.uids[1, 2])
    t, n = RIDDLE.node(uid)
    labelled = set_label(RIDDLE, uid, "bad")
    assert labelled.step_labels[t, n] == -1
    assert np.isnan(labelled.step_labels).sum() == RIDDLE.step_labels.size - 1
    assert get_label(labelled, uid) == "bad"
    assert np.isnan(RIDDLE.step_labels).all(), "the trace that was given is as it was"
    assert dumps(set_label(labelled, uid, None)) == dumps(RIDDLE)
    assert get_label(loads(dumps(labelled)), uid) == "bad"


def test_a_label_that_is_none_and_a_node_that_is_not_there_are_refused() -> None:
    with pytest.raises(LabError, match="good, neutral, bad"):
        set_label(RIDDLE, 0, "great")  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        set_label(RIDDLE, 10**6, "good")


@pytest.mark.parametrize("label", LABELS)
def test_all_descendants_see_the_label_of_a_first_step(label: str) -> None:
    uid = int(RIDDLE.uids[0, RIDDLE.lineage(RIDDLE.steps - 1, 0)[0][1]])
    known = truth(set_label(RIDDLE, uid, label)).prefixes  # type: ignore[arg-type]
    descendants = [
        slot for slot in range(RIDDLE.particles) if RIDDLE.uids[RIDDLE.lineage(RIDDLE.steps - 1, slot)[0]] == uid
    ]
    wanted = WRONG if label == "bad" else UNKNOWN  # right so far, and nobody knows of the steps after it
    assert {int(known[-1, slot]) for slot in descendants} == {wanted}
    assert known[RIDDLE.node(uid)] == (WRONG if label == "bad" else RIGHT)


def test_what_is_known_is_no_guess_from_answers() -> None:
    trace = synthetic_trace(truth="12", problem="A riddle")
    assert truth(trace).source == "answers"
    assert set(known_prefixes(trace).ravel()) == {UNKNOWN}
    labelled = set_label(trace, 0, "good")
    assert (known_prefixes(labelled) != UNKNOWN).sum() == (labelled.uids == 0).sum()


def test_rollouts_fill_in_what_no_label_says() -> None:
    right, wrong, unknown = (int(uid) for uid in RIDDLE.uids[0, :3])
    values = {
        right: PrefixValue((right,), 0.5, right=1, rollouts=4),
        wrong: PrefixValue((wrong,), 0.5, right=0, rollouts=4),
        unknown: PrefixValue((unknown,), 0.5),
    }
    known = known_prefixes(RIDDLE, values=values)
    assert [int(known[0, n]) for n in range(3)] == [RIGHT, WRONG, UNKNOWN]
    assert known_prefixes(set_label(RIDDLE, right, "bad"), values=values)[0, 0] == WRONG


def test_steps_of_the_embedded_pair_are_judged_by_its_oracle() -> None:
    known = known_prefixes(replace(synthetic_trace(), generator="embedded"))
    assert (known != UNKNOWN).all()


def test_a_path_is_exported_as_far_as_it_is_known_and_after_an_error_to_its_end() -> None:
    slot = max(range(RIDDLE.particles), key=lambda n: len(RIDDLE.solution(RIDDLE.steps - 1, n)))
    whole = [RIDDLE.texts[t][n] for t, n in RIDDLE.solution(RIDDLE.steps - 1, slot)]
    (known,) = labelled_solutions(label_path(RIDDLE, slot, "good"))
    assert (known.steps, known.labels, known.complete) == (tuple(whole[:1]), (True,), False)
    found = labelled_solutions(label_path(RIDDLE, slot, "good", "bad"))
    wrong = next(one for one in found if one.steps == tuple(whole))
    assert wrong.labels == (True, *[False] * (len(whole) - 1))
    assert all(one.labels[0] for one in found)
    done = labelled_solutions(label_path(RIDDLE, slot, *["good", *["neutral"] * (len(whole) - 1)]))
    assert LabelledSolution("A riddle", RIDDLE.generator, tuple(whole), (True,) * len(whole), True, None) in done


def test_only_labelled_or_only_misjudged_solutions_can_be_chosen() -> None:
    embedded = replace(synthetic_trace(), generator="embedded")
    every, misjudged = labelled_solutions(embedded), labelled_solutions(embedded, chosen="misjudged")
    assert 0 < len(misjudged) < len(every)
    assert labelled_solutions(embedded, chosen="labelled") == []
    uid = int(embedded.uids[-1, 0])
    path = [embedded.texts[t][n] for t, n in embedded.solution(*embedded.node(uid))]
    chosen = labelled_solutions(set_label(embedded, uid, "good"), chosen="labelled")
    assert [list(one.steps[: len(path)]) for one in chosen] == [path] * len(chosen)
    assert chosen


SOLUTIONS = [
    LabelledSolution("P", "g", ("a", "b"), (True, True), True, True),
    LabelledSolution("P", "g", ("a", "c", "d"), (True, False, False), False, None),
    LabelledSolution("P", "g", ("a",), (True,), False, None),
]


def test_the_rows_are_those_of_both_formats() -> None:
    assert list(trl_rows(SOLUTIONS))[1] == {
        "prompt": "P",
        "completions": ["a", "c", "d"],
        "labels": [True, False, False],
    }
    rows = list(processbench_rows(SOLUTIONS))
    assert [row["label"] for row in rows] == [-1, 1], "of the third nobody knows whether an error comes"
    assert rows[0]["final_answer_correct"] is True
    assert "final_answer_correct" not in rows[1]


def test_what_is_exported_is_read_where_it_is_needed(tmp_path: Path) -> None:
    for to in ("trl", "processbench"):
        lines = [json.dumps(row) for row in export_rows(SOLUTIONS, to)]  # type: ignore[arg-type]
        (tmp_path / to).write_text("\n".join(lines), encoding="utf-8")
    (problem,) = read_labelled(tmp_path / "trl", Tokenization(tiny.tokenizer()))
    assert problem.labels == ((True, True), (True, False, False), (True,))
    assert [sample.label for sample in read_samples(tmp_path / "processbench")] == [-1, 1]


def test_a_run_without_a_step_has_no_solutions() -> None:
    assert labelled_solutions(RIDDLE) == []
    assert math.isnan(RIDDLE.step_labels[0, 0])
