"""How every figure looks: colours, type, spacing. The light colours are the source; `LIGHT_TO_DARK`
gives each its dark twin.

A page recolours a figure by replacing exact strings, so each token below is one hex string that means one thing.
The reward scale is the same in both: a colour of it always means the same reward.
"""

from __future__ import annotations

import html
from functools import cache
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from pfviz.figures.plotly_js import check_trace_types

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

INK = "#1f2733"
MUTED = "#5c6675"
FAINT = "#cfd5de"  # dead lineages, axis lines
GRID = "#e9edf2"
SURFACE = "#fefefe"  # what a figure lies on; fills hollow markers and hover labels
OUTLINE = "#3b4656"  # around markers
SURVIVOR_COLOUR = "#5f6d80"  # edges that lead to a living particle
ACCENT = "#c2185b"  # the selection, and nothing else
RIGHT_COLOUR = "#0072b2"
WRONG_COLOUR = "#d55e00"
ESS_COLOUR = "#0f7a70"
ANCESTORS_COLOUR = "#6b4fc0"
EVIDENCE_COLOUR = "#96650a"
FILTER_COLOUR = "#14599c"  # methods that weigh and resample, among others
SEARCH_COLOUR = "#a8481c"  # methods that keep the best
SAMPLING_COLOUR = "#5d6b3a"  # methods that select nobody
BETTER_FILL = "#d5e5f4"  # behind a number that speaks for particle filtering
WORSE_FILL = "#f7dfd1"  # and against it
EQUAL_FILL = "#f1f3f6"
POSITIVE_COLOUR = "#b35806"  # orange to purple (PuOr of ColorBrewer): what is above 0, and what is below
NEGATIVE_COLOUR = "#542788"
ZERO_COLOUR = "#e8e6ea"
UNMEASURED_COLOUR = "#c3c9d2"  # a mark whose value nobody has measured
CATEGORY_COLOURS = ("#4477aa", "#cc6d2a", "#228833", "#b8a21e", "#8a5fb0", "#5bb5d6")  # after the schemes of Paul Tol
RUN_COLOURS = ("#0c7b6e", "#6a48bd", "#8f5f00", "#46781f", "#8c3f5f", "#45566b")  # runs that are compared, in order
WEIGHT_SCALE = ("#f3f6fa", "#d3deec", "#a2b9d8", "#6a8cbf", "#3b609e", "#1c3a72")

LIGHT_TO_DARK: dict[str, str] = {
    INK: "#e8ecf2",
    MUTED: "#9ba6b5",
    FAINT: "#39434f",
    GRID: "#252d37",
    SURFACE: "#141a21",
    OUTLINE: "#b4bfcd",
    SURVIVOR_COLOUR: "#98a6b8",
    ACCENT: "#ff6fa8",
    RIGHT_COLOUR: "#56b4e9",
    WRONG_COLOUR: "#ff9142",
    ESS_COLOUR: "#3ecfbf",
    ANCESTORS_COLOUR: "#b3a1ff",
    EVIDENCE_COLOUR: "#e6b450",
    FILTER_COLOUR: "#6db3f2",
    SEARCH_COLOUR: "#f0905f",
    SAMPLING_COLOUR: "#aebd84",
    BETTER_FILL: "#173a5c",
    WORSE_FILL: "#55301c",
    EQUAL_FILL: "#1f2730",
    POSITIVE_COLOUR: "#fdb863",
    NEGATIVE_COLOUR: "#a899e0",
    ZERO_COLOUR: "#3b414b",
    UNMEASURED_COLOUR: "#49535f",
    "#4477aa": "#77aadd",
    "#cc6d2a": "#ee9966",
    "#228833": "#55bb66",
    "#b8a21e": "#ddcc66",
    "#8a5fb0": "#bb99dd",
    "#5bb5d6": "#99ddee",
    "#0c7b6e": "#3fd0bd",
    "#6a48bd": "#b69dff",
    "#8f5f00": "#e3b34c",
    "#46781f": "#a3cf6f",
    "#8c3f5f": "#e394b4",
    "#45566b": "#a9b8ca",
    "#f3f6fa": "#1b232d",
    "#d3deec": "#26374d",
    "#a2b9d8": "#375680",
    "#6a8cbf": "#517fb9",
    "#3b609e": "#86b1e0",
    "#1c3a72": "#d9e9ff",
}
"""Every token of the light palette → the dark one, exact lower-case strings."""

