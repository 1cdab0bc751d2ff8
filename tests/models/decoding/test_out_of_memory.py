"""Out of memory: the same results from smaller passes, and a note of it; one row that does not fit is an error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.caches import kv_cache
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.out_of_memory import RowBatcher, is_out_of_memory
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.types import Sampling
from tests.contracts import generator as generators
from tests.contracts import reward as rewards
from tests.models import tiny

PROBLEM = Problem("compute 1 + 2")
ERRORS: dict[str, Callable[[], Exception]] = {
    "cuda": lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    "cpu": lambda: RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9"),
    "windows": lambda: RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
}


def limited(model, most: int, error: Callable[[], Exception] = ERRORS["cpu"], late: bool = True):
    """The model, with room for `most` rows at once: more fail, when all of them have been computed or at once."""

    def check(_, args, kwargs, *__) -> None:
        mask = kwargs["attention_mask"]
        if (len(kwargs["input_ids"]) if mask is None else len(mask)) > most:
            raise error()

    if late:
        model.register_forward_hook(check, with_kwargs=True)
    else:
        model.register_forward_pre_hook(check, with_kwargs=True)
    return model


def generator(model) -> CausalLMGenerator:
    return CausalLMGenerator(model, tiny.tokenizer(), "small")


def reward(model) -> TokenClassifierReward:
    return TokenClassifierReward(model, tiny.tokenizer(), "judge")


def written(model, steps: int = 3) -> tuple[list, list[str]]:
    """The steps of 8 slots, with a selection after each, and the session's notes."""
    session = generator(model).open(PROBLEM, particles=8, seed=4, sampling=Sampling(max_step_tokens=8))
    made = []
    for step in range(steps):
        made.append(generators.drain(session, sorted(session._row), step))
        session.select(np.array([1, 1, 0, 3, 7, 5, 6, 2]))
    return made, session.notes


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("late", [False, True], ids=["at once", "at the end"])
def test_a_generator_goes_on_with_half_the_rows(kind, late) -> None:
    free, silence = written(tiny.causal_lm())
    tight, notes = written(limited(tiny.causal_lm(), 5, ERRORS[kind], late))
    assert silence == []
    assert len(notes) == 1
    for one, other in zip(free, tight, strict=True):
        assert {n: s.token_ids for n, s in one.items()} == {n: s.token_ids for n, s in other.items()}
        assert all(one[n].log_prob == pytest.approx(other[n].log_prob, rel=1e-4) for n in one)


def test_halved_twice_and_for_good() -> None:
    model, sizes = tiny.causal_lm(), []
    model.register_forward_pre_hook(lambda _, args, kw: sizes.append(len(kw["input_ids"])), with_kwargs=True)
    _, notes = written(limited(model, 2))
    assert len(notes) == 2
    assert all(note.startswith("Out of memory with ") for note in notes)
    assert notes[-1].endswith("went on with 2.")
    last = max(i for i, size in enumerate(sizes) if size > 2)
    assert sum(size > 2 for size in sizes) == 2, "a size that failed is never tried again"
    assert len(sizes) - last > 10
    assert {n: s.token_ids for n, s in written(tiny.causal_lm())[0][-1].items()} == {
        n: s.token_ids for n, s in written(limited(tiny.causal_lm(), 2))[0][-1].items()
    }


def test_scoring_goes_on_with_half_the_rows() -> None:
    def scores(model) -> tuple[list[float], list[str]]:
        session = reward(model).open(PROBLEM, particles=8)
        found = []
        for _ in range(3):
            made = session.score({n: rewards.step_of("1" * (n % 5 + 1) + str(n)) for n in range(8)})
            found += [made[n] for n in range(8)]
            session.select(np.array([1, 1, 0, 3, 7, 5, 6, 2]))
        return found, session.notes

    # In double precision, as the rounding of single precision depends on how many rows are computed together.
    expected, silence = scores(tiny.classifier().double())
    assert silence == []
    for most, notes in ((5, ["8 rows of judge at once: went on with 4."]), (3, ["8 rows", "4 rows"])):
        found, said = scores(limited(tiny.classifier().double(), most))
        assert found == pytest.approx(expected, abs=1e-12)
        assert [note in line for note, line in zip(notes, said, strict=True)] == [True] * len(notes)


def test_room_that_cannot_be_made_halves_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache grows during a pass; room for more than is needed now is given up first."""
    grown, wanted, failing = kv_cache._enlarge, [], iter([True, True, False])

    def tight(part, rows, columns):
        wanted.append((rows, columns))
        if len(part) > 1 and next(failing, False):
            raise ERRORS["cpu"]()
        return grown(part, rows, columns)

    free, _ = written(tiny.causal_lm())
    monkeypatch.setattr(kv_cache, "RESERVED_COLUMNS", 4)
    monkeypatch.setattr(kv_cache, "_enlarge", tight)
    found, notes = written(tiny.causal_lm())
    assert {n: s.token_ids for n, s in found[-1].items()} == {n: s.token_ids for n, s in free[-1].items()}
    assert len(notes) <= 1
    assert len(wanted) > 4


def test_rows_for_which_no_room_can_be_made_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clones that go apart need rows of their own. Room beyond that is given up; without it the run cannot go on."""
    grown, most = kv_cache._enlarge, 8

    def tight(part, rows, columns):
        if rows > most:
            raise ERRORS["cpu"]()
        return grown(part, rows, columns)

    monkeypatch.setattr(kv_cache, "_enlarge", tight)
    found, notes = written(tiny.causal_lm())
    assert notes == []
    assert {n: s.token_ids for n, s in found[-1].items()} == {
        n: s.token_ids for n, s in written(tiny.causal_lm())[0][-1].items()
    }
    most = 2
    with pytest.raises(ModelError, match=r"keep [3-8] different solutions .* fewer particles"):
        written(tiny.causal_lm())


def test_rows_are_moved_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = torch.arange(4 * 2 * 7 * 3.0).reshape(4, 2, 7, 3)
    select, whole = torch.Tensor.index_select, rows[[2, 0, 2, 1]]

    def tight(self, dim, index):
        if self.shape[2] > 2:
            raise ERRORS["cpu"]()
        return select(self, dim, index)

    monkeypatch.setattr(torch.Tensor, "index_select", tight)
    kv_cache._copy_rows(rows, torch.tensor([2, 0, 1]), torch.tensor([0, 1, 3]))
    assert torch.equal(rows, whole)


def test_one_row_that_does_not_fit_says_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"not enough memory for small, even for one particle.*smaller model"):
        generator(limited(tiny.causal_lm(), 0)).open(PROBLEM, particles=2, seed=0, sampling=Sampling())
    with pytest.raises(ModelError, match="not enough memory for judge"):
        reward(limited(tiny.classifier(), 0)).open(PROBLEM, particles=2)


def test_other_errors_are_passed_on() -> None:
    def work(start: int, stop: int) -> None:
        raise RuntimeError("shapes do not match")

    passes = RowBatcher("x")
    with pytest.raises(RuntimeError, match="shapes"):
        passes.run(4, work)
    assert passes.notes == []


def test_parts_cover_the_rows_in_order() -> None:
    def work(start: int, stop: int) -> tuple[int, int]:
        if stop - start > 3:
            raise MemoryError
        return start, stop

    passes = RowBatcher("x")
    assert passes.run(10, work) == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert passes.notes == [
        "Out of memory with 10 rows of x at once: went on with 5.",
        "Out of memory with 5 rows of x at once: went on with 3.",
    ]
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(ValueError("not enough memory"))
