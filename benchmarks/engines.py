"""The same model in several engines, in interleaved rounds: tokens per second here and behind an address.

All solve the same problems with the same number of particles, and the same reward, which costs nothing: what is
compared is who writes the steps. For a seed each engine draws what it likes, so the runs differ in length; the tokens
that their particles wrote in a second are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import torch

from benchmarks.results import Line, Spread, StatusCallback
from benchmarks.served import serve_model
from benchmarks.shapes import Pair
from pfviz.errors import ModelError
from pfviz.models.remote.endpoint import ENDPOINT_PREFIX, Endpoint
from pfviz.models.remote.generator import ONE_PER_BYTE, RemoteGenerator
from pfviz.models.remote.presets import generator_preset
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from pfviz.resources import weights_dir
from pfviz.types import Generator

IN_PROCESS, TRANSFORMERS_SERVE = "in process", "transformers serve"
PROMPT_TEMPLATE = "<|user|>{problem}<|assistant|>"
"""The embedded generator's chat template, as an endpoint has it."""

CONSTANT_REWARD = FunctionReward(lambda problem, steps: 0.5, "indifferent")


@dataclass(frozen=True, slots=True)
class Engine:
    """Who writes the steps, and what it is called in the report."""

    name: str
    generator: Generator


def compare_engines(
    pair: Pair, endpoints: Sequence[str], particles: Sequence[int], rounds: int, say: StatusCallback
) -> Iterator[Line]:
    """Lines for each number of particles, as `compare_throughput` makes them: the embedded generator of `pair` in this
    process, behind `transformers serve`, and whatever the configured endpoints of these names serve.

    Raises:
        ModelError: there is no such endpoint, or an engine does not work; see `serve_model` and `compare_throughput`.
    """
    others = [Engine(name, generator_preset(name).load()) for name in (ENDPOINT_PREFIX + name for name in endpoints)]
    folder = weights_dir() / "generator"
    say(f"starting {TRANSFORMERS_SERVE}")
    model = pair.generator.model
    device, dtype = str(model.device), str(model.dtype).removeprefix("torch.")
    with serve_model(folder, device=device, dtype=dtype, threads=torch.get_num_threads()) as address:
        served = RemoteGenerator(served_endpoint(address, str(folder)))
        engines = [Engine(IN_PROCESS, pair.generator), Engine(TRANSFORMERS_SERVE, served), *others]
        yield from compare_throughput(engines, pair.problems, particles, rounds, say)


def served_endpoint(address: str, model: str) -> Endpoint:
    """The embedded generator behind `transformers serve`. It computes one request after the other, so that the last of
    a step waits for all."""
    return Endpoint("served", address, model, dialect="transformers", prompt=PROMPT_TEMPLATE, timeout=3600)


def compare_throughput(
    engines: Sequence[Engine], problems: Sequence[Problem], particles: Sequence[int], rounds: int, say: StatusCallback
) -> Iterator[Line]:
    """Lines for each number of particles: each engine's tokens per second, and their ratio to the first one's.

    A round is a run of each engine for every problem, with the round's number as the seed; ratios are within one round.
    Before the first one each engine solves a problem with one particle.

    Raises:
        ModelError: an engine fails a particle, or does not count its tokens.
    """
    for engine in engines:
        say(f"warming up {engine.name}")
        _time_run(engine, problems[0], 1, 0)
    for n in particles:
        found: list[list[tuple[float, int]]] = [[] for _ in engines]
        steps = 0
        for number in range(rounds):
            for engine, measured in zip(engines, found, strict=True):
                say(f"{engine.name}: N = {n}, round {number + 1} of {rounds}")
                runs = [_time_run(engine, problem, n, number) for problem in problems]
                measured.append((sum(run[0] for run in runs), sum(run[1] for run in runs)))
                steps = max(steps, *(run[2] for run in runs))
        yield from _report_lines([engine.name for engine in engines], n, steps, found)


def _time_run(engine: Engine, problem: Problem, particles: int, seed: int) -> tuple[float, int, int]:
    """Seconds, tokens that the particles wrote, and steps."""
    import pfviz.api

    began = perf_counter()
    trace = pfviz.api.run(problem, particles=particles, seed=seed, generator=engine.generator, reward=CONSTANT_REWARD)
    seconds = perf_counter() - began
    said = " ".join(note.text for note in trace.notes)
    if ONE_PER_BYTE in said or any("failed" in ends for ends in trace.ends):
        raise ModelError(f"{engine.name} cannot be measured: {said}")
    return seconds, trace.written_tokens, trace.steps


def _report_lines(names: Sequence[str], n: int, steps: int, found: list[list[tuple[float, int]]]) -> Iterator[Line]:
    def line(what: str, unit: str, values: list[float]) -> Line:
        return Line(what, "embedded", n, steps, unit, Spread.from_values(values))

    rates = [[tokens / seconds for seconds, tokens in measured] for measured in found]
    for name, rate in zip(names[1:], rates[1:], strict=True):
        yield line(f"{name} / {names[0]}", "", [own / here for own, here in zip(rate, rates[0], strict=True)])
    for name, rate, measured in zip(names, rates, found, strict=True):
        yield line(name, "tokens/s", rate)
        yield line(f"{name}: written", "tokens", [float(tokens) for _, tokens in measured])
