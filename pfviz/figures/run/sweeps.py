"""The sweeps of a run: what each iteration of each chain kept, where chains exchanged, what the first chain says."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pfviz.diagnostics.sweeps import RetainedTrajectory, renewal_rate, retained_trajectories, swap_acceptance
from pfviz.figures import theme
from pfviz.figures.run.tree.leaves import CORRECTNESS_MARKS
from pfviz.inference.answers import Answers
from pfviz.text import shorten
from pfviz.trace.trace import Trace

CAPTION = "Above: what each iteration keeps. Below: the answers."
HOW_TO_READ = (
    "Above, a mark is the solution that an iteration keeps for the next: its answer, coloured by its reward, hollow "
    "where nothing of it is new. Crossing lines are chains that exchanged. Below, the share of the weight behind each "
    "answer."
)
MAX_ANSWERS = 4
"""Answers with a colour of their own below."""


def plot_sweeps(
    trace: Trace, *, selected: int | None = None, shown: int | None = None, title: bool = True
) -> go.Figure:
    """Iterations from left to right, chains from the coldest down; `customdata` of a mark is the number of its sweep.

    Args:
        selected: uid of a node; nothing here is a single node, so it marks nothing.
        shown: number of the sweep (from 0) to mark.
        title: draw the title.
    """
    sweeps = trace.sweeps
    chains = 1 + max(sweep.chain for sweep in sweeps)
    iterations = 1 + max(sweep.iteration for sweep in sweeps)
    found = retained_trajectories(trace)
    upper = 34 + 46 * chains
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[upper, 150], vertical_spacing=0.14)
    for line in _lines(trace, found):
        figure.add_trace(line, row=1, col=1)
    figure.add_trace(_marks(trace, found, shown), row=1, col=1)
    for bars in _answer_share_bars(trace):
        figure.add_trace(bars, row=2, col=1)
    layout = figure.layout.to_plotly_json()
    every = max(1, -(-iterations // 20))
    ticks = list(range(0, iterations, every))
    common = {"range": [-0.5, iterations - 0.5], "fixedrange": True, "tickvals": ticks}
    return theme.figure(
        list(figure.data),
        title=_title(trace),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=upper + 250,
        margin={"l": 64, "r": 16, "t": 14, "b": 42},
        barmode="stack",
        bargap=0.25,
        xaxis=theme.axis(**common, domain=[0, 1], anchor="y", showticklabels=False),
        xaxis2=theme.axis(
            **common,
            domain=[0, 1],
            anchor="y2",
            ticktext=[str(k + 1) for k in ticks],
            tickangle=0,
            title={"text": "iteration", "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
        ),
        yaxis=theme.axis(
            domain=layout["yaxis"]["domain"],
            anchor="x",
            range=[chains - 0.4, -0.6],
            tickvals=list(range(chains)),
            ticktext=[_chain_name(trace, chain) for chain in range(chains)],
            fixedrange=True,
        ),
        yaxis2=theme.axis(
            domain=layout["yaxis2"]["domain"],
            anchor="x2",
            range=[0, 1],
            tickformat=".0%",
            tickvals=[0, 0.5, 1],
            showgrid=True,
            fixedrange=True,
        ),
    )


def _title(trace: Trace) -> str:
    rates = swap_acceptance(trace)
    if rates:
        told = ", ".join(f"{accepted} of {proposed}" for _, accepted, proposed in rates)
        return f"Exchanges between neighbours: {told}"
    new = renewal_rate(trace)
    return "One iteration so far" if new is None else f"{new:.0%} of the iterations kept a new solution"


def _chain_name(trace: Trace, chain: int) -> str:
    """The temperature at which the chain reads the reward, where there are several."""
    own = [sweep for sweep in trace.sweeps if sweep.chain == chain and sweep.steps]
    if len({sweep.chain for sweep in trace.sweeps}) < 2 or not own:
        return "kept"
    return f"tau {own[0].temperatures[-1]:.3g}"


def _lines(trace: Trace, found: list[RetainedTrajectory]) -> list[Any]:
    """From each mark to the next iteration: along the chain, or across where an exchange was accepted."""
    at = {(one.iteration, one.chain): one for one in found}
    goes = {key: key[1] for key in at}
    for iteration in {one.iteration for one in found}:
        place = {key[1]: key[1] for key in at if key[0] == iteration}  # trajectory of chain -> where it is now
        for swap in trace.swaps:
            if swap.iteration == iteration and swap.accepted:
                for chain, now in place.items():
                    place[chain] = {swap.chain: swap.chain + 1, swap.chain + 1: swap.chain}.get(now, now)
        goes |= {(iteration, chain): now for chain, now in place.items()}
    stays: tuple[list[float | None], list[float | None]] = ([], [])
    crosses: tuple[list[float | None], list[float | None]] = ([], [])
    last = max((one.iteration for one in found), default=0)
    start = 0.2 if trace.swaps and _has_room_for_labels(trace, found) else 0.0  # beside the label
    for (iteration, chain), target in goes.items():
        if iteration == last:
            continue
        xs, ys = crosses if target != chain else stays
        xs += [iteration + start, iteration + 0.3, iteration + 0.7, iteration + 1, None]
        ys += [chain, chain, target, target, None]
    common: dict[str, Any] = {"mode": "lines", "hoverinfo": "skip"}
    return [
        go.Scatter(x=stays[0], y=stays[1], line={"color": theme.FAINT, "width": 1.5}, name="stays", **common),
        go.Scatter(
            x=crosses[0], y=crosses[1], line={"color": theme.ACCENT, "width": 2, "shape": "spline", "smoothing": 0.6},
            name="exchanged", **common,
        ),
    ]  # fmt: skip


def _marks(trace: Trace, found: list[RetainedTrajectory], shown: int | None) -> Any:
    old = [trace.sweeps[one.number].pinned and one.shared_steps == one.steps for one in found]
    names = ["" if one.answer is None else theme.escape(shorten(one.answer.display, 7)) for one in found]
    return go.Scatter(
        x=[one.iteration for one in found],
        y=[one.chain for one in found],
        mode="markers+text" if _has_room_for_labels(trace, found) else "markers",
        text=[f"<b>{name}</b>" for name in names],
        textposition="middle right" if trace.swaps else "top center",
        textfont={"size": 11, "color": theme.INK},
        customdata=[f"sweep {one.number}" for one in found],
        hovertext=[_hover(trace, one) for one in found],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        marker={
            "size": [16 if one.number == shown else 12 for one in found],
            "opacity": 1,
            "symbol": ["diamond-open" if stale else "diamond" for stale in old],
            "color": [round(one.reward, 4) for one in found],
            "line": {
                "width": [2.5 if one.number == shown else 1.2 for one in found],
                "color": [theme.ACCENT if one.number == shown else theme.OUTLINE for one in found],
            },
            **theme.reward_scale(bar=False),
        },
        name="kept",
    )


def _has_room_for_labels(trace: Trace, found: list[RetainedTrajectory]) -> bool:
    """Whether there is room for the answers."""
    return len({one.iteration for one in found}) <= (8 if trace.swaps else 24)


def _hover(trace: Trace, one: RetainedTrajectory) -> str:
    answer = "no answer" if one.answer is None else f"answer <b>{theme.escape(shorten(one.answer.display, 40))}</b>"
    new = one.steps - one.shared_steps
    news = f"{new} of {one.steps} steps are new" if trace.sweeps[one.number].pinned else f"{one.steps} steps"
    chain = f", chain {one.chain + 1}" if any(sweep.chain for sweep in trace.sweeps) else ""
    lead = f"iteration {one.iteration + 1}{chain}: particle {one.slot} is kept"
    return f"{lead}<br>{answer}, reward {one.reward:.3f}<br>{news}"


def _answer_share_bars(trace: Trace) -> list[Any]:
    """A bar for each iteration of the first chain: the mass of the run's heaviest answers, then all others together."""
    target = [sweep for sweep in trace.sweeps if sweep.chain == 0 and sweep.complete]
    rows = trace.pooled.rows[:MAX_ANSWERS]
    tables: list[Answers] = [sweep.answers for sweep in target]
    numbers = [f"sweep {trace.sweeps.index(sweep)}" for sweep in target]
    bars, filled = [], np.zeros(len(target))
    for k, row in enumerate(rows):
        mass = np.array([sum(r.mass for r in table.rows if r.canonical == row.canonical) for table in tables])
        filled = filled + mass
        colour = {True: theme.RIGHT_COLOUR, False: theme.WRONG_COLOUR, None: theme.WEIGHT_SCALE[5 - k]}[row.correct]
        bars.append(_bar(target, mass, numbers, row.display, CORRECTNESS_MARKS[row.correct], colour, 1 - 0.2 * k))
    rest = np.clip(1 - filled, 0, 1)
    if (rest > 1e-6).any():
        bars.append(_bar(target, rest, numbers, "others or none", "", theme.FAINT, 1.0))
    return bars


def _bar(
    target: list[Trace], mass: Any, numbers: list[str], display: str, mark: str, colour: str, opacity: float
) -> Any:
    name = " ".join(filter(None, (mark, theme.escape(shorten(display, 20)))))
    return go.Bar(
        x=[sweep.iteration for sweep in target],
        y=np.round(mass, 4),
        customdata=numbers,
        marker={"color": colour, "opacity": opacity, "line": {"width": 1, "color": theme.SURFACE}},
        text=[name if share > 0.12 and len(target) <= 16 and colour != theme.FAINT else "" for share in mass],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        insidetextfont={"size": 11, "color": theme.SURFACE},
        hovertext=[
            f"iteration {sweep.iteration + 1}: {name} has {share:.1%}"
            for sweep, share in zip(target, mass, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name=name,
    )
