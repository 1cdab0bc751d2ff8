"""What the reward said inside of the steps, on their texts: trace → HTML. Steps and rows select their particle."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards import token_rewards
from pfviz.diagnostics.rewards.token_rewards import SteepestChange
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, truth
from pfviz.figures.reward.token_rewards import CONTEXT_CHARS, MIN_CHANGE, quote_change
from pfviz.figures.theme import reward_colour
from pfviz.page.components.html import fill, format_score, small_text
from pfviz.trace import Node, Trace
from pfviz.types import TokenRewards

MAX_TURN_ROWS = 24
MAX_SHADED_TOKENS = 4000  # of a step; what comes after them is plain
TABLE_CONTEXT_CHARS = 5
"""Characters before a turn in the table, whose columns are narrow."""
SHARP_CHANGE = 0.2
"""A change from this on is told in the inspector."""

NO_TOKEN_REWARDS = (
    "This reward model scores whole steps, not single tokens. “Which words?” leaves out each word of a step and scores "
    "the step again."
)


def render_token_rewards(trace: Trace, selected: int | None) -> str:
    """Return the text of the shown step, each token on the colour of its reward, and the steepest turns of the tree."""
    if not token_rewards.has_token_rewards(trace):
        return small_text(NO_TOKEN_REWARDS)
    found = token_rewards.steepest_changes(trace)
    uid = kinship.valid_uid(trace, selected)
    shown = uid if uid is not None else found[0].uids[0] if found else None
    sharp = [turn for turn in found if abs(turn.change) >= MIN_CHANGE]
    known = prefix_labels(trace, truth(trace)) if sharp else None
    return fill(
        "reward/token_rewards.html.j2",
        reading=None if shown is None else _shaded_step(trace, trace.node(shown)),
        turns=[_turn_row(trace, turn, int(known[trace.node(turn.uids[0])])) for turn in sharp[:MAX_TURN_ROWS]]
        if known is not None
        else [],
        total=len(sharp),
        selected=uid,
        min_change=MIN_CHANGE,
    )


def token_strip(trace: Trace, node: Node) -> dict[str, Any] | None:
    """Return what the macro `token_strip` draws under a step's text: `pieces`, each with its width in characters and
    the colour of the reward after it, and the `turn` in words where the reward turned sharply. Tokens of one colour are
    one piece: a step may have a thousand. None where nothing is known."""
    t, n = node
    said = trace.token_reward(t, n)
    if not said.ends:
        return None
    pieces, start = [], 0
    for colour, tokens in groupby(zip(said.ends, said.rewards, strict=True), key=lambda token: reward_colour(token[1])):
        *_, (end, _) = tokens
        pieces.append((end - start, colour))
        start = end
    turn = token_rewards.steepest_change(trace, int(trace.uids[node]))
    sharp = turn is not None and abs(turn.change) >= SHARP_CHANGE
    return {"pieces": pieces, "turn": _turn_words(trace, turn) if turn is not None and sharp else None}


def _turn_words(trace: Trace, turn: SteepestChange) -> dict[str, str]:
    before, at, _ = quote_change(trace, turn, CONTEXT_CHARS)
    change = f"{format_score(turn.reward_before)} → {format_score(turn.reward_after)}"
    return {"change": change, "before": before, "at": at if at.strip() else ""}


def _shaded_step(trace: Trace, node: Node) -> dict[str, Any]:
    t, n = node
    return shade_tokens(trace.texts[t][n], trace.token_reward(t, n))


def shade_tokens(text: str, said: TokenRewards) -> dict[str, Any]:
    """Return what the macro `shaded_tokens` draws of the text of a step: `tokens`, each with the colour of the reward
    after it, and the `rest` of the text."""
    ends, rewards = said.ends[:MAX_SHADED_TOKENS], said.rewards[:MAX_SHADED_TOKENS]
    tokens = [
        {"text": text[start:end], "colour": reward_colour(reward), "reward": f"{reward:.3f}"}
        for start, end, reward in zip((0, *ends)[: len(ends)], ends, rewards, strict=True)
    ]
    return {"tokens": tokens, "rest": text[ends[-1] if ends else 0 :]}


def _turn_row(trace: Trace, turn: SteepestChange, label: int) -> dict[str, Any]:
    t, n = trace.node(turn.uids[0])
    before, at, after = quote_change(trace, turn, TABLE_CONTEXT_CHARS)
    return {
        "uids": turn.uids,
        "step": t + 1,
        "slot": n,
        "right": None if label == UNKNOWN else label == RIGHT,
        "reward_before": turn.reward_before,
        "reward_after": turn.reward_after,
        "text_before": before,
        "at": at if at.strip() else "",
        "text_after": after,
    }
