"""The trace: everything that happened in a run, in columns over (step, slot). See docs/architecture.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pfviz.inference.events import NoteAdded, SwapProposed
from pfviz.inference.replay import PastSweep
from pfviz.trace.json_text import save
from pfviz.trace.schema import SCHEMA_VERSION
from pfviz.types import BoolArray, FloatArray, IntArray, Step, StepEnd, TokenRewards

if TYPE_CHECKING:
    from pfviz.inference.answers import Answer, Answers

Node = tuple[int, int]
"""(step, slot), both from 0."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A run, or its first T steps, of N particles. Arrays are (T, N) or (T,); see docs/trace-schema.md.

    Of a method that sweeps over the steps more than once this is the last sweep so far, and `earlier` holds the others.
    T may be 0: a run that was stopped inside its first step. Two traces are the same if their `dumps` are.
    """

    problem: str
    truth: str | None
    generator: str
    reward: str
    method: str
    settings: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    started: str
    status: str  # "running", "finished", "step limit", "stopped"

    uids: IntArray
    ancestors: IntArray
    rewards: FloatArray
    log_carried: FloatArray
    log_weights: FloatArray
    finished: BoolArray
    tokens: IntArray
    log_probs: FloatArray
    texts: list[list[str]]
    token_ids: list[list[list[int]]]
    token_log_probs: list[list[list[float]]]
    entropies: list[list[list[float]]]
    token_rewards: list[list[list[float]]]
    reward_ends: list[list[list[int]]]
    step_labels: FloatArray
    ends: list[list[str]]
    ess: FloatArray
    resampled: BoolArray
    log_evidence: FloatArray
    temperatures: FloatArray
    seconds: FloatArray

    iteration: int = 0  # of the method's iterations, which sweep of the loop this is
    chain: int = 0  # and of which chain; 0 is the one whose target is asked for
    pinned: bool = False  # slot 0 is the trajectory that the sweep before retained
    retained: int | None = None  # slot of the trajectory that goes on to the next iteration
    notes: tuple[NoteAdded, ...] = ()
    swaps: tuple[SwapProposed, ...] = ()  # between chains, of the whole run so far
    earlier: tuple[Trace, ...] = ()  # the sweeps before this one, each without its own `earlier` and `swaps`
    schema_version: int = field(default=SCHEMA_VERSION)

    @property
    def steps(self) -> int:
        """T, the number of recorded steps."""
        return int(self.rewards.shape[0])

    @property
    def particles(self) -> int:
        """N, the number of slots."""
        return int(self.settings["particles"])

    @cached_property
    def weights(self) -> FloatArray:
        """(T, N) normalised weights before selection: each row is the softmax of `log_weights`.

        A row without any finite weight (every particle impossible) is uniform.
        """
        if self.steps == 0:
            return np.empty((0, self.particles))
        peak = self.log_weights.max(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):  # inf - inf, settled by the next lines
            raw = np.exp(self.log_weights - peak)
        raw = np.where(np.isposinf(peak), self.log_weights == peak, raw)
        raw = np.where(np.isneginf(peak), 1.0, raw)
        return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)

    @cached_property
    def written(self) -> BoolArray:
        """(T, N) true where the slot wrote a step; false where a finished particle only stays."""
        slots = np.arange(self.steps * self.particles).reshape(self.steps, self.particles)
        return np.asarray(self.uids == slots)

    @cached_property
    def failed(self) -> BoolArray:
        """(N,) true where the particle that is in the slot at the last step was finished by a step that could not be
        written."""
        if not self.steps:
            return np.zeros(self.particles, dtype=np.bool_)
        ends = [end for row in self.ends for end in row]  # by uid
        return np.array([ends[uid] == "failed" for uid in self.uids[-1]], dtype=np.bool_)

    def upto(self, t: int) -> Trace:
        """The first `t` steps (1 ≤ t ≤ T), as a recorder held them after step t: the event after step t included.

        Its status is "running" when that cuts something off.

        Raises:
            IndexError: `t` is outside 1..T.
        """
        if not 1 <= t <= self.steps:
            raise IndexError(f"upto({t}): the trace has steps 1 to {self.steps}")
        if t == self.steps:
            return self
        columns = {f.name: getattr(self, f.name)[:t] for f in dataclasses.fields(self) if f.name in COLUMNS}
        return dataclasses.replace(
            self,
            status="running",
            retained=None,
            notes=tuple(note for note in self.notes if note.step < t),
            swaps=tuple(swap for swap in self.swaps if swap.iteration < self.iteration),
            **columns,
        )

    @property
    def sweeps(self) -> tuple[Trace, ...]:
        """Every sweep of the run so far, this one the last."""
        return (*self.earlier, self)

    def sweep(self, number: int) -> Trace:
        """The run as it was when that sweep (from 0) had just ended.

        Raises:
            IndexError: there is no such sweep.
        """
        if not 0 <= number < len(self.sweeps):
            raise IndexError(f"sweep({number}): the trace has sweeps 0 to {len(self.earlier)}")
        if number == len(self.earlier):
            return self
        then = self.earlier[number]
        before = tuple(swap for swap in self.swaps if swap.iteration < then.iteration)
        return dataclasses.replace(then, earlier=self.earlier[:number], swaps=before)

    @property
    def complete(self) -> bool:
        """Whether the sweep came to its end: every particle finished, or the step limit."""
        ended = self.status in ("finished", "step limit") or self.retained is not None
        return ended or bool(self.steps and self.finished[-1].all())

    @property
    def written_tokens(self) -> int:
        """Tokens that the generator wrote in all sweeps; a pinned trajectory is not written again."""
        return sum(int(one.tokens.sum()) - (int(one.tokens[:, 0].sum()) if one.pinned else 0) for one in self.sweeps)

    def past(self) -> list[PastSweep]:
        """What a run needs to go on from here: the recorded steps and rewards of every sweep."""
        return [
            PastSweep(
                [
                    {int(n): one.written_step(t, int(n)) for n in np.flatnonzero(one.written[t])}
                    for t in range(one.steps)
                ],
                list(one.rewards),
                one.seconds.tolist(),
                one.complete,
                [
                    {n: one.token_reward(t, n) for n in range(one.particles) if one.reward_ends[t][n]}
                    for t in range(one.steps)
                ],
            )
            for one in self.sweeps
        ]

    def written_step(self, t: int, n: int) -> Step:
        """What slot n wrote at step t; empty where a finished particle only stayed."""
        return Step(
            self.texts[t][n],
            tuple(self.token_ids[t][n]),
            None if np.isnan(self.log_probs[t, n]) else float(self.log_probs[t, n]),
            bool(self.finished[t, n]),
            cast(StepEnd, self.ends[t][n]),
            tuple(self.token_log_probs[t][n]),
            tuple(self.entropies[t][n]),
        )

    def token_reward(self, t: int, n: int) -> TokenRewards:
        """What the reward model said inside of the step that slot n wrote at step t; empty where it was not told."""
        return TokenRewards(tuple(self.reward_ends[t][n]), tuple(self.token_rewards[t][n]))

    def node(self, uid: int) -> Node:
        """(step, slot) of the step with this uid: where it was written.

        Raises:
            KeyError: no step has that uid.
        """
        t, n = divmod(int(uid), max(self.particles, 1))
        if not (0 <= t < self.steps and self.written[t, n]):
            raise KeyError(uid)
        return t, n

    def lineage(self, t: int, n: int) -> list[Node]:
        """The t+1 slots (0, ·) … (t, n) that led to slot n at step t, found by walking `ancestors`."""
        if not (0 <= t < self.steps and 0 <= n < self.particles):
            raise IndexError(f"no slot {n} at step {t}: the trace is {self.steps} × {self.particles}")
        path = [(t, n)]
        for before in range(t - 1, -1, -1):
            n = int(self.ancestors[before, n])
            path.append((before, n))
        return path[::-1]

    def solution(self, t: int, n: int) -> list[Node]:
        """The nodes of the solution in slot n at step t, first step first; steps of waiting are left out."""
        return [node for node in self.lineage(t, n) if self.written[node]]

    def path_texts(self, t: int, n: int) -> list[str]:
        """The step texts of the solution in slot n at step t, first step first."""
        return [self.texts[step][slot] for step, slot in self.solution(t, n)]

    @cached_property
    def final_answers(self) -> Sequence[str | None]:
        """(N,) the answers that the slots give at the sweep's last step, as they were written."""
        from pfviz.inference.answers import read_answers

        return tuple(read_answers(self))

    @cached_property
    def answers(self) -> Answers:
        """The table of answers at the sweep's last step, heaviest first; a particle that is not finished has none."""
        from pfviz.inference.answers import tabulate

        return tabulate(self)

    @cached_property
    def pooled(self) -> Answers:
        """The table of answers of the run: of every complete sweep of the first chain so far, each with the same share;
        of this sweep where there is none. A member is slot n of the k-th of them, as k * N + n."""
        from pfviz.inference.answers import tabulate

        target = [sweep for sweep in self.sweeps if sweep.chain == 0 and sweep.complete]
        return tabulate(*target) if target and self.earlier else self.answers

    @cached_property
    def scores(self) -> FloatArray:
        """(T, N) rewards of the steps so far along each lineage, aggregated as the run's settings say."""
        from pfviz.inference.aggregation import AGGREGATIONS

        aggregate = AGGREGATIONS.get(str(self.settings.get("aggregation")), AGGREGATIONS["last"])
        found, history = np.empty((self.steps, self.particles)), np.empty((0, self.particles))
        for t in range(self.steps):
            if t:
                history = history[:, self.ancestors[t - 1]]
            history = np.vstack([history, np.where(self.written[t], self.rewards[t], np.nan)])
            found[t] = aggregate(history)
        return found

    @cached_property
    def choice(self) -> Answer | None:
        """The answer that the run gives, picked as its settings say; None if no particle answered."""
        from pfviz.rng import derive_rng

        return self.pooled.pick(str(self.settings.get("pick", "highest")), derive_rng(self.seed, "answer"))

    @property
    def chosen(self) -> tuple[int, ...]:
        """The slots of this sweep that give the run's answer, ascending; none if it gives none."""
        choice = self.choice
        rows = self.answers.rows if choice is not None else ()
        return next((row.members for row in rows if choice and row.canonical == choice.canonical), ())

    @property
    def exemplar(self) -> tuple[Trace, int]:
        """The sweep and slot of the best-rewarded particle that gives the run's answer; of any if there is none."""
        sweeps = [sweep for sweep in self.sweeps if sweep.chain == 0] if self.choice else [self]
        form = self.choice.canonical if self.choice else None
        found = [
            (float(sweep.rewards[-1, slot]), k, -slot)
            for k, sweep in enumerate(sweeps)
            for slot in next((row.members for row in sweep.answers.rows if row.canonical == form), ())
        ] or [(float(self.rewards[-1, slot]), len(sweeps) - 1, -slot) for slot in range(self.particles)]
        _, k, slot = max(found)
        return sweeps[k], -slot

    @property
    def answer(self) -> str | None:
        """The answer that the run gives, as it was written; None if no particle answered."""
        return None if self.choice is None else self.choice.display

    def _repr_html_(self) -> str:
        """What a notebook shows of the run. Found by its name, as it comes from a later room, when it is wanted."""
        shown: str = resolve_name("pfviz.notebook.display:show_trace")(self)
        return shown

    def save(self, path: str | Path) -> None:
        """Write the trace as JSON (docs/trace-schema.md)."""
        save(self, path)


COLUMNS = frozenset(
    [
        "uids",
        "ancestors",
        "rewards",
        "log_carried",
        "log_weights",
        "finished",
        "tokens",
        "log_probs",
        "texts",
        "token_ids",
        "token_log_probs",
        "entropies",
        "token_rewards",
        "reward_ends",
        "step_labels",
        "ends",
        "ess",
        "resampled",
        "log_evidence",
        "temperatures",
        "seconds",
    ]
)
"""Names of the columns, those fields whose first axis is the step."""
