"""A synthetic world for long problems: sums that take up to 12 steps, and a writer that errs at a known rate.

There is no language model in it. A step adds two neighbours of the sum, in the words of the embedded world, so that its
oracle says of every step whether it is right:

    Compute 3 + 5 + 12  →  5 + 12 = 17, so we have 3 + 17.  →  3 + 17 = 20. The answer is \\boxed{20}.

Which neighbours, their order and the blanks around the signs are drawn, so that there are many right solutions, as
there are of a language model; with probability `ERROR_RATE` the result is misread, as by a hurried pupil, and the
solution goes on from there.
"""

from __future__ import annotations

import random
import re

from pfviz.errors import ProblemError
from pfviz.tiny.tasks import final_sentence, misread

MAX_STEPS = 12
MAX_NUMBER = 20
ERROR_RATE = 0.12
"""Share of the steps whose result is wrong: a solution of 12 steps is right in 0.88^12 = 22 % of the cases."""
EXAMPLE = "Compute 3 + 5 + 12 + 7"

_PLUS_SIGNS = (" + ", "+", " +", "+ ")
_WORD = re.compile(r"[0-9]+|[A-Za-z]+|[^\sA-Za-z0-9]+")
_SUM = re.compile(r"(?:Compute )?([0-9]{1,6}(?: ?\+ ?[0-9]{1,6})+)[.?]?")


def draw_sum(rng: random.Random, steps: int) -> list[int]:
    """The numbers of a sum that takes so many steps."""
    return [rng.randint(1, MAX_NUMBER) for _ in range(steps + 1)]


def write_problem(numbers: list[int]) -> str:
    """The problem that asks for their sum."""
    return "Compute " + _write_sum(numbers)


def read_problem(text: str) -> list[int]:
    """The numbers of the sum that is asked for; raises `ProblemError` for any other problem, and for one that is longer
    than `MAX_STEPS`."""
    found = _SUM.fullmatch(" ".join(text.split()))
    numbers = [int(part) for part in found[1].split("+")] if found else []
    if not 2 <= len(numbers) <= MAX_STEPS + 1:
        raise ProblemError(
            f"The synthetic world `chain` knows sums of 2 to {MAX_STEPS + 1} whole numbers, such as: {EXAMPLE}",
            (EXAMPLE,),
        )
    return numbers


def write_step(rng: random.Random, numbers: list[int], error_rate: float = ERROR_RATE) -> tuple[str, list[int]]:
    """The next step of a solution that has come to the sum of `numbers`, two or more; and the numbers that are left."""
    place = rng.randrange(len(numbers) - 1)
    first, second = numbers[place : place + 2]
    result = first + second
    if rng.random() < error_rate:
        result = misread(rng, result)
    left = [*numbers[:place], result, *numbers[place + 2 :]]
    pair = [first, second] if rng.random() < 0.5 else [second, first]
    statement = f"{_write_sum(pair, rng.choice(_PLUS_SIGNS))} = {result}"
    if len(left) > 1:
        return f"{statement}, so we have {_write_sum(left, rng.choice(_PLUS_SIGNS))}.", left
    return f"{statement}. {final_sentence(result)}", left


def split_words(step: str) -> list[str]:
    """The words, numbers and signs of a step: its tokens."""
    return _WORD.findall(step)


def _write_sum(numbers: list[int], plus: str = " + ") -> str:
    return plus.join(map(str, numbers))
