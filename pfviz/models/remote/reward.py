"""A process or outcome reward model behind vLLM's pooling endpoint: one request for each distinct new prefix.

POST /pooling with `input` (the endpoint's own prompt, and the solution) or with `messages` that end in the solution as
an assistant's turn to be continued; the solution is each step followed by the endpoint's separator, so that the text
that is scored ends with one. A prefix that is scored as a whole has line breaks between steps, and one separator.

What is understood of the reply is `data[0].data`, with C = 1 or 2 numbers of each scored position:

- a list of positions, each a list of C numbers (token-wise pooling, of every token or of the step's tags): the last
  position counts, as the text ends with the separator;
- a list of C numbers (a sequence classifier): they count.

The reward is the probability of class 1: softmax(numbers)[1] of logits where C = 2, and their sigmoid where C = 1; or,
where the endpoint's output is "probabilities", the last of the numbers itself, which must then lie in [0, 1] and, where
C = 2, add up to 1. Anything else is refused: another number of classes, base64, numbers that are not finite.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from pfviz.errors import EndpointError
from pfviz.models.remote.batch import RequestBatch
from pfviz.models.remote.endpoint import Endpoint, RewardOutput
from pfviz.models.remote.errors import fatal_error
from pfviz.models.remote.http_client import Client, Sleep
from pfviz.models.remote.requests import score_body
from pfviz.models.remote.responses import MalformedError, read_pooled
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.types import IntArray, Step

LINE_BREAK = "\n"
SUM_TOLERANCE = 0.01  # of two probabilities in half precision


class RemoteReward:
    """A reward model from an endpoint; `sleep` is what waits before a request is repeated."""

    reads_log_probs = False

    def __init__(self, endpoint: Endpoint, *, sleep: Sleep = asyncio.sleep) -> None:
        if endpoint.kind != "reward":
            raise EndpointError("kind", f"{endpoint.label} is a generator; a reward model was asked for")
        self.name = endpoint.label
        self.endpoint = endpoint
        self.client = Client(endpoint, sleep)

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RemoteRewardSession:
        """See `RewardModel.open`. Asks the server for nothing yet; raises `EndpointError` if the key is not there."""
        self.endpoint.read_key()
        return RemoteRewardSession(self, problem, particles, whole)


class RemoteRewardSession:
    """Each slot's steps so far. `notes` says what went wrong."""

    def __init__(self, reward: RemoteReward, problem: Problem, particles: int, whole: bool) -> None:
        self._endpoint = reward.endpoint
        self._client = reward.client
        self._problem = problem
        self._whole = whole
        self._prefixes: list[tuple[str, ...]] = [()] * particles
        self._calls = 0
        self.notes = [f"{self._endpoint.label} is the model {self._endpoint.model!r}, asked for pooling."]

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`: a prefix whose request fails for good has no reward (NaN). Raises `ModelError` if
        those of several particles, or of the only one, all fail, and if the server refuses every such request."""
        prefixes = {slot: (*self._prefixes[slot], step.text) for slot, step in steps.items()}
        distinct = list(dict.fromkeys(prefixes.values()))
        bodies = {place: self._request_body(prefix) for place, prefix in enumerate(distinct)}
        asking = RequestBatch(self._client, lambda body: read_reward(body, self._endpoint.output))
        with closing(asking.replies(bodies, 0, self._calls)) as arriving:
            rewards = {distinct[place]: math.nan if reward is None else reward for place, reward in arriving}
        failures = [*asking.failures.values(), *asking.full.values()]
        if failures and len(failures) == len(bodies) and (len(steps) > 1 or len(self._prefixes) == 1):
            raise fatal_error(self._client, failures[0])
        self._calls += 1
        for slot, prefix in prefixes.items():
            self._prefixes[slot] = prefix
        self.notes += [f"{self._endpoint.label} gave no reward: {failure.reason}." for failure in failures]
        self.notes += asking.notes()
        return {slot: rewards[prefix] for slot, prefix in prefixes.items()}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]

    def _request_body(self, prefix: Sequence[str]) -> dict[str, Any]:
        end = self._endpoint.separator
        # Joined by the separator itself, the steps would read as if each had been followed by it.
        between = end if not self._whole else SEPARATOR if end != SEPARATOR else LINE_BREAK
        return score_body(self._endpoint, self._problem.text, between.join(prefix) + end)


def read_reward(body: Mapping[str, Any], output: RewardOutput) -> float:
    """The reward in [0, 1] of a pooling reply; raises `MalformedError`."""
    last = read_pooled(body)
    if output == "logits":
        margin = last[1] - last[0] if len(last) == 2 else last[0]
        return 1 / (1 + math.exp(-margin)) if margin >= 0 else math.exp(margin) / (1 + math.exp(margin))
    if not all(0 <= value <= 1 for value in last) or (len(last) == 2 and abs(sum(last) - 1) > SUM_TOLERANCE):
        raise MalformedError('data[0].data: expected probabilities; for logits set the endpoint\'s output to "logits"')
    return float(last[-1])
