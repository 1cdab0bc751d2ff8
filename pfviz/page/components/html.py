"""Small pieces of safe HTML. Everything that comes from a visitor or a model passes through `escape` or `mathtext`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pfviz.text import format_percent as percent

__all__ = [
    "bar",
    "error_banner",
    "error_message",
    "escape",
    "format_score",
    "particle_button",
    "percent",
    "problem_chips",
]


def error_message(text: str) -> str:
    """What is wrong with a field, shown beside it; empty for nothing."""
    return f'<p class="trouble" role="alert">{escape(text)}</p>' if text else ""


def error_banner(text: str) -> str:
    """What went wrong with a run or a file; empty for nothing."""
    return f'<p class="banner" role="alert">{escape(text)}</p>' if text else ""


def problem_chips(texts: Iterable[str], lead: str = "") -> str:
    """Problems to click."""
    buttons = "".join(
        f'<button type="button" class="chip" data-problem="{safe}" title="{safe}">{safe}</button>'
        for safe in map(escape, texts)
    )
    return f'{f"<p>{escape(lead)}</p>" if lead else ""}<div class="chips">{buttons}</div>' if buttons else ""


def bar(value: float, kind: str = "") -> str:
    """A bar of a share in [0, 1]; the number always stands beside it."""
    width = 100 * min(1.0, max(0.0, value))
    return f'<span class="bar {kind}" aria-hidden="true"><i style="width:{width:.1f}%"></i></span>'


def format_score(value: float) -> str:
    """A reward in [0, 1] as two digits."""
    return f"{value:.2f}"


def particle_button(uid: int, slot: int, detail: str, role: str = "") -> str:
    """A particle to click."""
    return (
        f'<button type="button" class="particle" data-uid="{uid}" data-role="{role}">'
        f"<b>{slot}</b><span>{escape(detail)}</span></button>"
    )
