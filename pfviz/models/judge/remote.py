"""A chat model behind an OpenAI-compatible address as a judge: one request for each distinct new prefix.

Without votes one token is asked for, with the log-probabilities of the 20 likeliest ones in its place; those that say
Yes and those that say No are added up. A word that is not among them counts as the least likely of them, which is more
than it can have. A server that gives no log-probabilities is refused, with the advice to take votes. With K votes, K
judgements are written, see `votes.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.judge.prompt import DEFAULT_VOTES, NAME, JudgePrompt
from pfviz.models.judge.verdicts import MAX_TOKENS, TEMPERATURE, describe_votes, read_verdict, share_of_votes
from pfviz.models.remote.batch import RequestBatch
from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.errors import fatal_error
from pfviz.models.remote.http_client import Client
from pfviz.models.remote.requests import judge_body
from pfviz.models.remote.responses import read_chat, read_completion, read_first_token
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.rng import derive_text_rng
from pfviz.types import IntArray, Step

Prefix = tuple[str, ...]
TOP_TOKENS = 20  # as many as OpenAI's API gives
_WORDS = ("yes", "no")


class RemoteJudge:
    """A reward model from a generator's endpoint."""

    reads_log_probs = False

    def __init__(self, endpoint: Endpoint, client: Client, name: str, prompt: JudgePrompt, votes: int) -> None:
        self.name = name
        self.endpoint = endpoint
        self.client = client
        self.prompt = prompt
        self.votes = votes

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RemoteJudgeSession:
        """See `RewardModel.open`. Asks the server for nothing yet; raises `EndpointError` if the key is not there."""
        self.endpoint.read_key()
        return RemoteJudgeSession(self, problem, particles, whole)


class RemoteJudgeSession:
    """Each slot's steps so far. `notes` says what went wrong, and the votes."""

    def __init__(self, judge: RemoteJudge, problem: Problem, particles: int, whole: bool) -> None:
        self._judge = judge
        self._problem = problem
        self._whole = whole
        self._prefixes: list[Prefix] = [()] * particles
        self._calls = 0
        self.notes = [f"{judge.endpoint.label} is the model {judge.endpoint.model!r}, asked to judge."]

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`: a prefix whose request fails for good has no reward (NaN). Raises `ModelError` if
        all fail, if the server refuses every such request, and if it gives no log-probabilities where they are read."""
        prefixes = {slot: (*self._prefixes[slot], step.text) for slot, step in steps.items()}
        distinct = list(dict.fromkeys(prefixes.values()))
        rewards = dict(zip(distinct, self._ask(distinct), strict=True))
        self._calls += 1
        for slot, prefix in prefixes.items():
            self._prefixes[slot] = prefix
        return {slot: rewards[prefix] for slot, prefix in prefixes.items()}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]

    def _ask(self, prefixes: list[Prefix]) -> list[float]:
        votes = self._judge.votes
        bodies = {
            place * max(votes, 1) + vote: self._request_body(prefix, vote)
            for place, prefix in enumerate(prefixes)
            for vote in range(max(votes, 1))
        }
        asking = RequestBatch(self._judge.client, self._parse_vote if votes else read_first_token)
        with closing(asking.replies(bodies, 0, self._calls)) as arriving:
            found: dict[int, Any] = dict(arriving)
        failures = [*asking.failures.values(), *asking.full.values()]
        if failures and len(failures) == len(bodies):
            raise fatal_error(self._judge.client, failures[0])
        label = self._judge.endpoint.label
        self.notes += [f"{label} gave no judgement: {failure.reason}." for failure in failures]
        self.notes += asking.notes()
        if not votes:
            return [self._read_odds(found[place]) for place in range(len(prefixes))]
        verdicts = [
            [None if (text := found[place * votes + vote]) is None else read_verdict(text) for vote in range(votes)]
            for place in range(len(prefixes))
        ]
        if verdicts:
            self.notes.append(describe_votes(self._judge.name, verdicts))
        return [share_of_votes(some) for some in verdicts]

    def _request_body(self, prefix: Prefix, vote: int) -> dict[str, Any]:
        prompt, votes = self._judge.prompt, self._judge.votes
        question = prompt.reasoning if votes else prompt.whole_question if self._whole else prompt.question
        solution = "".join(text.strip() + SEPARATOR for text in prefix)
        text = prompt.problem + self._problem.text.strip() + prompt.solution + solution + question
        if not votes:
            return judge_body(self._judge.endpoint, prompt.system, text, max_tokens=1, temperature=0.0, top=TOP_TOKENS)
        content = json.dumps([self._problem.text, *prefix])
        seed = int(derive_text_rng(0, f"vote {vote} of {self._judge.name}", content).integers(2**31))
        return judge_body(
            self._judge.endpoint, prompt.system, text, max_tokens=MAX_TOKENS, temperature=TEMPERATURE, seed=seed
        )

    def _parse_vote(self, body: Mapping[str, Any]) -> str:
        read = read_chat if self._judge.endpoint.route == "chat" else read_completion
        return read(body, MAX_TOKENS).text

    def _read_odds(self, top: Mapping[str, float] | None) -> float:
        """p(Yes) / (p(Yes) + p(No)) of the likeliest first tokens; NaN of a request that failed."""
        if top is None:
            return math.nan
        if not top:
            raise ModelError(
                f"{self._judge.endpoint.label} gives no log-probabilities of the likeliest tokens, from which a judge "
                f"is read. Take votes instead: {NAME}-{DEFAULT_VOTES}."
            )
        mass = {word: sum(math.exp(p) for token, p in top.items() if token.strip().lower() == word) for word in _WORDS}
        if not any(mass.values()):
            said = max(top, key=lambda token: top[token])
            self.notes.append(f"{self._judge.endpoint.label} answered neither Yes nor No, but {said[:20]!r}.")
            return math.nan
        least = math.exp(min(top.values()))
        yes, no = (mass[word] or least for word in _WORDS)
        return yes / (yes + no)
