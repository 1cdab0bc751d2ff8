"""Solutions as ids with labels: those of TRL's trainer, where the reward is read; every row once in an epoch."""

from __future__ import annotations

import pytest

from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.reward_training.prm.rows import (
    NO_LABEL,
    Row,
    draw_batches,
    encode_problems,
    encode_solution,
    pad_rows,
    split_passes,
)
from tests.models import tiny
from tests.reward_training.prm.planted import planted_problems

STEPS, LABELS = ("so 1 + 2 = 3", "", "then 3 * 4 = S\nnow"), (True, True, False)


def row_of_length(length: int) -> Row:
    return Row((7,) * length, (*(NO_LABEL,) * (length - 1), 1))


@pytest.mark.parametrize("bos", [None, "<user>"])
@pytest.mark.parametrize("max_tokens", [1000, 40])
def test_a_row_is_that_of_trls_trainer(bos: str | None, max_tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    from trl.experimental.prm import PRMTrainer

    tokenizer = tiny.tokenizer()
    tokenizer.bos_token = bos
    row = {"prompt": "compute 1 + 2", "completions": list(STEPS), "labels": list(LABELS)}
    expected = PRMTrainer.tokenize_row(row, tokenizer, "\n\n", max_tokens, None, False, False)
    found = encode_solution(Tokenization(tokenizer), "compute 1 + 2", STEPS, LABELS, max_tokens)
    assert list(found.ids) == expected["input_ids"]
    assert list(found.labels) == expected["labels"]


def test_its_labels_stand_where_the_reward_is_read() -> None:
    reward = TokenClassifierReward(tiny.classifier(), tiny.tokenizer(), "random")
    found = encode_solution(reward.tokenization, "compute 1 + 2", STEPS, LABELS, 1000)
    ids, ends = reward.prompt(Problem("compute 1 + 2")), []
    for place, text in enumerate(STEPS):
        ids = [*ids, *reward.encode_step(text, first=place == 0, whole=False).ids]
        ends.append(len(ids) - 1)
    assert list(found.ids) == ids
    assert {place: label for place, label in enumerate(found.labels) if label != NO_LABEL} == dict(
        zip(ends, map(int, LABELS), strict=True)
    )
    assert found.count == 3


def test_a_solution_that_is_cut_before_its_first_label_is_left_out() -> None:
    problems = planted_problems(3)
    assert len(encode_problems(Tokenization(tiny.tokenizer()), problems, 1000)) == 18
    assert encode_problems(Tokenization(tiny.tokenizer()), problems, 12) == []


def test_an_epoch_has_every_row_once_and_another_one_has_them_in_another_order() -> None:
    lengths = [length % 17 + 3 for length in range(70)]
    first, second = (draw_batches(lengths, 8, epoch, seed=3) for epoch in (0, 1))
    assert sorted(row for batch in first for row in batch) == list(range(70))
    assert [len(batch) for batch in first].count(8) == 8
    assert first == draw_batches(lengths, 8, 0, seed=3)
    assert first != second
    assert first != draw_batches(lengths, 8, 0, seed=4)
    spread = [max(lengths[row] for row in batch) - min(lengths[row] for row in batch) for batch in first]
    assert max(spread) < 6, "rows of like length are together"


def test_parts_of_a_batch_hold_no_more_tokens_than_a_pass_takes_unless_it_is_one_row() -> None:
    rows = [row_of_length(length) for length in (5, 30, 3, 9, 4)]
    parts = list(split_passes(rows, 16))
    assert sorted(len(row.ids) for part in parts for row in part) == [3, 4, 5, 9, 30]
    assert [[len(row.ids) for row in part] for part in parts] == [[3, 4, 5], [9], [30]]


def test_rows_are_padded_behind_and_padding_has_no_label() -> None:
    ids, mask, labels = pad_rows([row_of_length(2), row_of_length(4)])
    assert ids[0].tolist()[:2] == [7, 7]
    assert mask.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert labels.tolist() == [[NO_LABEL, 1, NO_LABEL, NO_LABEL], [NO_LABEL, NO_LABEL, NO_LABEL, 1]]
