"""The oracle: hand-written right and wrong steps of every kind, and text that is no step at all."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.tiny import oracle, world
from pfviz.tiny.tasks import Kind

RIGHT: list[tuple[Kind, int, str]] = [
    ("arithmetic", 12, "12 + 7 = 19, so we have 19 * 3 - 45."),
    ("arithmetic", 12, "57 - 45 = 12. The answer is \\boxed{12}."),
    ("arithmetic", -2, "5 - 7 = -2. The answer is \\boxed{-2}."),
    ("arithmetic", 8, "5 - (-3) = 8. The answer is \\boxed{8}."),
    ("equation", 5, "Subtract 5 from both sides: 3x = 15."),
    ("equation", 5, "Divide both sides by 3: x = 5. The answer is \\boxed{5}."),
    ("equation", -6, "Expand the parentheses: 2x + 4 = x - 2."),
    ("story", 23, "We need 12 + 3 * 5 - 4."),
    ("story", 23, "3 * 5 = 15, so we have 12 + 15 - 4."),
    ("story", 23, "27 - 4 = 23. The answer is \\boxed{23}."),
]
WRONG: list[tuple[Kind, int, str]] = [
    ("arithmetic", 12, "12 + 7 = 18, so we have 19 * 3 - 45."),  # a wrong statement with a right remainder
    ("arithmetic", 12, "12 + 7 = 19, so we have 18 * 3 - 45."),  # a right statement with a wrong remainder
    ("arithmetic", 12, "12 + 7 = 19."),
    ("arithmetic", 12, "57 - 45 = 12. The answer is \\boxed{13}."),
    ("arithmetic", 12, "57 - 45 = 13. The answer is \\boxed{12}."),
    ("arithmetic", 12, "6 + 7 = 13. The answer is \\boxed{12}."),
    ("arithmetic", 12, "57 - 45 = 12. The answer is \\boxed{12}"),
    ("arithmetic", 12, "57 - 45 = 12. The answer is \\boxed{12/0}."),
    ("arithmetic", 12, "57 - 45 = 12. The answer is \\boxed{}."),
    ("arithmetic", 12, "57 - 45 = 12. The answer is 12."),
    ("arithmetic", 12, "We need 12 * 1."),  # a story's step
    ("arithmetic", 12, "1 / 0 = 12, so we have 12 * 1."),
    ("arithmetic", 12, "x + 2 = 12, so we have 12 * 1."),
    ("equation", 5, "Subtract 5 from both sides: 3x = 14."),
    ("equation", 5, "Divide both sides by 3: x = 5. The answer is \\boxed{6}."),
    ("equation", 5, "Divide both sides by 3: x = 5. The answer is \\boxed{5/0}."),
    ("equation", 5, "Read off x: 5 = 5. The answer is \\boxed{5}."),
    ("equation", 5, "Subtract x from both sides: 0x = 0."),
    ("equation", 5, "subtract 5 from both sides: 3x = 15."),
    ("equation", 5, "10 + 5 = 15, so we have 3x = 15."),
    ("story", 23, "We need 12 + 3 + 5 - 4."),
    ("story", 23, "We need a miracle."),
    ("story", 23, "We need 23"),
]
GARBAGE = [
    "",
    " ",
    "\n",
    "hello",
    "= = =",
    "\\boxed{23}",
    "The answer is \\boxed{23}.",
    "٢٠ + ٣ = ٢٣. The answer is \\boxed{٢٣}.",
    "9" * 5000 + " = " + "9" * 5000 + ". The answer is \\boxed{" + "9" * 5000 + "}.",
    "(" * 190 + "23" + ")" * 190 + " = 23. The answer is \\boxed{23}.",
    "We need " + "(" * 190 + "23" + ")" * 190 + ".",
    "We need " + "-" * 390 + "23.",
    "We need " + "1+" * 3000 + "1.",
    "Read off x: x = " + "9" * 5000 + ".",
]


def test_right_steps(subtests: pytest.Subtests) -> None:
    for kind, answer, step in RIGHT:
        with subtests.test(kind=kind, answer=answer, step=step):
            assert oracle.judge_steps(kind, Fraction(answer), [step]) == [True]


def test_wrong_steps(subtests: pytest.Subtests) -> None:
    for kind, answer, step in WRONG:
        with subtests.test(kind=kind, answer=answer, step=step):
            assert oracle.judge_steps(kind, Fraction(answer), [step]) == [False]


def test_garbage_is_wrong(subtests: pytest.Subtests) -> None:
    for kind, step in itertools.product(world.KINDS, GARBAGE):
        with subtests.test(kind=kind, step=step):
            assert oracle.judge_steps(kind, Fraction(23), [step]) == [False]


def test_after_a_wrong_step_everything_is_wrong() -> None:
    steps = ["We need 12 + 3 * 5 - 4.", "3 * 5 = 16, so we have 12 + 15 - 4.", "12 + 15 = 27, so we have 27 - 4."]
    assert oracle.judge_steps("story", Fraction(23), steps) == [True, False, False]
    assert oracle.judge_steps("story", Fraction(23), []) == []


def test_a_fraction_can_be_an_answer() -> None:
    step = "Divide both sides by 2: x = 7/2. The answer is \\boxed{7/2}."
    assert oracle.judge_steps("equation", Fraction(7, 2), [step]) == [True]
    assert oracle.judge_steps("equation", Fraction(3), [step]) == [False]


@given(st.lists(st.text(alphabet="0123456789+-*/=() x.,{}\\boxedWneThaswr:", max_size=80), max_size=4))
@settings(deadline=None)
def test_any_text_is_judged(steps: list[str]) -> None:
    for kind in world.KINDS:
        assert len(oracle.judge_steps(kind, Fraction(1), steps)) == len(steps)
