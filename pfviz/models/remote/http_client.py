"""One HTTP client: the requests of a step go out together, failed ones again after a pause, and nothing is trusted.

The calling side stays synchronous: `send` is an iterator over what comes back, in the order in which it comes. Closing
it cancels what is still under way, so that the server can stop writing too. No answer and no reason of a failure holds
the key that was sent.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx
import numpy as np

from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.error_text import (
    CONTEXT_STATUSES,
    error_message,
    find_error,
    redact_key,
    retry_after_seconds,
    says_context_full,
)
from pfviz.rng import derive_rng

MAX_BODY_BYTES = 8_000_000
"""Bytes of a reply that are read at most."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before the first repetition, doubled from one to the next; and the longest that is ever waited."""

RETRY_STATUSES = frozenset({408, 409, 429})
"""The refusals after which the same request may succeed; so may one that the server failed on (5xx)."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Response:
    """A JSON object from the server, and why it had to be asked more than once ("" if it had not)."""

    body: Mapping[str, Any]
    retry_reason: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed: the reason in words, and the status where there was one."""

    reason: str
    status: int | None = None
    transient: bool = False  # the same request may succeed later
    pause: float = 0.0  # seconds that the server asks to wait
    misplaced: bool = False  # there may be no API at this address
    context_full: bool = False  # what was asked for does not fit into the model's context


