"""Which dialect a server speaks: found out by asking it for one token, in one dialect after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pfviz.models.remote.dialects import DIALECTS, TRIED_IN_ORDER, Dialect, DialectName
from pfviz.models.remote.errors import fatal_error
from pfviz.models.remote.http_client import Client, Failure, Response
from pfviz.models.remote.requests import PATHS
from pfviz.text import shorten

REFUSALS = frozenset({400, 422, 500, 501})
"""Statuses with which servers refuse a field; llama-cpp-python fails on one that is out of its range (500)."""

MOST_WORDS = 120
"""Characters of a refusal that a note repeats."""

SIGNS_OF_VLLM = ("stop_reason", "token_ids", "matched_stop")
"""Fields of a choice that only servers of vLLM's family (SGLang among them) have."""

LLAMA_CPP_OWNERS: Mapping[str, DialectName] = {"llamacpp": "llama.cpp", "me": "llama-cpp-python"}
"""What the two servers that take llama.cpp's fields call the owner of their models."""

_OWN_SAMPLERS = "its own top-k, min-p and penalties, if it has any, may be part of what is drawn"

StepRequest = Callable[[Dialect], Mapping[str, Any]]
"""The body of a request in a dialect."""


@dataclass(frozen=True, slots=True)
class FoundDialect:
    """The dialect to speak and, where it is not the first one, a sentence that says why. One that is not `confirmed`
    was not asked for successfully: the server is down, or refuses whatever it is asked."""

    dialect: Dialect
    note: str = ""
    confirmed: bool = True


def find_dialect(client: Client, request: StepRequest) -> FoundDialect:
    """The first dialect that the server takes. Raises `EndpointError` if there is no key to send, and `ModelError` for
    a request that is refused in the plainest of words: what is wrong is none of its fields."""
    first = DIALECTS[TRIED_IN_ORDER[0]]
    refusal, ignoring = None, False
    for name in TRIED_IN_ORDER:
        answer = _ask(client, request(DIALECTS[name]))
        if isinstance(answer, Failure):
            if ignoring or answer.status not in REFUSALS:
                break
            if name == TRIED_IN_ORDER[-1] and answer.status < 500:
                raise fatal_error(client, answer)
            refusal = refusal or answer
        elif name != first.name:
            return _confirm_other(client, request, DIALECTS[name], refusal)
        elif _has_signs_of_vllm(answer.body):
            return FoundDialect(first)
        else:
            ignoring = True
    if not ignoring:
        return FoundDialect(first, confirmed=False)
    return FoundDialect(
        first, f"{client.endpoint.label} takes the fields of vLLM but gives no sign of knowing them: {_OWN_SAMPLERS}."
    )


def _confirm_other(client: Client, request: StepRequest, dialect: Dialect, refusal: Failure | None) -> FoundDialect:
    """The dialect that was taken, unless the server only stumbled when it was asked in the first one."""
    if refusal is not None and refusal.transient and isinstance(
        _ask(client, request(DIALECTS[TRIED_IN_ORDER[0]])), Response
    ):  # fmt: skip
        return FoundDialect(DIALECTS[TRIED_IN_ORDER[0]])
    known = _name_llama_cpp_server(client) if dialect.name == "llama.cpp" else None
    dialect = DIALECTS[known] if known else dialect
    reason = (
        f"refuses the fields of vLLM ({shorten(refusal.reason, MOST_WORDS)})"
        if refusal
        else "gives no sign of knowing vLLM's fields"
    )
    clauses = [f"{client.endpoint.label} {reason}: it is asked in the dialect {dialect.name}"]
    if not dialect.neutral or (refusal is None and known is None):
        clauses.append(_OWN_SAMPLERS)
    if client.endpoint.route == "chat" and not dialect.continues_messages:
        clauses.append("it continues no message, so the solution so far is a turn of its own, and another asks on")
    return FoundDialect(dialect, "; ".join(clauses) + ".")


def _ask(client: Client, body: Mapping[str, Any]) -> Response | Failure:
    ((_, answer),) = client.send(PATHS[client.endpoint.route], {0: body}, retries=0)
    return answer


def _has_signs_of_vllm(body: Mapping[str, Any]) -> bool:
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, Mapping) and any(name in first for name in SIGNS_OF_VLLM)


def _name_llama_cpp_server(client: Client) -> DialectName | None:
    """Which of the two servers of llama.cpp it is by its list of models; None where it is neither."""
    owners = {str(card.get("owned_by")) for card in client.list_model_cards()}
    return LLAMA_CPP_OWNERS.get(owners.pop()) if len(owners) == 1 else None
