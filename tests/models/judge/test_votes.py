"""Votes with reasoning: what a judgement says, what K of them make, and that a prefix has the same ones everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

import pfviz
from pfviz.lab.probes.rescore import RescoredSweep, rescore
from pfviz.models.judge import votes as votes_module
from pfviz.models.judge.prompt import JudgePrompt
from pfviz.models.judge.reward import JudgeReward
from pfviz.models.judge.verdicts import describe_votes, read_verdict, share_of_votes
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.models.judge import judges

PROMPT = JudgePrompt(system="strict", reasoning="is it right")


@pytest.mark.parametrize(
    ("judgement", "verdict"),
    [
        (r"It adds up. \boxed{Yes}", True),
        (r"So \boxed{\text{No}}.", False),
        (r"\boxed{Yes} … wait: \boxed{no}", False),
        (r"\boxed{ YES }", True),
        (r"\boxed{correct}", True),
        (r"\boxed{incorrect}", False),
        (r"\boxed{12}", None),
        (r"\boxed{Nothing}", None),
        ("Yes", None),
        ("", None),
    ],
)
def test_the_last_box_is_the_verdict(judgement: str, verdict: bool | None) -> None:
    assert read_verdict(judgement) is verdict


def test_votes_make_a_share_that_is_never_certain() -> None:
    assert share_of_votes([True] * 4) == pytest.approx(0.9)
    assert share_of_votes([False] * 4) == pytest.approx(0.1)
    assert share_of_votes([True, False]) == share_of_votes([None, None]) == 0.5
    assert share_of_votes([True, None, False, False]) == pytest.approx(0.4)


def test_the_note_tells_the_votes_and_their_spread() -> None:
    note = describe_votes("judge-2", [[True, True], [True, None], [True, True], [False, False]])
    assert note == (
        "Votes of judge-2 on 4 different prefixes: 2 of 2 Yes: 2; 1 of 2 Yes, 1 without a verdict: 1; 0 of 2 Yes: 1. "
        "Standard error up to 0.33."
    )


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judgements of a random model have no box: their first character stands for one."""
    monkeypatch.setattr(votes_module, "read_verdict", lambda text: None if not text else ord(text[0]) % 2 == 0)
    monkeypatch.setattr(votes_module, "MAX_TOKENS", 3)


def scratch(problem: Problem, steps: list[str]) -> float:
    """One prefix alone, in a session of its own."""
    session = JudgeReward(judges.generator(), votes=3, prompt=PROMPT).open(problem, particles=1)
    return [session.score({0: contract.step_of(step)})[0] for step in steps][-1]


@pytest.mark.usefixtures("verdicts")
@pytest.mark.parametrize(
    "check", [contract.select_copies, contract.a_subset_leaves_the_others, contract.sessions_are_apart]
)
def test_a_prefix_has_its_votes_whatever_stands_beside_it(check) -> None:
    generator = judges.generator()
    check(contract.Case(lambda: JudgeReward(generator, votes=3, prompt=PROMPT), Problem("compute 1 + 2"), scratch))


@pytest.mark.usefixtures("verdicts")
def test_a_run_notes_its_votes_and_repeats_them() -> None:
    generator = judges.generator(eos_token_id=[1, 40])
    reward = JudgeReward(votes=3, prompt=PROMPT)
    trace = pfviz.run("compute 1 + 2", generator=generator, reward=reward, particles=5, max_steps=3, max_step_tokens=9)
    assert {note.step for note in trace.notes if "Votes of judge-3" in note.text} == set(range(trace.steps))
    assert set(np.unique(trace.rewards)) <= {(yes + 0.5) / 4 for yes in (0, 0.5, 1, 1.5, 2, 2.5, 3)}
    assert len(np.unique(trace.rewards)) > 1
    (again,) = [item for item in rescore(trace, reward, generator=generator) if isinstance(item, RescoredSweep)]
    assert np.array_equal(again.rewards, trace.rewards)
    assert np.array_equal(pfviz.resume(trace.upto(1), generator=generator, reward=reward).rewards, trace.rewards)


def test_a_judgement_is_over_once_its_box_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    generator = judges.generator()
    judge = votes_module.VotingJudge(generator, "judge-1", PROMPT, 1)
    box = generator.tokenization.encode(r"so \boxed{Yes}")

    def is_over(ids: Sequence[int]) -> bool:
        lengths.append(len(ids))
        return judge._is_over(ids)

    assert [is_over(box[: k + 1]) for k in range(len(box))] == [False] * (len(box) - 1) + [True]
    assert judge._is_over([min(generator.eos)])
