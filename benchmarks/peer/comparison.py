"""A run against the peer: its_hub's ParticleFiltering over the same models, in interleaved rounds.

its_hub lives in an environment of its own, which is made on request: an empty virtual environment that also sees the
packages pfviz is running with (so both compute with the same PyTorch), and its_hub in it without what it would bring.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from benchmarks import CHECKOUT
from benchmarks.results import Goal, Line, Spread, StatusCallback
from benchmarks.shapes import Pair
from benchmarks.timing import time_run
from pfviz.errors import ModelError

ITS_HUB_VERSION = "1.2.0"


def compare_with_peer(
    pair: Pair,
    particles: Sequence[int],
    rounds: int,
    say: StatusCallback,
    changes: dict[str, Any],
    python: Path | None = None,
) -> Iterator[Line]:
    """Lines for each number of particles: how many times faster a run is, seconds and tokens of both.

    A round is one run of each for every problem. `changes` made `pair` what it is. `python` runs the peer; by default
    that of the benchmark's environment, which is made if it is not there.
    """
    if python is None:
        say(f"making the environment of its_hub {ITS_HUB_VERSION}")
        python = ensure_environment()
    goal = Goal(1.0) if pair.name == "embedded" else Goal(4.0)
    with start_worker(python, pair, changes) as ask:
        for n in particles:
            ours: list[tuple[float, int]] = []
            theirs: list[tuple[float, int]] = []
            steps = 0
            for number in range(-1 if pair.name == "embedded" else 0, rounds):  # the first of a small pair warms both
                say(f"{pair.name}: N = {n}, round {max(number, 0) + 1} of {rounds}")
                own, other = [0.0, 0], [0.0, 0]
                for problem in range(len(pair.problems)):
                    time, trace = time_run(pair, n, max(number, 0), problem)
                    own = [own[0] + time.seconds, own[1] + int(trace.tokens.sum())]
                    found = ask({"particles": n, "seed": max(number, 0), "problem": problem})
                    other = [other[0] + found["seconds"], other[1] + found["tokens"]]
                    steps = max(steps, trace.steps)
                if number >= 0:
                    ours.append((own[0], int(own[1])))
                    theirs.append((other[0], int(other[1])))
            yield from _report_lines(pair.name, n, steps, goal, ours, theirs)


def _report_lines(
    name: str, n: int, steps: int, goal: Goal, ours: list[tuple[float, int]], theirs: list[tuple[float, int]]
) -> Iterator[Line]:
    def line(what: str, unit: str, values: list[float], goal: Goal | None = None) -> Line:
        return Line(what, name, n, steps, unit, Spread.from_values(values), goal)

    yield line("its_hub / run", "", [t[0] / o[0] for o, t in zip(ours, theirs, strict=True)], goal)
    pairs = zip(ours, theirs, strict=True)
    yield line("its_hub / run, per token", "", [(t[0] / t[1]) / (o[0] / o[1]) for o, t in pairs])
    for what, times in (("run", ours), ("its_hub", theirs)):
        yield line(f"against its_hub: {what}", "s", [seconds for seconds, _ in times])
        yield line(f"against its_hub: {what}, drawn", "tokens", [float(tokens) for _, tokens in times])


@contextmanager
def start_worker(python: Path, pair: Pair, changes: dict[str, Any]) -> Iterator[Any]:
    """The worker's process, as a function from a request to its answer; raises `ModelError` if it fails."""
    asked = json.dumps({"pair": pair.name, "changes": changes, "threads": torch.get_num_threads()})
    command = [str(python), "-m", "benchmarks.peer.worker", asked]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None

        def answer() -> dict[str, Any]:
            line = worker.stdout.readline() if worker.stdout else ""
            if not line:
                raise ModelError(f"The process that runs its_hub ended early (exit status {worker.wait()}); see above.")
            found: dict[str, Any] = json.loads(line)
            return found

        def ask(request: dict[str, Any]) -> dict[str, Any]:
            assert worker.stdin is not None
            print(json.dumps(request), file=worker.stdin, flush=True)
            return answer()

        try:
            answer()  # it is ready
            yield ask
        finally:
            worker.kill()


def ensure_environment() -> Path:
    """The Python that its_hub is installed for, made at the first call in the user's cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "pfviz" / f"its_hub-{ITS_HUB_VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / "complete").is_file():
        _run_command([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
        ours = sysconfig.get_path("purelib")
        (packages / "pfviz.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
        _run_command([*pip, "install", "--quiet", "--no-deps", f"its_hub=={ITS_HUB_VERSION}"])
        (folder / "complete").touch()
    return python


def _run_command(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ModelError(
            f"The environment of its_hub {ITS_HUB_VERSION} could not be made: {said[-1] if said else command}. "
            "It is downloaded with pip at the first use; check the network and pip's configuration."
        )
