"""The selected particle, in words and numbers: trace and uid → safe HTML."""

from __future__ import annotations

import numpy as np

from pfviz.diagnostics import kinship
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.components.html import bar, escape, format_score, particle_button, percent
from pfviz.page.render.token_rewards import token_strip
from pfviz.report.mathtext import render
from pfviz.text import format_log_prob
from pfviz.trace import Trace

_MAX_RELATIVES = 12  # chips in one row of relatives; the rest is counted
_END_TEXTS = {
    "eos": "ended its solution",
    "boxed": "boxed its answer",
    "tokens": "cut at the token limit",
    "characters": "cut at the length limit",
    "failed": "could not be written",
}

NO_SELECTION = (
    '<div class="hint"><h3>No particle selected</h3><p>Click a particle in any picture to read its solution, '
    "step by step, with the reward of each.</p><p>Then walk with the arrow keys: <kbd>←</kbd> its parent, <kbd>→</kbd> "
    "its heaviest child, <kbd>↑</kbd> <kbd>↓</kbd> its siblings.</p></div>"
)


def inspect_particle(trace: Trace | None, uid: int | None, value: PrefixValue | None = None) -> str:
    """Everything about one particle at one step, its value if that was measured; what to do, where none is selected."""
    if trace is None or uid is None:
        return NO_SELECTION
    return "".join((_header(trace, uid), _facts(trace, uid), _value(value), _solution(trace, uid), _family(trace, uid)))


def _header(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    relatives = kinship.kin(trace, uid)
    child = relatives.children[0] if relatives.children else None
    buttons = (
        _walk_button("parent", "←", "Parent", relatives.parent),
        _walk_button("child", "→", "Heaviest child", child),
        _walk_button("previous", "↑", "Sibling before", kinship.neighbour(trace, uid, "previous")),
        _walk_button("next", "↓", "Sibling after", kinship.neighbour(trace, uid, "next")),
    )
    return (
        f'<div class="insp-head"><h3>Particle {n}</h3><nav aria-label="Walk the tree">{"".join(buttons)}</nav>'
        f"<p>Step {t + 1} of {trace.steps}, {escape(_describe_state(trace, uid))}</p></div>"
    )


def _describe_state(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    if trace.finished[t, n]:
        ended = _END_TEXTS.get(trace.ends[t][n], "finished")
        return ended if kinship.survives(trace, uid) else f"{ended}, died out"
    if not kinship.survives(trace, uid):
        return "its line died out"
    return "alive" if trace.status == "running" else "its line survived"


def _walk_button(role: str, sign: str, title: str, uid: int | None) -> str:
    target = f'data-uid="{uid}"' if uid is not None else "disabled"
    return f'<button type="button" data-role="{role}" {target} title="{title}" aria-label="{title}">{sign}</button>'


def _facts(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    children = kinship.offspring(trace, uid)
    got = "–" if children.actual is None else str(children.actual)
    facts = (
        ("Reward", format_score(float(trace.rewards[t, n])), "What the reward model says of the solution so far"),
        ("Weight", percent(children.weight), "Its share of the weight of all particles before selection"),
        (
            "Children",
            f"{got} <small>of {children.expected:.2f} expected</small>",
            "What selection gave it, – where nothing was resampled; a fair draw gives N times its weight",
        ),
    )
    return (
        '<dl class="facts">'
        + "".join(f'<div title="{why}"><dt>{name}</dt><dd>{value}</dd></div>' for name, value, why in facts)
        + "</dl>"
    )


def _value(value: PrefixValue | None) -> str:
    """What rollouts told of the prefix."""
    if value is None:
        return ""
    low, high = value.interval
    said = "known, as nothing is written after it"
    if not value.exact:
        said = f"{format_score(low)} to {format_score(high)}, {value.right} of {value.rollouts} rollouts right"
    return f'<p class="value-of">Value <b>{format_score(value.value)}</b> <small>{said}</small></p>'


def _solution(trace: Trace, uid: int) -> str:
    steps = []
    path = trace.solution(*trace.node(uid))
    for number, (t, n) in enumerate(path, start=1):
        reward, node = float(trace.rewards[t, n]), int(trace.uids[t, n])
        current = ' aria-current="step"' if node == uid else ""
        steps.append(
            f'<li><button type="button" data-uid="{node}" data-role="step-{number}"{current}>'
            f'<span class="number">{number}</span>'
            f'<span class="text">{render(trace.texts[t][n])}{token_strip(trace, (t, n))}</span>'
            f'<span class="reward">{bar(reward)}<b>{format_score(reward)}</b></span></button></li>'
        )
    t, n = path[-1]
    tokens = int(sum(trace.tokens[node] for node in path))
    log_prob = float(np.sum([trace.log_probs[node] for node in path]))  # NaN where that of a step is not known
    return (
        f'<h4>Solution <small>reward of each step</small></h4><ol class="solution">{"".join(steps)}</ol>'
        f'<p class="small">{tokens} tokens, log-probability {format_log_prob(log_prob)}</p>'
    )


def _family(trace: Trace, uid: int) -> str:
    relatives = kinship.kin(trace, uid)
    rows = []
    for name, uids in (("Siblings", relatives.siblings), ("Children", relatives.children)):
        if not uids:
            continue
        shown = "".join(_relative(trace, other) for other in uids[:_MAX_RELATIVES])
        more = f'<span class="small">and {len(uids) - _MAX_RELATIVES} more</span>' if len(uids) > _MAX_RELATIVES else ""
        rows.append(f'<h4>{name} <small>{len(uids)}</small></h4><div class="family">{shown}{more}</div>')
    return "".join(rows)


def _relative(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    return particle_button(uid, n, format_score(float(trace.rewards[t, n])), role=f"kin-{uid}")
