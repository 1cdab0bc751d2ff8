"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from benchmarks.results import Line


def report_table(lines: Iterable[Line]) -> Table:
    """A row for each line, with median, quartiles and whether the goal is met."""
    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name, justify in (
        ("quantity", "left"),
        ("pair", "left"),
        ("N", "right"),
        ("steps", "right"),
        ("median", "right"),
        ("quartiles", "right"),
        ("of", "right"),
        ("goal", "left"),
    ):
        made.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for line in lines:
        spread = line.spread
        goal = Text("")
        if line.goal is not None:
            met = line.goal.is_met(spread)
            goal = Text(f"{line.goal} {'met' if met else 'missed'}", "green" if met else "red")
        made.add_row(
            line.what,
            line.pair,
            str(line.particles),
            str(line.steps),
            f"{format_number(spread.median)} {line.unit}".rstrip(),
            f"{format_number(spread.low)} to {format_number(spread.high)}",
            str(spread.count),
            goal,
        )
    return made


def format_number(value: float) -> str:
    """Three digits, or all of a large whole number."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
