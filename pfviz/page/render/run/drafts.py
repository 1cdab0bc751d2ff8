"""The text of a step while it is written: what each particle says so far → HTML."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from pfviz.page.components.html import fill
from pfviz.text import shorten

MAX_PARTICLES, MAX_CHARACTERS = 16, 240


def show_drafts(texts: Mapping[int, str], step: int) -> str:
    """The last characters of each particle's step; of many particles the first ones."""
    shown = [(slot, shorten(text, MAX_CHARACTERS, keep_end=True)) for slot, text in sorted(texts.items())]
    return fill("run/drafts.html.j2", drafts=list(islice(shown, MAX_PARTICLES)), total=len(texts), step=step)
