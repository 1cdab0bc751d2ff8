"""A causal language model of transformers as a generator of steps.

The prompt is computed once and shared; every sampled token is computed once; a fork copies keys and values. Ids are
kept as sampled, so nothing is ever tokenised again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from pfviz.errors import ModelError, ProblemError
from pfviz.models.base import NOTHING, Drafts, End, IntArray, Sampling, Step
from pfviz.models.cache import ForkedCache, check_attention
from pfviz.models.codec import Codec
from pfviz.models.drawing import draw
from pfviz.problem import SEPARATOR, Problem, has_boxed
from pfviz.streams import stream


class CausalLMGenerator:
    """A generator from a model and its tokenizer.

    `prompt` maps a problem to the ids before the first step (default: the tokenizer's chat template, with `system` as
    the system's turn). Steps end at `separator`.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        name: str,
        *,
        separator: str = SEPARATOR,
        system: str | None = None,
        prompt: Callable[[Problem], list[int]] | None = None,
    ) -> None:
        check_attention(model.config)
        self.name = name
        self.model = model.eval()
        self.codec = Codec(tokenizer, system)
        self.separator = separator
        self.prompt = prompt or self.codec.prompt
        self.eos = _eos_ids(model, self.codec)
        self.room = int(getattr(model.config, "max_position_embeddings", None) or 2**31)  # positions, prompt included

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> CausalLMSession:
        """A session with `particles` slots at the end of the prompt; raises `ProblemError` if that is too long."""
        ids = self.prompt(problem)
        if len(ids) >= self.room:
            raise ProblemError(
                f"The problem has {len(ids)} tokens and {self.name} holds {self.room} with its solution. Shorten it."
            )
        return CausalLMSession(self, ids, particles, seed, sampling)

    @torch.inference_mode()
    def prompt_losses(self, problem: Problem) -> list[float]:
        """How surprised the model is by each token of the prompt after the first: -log p, nats, (L - 1,)."""
        ids = torch.tensor([self.prompt(problem)], device=self.model.device)
        logits = self.model(input_ids=ids, use_cache=False).logits[0, :-1].double()
        losses = -logits.log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
        return [float(loss) for loss in losses]


def _eos_ids(model: Any, codec: Codec) -> frozenset[int]:
    ids = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    if ids is None:
        ids = codec.eos
    return frozenset([] if ids is None else [ids] if isinstance(ids, int) else [int(i) for i in ids])


@dataclass(frozen=True, slots=True)
class _Row:
    """What a live slot needs beside its cache row."""

    slot: int
    pending: int  # the last token: sampled, and not yet fed
    empties: int = 0  # empty steps in a row


@dataclass(slots=True)
class _Draft:
    """A step in the making."""

    uniforms: Any  # (max_step_tokens,) float64
    given: Step | None = None  # the step that it must become
    ids: list[int] = field(default_factory=list)
    log_prob: float = 0.0
    characters: int = 0  # no fewer than the text has
    text: str = ""
    end: End = ""


