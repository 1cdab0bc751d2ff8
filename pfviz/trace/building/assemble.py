"""The columns that a foreign run tells → all of a trace: what follows from them, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pfviz.errors import TraceError
from pfviz.inference.events import NoteAdded
from pfviz.inference.weights import ess, log_sum_exp
from pfviz.trace.invariants import check_invariants
from pfviz.trace.schema import MAX_PARTICLES, MAX_STEPS, MAX_TEXT
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray
from pfviz.version import __version__

MAX_SLOTS = 600_000
"""Steps times particles of one run, which a file of pfviz has room for."""


@dataclass(frozen=True)
class Source:
    """Where a run comes from: what stands once in a trace, as far as a file tells it.

    Args:
        problem, truth, generator, reward: as a trace has them; an empty name is one that the file does not tell.
        method: name of the inference method.
        notes: what the file does not tell, and how its numbers were read; sentences.
        seed: a number that sets the runs of one file apart.
        settings: of the run, beside its particles.
    """

    problem: str
    truth: str | None = None
    generator: str = ""
    reward: str = ""
    method: str = "best_of_n"
    notes: tuple[str, ...] = ()
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Columns:
    """T steps of N slots. `ended`: the slot's own step finished the particle, or it was finished before.

    What a slot whose ancestor is finished says of a text, a label or a reward is left out: it only stays.
    """

    texts: Sequence[Sequence[str]]
    rewards: FloatArray  # (T, N) in [0, 1]
    ended: BoolArray  # (T, N)
    ancestors: IntArray  # (T, N); the last row is the identity
    resampled: BoolArray  # (T,)
    labels: FloatArray | None = None  # (T, N), NaN unknown
    log_weights: FloatArray | None = None  # (T, N); None: they are in proportion to the rewards
    log_carried: FloatArray | None = None  # (T, N); None: those of equal particles
    temperatures: FloatArray | None = None  # (T,)
    failed: BoolArray | None = None  # (T, N) slots for which there is nothing in the file


def assemble(source: Source, columns: Columns) -> Trace:
    """Return the trace, checked. No tokens are known, so `token_ids` are empty and `log_probs` of a step NaN.

    Raises:
        TraceError: a text is too long, there are too many steps or particles, or the ancestry does not fit together.
    """
    steps, particles = columns.rewards.shape
    check_room(steps, particles)
    _check_texts(source, columns.texts)
    failed = np.zeros((steps, particles), dtype=np.bool_) if columns.failed is None else columns.failed
    before = np.zeros((steps, particles), dtype=np.bool_)  # finished, and only staying
    finished, uids = columns.ended | failed, np.arange(steps * particles).reshape(steps, particles)
    rewards = np.array(columns.rewards, dtype=np.float64)
    for t in range(1, steps):
        ancestors = columns.ancestors[t - 1]
        before[t] = finished[t - 1][ancestors]
        finished[t] |= before[t]
        uids[t] = np.where(before[t], uids[t - 1][ancestors], uids[t])
        rewards[t] = np.where(before[t], rewards[t - 1][ancestors], rewards[t])
    failed = failed & ~before
    log_weights = columns.log_weights
    if log_weights is None:
        log_weights = np.log(np.maximum(rewards, np.finfo(np.float64).tiny)) - math.log(particles)
    log_weights = np.where(_inherit(failed, columns.ancestors), -np.inf, log_weights)
    carried = columns.log_carried
    carried = np.full((steps, particles), -math.log(particles)) if carried is None else carried
    empty: list[list[Any]] = [[] for _ in range(particles)]  # shared: nobody writes into a trace
    labels = np.full((steps, particles), np.nan) if columns.labels is None else columns.labels
    found = Trace(
        problem=clean_text(source.problem) if source.problem.strip() else name_problem(source.seed),
        truth=None if source.truth is None else clean_text(source.truth),
        generator=clean_text(source.generator) or UNKNOWN_NAME,
        reward=clean_text(source.reward) or UNKNOWN_NAME,
        method=source.method,
        settings={"particles": particles, **source.settings},
        seed=source.seed,
        versions={"pfviz": __version__},
        started="",
        status="finished",
        uids=uids,
        ancestors=columns.ancestors,
        rewards=rewards,
        log_carried=carried,
        log_weights=log_weights,
        finished=finished,
        tokens=np.zeros((steps, particles), dtype=np.int64),
        log_probs=np.where(before, 0.0, np.nan),
        texts=[
            ["" if gone else clean_text(text) for text, gone in zip(row, away, strict=True)]
            for row, away in zip(columns.texts, (before | failed).tolist(), strict=True)
        ],
        token_ids=[empty] * steps,
        token_log_probs=[empty] * steps,
        entropies=[empty] * steps,
        token_rewards=[empty] * steps,
        reward_ends=[empty] * steps,
        step_labels=np.where(before | failed, np.nan, labels),
        ends=_name_ends(before, failed, finished),
        ess=np.array([ess(row) for row in log_weights]),
        resampled=columns.resampled,
        log_evidence=np.array([log_sum_exp(row) for row in log_weights]),
        temperatures=np.ones(steps) if columns.temperatures is None else columns.temperatures,
        seconds=np.zeros(steps),
        notes=(NoteAdded(0, (), " ".join(source.notes)),) if source.notes else (),
    )
    check_invariants(found)
    return found


UNKNOWN_NAME = "unknown"
"""Of a generator or reward that a file does not name."""


def name_problem(place: int) -> str:
    """Return what stands for the problem of a file's run, counted from 0, where the file does not tell it."""
    return f"Problem {place + 1} of the file, which does not tell it"


def clean_text(text: str) -> str:
    """Return the text with what no encoding can write, lone surrogates, as U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def check_room(steps: int, particles: int) -> None:
    """Raise `TraceError` if a run has more steps or particles than a trace may have, or none."""
    if not steps or not particles:
        raise TraceError("a run has no step; expected at least one solution with a step")
    if steps > MAX_STEPS or particles > MAX_PARTICLES or steps * particles > MAX_SLOTS:
        raise TraceError(
            f"a run has {steps:,} steps of {particles:,} solutions; a trace has at most {MAX_STEPS:,} steps, "
            f"{MAX_PARTICLES:,} solutions, and {MAX_SLOTS:,} of both together"
        )


def _check_texts(source: Source, texts: Sequence[Sequence[str]]) -> None:
    longest = max(
        (len(source.problem), len(source.truth or ""), *(len(text) for row in texts for text in row)), default=0
    )
    names = max(len(source.generator), len(source.reward))
    if longest > MAX_TEXT or names > MAX_TEXT:
        raise TraceError(f"a text has {max(longest, names):,} characters; in a trace one has at most {MAX_TEXT:,}")


def _inherit(failed: BoolArray, ancestors: IntArray) -> BoolArray:
    """(T, N) where the particle failed at or before the step."""
    found = np.array(failed)
    for t in range(1, len(found)):
        found[t] |= found[t - 1][ancestors[t - 1]]
    return found


def _name_ends(before: BoolArray, failed: BoolArray, finished: BoolArray) -> list[list[str]]:
    codes = np.where(before, 0, np.where(failed, 1, np.where(finished, 2, 3)))
    names = ("", "failed", "eos", "separator")
    return [[names[code] for code in row] for row in codes.tolist()]
