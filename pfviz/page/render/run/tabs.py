"""The tabs below the genealogy: one for each figure of a run that asks for one, and those that hold more than that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pfviz.figures.registry import tab_figures
from pfviz.page.components.html import fill
from pfviz.trace import Trace


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its name, its label, its place in the row; `when` is None for one that every run has."""

    name: str
    title: str
    place: int
    when: Callable[[Any], bool] | None = None


OWN_TABS = (Tab("check", "Reward check", 50),)
"""Tabs whose parts the page lays out itself."""

_FIGURE_TABS = [Tab(figure.part, figure.title, figure.tab or 0, figure.when) for figure in tab_figures()]
TABS: tuple[Tab, ...] = tuple(sorted((*_FIGURE_TABS, *OWN_TABS), key=lambda tab: tab.place))
"""From left to right."""


def mark_tabs(run: Trace) -> str:
    """Return markup that shows the tabs that not every run has, where this one has them; see `tab_css`."""
    return fill("run/tab_marks.html.j2", names=[tab.name for tab in TABS if tab.when is not None and tab.when(run)])


def tab_css() -> str:
    """Rules that hide each tab that not every run has, unless `mark_tabs` is on the page: a tab of Gradio that comes
    and goes would lose updates of other parts."""
    return "".join(
        f'#shell:not(:has([data-tab="{tab.name}"])) #tabs [role="tablist"] > button:nth-of-type({place})'
        "{display:none}"
        for place, tab in enumerate(TABS, start=1)
        if tab.when is not None
    )
