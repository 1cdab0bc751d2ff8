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
from pfviz.models.remote.error_text import error_message, redact_key, retry_after_seconds
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


class Client:
    """Speaks to one endpoint. `sleep` is what waits between attempts."""

    def __init__(self, endpoint: Endpoint, sleep: Sleep = asyncio.sleep) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        self._secure = httpx.create_ssl_context() if endpoint.root.startswith("https") else False

    def send(
        self, path: str, bodies: Mapping[int, Mapping[str, Any] | None], seed: int = 0, step: int = 0
    ) -> Generator[tuple[int, Response | Failure], None, None]:
        """(number, what came of it) for each request, as they come: POST with the body, GET where it is None.

        The pauses' jitter is that of (seed, "retry", step, number). Raises `EndpointError` if there is no key to send.
        """
        if not bodies:
            return
        key = self.endpoint.read_key()
        arrived: queue.SimpleQueue[tuple[int, Response | Failure] | BaseException] = queue.SimpleQueue()
        http = self._make_http_client(key)
        loop = asyncio.new_event_loop()
        task = loop.create_task(self._send_all(http, path, bodies, key, seed, step, arrived.put))

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
        ((_, answer),) = Client(replace(self.endpoint, retries=0)).send("/v1/models", {0: None})
        data = answer.body.get("data") if isinstance(answer, Response) else None
        ids = [item.get("id") for item in data if isinstance(item, Mapping)] if isinstance(data, list) else []
        return [error_message(name) for name in ids[:20] if isinstance(name, str)]

    def _make_http_client(self, key: str | None) -> httpx.AsyncClient:
        # A compressed body would be bounded only once it is unpacked.
        headers = {"accept-encoding": "identity"} | ({"authorization": f"Bearer {key}"} if key else {})
        limits = httpx.Limits(max_connections=self.endpoint.concurrency)
        return httpx.AsyncClient(
            base_url=self.endpoint.root, headers=headers, verify=self._secure, timeout=None, limits=limits
        )

    async def _send_all(
        self,
        http: httpx.AsyncClient,
        path: str,
        bodies: Mapping[int, Mapping[str, Any] | None],
        key: str | None,
        seed: int,
        step: int,
        tell: Callable[[tuple[int, Response | Failure]], None],
    ) -> None:
        """Every request, at most `concurrency` at once."""
        gate = asyncio.Semaphore(self.endpoint.concurrency)

        async def one(number: int, body: Mapping[str, Any] | None) -> None:
            async with gate:
                rng = derive_rng(seed, "retry", step, number)
                answer = await self._retry(lambda: self._attempt(http, path, body, key), rng)
                tell((number, answer))

        async with asyncio.TaskGroup() as group:
            for number, body in bodies.items():
                group.create_task(one(number, body))

    async def _retry(
        self, attempt: Callable[[], Awaitable[Response | Failure]], rng: np.random.Generator
    ) -> Response | Failure:
        """Attempts until one succeeds or no other makes sense: exponential pauses, with the second half at random."""
        retry_reason, repetition = "", 0
        while True:
            made = await attempt()
            if isinstance(made, Response):
                return replace(made, retry_reason=retry_reason)
            if not made.transient:
                return made
            if made.pause > LONGEST_PAUSE:
                return replace(made, reason=f"{made.reason}; it asks to wait {made.pause:.0f} s")
            if repetition == self.endpoint.retries:
                return replace(made, reason=f"{made.reason} ({repetition + 1} attempts)")
            usual = min(FIRST_PAUSE * 2**repetition, LONGEST_PAUSE) * (0.5 + 0.5 * float(rng.random()))
            await self._sleep(max(usual, made.pause))
            retry_reason, repetition = made.reason, repetition + 1

    async def _attempt(
        self, http: httpx.AsyncClient, path: str, body: Mapping[str, Any] | None, key: str | None
    ) -> Response | Failure:
        """One request, from the first byte to the last."""
        try:
            async with (
                asyncio.timeout(self.endpoint.timeout),
                http.stream("GET" if body is None else "POST", path, json=body) as response,
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
        status = response.status_code
        read = _parse_json(raw, key)
        if not 200 <= status < 300:
            words = error_message(read if read is not None else redact_key(raw.decode("utf-8", "replace"), key))
            reason = f"HTTP {status}: {words}" if words else f"HTTP {status}"
            again = status in RETRY_STATUSES or status >= 500
            return Failure(reason, status, again, retry_after_seconds(response.headers.get("retry-after")))
        if not isinstance(read, Mapping):
            return Failure("the reply is no JSON object", status, transient=True)
        return Response(read)


def _parse_json(raw: bytearray, key: str | None) -> Any:
    """What the bytes say as strict JSON, without the key; None if they do not."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        return redact_key(json.loads(raw, parse_constant=refuse), key)
    except (ValueError, RecursionError):
        return None