class CausalLMSession:
    """One run's particles: cache row i belongs to the slot of `_rows[i]`; a finished slot keeps no row."""

    def __init__(
        self, generator: CausalLMGenerator, prompt: Sequence[int], particles: int, seed: int, sampling: Sampling
    ) -> None:
        self._generator = generator
        self._seed = seed
        self._sampling = sampling
        self._device = generator.model.device
        cache = ForkedCache.empty(self._device)
        if len(prompt) > 1:  # the last token is fed by the first step, as each step feeds its predecessor's last
            ids = torch.tensor([prompt[:-1]], device=self._device)
            cache.feed(generator.model, ids, torch.ones_like(ids, dtype=torch.bool), logits_to_keep=1)
        self._cache = cache.fork([0] * particles)
        self._rows = [_Row(slot, prompt[-1]) for slot in range(particles)]

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NOTHING) -> Drafts:
        """See `GeneratorSession.extend`. Closed before its end it has changed nothing.

        A given step is fed in the columns of the others, as if it had been drawn: so a run that goes on from its past
        has computed the same numbers in the same batches as the one that was never stopped.
        """
        asked = set(active)
        self._check_given(given, asked)
        missing = asked - {row.slot for row in self._rows}
        if missing:
            raise ModelError(f"Slots {sorted(missing)} are finished or unknown and cannot be extended.")
        if self._cache.ragged:
            self._cache = self._cache.fork(list(range(len(self._rows))))
        cache = self._cache.snapshot()
        limit = self._sampling.max_step_tokens
        drafts = {
            i: _Draft(stream(self._seed, "tokens", step, row.slot).random(limit), given.get(row.slot))
            for i, row in enumerate(self._rows)
            if row.slot in asked
        }
        room = (self._generator.room - cache.lengths).tolist()
        fed = [row.pending for row in self._rows]
        count = 0
        writing = list(drafts)
        while writing:
            tokens, log_probs = self._column(cache, fed, writing, [drafts[i] for i in writing])
            for i, token, log_prob in zip(writing, tokens, log_probs, strict=True):
                draft = drafts[i]
                fed[i] = token if draft.given is None else draft.given.token_ids[len(draft.ids)]
                draft.ids.append(fed[i])
                draft.log_prob += log_prob
                self._judge(draft, min(limit, room[i]))
            count += len(writing)
            writing = [i for i in writing if not drafts[i].end]
            yield count
        steps = {self._rows[i].slot: self._close(self._rows[i], draft, room[i]) for i, draft in drafts.items()}
        self._commit(cache, fed, steps)
        yield steps

    def _check_given(self, given: Mapping[int, Step], asked: set[int]) -> None:
        most, size = self._sampling.max_step_tokens, self._generator.model.get_input_embeddings().num_embeddings
        for slot, step in given.items():
            ids = step.token_ids
            if slot not in asked:
                raise ModelError(f"Slot {slot} is given a step and is not active.")
            if not 1 <= len(ids) <= most or not all(0 <= i < size for i in ids) or not step.end:
                raise ModelError(
                    f"The step given to slot {slot} is none of {self._generator.name}: a step has 1 to {most} token "
                    f"ids from 0 to {size - 1}, and an end. Was it recorded with another model?"
                )

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        row_of = {row.slot: i for i, row in enumerate(self._rows)}
        kept = [(n, row_of[int(a)]) for n, a in enumerate(ancestors) if int(a) in row_of]
        self._rows = [replace(self._rows[i], slot=n) for n, i in kept]
        self._cache = self._cache.fork([i for _, i in kept])

    @torch.inference_mode()
    def _column(
        self, cache: ForkedCache, fed: list[int], writing: list[int], drafts: list[_Draft]
    ) -> tuple[list[int], list[float]]:
        """One token for each writing row; the others are fed as holes."""
        ids = torch.tensor(fed, device=self._device)[:, None]
        real = torch.zeros(len(fed), 1, dtype=torch.bool, device=self._device)
        real[writing] = True
        logits = cache.feed(self._generator.model, ids, real)[writing, -1]
        uniforms = torch.tensor(
            np.array([draft.uniforms[len(draft.ids)] for draft in drafts]), dtype=torch.float64, device=self._device
        )
        tokens, log_probs = draw(logits, uniforms, self._sampling.temperature)
        if not bool(torch.isfinite(log_probs).all()):
            raise ModelError(
                f"{self._generator.name} computed logits that are not numbers; its weights may be damaged."
            )
        return tokens.tolist(), log_probs.tolist()

    def _judge(self, draft: _Draft, limit: int) -> None:
        """Set the draft's end if its last token ended the step."""
        if draft.given is not None:
            draft.end = draft.given.end if len(draft.ids) == len(draft.given.token_ids) else ""
            return
        codec, separator = self._generator.codec, self._generator.separator
        token = draft.ids[-1]
        if token in self._generator.eos:
            draft.text, draft.end = codec.decode(draft.ids[:-1]), "eos"
            return
        piece = codec.piece(token)
        draft.characters += len(piece) + 1  # a token may lose a leading space when it is decoded alone
        long = draft.characters >= self._sampling.max_step_characters
        # Decoding is dear; only a token that ends as the separator does can have completed it.
        if piece.endswith(separator[-1]) or long:
            draft.text = codec.decode(draft.ids)
            if draft.text.endswith(separator):
                draft.end = "separator"
            elif len(draft.text) >= self._sampling.max_step_characters:
                draft.end = "characters"
        if not draft.end and len(draft.ids) >= limit:
            draft.text, draft.end = codec.decode(draft.ids), "tokens"

    def _close(self, row: _Row, draft: _Draft, room: int) -> Step:
        if draft.given is not None:
            return draft.given
        text = draft.text.strip()
        boxed = has_boxed(text)
        end: End = "boxed" if boxed and draft.end == "separator" else draft.end
        finished = boxed or end == "eos" or (not text and row.empties >= 1) or len(draft.ids) >= room
        return Step(text, tuple(draft.ids), draft.log_prob, finished, end)

    def _commit(self, cache: ForkedCache, fed: list[int], steps: Mapping[int, Step]) -> None:
        rows = []
        for row, token in zip(self._rows, fed, strict=True):
            step = steps.get(row.slot)
            empties = row.empties if step is None else 0 if step.text else row.empties + 1
            rows.append(replace(row, pending=token, empties=empties))
        live = [i for i, row in enumerate(rows) if not ((step := steps.get(row.slot)) and step.finished)]
        self._cache = cache if len(live) == len(rows) else cache.fork(live)
        self._rows = [rows[i] for i in live]
