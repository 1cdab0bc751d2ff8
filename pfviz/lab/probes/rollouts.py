"""The value of a prefix by rollouts: how often fresh continuations of it end in the right answer, beside its reward.

It is the Monte-Carlo estimate by which Math-Shepherd labels steps (Wang et al., arXiv 2312.08935): V(x) is the
probability that the generator, going on from the prefix x as it is sampled in the run, gives the right answer. A
rollout that comes to the step limit gives none; one that could not be written is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from pfviz import types
from pfviz.diagnostics.truth import true_answer
from pfviz.errors import LabError
from pfviz.inference.events import TokensDrafted
from pfviz.inference.methods import make_method
from pfviz.inference.methods.self_consistency import SelfConsistency
from pfviz.inference.run import never_stop
from pfviz.inference.settings import Settings
from pfviz.lab.probes.known_steps import build_step, resolve_generator, run_from_steps, steps_to_node
from pfviz.lab.probes.values import PrefixValue, RolloutProgress, TreeValues, distinct_prefixes, next_prefix
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.answers import extract_answer, is_correct
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.rng import derive_rng
from pfviz.trace.recorder import Recorder
from pfviz.trace.trace import Trace
from pfviz.types import Step, configure_generator


class RolloutSampler:
    """What the rollouts of one trace share; raises `LabError` if they would tell nothing."""

    def __init__(
        self, trace: Trace, generator: str | types.Generator | None, temperature: float | None, seed: int
    ) -> None:
        truth = true_answer(trace)
        if truth is None:
            raise LabError(
                "The true answer of this problem is not known, so that no rollout can be right. Run the problem with "
                "its answer as the truth (truth=…, or --truth)."
            )
        settings = Settings.from_recorded(trace.settings, trace.seed)
        self.settings = settings if temperature is None else replace(settings, temperature=temperature)
        if self.settings.temperature == 0:
            raise LabError(
                "At temperature 0 every rollout is the same. Give a temperature above 0, which is that of the rollouts."
            )
        self.problem = Problem(trace.problem, truth).asked_when(trace.started)
        self.truth = truth
        self.generator = configure_generator(resolve_generator(trace, generator), self.settings.writing)
        self.seed = seed

    def initial_value(self, value: PrefixValue, steps: Sequence[Step]) -> PrefixValue:
        """The value as it is before any rollout: exact, if the steps are a whole solution, or as many as there may
        be, so that no answer can follow."""
        if steps[-1].finished:
            answer = extract_answer(SEPARATOR.join(step.text for step in steps))
            return replace(value, right=int(is_correct(answer, self.truth)), rollouts=1, exact=True)
        return replace(value, rollouts=1, exact=True) if len(steps) >= self.settings.max_steps else value

    def sample_batch(
        self, value: PrefixValue, steps: Sequence[Step], rollouts: int, number: int, stop: Callable[[], bool]
    ) -> Generator[RolloutProgress, None, PrefixValue | None]:
        """The value with so many rollouts more, in one session; None if it was stopped. `number` tells the batches of
        one prefix apart: each has randomness of its own."""
        uid = value.uids[0]
        seed = int(derive_rng(self.seed, "rollouts", uid, number).integers(2**63))
        method = make_method(SelfConsistency.name, replace(self.settings, particles=rollouts, seed=seed, pick="usual"))
        recorder = Recorder()
        with closing(run_from_steps(self.problem, self.generator, _CONSTANT_REWARD, method, steps, stop)) as events:
            for event in events:
                recorder.record(event)
                if isinstance(event, TokensDrafted):
                    yield RolloutProgress(uid, event.tokens, rollouts)
        run = recorder.trace()
        if run.status == "stopped":
            return None
        return replace(
            value,
            right=value.right + sum(row.count for row in run.answers.rows if row.correct),
            rollouts=value.rollouts + rollouts - int(run.failed.sum()),
            tokens=value.tokens + int(run.tokens[len(steps) :].sum()),
        )


_CONSTANT_REWARD = FunctionReward(lambda problem, steps: 0.5, "none")
"""Rollouts are not selected, so nobody needs to score them."""


def estimate_value(
    trace: Trace,
    uid: int,
    rollouts: int = 16,
    *,
    text: str | None = None,
    batch: int | None = None,
    generator: str | types.Generator | None = None,
    temperature: float | None = None,
    seed: int = 0,
    known: PrefixValue | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[RolloutProgress | PrefixValue]:
    """The value of the prefix that ends with a node, or with `text` in the place of the node's step, from so many
    rollouts in one session, or in one for each `batch` of them. Recorded steps are given as ids; a text is tokenised by
    the generator's own tokenizer.

    A `Value` comes after each batch, of all rollouts so far; a batch that was stopped gives none. The rollouts are
    sampled as the run was, unless at another `temperature`, and end at its step limit, which counts the prefix too.
    What is `known` of the prefix from before is counted in; it must come from another `seed`, or the same rollouts
    would count twice.

    Raises:
        LabError: there is no such node, its step failed, the true answer is not known, the generator is another one
            than the trace's or takes no text, or every rollout would be the same.
    """
    _check_positive("rollouts", rollouts)
    _check_positive("batch", rollouts if batch is None else batch)
    roller = RolloutSampler(trace, generator, temperature, seed)
    steps = steps_to_node(trace, uid)
    reward = float(trace.rewards[trace.node(uid)])
    if text is not None:
        most = roller.settings.max_step_tokens
        steps = (*steps[:-1], build_step(roller.generator, roller.problem, steps[:-1], text, most))
        reward = math.nan
    value = _add_known(roller.initial_value(PrefixValue((uid,), reward), steps), known)
    return _run_batches(roller, value, steps, rollouts, batch or rollouts, stop or never_stop)


def _run_batches(
    roller: RolloutSampler,
    value: PrefixValue,
    steps: Sequence[Step],
    rollouts: int,
    batch: int,
    stop: Callable[[], bool],
) -> Iterator[RolloutProgress | PrefixValue]:
    if value.exact:
        yield value
        return
    for number, done in enumerate(range(0, rollouts, batch)):
        made = yield from roller.sample_batch(value, steps, min(batch, rollouts - done), number, stop)
        if made is None:
            return
        value = made
        yield value


def _add_known(value: PrefixValue, known: PrefixValue | None) -> PrefixValue:
    """A value that nothing was spent on, with what is known of it."""
    if known is None or value.exact:
        return value
    return replace(value, right=known.right, rollouts=known.rollouts, tokens=known.tokens)


def _check_positive(name: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise LabError(f"{name} is {value!r}; it must be a whole number, 1 or more.")


def value_tree(
    trace: Trace,
    budget: int,
    *,
    batch: int = 8,
    generator: str | types.Generator | None = None,
    temperature: float | None = None,
    seed: int = 0,
    known: Mapping[int, PrefixValue] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[RolloutProgress | TreeValues]:
    """The values of a sweep's distinct prefixes, from `budget` rollouts in batches that go where they tell most.

    The rule is `values.next_prefix`: the next batch goes to the prefix with the largest (N·W + 1) · width² of its
    interval. As it looks at what was found so far, intervals are a little too narrow. Whole solutions cost nothing, and
    prefixes that failed are left out. A `TreeValues` comes before the first batch and after each; when it is stopped,
    or closed, the last one holds. What is `known`, by uid, is counted in and steers the budget; as of `roll`, it must
    come from another `seed`.

    Raises `LabError` as `roll`, before the first item.
    """
    _check_positive("budget", budget)
    _check_positive("batch", batch)
    roller = RolloutSampler(trace, generator, temperature, seed)
    found, masses = distinct_prefixes(trace)
    paths = [steps_to_node(trace, value.uids[0]) for value in found]
    before = known or {}
    values = [
        _add_known(roller.initial_value(value, steps), next((before[uid] for uid in value.uids if uid in before), None))
        for value, steps in zip(found, paths, strict=True)
    ]
    return _spend_budget(roller, values, masses, paths, budget, batch, stop or never_stop)


def _spend_budget(
    roller: RolloutSampler,
    values: list[PrefixValue],
    masses: Sequence[float],
    paths: Sequence[Sequence[Step]],
    budget: int,
    batch: int,
    stop: Callable[[], bool],
) -> Iterator[RolloutProgress | TreeValues]:
    spent, batches = 0, [0] * len(values)
    yield TreeValues(tuple(values), 0, None)
    while spent < budget and not stop():
        place = next_prefix(values, masses)
        if place is None:
            return
        rollouts = min(batch, budget - spent)
        made = yield from roller.sample_batch(values[place], paths[place], rollouts, batches[place], stop)
        if made is None:
            return
        values[place] = made
        batches[place] += 1
        spent += rollouts
        yield TreeValues(tuple(values), spent, place)
