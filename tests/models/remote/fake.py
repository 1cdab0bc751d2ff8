"""A small server on the loopback that plays the APIs over a finite language, and misbehaves where a test asks for it.

The language: a step is letters, "a" or "b", and its separator; before a step the solution may end. Ids: 0 and 1 are the
letters, 2 the separator, 3 the end; a prompt's character c is 100 + ord(c). What is drawn follows from the request's
seed and the text before it alone.
"""

from __future__ import annotations

import json
import math
import select
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.generator import PROBE_TEXT
from pfviz.models.remote.responses import MAX_TOKEN_ID
from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng

PIECES = ("a", "b", "\n\n", "<end>")
SEPARATOR, END = 2, 3
PROMPT = "{system}Q: {problem}\nA: "
MODEL = "toy-model"


def probabilities(text: str) -> list[float]:
    """Of each token after a solution so far."""
    return [0.4, 0.4, 0.0, 0.2] if not text or text.endswith("\n\n") else [0.2, 0.1, 0.7, 0.0]


def text_of(ids: Sequence[int]) -> str:
    return "".join(PIECES[i] for i in ids if i != END)


def scratch(problem: Problem, prefix: Sequence[int], ids: Sequence[int]) -> float:
    """The log-probability of a step's ids, the server's own or stand-ins, after those of the steps before it."""
    stand_ins = {MAX_TOKEN_ID + 1 + zlib.crc32(piece.encode()): i for i, piece in enumerate(PIECES)}
    before, step = ([stand_ins.get(i, i) for i in given] for given in (prefix, ids))
    return sum(math.log(probabilities(text_of(before + step[:k]))[i]) for k, i in enumerate(step))


def seed_of(run: int, step: int, slot: int) -> int:
    """The seed of the request that the generator makes for a slot's step."""
    return int(derive_rng(run, "tokens", step, slot).integers(2**31))


@dataclass(frozen=True)
class Odd:
    """A reply that is not what the API says."""

    status: int = 500
    body: bytes = b'{"error": {"message": "boom"}}'
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    missing: int = 0  # bytes that are announced and never sent


NOT_THERE = Odd(404, b'{"detail": "Not Found"}')


@dataclass
class Fake:
    """A running server. `odd(path, body, turn)` may put another reply in the place of the right one; `turn` counts the
    times that this very request was made."""

    url: str = ""
    odd: Callable[[str, Any, int], Odd | None] = lambda path, body, turn: None
    extended: bool = True  # whether it knows what vLLM knows
    continues: bool | None = None  # whether it continues a message; None: as it is extended
    speak: Callable[[dict[str, Any], bool, bool], None] = lambda choice, ended, length: None  # change a choice
    owner: str | None = None  # of its models, as it lists them
    base: str = "/v1"  # of its API
    usage: bool = True
    log_probs: bool = True
    asks_top: bool = False  # tells those of a chat only beside the likeliest tokens'
    pause: float = 0.0
    asked: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    busiest: int = 0
    busy: int = 0
    hung_up: int = 0  # clients that did not wait for a reply
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def endpoint(self, **changes: Any) -> Endpoint:
        return Endpoint(
            **{"name": "toy", "url": self.url, "model": MODEL, "prompt": PROMPT, "timeout": 20, "dialect": "vllm"}
            | changes
        )

    def answer(self, path: str, body: Any) -> Any:
        if path == f"{self.base}/models":
            owner = {} if self.owner is None else {"owned_by": self.owner}
            return {"data": [{"id": name} | owner for name in (MODEL, "other")]}
        if path == "/pooling":
            return {"data": [{"index": 0, "object": "pooling", "data": pooled(body)}]}
        if path not in (f"{self.base}/completions", f"{self.base}/chat/completions"):
            return None
        chat = path.endswith("/chat/completions")
        before = self._chat_text(body) if chat else self._prompt_text(body["prompt"])
        ids, length = self._write(before, body)
        text = text_of(ids).removesuffix("\n\n")
        choice: dict[str, Any] = {"index": 0, "finish_reason": "length" if length else "stop"}
        choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        if self.extended:
            choice |= {"stop_reason": "\n\n" if ids[-1] == SEPARATOR else None, "token_ids": ids}
            if not chat:
                given = body["prompt"] if isinstance(body["prompt"], list) else encoded(body["prompt"])
                choice["prompt_token_ids"] = given
        if self.log_probs and body.get("logprobs") and (not chat or not self.asks_top or body.get("top_logprobs")):
            told = [math.log(probabilities(before + text_of(ids[:k]))[i]) for k, i in enumerate(ids)]
            pieces = [PIECES[i] for i in ids]
            pairs = [{"token": t, "logprob": p, "bytes": None} for t, p in zip(pieces, told, strict=True)]
            choice["logprobs"] = {"content": pairs} if chat else {"tokens": pieces, "token_logprobs": told}
        self.speak(choice, ids[-1] == END, length)
        return {"choices": [choice]} | ({"usage": {"completion_tokens": len(ids)}} if self.usage else {})

    def _prompt_text(self, prompt: str | list[int]) -> str:
        if isinstance(prompt, list):
            assert self.extended, "a server of the plain kind was sent ids"
            return text_of([i for i in prompt if i < 100])
        return prompt.partition("\nA: ")[2].removeprefix(PROBE_TEXT)

    def _chat_text(self, body: Any) -> str:
        turns = [turn["content"] for turn in body["messages"] if turn["role"] == "assistant"]
        if not turns:
            return ""
        if self.extended if self.continues is None else self.continues:
            assert body["continue_final_message"] is True
            assert body["add_generation_prompt"] is False
            assert body["messages"][-1]["role"] == "assistant"
        elif self.continues is False and body["messages"][-1]["role"] == "assistant":
            return ""  # a message that is over: it writes another, from the start
        else:
            assert body["messages"][-1]["role"] == "user"
            assert "continue_final_message" not in body
        return str(turns[-1]).removeprefix(PROBE_TEXT)

    def _write(self, before: str, body: Any) -> tuple[list[int], bool]:
        rng, ids = np.random.default_rng(body.get("seed")), []
        assert body["stop"] == ["\n\n"]
        while len(ids) < body["max_tokens"]:
            ids.append(int(rng.choice(4, p=probabilities(before + text_of(ids)))))
            if ids[-1] in (SEPARATOR, END):
                return ids, False
        return ids, True


