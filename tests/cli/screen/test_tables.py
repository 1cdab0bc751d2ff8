"""What is printed of a trace: long answers are cut, code is as it was written."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from pfviz.cli.screen import tables
from pfviz.cli.screen.tables import MAX_ANSWER
from pfviz.trace import Trace
from tests.traces import synthetic_trace

LONG = "+".join(map(str, range(1, 400)))
CODE = "So:\n```python\nx = 2 * 3 - 1  # [bold]\n\ny = `x`\n```"


def printed(trace: Trace) -> str:
    out = io.StringIO()
    screen = Console(file=out, width=200, highlight=False)
    screen.print(tables.heading(trace))
    tables.print_result(screen, trace)
    return out.getvalue()


def with_texts(text: str) -> Trace:
    """A run whose every step says this."""
    trace = synthetic_trace()
    return replace(trace, texts=((text,) * trace.particles,) * trace.steps, truth=LONG)


def test_a_long_answer_and_a_long_truth_are_cut() -> None:
    shown = printed(with_texts(rf"\boxed{{{LONG}}}"))
    cut = LONG[: MAX_ANSWER - 1] + "…"
    assert f"true answer: {cut}\n" in shown
    (row,) = [line for line in shown.splitlines() if line.startswith(cut)]
    assert row.split()[-1] == "✓"


def test_code_in_a_step_is_printed_as_it_is() -> None:
    shown = printed(with_texts(CODE))
    for line in CODE.splitlines():
        assert line in shown
