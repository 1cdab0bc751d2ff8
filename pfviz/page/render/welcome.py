"""The head of the page, and what stands in the middle where there is no run to look at."""

from __future__ import annotations

from pfviz.page.components.html import fill


def hero() -> str:
    """Return the empty state: a run that was stopped before its first step was complete leaves nothing to draw."""
    return fill("hero.html.j2")


def page_header() -> str:
    """Return the head of the page: mark, name, and what it is in one sentence."""
    return fill("page_header.html.j2")
