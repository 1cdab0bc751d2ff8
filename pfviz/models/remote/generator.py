"""Any OpenAI-compatible server as a generator of steps: one request for each particle and step.

The server computes a prefix once if it caches prefixes; nothing of that kind is kept here. What a server writes for a
seed is its own affair: a run can be replayed as far as the server repeats itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from pfviz.errors import EndpointError, ModelError
from pfviz.models.remote.batch import RequestBatch
from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.errors import fatal_error
from pfviz.models.remote.http_client import Client, Sleep
from pfviz.models.remote.open_block import MAX_REQUESTS, extend_prefix, join_replies, tokens_left
from pfviz.models.remote.parse_step import FAILED_STEP, RemotePrefix, append_given_step, parse_step
from pfviz.models.remote.requests import step_body
from pfviz.models.remote.responses import MAX_TOKEN_ID, Completion, read_chat, read_completion
from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress

ONE_PER_BYTE = "one for each byte"
"""What a note says where a server does not even count its tokens."""


class RemoteGenerator:
    """A generator from an endpoint; `sleep` is what waits before a request is repeated."""

    def __init__(self, endpoint: Endpoint, *, sleep: Sleep = asyncio.sleep) -> None:
        if endpoint.kind != "generator":
            raise EndpointError("kind", f"{endpoint.label} is a reward model; a generator was asked for")
        self.name = endpoint.label
        self.endpoint = endpoint
        self.client = Client(endpoint, sleep)

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> RemoteGeneratorSession:
        """See `Generator.open`. Asks the server for nothing yet; raises `EndpointError` if the key is not there."""
        self.endpoint.read_key()
        return RemoteGeneratorSession(self, problem, particles, seed, sampling)


class RemoteGeneratorSession:
    """Each slot's solution so far; a finished slot has none. `notes` says what went wrong, and what is not known."""

    def __init__(
        self, generator: RemoteGenerator, problem: Problem, particles: int, seed: int, sampling: Sampling
    ) -> None:
        self._endpoint = generator.endpoint
        self._client = generator.client
        self._problem = problem
        self._particles = particles
        self._seed = seed
        self._sampling = sampling
        self._prefix = dict.fromkeys(range(particles), RemotePrefix())
        self._failed: frozenset[int] = frozenset()
        api = "chat completions" if self._endpoint.route == "chat" else "completions"
        self.notes = [f"{self._endpoint.label} is the model {self._endpoint.model!r}, asked for {api}."]

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        """See `GeneratorSession.extend`; a count is told after each reply. Closed before its end it has changed
        nothing, and the requests under way are cancelled.

        A slot whose request fails for good has a step that ends as "failed". Raises `ModelError` if the server refuses
        every such request (no such model, no access), if all of several slots failed, or if none is left that has not.
        """
        asked = sorted(set(active))
        self._check_slots(asked, given)
        made = {slot: (given[slot], self._append_given(slot, given[slot])) for slot in asked if slot in given}
        bodies = {slot: self._request_body(slot, step) for slot in asked if slot not in given}
        asking = RequestBatch(self._client, self._parse_completion)
        replies: list[Completion] = []
        count = sum(len(one.token_ids) for one, _ in made.values())
        if made:
            yield count
        with closing(self._replies(asking, bodies, step)) as arriving:
            for slot, reply in arriving:
                if reply is None:
                    made[slot] = FAILED_STEP, self._prefix[slot]
                else:
                    replies.append(reply)
                    made[slot] = parse_step(reply, self._prefix[slot], self._endpoint.separator, self._sampling)
                count += len(made[slot][0].token_ids)
                yield count
        steps = {slot: made[slot][0] for slot in asked}
        failures = asking.failures
        failed = self._failed | {slot for slot, one in steps.items() if one.end == "failed"}
        if failures and (len(failures) == len(bodies) > 1 or len(failed) == self._particles):
            raise fatal_error(self._client, failures[min(failures)])
        self._failed = failed
        self._prefix |= {slot: prefix for slot, (_, prefix) in made.items()}
        for slot in [slot for slot, one in steps.items() if one.finished]:
            del self._prefix[slot]
        self._add_notes(asking, replies)
        yield steps

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        pairs = [(n, int(a)) for n, a in enumerate(ancestors)]
        self._prefix = {n: self._prefix[a] for n, a in pairs if a in self._prefix}
        self._failed = frozenset(n for n, a in pairs if a in self._failed)

    def _check_slots(self, asked: list[int], given: Mapping[int, Step]) -> None:
        missing = [slot for slot in asked if slot not in self._prefix]
        if missing:
            raise ModelError(f"Slots {missing} are finished or unknown and cannot be extended.")
        for slot, step in given.items():
            if slot not in asked:
                raise ModelError(f"Slot {slot} is given a step and is not active.")
            if not step.end:
                raise ModelError(f"The step given to slot {slot} has no end. Was it recorded with another version?")

    def _replies(
        self, asking: RequestBatch[Completion], bodies: Mapping[int, dict[str, Any]], step: int
    ) -> Generator[tuple[int, Completion | None], None, None]:
        """As `asking.replies`; a step that the server stopped inside a block is asked on, and comes in one piece."""
        separator, written = self._endpoint.separator, dict[int, Completion]()
        for turn in range(1, MAX_REQUESTS + 1):
            on = dict[int, dict[str, Any]]()
            with closing(asking.replies(bodies, self._seed, step)) as arriving:
                for slot, part in arriving:
                    whole = join_replies(written[slot], part, separator) if part and slot in written else part
                    prefix = self._prefix[slot]
                    left = tokens_left(whole, prefix, separator, self._sampling) if whole else 0
                    if whole is None or not left or turn == MAX_REQUESTS:
                        yield slot, whole
                        continue
                    written[slot] = whole
                    sampling = replace(self._sampling, max_step_tokens=left)
                    on[slot] = self._request_body(slot, step, extend_prefix(prefix, whole, separator), sampling)
            if not (bodies := on):
                return

    def _request_body(
        self, slot: int, step: int, prefix: RemotePrefix | None = None, sampling: Sampling | None = None
    ) -> dict[str, Any]:
        seed = int(derive_rng(self._seed, "tokens", step, slot).integers(2**31))
        prefix, sampling = prefix or self._prefix[slot], sampling or self._sampling
        return step_body(self._endpoint, self._problem.text, prefix, sampling, seed)

    def _append_given(self, slot: int, step: Step) -> RemotePrefix:
        return append_given_step(step, self._prefix[slot], self._endpoint.separator)

    def _parse_completion(self, body: Mapping[str, Any]) -> Completion:
        read = read_chat if self._endpoint.route == "chat" else read_completion
        reply = read(body, self._sampling.max_step_tokens)
        # This server keeps a stop in the text: where there is none, the solution is at its end.
        return replace(reply, says_stop=reply.says_stop or self._endpoint.dialect == "transformers")

    def _add_notes(self, asked: RequestBatch[Completion], replies: Sequence[Completion]) -> None:
        """Tell what failed, and once what the server does not tell."""
        label, failures = self._endpoint.label, asked.failures
        self.notes += [
            f"Particle {slot} failed and writes no more: {failures[slot].reason}." for slot in sorted(failures)
        ]
        self.notes += asked.notes()
        unknown = []
        if any(reply.log_probs is None for reply in replies):
            unknown.append(f"{label} gives no log-probabilities: they are recorded as unknown.")
        if any(reply.ids is None for reply in replies):
            of = "one for each token" if all(reply.count for reply in replies) else ONE_PER_BYTE
            unknown.append(f"{label} gives no token ids: stand-ins from {MAX_TOKEN_ID + 1} on are recorded, {of}.")
        self.notes += [text for text in unknown if text not in self.notes]
