"""The replies of servers: completions, chat completions and pooling, checked by models: a server may send anything.

What is read of `choices[0]`: `text` or `message.content`, a text or a list of parts; where a message has none,
`message.reasoning_content` or `message.reasoning`; `finish_reason`; vLLM's `stop_reason`, `token_ids` and
`prompt_token_ids`; `logprobs`, as lists `tokens` and `token_logprobs` or as `content`, a list of objects with `token`
and `logprob`. Of `usage`: `completion_tokens`. All but the text may be missing, and fields that are not named here may
hold what they like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WrapValidator

from pfviz.validation import first_mismatch, keep_first, none_if_wrong

MAX_TOKEN_ID = 2**32 - 1
"""No vocabulary is larger; the ids above are stand-ins (see `parse_step.py`)."""


FinishReason = Literal[
    "stop",
    "length", "max_tokens", "model_length",
    "eos", "eos_token", "end_turn", "tool_calls", "function_call",
    "stop_sequence",
    "content_filter",
]  # fmt: skip
"""Why servers stop, in the words of OpenAI (`stop` leaves open at what), TGI, Mistral, Anthropic and gateways to them.
A model that calls a tool has ended its turn."""


class MalformedError(ValueError):
    """A reply that does not fit; the message names the field, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server wrote. None where it does not say."""

    text: str
    finish: Literal["stop", "length", "filter"]
    says_stop: bool  # whether the reply tells which stop ended it
    stop: str | int | None  # the text or token that ended it; None: the end of the sequence
    ids: tuple[int, ...] | None
    prompt_ids: tuple[int, ...] | None
    pieces: tuple[str, ...] | None  # text of each token; together they begin with `text`
    log_probs: tuple[float, ...] | None  # of each token, nats, at most 0
    count: int | None  # tokens
    passed: int = 0  # characters in which no step ended, as it was asked for more
    reasoning: Literal["", "read", "left out"] = ""  # what became of a text that was told apart from the answer


def replace_surrogates(text: Any) -> Any:
    """Return a text with a question mark for every lone surrogate, which no file can hold; anything else as it is."""
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else text


def _keep_objects(value: Any) -> Any:
    """Return a list of objects as it is, None for anything else: log-probabilities of a kind that nobody knows."""
    return value if isinstance(value, list) and all(isinstance(item, Mapping) for item in value) else None


def _keep_object(value: Any) -> Any:
    return value if isinstance(value, Mapping) else None


def _keep_text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _fold_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _join_parts(value: Any) -> Any:
    """Return the texts of a list of parts as one; parts of other kinds, such as thoughts, have none."""
    if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
        return value
    return "".join(part["text"] for part in value if isinstance(part.get("text"), str))


class _ReplyModel(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


_Text = Annotated[str, BeforeValidator(replace_surrogates)]
_Number = Annotated[float, Field(gt=-1e100, lt=1e100)]  # finite, and stays so when it is added to others
_TokenId = Annotated[int, Field(ge=0, le=MAX_TOKEN_ID)]
_TokenIds = Annotated[list[_TokenId], Field(fail_fast=True)]


class _TopToken(_ReplyModel):
    token: _Text = Field(description="a text")
    logprob: _Number = Field(description="a number")


class _Token(_ReplyModel):
    token: _Text = Field(description="a text")
    logprob: _Number | None = Field(default=None, description="a number or null")
    top_logprobs: Annotated[list[_TopToken] | None, WrapValidator(none_if_wrong)] = None


def _add_log_probs(first: float | None, second: float) -> float:
    return second if first is None else math.log(math.exp(first) + math.exp(second))


class _LogProbs(_ReplyModel):
    tokens: Annotated[list[_Text], Field(fail_fast=True)] | None = Field(default=None, description="a list of texts")
    token_logprobs: Annotated[list[_Number | None], Field(fail_fast=True)] | None = Field(
        default=None, description="a list of numbers or null"
    )
    top_logprobs: Annotated[list[dict[str, _Number] | None] | None, WrapValidator(none_if_wrong)] = None
    content: Annotated[Annotated[list[_Token], Field(fail_fast=True)] | None, BeforeValidator(_keep_objects)] = None

    def at_first(self) -> dict[str, float]:
        """The likeliest tokens in the place of the first one, with their log-probabilities; none where none came."""
        if self.content is not None:
            top = self.content[0].top_logprobs or [] if self.content else []
            found: dict[str, float] = {}
            for one in top:  # two tokens may have one text
                found[one.token] = _add_log_probs(found.get(one.token), one.logprob)
            return found
        return dict((self.top_logprobs or [None])[0] or {})

    def by_token(self) -> tuple[Sequence[str], Sequence[float | None]]:
        """The tokens' texts and log-probabilities, in whichever form they came."""
        if self.content is not None:
            return [one.token for one in self.content], [one.logprob for one in self.content]
        return self.tokens or [], self.token_logprobs or []


_NO_LOG_PROBS = _LogProbs()


class _Choice(_ReplyModel):
    finish_reason: Annotated[FinishReason | None, BeforeValidator(_fold_case)] = Field(
        default=None, description='"stop" or "length"'
    )
    stop_reason: _Text | int | None = Field(default=None, description="a text, a token id or null")
    token_ids: _TokenIds | None = Field(default=None, description="a list of token ids")
    logprobs: Annotated[_LogProbs | None, BeforeValidator(_keep_object)] = None


class _CompletionChoice(_Choice):
    text: _Text = Field(description="a text")
    prompt_token_ids: _TokenIds | None = Field(default=None, description="a list of token ids")


