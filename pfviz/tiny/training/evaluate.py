"""Runs of particle filtering over many problems, in worker processes: what the pair does together."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pfviz.tiny.tasks import Task


@dataclass(frozen=True, slots=True)
class Filtered:
    """One run: was the answer of the highest reward right, was that of the heaviest vote, and what it cost."""

    highest: bool
    vote: bool
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Job:
    generator: Path
    reward: Path
    tasks: tuple[Task, ...]
    particles: int
    temperature: float
    first_seed: int


def particle_filtering(
    generator: Path, reward: Path, tasks: Sequence[Task], particles: int, temperature: float, seed: int = 0,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> list[Filtered]:  # fmt: skip
    """One run with the default settings for each task; task i has the seed `seed + i`."""
    chunk = 10
    jobs = [
        _Job(generator, reward, tuple(tasks[i : i + chunk]), particles, temperature, seed + i)
        for i in range(0, len(tasks), chunk)
    ]
    found: list[Filtered] = []
    workers = min(os.cpu_count() or 1, len(jobs))  # each one loads the models anew
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for some in pool.imap(_run, jobs):
            found.extend(some)
            report(len(found), len(tasks))
    return found


def _run(job: _Job) -> list[Filtered]:
    import torch

    from pfviz import api
    from pfviz.models.loading import load_generator, load_reward

    torch.set_num_threads(1)
    generator = load_generator(job.generator, local_files_only=True)
    reward = load_reward(job.reward, local_files_only=True)
    found = []
    for i, task in enumerate(job.tasks):
        trace = api.run(
            task.text, particles=job.particles, seed=job.first_seed + i, generator=generator, reward=reward,
            truth=str(task.answer), temperature=job.temperature,
        )  # fmt: skip
        answers = trace.answers
        highest, vote = answers.by_highest_reward, answers.by_weighted_vote
        found.append(
            Filtered(
                highest is not None and bool(highest.correct),
                vote is not None and bool(vote.correct),
                int(trace.tokens.sum()),
                float(trace.seconds[-1]),
            )
        )
    return found
