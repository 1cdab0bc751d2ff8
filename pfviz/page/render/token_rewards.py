"""What the reward said inside of the steps, on their texts: trace → safe HTML. Steps and rows select their particle."""

from __future__ import annotations

from itertools import groupby

from pfviz.diagnostics import kinship, token_rewards
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.token_rewards import SteepestChange
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, truth
from pfviz.figures.reward.token_rewards import CONTEXT_CHARS, MIN_CHANGE, quote_change
from pfviz.figures.theme import reward_colour
from pfviz.page.components.html import escape, format_score, particle_button
from pfviz.page.render.verdicts import particle_row
from pfviz.trace import Node, Trace
from pfviz.types import TokenRewards

MAX_TURN_ROWS = 24
TABLE_CONTEXT_CHARS = 5
"""Characters before a turn in the table, whose columns are narrow."""
SHARP_CHANGE = 0.2
"""A change from this on is told in the inspector."""

NO_TOKEN_REWARDS = (
    "This reward model scores whole steps: it says nothing of single tokens. Which words? leaves out each word of a "
    "step and asks it again."
)


def render_token_rewards(trace: Trace, selected: int | None) -> str:
    """The text of the shown step, every token on the colour of its reward, and the steepest turns of the tree."""
    if not token_rewards.has_token_rewards(trace):
        return f'<p class="small">{NO_TOKEN_REWARDS}</p>'
    found = token_rewards.steepest_changes(trace)
    uid = kinship.valid_uid(trace, selected)
    shown = uid if uid is not None else found[0].uids[0] if found else None
    return f"{'' if shown is None else _shaded_step(trace, trace.node(shown))}{_turn_table(trace, found, uid)}"


def token_strip(trace: Trace, node: Node) -> str:
    """A thin line under a step's text, each token's part in the colour of the reward after it, and in words where that
    turned sharply. Tokens of one colour are one piece: a step may have a thousand. Empty where nothing is known."""
    t, n = node
    said = trace.token_reward(t, n)
    if not said.ends:
        return ""
    pieces, start = "", 0
    for colour, tokens in groupby(zip(said.ends, said.rewards, strict=True), key=lambda token: reward_colour(token[1])):
        *_, (end, _) = tokens
        pieces += f'<i style="flex-grow:{end - start};background:{colour}"></i>'
        start = end
    turn = token_rewards.steepest_change(trace, int(trace.uids[node]))
    words = (
        f'<small class="turn">{_turn_text(trace, turn)}</small>' if turn and abs(turn.change) >= SHARP_CHANGE else ""
    )
    return f'<span class="tokens" aria-hidden="true">{pieces}</span>{words}'


def _turn_text(trace: Trace, turn: SteepestChange) -> str:
    before, at, _ = quote_change(trace, turn, CONTEXT_CHARS)
    place = f"at {escape(before)}<b>{escape(at)}</b>" if at.strip() else "at its end"
    return f"{format_score(turn.reward_before)} → {format_score(turn.reward_after)} {place}"


def _shaded_step(trace: Trace, node: Node) -> str:
    t, n = node
    return f'<p class="reading" data-role="reading">{shade_tokens(trace.texts[t][n], trace.token_reward(t, n))}</p>'


def shade_tokens(text: str, said: TokenRewards) -> str:
    """The text of a step, each token on the colour of the reward after it; the number is read on hover."""
    tokens = [
        f'<span class="token" style="--reward:{reward_colour(reward)}" title="{reward:.3f}">'
        f"{escape(text[start:end])}</span>"
        for start, end, reward in zip((0, *said.ends[:-1]), said.ends, said.rewards, strict=True)
    ]
    return "".join(tokens) + escape(text[said.ends[-1] if said.ends else 0 :])


def _turn_table(trace: Trace, found: list[SteepestChange], selected: int | None) -> str:
    sharp = [turn for turn in found if abs(turn.change) >= MIN_CHANGE]
    if not sharp:
        return f'<p class="small">Nowhere inside of a step does the reward change by {MIN_CHANGE} or more at once.</p>'
    known = prefix_labels(trace, truth(trace))
    rows = "".join(
        _turn_row(trace, turn, int(known[trace.node(turn.uids[0])]), selected) for turn in sharp[:MAX_TURN_ROWS]
    )
    more = f'<p class="small">and {len(sharp) - MAX_TURN_ROWS} more</p>' if len(sharp) > MAX_TURN_ROWS else ""
    header = "<th></th><th>Step</th><th>Particle</th><th>From → to</th><th>Turns at</th>"
    return f'<table class="told turns"><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _turn_row(trace: Trace, turn: SteepestChange, label: int, selected: int | None) -> str:
    uid = turn.uids[0]
    t, n = trace.node(uid)
    mark = "" if label == UNKNOWN else _verdict_mark(label == RIGHT)
    before, at, after = quote_change(trace, turn, TABLE_CONTEXT_CHARS)
    place = f"{escape(before)}<b>{escape(at)}</b>{escape(after)}" if at.strip() else f"{escape(before)} <b>its end</b>"
    cells = (
        mark,
        str(t + 1),
        particle_button(uid, n, f"×{len(turn.uids)}" if len(turn.uids) > 1 else "", f"turn-{uid}"),
        f"{format_score(turn.reward_before)} → <b>{format_score(turn.reward_after)}</b>",
        f'<span class="line">{place}</span>',
    )
    return particle_row(uid, selected in turn.uids, cells)


def _verdict_mark(right: bool) -> str:
    name = "right" if right else "wrong"
    return f'<b class="verdict {name}" title="{name} so far">{"✓" if right else "✗"}</b>'
