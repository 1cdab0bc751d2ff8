"""Every importer keeps the contract on its own example, and the contract fails on one that is broken in one way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pfviz.errors import TraceError
from pfviz.inference.events import NoteAdded
from pfviz.trace import Trace
from pfviz.trace.importers import IMPORTERS, Importer
from tests.contracts import importer as contract
from tests.trace.importers.samples import CASES


def test_every_format_of_others_has_a_case() -> None:
    assert {case.importer.name for case in CASES} == {name for name, one in IMPORTERS.items() if one.example}
    assert set(IMPORTERS) - {case.importer.name for case in CASES} == {"pfviz"}


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.importer.name)
def test_every_importer(case: contract.Case, check: Callable[[contract.Case], None]) -> None:
    check(case)


def breaks(change: Callable[[Trace], Trace]) -> Callable[[bytes, Any], list[Trace]]:
    return lambda data, options: [change(trace) for trace in CASES[-2].importer.read_traces(data, options)]


turn = iter(range(10**6))
BROKEN: dict[str, tuple[Callable[[bytes, Any], Sequence[Trace]], str]] = {
    "loses a run": (lambda data, options: [], "traces_are_valid"),
    "keeps a reward of 2": (breaks(lambda one: replace(one, rewards=one.rewards + 2)), "traces_are_valid"),
    "loses what json cannot hold": (breaks(lambda one: replace(one, truth="\ud800x", seed=-1)),
                                    "traces_survive_their_own_file"),
    "draws": (breaks(lambda one: replace(one, seed=next(turn))), "a_file_is_read_alike_twice"),
    "strips texts": (breaks(lambda one: replace(one, texts=[[text[:3] for text in row] for row in one.texts])),
                     "texts_are_preserved"),
    "makes up a truth": (breaks(lambda one: replace(one, truth="7")), "texts_are_preserved"),
    "makes up rewards": (breaks(lambda one: replace(one, rewards=one.rewards * 0.99)),
                         "rewards_follow_the_stated_rule"),
    "makes up labels": (breaks(lambda one: replace(one, step_labels=np.ones_like(one.rewards))),
                        "labels_are_those_of_the_file"),
    "makes up log-probabilities": (breaks(lambda one: replace(one, log_probs=np.full_like(one.rewards, -1.0))),
                                   "what_is_unknown_stays_unknown"),
    "is silent on what is missing": (breaks(lambda one: replace(one, notes=(NoteAdded(0, (), "Read."),))),
                                     "what_is_unknown_stays_unknown"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_contract_fails_on_a_broken_importer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("broken")
    module.read_traces, failing = BROKEN[name]
    monkeypatch.setitem(sys.modules, "broken", module)
    case = replace(CASES[-2], importer=Importer("own-table", "broken", "broken", ()))
    with pytest.raises((AssertionError, TraceError)):
        getattr(contract, failing)(case)
    getattr(contract, failing)(CASES[-2])
