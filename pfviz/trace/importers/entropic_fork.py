"""JSON lines of the its_hub fork for entropic particle filtering (github.com/jhtariq/entropic-particle-filter): the
only format of that family with every parent: nothing of the genealogy is lost.

A row has `trace.iterations[k] = {step, particles[i]: {new_text, stopped, cum_log_weight}, resample: {temperature,
probabilities, parents}}`. An iteration shows the particles before its selection. A particle's weight is the logit of
the reward of its last step, so that the reward is the logistic function of the weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pydantic import Field

from pfviz.errors import TraceError
from pfviz.inference.weights import normalise
from pfviz.trace.building.assemble import Columns, Source, assemble
from pfviz.trace.building.runs import MAX_RUNS, ReadingOptions
from pfviz.trace.building.score_scales import SCALES
from pfviz.trace.tables.fields import Answer, Number, RowFields, check_row
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray

EXAMPLE = """\
{"question": "Which is the highest note?", "gold_letter": "B", "model": "omni-3b", "trace": {"iterations": [
  {"step": 0, "particles": [{"new_text": "The second is high.", "stopped": false, "cum_log_weight": 2.2},
                            {"new_text": "The first is low.", "stopped": false, "cum_log_weight": -0.4}],
   "resample": {"temperature": 1.0, "random_survival": 0, "probabilities": [0.931, 0.069], "parents": [0, 0]}},
  {"step": 1, "particles": [{"new_text": "Answer: B", "stopped": true, "cum_log_weight": 3.0},
                            {"new_text": "Answer: C", "stopped": true, "cum_log_weight": 0.8}], "resample": null}],
 "final_log_weights": [3.0, 0.8], "selected_index": 0}}
"""

_PROBLEM_NAMES = ("problem", "question", "prompt")
_TRUTH_NAMES = ("gold_letter", "gold", "gold_answer", "truth", "answer")


class _Particle(RowFields):
    new_text: str | None = Field(None, description="a text or null")
    stopped: bool = Field(False, description="true or false")
    cum_log_weight: Number = Field(description="a number")


class _Resample(RowFields):
    temperature: Number = Field(math.nan, description="a number or null")
    probabilities: list[Number] | None = Field(None, description="a list of numbers or null")
    parents: list[int] | None = Field(None, description="a list of slots or null")


class _Iteration(RowFields):
    particles: list[_Particle] = Field(min_length=1, description="a list of at least one particle")
    resample: _Resample | None = Field(None, description="an object or null")


class _Run(RowFields):
    iterations: list[_Iteration] = Field(min_length=1, description="a list of at least one iteration")
    final_log_weights: list[Number] | None = Field(None, description="a list of numbers or null")
    selected_index: int | None = Field(None, description="a slot or null")


class _Names(RowFields):
    problem: Answer = None
    truth: Answer = None
    model: Answer = None
    signal: Answer = None


def recognise(data: bytes) -> bool:
    """Return whether the first row has iterations with particles."""
    run = _find_run(peek_row(data))
    iterations = None if run is None else run.get("iterations")
    return isinstance(iterations, list) and bool(iterations) and isinstance(iterations[0], dict)


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each row; raises `TraceError` naming the line and field that is wrong."""
    rows = read_rows(data)
    if len(rows) > MAX_RUNS:
        raise TraceError(f"the file has {len(rows):,} runs; at most {MAX_RUNS:,} are opened at once. Split it.")
    return [_read_row(where, row, place) for place, (where, row) in enumerate(rows)]


def _find_run(row: Row | None) -> Row | None:
    if row is None:
        return None
    trace = row.get("trace")
    return trace if isinstance(trace, dict) else row


