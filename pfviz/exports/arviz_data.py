"""A run for ArviZ: its particles as draws of the posterior over solutions."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from pfviz.errors import ExportError
from pfviz.exports.rows import run_metadata
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray


def to_arviz(trace: Trace) -> Any:
    """Return a run as ArviZ's `InferenceData`, or, from ArviZ 1.0 on, as a `DataTree`.

    A chain is a complete sweep of the first chain of the method, of which most methods have one, and a draw is a
    particle at its last step. Groups:

    - `posterior`: `reward`, `tokens` (of the whole solution), `correct` (1, 0; NaN where it is not known), and
      `reward_by_step` (chain, draw, step) along each particle's lineage, NaN after its end.
    - `sample_stats`: `weight` (normalised) and `log_weight` before the last selection, `finished`.
    - `constant_data`: `ess`, `resampled`, `log_evidence`, `temperature` by (sweep, step), NaN where a sweep is over.

    Draws are weighted: for an estimate use `weight`, or resample by it.

    Raises:
        ExportError: ArviZ is not installed, or the run has no complete step.
    """
    try:
        import arviz
    except ImportError as error:
        raise ExportError("ArviZ is not installed: `pip install arviz`.") from error
    sweeps = [sweep for sweep in trace.sweeps if sweep.chain == 0 and sweep.complete and sweep.steps] or [trace]
    if not trace.steps:
        raise ExportError("The run has no complete step: there is nothing for ArviZ.")
    steps = max(sweep.steps for sweep in sweeps)
    groups = {
        "posterior": {
            "reward": np.stack([sweep.rewards[-1] for sweep in sweeps]),
            "tokens": np.stack([_sum_tokens(sweep) for sweep in sweeps]),
            "correct": np.stack([_grade(sweep) for sweep in sweeps]),
            "reward_by_step": np.stack([_rewards_by_step(sweep, steps) for sweep in sweeps]),
        },
        "sample_stats": {
            "weight": np.stack([sweep.weights[-1] for sweep in sweeps]),
            "log_weight": np.stack([sweep.log_weights[-1] for sweep in sweeps]),
            "finished": np.stack([sweep.finished[-1] for sweep in sweeps]),
        },
        "constant_data": {
            name: np.stack([_pad(np.asarray(getattr(sweep, column), dtype=np.float64), steps) for sweep in sweeps])
            for name, column in _STEP_COLUMNS.items()
        },
    }
    described = {
        "coords": {"step": np.arange(1, steps + 1), "sweep": np.arange(len(sweeps))},
        "dims": {"reward_by_step": ["step"], **{name: ["sweep", "step"] for name in _STEP_COLUMNS}},
    }
    attributes = {name: str(value) for name, value in run_metadata(trace).items()}
    if "posterior" in inspect.signature(arviz.from_dict).parameters:  # before 1.0
        return arviz.from_dict(**groups, **described, attrs=attributes)
    found = arviz.from_dict(groups, **described)
    found.attrs.update(attributes)
    return found


_STEP_COLUMNS = {
    "ess": "ess", "resampled": "resampled", "log_evidence": "log_evidence", "temperature": "temperatures",
}  # fmt: skip


def _rewards_by_step(sweep: Trace, steps: int) -> FloatArray:
    """(N, steps) the rewards along each particle's solution, first step first."""
    found = np.full((sweep.particles, steps), np.nan)
    for slot in range(sweep.particles):
        path = sweep.solution(sweep.steps - 1, slot)
        found[slot, : len(path)] = [sweep.rewards[node] for node in path]
    return found


def _sum_tokens(sweep: Trace) -> FloatArray:
    last = sweep.steps - 1
    return np.array([sum(int(sweep.tokens[node]) for node in sweep.solution(last, n)) for n in range(sweep.particles)])


def _grade(sweep: Trace) -> FloatArray:
    found = np.full(sweep.particles, np.nan)
    for row in sweep.answers.rows:
        if row.correct is not None:
            found[list(row.members)] = float(row.correct)
    return found


def _pad(column: FloatArray, steps: int) -> FloatArray:
    return np.pad(column, (0, steps - len(column)), constant_values=np.nan)
