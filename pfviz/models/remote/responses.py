"""The replies of servers: completions, chat completions and pooling, checked by models: a server may send anything.

What is read of `choices[0]`: `text` or `message.content`; `finish_reason`; vLLM's `stop_reason`, `token_ids` and
`prompt_token_ids`; `logprobs`, as lists `tokens` and `token_logprobs` (completions) or as `content`, a list of objects
with `token` and `logprob` (chat). Of `usage`: `completion_tokens`. All but the text and the reason may be missing, and
fields that are not named here may hold what they like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WrapValidator

from pfviz.validation import first_mismatch, keep_first, none_if_wrong

MAX_TOKEN_ID = 2**32 - 1
"""No vocabulary is larger; the ids above are stand-ins (see `parse_step.py`)."""


class MalformedError(ValueError):
    """A reply that does not fit; the message names the field, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server wrote. None where it does not say."""

    text: str
    finish: Literal["stop", "length"]
    says_stop: bool  # whether the reply tells which stop ended it
    stop: str | int | None  # the text or token that ended it; None: the end of the sequence
    ids: tuple[int, ...] | None
    prompt_ids: tuple[int, ...] | None
    pieces: tuple[str, ...] | None  # text of each token; together they begin with `text`
    log_probs: tuple[float, ...] | None  # of each token, nats, at most 0
    count: int | None  # tokens


def replace_surrogates(text: Any) -> Any:
    """Return a text with a question mark for every lone surrogate, which no file can hold; anything else as it is."""
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else text


def _keep_objects(value: Any) -> Any:
    """Return a list of objects as it is, None for anything else: log-probabilities of a kind that nobody knows."""
    return value if isinstance(value, list) and all(isinstance(item, Mapping) for item in value) else None


def _keep_object(value: Any) -> Any:
    return value if isinstance(value, Mapping) else None


class _ReplyModel(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


_Text = Annotated[str, BeforeValidator(replace_surrogates)]
_Number = Annotated[float, Field(gt=-1e100, lt=1e100)]  # finite, and stays so when it is added to others
_TokenId = Annotated[int, Field(ge=0, le=MAX_TOKEN_ID)]
_TokenIds = Annotated[list[_TokenId], Field(fail_fast=True)]


class _Choice(_ReplyModel):
    finish_reason: Literal["stop", "length"] = Field(description='"stop" or "length"')
    stop_reason: _Text | int | None = Field(default=None, description="a text, a token id or null")
    token_ids: _TokenIds | None = Field(default=None, description="a list of token ids")


class _TokenLists(_ReplyModel):
    tokens: Annotated[list[_Text], Field(fail_fast=True)] | None = Field(default=None, description="a list of texts")
    token_logprobs: Annotated[list[_Number | None], Field(fail_fast=True)] | None = Field(
        default=None, description="a list of numbers or null"
    )


class _CompletionChoice(_Choice):
    text: _Text = Field(description="a text")
    prompt_token_ids: _TokenIds | None = Field(default=None, description="a list of token ids")
    logprobs: Annotated[_TokenLists | None, BeforeValidator(_keep_object)] = None


class _Message(_ReplyModel):
    content: _Text | None = Field(default=None, description="a text")


class _Token(_ReplyModel):
    token: _Text = Field(description="a text")
    logprob: _Number | None = Field(default=None, description="a number or null")


class _Tokens(_ReplyModel):
    content: Annotated[Annotated[list[_Token], Field(fail_fast=True)] | None, BeforeValidator(_keep_objects)] = None


class _ChatChoice(_Choice):
    message: _Message = Field(description="an object")
    logprobs: Annotated[_Tokens | None, BeforeValidator(_keep_object)] = None


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
    (choice,), told = reply.choices, reply.choices[0].logprobs or _TokenLists()
    return _build_completion(choice, choice.text, choice.prompt_token_ids, told, reply.usage, most)


def read_chat(body: Mapping[str, Any], most: int) -> Completion:
    """Return the same of POST /v1/chat/completions. A content of null is an empty one."""
    reply = _validate(_ChatReply, body)
    (choice,), told = reply.choices, _TokenLists()
    if choice.logprobs is not None and choice.logprobs.content is not None:
        listed = choice.logprobs.content
        told = _TokenLists(tokens=[one.token for one in listed], token_logprobs=[one.logprob for one in listed])
    return _build_completion(choice, choice.message.content or "", None, told, reply.usage, most)


def read_pooled(body: Mapping[str, Any]) -> Sequence[float]:
    """Return the one or two numbers that POST /pooling replied of the last position; raises `MalformedError`."""
    return _validate(_PoolingReply, body).data[0].data


def _build_completion(
    choice: _Choice,
    text: str,
    prompt_ids: Sequence[int] | None,
    told: _TokenLists,
    usage: _Usage | None,
    most: int,
) -> Completion:
    # A log-probability of null (a token of the prompt, or none kept) says that the step has none.
    numbers = [value for value in told.token_logprobs or () if value is not None]
    numbers = numbers if len(numbers) == len(told.token_logprobs or ()) else []
    pieces, ids = told.tokens, choice.token_ids
    counts = [len(found) for found in (ids, pieces, numbers) if found]
    if counts and max(counts) > most:
        raise MalformedError(f"choices[0]: expected at most {most} tokens, as was asked; found {max(counts)}")
    count = usage.completion_tokens if usage is not None else None
    return Completion(
        text=text,
        finish=choice.finish_reason,
        says_stop="stop_reason" in choice.model_fields_set,
        stop=choice.stop_reason,
        ids=tuple(ids) if ids else None,
        prompt_ids=tuple(prompt_ids) if prompt_ids else None,
        # A token that is part of a character has a text of its own kind, and then nothing can be cut by it.
        pieces=tuple(pieces) if pieces and len(pieces) == counts[0] and "".join(pieces).startswith(text) else None,
        log_probs=tuple(min(0.0, value) for value in numbers) if numbers else None,
        count=counts[0] if counts else count or None,
    )
