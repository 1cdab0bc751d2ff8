"""Solutions and rollouts that a command samples: kept as they come, with progress, until all are there or Ctrl-C."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.screen.progress import Interrupt

if TYPE_CHECKING:
    from pfviz.problems.problem import Problem
    from pfviz.reward_training.batch_sampling import BatchSampler
    from pfviz.reward_training.samples import SampledProblem

WRITE_SECONDS = 5.0
"""After which rollouts that came in the meantime are written."""


def sample_problems(
    screen: Console, sampler: BatchSampler, file: Path, features: Any, problems: Sequence[Problem]
) -> list[SampledProblem]:
    """The sampled problems of a file, with those that it lacks written first, and their features."""
    from pfviz.reward_training.samples import append_sample, read_samples

    kept = {one.problem: one for one in read_samples(file)} if file.exists() else {}
    missing = [problem for problem in problems if problem.text not in kept]
    interrupt = Interrupt()
    began, done, name = time.monotonic(), 0, file.name
    with screen.status(f"sampling: {name}") as status, interrupt.catch_sigint():
        for progress in sampler.sample(missing, interrupt.stop_requested):
            for sample, of_sample in progress.done:
                features.write(sample, of_sample)
                append_sample(file, sample)
                kept[sample.problem] = sample
                done += 1
            rest = _describe_rest(began, done, len(missing), progress.tokens)
            status.update(f"sampling: {name}, {done} of {len(missing)} problems, {rest}")
    if interrupt.stop_requested():
        screen.print(f"Stopped after {done} problems; the same command goes on with {file}.", markup=False)
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    found = [kept[problem.text] for problem in problems if problem.text in kept]
    right = [solution.right for one in found for solution in one.solutions]
    mixed = sum(one.is_mixed for one in found)
    screen.print(
        f"{name}: {len(found)} problems, {len(right)} solutions, {sum(right) / max(len(right), 1):.3f} right, {mixed} "
        "problems with both"
    )
    return found


def draw_rollouts(
    screen: Console,
    sampler: BatchSampler,
    file: Path,
    problems: Sequence[Problem],
    samples: Sequence[SampledProblem],
    rollouts: int,
    solutions: int,
) -> list[SampledProblem]:
    """These samples of the file with the values of the prefixes of so many solutions of each: those that the file lacks
    are drawn first, and written there."""
    from pfviz.reward_training.rollouts import add_values, choose_prefixes, count_rollouts
    from pfviz.reward_training.samples import read_samples, write_samples

    kept = {one.problem: one for one in read_samples(file)}
    chosen = choose_prefixes(problems, samples, rollouts, solutions)
    interrupt = Interrupt()
    began = written = time.monotonic()
    done, name = 0, file.name
    with screen.status(f"rollouts: {name}") as status, interrupt.catch_sigint():
        for progress in sampler.roll_out(chosen, interrupt.stop_requested):
            new: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)
            for place, share in progress.done:
                one = chosen[place]
                new[one.problem.text][one.solution, len(one.steps)] = share
            for text, shares in new.items():
                kept[text] = add_values(kept[text], shares, rollouts)
            done += len(progress.done)
            if time.monotonic() - written > WRITE_SECONDS:
                write_samples(file, kept.values())
                written = time.monotonic()
            rest = _describe_rest(began, done, len(chosen), progress.tokens)
            status.update(f"rollouts: {name}, {done} of {len(chosen)} prefixes, {rest}")
    if chosen:
        write_samples(file, kept.values())
    if interrupt.stop_requested():
        screen.print(f"Stopped after {done} prefixes; the same command goes on with {file}.", markup=False)
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    found = [kept[one.problem] for one in samples]
    prefixes, draws = count_rollouts(found)
    screen.print(f"{name}: {draws} rollouts from {prefixes} prefixes")
    return found


def _describe_rest(began: float, done: int, total: int, tokens: int) -> str:
    """How fast it goes, and how long it may still take."""
    spent = time.monotonic() - began
    left = f", about {spent / done * (total - done) / 60:.0f} min left" if done else ""
    return f"{tokens / spent:.0f} tokens a second{left}"