class _Message(_ReplyModel):
    content: Annotated[_Text | None, BeforeValidator(_join_parts)] = Field(default=None, description="a text")
    reasoning_content: Annotated[_Text | None, BeforeValidator(_keep_text)] = None
    reasoning: Annotated[_Text | None, BeforeValidator(_keep_text)] = None


class _ChatChoice(_Choice):
    message: _Message = Field(description="an object")


class _Usage(_ReplyModel):
    completion_tokens: _TokenId | None = None


class _Reply(_ReplyModel):
    usage: Annotated[_Usage | None, WrapValidator(none_if_wrong)] = None


class _CompletionReply(_Reply):
    choices: Annotated[list[_CompletionChoice], BeforeValidator(keep_first)] = Field(
        min_length=1, description="a list of objects"
    )


class _ChatReply(_Reply):
    choices: Annotated[list[_ChatChoice], BeforeValidator(keep_first)] = Field(
        min_length=1, description="a list of objects"
    )


def _keep_last_position(value: Any) -> Any:
    """Return the numbers of the last position of a list of positions; anything else as it is."""
    return value[-1] if isinstance(value, list) and value and isinstance(value[-1], list) else value


class _Pooled(_ReplyModel):
    data: Annotated[list[_Number], BeforeValidator(_keep_last_position)] = Field(
        min_length=1,
        max_length=2,
        description="1 or 2 finite numbers for each position, or for the whole text (from a classifier of one or two "
        "classes, whose task is token_classify or classify)",
    )


class _PoolingReply(_ReplyModel):
    data: Annotated[list[_Pooled], BeforeValidator(keep_first)] = Field(
        min_length=1, description="a list of objects with data"
    )


Model = TypeVar("Model", bound=BaseModel)


def _validate(model: type[Model], body: Mapping[str, Any]) -> Model:
    """Return the reply as that model; raises `MalformedError`."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise MalformedError(str(first_mismatch(error, model, body))) from None


def read_completion(body: Mapping[str, Any], most: int) -> Completion:
    """Return what POST /v1/completions replied, asked for at most so many tokens; raises `MalformedError`."""
    reply = _validate(_CompletionReply, body)
    (choice,) = reply.choices
    return _build_completion(choice, choice.text, choice.prompt_token_ids, reply.usage, most)


def read_chat(body: Mapping[str, Any], most: int) -> Completion:
    """Return the same of POST /v1/chat/completions. A content of null is an empty one, unless the model is thinking
    still: then its thoughts are what it wrote."""
    reply = _validate(_ChatReply, body)
    (choice,) = reply.choices
    message = choice.message
    thoughts = message.reasoning_content or message.reasoning or ""
    made = _build_completion(choice, message.content or thoughts, None, reply.usage, most)
    return replace(made, reasoning="" if not thoughts else "left out" if message.content else "read")


def read_first_token(body: Mapping[str, Any]) -> dict[str, float]:
    """Return the likeliest first tokens of either kind of reply, by their texts, with their log-probabilities (nats, at
    most 0); none where the server tells none. Raises `MalformedError`."""
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if isinstance(first, Mapping) and "text" in first:
        found = _validate(_CompletionReply, body).choices[0].logprobs
    else:
        found = _validate(_ChatReply, body).choices[0].logprobs
    return {token: min(0.0, value) for token, value in (found or _NO_LOG_PROBS).at_first().items()}


def read_pooled(body: Mapping[str, Any]) -> Sequence[float]:
    """Return the one or two numbers that POST /pooling replied of the last position; raises `MalformedError`."""
    return _validate(_PoolingReply, body).data[0].data


def _build_completion(
    choice: _Choice, text: str, prompt_ids: Sequence[int] | None, usage: _Usage | None, most: int
) -> Completion:
    pieces, told = (choice.logprobs or _NO_LOG_PROBS).by_token()
    # A log-probability of null (a token of the prompt, or none kept) says that the step has none.
    numbers = [value for value in told if value is not None]
    numbers = numbers if len(numbers) == len(told) else []
    ids = choice.token_ids
    counts = [len(found) for found in (ids, pieces, numbers) if found]
    if counts and max(counts) > most:
        raise MalformedError(f"choices[0]: expected at most {most} tokens, as was asked; found {max(counts)}")
    count = usage.completion_tokens if usage is not None else None
    finish, says_stop, stop = _read_finish(choice)
    return Completion(
        text=text,
        finish=finish,
        says_stop=says_stop,
        stop=stop,
        ids=tuple(ids) if ids else None,
        prompt_ids=tuple(prompt_ids) if prompt_ids else None,
        # A token that is part of a character has a text of its own kind, and then nothing can be cut by it.
        pieces=tuple(pieces) if pieces and len(pieces) == counts[0] and "".join(pieces).startswith(text) else None,
        log_probs=tuple(min(0.0, value) for value in numbers) if numbers else None,
        count=counts[0] if counts else count or None,
    )


def _read_finish(choice: _Choice) -> tuple[Literal["stop", "length", "filter"], bool, str | int | None]:
    """Why the text ended, whether the server tells at what, and at what; see `Completion`."""
    match choice.finish_reason:
        case "length" | "max_tokens" | "model_length":
            return "length", False, None
        case "content_filter":
            return "filter", False, None
        case "stop" | None:
            return "stop", "stop_reason" in choice.model_fields_set, choice.stop_reason
        case "stop_sequence":
            return "stop", choice.stop_reason is not None, choice.stop_reason
        case _:
            return "stop", True, None
