"""Which steps of a run are looked for: by how they ended, by answer, by text, by reward."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import regex

from pfviz.diagnostics.genealogy import lineage_slots, survivors
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.truth import RIGHT, WRONG, truth
from pfviz.errors import SettingError
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray

State = Literal["any", "alive", "dead", "finished", "right", "wrong"]
STATES: tuple[State, ...] = get_args(State)
MAX_PATTERN_CHARS = 200
MATCH_SECONDS = 0.5
"""For all texts of a run together: a regular expression may be one that never ends."""


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """What a step must have; each field that is not set lets all pass.

    Args:
        state: alive: it has descendants at the last step; dead: it has none; finished; right or wrong, as far as that
            is known.
        answer: in canonical form: that of a descendant at the last step.
        text: what stands in its text, in whatever case; between slashes a regular expression.
        low: least reward.
        high: largest reward.
    """

    state: State = "any"
    answer: str = ""
    text: str = ""
    low: float = 0.0
    high: float = 1.0

    @property
    def passes_all(self) -> bool:
        return self == NO_FILTER


NO_FILTER = NodeFilter()


def filter_nodes(trace: Trace, wanted: NodeFilter) -> BoolArray:
    """(T, N) The steps that pass. A waiting slot passes with the step that its particle waits after.

    Raises:
        SettingError: the regular expression is none, or takes too long.
    """
    found = np.ones((trace.steps, trace.particles), dtype=np.bool_)
    if wanted.passes_all or not trace.steps:
        return found
    found &= (trace.rewards >= wanted.low - 1e-9) & (trace.rewards <= wanted.high + 1e-9)
    if wanted.state != "any":
        found &= _of_state(trace, wanted.state)
    if wanted.answer:
        found &= _leads_to(trace, wanted.answer)
    if wanted.text:
        found &= _with_text(trace, wanted.text, found)
    return found


def count_steps(trace: Trace, mask: BoolArray) -> int:
    """How many of the steps that were written are in the mask (T, N)."""
    return int((mask & trace.written).sum())


def next_match(trace: Trace, mask: BoolArray, uid: int | None, by: Literal[-1, 1]) -> int | None:
    """The uid of the next written step in the mask after `uid`, or before it, in the order of steps and slots; round
    and round. None where there is none."""
    uids = np.sort(trace.uids[mask & trace.written])
    if not len(uids):
        return None
    if uid is None:
        return int(uids[0 if by > 0 else -1])
    place = np.searchsorted(uids, uid, side="right") if by > 0 else np.searchsorted(uids, uid) - 1
    return int(uids[place % len(uids)])


def _of_state(trace: Trace, state: State) -> BoolArray:
    if state in ("alive", "dead"):
        return np.asarray(survivors(trace) == (state == "alive"))
    if state == "finished":
        return np.asarray(trace.finished)
    return np.asarray(prefix_labels(trace, truth(trace)) == (RIGHT if state == "right" else WRONG))


def _leads_to(trace: Trace, answer: str) -> BoolArray:
    mask, back = np.zeros((trace.steps, trace.particles), dtype=np.bool_), lineage_slots(trace)
    members = [slot for row in trace.answers.rows if row.canonical == answer for slot in row.members]
    mask[np.arange(trace.steps)[:, None], back[:, members]] = True
    return mask


def _with_text(trace: Trace, typed: str, among: BoolArray) -> BoolArray:
    """Of the slots `among` (T, N), those whose step has the text; each text is looked at once."""
    matches = _matcher(typed)
    uids = np.unique(trace.uids[among])
    passing = [int(uid) for uid in uids if matches(trace.texts[uid // trace.particles][uid % trace.particles])]
    return np.asarray(np.isin(trace.uids, passing))


def _matcher(typed: str) -> Callable[[str], bool]:
    if len(typed) > MAX_PATTERN_CHARS:
        raise SettingError("text", f"What is looked for may have {MAX_PATTERN_CHARS} characters.")
    if len(typed) < 3 or not (typed.startswith("/") and typed.endswith("/")):
        wanted = typed.casefold()
        return lambda text: wanted in text.casefold()
    try:
        pattern = regex.compile(typed[1:-1], regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise SettingError("text", f"This is no regular expression: {error}.") from error
    end = time.monotonic() + MATCH_SECONDS

    def search(text: str) -> bool:
        try:
            return pattern.search(text, timeout=max(end - time.monotonic(), 1e-6), concurrent=True) is not None
        except TimeoutError as error:
            raise SettingError("text", "This regular expression takes too long here; try a simpler one.") from error

    return search
