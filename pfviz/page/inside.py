"""What the reward said inside of the steps, on their texts: trace → safe HTML. Steps and rows select their particle."""

from __future__ import annotations

from itertools import groupby

from pfviz.diagnostics import inside
from pfviz.diagnostics.deaths import labels
from pfviz.diagnostics.inside import Turn
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, truth
from pfviz.figures.inside import CONTEXT, SLIGHT, quoted
from pfviz.figures.theme import reward_colour
from pfviz.models.base import TokenRewards
from pfviz.page import selection
from pfviz.page.markup import escape, particle, share
from pfviz.page.verdicts import row
from pfviz.trace import Node, Trace

MOST_TURNS = 24
NARROW = 5
"""Characters before a turn in the table, whose columns are narrow."""
SHARP = 0.2
"""A change from this on is told in the inspector."""

STEPS_ONLY = (
    "This reward model scores whole steps: it says nothing of single tokens. Which words? leaves out each word of a "
    "step and asks it again."
)


def told(trace: Trace, selected: int | None) -> str:
    """The text of the shown step, every token on the colour of its reward, and the steepest turns of the tree."""
    if not inside.told(trace):
        return f'<p class="small">{STEPS_ONLY}</p>'
    found = inside.turns(trace)
    uid = selection.known(trace, selected)
    shown = uid if uid is not None else found[0].uids[0] if found else None
    return f"{'' if shown is None else _reading(trace, trace.node(shown))}{_table(trace, found, uid)}"


def strip(trace: Trace, node: Node) -> str:
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
    turn = inside.turn(trace, int(trace.uids[node]))
    words = f'<small class="turn">{_words(trace, turn)}</small>' if turn and abs(turn.change) >= SHARP else ""
    return f'<span class="tokens" aria-hidden="true">{pieces}</span>{words}'


def _words(trace: Trace, turn: Turn) -> str:
    before, at, _ = quoted(trace, turn, CONTEXT)
    place = f"at {escape(before)}<b>{escape(at)}</b>" if at.strip() else "at its end"
    return f"{share(turn.before)} → {share(turn.after)} {place}"


def _reading(trace: Trace, node: Node) -> str:
    t, n = node
    return f'<p class="reading" data-role="reading">{shaded(trace.texts[t][n], trace.token_reward(t, n))}</p>'


def shaded(text: str, said: TokenRewards) -> str:
    """The text of a step, each token on the colour of the reward after it; the number is read on hover."""
    tokens = [
        f'<span class="token" style="--reward:{reward_colour(reward)}" title="{reward:.3f}">'
        f"{escape(text[start:end])}</span>"
        for start, end, reward in zip((0, *said.ends[:-1]), said.ends, said.rewards, strict=True)
    ]
    return "".join(tokens) + escape(text[said.ends[-1] if said.ends else 0 :])


def _table(trace: Trace, found: list[Turn], selected: int | None) -> str:
    sharp = [turn for turn in found if abs(turn.change) >= SLIGHT]
    if not sharp:
        return f'<p class="small">Nowhere inside of a step does the reward change by {SLIGHT} or more at once.</p>'
    known = labels(trace, truth(trace))
    rows = "".join(_row(trace, turn, int(known[trace.node(turn.uids[0])]), selected) for turn in sharp[:MOST_TURNS])
    more = f'<p class="small">and {len(sharp) - MOST_TURNS} more</p>' if len(sharp) > MOST_TURNS else ""
    header = "<th></th><th>Step</th><th>Particle</th><th>From → to</th><th>Turns at</th>"
    return f'<table class="told turns"><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _row(trace: Trace, turn: Turn, label: int, selected: int | None) -> str:
    uid = turn.uids[0]
    t, n = trace.node(uid)
    mark = "" if label == UNKNOWN else _mark(label == RIGHT)
    before, at, after = quoted(trace, turn, NARROW)
    place = f"{escape(before)}<b>{escape(at)}</b>{escape(after)}" if at.strip() else f"{escape(before)} <b>its end</b>"
    cells = (
        mark,
        str(t + 1),
        particle(uid, n, f"×{len(turn.uids)}" if len(turn.uids) > 1 else "", f"turn-{uid}"),
        f"{share(turn.before)} → <b>{share(turn.after)}</b>",
        f'<span class="line">{place}</span>',
    )
    return row(uid, selected in turn.uids, cells)


def _mark(right: bool) -> str:
    name = "right" if right else "wrong"
    return f'<b class="verdict {name}" title="{name} so far">{"✓" if right else "✗"}</b>'
