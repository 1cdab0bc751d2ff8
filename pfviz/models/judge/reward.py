"""A judge as a reward: who is asked, how, and by what name a trace calls it."""

from __future__ import annotations

from collections.abc import Callable

from pfviz.errors import ModelError
from pfviz.models.judge.prompt import NAME, JudgeName, JudgePrompt
from pfviz.problems.problem import Problem
from pfviz.types import Generator, RewardModel, RewardSession


class JudgeReward:
    """A chat model that is asked whether the last step is right: the generator of a run, or `generator`.

    `votes` 0 reads p(Yes) off the logits, in one pass for each step; with K votes it reasons K times. Its p(Yes) rises
    with the position in a solution, so the potential `telescoped`, which compares a step with the one before, fits it
    best.
    """

    reads_log_probs = False

    def __init__(
        self, generator: Generator | None = None, *, votes: int = 0, prompt: JudgePrompt | None = None
    ) -> None:
        self.generator = generator
        self.votes = votes
        self.prompt = prompt or JudgePrompt()
        place = None if generator is None else generator.name
        self.name = str(JudgeName(votes, self.prompt.digest, place))
        self._asked = None if generator is None else _make_judge(generator, self.name, self.prompt, votes)

    def bind(self, generator: Generator) -> JudgeReward:
        """The judge of what this generator writes: itself, where it is known who is asked, else that generator."""
        return self if self.generator is not None else JudgeReward(generator, votes=self.votes, prompt=self.prompt)

    def bind_recorded(self, load_generator: Callable[[], Generator]) -> JudgeReward:
        """The judge of a recorded run."""
        return self if self.generator is not None else self.bind(load_generator())

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RewardSession:
        """See `RewardModel.open`; raises `ModelError` where it is not known who is asked."""
        if self._asked is None:
            raise ModelError(f"The reward {self.name!r} asks the generator of a run. Name who judges: {NAME}:NAME.")
        return self._asked.open(problem, particles=particles, whole=whole)


def _make_judge(generator: Generator, name: str, prompt: JudgePrompt, votes: int) -> RewardModel:
    """Raises `ModelError` for a generator that cannot be asked."""
    from pfviz.models.decoding.causal_lm import CausalLMGenerator
    from pfviz.models.remote.generator import RemoteGenerator

    if isinstance(generator, RemoteGenerator):
        from pfviz.models.judge.remote import RemoteJudge

        return RemoteJudge(generator.endpoint, generator.client, name, prompt, votes)
    if not isinstance(generator, CausalLMGenerator):
        raise ModelError(f"{generator.name} cannot be a judge: it is no language model that can be asked.")
    if votes:
        from pfviz.models.judge.votes import VotingJudge

        return VotingJudge(generator, name, prompt, votes)
    from pfviz.models.judge.in_process import InProcessJudge

    return InProcessJudge(generator, name, prompt)
