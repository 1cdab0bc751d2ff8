"""A pair against its bare limit, in interleaved rounds; the tokens that it computed; and where its time went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks import limit
from benchmarks.results import Goal, Line, Spread, StatusCallback
from benchmarks.shapes import Pair
from benchmarks.timing import ModelUsage, Timing, time_run, time_work
from benchmarks.tokens import required_tokens
from pfviz.trace.trace import Trace

TOKEN_GOAL = Goal(1.05, at_least=False)
LIMIT_GOALS = {"embedded": Goal(0.6), "0.5B-bfloat16": Goal(0.85), "0.5B-float32": Goal(0.85)}
"""Pair -> how near to its limit a run is to come; of the small random pair nothing is asked."""


def compare_with_limit(pair: Pair, particles: Sequence[int], rounds: int, say: StatusCallback) -> Iterator[Line]:
    """Lines for each number of particles: the ratio to the limit, tokens against those needed, seconds by part.

    A round is a run and then its limit for every problem, with the round's number as the seed; ratios are within one
    round. Before the first round of a small pair both are done once.
    """
    goal = LIMIT_GOALS.get(pair.name)
    for n in particles:
        if pair.name in ("embedded", "small"):  # a large model needs no warming, and has no time for it
            say(f"{pair.name}: N = {n}, warming up")
            _run_round(pair, n, 0)
        found = []
        for number in range(rounds):
            say(f"{pair.name}: N = {n}, round {number + 1} of {rounds}")
            found.append(_run_round(pair, n, number))
        yield from _report_lines(pair, n, found, goal)


Round = tuple[list[Timing], list[Timing], list[Trace]]


def _run_round(pair: Pair, particles: int, seed: int) -> Round:
    runs, bares, traces = [], [], []
    for problem in range(len(pair.problems)):
        time, trace = time_run(pair, particles, seed, problem)
        bare, _ = time_work(pair, lambda trace=trace, problem=problem: limit.run_bare_limit(pair, trace, problem))  # type: ignore[misc]
        runs.append(time)
        bares.append(bare)
        traces.append(trace)
    return runs, bares, traces


def _report_lines(pair: Pair, n: int, found: list[Round], goal: Goal | None) -> Iterator[Line]:
    steps = max(trace.steps for _, _, traces in found for trace in traces)

    def line(what: str, unit: str, values: list[float], goal: Goal | None = None) -> Line:
        return Line(what, pair.name, n, steps, unit, Spread.from_values(values), goal)

    def total(times: list[Timing], part: str) -> float:
        seconds = [getattr(time, part) for time in times]
        return float(sum(s.seconds if isinstance(s, ModelUsage) else s for s in seconds))

    yield line("bare limit / run", "", [total(b, "seconds") / total(r, "seconds") for r, b, _ in found], goal)
    yield line("run", "s", [total(r, "seconds") for r, _, _ in found])
    yield line("bare limit", "s", [total(b, "seconds") for _, b, _ in found])
    for part, what in (("generator", "generator's passes"), ("reward", "reward model's passes"), ("rest", "the rest")):
        yield line(f"run: {what}", "s", [total(r, part) for r, _, _ in found])
        yield line(f"limit: {what}", "s", [total(b, part) for _, b, _ in found])
    counts = [[required_tokens(pair, trace, i) for i, trace in enumerate(traces)] for _, _, traces in found]
    for place, part in enumerate(("generator", "reward")):
        computed = [sum(getattr(time, part).tokens for time in r) for r, _, _ in found]
        must = [sum(pairs[place] for pairs in one) for one in counts]
        plain = [sum(getattr(time, part).tokens for time in b) for _, b, _ in found]
        yield line(f"{part}: computed / needed", "", [c / m for c, m in zip(computed, must, strict=True)], TOKEN_GOAL)
        yield line(f"{part}: computed", "tokens", [float(c) for c in computed])
        yield line(f"{part}: computed by the limit", "tokens", [float(c) for c in plain])
    yield line("drawn", "tokens", [float(sum(int(t.tokens.sum()) for t in traces)) for _, _, traces in found])
