"""Labelled solutions from files of both kinds; a file that is neither, or a broken line, is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pfviz.errors import DatasetError
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.reward_training.exports import trl_rows, write_jsonl
from pfviz.reward_training.prm.labelled import LabelledProblem, leave_out, read_labelled, split_problems
from pfviz.reward_training.samples import append_sample
from tests.models import tiny
from tests.reward_training.prm.planted import planted_problems


def read(path: Path) -> list[LabelledProblem]:
    return read_labelled(path, Tokenization(tiny.tokenizer()))


def test_what_was_sampled_and_its_export_are_the_same_solutions_with_the_same_labels(tmp_path: Path) -> None:
    samples = [one.sample for one in planted_problems(3)]
    sampled, exported = tmp_path / "reward.train.jsonl", tmp_path / "reward.trl.jsonl"
    for sample in samples:
        append_sample(sampled, sample)
    write_jsonl(exported, trl_rows(samples))
    found, again = read(sampled), read(exported)
    assert [one.sample for one in found] == samples
    for one, other in zip(found, again, strict=True):
        assert one.labels == other.labels == tuple((s.right,) * len(s.steps) for s in one.sample.solutions)
        assert one.sample.problem == other.sample.problem
        for solution, same in zip(one.sample.solutions, other.sample.solutions, strict=True):
            assert (solution.text, solution.right) == (same.text, same.right)
            assert solution.tokens == same.tokens, "here a token is a character"


def test_labels_of_single_steps_are_kept_and_the_last_one_is_the_outcome(tmp_path: Path) -> None:
    path = tmp_path / "stepwise.jsonl"
    rows = [
        {"prompt": "a", "completions": ["x", "y"], "labels": [True, False], "more": 1},
        {"prompt": "b", "completions": ["x"], "labels": [1]},
        {"prompt": "a", "completions": ["z"], "labels": [True]},
    ]
    write_jsonl(path, rows)
    first, second = read(path)
    assert first.labels == ((True, False), (True,))
    assert [solution.right for solution in first.sample.solutions] == [False, True]
    assert second.labels == ((True,),)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{]"], r"line 1: no JSON.*Expected is OUT.train.jsonl"),
        ([], "neither kind of file"),
        (["[1]"], "neither kind of file"),
        ([json.dumps({"question": "1 + 1?", "answer": "2"})], "neither kind of file"),
        ([json.dumps({"prompt": "a", "completions": ["x"], "labels": [True, False]})], "1 completions and 2 labels"),
        ([json.dumps({"prompt": "a", "completions": [], "labels": []})], r"line 1: completions"),
        (["", json.dumps({"prompt": "a", "completions": ["x"], "labels": ["perhaps"]})], r"line 2: labels\.0"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_is_expected(tmp_path: Path, lines: list[str], message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        read(path)


def test_held_out_problems_are_not_trained_on() -> None:
    problems = planted_problems(10)
    train, test = split_problems(problems, 0.3, seed=1)
    assert len(test) == 3
    assert {one.sample.problem for one in [*train, *test]} == {one.sample.problem for one in problems}
    assert leave_out(problems, test) == train
    assert split_problems(problems, 0.3, seed=1) == (train, test)
    assert split_problems(problems, 0.3, seed=2)[1] != test
    assert split_problems(problems[:1], 0.9, seed=1) == (problems[:1], [])
    assert split_problems(problems, 0, seed=1) == (problems, [])
