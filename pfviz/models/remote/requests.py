"""What is asked of a server: the body of the request that continues a solution by a step, or has a prefix scored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pfviz.models.remote.dialects import Dialect
from pfviz.models.remote.endpoint import POOLING_PATH, Endpoint
from pfviz.models.remote.parse_step import RemotePrefix
from pfviz.types import Sampling

PATHS: Mapping[str, str] = {
    "completions": "/completions",
    "chat": "/chat/completions",
    "pooling": POOLING_PATH,
}
"""Under the address of the API."""

CONTINUE_MESSAGE = "Go on with your solution exactly where it stopped. Write only what comes next; repeat nothing."
"""The request to continue, where the server cannot be told to continue a message."""

_PLACEHOLDERS = re.compile(r"\{(problem|system)\}")


def step_body(
    endpoint: Endpoint,
    dialect: Dialect,
    problem: str,
    prefix: RemotePrefix,
    sampling: Sampling,
    seed: int,
    stop: str | None = None,
) -> dict[str, Any]:
    """One more step of one solution, up to the endpoint's separator or another `stop` (empty: none), drawn from the
    model's own distribution at the temperature that is asked for: a server's own defaults (nucleus, top-k, penalties)
    are switched off, as far as it can be told to."""
    mark = endpoint.separator if stop is None else stop
    body: dict[str, Any] = {
        "model": endpoint.model,
        "max_tokens": sampling.max_step_tokens,
        "temperature": sampling.temperature,
        **({"top_p": 1.0} if dialect.top_p else {}),
        **({"seed": seed} if dialect.seed else {}),
        **({"stop": [mark]} if mark else {}),
        **dialect.fields,
    }
    if dialect.takes_ids:
        body["return_token_ids"] = True
    if dialect.name == "transformers":
        # A temperature alone does not make it sample.
        drawn = {"do_sample": sampling.temperature > 0, "top_k": 0, "top_p": 1.0, "repetition_penalty": 1.0}
        body["generation_config"] = json.dumps(drawn)
    if endpoint.route == "completions":
        # Ids as they were sampled, where they are known: the text may be cut into others.
        known = list(prefix.ids) if dialect.takes_ids and prefix.ids is not None else None
        body["prompt"] = known or fill_prompt(endpoint, problem) + prefix.text
        if asks_log_probs(endpoint, sampling):
            body["logprobs"] = 1
    else:
        body["messages"] = chat_messages(endpoint, problem)
        if asks_log_probs(endpoint, sampling):
            body |= {"logprobs": True} | ({"top_logprobs": 1} if dialect.asks_top else {})
        if prefix.text:
            body["messages"].append({"role": "assistant", "content": prefix.text})
            if dialect.continues_messages:
                body |= {"add_generation_prompt": False, "continue_final_message": True}
            else:
                body["messages"].append({"role": "user", "content": CONTINUE_MESSAGE})
    return _add_extra_fields(endpoint, body)


def asks_log_probs(endpoint: Endpoint, sampling: Sampling) -> bool:
    """Whether log-probabilities are asked for, which some servers compute slowly."""
    return sampling.log_probs if endpoint.log_probs is None else endpoint.log_probs


def score_body(endpoint: Endpoint, problem: str, solution: str) -> dict[str, Any]:
    """One prefix to score; the text that is scored ends with the solution, and so with its last separator."""
    body: dict[str, Any] = {
        "model": endpoint.model,
        "encoding_format": "float",
        "use_activation": endpoint.output == "probabilities",
    }
    if endpoint.prompt is not None:
        body["input"] = fill_prompt(endpoint, problem) + solution
    else:
        turn = {"role": "assistant", "content": solution}
        body |= {
            "messages": [*chat_messages(endpoint, problem), turn],
            "add_generation_prompt": False,
            "continue_final_message": True,
        }
    return _add_extra_fields(endpoint, body)


def judge_body(
    endpoint: Endpoint,
    system: str,
    text: str,
    *,
    max_tokens: int,
    temperature: float,
    top: int | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """A question to the model of a generator's endpoint: the user's `text` after the system's turn. `top`: the
    log-probabilities of so many likeliest tokens are asked for."""
    body: dict[str, Any] = {"model": endpoint.model, "max_tokens": max_tokens, "temperature": temperature}
    if seed is not None:
        body["seed"] = seed
    if endpoint.route == "completions":
        body["prompt"] = fill_prompt(endpoint, f"{system}\n\n{text}")
        body |= {} if top is None else {"logprobs": top}
    else:
        body["messages"] = [{"role": "system", "content": system}, {"role": "user", "content": text}]
        body |= {} if top is None else {"logprobs": True, "top_logprobs": top}
    return _add_extra_fields(endpoint, body)


def chat_messages(endpoint: Endpoint, problem: str) -> list[dict[str, str]]:
    """The turns before the solution."""
    system = [{"role": "system", "content": endpoint.system}] if endpoint.system else []
    turns = [turn for asked, solution in endpoint.examples for turn in (("user", asked), ("assistant", solution))]
    return [*system, *({"role": role, "content": content} for role, content in (*turns, ("user", problem)))]


def fill_prompt(endpoint: Endpoint, problem: str) -> str:
    """The endpoint's own prompt with the problem and the system's turn in their places."""
    texts = {"problem": problem, "system": endpoint.system or ""}
    return _PLACEHOLDERS.sub(lambda place: texts[place[1]], endpoint.prompt or "")


def _add_extra_fields(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (body | dict(endpoint.extra)).items() if value is not None}
