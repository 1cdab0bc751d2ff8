"""Where the reward is wrong, and signs of it that need no label: trace → safe HTML."""

from __future__ import annotations

import math

from pfviz.diagnostics import misjudged
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.truth import truth
from pfviz.page.components.html import bar, escape, format_score, particle_button, percent
from pfviz.page.render.verdicts import MAX_ROWS, UNKNOWN_TRUTH, finding_header, particle_row, step_excerpt
from pfviz.trace import Trace

_MISTAKES_HELP = (
    "Wrong particles whose reward is above the median of the right ones, and right ones below the median of the wrong "
    "(reward hacking: Skalse et al., arXiv 2209.13085); the farther from it, the higher up. Where one kind is missing, "
    "1/2 is the bar."
)
_SIGN_HELP = {
    "Peaked weights": "Steps in which the effective sample size 1/ΣW² (Kong, Liu & Wong 1994) fell below 2",
    "Twins": "Siblings that wrote the same text: particles spent on one thought",
    "Sure too early": "Mean reward of wrong particles in the first third of the steps (compare arXiv 2510.05825)",
}
MAX_SIGNS = 5


def mistakes(trace: Trace, selected: int | None) -> str:
    """The misjudged particles, worst first, and beside them what needs no label."""
    known = truth(trace)
    found = prefix_labels(trace, known)
    judged = misjudged.misjudged_nodes(trace, found)
    table, signs = _table(trace, judged, selected), _signs(trace, misjudged.early_wrong_reward(trace, found).value)
    body = f'<div class="columns"><div>{table}</div>{signs}</div>' if table else signs
    return finding_header(_summary(judged), _MISTAKES_HELP) + body


def _summary(judged: misjudged.MisjudgedNodes) -> str:
    if not judged.right + judged.wrong:
        return UNKNOWN_TRUTH
    return (
        f"<b>{judged.right}</b> right steps, of median reward {_median_text(judged.right, judged.right_bar)}; "
        f"<b>{judged.wrong}</b> wrong ones, of {_median_text(judged.wrong, judged.wrong_bar)}. "
        f"<b>{len(judged.nodes)}</b> on the wrong side."
    )


def _table(trace: Trace, judged: misjudged.MisjudgedNodes, selected: int | None) -> str:
    if not judged.nodes:
        return ""
    rows = "".join(_row(trace, one, one.uid == selected) for one in judged.nodes[:MAX_ROWS])
    more = len(judged.nodes) - MAX_ROWS
    return (
        f'<table class="told"><thead><tr><th></th><th>Step</th><th>Particle</th><th>Reward</th>'
        f"<th>Its step</th></tr></thead><tbody>{rows}</tbody></table>"
        + (f'<p class="small">and {more} more</p>' if more > 0 else "")
    )


def _median_text(count: int, value: float) -> str:
    return format_score(value) if count else f"none ({format_score(value)} is the bar)"


def _row(trace: Trace, one: misjudged.MisjudgedNode, selected: bool) -> str:
    wrong = one.kind == "high and wrong"
    mark = f'<b class="verdict {"wrong" if wrong else "right"}">{"✗ yet high" if wrong else "✓ yet low"}</b>'
    cells = (
        mark,
        str(one.step + 1),
        particle_button(one.uid, one.slot, "", f"mistake-{one.uid}"),
        f'<span class="scored">{bar(one.reward)}{format_score(one.reward)}</span>',
        f'<span class="line">{step_excerpt(trace.texts[one.step][one.slot])}</span>',
    )
    return particle_row(one.uid, selected, cells)


def _signs(trace: Trace, early: float) -> str:
    peaks = [
        f"step {peak.step + 1}: {peak.ess_before:.1f} → {peak.ess_after:.1f} "
        + particle_button(peak.uid, peak.uid % trace.particles, percent(peak.weight), f"peak-{peak.uid}")
        for peak in misjudged.weight_collapses(trace)
    ]
    twins = [_twins(trace, group) for group in misjudged.duplicate_siblings(trace)]
    sure = [] if math.isnan(early) else [f"wrong, with a mean reward of <b>{format_score(early)}</b>"]
    told = (("Peaked weights", peaks), ("Twins", twins), ("Sure too early", sure))
    return f'<dl class="signs">{"".join(_sign(name, items) for name, items in told)}</dl>'


def _twins(trace: Trace, group: misjudged.DuplicateSiblings) -> str:
    step, slot = divmod(group.uids[0], trace.particles)
    first = particle_button(group.uids[0], slot, f"and {len(group.uids) - 1} like it", f"twin-{group.uids[0]}")
    return f'{first} <span class="line">step {step + 1}: {step_excerpt(group.text)}</span>'


def _sign(name: str, items: list[str]) -> str:
    shown = "".join(f"<li>{item}</li>" for item in items[:MAX_SIGNS]) or "<li>none</li>"
    more = f"<li>and {len(items) - MAX_SIGNS} more</li>" if len(items) > MAX_SIGNS else ""
    why = escape(_SIGN_HELP[name])
    return (
        f'<div><dt>{name} <span class="why" tabindex="0" data-why="{why}" role="note" aria-label="{why}">?</span></dt>'
        f"<dd><ul>{shown}{more}</ul></dd></div>"
    )
