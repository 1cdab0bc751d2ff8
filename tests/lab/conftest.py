"""Runs that do not select, made once for all tests of the lab's diagnosis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from pfviz import api
from pfviz.lab.selftest import selftest
from pfviz.lab.table.prefixes import PrefixTable, build_prefix_table
from pfviz.problems.datasets import load_problems
from pfviz.trace import Trace


@pytest.fixture
def one_thread() -> Iterator[None]:
    """The embedded pair is so small that threads only wait for each other, long on a machine that does other things."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def oracle_runs() -> list[Trace]:
    """The runs of the self-test under the oracle: 36 problems, 16 solutions each."""
    settings = {"particles": selftest.PARTICLES, "temperature": selftest.TEMPERATURE, "reward": "oracle"}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    problems = load_problems(selftest.DATASET, selftest.RUNS)
    made = [api.run(one, method="best_of_n", seed=seed, **settings) for seed, one in enumerate(problems)]
    torch.set_num_threads(threads)
    return made


@pytest.fixture(scope="session")
def oracle_rows(oracle_runs: list[Trace]) -> PrefixTable:
    """Their prefixes."""
    return build_prefix_table(oracle_runs)
