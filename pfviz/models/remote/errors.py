"""What is said of an endpoint that fails for good: the error that ends a run."""

from __future__ import annotations

from pfviz.errors import ModelError
from pfviz.models.remote.http_client import Client, Failure

FINAL_STATUSES = frozenset({401, 403, 404, 405})
"""Refusals that every other request would meet with too: no access, no such model, no such API."""


def is_final(failure: Failure) -> bool:
    """Whether no other request has a chance."""
    return failure.status in FINAL_STATUSES


def fatal_error(client: Client, failure: Failure) -> ModelError:
    """The error that ends a run: which endpoint and model, what the server says, and what could be done."""
    endpoint = client.endpoint
    told = f"The endpoint {endpoint.name!r} cannot serve the model {endpoint.model!r}: {failure.reason}."
    if failure.status in (401, 403):
        key = f"the key in {endpoint.key_env}" if endpoint.key_env else "whether it needs a key (key_env)"
        return ModelError(f"{told} Check {key}.")
    if failure.status is None or (failure.transient and failure.status >= 300):
        return ModelError(f"{told} Check that the server is up and has the capacity.")
    if failure.status < 300:
        return ModelError(f"{told} Check that the address is that of an API of the kind {endpoint.route!r}.")
    models = client.list_models()
    listed = f"It lists: {', '.join(models)}." if models else "It lists no models: check its address and its API."
    unknown = endpoint.dialect != "auto" and failure.status in (400, 422, 500) and endpoint.kind == "generator"
    hint = f" If it refuses fields of its dialect, {endpoint.dialect}, leave that out of its entry." if unknown else ""
    return ModelError(f"{told} {listed}{hint}")
