"""Any OpenAI-compatible server as a generator of steps: one request for each particle and step.

The server computes a prefix once if it caches prefixes; nothing of that kind is kept here. What a server writes for a
seed is its own affair: a run can be replayed as far as the server repeats itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from pfviz.errors import EndpointError, ModelError
from pfviz.models.base import NOTHING, Drafts, IntArray, Sampling, Step
from pfviz.models.remote.client import Answer, Client, Failure, Sleep
from pfviz.models.remote.complaints import give_up, hindered, is_final
from pfviz.models.remote.endpoints import Endpoint
from pfviz.models.remote.prompts import PATHS, step_body
from pfviz.models.remote.replies import MAX_ID, MalformedError, Reply, read_chat, read_completion
from pfviz.models.remote.steps import FAILED, Prefix, taken, written
from pfviz.problem import Problem
from pfviz.streams import stream


class RemoteGenerator:
    """A generator from an endpoint; `sleep` is what waits before a request is repeated."""

    def __init__(self, endpoint: Endpoint, *, sleep: Sleep = asyncio.sleep) -> None:
        if endpoint.kind != "generator":
            raise EndpointError("kind", f"{endpoint.label} is a reward model; a generator was asked for")
        self.name = endpoint.label
        self.endpoint = endpoint
        self.client = Client(endpoint, sleep)

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> RemoteSession:
        """See `Generator.open`. Asks the server for nothing yet; raises `EndpointError` if the key is not there."""
        self.endpoint.key()
        return RemoteSession(self, problem, particles, seed, sampling)


class RemoteSession:
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
        self._prefix = dict.fromkeys(range(particles), Prefix())
        self._failed: frozenset[int] = frozenset()
        api = {"completions": "completions", "chat": "chat completions"}.get(self._endpoint.route)
        self.notes = [f"{self._endpoint.label} is the model {self._endpoint.model!r}, asked for {api}."]

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NOTHING) -> Drafts:
        """See `GeneratorSession.extend`; a count is told after each reply. Closed before its end it has changed
        nothing, and the requests under way are cancelled.

        A slot whose request fails for good has a step that ends as "failed". Raises `ModelError` if the server refuses
        every such request (no such model, no access), if all of several slots failed, or if none is left that has not.
        """
        asked = sorted(set(active))
        self._check(asked, given)
        made = {slot: (given[slot], self._taken(slot, given[slot])) for slot in asked if slot in given}
        bodies = {slot: self._body(slot, step) for slot in asked if slot not in given}
        failures: dict[int, Failure] = {}
        hindrances: list[str] = []
        replies: list[Reply] = []
        count = sum(len(one.token_ids) for one, _ in made.values())
        if made:
            yield count
        with closing(self._client.send(PATHS[self._endpoint.route], bodies, self._seed, step)) as arriving:
            for slot, answer in arriving:
                read = self._read(answer)
                if isinstance(read, Failure):
                    if is_final(read):
                        raise give_up(self._client, read)
                    failures[slot], made[slot] = read, (FAILED, self._prefix[slot])
                else:
                    replies.append(read)
                    made[slot] = written(read, self._prefix[slot], self._endpoint.separator, self._sampling)
                if isinstance(answer, Answer) and answer.hindrance:
                    hindrances.append(answer.hindrance)
                count += len(made[slot][0].token_ids)
                yield count
        failed = self._failed | {slot for slot, (one, _) in made.items() if one.end == "failed"}
        if failures and (len(failures) == len(bodies) > 1 or len(failed) == self._particles):
            raise give_up(self._client, failures[min(failures)])
        self._failed = failed
        self._prefix |= {slot: prefix for slot, (_, prefix) in made.items()}
        self._prefix = {slot: p for slot, p in self._prefix.items() if slot not in made or not made[slot][0].finished}
        self._note(failures, hindrances, replies)
        yield {slot: made[slot][0] for slot in asked}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        pairs = [(n, int(a)) for n, a in enumerate(ancestors)]
        self._prefix = {n: self._prefix[a] for n, a in pairs if a in self._prefix}
        self._failed = frozenset(n for n, a in pairs if a in self._failed)

    def _check(self, asked: list[int], given: Mapping[int, Step]) -> None:
        missing = [slot for slot in asked if slot not in self._prefix]
        if missing:
            raise ModelError(f"Slots {missing} are finished or unknown and cannot be extended.")
        for slot, step in given.items():
            if slot not in asked:
                raise ModelError(f"Slot {slot} is given a step and is not active.")
            if not step.end:
                raise ModelError(f"The step given to slot {slot} has no end. Was it recorded with another version?")

    def _body(self, slot: int, step: int) -> dict[str, object]:
        seed = int(stream(self._seed, "tokens", step, slot).integers(2**31))
        return step_body(self._endpoint, self._problem.text, self._prefix[slot], self._sampling, seed)

    def _taken(self, slot: int, step: Step) -> Prefix:
        return taken(step, self._prefix[slot], self._endpoint.separator)

    def _read(self, answer: Answer | Failure) -> Reply | Failure:
        if isinstance(answer, Failure):
            return answer
        try:
            reply = read_chat(answer.body) if self._endpoint.route == "chat" else read_completion(answer.body)
            # This server keeps a stop in the text: where there is none, the solution is at its end.
            return replace(reply, says_stop=reply.says_stop or self._endpoint.dialect == "transformers")
        except MalformedError as error:
            return Failure(f"the reply does not fit: {error}", 200)

    def _note(self, failures: Mapping[int, Failure], hindrances: list[str], replies: list[Reply]) -> None:
        label = self._endpoint.label
        told = [f"Particle {slot} failed and writes no more: {failures[slot].reason}." for slot in sorted(failures)]
        if hindrances:
            told.append(hindered(label, hindrances))
        if any(reply.log_probs is None for reply in replies):
            told.append(f"{label} gives no log-probabilities: where it gives none, 0 is recorded.")
        if any(reply.ids is None for reply in replies):
            of = "for each token" if all(reply.count for reply in replies) else "for each byte"
            told.append(f"{label} gives no token ids: stand-ins from {MAX_ID + 1} on are recorded, one {of}.")
        known = set(self.notes)
        self.notes += [text for text in told if text not in known or text.startswith("Particle")]
