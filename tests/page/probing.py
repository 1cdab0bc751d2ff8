"""A small run of the embedded pair, and visitors who ask models about it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pfviz
from pfviz.page.actions import probe
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.visits import Visit
from pfviz.trace import Trace

LISTED = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
ANY = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})
FIRST = 0
"""The uid of the first particle in the first step."""


@cache
def small_run() -> Trace:
    """Six particles under the naive reward."""
    return pfviz.run("Compute (12 + 7) * 3 - 45", particles=6, seed=1, reward="naive", temperature=1.0)


def visiting(
    question: str, trace: Trace | None = None, selected: int | None = FIRST, menu: ModelMenu = LISTED
) -> Visit:
    """Somebody who looks at the form of a question, of `small_run` unless another is given."""
    shown = small_run() if trace is None else trace
    return Visit(trace=shown, tab="check", question=question, selected=selected, probe_state=ProbeState(menu))


def ask(visit: Visit, engine: Any = None, **sent: str) -> list[dict[str, Any]]:
    """Press the button of a question's form, and wait for all answers."""
    return list(probe.start(engine or SharedEngine(LISTED), visit, sent))
