"""The reward token by token along every lineage, and along the selected solution the place where it turned."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards import token_rewards
from pfviz.diagnostics.rewards.token_rewards import SteepestChange
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.text import shorten
from pfviz.trace.trace import Trace

QUESTION = "Where does the score change?"
CAPTION = "A line is a solution; a dot is the end of a step."
HOW_TO_READ = (
    "A line is a solution: the reward after each token that the reward model read, with a dot at the end of each step, "
    "whose reward the run used. Blue: right so far; dashed: wrong. The strong line is the selected solution. Most "
    "reward models are trained at the ends of steps only: their numbers inside a step may mean little."
)
STEPS_ONLY_NOTE = "This reward model scores whole steps only: a line joins the ends of steps."
MAX_TOKEN_REWARDS = 30_000
"""Of a tree with more only the strong line is drawn token by token: the page sends a picture at every click."""
MIN_CHANGE = 0.05
"""A change below this is no turn."""
CONTEXT_CHARS = 12
"""Characters of the text that are shown before a turn."""

HIDDEN_LABEL = -2
"""The label of what is not drawn."""

LABEL_STYLES = (
    (RIGHT, "right", theme.RIGHT_COLOUR, "solid"),
    (WRONG, "wrong", theme.WRONG_COLOUR, "dot"),
    (UNKNOWN, "not known", theme.SURVIVOR_COLOUR, "solid"),
)


def plot_token_rewards(trace: Trace, *, selected: int | None = None, title: bool = True) -> go.Figure:
    """Reward over the tokens of the reward model.

    Args:
        selected: uid of a node: the solution up to it is the strong line; without one, that with the steepest turn.
        title: draw the title.
    """
    found = token_rewards.steepest_changes(trace)
    if selected is not None and not (trace.uids == selected).any():
        selected = None
    shown = selected if selected is not None else found[0].uids[0] if found else None
    starts = token_rewards.reward_offsets(trace)
    # A step that could not be written has no reward to draw.
    known = np.where(_failed_mask(trace), HIDDEN_LABEL, prefix_labels(trace, truth(trace)))
    own_turn = None if shown is None else token_rewards.steepest_change(trace, shown)
    traces = [_lines(trace, starts, known == label, *look) for label, *look in LABEL_STYLES]
    traces += [_step_marks(trace, starts, known == label, *look) for label, *look in LABEL_STYLES]
    words = [theme.note("tokens", xref="paper", x=1, xanchor="right", yref="paper", y=0, yanchor="top", yshift=-13)]
    longest = max(2, int(starts.max(initial=0)) + 2)
    if shown is not None:
        colour = theme.ACCENT if selected is not None else theme.INK
        chosen = token_rewards.solution_rewards(trace, shown)
        longest = max(longest, int((starts + token_rewards.reward_counts(trace)).max(initial=0)))
        traces.append(_selected_line(trace, chosen, colour))
        words += _step_labels(chosen)
        if own_turn is not None and abs(own_turn.change) >= MIN_CHANGE:
            words.append(_change_label(trace, chosen, own_turn, shown, colour))
    told = token_rewards.has_token_rewards(trace)
    return theme.figure(
        traces,
        title=f"{QUESTION} {_finding(trace, own_turn)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ if told else f"{STEPS_ONLY_NOTE} {HOW_TO_READ}",
        titled=title,
        height=300,
        margin={"l": theme.LEFT_MARGIN, "r": 16, "t": 26, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.axis(range=[0, longest + 1], nticks=8, fixedrange=True),
        yaxis=theme.axis(range=[-0.06, 1.06], tickvals=[0, 0.5, 1], showgrid=True, fixedrange=True),
        shapes=[] if shown is None else _step_boundaries(token_rewards.solution_rewards(trace, shown)),
        annotations=words if trace.steps else theme.empty_annotations("No step yet"),
    )


def quote_change(trace: Trace, turn: SteepestChange, context: int = CONTEXT_CHARS) -> tuple[str, str, str]:
    """The text of the step around a turn: `context` characters before it, where it is, and what comes after it; the
    middle is empty where the reward turned at the end of the step."""
    t, n = trace.node(turn.uids[0])
    text = trace.texts[t][n]
    start, stop = max(0, turn.start - context), turn.end + CONTEXT_CHARS
    before = ("…" if start else "") + text[start : turn.start]
    return before, text[turn.start : turn.end], text[turn.end : stop] + ("…" if stop < len(text) else "")


def _finding(trace: Trace, turn: SteepestChange | None) -> str:
    if turn is None:
        return ""
    if abs(turn.change) < MIN_CHANGE:
        return "Nowhere in this step"
    at = quote_change(trace, turn)[1].strip()
    return (
        f"{turn.reward_before:.2f} → {turn.reward_after:.2f}"
        f" {f'at “{shorten(at, 24)}”' if at else 'at the end of the step'}"
    )


def _failed_mask(trace: Trace) -> Any:
    return np.array([[end == "failed" for end in row] for row in trace.ends]).reshape(trace.rewards.shape)


def _lines(trace: Trace, starts: Any, mask: Any, name: str, colour: str, dash: str) -> Any:
    """The readings of the masked nodes as one broken line, each from where its parent ended; of a large tree only those
    at the ends of steps."""
    ends_only = int(token_rewards.reward_counts(trace)[trace.written].sum()) > MAX_TOKEN_REWARDS
    x: list[float] = []
    y: list[float] = []
    for t, n in zip(*np.nonzero(mask & trace.written), strict=True):
        start = int(starts[t, n])
        inner, own = trace.token_rewards[t][n], float(trace.rewards[t, n])
        if t:
            x.append(start)
            y.append(float(trace.rewards[t - 1, trace.ancestors[t - 1, n]]))
        stop = start + 1 + len(inner)
        x += [stop, np.nan] if ends_only else [*range(start + 1, stop + 1), np.nan]
        y += [own, np.nan] if ends_only else [*inner, own, np.nan]
    return go.Scatter(
        x=np.array(x, dtype=np.float32), y=np.array(y, dtype=np.float32).round(4), mode="lines", opacity=0.35,
        line={"color": colour, "width": 1.2, "dash": dash}, hoverinfo="skip", name=f"{name} lines",
    )  # fmt: skip


def _step_marks(trace: Trace, starts: Any, mask: Any, name: str, colour: str, dash: str) -> Any:
    """The rewards of the steps, each at the last of its readings."""
    steps, slots = np.nonzero(mask & trace.written)
    hovers = node_hovers(trace)
    return go.Scatter(
        x=(starts + token_rewards.reward_counts(trace))[steps, slots],
        y=trace.rewards[steps, slots].round(4),
        mode="markers",
        customdata=trace.uids[steps, slots],
        hovertext=[hovers[t][n] for t, n in zip(steps, slots, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"size": 6, "color": colour, "symbol": "x" if name == "wrong" else "circle", "opacity": 0.75},
        name=name,
    )


def _selected_line(trace: Trace, chosen: token_rewards.SolutionRewards, colour: str) -> Any:
    places = np.arange(1, len(chosen.rewards) + 1)
    return go.Scatter(
        x=places,
        y=chosen.rewards.round(4),
        mode="lines+markers",
        line={"color": colour, "width": 2.2},
        marker={
            "size": np.where(chosen.is_step_reward, 9, 4), "color": colour, "line": {"width": 2, "color": colour},
            "symbol": np.where(chosen.is_step_reward, "circle-open", "circle").tolist(),
        },
        customdata=chosen.uids,
        hovertext=_token_hovers(trace, chosen),
        hovertemplate="%{hovertext}<extra></extra>",
        name="selection",
    )  # fmt: skip


def _token_hovers(trace: Trace, chosen: token_rewards.SolutionRewards) -> list[str]:
    """The token that was read last, in its place, and the reward after it."""
    said, last = [], 0
    for uid, end, own, reward in zip(
        chosen.uids, chosen.reward_ends, chosen.is_step_reward, chosen.rewards, strict=True
    ):
        t, n = trace.node(int(uid))
        text = trace.texts[t][n]
        before = theme.escape(text[max(0, last - CONTEXT_CHARS) : last])
        what = f"step {t + 1} ends" if own else f"{before}<b>{theme.escape(text[last:end])}</b>"
        said.append(f"{what}<br>reward <b>{reward:.3f}</b>")
        last = 0 if own else int(end)
    return said


def _step_boundaries(chosen: token_rewards.SolutionRewards) -> list[dict[str, Any]]:
    """A dotted line after each step of the strong line but the last."""
    return [
        {
            "type": "line", "x0": place, "x1": place, "yref": "y domain", "y0": 0, "y1": 1, "layer": "below",
            "line": {"color": theme.FAINT, "width": 1, "dash": "dot"},
        }
        for place in (np.flatnonzero(chosen.is_step_reward)[:-1] + 1).tolist()
    ]  # fmt: skip


def _step_labels(chosen: token_rewards.SolutionRewards) -> list[dict[str, Any]]:
    ends = (np.flatnonzero(chosen.is_step_reward) + 1).tolist()
    return [
        theme.note(
            f"step {k + 1}", x=(begin + end) / 2, yref="paper", y=1, yanchor="bottom", yshift=2,
            font={"size": 10, "color": theme.MUTED},
        )
        for k, (begin, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True))
    ]  # fmt: skip


def _change_label(
    trace: Trace, chosen: token_rewards.SolutionRewards, turn: SteepestChange, uid: int, colour: str
) -> dict[str, Any]:
    """The text at the turn, in the picture, beside the first reading after it."""
    mine = np.flatnonzero(
        (chosen.uids == uid) & (chosen.reward_ends == turn.end) & np.isclose(chosen.rewards, turn.reward_after)
    )
    place = int(mine[0]) + 1
    before, at, _ = quote_change(trace, turn)
    said = f"{theme.escape(before)}<b>{theme.escape(at)}</b>" if at.strip() else "at the end of the step"
    right = place > 0.6 * len(chosen.rewards)
    return theme.note(
        said,
        x=place,
        y=(turn.reward_before + turn.reward_after) / 2,
        xanchor="right" if right else "left",
        xshift=-8 if right else 8,
        font={"size": 12, "color": colour},
        bgcolor=theme.SURFACE,
    )
