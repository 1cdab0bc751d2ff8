"""Each kind of trouble is found where it is, and not where it is not; every sentence says what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pfviz.diagnostics.health import HealthFinding, run_health
from pfviz.inference.settings import SETTINGS
from pfviz.trace import Trace
from tests.traces import synthetic_trace

HEALTHY = synthetic_trace()  # 16 particles, 6 steps, the right answer


def change(trace: Trace = HEALTHY, **columns: Any) -> Trace:
    """The trace with other columns; a function makes one from what it was."""
    made = {name: value(getattr(trace, name).copy()) if callable(value) else value for name, value in columns.items()}
    return dataclasses.replace(trace, method="particle_filtering", **made)


def found(trace: Trace, name: str) -> HealthFinding | None:
    return next((one for one in run_health(trace) if one.name == name), None)


def at(place: Any, value: Any) -> Callable[[Any], Any]:
    def put(column: Any) -> Any:
        column[place] = value
        return column

    return put


def answering(answers: list[str], truth: str | None) -> Trace:
    texts = [list(row) for row in HEALTHY.texts]
    texts[-1] = [f"So \\boxed{{{answer}}}." for answer in answers]
    everybody = np.arange(6 * 16).reshape(6, 16)
    finished = np.zeros((6, 16), dtype=bool)
    finished[-1] = True
    still = np.zeros(16)
    weights = np.vstack([HEALTHY.log_weights[:-1], still])
    return change(texts=texts, uids=everybody, finished=finished, log_weights=weights, truth=truth)


def looping() -> Trace:
    return change(
        texts=[["We write it once more." if t < 5 else text for text in row] for t, row in enumerate(HEALTHY.texts)]
    )


def tiny_winner() -> Trace:
    tokens, ancestors = HEALTHY.tokens.copy(), HEALTHY.ancestors.copy()
    tokens[1, 0], ancestors[1] = 2, 0
    return change(tokens=tokens, ancestors=ancestors)


def finished_winner() -> Trace:
    finished, ancestors = HEALTHY.finished.copy(), HEALTHY.ancestors.copy()
    finished[2, 0], ancestors[2] = True, np.arange(16) // 2 * 0
    ancestors[2, 8:] = np.arange(8, 16)
    return change(finished=finished, ancestors=ancestors)


def one_family() -> Trace:
    return change(ancestors=at(0, 0))


SICK = {
    "unfinished": change(finished=at((-1, slice(0, 9)), False), status="step limit"),
    "low rewards": change(rewards=at(-1, 0.1), truth=None),
    "divided answer": answering(["12", "13", "14", "15"] * 4, None),
    "cut at tokens": change(ends=[["tokens"] * 16 for _ in range(6)]),
    "cut at characters": change(ends=[["characters"] * 16 for _ in range(6)]),
    "repeated steps": looping(),
    "finished particles multiply": finished_winner(),
    "tiny steps win": tiny_winner(),
    "lowest effective sample size": change(ess=at(3, 1.2)),
    "early collapse": one_family(),
}


def test_a_healthy_run_has_no_finding() -> None:
    assert run_health(change()) == []


@pytest.mark.parametrize("name", SICK)
def test_trouble_is_found_and_the_sentence_says_what_to_do(name: str) -> None:
    finding = found(SICK[name], name)
    assert finding is not None
    named = [known.label for known in SETTINGS.values() if f"“{known.label}”" in finding.sentence]
    assert named or "try more particles" in finding.sentence
    assert finding.sentence.endswith(".")
    assert len(finding.sentence) < 200
    if finding.uid is not None:
        SICK[name].node(finding.uid)


def test_the_worst_comes_first() -> None:
    both = dataclasses.replace(SICK["unfinished"], ess=SICK["lowest effective sample size"].ess)
    assert [one.name for one in run_health(both)][:1] == ["unfinished"]
    severities = [one.severity for one in run_health(both)]
    assert severities == sorted(severities, reverse=True)


def test_an_answer_that_is_known_to_be_right_is_not_doubted() -> None:
    right = answering(["12", "13", "14", "12"] * 4, "12")
    assert found(dataclasses.replace(right, truth=None, settings={**right.settings}), "divided answer") is None
    divided = answering(["12", "13", "14", "15"] * 4, None)
    assert "so the answer may be wrong" in (found(divided, "divided answer") or run_health(divided)[0]).sentence
    known = dataclasses.replace(SICK["low rewards"], truth="12")
    assert found(known, "low rewards") is None


def test_nothing_is_said_of_a_run_that_goes_on_or_was_stopped_before_its_end() -> None:
    assert run_health(dataclasses.replace(SICK["unfinished"], status="running")) == []
    assert found(dataclasses.replace(SICK["unfinished"], status="stopped"), "unfinished") is None


def test_particles_kept_aside_cannot_multiply() -> None:
    trace = SICK["finished particles multiply"]
    aside = dataclasses.replace(trace, settings={**trace.settings, "finished": "absorbing"})
    assert found(aside, "finished particles multiply") is None


def test_short_steps_repeat_by_right() -> None:
    trace = looping()
    assert found(dataclasses.replace(trace, tokens=np.minimum(trace.tokens, 2)), "repeated steps") is None


def test_a_search_keeps_few_by_design() -> None:
    for name in ("early collapse", "lowest effective sample size"):
        assert found(dataclasses.replace(SICK[name], method="beam_search"), name) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 2)])
def test_small_runs_are_looked_at(shape: tuple[int, int]) -> None:
    run_health(synthetic_trace(*shape))
