"""Sample many problems at once: the batch stays full, and the hidden states are kept while they are there.

A run waits after every step until its last particle is there; independent solutions need not. A solution is the one
that a run with its random stream would write, whatever is in the batch beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import torch

from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.cache import Cache
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.hidden_states import LayerTap, new_states
from pfviz.models.decoding.sampling import sample_tokens
from pfviz.models.decoding.step_builder import EndDetector, StepBuilder, build_step
from pfviz.problems.answers import extract_answer, is_correct
from pfviz.problems.blocks import open_block_after
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.reward_training.features import Features, step_and_prefix_means
from pfviz.reward_training.samples import SampledProblem, SampledStep, Solution
from pfviz.rng import derive_text_rng
from pfviz.types import Sampling, Step

ROWS = 64
"""Solutions that are written at once: more are hardly faster on two cores, and take more memory."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What solutions are begun with: a problem, and the first steps of its solution of this number, or none."""

    problem: Problem
    steps: tuple[SampledStep, ...] = ()
    solution: int = 0


@dataclass(slots=True)
class _Row:
    """A solution in the making."""

    beginning: Beginning
    number: int  # of the beginning
    solution: int  # of those that begin so
    pending: int  # the last token, which is yet to be fed
    room: int  # tokens that the model has for what is to come
    builder: StepBuilder = field(init=False)
    steps: list[SampledStep] = field(default_factory=list)
    sums: list[torch.Tensor] = field(default_factory=list)  # of each step, (layers, H)
    sum: torch.Tensor | None = None  # of the step in the making
    empties: int = 0  # empty steps in a row
    block: str = ""  # what opened the block that the last step ended in
    carried: str = ""  # what the last step's last token wrote of the next one
    finished: bool = False
    ended: bool = False  # finished, or out of steps


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far the sampling is: tokens so far, and the problems that are done since the last one, with features."""

    tokens: int
    done: tuple[tuple[SampledProblem, list[Features]], ...] = ()


@dataclass(frozen=True, slots=True)
class RolloutProgress:
    """How far rollouts are: tokens so far, and the beginnings that are done since the last one, by their place, with
    the share of their rollouts that end right."""

    tokens: int
    done: tuple[tuple[int, float], ...] = ()


class BatchSampler:
    """Writes `solutions` of each problem or beginning, with the features at these layers, `rows` at a time."""

    def __init__(
        self,
        generator: CausalLMGenerator,
        layers: Sequence[int],
        *,
        solutions: int,
        seed: int,
        sampling: Sampling,
        max_steps: int,
        rows: int = ROWS,
    ) -> None:
        self._generator, self._sampling = generator, sampling
        self._solutions, self._seed, self._max_steps, self._most = solutions, seed, max_steps, rows
        self._taps = [LayerTap(generator.model, layer) for layer in layers]
        self._detector = EndDetector(
            generator.tokenization, generator.step_rule, generator.eos, sampling.max_step_characters
        )

    def sample(self, problems: Sequence[Problem], stop: Callable[[], bool] = lambda: False) -> Iterator[BatchProgress]:
        """Sample them in their order; a problem is handed out when its last solution is there."""
        for tokens, done in self._write([Beginning(problem) for problem in problems], stop):
            yield BatchProgress(tokens, tuple(_build_sample(rows) for rows in done))

    def roll_out(
        self, beginnings: Sequence[Beginning], stop: Callable[[], bool] = lambda: False
    ) -> Iterator[RolloutProgress]:
        """Go on from each beginning, which must not have finished, and say how many of its rollouts end right: draws
        of their own, which hang on the beginning and the seed alone."""
        for tokens, done in self._write(beginnings, stop):
            shares = [(rows[0].number, sum(map(_ends_right, rows)) / len(rows)) for rows in done]
            yield RolloutProgress(tokens, tuple(shares))

    @torch.inference_mode()
    def _write(
        self, beginnings: Sequence[Beginning], stop: Callable[[], bool]
    ) -> Iterator[tuple[int, list[list[_Row]]]]:
        """The tokens so far, and the rows of each beginning whose last one has just ended."""
        cache = cache_choice.make_cache(self._generator.model)
        rows: list[_Row] = []
        waiting: dict[int, list[_Row]] = {}
        ahead, tokens = 0, 0
        while (rows or ahead < len(beginnings)) and not stop():
            while ahead < len(beginnings) and (not rows or len(rows) + self._solutions <= self._most):
                self._add_rows(cache, rows, beginnings[ahead], ahead)
                ahead += 1
            self._write_column(cache, rows)
            tokens += len(rows)
            for row in rows:
                if row.ended:
                    waiting.setdefault(row.number, []).append(row)
            kept = [place for place, row in enumerate(rows) if not row.ended]
            if len(kept) < len(rows):
                cache.select(kept or [0])  # a cache has a row at least
                rows = [rows[place] for place in kept]
            complete = [number for number, ended in waiting.items() if len(ended) == self._solutions]
            yield tokens, [waiting.pop(number) for number in complete]

    def _add_rows(self, cache: Cache, rows: list[_Row], beginning: Beginning, number: int) -> None:
        """Rows of a beginning behind those that are there, with what they share computed once."""
        prompt = self._generator.prompt(beginning.problem)
        ids = [*prompt, *(i for step in beginning.steps for i in step.ids)]
        here = len(rows)
        cache.select([*range(here), 0])
        cache.lengths[here] = 0
        if len(ids) > 1:
            cache.feed(self._generator.model, [ids[:-1]], here, logits_to_keep=1)
        cache.select([*range(here), *[here] * self._solutions])
        room = self._generator.room(len(prompt)) - len(prompt) + 1
        for solution in range(self._solutions):
            row = _Row(beginning, number, solution, ids[-1], room)
            for step in beginning.steps:
                self._repeat_step(row, step)
            row.builder = self._new_builder(row)
            rows.append(row)

    def _repeat_step(self, row: _Row, step: SampledStep) -> None:
        """What the row knows after a step that was written before."""
        given = Step(step.text, step.ids, step.log_prob, False, step.end)
        builder = StepBuilder(None, len(step.ids), given, row.block, row.carried, list(step.ids))
        self._detector.detect_end(builder)
        self._keep_step(row, step, builder.rest)

    def _keep_step(self, row: _Row, step: SampledStep, rest: str) -> None:
        row.steps.append(step)
        row.room -= len(step.ids)
        row.empties = 0 if step.text else row.empties + 1
        row.block = open_block_after(row.block, step.text)
        row.carried = rest

    def _new_builder(self, row: _Row) -> StepBuilder:
        limit = self._sampling.max_step_tokens
        begun = row.beginning
        purpose = f"step {len(row.steps)} of solution {row.solution}"
        if begun.steps:
            purpose += f" from step {len(begun.steps)} of solution {begun.solution}"
        uniforms = derive_text_rng(self._seed, purpose, begun.problem.text).random(limit)
        return StepBuilder(uniforms, min(limit, row.room), before=row.block, carried=row.carried)

    def _write_column(self, cache: Cache, rows: list[_Row]) -> None:
        """One more token of each row."""
        with ExitStack() as stack:
            captured = [stack.enter_context(tap.capture()) for tap in self._taps]
            logits = cache.feed(self._generator.model, [[row.pending] for row in rows])
        counts = [1] * len(rows)
        uniforms = torch.tensor([row.builder.uniforms[len(row.builder.ids)] for row in rows], dtype=torch.float64)
        drawn, log_probs = sample_tokens(logits, uniforms, self._sampling.temperature)
        if captured:
            states = torch.stack([new_states(one, counts).float().cpu() for one in captured], 1)  # (R, layers, H)
            for row, state in zip(rows, states, strict=True):
                row.sum = state.clone() if row.sum is None else row.sum.add_(state)
        for row, token, log_prob in zip(rows, drawn.tolist(), log_probs.tolist(), strict=True):
            row.builder.add(token, log_prob, None)
            row.pending = token
            self._detector.detect_end(row.builder)
            if row.builder.end:
                self._end_step(row)

    def _end_step(self, row: _Row) -> None:
        step = build_step(row.builder, room=row.room, after_empty=row.empties >= 1)
        if row.sum is not None:
            row.sums.append(row.sum)
            row.sum = None
        self._keep_step(row, SampledStep(step.text, step.token_ids, step.end, step.log_prob), row.builder.rest)
        row.finished = step.finished
        row.ended = step.finished or len(row.steps) == self._max_steps
        if not row.ended:
            row.builder = self._new_builder(row)


def _ends_right(row: _Row) -> bool:
    truth = row.beginning.problem.truth
    answer = extract_answer(SEPARATOR.join(step.text for step in row.steps)) if row.finished else None
    return answer is not None and truth is not None and is_correct(answer, truth)


def _build_sample(rows: list[_Row]) -> tuple[SampledProblem, list[Features]]:
    """A problem whose solutions are all there."""
    problem, solutions, features = rows[0].beginning.problem, [], []
    for row in sorted(rows, key=lambda row: row.solution):
        solutions.append(Solution(tuple(row.steps), _ends_right(row)))
        counts = [len(step.ids) for step in row.steps]
        features.append(step_and_prefix_means(counts, torch.stack(row.sums).double().numpy()))
    return SampledProblem(problem.text, str(problem.truth), tuple(solutions)), features
