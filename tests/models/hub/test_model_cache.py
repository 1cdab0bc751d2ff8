"""Models are loaded once, and those not used for longest make room."""

from __future__ import annotations

import multiprocessing
import threading
from types import SimpleNamespace
from typing import Any

import torch

from pfviz.models.hub.model_cache import ModelCache, weight_gigabytes

PATIENCE = 120  # s; a busy machine is slow, not wrong


def weighing(gigabytes: float) -> Any:
    """A model whose weights take so much; nothing is allocated."""
    weights = torch.empty(int(gigabytes * 1e9 / 4), device="meta")
    return SimpleNamespace(model=SimpleNamespace(parameters=lambda: [weights], buffers=lambda: []))


def test_a_model_is_loaded_once_by_many_threads() -> None:
    shelf, loaded, gate = ModelCache(lambda: 10.0), [], threading.Event()

    def load() -> Any:
        gate.wait(PATIENCE)
        loaded.append(1)
        return object()

    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(shelf.get("a", load))) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert len(loaded) == 1
    assert len({id(model) for model in found}) == 1


def test_what_was_not_used_for_longest_makes_room() -> None:
    shelf = ModelCache(lambda: 10.0)
    for name in ("a", "b"):
        shelf.get(name, lambda: weighing(4))
    shelf.get("a", lambda: weighing(4))  # used again
    shelf.get("c", lambda: weighing(4), needs=4.0)
    assert [shelf.holds(name) for name in ("a", "b", "c")] == [True, False, True]
    shelf.get("small", lambda: weighing(0.1), needs=0.1)
    assert shelf.holds("a")
    shelf.get("large", lambda: weighing(9.95), needs=9.95)
    assert [name for name in ("a", "b", "c", "small", "large") if shelf.holds(name)] == ["large"]


def test_nobody_waits_for_a_model_that_somebody_else_wants() -> None:
    shelf, begun, gate = ModelCache(lambda: 10.0), threading.Event(), threading.Event()
    shelf.get("there", lambda: 1)

    def load() -> Any:
        begun.set()
        gate.wait(PATIENCE)
        return weighing(6)

    slow = threading.Thread(target=lambda: shelf.get("slow", load, needs=6.0))
    slow.start()
    assert begun.wait(PATIENCE)
    assert shelf.get("there", lambda: 1 / 0) == 1
    assert shelf.get("small", lambda: weighing(1), needs=1.0) is not None
    assert not gate.is_set()
    gate.set()
    slow.join()


def test_two_models_that_do_not_fit_together_are_loaded_one_after_the_other() -> None:
    shelf, begun, gate, order = ModelCache(lambda: 10.0), threading.Event(), threading.Event(), list[str]()

    def first() -> Any:
        begun.set()
        gate.wait(PATIENCE)
        order.append("first")
        return weighing(6)

    def second() -> Any:
        order.append("second")
        return weighing(7)

    threads = [threading.Thread(target=lambda: shelf.get("a", first, needs=6.0))]
    threads[0].start()
    assert begun.wait(PATIENCE)
    threads.append(threading.Thread(target=lambda: shelf.get("b", second, needs=7.0)))
    threads[1].start()
    gate.set()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]
    assert not shelf.holds("a")
    assert shelf.holds("b")


def test_a_forked_process_waits_for_nobody_who_stayed_behind() -> None:
    shelf, begun, gate = ModelCache(lambda: 10.0), threading.Event(), threading.Event()
    shelf.get("there", lambda: 1)

    def load() -> Any:
        begun.set()
        gate.wait(PATIENCE)
        return 2

    def elsewhere() -> None:
        shelf.reset_after_fork()
        assert shelf.get("there", lambda: 1 / 0) == 1
        assert shelf.get("slow", lambda: 3, needs=6.0) == 3

    slow = threading.Thread(target=lambda: shelf.get("slow", load, needs=6.0))
    slow.start()
    assert begun.wait(PATIENCE)
    with shelf._changed:  # as somebody may at that moment
        child = multiprocessing.get_context("fork").Process(target=elsewhere)
        child.start()
    child.join(PATIENCE)
    waiting = child.is_alive()
    child.kill()
    child.join()
    gate.set()
    slow.join()
    assert not waiting
    assert child.exitcode == 0
    assert shelf.get("slow", lambda: 1 / 0) == 2


def test_a_model_that_does_not_load_leaves_nothing_behind() -> None:
    shelf = ModelCache(lambda: 10.0)
    for _ in range(2):
        try:
            shelf.get("a", lambda: 1 / 0)
        except ZeroDivisionError:
            assert not shelf.holds("a")
    assert shelf.get("a", lambda: 7) == 7
    shelf.clear()
    assert not shelf.holds("a")


def test_the_size_of_a_model_is_that_of_its_weights() -> None:
    assert weight_gigabytes(weighing(2.0)) == 2.0
    assert weight_gigabytes(object()) == 0.0
