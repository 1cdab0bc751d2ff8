"""Memory and time against the number of particles and of steps, each point in a process of its own.

A process is measured alone because the high-water mark of its memory never falls again. Growth is judged by what one
more token costs: linear is the same for the first token as for the last, and more tokens may only cost less each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks import CHECKOUT
from benchmarks.results import Goal, Line, Spread, StatusCallback

POINTS = ((4, 8), (16, 8), (64, 8), (256, 8), (16, 2), (16, 4), (16, 16), (16, 32))
"""(N, steps): each alone against the other."""

LINEAR_GOAL = Goal(1.25, at_least=False)


def measure_growth(rounds: int, say: StatusCallback) -> Iterator[Line]:
    """A line for each point's seconds and peak of memory, and how time per token grows over each row of points."""
    times: dict[tuple[int, int], list[float]] = {}
    peaks: dict[tuple[int, int], list[float]] = {}
    tokens: dict[tuple[int, int], list[float]] = {}
    for number in range(rounds):
        for point in POINTS:
            say(f"growth: N = {point[0]}, {point[1]} steps, round {number + 1} of {rounds}")
            found = _measure_in_subprocess(*point, seed=number)
            times.setdefault(point, []).append(found["seconds"])
            peaks.setdefault(point, []).append(found["peak"])
            tokens.setdefault(point, []).append(found["tokens"])
    for point in POINTS:
        yield Line("growth: run", "small", *point, "s", Spread.from_values(times[point]))
        yield Line("growth: memory above the models", "small", *point, "MB", Spread.from_values(peaks[point]))
        each = [1000 * s / t for s, t in zip(times[point], tokens[point], strict=True)]
        yield Line("growth: time per token", "small", *point, "ms", Spread.from_values(each))
        held = [1000 * p / t for p, t in zip(peaks[point], tokens[point], strict=True)]
        yield Line("growth: memory per token", "small", *point, "kB", Spread.from_values(held))
    for axis, name in ((0, "N"), (1, "steps")):
        last, before = sorted((p for p in POINTS if p[1 - axis] == (8, 16)[axis]), key=lambda p: p[axis])[:-3:-1]
        for what, values in (("time", times), ("memory", peaks)):
            ratio = [
                (values[last][i] / tokens[last][i]) / (values[before][i] / tokens[before][i]) for i in range(rounds)
            ]
            line = f"growth: {what} per token, {last[axis]} {name} against {before[axis]}"
            yield Line(line, "small", *last, "", Spread.from_values(ratio), LINEAR_GOAL)


def _measure_in_subprocess(particles: int, steps: int, seed: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.growth", str(particles), str(steps), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if done.returncode:
        from pfviz.errors import ModelError

        raise ModelError(f"The process that measures {particles} particles failed: {done.stderr.strip()[-500:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure_point(particles: int, steps: int, seed: int) -> dict[str, float]:
    """Seconds, tokens drawn, and MB by which the process grew over the run, at its highest."""
    import resource

    from benchmarks.shapes import make_pair
    from benchmarks.timing import time_run
    from pfviz.models.decoding.threads import use_one_thread

    use_one_thread()
    small = make_pair("small", steps=steps, prompt_tokens=20)
    time_run(make_pair("small", steps=1, prompt_tokens=20), 2, seed)  # whatever is made once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    time, trace = time_run(small, particles, seed)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": time.seconds, "tokens": int(trace.tokens.sum()), "peak": (after - before) / 1024}


if __name__ == "__main__":
    print(json.dumps(measure_point(*(int(word) for word in sys.argv[1:]))))
