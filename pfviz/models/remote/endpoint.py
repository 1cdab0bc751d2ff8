"""Where a remote engine is and how it is asked.

A key is never part of an endpoint: it names the environment variable that holds the key, which is read when a request
is made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs

from pfviz.errors import EndpointError
from pfviz.models.remote.dialects import DIALECTS, DialectName
from pfviz.problems.problem import SEPARATOR
from pfviz.validation import FilledText, first_mismatch, require

ENDPOINT_PREFIX = "endpoint:"
"""What stands before an endpoint's name where models are picked by name, and in a trace."""

EndpointKind = Literal["generator", "reward"]
Api = Literal["auto", "completions", "chat", "pooling"]
DialectChoice = Literal["auto", DialectName]
RewardOutput = Literal["logits", "probabilities"]
RemoteStepKind = Literal["blank-line", "line", "sentence", "tokens"]
REMOTE_STEP_KINDS = get_args(RemoteStepKind)
"""Where a server can be asked to stop: not before something that it would have to write first."""


POOLING_PATH = "/pooling"
"""That of the API of reward models, which is vLLM's own."""

_VERSION_AT_END = re.compile(r"/v\d+[a-z0-9]*$")

_HIDDEN_FIELDS = ("url", "key_env", "extra")
"""Fields that may hold a secret: a key in an address, or one where its variable's name belongs."""


def _to_tuples(value: Any) -> Any:
    """JSON knows lists only."""
    return tuple(_to_tuples(item) for item in value) if isinstance(value, list) else value


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not (
            parts.username or parts.password or parts.query or parts.fragment
        )  # fmt: skip
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, config=ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True))
class Endpoint:
    """One model behind one address; raises `EndpointError` for a field that cannot be right.

    `prompt` is the text before a solution, with `{problem}` and, if wanted, `{system}` in it; without one the server's
    chat template makes the prompt. `extra` are further fields of every request's body (null takes a field out).
    """

    name: Annotated[
        FilledText, Field(max_length=100, description="a name of up to 100 characters"), require(str.isprintable)
    ]
    # Of the server or its API, see `addresses`.
    url: Annotated[
        str,
        Field(description="an address like http://localhost:8000, without user, password, query or fragment"),
        require(_is_address),
    ]
    model: Annotated[FilledText, Field(description="the model's name on the server")]
    kind: Annotated[EndpointKind, Field(description="one of generator, reward")] = "generator"
    api: Annotated[Api, Field(description="one of auto, completions, chat, pooling")] = "auto"
    # Whose fields are sent and understood, beside those that all know.
    dialect: Annotated[DialectChoice, Field(description=f"one of auto, {', '.join(DIALECTS)}")] = "auto"
    # Whether log-probabilities are asked for; null: where the reward reads them.
    log_probs: Annotated[bool | None, Field(description="true, false or null")] = None
    separator: Annotated[str, Field(min_length=1, description="a text that ends a step")] = SEPARATOR
    # Where steps end: at the separator, or otherwise.
    step_rule: Annotated[RemoteStepKind, Field(description=f"one of {', '.join(REMOTE_STEP_KINDS)}")] = "blank-line"
    system: Annotated[FilledText | None, Field(description="a text or null")] = None
    prompt: Annotated[
        Annotated[str, require(lambda text: "{problem}" in text)] | None,
        Field(description="a text with {problem} in it, or null"),
    ] = None
    # Problems with solutions, turns of a chat before the problem.
    examples: Annotated[
        tuple[tuple[FilledText, FilledText], ...],
        BeforeValidator(_to_tuples),
        Field(description="a list of pairs of a problem and its solution"),
    ] = ()
    # What a reward model's server answers with.
    output: Annotated[RewardOutput, Field(description="one of logits, probabilities")] = "logits"
    # Seconds for one request, first byte to last.
    timeout: Annotated[
        float, Field(gt=0, le=3600, allow_inf_nan=False, description="a number of seconds up to 3600")
    ] = 120.0
    # After the first attempt.
    retries: Annotated[int, Field(ge=0, le=20, description="an integer from 0 to 20")] = 3
    # Requests at once.
    concurrency: Annotated[int, Field(ge=1, le=1024, description="an integer from 1 to 1024")] = 32
    # In capitals, so that a key that is put here by mistake is not taken for a name, and shown.
    key_env: Annotated[
        Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]{0,99}$")] | None,
        Field(description="the name of an environment variable in capitals, or null"),
    ] = None
    extra: Annotated[Mapping[str, Any], Field(description="an object")] = field(default_factory=dict, repr=False)

    @model_validator(mode="wrap")
    @classmethod
    def _raise_endpoint_error(cls, data: Any, validate: ModelWrapValidatorHandler[Endpoint]) -> Endpoint:
        try:
            return validate(data)
        except ValidationError as error:
            named = data  # `cls` is not named below: with slots it is another class than `Endpoint`
            if isinstance(data, ArgsKwargs):
                in_order = zip((one.name for one in fields(Endpoint)), data.args, strict=False)
                named = dict(in_order) | (data.kwargs or {})
            wrong = first_mismatch(error, Endpoint, named, _HIDDEN_FIELDS)
        raise EndpointError(wrong.field, str(wrong))

    def __post_init__(self) -> None:
        allowed = ("auto", "pooling") if self.kind == "reward" else ("auto", "completions", "chat")
        if self.api not in allowed:
            raise EndpointError("api", f"api: expected {' or '.join(allowed)} for a {self.kind}; found {self.api!r}")
        if self.api == "completions" and self.prompt is None:
            raise EndpointError("prompt", "prompt: expected a text with {problem} in it, as completions need one")
        if self.prompt is not None and self.examples:
            raise EndpointError("examples", "examples: write them into the prompt, which this endpoint has of its own")

    @property
    def route(self) -> Literal["completions", "chat", "pooling"]:
        """The API that is spoken: where it is left open, completions for a generator with a prompt of its own."""
        if self.api != "auto":
            return self.api
        return "pooling" if self.kind == "reward" else "completions" if self.prompt is not None else "chat"

    @property
    def label(self) -> str:
        """Its name as a model's: what a trace records."""
        return ENDPOINT_PREFIX + self.name

    @property
    def root(self) -> str:
        """The server's address without a trailing /v1."""
        return self.url.rstrip("/").removesuffix("/v1")

    def addresses(self, path: str) -> list[str]:
        """Where a path of the API may be, the likeliest place first: under an address that ends in a version, such as
        /v1, as it stands, and else under its /v1, as it stands otherwise. vLLM has pooling beside its /v1."""
        given = self.url.rstrip("/")
        if path == POOLING_PATH:
            return list(dict.fromkeys([self.root + path, given + path]))
        given = given.removesuffix("/completions").removesuffix("/chat")
        if _VERSION_AT_END.search(given):
            return [given + path] if given.endswith("/v1") else [given + path, given + "/v1" + path]
        return [given + "/v1" + path, given + path]

    def read_key(self) -> str | None:
        """The key, read from the environment now; raises `EndpointError` if it is not there or cannot be sent."""
        if self.key_env is None:
            return None
        key = os.environ.get(self.key_env, "").strip()
        if not key:
            raise EndpointError(
                "key_env", f"{self.label} takes its key from the environment variable {self.key_env}, which is not set"
            )
        if not key.isascii() or not key.isprintable():
            raise EndpointError("key_env", f"the variable {self.key_env} holds characters that no header can carry")
        return key
