"""Any OpenAI-compatible server as a generator of steps: one request for each particle and step.

The server computes a prefix once if it caches prefixes; nothing of that kind is kept here. What a server writes for a
seed is its own affair: a run can be replayed as far as the server repeats itself.
"""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from pfviz.errors import EndpointError, ModelError
from pfviz.models.remote.batch import RequestBatch
from pfviz.models.remote.dialects import DIALECTS, Dialect
from pfviz.models.remote.endpoint import REMOTE_STEP_KINDS, Endpoint
from pfviz.models.remote.errors import fatal_error
from pfviz.models.remote.find_dialect import FoundDialect, StepRequest, find_dialect
from pfviz.models.remote.http_client import Client, Sleep
from pfviz.models.remote.open_block import MAX_REQUESTS, extend_prefix, join_replies, tokens_left
from pfviz.models.remote.parse_step import FAILED_STEP, NO_ROOM_STEP, RemotePrefix, append_given_step, parse_step
from pfviz.models.remote.requests import asks_log_probs, step_body
from pfviz.models.remote.responses import MAX_TOKEN_ID, Completion, read_chat, read_completion
from pfviz.problems.problem import Problem
from pfviz.problems.step_rules import StepRule
from pfviz.rng import derive_rng
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress, WritingOptions

PROBE_TEXT = "First,"
"""What a solution begins with where it is found out how a server is asked: it is to continue something."""

SHORTER = 4
"""By which a step that does not fit into the model's context is cut, again and again."""

ONE_PER_BYTE = "one for each byte"
"""What a note says where a server does not even count its tokens."""


@dataclass(slots=True)
class _KnownDialect:
    """What was found out of a server, for all that ask it."""

    found: FoundDialect | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class RemoteGenerator:
    """A generator from an endpoint; `sleep` is what waits before a request is repeated."""

    def __init__(self, endpoint: Endpoint, *, sleep: Sleep = asyncio.sleep) -> None:
        if endpoint.kind != "generator":
            raise EndpointError("kind", f"{endpoint.label} is a reward model; a generator was asked for")
        self.name = endpoint.label
        self.endpoint = endpoint
        self.client = Client(endpoint, sleep)
        self.step_rule = StepRule(endpoint.step_rule, endpoint.separator)
        self._known = _KnownDialect()

    def configure(self, options: WritingOptions) -> RemoteGenerator:
        """The same server, as a run asks it to write; raises `ModelError` for what it cannot be asked."""
        made = copy.copy(self)  # with what was found out of it
        made.step_rule = options.change_rule(self.step_rule)
        if made.step_rule.kind not in REMOTE_STEP_KINDS:
            raise ModelError(
                f"{self.name} cannot be asked to stop {made.step_rule.place}, which it would have to write first. "
                f"Choose another rule for steps: {', '.join(REMOTE_STEP_KINDS)}."
            )
        own = self.endpoint.prompt
        if own is not None and (options.examples or (options.system and "{system}" not in own)):
            raise ModelError(
                f"The prompt of {self.name} has no place for a system prompt or examples. Write them into it, in the "
                "file of endpoints, or leave them out."
            )
        system = self.endpoint.system if options.system is None else options.system or None
        examples = self.endpoint.examples if options.examples is None else options.examples
        made.endpoint = replace(self.endpoint, system=system, examples=examples)
        return made

    def find_dialect(self, request: StepRequest) -> FoundDialect:
        """How the server is asked: as its endpoint says, else as it is found out, once, in the dialect in which it
        takes this request."""
        if self.endpoint.dialect != "auto":
            return FoundDialect(DIALECTS[self.endpoint.dialect])
        with self._known.lock:
            if self._known.found is None or not self._known.found.confirmed:
                self._known.found = find_dialect(self.client, request)
            return self._known.found

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> RemoteGeneratorSession:
        """See `Generator.open`. Asks the server for nothing yet; raises `EndpointError` if the key is not there."""
        self.endpoint.read_key()
        return RemoteGeneratorSession(self, problem, particles, seed, sampling)


