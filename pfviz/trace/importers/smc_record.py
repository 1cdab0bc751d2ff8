"""Records of LLaMPPL and genlm-control (`smc.json`): the particles after each step, with their weights and, where they
were resampled, their ancestors.

A list of `{step, mode: "init" | "smc_step" | "resample", particles: [{contents, logweight, weight_incr}], ancestors}`.
The particles of a "resample" record are those *after* the step that followed the resampling, and `ancestors` says which
particle of the record before each of them continues. Numbers may be texts. `contents` is the whole text so far, its new
part between `<<<` and `>>>`; later versions have `contents_incr` instead, with `keep` characters of the text before.
"""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from pfviz.errors import TraceError
from pfviz.inference.weights import log_normalise
from pfviz.text import pluralise
from pfviz.trace.building.assemble import Columns, Source, assemble, check_room
from pfviz.trace.building.runs import ReadingOptions
from pfviz.trace.building.score_scales import choose_scale, describe_scale, scale_scores
from pfviz.trace.tables.fields import Number, RowFields, check_row
from pfviz.trace.tables.rows import peek_row, read_rows
from pfviz.trace.trace import Trace
from pfviz.types import IntArray

EXAMPLE = """\
[{"step": 1, "mode": "init", "particles": [
   {"contents": "<<<>>>", "logweight": "0.0", "weight_incr": "0.0"},
   {"contents": "<<<>>>", "logweight": "0.0", "weight_incr": "0.0"}]},
 {"step": 2, "mode": "smc_step", "particles": [
   {"contents": "<<<The>>>", "logweight": "-0.1", "weight_incr": "-0.1"},
   {"contents": "<<<A>>>", "logweight": "-2.0", "weight_incr": "-2.0"}]},
 {"step": 3, "mode": "resample", "ancestors": [0, 0], "particles": [
   {"contents": "The<<< cat>>>", "logweight": "-0.8", "weight_incr": "-0.2"},
   {"contents": "The<<< dog>>>", "logweight": "-1.1", "weight_incr": "-0.5"}]}]
"""

REWARD = "weight increments of the record"
_MODES = ("init", "smc_step", "resample")
MAX_CHARACTERS = 50_000_000
"""Of the texts so far of all records together."""


class _Particle(RowFields):
    contents: str | None = Field(None, description="a text")
    contents_incr: str | None = Field(None, description="a text")
    keep: int | None = Field(None, ge=0, description="a whole number from 0 on")
    logweight: Number = Field(description="a number")
    weight_incr: Number = Field(description="a number")


class _Record(RowFields):
    mode: str = Field(description="a text: init, smc_step or resample")
    particles: list[_Particle] = Field(min_length=1, description="a list of at least one particle")
    ancestors: list[int] | None = Field(None, description="a list of slots")


def recognise(data: bytes) -> bool:
    """Return whether the first record has a mode and particles."""
    row = peek_row(data)
    return row is not None and row.get("mode") in _MODES and isinstance(row.get("particles"), list)


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return the trace of the record; raises `TraceError` naming the item and field that is wrong."""
    records = [check_row(_Record, where, row) for where, row in read_rows(data)]
    if records[0].mode == "init":
        records = records[1:]
    check_room(len(records), len(records[0].particles) if records else 0)
    steps, particles = len(records), len(records[0].particles)
    ancestors = np.tile(np.arange(particles), (steps, 1))
    resampled = np.zeros(steps, dtype=np.bool_)
    for t, record in enumerate(records):
        if len(record.particles) != particles or record.mode not in _MODES:
            raise TraceError(f"record {t + 1}: expected {particles} particles, and a mode of {', '.join(_MODES)}")
        if record.mode == "resample" and t:
            given = record.ancestors or []
            if len(given) != particles or not all(0 <= one < particles for one in given):
                raise TraceError(f"record {t + 1}: ancestors: expected {particles} slots from 0 to {particles - 1}")
            ancestors[t - 1], resampled[t - 1] = given, True
    texts, changed, broken = _cut_texts(records, ancestors)
    weights = np.array([[one.logweight for one in record.particles] for record in records])
    increments = np.array([[one.weight_incr for one in record.particles] for record in records])
    if np.isnan(weights).any() or np.isposinf(weights).any() or np.isposinf(increments).any():
        raise TraceError("logweight, weight_incr: expected numbers below infinity of every particle")
    increments = np.where(np.isnan(increments), -np.inf, increments)  # of a weight that was zero before
    scale = choose_scale(increments.ravel().tolist(), options.scale)
    with np.errstate(invalid="ignore"):
        before = np.where(np.isneginf(weights), -np.inf, weights - np.where(np.isneginf(increments), 0, increments))
    notes = [
        "Read from a record of LLaMPPL or genlm-control, which has no reward model: a step's weight increment stands "
        "for its reward. " + describe_scale(scale, increments.ravel().tolist()),
        "It does not hold the problem, tokens, times, which particles were finished (those that wrote nothing more "
        "are taken for it), or a resampling after the last step.",
    ]
    if broken:
        notes.append(f"In {pluralise(broken, 'place')} a text does not go on from the one before: all of it is shown.")
    source = Source("", reward=REWARD, method="particle_filtering", notes=tuple(notes))
    columns = Columns(
        texts=texts,
        rewards=scale_scores(scale, increments),
        ended=_find_ended(changed, ancestors),
        ancestors=ancestors,
        resampled=resampled,
        log_weights=weights - math.log(particles),
        log_carried=np.array([log_normalise(row) for row in before]),
    )
    return [assemble(source, columns)]


def _cut_texts(records: list[_Record], ancestors: IntArray) -> tuple[list[list[str]], np.ndarray, int]:
    """What each particle wrote at each step, whether it wrote anything (T, N), and how often a text does not go on from
    the one before."""
    found: list[list[str]] = []
    broken, characters = 0, 0
    before: list[str] = [""] * len(records[0].particles)
    for t, record in enumerate(records):
        after, row = [], []
        for n, one in enumerate(record.particles):
            parent = before[n] if not t else before[int(ancestors[t - 1, n])]
            if one.contents is not None:
                whole = one.contents.replace("<<<", "").replace(">>>", "")
            elif one.contents_incr is not None:
                whole = parent[: len(parent) if one.keep is None else one.keep] + one.contents_incr
            else:
                raise TraceError(f"record {t + 1}, particles[{n}]: expected contents or contents_incr")
            characters += len(whole)
            continues = whole.startswith(parent)
            broken += not continues
            after.append(whole)
            row.append(whole[len(parent) :] if continues else whole)
        if characters > MAX_CHARACTERS:
            raise TraceError(f"the texts of all records have more than {MAX_CHARACTERS:,} characters")
        found.append(row)
        before = after
    return found, np.array([[bool(text) for text in row] for row in found]), broken


def _find_ended(changed: np.ndarray, ancestors: IntArray) -> np.ndarray:
    """(T, N) particles that nobody who continues them changed any more; at the last step all of them."""
    ended = np.ones_like(changed)
    for t in range(len(changed) - 2, -1, -1):
        goes_on = np.zeros(changed.shape[1], dtype=np.bool_)
        goes_on[ancestors[t][changed[t + 1] | ~ended[t + 1]]] = True
        continued = np.zeros_like(goes_on)
        continued[ancestors[t]] = True
        ended[t] = continued & ~goes_on
    return ended
