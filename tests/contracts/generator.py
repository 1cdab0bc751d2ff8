"""What every generator must do, as functions of a factory. Parametrise a test over `CHECKS`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pfviz.problems.problem import Problem
from pfviz.types import Generator, GeneratorSession, Sampling, Step

Scratch = Callable[[Problem, Sequence[int], Sequence[int]], float]


@dataclass(frozen=True)
class Case:
    """A generator, a problem that it takes, and `scratch(problem, prefix ids, step ids)`: the step's log-probability
    (T = 1, nats), computed without any session."""

    make: Callable[[], Generator]
    problem: Problem
    scratch: Scratch
    sampling: Sampling = field(default_factory=lambda: Sampling(max_step_tokens=12))
    tolerance: float = 1e-4  # of a log-probability, relative
    particles: int = 6

    def open(self, particles: int | None = None, seed: int = 3, sampling: Sampling | None = None) -> GeneratorSession:
        return self.make().open(
            self.problem, particles=particles or self.particles, seed=seed, sampling=sampling or self.sampling
        )


def drain(session: GeneratorSession, active: Sequence[int], step: int) -> Mapping[int, Step]:
    """One step, checking what is yielded on the way."""
    *counts, steps = session.extend(active, step)
    assert isinstance(steps, Mapping), "the last item is the mapping of steps"
    assert set(steps) == set(active), "a step for each active slot and no other"
    assert counts, "something is told before the end"
    assert counts == sorted(counts), "counts run upwards"
    assert counts[-1] == sum(len(s.token_ids) for s in steps.values()), "the last count is the step's tokens"
    return steps


def scattered(rng: np.random.Generator, n: int) -> np.ndarray:
    """Ancestors that permute, clone and kill."""
    return rng.integers(0, n, n)


def same_seed_same_steps(case: Case) -> None:
    slots = range(case.particles)
    first, second = drain(case.open(), slots, 0), drain(case.open(), slots, 0)
    assert first == second


def another_seed_other_steps(case: Case) -> None:
    slots = range(case.particles)
    texts = {tuple(s.token_ids for s in drain(case.open(seed=seed), slots, 0).values()) for seed in range(8)}
    assert len(texts) > 1


def slots_draw_apart(case: Case) -> None:
    ids = {s.token_ids for seed in range(4) for s in drain(case.open(seed=seed), range(case.particles), 0).values()}
    assert len(ids) > 1
    assert any(
        len({s.token_ids for s in drain(case.open(seed=seed), range(case.particles), 0).values()}) > 1
        for seed in range(4)
    ), "slots share their randomness"


def draw_is_independent_of_batch_mates(case: Case) -> None:
    n = case.particles
    together = drain(case.open(), range(n), 0)
    assert drain(case.open(particles=1), [0], 0)[0].token_ids == together[0].token_ids
    session = case.open()
    halves = {**drain(session, range(0, n, 2), 0), **drain(session, range(1, n, 2), 0)}
    assert {s: halves[s].token_ids for s in range(n)} == {s: together[s].token_ids for s in range(n)}


def fork_equals_scratch(case: Case) -> None:
    """Over several steps with clones, deaths and permutations, each step has the log-probability that decoding its
    whole lineage from nothing gives it."""
    n, rng = case.particles, np.random.default_rng(0)
    compared = 0
    for seed in range(3):
        session = case.open(seed=seed)
        prefixes: list[tuple[int, ...]] = [()] * n
        finished = [False] * n
        for step in range(4):
            active = [i for i in range(n) if not finished[i]]
            if not active:
                break
            for slot, made in drain(session, active, step).items():
                expected = case.scratch(case.problem, prefixes[slot], made.token_ids)
                assert math.isclose(made.log_prob, expected, rel_tol=case.tolerance, abs_tol=case.tolerance), (
                    f"step {step}, slot {slot}: {made.log_prob} from the session, {expected} from scratch"
                )
                compared += step > 0
                prefixes[slot] += made.token_ids
                finished[slot] = made.finished
            ancestors = scattered(rng, n)
            session.select(ancestors)
            prefixes = [prefixes[a] for a in ancestors]
            finished = [finished[a] for a in ancestors]
    assert compared >= 5, "too few steps after a fork to prove anything: the case's solutions are too short"


def select_copies(case: Case) -> None:
    """After a fork of one slot into all, that slot goes on as if nothing had happened, and its clones go apart."""
    n = case.particles
    for seed in range(20):
        alone, forked = case.open(seed=seed), case.open(seed=seed)
        made = drain(alone, range(n), 0)
        drain(forked, range(n), 0)
        source = next((slot for slot, step in made.items() if not step.finished), None)
        if source is None:
            continue
        forked.select(np.full(n, source))
        after = drain(forked, range(n), 1)
        assert after[source].token_ids == drain(alone, [source], 1)[source].token_ids
        for step in after.values():
            expected = case.scratch(case.problem, made[source].token_ids, step.token_ids)
            assert math.isclose(step.log_prob, expected, rel_tol=case.tolerance, abs_tol=case.tolerance)
        if len({step.token_ids for step in after.values()}) > 1:
            return
    raise AssertionError("clones never went apart")


def closing_leaves_nothing_broken(case: Case) -> None:
    n = case.particles
    straight, interrupted = case.open(), case.open()
    for step in range(3):
        expected = drain(straight, range(n), step)
        begun = interrupted.extend(range(n), step)
        next(begun)
        begun.close()
        assert {s: e.token_ids for s, e in drain(interrupted, range(n), step).items()} == {
            s: e.token_ids for s, e in expected.items()
        }
        if any(e.finished for e in expected.values()):
            break


def given_steps_are_taken_on(case: Case) -> None:
    """Even slots are given what another run drew: they are told back as they are, the odd ones draw what they would
    have drawn, and clones of a given prefix have the log-probabilities of that prefix."""
    n = case.particles
    for seed in range(20):
        other = drain(case.open(seed=seed + 100), range(n), 0)
        given = {slot: step for slot, step in other.items() if slot % 2 == 0}
        source = next((slot for slot, step in given.items() if not step.finished), None)
        if source is None:
            continue
        session = case.open(seed=seed)
        *_, made = session.extend(range(n), 0, given)
        free = drain(case.open(seed=seed), range(n), 0)
        assert {slot: made[slot] for slot in given} == given
        odd = [slot for slot in range(n) if slot not in given]
        assert [made[slot].token_ids for slot in odd] == [free[slot].token_ids for slot in odd]
        session.select(np.full(n, source))
        for step in drain(session, range(n), 1).values():
            expected = case.scratch(case.problem, given[source].token_ids, step.token_ids)
            assert math.isclose(step.log_prob, expected, rel_tol=case.tolerance, abs_tol=case.tolerance)
        return
    raise AssertionError("every first step ended its solution: the case's solutions are too short")


def bounds_are_honoured(case: Case) -> None:
    n = case.particles
    for limit in (1, 3):
        steps = drain(case.open(sampling=Sampling(max_step_tokens=limit)), range(n), 0)
        assert all(1 <= len(s.token_ids) <= limit for s in steps.values())
        assert all(s.end for s in steps.values()), "every step says why it ended"
        assert all(s.log_prob is None or s.log_prob <= 0 for s in steps.values())


def each_token_is_accounted_for(case: Case) -> None:
    """The log-probabilities of the tokens, where they are told, add up to the step's; entropies are told only where
    they are asked for, and asking for them changes nothing else."""
    n = case.particles
    plain = drain(case.open(), range(n), 0)
    asked = drain(case.open(sampling=replace(case.sampling, entropies=True)), range(n), 0)
    for slot, step in plain.items():
        assert len(step.token_log_probs) in (0, len(step.token_ids)), "of every token or of none"
        if step.token_log_probs:
            assert step.log_prob is not None, "known of every token and not of the step"
            assert math.isclose(
                sum(step.token_log_probs), step.log_prob, rel_tol=case.tolerance, abs_tol=case.tolerance
            )
        assert step.entropies == ()
        assert replace(asked[slot], entropies=()) == step
        assert len(asked[slot].entropies) in (0, len(step.token_ids)), "of every token or of none"
        assert all(math.isfinite(entropy) and entropy >= 0 for entropy in asked[slot].entropies)


CHECKS: list[Callable[[Case], None]] = [
    same_seed_same_steps,
    another_seed_other_steps,
    slots_draw_apart,
    draw_is_independent_of_batch_mates,
    fork_equals_scratch,
    select_copies,
    closing_leaves_nothing_broken,
    given_steps_are_taken_on,
    bounds_are_honoured,
    each_token_is_accounted_for,
]
