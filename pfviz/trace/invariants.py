"""What must hold between the fields of a trace, beyond each field's own type and range."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from itertools import pairwise

import numpy as np

from pfviz.errors import TraceError
from pfviz.trace.trace import Trace
from pfviz.types import IntArray


def check_invariants(trace: Trace, prefix: str = "") -> None:
    """Ancestry, identity, finishing and counts of one sweep fit together; `prefix` says where its fields stand.

    Raises:
        TraceError: they do not; the message names the field with its index, what was expected and what was found.
    """
    t_max, n = trace.steps, trace.particles
    if trace.retained is not None and (trace.retained >= n or not t_max):
        raise TraceError(f"{prefix}retained: expected a slot from 0 to {n - 1}; found {trace.retained}")
    for k, note in enumerate(trace.notes):
        if note.step >= t_max or any(slot >= n for slot in note.slots):
            raise TraceError(f"{prefix}notes[{k}]: expected a step below {t_max} and slots below {n}")
    if t_max == 0:
        return

    def _refuse(wrong: np.ndarray, name: str, expected: str, column: object) -> None:
        raise_if_any(wrong, prefix + name, expected, column)

    _refuse(trace.ancestors >= n, "ancestors", f"a slot from 0 to {n - 1}", trace.ancestors)
    slots = np.arange(n)
    moved = ~trace.resampled[:, None] & (trace.ancestors != slots)
    _refuse(moved, "ancestors", "the slot itself, as the step was not resampled", trace.ancestors)
    own = np.arange(t_max * n).reshape(t_max, n)
    before = np.zeros((t_max, n), dtype=np.bool_)
    before[1:] = np.take_along_axis(trace.finished[:-1], trace.ancestors[:-1], axis=1)
    uids = own.copy()
    inherited = np.take_along_axis(trace.uids[:-1], trace.ancestors[:-1], axis=1)
    uids[1:] = np.where(before[1:], inherited, uids[1:])
    _refuse(trace.uids != uids, "uids", "t*N+n for a new step, else the uid of the finished ancestor", trace.uids)
    _refuse(before & ~trace.finished, "finished", "true, as the ancestor was finished", trace.finished)
    lengths = {
        name: _lengths(getattr(trace, name))
        for name in ("texts", "ends", "token_ids", "token_log_probs", "entropies", "token_rewards", "reward_ends")
    }
    for name in ("tokens", "texts", "ends", "token_ids", "token_log_probs", "entropies", "reward_ends"):
        filled = trace.tokens != 0 if name == "tokens" else lengths[name] > 0
        _refuse(before & filled, name, "nothing, as the particle was finished before", getattr(trace, name))
    _refuse(before & np.isnan(trace.log_probs), "log_probs", "0, as the particle was finished before", trace.log_probs)
    labelled = ~np.isnan(trace.step_labels)
    _refuse(before & labelled, "step_labels", "null, as the particle was finished before", trace.step_labels)
    _refuse(lengths["token_ids"] != trace.tokens, "tokens", "the length of token_ids", trace.tokens)
    for name in ("token_log_probs", "entropies"):
        differs = (lengths[name] != lengths["token_ids"]) & (lengths[name] > 0)
        _refuse(differs, name, "one number for each of token_ids, or none", getattr(trace, name))
    differs = lengths["token_rewards"] != lengths["reward_ends"]
    _refuse(differs, "token_rewards", "one number for each of reward_ends", trace.token_rewards)
    falling = np.zeros((t_max, n), dtype=np.bool_)
    for t, slot in np.argwhere(lengths["reward_ends"] > 0).tolist():
        ends = trace.reward_ends[t][slot]
        falling[t, slot] = any(b <= a for a, b in pairwise(ends)) or ends[-1] > len(trace.texts[t][slot])
    _refuse(falling, "reward_ends", "rising numbers, none beyond the step's text", trace.reward_ends)
    _refuse((lengths["ends"] == 0) & ~before, "ends", "why the step ended", trace.ends)
    failed = np.array([[end == "failed" for end in row] for row in trace.ends])
    _refuse(failed & ~trace.finished, "finished", "true, as the step failed", trace.finished)
    _refuse(np.diff(trace.seconds, prepend=0.0) < 0, "seconds", "no less than the step before", trace.seconds)
    _refuse(trace.ess > n * (1 + 1e-9), "ess", f"at most N = {n}", trace.ess)
    if trace.pinned:
        _refuse(trace.ancestors[:, :1] != 0, "ancestors", "0, as slot 0 is pinned", trace.ancestors)


def _lengths(column: Sequence[Sequence[Sized]]) -> IntArray:
    return np.array([list(map(len, row)) for row in column], dtype=np.int64)


def raise_if_any(wrong: np.ndarray, name: str, expected: str, column: object) -> None:
    """Raise for the first true place of `wrong`."""
    if not wrong.any():
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    found = column
    for index in place:
        found = found[index]  # type: ignore[index]
    where = name + "".join(f"[{index}]" for index in place)
    raise TraceError(f"{where}: expected {expected}; found {str(found)[:60]!s}")
