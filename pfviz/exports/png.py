"""The genealogy as a PNG image, painted by Pillow, which comes with Gradio: no browser and no network."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from pfviz.errors import ExportError
from pfviz.exports.genealogy_drawing import Drawing, Edge, Word, draw_genealogy
from pfviz.figures import theme
from pfviz.figures.marks import CURVE_POINTS, curves
from pfviz.trace.trace import Trace

SCALE = 2
"""Pixels of the image for one of the drawing."""
_SMOOTHING = 2  # it is painted so many times larger, as Pillow's lines have no soft edges
_SIGN_WORDS = {"✓": "right:", "✗": "wrong:", "×": "x", "−": "-", "…": "...", "\n": " "}  # the font has none of them
_ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}


def to_png(trace: Trace) -> bytes:
    """Return the genealogy of a run's last sweep as a PNG file, twice as large as the SVG.

    Raises:
        ExportError: Pillow is not installed.
        TraceError: the run is too large to be drawn.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        raise ExportError(
            "PNG needs Pillow, which is not installed: `pip install pillow`. SVG needs nothing."
        ) from error
    drawing = draw_genealogy(trace)
    size = (drawing.width * SCALE, drawing.height * SCALE)
    large = Image.new("RGB", (size[0] * _SMOOTHING, size[1] * _SMOOTHING), theme.SURFACE)
    _paint_shapes(ImageDraw.Draw(large), drawing, SCALE * _SMOOTHING)
    image = large.resize(size, Image.Resampling.BOX)
    _paint_words(ImageDraw.Draw(image), drawing.words, SCALE)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _paint_shapes(canvas: Any, drawing: Drawing, scale: float) -> None:
    for x in drawing.event_lines:
        line = [(x * scale, drawing.top * scale), (x * scale, drawing.bottom * scale)]
        canvas.line(line, fill=theme.GRID, width=round(1.5 * scale))
    for edge in drawing.edges:
        canvas.line(_curve(edge, scale), fill=edge.colour, width=max(1, round(edge.width * scale)), joint="curve")
    for mark in drawing.marks:
        x, y, radius = mark.x * scale, mark.y * scale, mark.radius * scale
        fill, outline = (theme.SURFACE, mark.colour) if mark.is_hollow else (mark.colour, theme.OUTLINE)
        width = round((1.5 if mark.is_hollow else 0.8) * scale)
        canvas.ellipse([x - radius, y - radius, x + radius, y + radius], fill=fill, outline=outline, width=width)
    for x, y0, y1 in drawing.brackets:
        canvas.line([(x * scale, y0 * scale), (x * scale, y1 * scale)], fill=theme.MUTED, width=round(1.5 * scale))


def _curve(edge: Edge, scale: float) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = (np.array([value * scale]) for value in (edge.x0, edge.y0, edge.x1, edge.y1))
    xs, ys = curves(x0, y0, x1, y1, 2 * CURVE_POINTS)
    return list(zip(xs[:-1].tolist(), ys[:-1].tolist(), strict=True))


def _paint_words(canvas: Any, words: tuple[Word, ...], scale: float) -> None:
    """Words are painted at the size of the image: the font has soft edges of its own."""
    from PIL import ImageFont

    for word in words:
        font = ImageFont.load_default(word.size * scale)
        place = (word.x * scale, word.y * scale)
        text = _keep_known(word.text, font)
        bold = 0.3 * scale if word.is_bold else 0
        canvas.text(place, text, fill=word.colour, font=font, anchor=_ANCHORS[word.anchor], stroke_width=bold)


def _keep_known(text: str, font: Any) -> str:
    """Return the text with only such characters as Pillow's own font has."""
    for sign, words in _SIGN_WORDS.items():
        text = text.replace(sign, words)
    unknown = bytes(font.getmask("\uffff"))
    return "".join(sign if sign.isascii() or bytes(font.getmask(sign)) != unknown else "?" for sign in text)