# Viridis (van der Walt, Smith 2015): even in lightness, read by all common kinds of colour vision. Its darkest ninth is
# left out, as it cannot be told from a dark page.
_REWARD_STOPS = ("#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#ece51b")
REWARD_SCALE = [[k / 8, colour] for k, colour in enumerate(_REWARD_STOPS)]
"""Reward 0 to 1 → colour, in every figure of every run."""


@cache
def _reward_colour(percent: int) -> str:
    return str(sample_colorscale(REWARD_SCALE, percent / 100, colortype="rgb")[0])


def reward_colour(reward: float) -> str:
    """That colour of a reward in [0, 1], to a hundredth, as CSS has it."""
    return _reward_colour(round(100 * reward))


LEFT_MARGIN, RIGHT_MARGIN, BOTTOM_MARGIN = 46, 78, 28
"""Margins in px, the same in the genealogy and the strips, so that their axes line up."""
TITLE_HEIGHT = 24
"""Height of a title in px; it stands on top of what a figure has above its plot."""
MAX_CAPTION = 60
"""Characters of a caption: so many fit beside a title on a page that is 1440 px wide."""


def figure(
    traces: list[Any],
    *,
    title: str,
    reads: str,
    caption: str = "",
    titled: bool = True,
    narrow: dict[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """A figure in the house style. `title`, `caption` and `reads` are kept in `layout.meta`.

    Args:
        reads: how to read it, in full.
        caption: the same in at most `MAX_CAPTION` characters, which always stand beside the title; `reads` is a click
            away.
        titled: draw the title; without it a page can set its own heading and the top margin shrinks.
        narrow: parts of the layout for a phone, kept in `layout.meta` for the page to put in.

    Raises:
        ValueError: a trace is of a type that plotly.js as it is shipped here does not draw.
    """
    check_trace_types(traces)
    base: dict[str, Any] = {
        "template": go.layout.Template(),  # none of Plotly's: what a figure looks like stands here
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": LEFT_MARGIN, "r": RIGHT_MARGIN, "t": 14, "b": BOTTOM_MARGIN},
        "hoverlabel": {
            "bgcolor": SURFACE,
            "bordercolor": FAINT,
            "font": {"family": FONT, "size": 12, "color": INK},
            "align": "left",
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": MUTED, "activecolor": INK},
        "hovermode": "closest",
        "dragmode": "pan",
        "showlegend": False,
        "uirevision": "keep",
        "meta": {"title": title, "caption": caption, "reads": reads} | ({"narrow": narrow} if narrow else {}),
    }
    base.update(layout)
    base["margin"]["t"] += TITLE_HEIGHT if titled else 0
    base["margin"]["autoexpand"] = False  # else a colour bar moves the axes, and figures no longer line up
    if titled:  # an annotation: Plotly pushes its own title out of the picture where a scale lies at the top
        shift = {"xshift": 10 - base["margin"]["l"], "yshift": base["margin"]["t"] - TITLE_HEIGHT}
        heading = note(
            f"<b>{escape(title)}</b>", xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom"
        )
        heading |= {"font": {"size": 13, "color": INK}, "name": "title", **shift}
        base["annotations"] = [*base.get("annotations", []), heading]
    return go.Figure(data=traces, layout=base)


def axis(**settings: Any) -> dict[str, Any]:
    """An axis with quiet lines; `settings` add to it."""
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "gridcolor": GRID,
        "linecolor": FAINT,
        "tickfont": {"size": 11, "color": MUTED},
        "title": {"font": {"size": 11, "color": MUTED}, "standoff": 6},
        "automargin": False,
    } | settings


def step_axis(horizon: int, **settings: Any) -> dict[str, Any]:
    """The step axis that figures share: 0 is the problem, 1..horizon the steps; the range does not grow with a run."""
    every = max(1, -(-horizon // 14))
    marks = [*range(every, horizon + 1, every)] if horizon else []
    return axis(
        range=[-0.35, horizon + 0.5],
        tickvals=marks,
        ticktext=[*map(str, marks)],
        tickangle=0,
        **settings,
    )


def step_axis_label() -> dict[str, Any]:
    """The name of the step axis, at its right end."""
    return note("step", xref="paper", x=1, xanchor="left", xshift=6, yref="paper", y=0, yanchor="top", yshift=-1)


def problem_label() -> dict[str, Any]:
    """The name of step 0, which reaches to the left, away from step 1."""
    place = {"xref": "x", "x": 0, "xanchor": "right", "xshift": 12, "yref": "paper", "y": 0, "yanchor": "top"}
    return note("problem", yshift=-1, **place)


MAX_LINES, MAX_SHAPES = 120, 16
"""Vertical lines that a plot has room for, and up to which each is a shape of its own."""


def resampling_lines(places: list[float], rows: int = 1) -> list[dict[str, Any]]:
    """A dotted vertical line at each resampling, through each of `rows` stacked plots; none where there are so many
    that they would be a hatching."""
    if len(places) > MAX_LINES:
        return []
    settings = {"xref": "x", "line": {"color": FAINT, "width": 1, "dash": "dot"}, "layer": "below"}
    axes = ["y domain" if row == 1 else f"y{row} domain" for row in range(1, rows + 1)]
    if len(places) > MAX_SHAPES:  # each shape of its own costs a browser a millisecond
        path = "".join(f"M{x:g},0V1" for x in places)
        return [settings | {"type": "path", "path": path, "yref": axis} for axis in axes]
    return [
        {
            "type": "line",
            "x0": x,
            "x1": x,
            "y0": 0,
            "y1": 1,
            "yref": axis,
            **settings,
        }
        for axis in axes
        for x in places
    ]


def note(text: str, **settings: Any) -> dict[str, Any]:
    """A quiet label without an arrow; `settings` place it (x, y, xref, …)."""
    return {"text": text, "showarrow": False, "font": {"size": 11, "color": MUTED}} | settings


def reward_scale(bar: bool = True) -> dict[str, Any]:
    """Marker settings that colour by reward on the fixed range [0, 1], with the slim scale at the top right."""
    scale: dict[str, Any] = {"colorscale": REWARD_SCALE, "cmin": 0, "cmax": 1, "showscale": bar}
    if bar:
        scale["colorbar"] = {
            "orientation": "h",
            "thickness": 7,
            "lenmode": "pixels",
            "len": 92,
            "x": 1,
            "xanchor": "right",
            "y": 1,
            "yanchor": "bottom",
            "xpad": 0,
            "ypad": 21,
            "outlinewidth": 0,
            "showticklabels": False,
            "ticks": "",
        }
    return scale


def reward_labels() -> list[dict[str, Any]]:
    """The words beside that scale: reward 0 ▭ 1."""
    return scale_labels("reward 0", "1")


def scale_labels(low: str, high: str) -> list[dict[str, Any]]:
    """The words at both ends of a slim scale."""
    place = {"xref": "paper", "yref": "paper", "x": 1, "y": 1, "yanchor": "bottom", "yshift": 15}
    return [
        note(low, xanchor="right", xshift=-97, **place),
        note(high, xanchor="left", xshift=4, **place),
    ]


MAX_GAP = 0.5
"""Reward minus value from which on a colour no longer changes."""
GAP_SCALE = [[0, NEGATIVE_COLOUR], [0.5, ZERO_COLOUR], [1, POSITIVE_COLOUR]]


def gap_scale(bar: bool = True) -> dict[str, Any]:
    """Marker settings that colour by reward minus value, 0 in the middle, with the slim scale of `reward_scale`."""
    return reward_scale(bar) | {"colorscale": GAP_SCALE, "cmin": -MAX_GAP, "cmax": MAX_GAP}


def gap_labels() -> list[dict[str, Any]]:
    """The words beside that scale."""
    return scale_labels("reward − value: too low", "too high")


def empty_annotations(text: str) -> list[dict[str, Any]]:
    """The one annotation of a figure that has nothing to show yet."""
    return [note(text, xref="paper", yref="paper", x=0.5, y=0.5, font={"size": 13, "color": MUTED})]


def escape(text: str) -> str:
    """Text for a label or hover of Plotly, which reads HTML, typesets `$…$` and fills in `%{…}`: none gets through."""
    return html.escape(" ".join(text.split())).replace("$", "&#36;").replace("%{", "&#37;{")


def recolour(spec: Any, dark: bool) -> Any:
    """A figure's JSON with every light token replaced by its dark one (unchanged if not `dark`)."""
    if not dark:
        return spec
    if isinstance(spec, str):
        return LIGHT_TO_DARK.get(spec.lower(), spec)
    if isinstance(spec, list):
        return [recolour(item, dark) for item in spec]
    if isinstance(spec, dict):
        return spec if "bdata" in spec else {key: recolour(item, dark) for key, item in spec.items()}
    return spec
