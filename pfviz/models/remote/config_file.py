"""The file in which an operator describes the endpoints: JSON, named by the environment variable PFVIZ_ENDPOINTS.

docs/endpoints.md describes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pfviz.errors import EndpointError
from pfviz.models.remote.endpoint import ENDPOINT_PREFIX, Endpoint, EndpointKind

ENDPOINTS_VARIABLE = "PFVIZ_ENDPOINTS"
MAX_FILE_BYTES = 1_000_000  # bytes


def read_endpoints(path: Path) -> dict[str, Endpoint]:
    """The endpoints of a file by name: a list of objects, or an object of objects by name.

    Raises:
        EndpointError: the file is not there or damaged; the message names it, the entry and the field.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise EndpointError(None, f"{path}: a file of endpoints has at most {MAX_FILE_BYTES:,} bytes")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EndpointError(
            None, f"{path}: the file that {ENDPOINTS_VARIABLE} names cannot be read: {error.strerror}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise EndpointError(None, f"{path}: not JSON ({str(error)[:100]})") from error
    if isinstance(found, Mapping):
        found = [{"name": name, **entry} if isinstance(entry, Mapping) else entry for name, entry in found.items()]
    if not isinstance(found, list):
        raise EndpointError(None, f"{path}: expected a list of endpoints, or an object of them by name")
    endpoints: dict[str, Endpoint] = {}
    for place, entry in enumerate(found, start=1):
        where = f"{path}, endpoint {place}"
        if not isinstance(entry, Mapping):
            raise EndpointError(None, f"{where}: expected an object")
        try:
            endpoint = Endpoint(**entry)
        except EndpointError as error:
            raise EndpointError(error.field, f"{where}, {error}") from None
        if endpoint.name in endpoints:
            raise EndpointError("name", f"{where}, name: {endpoint.name!r} stands there twice")
        endpoints[endpoint.name] = endpoint
    return endpoints


def configured_endpoints() -> list[Endpoint]:
    """All endpoints of the operator's file; none without one. Raises `EndpointError` as `read_endpoints`."""
    file = os.environ.get(ENDPOINTS_VARIABLE)
    return list(read_endpoints(Path(file)).values()) if file else []


def find_endpoint(label: str, kind: EndpointKind) -> Endpoint:
    """The configured endpoint of a label, `endpoint:NAME`; raises `EndpointError` naming those that there are."""
    file, name = os.environ.get(ENDPOINTS_VARIABLE), label.removeprefix(ENDPOINT_PREFIX)
    if not file:
        raise EndpointError(
            None, f"{label!r} needs a file of endpoints: let {ENDPOINTS_VARIABLE} name it (docs/endpoints.md)."
        )
    endpoints = read_endpoints(Path(file))
    if name not in endpoints or endpoints[name].kind != kind:
        there = ", ".join(ENDPOINT_PREFIX + e.name for e in endpoints.values() if e.kind == kind) or "none"
        raise EndpointError(None, f"{file} has no {kind} named {name!r}. Endpoints of that kind: {there}.")
    return endpoints[name]
