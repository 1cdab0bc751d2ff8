"""One run's particles in a causal language model: what is computed once, and for whom.

The prompt is computed once and shared; every sampled token is computed once, and slots whose tokens are the same so far
share one row until they part. A row that has ended its step leaves the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.cache import Cache
from pfviz.models.decoding.hidden_states import LayerTap, new_states
from pfviz.models.decoding.out_of_memory import RowBatcher
from pfviz.models.decoding.prompt_start import PromptStarts
from pfviz.models.decoding.sampling import TOKEN_SIGNALS, entropies, sample_tokens
from pfviz.models.decoding.shared_prefixes import Branch, SourcedBranch, arrange_branches
from pfviz.models.decoding.step_builder import EndDetector, StepBuilder, build_step, check_given_steps
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.blocks import open_block_after
from pfviz.problems.step_rules import StepRule
from pfviz.rng import derive_rng
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress

LENGTH_NOTE = "Beyond {limit} tokens {name} reads a text otherwise from its start: a solution ends there."


class StepWriter(Protocol):
    """What a session needs of its generator, a `CausalLMGenerator`."""

    name: str
    model: Any
    tokenization: Tokenization
    step_rule: StepRule
    eos: frozenset[int]
    context_length: int
    starts: PromptStarts

    def room(self, prompt: int) -> int: ...


_SampledToken = tuple[int, int, float, float | None]
"""Slot, token, its log-probability, and the entropy before it where that is asked for."""


class CausalLMSession:
    """One run's particles. Slot n is row `_row[n]` of the cache and the token `_pending[row]` after it; a finished slot
    has no row. `notes` says where memory ran out."""

    def __init__(
        self,
        generator: StepWriter,
        prompt: Sequence[int],
        particles: int,
        seed: int,
        sampling: Sampling,
        shared: int = 0,  # ids of the prompt that stand before other problems, too
    ) -> None:
        self._generator = generator
        self._seed = seed
        self._sampling = sampling
        self._end_detector = EndDetector(
            generator.tokenization, generator.step_rule, generator.eos, sampling.max_step_characters
        )
        self._batcher = RowBatcher(generator.name)
        self._cache = self._batcher.run(1, lambda *_: self._open_cache(prompt[:shared]))[0]
        if note := cache_choice.get_note(generator.model, generator.name):
            self._batcher.notes.append(note)
        self._room = generator.room(len(prompt))
        if self._room < generator.context_length:
            self._batcher.notes.append(LENGTH_NOTE.format(name=generator.name, limit=f"{self._room:,}"))
        if len(prompt) > 1 + shared:  # the last one is fed by the first step, as each step feeds its predecessor's last
            ids = [prompt[shared:-1]]
            self._batcher.run(1, lambda *_: self._cache.feed(generator.model, ids, logits_to_keep=1))
        self._tap = None if sampling.hidden_layer is None else LayerTap(generator.model, sampling.hidden_layer)
        self._hidden_sums = torch.zeros(particles, 0)  # of each slot's step in the making
        self._signals: dict[int, list[float]] = {}  # so too, of each of its tokens
        self._builders: dict[int, StepBuilder] = {}
        self._row = dict.fromkeys(range(particles), 0)
        self._pending = [prompt[-1]]
        self._empties = dict.fromkeys(range(particles), 0)  # empty steps in a row
        self._open_blocks = dict.fromkeys(range(particles), "")  # what opened the block that the last step ended in
        self._carried = dict.fromkeys(range(particles), "")  # what the last step's last token wrote of the next one

    def _open_cache(self, start: Sequence[int]) -> Cache:
        model = self._generator.model
        return self._generator.starts.read(model, start) if start else cache_choice.make_cache(model)

    @property
    def notes(self) -> list[str]:
        return self._batcher.notes

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        """See `GeneratorSession.extend`. Closed before its end it has changed nothing.

        A given step is fed in the columns of the others, as if it had been drawn: so a run that goes on from its past
        has computed the same numbers in the same batches as the one that was never stopped.
        """
        asked = set(active)
        vocabulary = self._generator.model.get_input_embeddings().num_embeddings
        check_given_steps(given, asked, self._sampling.max_step_tokens, vocabulary, self._generator.name)
        missing = asked - self._row.keys()
        if missing:
            raise ModelError(f"Slots {sorted(missing)} are finished or unknown and cannot be extended.")
        self._compact_rows()
        self._hidden_sums, self._signals = self._hidden_sums.new_zeros(len(self._hidden_sums), 0), {}
        lengths = list(self._cache.lengths)
        limit = self._sampling.max_step_tokens
        rooms = {slot: self._room - lengths[self._row[slot]] for slot in asked}
        builders = {
            slot: StepBuilder(
                derive_rng(self._seed, "tokens", step, slot).random(limit),
                min(limit, rooms[slot]),
                given.get(slot),
                self._open_blocks[slot],
                self._carried[slot],
            )
            for slot in sorted(asked)
        }
        self._builders = builders
        writing, resting = self._start_branches(asked)
        complete = False
        try:
            count = 0
            while writing:
                self._sample_column(writing, builders)
                count += sum(len(branch.slots) for branch in writing)
                writing, resting = self._split_branches(writing, resting, builders)
                yield count
            steps = {
                slot: self._with_signals(
                    slot, build_step(builder, room=rooms[slot], after_empty=self._empties[slot] >= 1)
                )
                for slot, builder in builders.items()
            }
            self._commit(resting, steps)
            self._carried |= {slot: builder.rest for slot, builder in builders.items()}
            complete = True
        finally:
            if not complete:
                self._revert(writing + resting, lengths)
        yield steps

    def draft_texts(self) -> Mapping[int, str]:
        """What each slot has written of the step that is being written, or was last."""
        return {slot: self._end_detector.decode(builder).strip() for slot, builder in self._builders.items()}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,). Copies nothing: clones share their row."""
        pairs = [(n, int(a)) for n, a in enumerate(ancestors) if int(a) in self._row]
        self._row, self._empties = {n: self._row[a] for n, a in pairs}, {n: self._empties[a] for n, a in pairs}
        self._open_blocks = {n: self._open_blocks[a] for n, a in pairs}
        self._carried = {n: self._carried[a] for n, a in pairs}

    def _compact_rows(self) -> None:
        """Drop rows without slots, and order the others by their first slot: batches follow from slots and tokens."""
        rows = list(dict.fromkeys(self._row[slot] for slot in sorted(self._row)))
        self._cache.select(rows)
        place = {row: i for i, row in enumerate(rows)}
        self._pending = [self._pending[row] for row in rows]
        self._row = {slot: place[row] for slot, row in self._row.items()}

    def _start_branches(self, asked: set[int]) -> tuple[list[Branch], list[Branch]]:
        """The rows of this step, in the cache's order: those that are written, and those that stay as they are."""
        writing: list[Branch] = []
        resting: list[Branch] = []
        apart: dict[tuple[int, bool], list[int]] = {}
        for slot in sorted(self._row):
            apart.setdefault((self._row[slot], slot in asked), []).append(slot)
        for (row, written), slots in sorted(apart.items()):
            (writing if written else resting).append(Branch(row, tuple(slots), self._pending[row]))
        return self._arrange_rows([(b.origin, b) for b in writing], [(b.origin, b) for b in resting])

    def _arrange_rows(
        self, writing: list[SourcedBranch], resting: list[SourcedBranch]
    ) -> tuple[list[Branch], list[Branch]]:
        """Let the cache hold these branches, those that are written in front."""
        settled = arrange_branches(writing, resting)
        self._cache.select([source for source, _ in settled])
        branches = [branch for _, branch in settled]
        return branches[: len(writing)], branches[len(writing) :]

    def _sample_column(self, writing: list[Branch], builders: dict[int, StepBuilder]) -> None:
        """One more token for each slot of the branches."""

        def work(start: int, stop: int) -> list[_SampledToken]:
            lengths = list(self._cache.lengths)
            try:
                return self._sample_branches(writing[start:stop], start, builders)
            except BaseException:
                self._cache.lengths = lengths
                raise

        for part in self._batcher.run(len(writing), work):
            for slot, token, log_prob, entropy in part:
                builders[slot].add(token, log_prob, entropy)
                self._check_end(builders[slot])

    @torch.inference_mode()
    def _sample_branches(
        self, branches: list[Branch], start: int, builders: dict[int, StepBuilder]
    ) -> list[_SampledToken]:
        """Feed the branches, rows `start` on, and draw for each of their slots."""
        pending = [[branch.pending] for branch in branches]
        with self._capture() as captured:
            logits = self._cache.feed(self._generator.model, pending, start)
        slots = [slot for branch in branches for slot in branch.slots]
        uniforms = np.array([builders[slot].uniforms[len(builders[slot].ids)] for slot in slots])
        rows = [i for i, branch in enumerate(branches) for _ in branch.slots]
        tokens, log_probs = sample_tokens(logits, torch.from_numpy(uniforms), self._sampling.temperature, rows)
        if not bool(torch.isfinite(log_probs).all()):
            raise ModelError(
                f"{self._generator.name} computed logits that are not numbers; its weights may be damaged."
            )
        if self._tap is not None:
            self._add_hidden_states(slots, new_states(captured, [1] * len(branches)), rows)
        unsure: list[float | None] = [None] * len(slots)
        if self._sampling.entropies:
            of_rows = entropies(logits).tolist()
            unsure = [of_rows[row] for row in rows]
        if self._sampling.token_signal is not None:
            signals = TOKEN_SIGNALS[self._sampling.token_signal](logits).tolist()
            for slot, row in zip(slots, rows, strict=True):
                self._signals.setdefault(slot, []).append(float(f"{signals[row]:.6g}"))
        return list(zip(slots, tokens.tolist(), log_probs.tolist(), unsure, strict=True))

    def _capture(self) -> AbstractContextManager[list[torch.Tensor]]:
        return nullcontext([]) if self._tap is None else self._tap.capture()

    def _add_hidden_states(self, slots: list[int], states: torch.Tensor, rows: list[int]) -> None:
        """Add the state (R, H) that each slot's token was drawn from."""
        if self._hidden_sums.shape[1] == 0:
            self._hidden_sums = torch.zeros(len(self._hidden_sums), states.shape[1])
        self._hidden_sums.index_add_(0, torch.tensor(slots), states.float().cpu()[rows])

    def _with_signals(self, slot: int, step: Step) -> Step:
        """With the hidden sum and the numbers of each token that are asked for, also where the step was given."""
        if self._tap is not None:
            step = replace(step, hidden_sum=self._hidden_sums[slot].numpy().copy())
        return replace(step, token_signals=tuple(self._signals[slot])) if slot in self._signals else step

    def _split_branches(
        self, writing: list[Branch], resting: list[Branch], builders: dict[int, StepBuilder]
    ) -> tuple[list[Branch], list[Branch]]:
        """Slots of a branch that drew different tokens go apart, and those that ended their step come to rest."""
        going: list[SourcedBranch] = []
        staying = [(len(writing) + i, branch) for i, branch in enumerate(resting)]
        for row, branch in enumerate(writing):
            apart: dict[tuple[int, bool], list[int]] = {}
            for slot in branch.slots:
                apart.setdefault((builders[slot].ids[-1], bool(builders[slot].end)), []).append(slot)
            for (token, ended), slots in apart.items():
                (staying if ended else going).append((row, Branch(branch.origin, tuple(slots), token)))
        return self._arrange_rows(going, staying)

    def _check_end(self, builder: StepBuilder) -> None:
        """Set the builder's end if its last token ended the step."""
        self._end_detector.detect_end(builder)

    def _commit(self, branches: list[Branch], steps: Mapping[int, Step]) -> None:
        """The cache's rows are those of the branches from now on."""
        self._pending = [branch.pending for branch in branches]
        self._row = {
            slot: row
            for row, branch in enumerate(branches)
            for slot in branch.slots
            if slot not in steps or not steps[slot].finished
        }
        for slot, step in steps.items():
            self._empties[slot] = 0 if step.text else self._empties[slot] + 1
            self._open_blocks[slot] = open_block_after(self._open_blocks[slot], step.text)

    def _revert(self, branches: list[Branch], lengths: list[int]) -> None:
        """The rows as they were before the step: each still stands in front of whatever was written after it."""
        found: dict[int, int] = {}
        for row, branch in enumerate(branches):
            found.setdefault(branch.origin, row)
        self._cache.select([found[row] for row in range(len(lengths))])
        self._cache.lengths = lengths
