"""What is asked of a tree of 100,000 slots takes a time that is linear in them, and says the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.diagnostics import truth as truths
from pfviz.diagnostics.rewards.token_rewards import number_prefixes
from pfviz.errors import ProblemError
from pfviz.figures import marks
from pfviz.inference import answers
from pfviz.text import shorten
from pfviz.trace import Trace
from tests.traces import synthetic_trace


def test_two_slots_have_one_number_if_their_texts_are_the_same_all_the_way() -> None:
    trace = synthetic_trace(particles=24, steps=6, seed=3)
    numbers = number_prefixes(trace)
    texts = [[tuple(trace.path_texts(t, n)) for n in range(24)] for t in range(trace.steps)]
    pairs = {(int(numbers[t, n]), texts[t][n]) for t in range(trace.steps) for n in range(24)}
    assert len(pairs) == len({number for number, _ in pairs}) == len({text for _, text in pairs})
    assert len(pairs) < numbers.size


def test_more_steps_than_are_judged_leave_the_labels_to_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = synthetic_trace(particles=8, steps=5, seed=1)
    asked: list[int] = []

    def judge(problem: object, steps: list[str]) -> list[bool]:
        asked.append(len(steps))
        return [True] * len(steps)

    found = truths.truth(trace, judge)
    assert found.source == "steps"
    monkeypatch.setattr(truths, "MAX_JUDGED_STEPS", truths._count_steps_to_judge(trace))
    assert truths.truth(trace, judge).source == "steps"
    monkeypatch.setattr(truths, "MAX_JUDGED_STEPS", truths._count_steps_to_judge(trace) - 1)
    before = len(asked)
    found = truths.truth(trace, judge)
    assert found.source == "answers"
    assert found.prefixes.tolist() == truths.truth(replace(trace, generator="another")).prefixes.tolist()
    assert len(asked) == before


def test_the_steps_to_judge_are_those_that_the_judge_is_given_at_most() -> None:
    trace, given = synthetic_trace(particles=8, steps=5, seed=1), []

    def judge(problem: object, steps: list[str]) -> list[bool]:
        given.append(len(steps))
        return [True] * len(steps)

    truths.truth(trace, judge)
    assert sum(given) <= truths._count_steps_to_judge(trace) <= trace.steps * trace.rewards.size

    def unable(problem: object, steps: list[str]) -> list[bool]:
        raise ProblemError("not understood")

    assert (truths.truth(trace, unable).prefixes == truths.UNKNOWN).all()


def test_hovers_of_a_large_tree_are_brief_and_of_one_step_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = synthetic_trace(particles=8, steps=5)
    full = marks.node_hovers(trace)
    assert [marks.step_hovers(trace, t) for t in range(trace.steps)] == full
    every = np.ones((trace.steps, 8), dtype=np.bool_)
    monkeypatch.setattr(marks, "MAX_DETAILED_HOVERS", trace.steps * 8)
    detailed = marks.mark_hovers(trace, every)
    assert list(detailed["hovertext"]) == [text for row in full for text in row]
    monkeypatch.setattr(marks, "MAX_DETAILED_HOVERS", trace.steps * 8 - 1)
    brief = marks.mark_hovers(trace, every)
    assert "hovertext" not in brief
    place = 8 + 2  # particle 2 of step 2
    assert list(brief["customdata"][place]) == [
        trace.uids[1, 2],
        2,
        pytest.approx(trace.rewards[1, 2], abs=1e-3),
        pytest.approx(trace.weights[1, 2], abs=1e-3),
    ]


def long_solutions(begin: str, end: str) -> Trace:
    trace = synthetic_trace(particles=4, steps=3, trigger="never")
    finished = np.zeros((3, 4), dtype=np.bool_)
    finished[-1] = True
    return replace(trace, texts=[[begin] * 4, ["x " * 6000] * 4, [end] * 4], finished=finished)


def test_of_a_very_long_solution_the_end_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert long_solutions(r"\boxed{7}", "and so on").final_answers == ("7",) * 4
    monkeypatch.setattr(answers, "MAX_CHARACTERS", 1000)
    monkeypatch.setattr(answers, "MAX_SOLUTION_CHARACTERS", 1000)
    assert long_solutions(r"\boxed{7}", r"so \boxed{8}").final_answers == ("8",) * 4
    assert long_solutions(r"\boxed{7}", "and so on").final_answers == (None,) * 4
    read: list[int] = []
    monkeypatch.setattr(answers, "extract_answer", lambda text: read.append(len(text)))
    assert long_solutions(r"\boxed{7}" * 20_000, "and so on").answers.rows == ()
    assert len(read) == 4
    assert max(read) <= 1000 + 2


def test_little_is_read_of_a_text_that_is_shown_short() -> None:
    class Counted(str):
        def __getitem__(self, key: object) -> str:
            part = super().__getitem__(key)  # type: ignore[index]
            assert len(part) <= 1000
            return part

        def split(self, *_: object) -> list[str]:  # type: ignore[override]
            raise AssertionError("the whole text is split")

    text = Counted("ab " * 100_000)
    assert shorten(text, 10) == "ab ab ab…"
    assert shorten(text, 10, keep_end=True) == "…ab ab ab"
    assert shorten("a" + " " * 2000 + "b", 10) == "a…"
    assert shorten("a  b", 10) == "a b"
