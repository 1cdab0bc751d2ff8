"""A table whose cells are coloured by what they say: worse, level or better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from pfviz.figures import theme


def verdict_table(
    x: Sequence[Any], y: Sequence[str], z: Sequence[Sequence[float | None]], text: Sequence[Sequence[str]], name: str
) -> go.Heatmap:
    """A heat map of verdicts z from -1 (worse) to 1 (better), None for an empty cell, with a text in each."""
    return go.Heatmap(
        x=x,
        y=y,
        z=z,
        text=text,
        name=name,
        texttemplate="%{text}",
        textfont={"size": 11, "color": theme.INK},
        colorscale=[[0, theme.WORSE_FILL], [0.5, theme.EQUAL_FILL], [1, theme.BETTER_FILL]],
        zmin=-1,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
