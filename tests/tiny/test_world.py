"""The world as a whole: held-out problems stay apart, draws are reproducible, the examples are understood."""

from __future__ import annotations

import random

import pytest

from pfviz.tiny import gate, world
from pfviz.tiny.tasks import Kind
from tests.tiny.expected import boxed


def test_the_held_out_part_is_one_in_twenty() -> None:
    held = sum(world.is_held_out(f"{a} + {b}") for a in range(100) for b in range(100))
    assert 0.045 < held / 10_000 < 0.055  # a fixed hash: no chance is involved


def test_spelling_does_not_move_a_problem_to_the_other_part() -> None:
    for n in range(200):
        assert world.is_held_out(f"3 + {n}*2") == world.is_held_out(f"3+{n} * 2")
        assert world.is_held_out(f"Mia has {n} apples.") == world.is_held_out(f"mia has {n} APPLES.")


@pytest.mark.parametrize("kind", world.KINDS)
@pytest.mark.parametrize("test", [False, True], ids=["training", "held out"])
def test_draws_come_from_their_part(kind: Kind, test: bool) -> None:
    for seed in range(60):
        task = world.draw_task(random.Random(seed), kind, test=test)
        assert task.kind == kind
        assert world.is_held_out(task.core) == test


def test_all_kinds_are_drawn_in_their_shares() -> None:
    rng = random.Random(0)
    kinds = [world.draw_task(rng).kind for _ in range(1000)]
    for kind, share in zip(world.KINDS, world.KIND_SHARES, strict=True):
        assert abs(kinds.count(kind) / 1000 - share / sum(world.KIND_SHARES)) < 0.05


def test_the_same_seed_gives_the_same_task_and_walk() -> None:
    one, two = random.Random(7), random.Random(7)
    for _ in range(30):
        task = world.draw_task(one)
        assert world.draw_task(two) == task
        assert world.write_solution(one, task, 0.3) == world.write_solution(two, task, 0.3)


@pytest.mark.parametrize("kind", world.KINDS)
def test_walks_end_in_a_box(kind: Kind) -> None:
    rng = random.Random(1)
    for _ in range(50):
        task = world.draw_task(rng, kind)
        assert boxed(world.write_solution(rng, task)[-1].text) == task.answer
        boxed(world.write_solution(rng, task, 1.0)[-1].text)


def test_the_examples_are_understood_and_cover_the_kinds() -> None:
    assert [gate.check_problem(example) for example in world.EXAMPLES] == list(world.KINDS)
    assert len(world.EXAMPLES) == 3
    assert [gate.exact_answer(example) for example in world.EXAMPLES] == [12, 5, 23]
