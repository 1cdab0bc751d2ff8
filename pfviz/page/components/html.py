"""HTML of the page: templates in which every value is escaped, the pieces that all of it shares, and their numbers.

Python prepares plain data, a template of `page/templates/` places it; `ui.html.j2` holds the small pieces as macros.
What comes from a visitor, a model or a file is text there, or mathematics by the filter `math`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension

from pfviz.templating import environment

__all__ = [
    "error_banner",
    "error_message",
    "fill",
    "format_score",
    "problem_chips",
    "small_text",
]


def fill(template: str, /, **values: Any) -> str:
    """Return a template of the page, such as "run/answer.html.j2", filled with `values`.

    Raises:
        jinja2.UndefinedError: The template uses a name that is not among the values.
    """
    return _page_environment().get_template(template).render(values)


@cache
def _page_environment() -> Environment:
    """Return the environment of the package, with the page's own filters; compiled templates stay in it."""
    made = environment("pfviz.page")
    made.add_extension(_JoinedTags)
    made.filters.update(score=format_score, bar_width=bar_width)
    return made


class _JoinedTags(Extension):
    """A line break between two tags is the template's layout, not a space on the page (as in JSX and Vue).

    It becomes a comment of the template, so that the lines in messages of errors stay right.
    """

    _BREAK = re.compile(r"(?<=[>}])(\n\s*)(?=[<{]|\Z)")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return self._BREAK.sub(r"{#\1#}", source)


def error_message(text: str) -> str:
    """Return what is wrong with a field, shown beside it; empty for nothing."""
    return fill("error.html.j2", text=text, kind="field-error") if text else ""


def error_banner(text: str) -> str:
    """Return what went wrong with a run or a file; empty for nothing."""
    return fill("error.html.j2", text=text, kind="banner") if text else ""


def small_text(text: str) -> str:
    """Return a sentence in small print."""
    return fill("small_text.html.j2", text=text)


def problem_chips(texts: Iterable[str], lead: str = "") -> str:
    """Return problems to click; empty where there are none."""
    problems = tuple(texts)
    return fill("problem_chips.html.j2", problems=problems, lead=lead) if problems else ""


def format_score(value: float) -> str:
    """A reward in [0, 1] as two digits."""
    return f"{value:.2f}"


def bar_width(value: float) -> str:
    """Return the width of a bar in per cent of its track: that of a share, within [0, 1]."""
    return f"{100 * min(1.0, max(0.0, value)):.1f}"
