"""What every HTML file that works offline holds: its frame, plotly.js, the figures' data, colours light and dark."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from markupsafe import Markup

from pfviz.figures import theme
from pfviz.figures.plotly_js import PLOTLY_JS
from pfviz.figures.registry import Figure
from pfviz.figures.run.tree.leaves import CORRECTNESS_MARKS
from pfviz.templating import render_template

DEFAULT_HEIGHT = 320
"""Pixels of a figure that asks for none."""
MAX_SINGLE = 1e30
"""Up to which a number is written in single precision."""

_COLOURS = {
    "ink": theme.INK,
    "muted": theme.MUTED,
    "faint": theme.FAINT,
    "grid": theme.GRID,
    "surface": theme.SURFACE,
    "accent": theme.ACCENT,
    "right": theme.RIGHT_COLOUR,
    "wrong": theme.WRONG_COLOUR,
}
_COLOUR_VARIABLES = {
    "light": {**_COLOURS, "page": "#f5f7f9"},
    "dark": {**{name: theme.LIGHT_TO_DARK[colour] for name, colour in _COLOURS.items()}, "page": "#0e1318"},
}


def render_document(template: str, *, title: str, compiles_code: bool = False, **values: Any) -> str:
    """Return a whole HTML file from a template that extends `document.html.j2`.

    Args:
        title: what a browser shows of it, before " · pfviz".
        compiles_code: whether its scripts make code from text, which the file's content policy else forbids.
        values: what the template itself uses.
    """
    frame = {
        "title": title,
        "compiles_code": compiles_code,
        "colours": _COLOUR_VARIABLES,
        "font": Markup(theme.FONT),
        "plotly_js": plotly_js,
    }
    return str(render_template("pfviz.report", template, **frame, **values))


@cache
def plotly_js() -> Markup:
    """Return the source of plotly.js, fit to stand inside a script element."""
    return Markup(PLOTLY_JS.read_text(encoding="utf-8").replace("</script", "<\\/script"))


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A figure in a file, and what is said of it there."""

    name: str  # the id of the element that it is drawn into
    title: str
    finding: str  # what this figure shows, in a sentence
    reads: str  # how to read it
    height: float  # pixels
    spec: dict[str, Any]  # the figure as plain data


def build_card(figure: Figure, subject: Any) -> FigureCard:
    """Return the card of a figure, drawn of `subject`. What it finds and how it is read stand in its `layout.meta`."""
    spec = figure_spec(figure.draw(subject, title=False))
    layout = spec["layout"]
    layout["meta"]["over_steps"] = figure.over_steps
    return FigureCard(
        name=figure.name,
        title=figure.title,
        finding=layout["meta"]["title"],
        reads=layout["meta"]["reads"],
        height=layout.get("height", DEFAULT_HEIGHT),
        spec=spec,
    )


def figure_spec(figure: Any) -> dict[str, Any]:
    """Return a figure as plain data, without Plotly's template. Its arrays of numbers have seven digits, which is half
    of the room that they else take in a file."""
    found: dict[str, Any] = json.loads(figure.to_json())
    found["layout"].pop("template", None)
    found["data"] = _halve_arrays(found["data"])
    return found


def _halve_arrays(value: Any) -> Any:
    """The value with every array of double precision in single precision, where its numbers fit there."""
    if isinstance(value, list):
        return [_halve_arrays(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("dtype") != "f8":
        return {name: _halve_arrays(item) for name, item in value.items()}
    numbers = np.frombuffer(base64.b64decode(value["bdata"]), dtype="<f8")
    if numbers.size and np.nanmax(np.abs(numbers), initial=0) > MAX_SINGLE:
        return value
    return {**value, "dtype": "f4", "bdata": base64.b64encode(numbers.astype("<f4").tobytes()).decode("ascii")}


def recolour_specs(cards: Iterable[FigureCard]) -> dict[str, dict[str, Any]]:
    """Return the figures of cards in both sets of colours: name → {"light": …, "dark": …}, as `draw.js` reads it."""
    return {
        card.name: {look: theme.recolour(card.spec, look == "dark") for look in ("light", "dark")} for card in cards
    }


@dataclass(frozen=True, slots=True)
class Judgement:
    """That something is right or wrong: the word, which is a class of the style sheets too, and the mark."""

    word: str
    mark: str


def judge(correct: bool | None) -> Judgement | None:
    """Return how a file says that something is right or wrong; None where nobody knows."""
    return None if correct is None else Judgement("right" if correct else "wrong", CORRECTNESS_MARKS[correct])
