"""Traces of any size for the page, made without a model in seconds: invented steps and rewards, real selection."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pfviz.inference.events import (
    Event,
    ParticlesSelected,
    ParticlesWeighed,
    RunEnded,
    RunStarted,
    StepsExtended,
    StepsScored,
)
from pfviz.trace import Recorder, Trace
from pfviz.types import Step

TOKENS = 16
"""Tokens of a step."""


def make_trace(particles: int, steps: int, seed: int = 0) -> Trace:
    """A run of so many particles that add numbers over so many steps, with slips, resampled where ESS/N < 0.5."""
    recorder = Recorder()
    for event in _invent_events(particles, steps, seed):
        recorder.record(event)
    return recorder.trace()


def _invent_events(n: int, steps: int, seed: int) -> Iterator[Event]:
    rng = np.random.default_rng(seed)
    settings = {"particles": n, "potential": "odds", "resampler": "systematic", "trigger": "ess", "threshold": 0.5}
    yield RunStarted(
        problem=f"Add {steps} numbers",
        truth=str(2 * steps),
        generator="invented",
        reward="invented",
        method="particle filtering",
        settings=settings,
        seed=seed,
        versions={},
        started="2026-01-01T00:00:00Z",
    )
    totals, skill, carried = np.zeros(n, dtype=np.int64), rng.normal(0.4, 0.6, n), np.full(n, -np.log(n))
    for t in range(steps):
        last, slips = t == steps - 1, rng.random(n) < 2 / steps
        after = totals + 2 + slips
        log_probs = -rng.gamma(2.0, 0.05, (n, TOKENS)).round(5)
        ids = rng.integers(3, 90, (n, TOKENS)).tolist()
        ends = [f" The answer is \\boxed{{{total}}}." if last else "" for total in after.tolist()]
        texts = [
            f"We have {before}; adding 2 makes {now}.{end}"
            for before, now, end in zip(totals.tolist(), after.tolist(), ends, strict=True)
        ]
        yield StepsExtended(
            step=t,
            steps={
                slot: Step(
                    texts[slot], tuple(ids[slot]), float(row.sum()), last, "boxed" if last else "separator",
                    tuple(row.tolist()),
                )
                for slot, row in enumerate(log_probs)
            },
        )  # fmt: skip
        skill = 0.85 * skill + rng.normal(0.1, 0.5, n) - 0.8 * slips
        rewards = np.clip(1 / (1 + np.exp(-skill)), 0.01, 0.99)
        yield StepsScored(step=t, rewards=rewards)
        log_weights = carried + np.log(rewards) - np.log1p(-rewards)
        evidence = float(np.logaddexp.reduce(log_weights))
        weights = np.exp(log_weights - evidence)
        ess = float(1 / np.sum(weights**2))
        yield ParticlesWeighed(
            step=t, log_carried=carried, log_weights=log_weights, ess=ess, log_evidence=evidence, temperature=1.0
        )
        fires = not last and ess < n / 2
        points = (rng.random() + np.arange(n)) / n
        ancestors = np.searchsorted(np.cumsum(weights), points).clip(0, n - 1) if fires else np.arange(n)
        yield ParticlesSelected(step=t, resampled=fires, ancestors=ancestors, seconds=0.4 * (t + 1))
        carried = np.full(n, -np.log(n)) if fires else log_weights - evidence
        totals, skill = after[ancestors], skill[ancestors]
    yield RunEnded(status="finished", seconds=0.4 * steps)
