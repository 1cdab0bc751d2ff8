"""Files of ProcessBench: read line by line, and scored."""

from __future__ import annotations

import json

import pytest

from pfviz.errors import LabError
from pfviz.lab.metrics.processbench import NO_ERROR, read_samples, score_samples
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from tests.models import tiny

GOOD = {
    "id": "made-0",
    "generator": "hand",
    "problem": "Compute 2 * 3 - 1",
    "steps": ["2 * 3 = 6, so we have 6 - 1. ", "6 - 1 = 5. The answer is \\boxed{5}."],
    "final_answer_correct": True,
    "label": -1,
}
BAD = GOOD | {"id": "made-1", "steps": ["2 * 3 = 5, so we have 5 - 1.", "5 - 1 = 4."], "label": 0}


def lines(*rows) -> str:
    return "\r\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


def write(path, *rows, after: str = "\n"):
    path.write_text(lines(*rows) + after, "utf-8", newline="")
    return path


def test_a_file_is_read_as_it_is(tmp_path) -> None:
    first, second = read_samples(write(tmp_path / "a.jsonl", GOOD | {"more": 1}, "", BAD, after=""))
    assert (first.id, first.generator, first.problem) == ("made-0", "hand", "Compute 2 * 3 - 1")
    assert first.steps[0] == "2 * 3 = 6, so we have 6 - 1."
    assert (first.final_answer_correct, first.label, second.label) == (True, NO_ERROR, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": 2}, "label: expected a whole number from -1 to 1, as there are 2 steps; found 2"),
        ({"label": -2}, "label: expected"),
        ({"label": True}, "label: expected"),
        ({"label": "0"}, "label: expected"),
        ({"steps": []}, "steps: expected a list of texts"),
        ({"steps": ["", " "]}, "steps: expected a list of texts, one at least that is not empty"),
        ({"steps": "a"}, "steps: expected"),
        ({"steps": ["a", 1]}, "steps: expected"),
        ({"final_answer_correct": 1}, "final_answer_correct: expected true or false; found 1"),
        ({"problem": " "}, "problem: expected a text that is not empty"),
        ({"id": 3}, "id: expected a text; found 3"),
        ({"generator": None}, "generator: expected a text; found null"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_field(tmp_path, change, message) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, GOOD | change)
    with pytest.raises(LabError) as error:
        read_samples(path)
    assert f"{path}, line 2: {message}" in str(error.value)


def test_what_is_no_such_file_is_refused(tmp_path) -> None:
    for name in GOOD.keys() - {"final_answer_correct"}:
        row = {key: value for key, value in GOOD.items() if key != name}
        with pytest.raises(LabError, match=f"line 1: {name}: missing; expected "):
            read_samples(write(tmp_path / "a.jsonl", row))
    for line in ("[1]", "{", "nonsense", "3", "[" * 100_000):
        with pytest.raises(LabError, match="line 1: expected a JSON object"):
            read_samples(write(tmp_path / "a.jsonl", line))
    with pytest.raises(LabError, match="holds no solution"):
        read_samples(write(tmp_path / "a.jsonl", ""))
    with pytest.raises(LabError, match="cannot be read"):
        read_samples(tmp_path / "nowhere.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabError, match="cannot be read"):
        read_samples(tmp_path / "b.jsonl")


def test_an_empty_step_keeps_its_place_and_is_scored(tmp_path) -> None:
    steps = ["", "2 * 3 = 6, so we have 6 - 1.", " \n", "6 - 1 = 4."]
    (sample,) = read_samples(write(tmp_path / "a.jsonl", GOOD | {"steps": steps, "label": 3}))
    assert (sample.steps, sample.label) == (("", steps[1], "", steps[3]), 3)
    (found,) = score_samples([sample], TokenClassifierReward(tiny.classifier(), tiny.tokenizer(), "random"))
    assert len(found.rewards) == 4


def test_a_file_need_not_say_whether_the_answer_is_correct(tmp_path) -> None:
    untold = {key: value for key, value in GOOD.items() if key != "final_answer_correct"}
    first, second = read_samples(write(tmp_path / "a.jsonl", untold, untold | {"final_answer_correct": None}))
    assert first.final_answer_correct is second.final_answer_correct is None


def test_an_array_and_a_byte_order_mark_are_read_as_lines_are(tmp_path) -> None:
    samples = read_samples(write(tmp_path / "a.jsonl", GOOD, BAD))
    for text in (json.dumps([GOOD, BAD]), "\ufeff" + json.dumps([GOOD, BAD], indent=1), "\ufeff" + lines(GOOD, BAD)):
        assert read_samples(write(tmp_path / "b.json", text)) == samples
    with pytest.raises(LabError, match=r"b\.json, item 2: expected a JSON object; found '7'"):
        read_samples(write(tmp_path / "b.json", json.dumps([GOOD, 7])))
    with pytest.raises(LabError, match="item 2: label: expected"):
        read_samples(write(tmp_path / "b.json", json.dumps([GOOD, BAD | {"label": 5}], indent=1)))
    with pytest.raises(LabError, match="holds no solution"):
        read_samples(write(tmp_path / "b.json", "[]"))


def test_each_solution_is_scored_step_by_step_in_a_session_of_its_own(tmp_path) -> None:
    samples = read_samples(write(tmp_path / "a.jsonl", GOOD, BAD))
    opened, seen = [], []

    class Counting(FunctionReward):
        def open(self, problem, *, particles, whole=False):
            opened.append((problem, particles))
            return super().open(problem, particles=particles, whole=whole)

    def reward(problem: str, steps: list[str]) -> float:
        seen.append(list(steps))
        return len(steps) / 4

    first, second = score_samples(samples, Counting(reward))
    assert opened == [(Problem("Compute 2 * 3 - 1"), 1)] * 2
    assert [len(steps) for steps in seen] == [1, 2, 1, 2]
    assert first.rewards.tolist() == [0.25, 0.5]
    assert (first.done, second.done, second.samples, second.sample) == (1, 2, 2, samples[1])


def test_the_oracle_finds_every_first_wrong_step(tmp_path) -> None:
    good, bad = score_samples(read_samples(write(tmp_path / "a.jsonl", GOOD, BAD)), "oracle")
    assert good.rewards.tolist() == [1.0, 1.0]
    assert bad.rewards[0] == 0.0


def test_a_language_model_scores_it_as_in_a_run(tmp_path) -> None:
    reward = TokenClassifierReward(tiny.classifier(seed=1), tiny.tokenizer(), "random reward", chat=True)
    (sample,) = read_samples(write(tmp_path / "a.jsonl", GOOD))
    (found,) = score_samples([sample], reward)
    ids = reward.prompt(Problem(sample.problem))
    for text, value in zip(sample.steps, found.rewards, strict=True):
        ids = ids + reward.tokenization.encode(text) + reward.separator_ids
        logits = reward.model(input_ids=tiny.torch.tensor([ids])).logits[0, -1].double()
        assert value == pytest.approx(float(logits.softmax(-1)[1].detach()), abs=1e-5)


def test_it_stops_between_two_steps_without_a_half_scored_solution(tmp_path) -> None:
    samples = read_samples(write(tmp_path / "a.jsonl", GOOD, BAD))
    asked = iter(range(100))
    (only,) = score_samples(samples, lambda problem, steps: 0.5, stop=lambda: next(asked) >= 3)
    assert only.sample is samples[0]


def test_a_solution_that_cannot_be_scored_is_named(tmp_path) -> None:
    riddle = GOOD | {"id": "riddle-7", "problem": "What has it got in its pockets?"}
    samples = read_samples(write(tmp_path / "a.jsonl", riddle))
    with pytest.raises(LabError, match="Solution riddle-7 cannot be scored: The oracle must know"):
        list(score_samples(samples, "oracle"))
    with pytest.raises(LabError, match="riddle-7 cannot be scored: The reward model 'confidence'"):
        list(score_samples(samples, "confidence"))
