"""A trace as the columns that `replay.js` plays: small, sent once, and whole enough that no frame asks again."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from pfviz.diagnostics import ess_fraction, lanes, max_weight, offspring, root_ancestor, survivors
from pfviz.figures import theme
from pfviz.figures.marks import MIN_DIAMETER, diameters
from pfviz.figures.run.tree.detail_levels import detail_level
from pfviz.text import shorten
from pfviz.trace.trace import Trace

MAX_FINE_SLOTS = 20_000
"""Slots (T·N) up to which rewards and weights have 16 bits; beyond, 8, which still tell 256 colours and sizes apart."""

MAX_ANSWER = 40
"""Characters of an answer."""

_COLOURS = {
    "ink": theme.INK,
    "muted": theme.MUTED,
    "faint": theme.FAINT,
    "surface": theme.SURFACE,
    "outline": theme.OUTLINE,
    "survivor": theme.SURVIVOR_COLOUR,
    "accent": theme.ACCENT,
}


def build_columns(trace: Trace, *, run: str = "", running: bool = False) -> dict[str, Any]:
    """Return what plays a run of T steps and N particles, as plain data.

    `ancestors`, `lanes`, `rewards`, `weights`, `written` and `finished` are (T, N), packed by `pack`; who lives and
    what the uids are follows from them. `facts` holds what the sentences of a step say, (T,) each. `answers` are those
    of the last step, `leaf_answers` (N,) the place of each particle's among them, -1 for none.

    Args:
        run: names the run, as long as it stays the same the reader's place in it is kept.
        running: whether steps are still to come.
    """
    return {
        "run": run,
        "running": running,
        "steps": trace.steps,
        "particles": trace.particles,
        "ancestors": pack(trace.ancestors),
        "lanes": pack(lanes(trace)),
        "rewards": _pack_shares(trace.rewards, trace),
        "weights": _pack_shares(np.sqrt(trace.weights), trace),  # the square root: what a diameter is drawn by
        "written": pack(trace.written),
        "finished": pack(trace.finished),
        "facts": step_facts(trace),
        **_leaf_answers(trace),
        "every_slot": detail_level(np.ones_like(trace.written), survivors(trace)) == "all",  # else cells stand for some
        "diameters": [MIN_DIAMETER, float(diameters(np.ones(1), trace.particles)[0])],  # px: least, of all the weight
        "colours": {name: [light, theme.LIGHT_TO_DARK[light]] for name, light in _COLOURS.items()},
        "scale": [colour for _, colour in theme.REWARD_SCALE],
    }


def pack(values: npt.NDArray[Any], scale: float | None = None) -> dict[str, Any]:
    """Return an array of truth values (eight a byte, first one highest) or of integers ≥ 0 (one or two bytes each,
    little-endian, whichever is enough) as base64; with `scale` a value is that integer times it.

    Raises:
        ValueError: A value does not fit into two bytes.
    """
    if values.dtype == np.bool_:
        return {"type": "bits", "data": _encode(np.packbits(values.ravel()))}
    top = int(values.max(initial=0))
    if top > 0xFFFF or int(values.min(initial=0)) < 0:
        raise ValueError(f"columns hold 0 to {0xFFFF}, not {values.min()} to {top}")
    packed = {"type": "u1" if top < 256 else "u2", "data": _encode(values.astype("<u1" if top < 256 else "<u2"))}
    return packed if scale is None else packed | {"scale": scale}


def _pack_shares(values: npt.NDArray[Any], trace: Trace) -> dict[str, Any]:
    """Pack numbers in [0, 1]; what lies outside is cut, what is no number is 0."""
    levels = 0xFFFF if trace.steps * trace.particles <= MAX_FINE_SLOTS else 0xFF
    whole = np.rint(np.clip(np.nan_to_num(values), 0, 1) * levels).astype(np.int64)
    return pack(whole, 1 / levels)


def _encode(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def step_facts(trace: Trace) -> dict[str, list[Any]]:
    """Return, (T,) each: how many particles `writing`, the lowest and highest reward of those, the share of the
    `heaviest`, `ess` over N, whether it `resampled`; if so how many `died`, how many were `copied`; how many first
    steps live on after it (`families`), and whether it did not because the weights are `even` enough."""
    steps, children = trace.steps, offspring(trace)
    roots = root_ancestor(trace)
    kept = np.take_along_axis(roots, trace.ancestors, axis=1) if steps else roots
    writing = trace.written
    ess = ess_fraction(trace)
    threshold = trace.settings.get("threshold")
    by_ess = trace.settings.get("trigger") == "ess" and isinstance(threshold, int | float)
    even = ~trace.resampled & (ess >= (float(threshold or 0) if by_ess else np.inf))
    return {
        "writing": writing.sum(axis=1).tolist(),
        "lowest": _rounded(np.where(writing, trace.rewards, np.inf).min(axis=1, initial=np.inf)),
        "highest": _rounded(np.where(writing, trace.rewards, -np.inf).max(axis=1, initial=-np.inf)),
        "heaviest": _rounded(max_weight(trace)),
        "ess": _rounded(ess),
        "resampled": trace.resampled.tolist(),
        "died": (children == 0).sum(axis=1).tolist(),
        "copied": (children > 1).sum(axis=1).tolist(),
        "families": [len(np.unique(row)) for row in kept],
        "even": even.tolist(),
    }


def _rounded(values: npt.NDArray[Any]) -> list[float]:
    """Numbers for JSON, which knows no infinity: 0 where there is none."""
    found: list[float] = np.where(np.isfinite(values), values, 0.0).round(4).tolist()
    return found


def _leaf_answers(trace: Trace) -> dict[str, Any]:
    places = np.full(trace.particles, -1, dtype=np.int64)
    rows = trace.answers.rows if trace.steps else ()
    for place, row in enumerate(rows):
        places[list(row.members)] = place
    answers = [
        {"text": shorten(row.display, MAX_ANSWER), "right": row.correct, "mass": round(row.mass, 4)} for row in rows
    ]
    return {"answers": answers, "leaf_answers": places.tolist()}
