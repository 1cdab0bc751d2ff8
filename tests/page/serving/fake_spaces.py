"""A `spaces` package that plays ZeroGPU: what a decorated generator yields comes from a forked process, pickled.

As in spaces 0.51: the process is forked at the first call and used again; it runs the generator on a thread of its own
and does not wait for who reads; an exception arrives as a `gr.Error` with the name of its class, and the process is
given up; closing sets a flag that is looked at after each item, and waits for the end. There is no GPU and no network.
"""

from __future__ import annotations

import functools
import multiprocessing
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from importlib.machinery import ModuleSpec
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any

import gradio as gr

FORK = multiprocessing.get_context("fork")
PATIENCE = 60  # seconds after which a process that says nothing hangs: a failure, not an end


class Worker:
    """The process with the GPU, as seen from the server."""

    def __init__(self, task: Callable[..., Iterator[Any]]) -> None:
        self.calls, self.results, self.stop = FORK.SimpleQueue(), FORK.SimpleQueue(), FORK.Event()
        self.process = FORK.Process(target=self._serve, args=(task,), daemon=True)
        self.process.start()

    def _serve(self, task: Callable[..., Iterator[Any]]) -> None:
        while True:
            args, kwargs = self.calls.get()
            self.stop.clear()
            thread = threading.Thread(target=self._iterate, args=(task(*args, **kwargs),))
            thread.start()
            thread.join()
            self.results.put(("end", None))

    def _iterate(self, items: Generator[Any]) -> None:
        try:
            for item in items:
                if self.stop.is_set():
                    items.close()
                    return
                self.results.put(("item", item))
        except Exception as error:
            self.results.put(("error", type(error).__name__))

    def next(self) -> tuple[str, Any]:
        """What the process sent; "aborted" if it is dead."""
        ready = wait([self.results._reader, self.process.sentinel], PATIENCE)  # type: ignore[attr-defined]
        assert ready, "the forked process hangs"
        return self.results.get() if self.results._reader in ready else ("aborted", None)  # type: ignore[attr-defined]

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


class FakeSpaces(ModuleType):
    """The package. `refusal` is raised in the place of a GPU; after `most` items the process is killed."""

    def __init__(self) -> None:
        super().__init__("spaces")
        self.__spec__ = ModuleSpec("spaces", None, is_package=True)
        self.__path__: list[str] = []
        self.decorated: list[str] = []
        self.asked: list[int] = []  # seconds, of each call
        self.emulating: list[int] = []  # threads that play CUDA
        self.workers: list[Worker] = []  # that were forked, in their order
        self.idle: list[Worker] = []
        self.refusal: gr.Error | None = None
        self.most: int | None = None

    def gradio_auto_wrap(self, task: Any) -> Any:
        """Gradio asks for it where `spaces` is."""
        return task

    def GPU(self, *, duration: Callable[..., int]) -> Callable[[Any], Any]:
        def decorate(task: Any) -> Any:
            self.decorated.append(task.__name__)

            @functools.wraps(task)
            def handler(*args: Any, **kwargs: Any) -> Iterator[Any]:
                self.asked.append(duration(*args, **kwargs))
                if self.refusal is not None:
                    raise self.refusal
                worker = self.idle.pop() if self.idle else self._fork(task)
                worker.calls.put((args, kwargs))
                yield from self._items(worker)

            return handler

        return decorate

    def _fork(self, task: Any) -> Worker:
        self.workers.append(Worker(task))
        return self.workers[-1]

    def _items(self, worker: Worker) -> Iterator[Any]:
        passed = 0
        while True:
            if passed == self.most:
                worker.kill()
            kind, value = ("aborted", None) if passed == self.most else worker.next()
            if kind == "aborted":
                raise gr.Error("GPU task aborted", title="ZeroGPU worker error", print_exception=False)
            if kind == "error":
                raise gr.Error(value, title="ZeroGPU worker error", print_exception=False)
            if kind == "end":
                self.idle.append(worker)
                return
            passed += 1
            try:
                yield value
            except GeneratorExit:
                worker.stop.set()
                while worker.next()[0] == "item":
                    pass
                self.idle.append(worker)
                raise

    def close(self) -> None:
        """End every process."""
        for worker in self.workers:
            worker.kill()


def modules(emulation: bool = True) -> dict[str, ModuleType]:
    """What is to be put into `sys.modules`. `emulation`: there is the function that makes a thread play CUDA."""
    spaces = FakeSpaces()
    found: dict[str, ModuleType] = {"spaces": spaces}
    if emulation:
        torch = ModuleType("spaces.zero.torch")
        torch.enter_mode = lambda: spaces.emulating.append(threading.get_ident())  # type: ignore[attr-defined]
        found |= {"spaces.zero": ModuleType("spaces.zero"), "spaces.zero.torch": torch}
    return found


def install() -> FakeSpaces:
    """For good: in a process that a test started."""
    sys.modules.update(modules())
    fake = sys.modules["spaces"]
    assert isinstance(fake, FakeSpaces)
    return fake
