"""A causal language model of transformers as a generator of steps.

Ids are kept as sampled, so nothing is ever tokenised again. What one run holds is in `causal_lm_session.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch

from pfviz.errors import ModelError, ProblemError
from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.length_scaling import longest_short_text
from pfviz.models.decoding.causal_lm_session import CausalLMSession
from pfviz.models.decoding.prompt_start import PromptStarts, shared_length
from pfviz.models.decoding.tensors import input_device, to_float64
from pfviz.models.decoding.tokenization import Tokenization, collect_ids
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.problems.step_rules import StepRule
from pfviz.types import Sampling, WritingOptions


class CausalLMGenerator:
    """A generator from a model and its tokenizer.

    `prompt` maps a problem to the ids before the first step (default: the tokenizer's chat template, with `system` as
    the system's turn and `examples`, worked ones, before the problem). Steps end at `separator`, unless another
    `step_rule` is given.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        name: str,
        *,
        separator: str = SEPARATOR,
        step_rule: StepRule | None = None,
        system: str | None = None,
        examples: Sequence[tuple[str, str]] = (),
        prompt: Callable[[Problem], list[int]] | None = None,
    ) -> None:
        self.name = name
        self.model = cache_choice.prepare_for_cache(model.eval())
        self.tokenization = Tokenization(tokenizer, system, examples)
        self.step_rule = step_rule or StepRule(separator=separator)
        self._own_prompt = prompt
        self.starts = PromptStarts()
        self.eos = _eos_ids(model, self.tokenization)
        self.context_length = int(
            getattr(model.config, "max_position_embeddings", None) or 2**31
        )  # positions, prompt included
        short = longest_short_text(model.config)
        self.short_length = None if short is None else short - 1  # with the last token, which is never fed

    @property
    def separator(self) -> str:
        """What ends a step, where its rule is a separator."""
        return self.step_rule.separator

    @property
    def prompt(self) -> Callable[[Problem], list[int]]:
        """Maps a problem to the ids before the first step."""
        return self._own_prompt or self.tokenization.prompt

    def configure(self, options: WritingOptions) -> CausalLMGenerator:
        """The same model, as a run asks it to write; raises `ModelError` where its prompt cannot be changed."""
        made = copy.copy(self)
        made.step_rule = options.change_rule(self.step_rule)
        if options.system is not None or options.examples is not None:
            if self._own_prompt is not None:
                raise ModelError(f"{self.name} has a prompt of its own, without system's turn and examples.")
            made.tokenization = self.tokenization.with_turns(options.system, options.examples)
        return made

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> CausalLMSession:
        """A session with `particles` slots at the end of the prompt; raises `ProblemError` if that is too long."""
        ids = self.prompt(problem)
        if len(ids) >= self.context_length:
            raise ProblemError(
                f"The problem has {len(ids)} tokens and {self.name} holds {self.context_length} with its "
                f"solution. Shorten it."
            )
        shared = 0 if self._own_prompt else shared_length(self.prompt, problem)
        return CausalLMSession(self, ids, particles, seed, sampling, shared)

    def room(self, prompt: int) -> int:
        """The positions of a text that begins with so many tokens, prompt included. One that is short for the model
        stays so: at the length where it is read otherwise, every step so far would get another log-probability."""
        if self.short_length is None or prompt >= self.short_length:
            return self.context_length
        return min(self.context_length, self.short_length)

    @torch.inference_mode()
    def prompt_losses(self, problem: Problem) -> list[float]:
        """How surprised the model is by each token of the prompt after the first: -log p, nats, (L - 1,)."""
        ids = torch.tensor([self.prompt(problem)], device=input_device(self.model))
        log_probs = to_float64(self.model(input_ids=ids, use_cache=False).logits[0, :-1]).log_softmax(-1)
        losses = -log_probs.gather(1, ids[0, 1:, None].to(log_probs.device))[:, 0]
        return [float(loss) for loss in losses]


def _eos_ids(model: Any, tokenization: Tokenization) -> frozenset[int]:
    """Every id that ends a sequence, for any file of the model: a chat may end otherwise than a text. What is a default
    of the config's class, and not the model's, is left out."""
    generation = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    own = getattr(model.config, "eos_token_id", None)
    usual = getattr(type(model.config), "eos_token_id", None)
    return collect_ids(tokenization.eos, generation, None if own == usual else own)
