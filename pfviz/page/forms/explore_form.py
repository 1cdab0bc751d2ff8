"""The bar over the pictures: what colours the particles, and which steps are looked for; and what is read of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pfviz.diagnostics.node_filter import MAX_PATTERN_CHARS, STATES, NodeFilter
from pfviz.trace import Trace

STATE_TITLES = {
    "any": "All steps",
    "alive": "Alive",
    "dead": "Died out",
    "finished": "Finished",
    "right": "Right",
    "wrong": "Wrong",
}
MAX_ANSWERS = 12  # in the list
_ANSWER_PREFIX = "answer "  # before the number of an answer in the list


def read_filter(trace: Trace, typed: Mapping[str, object]) -> NodeFilter:
    """Return what was chosen; what makes no sense lets all pass."""
    show = str(typed.get("show", ""))
    low, high = _read_reward(typed.get("low"), 0.0), _read_reward(typed.get("high"), 1.0)
    return NodeFilter(
        state=next((state for state in STATES if state == show), "any"),
        answer=dict(answer_choices(trace)).get(show, ""),
        text=str(typed.get("text", ""))[: MAX_PATTERN_CHARS + 1].strip(),
        low=min(low, high),
        high=max(low, high),
    )


def answer_choices(trace: Trace) -> list[tuple[str, str]]:
    """Return the answers of the list, by what stands for them there: (name, canonical form)."""
    return [(f"{_ANSWER_PREFIX}{k}", row.canonical) for k, row in enumerate(trace.answers.rows[:MAX_ANSWERS])]


def _read_reward(typed: object, usual: float) -> float:
    try:
        value = float(str(typed)[:20])
    except ValueError:
        return usual
    return min(1.0, max(0.0, value)) if math.isfinite(value) else usual
