"""Steps that were written elsewhere, read by the generator: one pass gives what a reward reads beside the text.

So a reward of the generator's own numbers can score what came from a server, a trace that was recorded without them,
and a text that somebody typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pfviz.errors import ModelError
from pfviz.problems.problem import Problem
from pfviz.types import Generator, GeneratorSession, IntArray, Sampling, Step

MAX_GIVEN_TOKENS = 100_000
STAND_IN_IDS = 2**32
"""Token ids from here on are a server's stand-ins: no vocabulary reaches so far."""


class GeneratorReader:
    """Completes the steps of one session. The generator is loaded when a step first lacks something; `sampling` says
    what the steps are to hold."""

    def __init__(
        self,
        name: str,
        load_generator: Callable[[], Generator],
        problem: Problem,
        particles: int,
        sampling: Sampling,
    ) -> None:
        self._name = name
        self._load_generator = load_generator
        self._problem = problem
        self._particles = particles
        self._sampling = replace(sampling, max_step_tokens=MAX_GIVEN_TOKENS, max_step_characters=MAX_GIVEN_TOKENS)
        self._session: GeneratorSession | None = None
        self._step = 0

    def complete(self, steps: Mapping[int, Step], is_complete: Callable[[Step], bool]) -> Mapping[int, Step]:
        """The steps, each with what is asked for: as they are where all have it, else as the generator reads them.

        Raises `ModelError` where the generator is not here, and where some steps of a run had it and later ones lack
        it."""
        if self._session is None and all(is_complete(step) for step in steps.values()):
            self._step += 1
            return steps
        if self._session is None:
            if self._step:
                raise ModelError(f"{self._name} got what it reads with some steps and not with others.")
            self._session = self._open()
        given = {slot: self._with_ids(step) for slot, step in steps.items()}
        read: Mapping[int, Step] = {}
        for item in self._session.extend(list(steps), self._step, given):
            if not isinstance(item, int):
                read = item
        self._step += 1
        return read

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        if self._session is not None:
            self._session.select(ancestors)

    def _open(self) -> GeneratorSession:
        from pfviz.models.decoding.causal_lm import CausalLMGenerator

        generator = self._load_generator()
        if not isinstance(generator, CausalLMGenerator):
            raise ModelError(
                f"{self._name} reads what a model computes of each token, and {generator.name} is not computed here."
            )
        self._generator = generator
        return generator.open(self._problem, particles=self._particles, seed=0, sampling=self._sampling)

    def _with_ids(self, step: Step) -> Step:
        """With the ids of the text, where a server did not tell them."""
        if step.token_ids and max(step.token_ids) < STAND_IN_IDS:
            return step
        ended = step.end in ("separator", "boxed")
        ids = self._generator.tokenization.encode(step.text + (self._generator.step_rule.suffix if ended else ""))
        ids += [min(self._generator.eos)] if (step.end == "eos" or not ids) and self._generator.eos else []
        return replace(step, token_ids=tuple(ids), token_log_probs=(), entropies=())