def _read_row(where: str, row: Row, place: int) -> Trace:
    run = check_row(_Run, where, _find_run(row) or {})
    first = {name: row.get(name) for name in ("model", "signal")}
    for name, candidates in (("problem", _PROBLEM_NAMES), ("truth", _TRUTH_NAMES)):
        first[name] = next((row[one] for one in candidates if isinstance(row.get(one), str | int | float)), None)
    names = check_row(_Names, where, first)
    notes = ["Read from a file of the its_hub fork; rewards are 1 / (1 + exp(−weight)), as weights are logits there."]
    notes.append("It does not hold tokens, log-probabilities or times.")
    if run.selected_index is not None:
        notes.append(f"The run itself chose particle {run.selected_index}.")
    source = Source(
        names.problem or "", names.truth, names.model or "", names.signal or "", "particle_filtering",
        seed=place, settings={"potential": "odds"},
    )  # fmt: skip
    try:
        return _build(source, run, notes)
    except TraceError as error:
        raise TraceError(f"{where}: {error}") from error


def _build(source: Source, run: _Run, notes: list[str]) -> Trace:
    steps, particles = len(run.iterations), len(run.iterations[0].particles)
    for k, iteration in enumerate(run.iterations):
        if len(iteration.particles) != particles:
            raise TraceError(f"iterations[{k}].particles: expected {particles}, as at first; found another number")
    weights = np.array([[one.cum_log_weight for one in iteration.particles] for iteration in run.iterations])
    if np.isnan(weights).any() or np.isposinf(weights).any():
        raise TraceError("cum_log_weight: expected a number below infinity of every particle")
    ended = np.array([[one.stopped for one in iteration.particles] for iteration in run.iterations])
    ancestors = np.tile(np.arange(particles), (steps, 1))
    resampled, temperatures = np.zeros(steps, dtype=np.bool_), np.ones(steps)
    log_weights = weights - math.log(particles)
    for k, iteration in enumerate(run.iterations):
        chosen = iteration.resample
        if chosen is None:
            continue
        log_weights[k], temperatures[k] = _temper(weights[k], chosen)
        if chosen.parents is None:
            continue
        if k == steps - 1:
            notes.append("The selection after the last step is left out: nothing was written after it.")
            continue
        ancestors[k], resampled[k] = _check_parents(k, chosen.parents, particles), True
    _check_texts(run.iterations, ended, ancestors)
    return assemble(
        replace(source, notes=tuple(notes)),
        Columns(
            texts=[[one.new_text or "" for one in iteration.particles] for iteration in run.iterations],
            rewards=SCALES["logit"].apply(weights),
            ended=ended,
            ancestors=ancestors,
            resampled=resampled,
            log_weights=log_weights,
            temperatures=temperatures,
        ),
    )


def _temper(weights: FloatArray, chosen: _Resample) -> tuple[FloatArray, float]:
    """Log-weights (N,) whose softmax the particles were drawn by, and its temperature: as the file's probabilities have
    it, where they say otherwise."""
    temperature = chosen.temperature if chosen.temperature > 0 and math.isfinite(chosen.temperature) else 1.0
    tempered = weights / temperature - math.log(len(weights))
    drawn = np.array(chosen.probabilities or [], dtype=np.float64)
    if drawn.shape != weights.shape or not np.isfinite(drawn).all() or (drawn < 0).any() or drawn.sum() <= 0:
        return tempered, temperature
    if np.allclose(normalise(tempered), drawn / drawn.sum(), atol=1e-3):
        return tempered, temperature
    with np.errstate(divide="ignore"):
        return np.log(drawn / drawn.sum()), temperature


def _check_parents(k: int, parents: Sequence[int], particles: int) -> Sequence[int]:
    if len(parents) != particles or not all(0 <= parent < particles for parent in parents):
        raise TraceError(f"iterations[{k}].resample.parents: expected {particles} slots from 0 to {particles - 1}")
    return parents


def _check_texts(iterations: Sequence[_Iteration], ended: np.ndarray, ancestors: np.ndarray) -> None:
    """A particle that has stopped writes nothing, and does not go on."""
    gone = np.zeros(ended.shape[1], dtype=np.bool_)
    for k, iteration in enumerate(iterations):
        if k:
            gone = (ended[k - 1] | gone)[ancestors[k - 1]]
        for i, one in enumerate(iteration.particles):
            if gone[i] and (one.new_text or not one.stopped):
                raise TraceError(
                    f"iterations[{k}].particles[{i}]: expected a stopped particle without a text, as its parent stopped"
                )