def encoded(prompt: str) -> list[int]:
    """The ids of a prompt and the solution after it."""
    head, mark, solution = prompt.replace(PROBE_TEXT, "").partition("\nA: ")
    ids, place = [100 + ord(c) for c in head + mark], 0
    while place < len(solution):
        token = next(i for i, piece in enumerate(PIECES) if solution.startswith(piece, place))
        ids.append(token)
        place += len(PIECES[token])
    return ids


def logits(text: str) -> list[float]:
    """What the reward model computes for a text that it scores."""
    return [0.0, (zlib.crc32(text.encode()) % 1000) / 250 - 2]


def pooled(body: Any) -> list[list[float]]:
    """One position for each token: of another kind, but for the last."""
    text = body["input"] if "input" in body else "\n".join(turn["content"] for turn in body["messages"])
    return [[9.0, -9.0], [0.5, 0.25], logits(text)]


@contextmanager
def serving(**changes: Any) -> Iterator[Fake]:
    """A server of one's own, on a free port of the loopback."""
    fake = Fake(**changes)
    turns: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve(None)

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers["content-length"]))))

        def _serve(self, body: Any) -> None:
            with fake.lock:
                fake.asked.append((self.path, body))
                fake.headers.append(dict(self.headers))
                turn = turns[key] = turns.get(key := json.dumps([self.path, body]), 0) + 1
                fake.busy += 1
                fake.busiest = max(fake.busiest, fake.busy)
            try:
                time.sleep(fake.pause)
                odd = fake.odd(self.path, body, turn)
                if odd is not None and odd.hang:
                    self._hang()
                    return
                answer = None if odd else fake.answer(self.path, body)
                made = odd or (NOT_THERE if answer is None else Odd(200, json.dumps(answer).encode()))
                self.send_response(made.status)
                for name, value in made.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(made.body) + made.missing))
                self.end_headers()
                self.wfile.write(made.body)
                self.close_connection |= bool(made.missing)
            except OSError:  # the client is gone
                self.close_connection = True
            finally:
                with fake.lock:
                    fake.busy -= 1

        def _hang(self) -> None:
            """Until the client hangs up, or the server closes."""
            self.close_connection = True
            while not fake.closing.is_set():
                heard, _, _ = select.select([self.connection], [], [], 0.02)
                if heard and not self.connection.recv(1, socket.MSG_PEEK):
                    fake.hung_up += 1
                    return

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256  # a connection that finds no place is tried again only after a second

        def handle_error(self, *_: Any) -> None:
            """A client that is gone is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}{fake.base}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Waited(list[float]):
    """A sleep that only remembers."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