class Client:
    """Speaks to one endpoint. `sleep` is what waits between attempts."""

    def __init__(self, endpoint: Endpoint, sleep: Sleep = asyncio.sleep) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        self._addresses: dict[str, str] = {}  # path -> where it was found
        self._secure = httpx.create_ssl_context() if endpoint.root.startswith("https") else False

    def send(
        self,
        path: str,
        bodies: Mapping[int, Mapping[str, Any] | None],
        seed: int = 0,
        step: int = 0,
        retries: int | None = None,
    ) -> Generator[tuple[int, Response | Failure], None, None]:
        """(number, what came of it) for each request, as they come: POST with the body, GET where it is None. `path`
        stands under the address of the API; `retries` are the endpoint's unless given.

        The pauses' jitter is that of (seed, "retry", step, number). Raises `EndpointError` if there is no key to send.
        """
        if not bodies:
            return
        key = self.endpoint.read_key()
        arrived: queue.SimpleQueue[tuple[int, Response | Failure] | BaseException] = queue.SimpleQueue()
        http = self._make_http_client(key)
        loop = asyncio.new_event_loop()
        task = loop.create_task(self._send_all(http, path, bodies, key, seed, step, retries, arrived.put))

        def work() -> None:
            try:
                loop.run_until_complete(task)
            except asyncio.CancelledError:
                pass
            except BaseException as error:  # told where it is waited for
                arrived.put(error)
            finally:  # beside the task, so that no cancelling of it leaves a connection open
                loop.run_until_complete(http.aclose())
                loop.run_until_complete(loop.shutdown_asyncgens())
                loop.close()

        worker = threading.Thread(target=work, name="pfviz-requests", daemon=True)
        worker.start()
        try:
            for _ in bodies:
                item = arrived.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            with suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(task.cancel)
            worker.join()

    def list_models(self) -> list[str]:
        """The names that the server lists, at most 20; none where it does not say, asked once."""
        names = [card.get("id") for card in self.list_model_cards()[:20]]
        return [error_message(name) for name in names if isinstance(name, str)]

    def list_model_cards(self) -> list[Mapping[str, Any]]:
        """What the server says of its models; nothing where it does not, asked once."""
        ((_, answer),) = self.send("/models", {0: None}, retries=0)
        data = answer.body.get("data") if isinstance(answer, Response) else None
        return [item for item in data if isinstance(item, Mapping)] if isinstance(data, list) else []

    def _make_http_client(self, key: str | None) -> httpx.AsyncClient:
        # A compressed body would be bounded only once it is unpacked.
        headers = {"accept-encoding": "identity"} | ({"authorization": f"Bearer {key}"} if key else {})
        limits = httpx.Limits(max_connections=self.endpoint.concurrency)
        return httpx.AsyncClient(headers=headers, verify=self._secure, timeout=None, limits=limits)

    async def _send_all(
        self,
        http: httpx.AsyncClient,
        path: str,
        bodies: Mapping[int, Mapping[str, Any] | None],
        key: str | None,
        seed: int,
        step: int,
        retries: int | None,
        tell: Callable[[tuple[int, Response | Failure]], None],
    ) -> None:
        """Every request, at most `concurrency` at once."""
        gate = asyncio.Semaphore(self.endpoint.concurrency)

        async def one(number: int, body: Mapping[str, Any] | None) -> None:
            async with gate:
                rng = derive_rng(seed, "retry", step, number)
                answer = await self._retry(lambda: self._attempt_anywhere(http, path, body, key), rng, retries)
                tell((number, answer))

        async with asyncio.TaskGroup() as group:
            for number, body in bodies.items():
                group.create_task(one(number, body))

    async def _retry(
        self, attempt: Callable[[], Awaitable[Response | Failure]], rng: np.random.Generator, retries: int | None
    ) -> Response | Failure:
        """Attempts until one succeeds or no other makes sense: exponential pauses, with the second half at random."""
        most = self.endpoint.retries if retries is None else retries
        retry_reason, repetition = "", 0
        while True:
            made = await attempt()
            if isinstance(made, Response):
                return replace(made, retry_reason=retry_reason)
            if not made.transient:
                return made
            if made.pause > LONGEST_PAUSE:
                return replace(made, reason=f"{made.reason}; it asks to wait {made.pause:.0f} s")
            if repetition == most:
                return replace(made, reason=f"{made.reason} ({repetition + 1} attempts)") if most else made
            usual = min(FIRST_PAUSE * 2**repetition, LONGEST_PAUSE) * (0.5 + 0.5 * float(rng.random()))
            await self._sleep(max(usual, made.pause))
            retry_reason, repetition = made.reason, repetition + 1

    async def _attempt_anywhere(
        self, http: httpx.AsyncClient, path: str, body: Mapping[str, Any] | None, key: str | None
    ) -> Response | Failure:
        """One request to where the API is; until that is known, to each place where it may be."""
        known = self._addresses.get(path)
        first: Failure | None = None
        for address in [known] if known else self.endpoint.addresses(path):
            made = await self._attempt(http, address, body, key)
            if isinstance(made, Response):
                self._addresses[path] = address
                return made
            if not made.misplaced:
                return made
            first = first or made
        assert first is not None
        return first

    async def _attempt(
        self, http: httpx.AsyncClient, address: str, body: Mapping[str, Any] | None, key: str | None
    ) -> Response | Failure:
        """One request, from the first byte to the last."""
        try:
            async with (
                asyncio.timeout(self.endpoint.timeout),
                http.stream("GET" if body is None else "POST", address, json=body) as response,
            ):
                raw = bytearray()
                async for part in response.aiter_raw():
                    raw += part
                    if len(raw) > MAX_BODY_BYTES:
                        return Failure(f"the reply has more than {MAX_BODY_BYTES:,} bytes", response.status_code)
        except TimeoutError:
            return Failure(f"no reply within {self.endpoint.timeout:g} s", transient=True)
        except httpx.HTTPError as error:
            words = redact_key(error_message(str(error) or type(error).__name__), key)
            return Failure(f"no connection ({words})", transient=True)
        read = _parse_json(raw, key)
        status = response.status_code
        if not 200 <= status < 300:
            words = error_message(read if read is not None else redact_key(raw.decode("utf-8", "replace"), key))
            return _refusal(status, words, retry_after_seconds(response.headers.get("retry-after")))
        if not isinstance(read, Mapping):
            return Failure("the reply is no JSON object", status, transient=True, misplaced=True)
        reported = find_error(read)
        return Response(read) if reported is None else _reported_error(reported, status)


def _refusal(status: int, words: str, pause: float = 0.0) -> Failure:
    """What a status other than success says."""
    full = status in CONTEXT_STATUSES and says_context_full(words)
    return Failure(
        f"HTTP {status}: {words}" if words else f"HTTP {status}",
        status,
        # llama-cpp-python answers a field that it does not take with status 500.
        transient=(status in RETRY_STATUSES or status >= 500) and not full and "validation error" not in words.lower(),
        pause=pause,
        misplaced=status in (404, 405),
        context_full=full,
    )


def _reported_error(error: Any, status: int) -> Failure:
    """An error that was sent as a success, as gateways do whose answer had begun: by its code, if that is a status."""
    code = error.get("code") if isinstance(error, Mapping) else None
    if isinstance(code, str) and code.isdigit():
        code = int(code)
    if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600:
        return _refusal(code, error_message(error))
    words = error_message(error)
    full = says_context_full(words)
    return Failure(f"an error in the reply: {words}", status, not full, misplaced=not full, context_full=full)


def _parse_json(raw: bytearray, key: str | None) -> Any:
    """What the bytes say as strict JSON, without the key; None if they do not."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        return redact_key(json.loads(raw, parse_constant=refuse), key)
    except (ValueError, RecursionError):
        return None