class RemoteGeneratorSession:
    """Each slot's solution so far; a finished slot has none. `notes` says what went wrong, and what is not known."""

    def __init__(
        self, generator: RemoteGenerator, problem: Problem, particles: int, seed: int, sampling: Sampling
    ) -> None:
        self._generator = generator
        self._endpoint = generator.endpoint
        self._client = generator.client
        self._rule = generator.step_rule
        self._problem = problem
        self._particles = particles
        self._seed = seed
        self._sampling = sampling
        self._prefix = dict.fromkeys(range(particles), RemotePrefix())
        self._failed: frozenset[int] = frozenset()
        self._dialect: Dialect | None = None  # known once something is asked
        api = "chat completions" if self._endpoint.route == "chat" else "completions"
        self.notes = [f"{self._endpoint.label} is the model {self._endpoint.model!r}, asked for {api}."]

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        """See `GeneratorSession.extend`; a count is told after each reply. Closed before its end it has changed
        nothing, and the requests under way are cancelled.

        A slot whose request fails for good has a step that ends as "failed"; one whose solution fills the model's
        context has a last step of what there was room for. Raises `ModelError` if the server refuses every such request
        (no such model, no access), if all of several slots failed, or if none is left that has not.
        """
        asked = sorted(set(active))
        self._check_slots(asked, given)
        made = {slot: (given[slot], self._append_given(slot, given[slot])) for slot in asked if slot in given}
        asking = RequestBatch(self._client, self._parse_completion)
        replies: dict[int, Completion] = {}
        count = sum(len(one.token_ids) for one, _ in made.values())
        if made:
            yield count
        to_write, bound = [slot for slot in asked if slot not in given], self._sampling.max_step_tokens
        notes = self._find_dialect(to_write, step)
        bodies = {slot: self._request_body(slot, step) for slot in to_write}
        full: set[int] = set()
        while bodies:
            with closing(self._replies(asking, bodies, step, bound)) as arriving:
                for slot, reply in arriving:
                    made[slot] = FAILED_STEP, self._prefix[slot]
                    if reply is not None:
                        replies[slot] = reply
                        made[slot] = self._parse_step(slot, reply, bound)
                    count += len(made[slot][0].token_ids)
                    yield count
            # What does not fit may do so with a shorter end.
            bound //= SHORTER
            full = asking.full.keys() - replies.keys() - asking.failures.keys()
            bodies = {slot: self._request_body(slot, step, bound) for slot in sorted(full)} if bound else {}
        made |= {slot: (NO_ROOM_STEP, self._prefix[slot]) for slot in full}
        steps = {slot: made[slot][0] for slot in asked}
        failures = asking.failures
        failed = self._failed | {slot for slot, one in steps.items() if one.end == "failed"}
        if failures and (len(failures) == len(to_write) > 1 or len(failed) == self._particles):
            raise fatal_error(self._client, failures[min(failures)])
        self._failed = failed
        self._prefix |= {slot: prefix for slot, (_, prefix) in made.items()}
        for slot in [slot for slot, one in steps.items() if one.finished]:
            del self._prefix[slot]
        self.notes += notes
        self._add_notes(asking, replies, steps)
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

    def _find_dialect(self, to_write: Sequence[int], step: int) -> list[str]:
        """Find out how the server is asked, before the first request; what there is to say of it."""
        if self._dialect is not None or not to_write:
            return []
        shortest, mark = replace(self._sampling, max_step_tokens=1), self._rule.mark
        before = RemotePrefix(PROBE_TEXT)

        def request(dialect: Dialect) -> Mapping[str, Any]:
            seed = self._request_seed(to_write[0], step)
            return step_body(self._endpoint, dialect, self._problem.text, before, shortest, seed, mark)

        found = self._generator.find_dialect(request)
        self._dialect = found.dialect
        return [found.note] if found.note else []

    def _request_seed(self, slot: int, step: int) -> int:
        return int(derive_rng(self._seed, "tokens", step, slot).integers(2**31))

    def _replies(
        self, asking: RequestBatch[Completion], bodies: Mapping[int, dict[str, Any]], step: int, bound: int
    ) -> Generator[tuple[int, Completion | None], None, None]:
        """As `asking.replies`; a step that the server stopped inside a block is asked on, up to `bound` tokens in all,
        and comes in one piece. Where there is no room to go on, what was written is the step."""
        rule, written = self._rule, dict[int, Completion]()
        sampling = replace(self._sampling, max_step_tokens=bound)
        for turn in range(1, MAX_REQUESTS + 1):
            on = dict[int, dict[str, Any]]()
            with closing(asking.replies(bodies, self._seed, step)) as arriving:
                for slot, part in arriving:
                    prefix, before = self._prefix[slot], written.get(slot)
                    whole = part if before is None else join_replies(before, part, rule) if part else None
                    if part is None and slot in asking.full:
                        whole = before
                    left = tokens_left(whole, prefix, rule, sampling) if whole and part else 0
                    if part and before is not None and not (part.text.strip() or part.says_stop):
                        left = 0  # it has nothing more to say
                    if whole is None or not left or turn == MAX_REQUESTS:
                        yield slot, whole
                        continue
                    written[slot] = whole
                    on[slot] = self._request_body(slot, step, left, extend_prefix(prefix, whole, rule))
            if not (bodies := on):
                return

    def _request_body(
        self, slot: int, step: int, bound: int | None = None, prefix: RemotePrefix | None = None
    ) -> dict[str, Any]:
        """The request for a step of at most so many tokens, as many as are allowed unless given, after the slot's
        prefix or another."""
        assert self._dialect is not None
        bound = self._sampling.max_step_tokens if bound is None else bound
        if self._rule.kind == "tokens":
            bound = min(bound, self._rule.tokens)
        sampling = replace(self._sampling, max_step_tokens=bound)
        seed = self._request_seed(slot, step)
        before = self._prefix[slot] if prefix is None else prefix
        return step_body(self._endpoint, self._dialect, self._problem.text, before, sampling, seed, self._rule.mark)

    def _parse_step(self, slot: int, reply: Completion, bound: int) -> tuple[Step, RemotePrefix]:
        made, prefix = parse_step(reply, self._prefix[slot], self._rule, self._sampling)
        short = bound < self._sampling.max_step_tokens  # and there was no room for more
        return (replace(made, finished=True), prefix) if short and made.end == "tokens" else (made, prefix)

    def _append_given(self, slot: int, step: Step) -> RemotePrefix:
        return append_given_step(step, self._prefix[slot], self._rule)

    def _parse_completion(self, body: Mapping[str, Any]) -> Completion:
        read = read_chat if self._endpoint.route == "chat" else read_completion
        reply = read(body, self._sampling.max_step_tokens)
        # This server keeps a stop in the text: where there is none, the solution is at its end.
        return replace(reply, says_stop=reply.says_stop or self._keeps_stop)

    def _is_short(self, reply: Completion | None) -> bool:
        """Whether the server cut it before its allowed length."""
        return (
            reply is not None
            and reply.finish == "length"
            and reply.count is not None
            and reply.count < self._sampling.max_step_tokens
        )

    @property
    def _keeps_stop(self) -> bool:
        return self._dialect is not None and self._dialect.keeps_stop

    def _add_notes(
        self, asked: RequestBatch[Completion], by_slot: Mapping[int, Completion], steps: Mapping[int, Step]
    ) -> None:
        """Tell what failed or was cut short, and once what the server does not tell."""
        replies = by_slot.values()
        label, failures = self._endpoint.label, asked.failures
        self.notes += [
            f"Particle {slot} failed and writes no more: {failures[slot].reason}." for slot in sorted(failures)
        ]
        self.notes += [
            f"Particle {slot} fills the model's context and writes no more"
            + (f": {asked.full[slot].reason}." if slot in asked.full else ".")
            for slot, step in steps.items()
            if step.end == "tokens" and (slot in asked.full or self._is_short(by_slot.get(slot)))
        ]
        self.notes += [
            f"Particle {slot} was cut short by the server's content filter and writes no more."
            for slot in sorted(by_slot)
            if by_slot[slot].finish == "filter"
        ]
        self.notes += asked.notes()
        unknown = []
        if not asks_log_probs(self._endpoint, self._sampling):
            if replies:
                unknown.append(f"{label} is not asked for log-probabilities, which the reward does not read.")
        elif any(reply.log_probs is None for reply in replies):
            unknown.append(f"{label} gives no log-probabilities: they are recorded as unknown.")
        if any(reply.reasoning == "read" for reply in replies):
            unknown.append(
                f"{label} tells thoughts apart from answers: where there is no answer yet, they are the step."
            )
        if any(reply.reasoning == "left out" for reply in replies):
            unknown.append(f"{label} tells thoughts apart from answers: where there are both, they are left out.")
        if self._rule.least > 1 and any(reply.count is None for reply in replies):
            unknown.append(f"{label} counts no tokens: the least number of tokens of a step is not heeded.")
        if any(reply.ids is None for reply in replies):
            of = "one for each token" if all(reply.count for reply in replies) else ONE_PER_BYTE
            unknown.append(f"{label} gives no token ids: stand-ins from {MAX_TOKEN_ID + 1} on are recorded, {of}.")
        self.notes += [text for text in unknown if text not in self.notes]
