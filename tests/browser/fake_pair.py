"""A generator and a reward model without any weights, for driving the page: the real loop runs over both.

What a problem holds decides what happens, so that a test asks for it by typing:
"slowly" paces every token, "held" stands still after two steps until the gate is opened, "hostile" writes markup,
"failing" raises in the second step, "integral" is not understood.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pfviz import api
from pfviz.errors import ProblemError
from pfviz.inference.events import Event
from pfviz.lab.probes.questions import Question
from pfviz.page.serving.engine import WaitStatus
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.serving.scheduler import Scheduler
from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng
from pfviz.trace import Trace
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress

HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'> <a href='javascript:window.pwned=1'>x</a>"
)
STEPS = 5
EXAMPLES = ("Compute 2 + 3 * 4", "Solve 2x = 10", "Ann has 3 apples and buys 4. How many has she?")


class FakeGenerator:
    """Adds up numbers over a few steps, and slips now and then."""

    name = "fake generator"

    def __init__(self, pace: float = 0.004) -> None:
        self.pace = pace
        self.gate = threading.Event()  # what a run that is "held" waits for
        self.columns = 0  # token columns written over all runs: stands still when nothing runs

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> FakeWriter:
        return FakeWriter(self, problem, particles, seed)


class FakeWriter:
    """One run's slots: a running total each. Where a true answer is given, five steps without a slip lead to it."""

    def __init__(self, model: FakeGenerator, problem: Problem, particles: int, seed: int) -> None:
        self.model, self.problem, self.seed = model, problem.text, seed
        given = (problem.truth or "").removeprefix("-").isdecimal()
        self.totals = [int(problem.truth or 0) - 2 * STEPS if given else 10] * particles
        self.waiting = threading.Event()  # never set: a wait that a test need not sleep for

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        if "failing" in self.problem and step == 1:
            raise RuntimeError("the fake model fails, as it was asked to")
        while "held" in self.problem and step == 2 and not self.model.gate.wait(0.05):
            yield 0  # so that it can be stopped
        pace = 0.2 if "slowly" in self.problem else self.model.pace
        for column in range(1, 9):
            self.waiting.wait(pace)
            self.model.columns += 1
            yield column * len(active)
        yield {slot: self._follow(slot, given[slot]) if slot in given else self._step(slot, step) for slot in active}

    def _follow(self, slot: int, step: Step) -> Step:
        """Take on a given step: the total stands before its full stop."""
        self.totals[slot] = int(step.text.split(" = ")[1].split(".")[0])
        return step

    def _step(self, slot: int, step: int) -> Step:
        rng = derive_rng(self.seed, "fake", step, slot)
        slip = int(rng.integers(1, 4)) if rng.random() < 0.25 else 0
        before, self.totals[slot] = self.totals[slot], self.totals[slot] + 2 + slip
        after = self.totals[slot]
        last = step == STEPS - 1 or (step == STEPS - 2 and rng.random() < 0.3)
        text = f"{before} + 2 = {after}"
        if "hostile" in self.problem:
            text = f"{HOSTILE} {text}"
        if last:
            text += f". The answer is \\boxed{{{after}}}"
        ids = tuple(range(8))
        return Step(text, ids, -0.3 - 1.2 * bool(slip), bool(last), "boxed" if last else "separator")

    def select(self, ancestors: IntArray) -> None:
        self.totals = [self.totals[a] for a in ancestors]


class FakeReward:
    """Trusts small totals: those without slips; one of another name likes slips. Typed texts count by their words."""

    def __init__(self, name: str = "fake reward") -> None:
        self.name = name

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> FakeScorer:
        return FakeScorer(particles, likes_slips=self.name != "fake reward")


class FakeScorer:
    def __init__(self, particles: int, likes_slips: bool = False) -> None:
        self.rewards = [0.6] * particles
        self.likes_slips = likes_slips

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        for slot, step in steps.items():
            unsure = step.log_prob is not None and step.log_prob < -1
            change = -0.22 if unsure is not self.likes_slips else 0.07
            change += 0.0 if step.token_ids else 0.01 * (len(step.text.split()) - 5)  # a text of which no more is known
            self.rewards[slot] = min(0.97, max(0.04, self.rewards[slot] + change))
        return {slot: self.rewards[slot] for slot in steps}

    def select(self, ancestors: IntArray) -> None:
        self.rewards = [self.rewards[a] for a in ancestors]


class FakeEngine:
    """The page's engine over the fake pair."""

    def __init__(self, pace: float = 0.004, shares: Scheduler | None = None) -> None:
        self.generator = FakeGenerator(pace)
        self.shares = shares or Scheduler(64)
        self.menu = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})
        self.asked: list[tuple[str, str]] = []  # generator and reward of each run
        self.settings: dict[str, Any] = {}  # of the last one

    def stream(
        self, problem: str | Problem, *, stop: Callable[[], bool], **settings: Any
    ) -> Iterator[Event | WaitStatus]:
        if "integral" in (problem if isinstance(problem, str) else problem.text):
            raise ProblemError("The embedded pair does not know integrals. It understands arithmetic.", EXAMPLES)
        self.asked.append((settings.pop("generator", ""), settings.pop("reward", "")))
        self.settings = settings
        events = api.stream(problem, stop=stop, generator=self.generator, reward=FakeReward(), **settings)
        return self.shares.schedule(events, stop, here=False)  # so that a run that is held holds up nobody

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event]:
        return api.resume_stream(trace, stop=stop, generator=self.generator, reward=FakeReward())

    def ask(self, question: Question, *, stop: Callable[[], bool]) -> Iterator[Any]:
        reward = FakeReward(question.reward or "fake reward")
        items = (item for asked in [question] for item in asked.begin(self.generator, reward, stop))
        return self.shares.schedule(items, stop, here=False)
