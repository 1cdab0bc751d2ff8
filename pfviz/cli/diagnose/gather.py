"""The recorded runs that are named on the command line, with those that cannot be read or do not belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pfviz.cli.options.run_source import RunSource
from pfviz.cli.screen.terminal import one_line
from pfviz.errors import LabError, StoreError, TraceError
from pfviz.text import pluralise
from pfviz.trace.building.tree import STAND_IN_REWARDS
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class GatheredRuns:
    """Runs, the file of each, and why other files were left out."""

    traces: list[Trace]
    files: list[Path]
    damaged: list[str]


def gather_runs(places: Sequence[RunSource]) -> GatheredRuns:
    """The traces of these files and stored runs, and of all in these folders that end as traces do (`*.json`), each
    once. Of a file that holds many runs the k-th is named FILE#k. Raises `LabError` for none."""
    files = [file for place in places for file in place.files()]
    found = GatheredRuns([], [], [])
    for file in dict.fromkeys(files):
        try:
            traces = file.traces()
            found.traces.extend(traces)
            numbered = [file.path.with_name(f"{file.name}#{k}") for k in range(1, len(traces) + 1)]
            found.files.extend(numbered if len(traces) > 1 else [file.path])
        except (TraceError, StoreError) as error:
            said = str(error)
            found.damaged.append(said if said.startswith(str(file.path)) else f"{file.path}: {said}")
    if not found.traces:
        named = ", ".join(str(place.path) for place in places)
        why = f" {found.damaged[0]}" if found.damaged else ""
        raise LabError(f"There is no recorded run in {named}. `pfviz run --out` and `--batch N --out` write some.{why}")
    return found


def warn_of_stand_ins(traces: Sequence[Trace]) -> str | None:
    """Return a sentence where runs have no rewards of a model, so that what is measured of these says nothing."""
    standing_in = [trace for trace in traces if trace.reward in STAND_IN_REWARDS]
    if not standing_in:
        return None
    return (
        f"{pluralise(len(standing_in), 'run')} of {len(traces)} have no scores of a reward model: what is measured of "
        f"{standing_in[0].reward!r} says nothing of any. --beside NAME scores the runs by a reward."
    )


def select_reward(found: GatheredRuns, reward: str | None, mixed: bool) -> GatheredRuns:
    """The runs under one reward: all of them, or those of `reward`.

    Raises `LabError` where there are several, unless they are to be `mixed`, and where `reward` has none.
    """
    counts = Counter(trace.reward for trace in found.traces)
    listed = ", ".join(f"{one_line(name)} ({pluralise(count, 'run')})" for name, count in counts.items())
    if reward is not None:
        kept = [pair for pair in zip(found.traces, found.files, strict=True) if pair[0].reward == reward]
        if not kept:
            raise LabError(f"No run was made under the reward {reward!r}. There are: {listed}.")
        return GatheredRuns([trace for trace, _ in kept], [file for _, file in kept], found.damaged)
    if len(counts) > 1 and not mixed:
        raise LabError(
            f"These runs were made under different rewards: {listed}. Choose one with --reward NAME, or give --mixed "
            "to diagnose them as one."
        )
    return found
