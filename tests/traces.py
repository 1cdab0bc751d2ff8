"""Realistic traces without a model: invented steps and rewards, real weights, the real recorder."""

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
    TokensDrafted,
)
from pfviz.trace import Recorder, Trace
from pfviz.types import Step, TokenRewards

PROBLEM = "Compute (12 + 7) * 3 - 45"


def synthetic_events(
    particles: int = 16,
    steps: int = 6,
    seed: int = 0,
    trigger: str = "always",
    truth: str | None = "12",
    status: str = "finished",
    problem: str = PROBLEM,
    inside: bool = False,
) -> Iterator[Event]:
    """A run of `particles` invented arithmeticians who slip now and then; some finish early.

    With `inside` the reward speaks after every word: as before the step up to the word before its first result, and as
    after the step from there on.

    `trigger` is "always", "ess" (ESS/N < 0.5, weights accumulate in between) or "never". The potential is the odds.
    """
    rng = np.random.default_rng(seed)
    n = particles
    settings = {
        "particles": n,
        "temperature": 0.8,
        "potential": "odds",
        "resampler": "systematic",
        "trigger": trigger,
        "threshold": 0.5,
        "tau": 1.0,
        "max_steps": steps,
    }
    yield RunStarted(
        problem=problem,
        truth=truth,
        generator="synthetic",
        reward="synthetic",
        method="particle filtering",
        settings=settings,
        seed=seed,
        versions={"pfviz": "0.1.0"},
        started="2026-01-01T00:00:00Z",
    )
    total = np.full(n, 19)  # the number that each particle works with; 12 is where a faultless one ends
    skill = rng.normal(0.6, 0.9, n)  # drifts, and makes the rewards of a lineage alike
    finished = np.zeros(n, dtype=bool)
    rewards = np.full(n, 0.5)
    carried = np.full(n, -np.log(n))
    for t in range(steps):
        active = np.flatnonzero(~finished)
        slip = rng.random(n) < 0.22
        skill = skill + rng.normal(0, 0.5, n) - 1.6 * (slip & ~finished)
        new: dict[int, Step] = {}
        for slot in active:
            last = t == steps - 1 or (t >= max(2, steps - 3) and rng.random() < 0.35)
            text, value = _text(t, bool(last), int(total[slot]), bool(slip[slot]))
            total[slot] = value
            ids = tuple(int(i) for i in rng.integers(3, 90, 6 + len(text) // 4))
            log_prob = float(-rng.gamma(2.0, 0.4) - 1.5 * slip[slot])
            new[int(slot)] = Step(
                text=text,
                token_ids=ids,
                log_prob=log_prob,
                token_log_probs=_shared_out(log_prob, len(ids)),
                finished=bool(last),
                end="boxed" if last else "separator",
            )
        yield TokensDrafted(step=t, tokens=sum(len(s.token_ids) for s in new.values()), active=len(active))
        yield StepsExtended(step=t, steps=new)
        before = rewards
        rewards = np.where(finished, rewards, np.clip(1 / (1 + np.exp(-skill)), 0.01, 0.99))
        told = {slot: _inside(made.text, float(before[slot]), float(rewards[slot])) for slot, made in new.items()}
        yield StepsScored(step=t, rewards=rewards, tokens=told if inside else {})
        log_weights = carried + np.log(rewards) - np.log1p(-rewards)
        evidence = float(np.logaddexp.reduce(log_weights))
        weights = np.exp(log_weights - evidence)
        ess = float(1 / np.sum(weights**2))
        yield ParticlesWeighed(
            step=t, log_carried=carried, log_weights=log_weights, ess=ess, log_evidence=evidence, temperature=1.0
        )
        for slot in active:
            finished[slot] = new[int(slot)].finished
        done = t == steps - 1 or bool(finished.all())
        fires = not done and (trigger == "always" or (trigger == "ess" and ess < n / 2))
        ancestors = np.arange(n)
        if fires:
            points = (rng.random() + np.arange(n)) / n
            ancestors = np.searchsorted(np.cumsum(weights), points).clip(0, n - 1)
        yield ParticlesSelected(step=t, resampled=fires, ancestors=ancestors, seconds=0.4 * (t + 1))
        if done:
            break
        carried = np.full(n, -np.log(n)) if fires else log_weights - evidence
        total, skill, finished, rewards = total[ancestors], skill[ancestors], finished[ancestors], rewards[ancestors]
    yield RunEnded(status=status, seconds=0.4 * steps)  # type: ignore[arg-type]


def synthetic_trace(
    particles: int = 16,
    steps: int = 6,
    seed: int = 0,
    trigger: str = "always",
    truth: str | None = "12",
    problem: str = PROBLEM,
    inside: bool = False,
) -> Trace:
    """The trace of `synthetic_events`, built by a `Recorder`."""
    recorder = Recorder()
    for event in synthetic_events(particles, steps, seed, trigger, truth, problem=problem, inside=inside):
        recorder.record(event)
    return recorder.trace()


def _shared_out(log_prob: float, tokens: int) -> tuple[float, ...]:
    """The log-probability of a step as that of its tokens, each a little less likely than the one before it."""
    return tuple(round(log_prob * 2 * k / tokens / (tokens + 1), 6) for k in range(1, tokens + 1))


def _inside(text: str, before: float, after: float) -> TokenRewards:
    """A word is everything up to a blank, which it takes along."""
    ends = [k + 1 for k, letter in enumerate(text[:-1]) if letter == " "] + [len(text)]
    turn = text.find("= ") + 2
    return TokenRewards(tuple(ends), tuple(round(after if end > turn else before, 4) for end in ends))


def _text(t: int, last: bool, value: int, slip: bool) -> tuple[str, int]:
    """What a particle writes at step t when it holds `value`, and the value that it holds then."""
    off = 1 + t % 3 if slip else 0
    if last:
        result = 12 if value in (19, 57, 12) else value - 45 if value > 45 else value
        return f"{result + 45 + off} - 45 = {result + off}. The answer is \\boxed{{{result + off}}}.", result + off
    if t == 0:
        return f"12 + 7 = {19 + off}, so we have {19 + off} * 3 - 45.", 19 + off
    if t == 1:
        return f"{value} * 3 = {value * 3 + off}, so we have {value * 3 + off} - 45.", value * 3 + off
    wording = ("Check: half of {0} and half again make {0}.", "So far we hold {0} - 45.", "Write {0} - 45 once more.")
    return wording[t % 3].format(value + off), value + off
