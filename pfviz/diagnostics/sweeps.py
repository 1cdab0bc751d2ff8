"""Runs of several sweeps: what each keeps for the next, how much of it is new, and how often chains exchange."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.inference.answers import Answer
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class RetainedTrajectory:
    """The trajectory that a sweep retained."""

    number: int  # of the sweep in the run, from 0
    iteration: int
    chain: int
    slot: int
    reward: float  # of its last step
    steps: int
    answer: Answer | None  # in its sweep's table; None if it gives none
    shared_steps: int  # steps at its beginning that it has of the pinned trajectory; 0 in the first iteration


def retained_trajectories(trace: Trace) -> list[RetainedTrajectory]:
    """What every sweep of the run retained, in the order of the sweeps; the one that goes on has nothing yet."""
    found = []
    for number, sweep in enumerate(trace.sweeps):
        slot = sweep.retained
        if slot is None:
            continue
        path = sweep.lineage(sweep.steps - 1, slot)
        own = [node for node in path if sweep.written[node]]
        found.append(
            RetainedTrajectory(
                number=number,
                iteration=sweep.iteration,
                chain=sweep.chain,
                slot=slot,
                reward=float(sweep.rewards[-1, slot]),
                steps=len(own),
                answer=next((row for row in sweep.answers.rows if slot in row.members), None),
                shared_steps=sum(n == 0 for _, n in own) if sweep.pinned else 0,
            )
        )
    return found


def renewal_rate(trace: Trace) -> float | None:
    """Share of the sweeps with a pinned trajectory that retained another one; None without any. A chain that hardly
    renews is stuck: more particles, or a larger tau, would help (Andrieu et al. 2010, §4.3 on the acceptance of PG)."""
    later = [one for one in retained_trajectories(trace) if trace.sweeps[one.number].pinned]
    return sum(one.shared_steps < one.steps for one in later) / len(later) if later else None


def swap_acceptance(trace: Trace) -> list[tuple[int, int, int]]:
    """(chain, accepted, proposed) of each pair of neighbours (chain, chain + 1), coldest first."""
    chains = sorted({swap.chain for swap in trace.swaps})
    return [
        (chain, sum(swap.accepted for swap in trace.swaps if swap.chain == chain),
         sum(swap.chain == chain for swap in trace.swaps))
        for chain in chains
    ]  # fmt: skip
