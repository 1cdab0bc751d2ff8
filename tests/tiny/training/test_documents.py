"""Documents: tokenised as the adapters of the product do it, labels and ends where they should be."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.tiny import world
from pfviz.tiny.tasks import Line, Task
from pfviz.tiny.training.documents import (
    IGNORED_LABEL,
    PROBLEM_WEIGHT,
    Document,
    DocumentWriter,
    batches,
    misprint,
    pad,
    solution_documents,
)
from pfviz.tiny.training.generator import model_config

TASK = Task("arithmetic", "Compute (1 + 2) * 3 - 4", Fraction(5), None, "(1 + 2) * 3 - 4")
LINES = [
    Line("1 + 2 = 3, so we have 3 * 3 - 4.", True),
    Line("3 * 3 = 8, so we have 8 - 4.", False),
    Line("8 - 4 = 4. The answer is \\boxed{4}.", False),
]


def classifier(end: int) -> Any:
    from transformers import AutoModelForTokenClassification

    config = model_config(end, 1)
    config.num_labels = 2
    return AutoModelForTokenClassification.from_config(config)


def test_ids_are_those_of_the_reward_adapter(writer: DocumentWriter, loaded: Any) -> None:
    reward = TokenClassifierReward(classifier(writer.end), loaded, "random", chat=True)
    rng = random.Random(3)
    for _ in range(40):
        task = world.draw_task(rng)
        lines = world.write_solution(rng, task, 0.3)
        ids = reward.prompt(Problem(task.text))
        assert writer.prompt(task.text) == ids
        for line in lines:
            ids = ids + reward.tokenization.encode(line.text) + reward.separator_ids
        document = writer.reward_document(task, lines)
        assert document.ids.tolist() == ids
        assert document.ends.sum() == len(lines)
        assert document.labels[document.ends].tolist() == [int(line.ok) for line in lines]


def test_ids_are_those_that_the_generator_writes(writer: DocumentWriter, loaded: Any) -> None:
    tokenization = Tokenization(loaded)
    document = writer.generator_document(TASK, LINES)
    text = "\n\n".join(line.text for line in LINES)
    assert document.ids.tolist() == [
        *tokenization.prompt(Problem(TASK.text)),
        *tokenization.encode(text),
        tokenization.eos,
    ]
    assert writer.end == tokenization.eos


@pytest.mark.parametrize("last", ["generator", "reward"])
def test_labels_ends_and_weights(writer: DocumentWriter, last: str) -> None:
    document = writer.generator_document(TASK, LINES) if last == "generator" else writer.reward_document(TASK, LINES)
    prompt = len(writer.prompt(TASK.text))
    lengths = [len(writer.encode(line.text)) + 1 for line in LINES]
    stops = np.cumsum([prompt, *lengths])
    labels = document.labels
    assert (labels[:prompt] == IGNORED_LABEL).all()
    assert (labels[prompt : stops[1]] == 1).all()
    assert (labels[stops[1] : stops[2] - 1] == IGNORED_LABEL).all()  # which token went wrong is not known
    assert labels[stops[2] - 1] == 0
    assert (labels[stops[2] :] == 0).all()
    assert np.flatnonzero(document.ends).tolist() == [stop - 1 for stop in stops[1:]]
    ending = writer.end if last == "generator" else writer.separator
    assert document.ids[document.ends].tolist() == [writer.separator, writer.separator, ending]
    assert np.allclose(document.weights[: prompt - 1], PROBLEM_WEIGHT)
    assert document.weights[prompt - 1] == 0  # nobody predicts where a problem ends
    assert (document.weights[prompt:] == 1).all()
    assert len(document.ids) == len(labels) == len(document.weights) == len(document.ends) == stops[-1]


def test_padding(writer: DocumentWriter) -> None:
    documents = [writer.reward_document(TASK, LINES), writer.reward_document(TASK, LINES[:1])]
    batch = pad(documents, writer.end)
    assert batch.ids.shape == (2, len(documents[0].ids))
    n = len(documents[1].ids)
    assert (batch.ids[1, :n] == documents[1].ids).all()
    assert (batch.ids[1, n:] == writer.end).all()
    assert (batch.weights[1, n:] == 0).all()
    assert (batch.labels[1, n:] == IGNORED_LABEL).all()
    assert not batch.ends[1, n:].any()


def made(length: int) -> Document:
    return Document(
        np.arange(length), np.ones(length, np.float32), np.ones(length, np.int64), np.ones(length, np.bool_)
    )


def test_batches_hold_documents_of_like_length() -> None:
    rng = random.Random(0)
    documents = (made(rng.randint(10, 100)) for _ in itertools.count())
    for batch in itertools.islice(batches(documents, 800, 0, rng), 60):
        rows, width = batch.ids.shape
        assert 800 <= rows * width < 800 + 2 * width
        lengths = batch.ends.sum(1)
        assert lengths.max() - lengths.min() <= 10


def test_solutions_come_from_the_training_part(writer: DocumentWriter, loaded: Any) -> None:
    for document in itertools.islice(solution_documents(writer, random.Random(0), 0.1, (0, 1, 0)), 20):
        text = loaded.decode(document.ids.tolist())
        assert text.startswith("<|user|>")
        assert text.endswith("}.<|end|>")
        assert "both sides" in text or "Read off" in text or "Expand" in text or "Combine" in text


def test_a_misprint_is_another_digit_and_wrong_from_there_on(writer: DocumentWriter) -> None:
    right = [Line("1 + 2 = 3, so we have 3 * 3 - 4.", True), Line("3 * 3 = 9, so we have 9 - 4.", True)]
    document = writer.reward_document(TASK, right)
    assert (document.labels[document.weights == 1] == 1).all()
    printed = misprint(document, writer.digits, 0.5, random.Random(1))
    changed = np.flatnonzero(printed.ids != document.ids)
    assert len(changed) > 1
    assert set(printed.ids[changed]) <= set(writer.digits)
    assert (document.weights[changed] == 1).all()  # of the solution, not of the problem
    assert (printed.labels[changed[0] :] == 0).all()
    assert (printed.labels[: changed[0]] == document.labels[: changed[0]]).all()
    same = misprint(document, writer.digits, 0.0, random.Random(1))
    assert (same.ids == document.ids).all()
    assert (same.labels == document.labels).all()
