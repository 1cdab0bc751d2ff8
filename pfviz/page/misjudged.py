"""Where the reward is wrong, and signs of it that need no label: trace → safe HTML."""

from __future__ import annotations

import math

from pfviz.diagnostics import hacking
from pfviz.diagnostics.deaths import labels
from pfviz.diagnostics.truth import truth
from pfviz.page.markup import bar, escape, particle, percent, share
from pfviz.page.verdicts import MOST_ROWS, UNKNOWN_TRUTH, head, line, row
from pfviz.trace import Trace

_READS = (
    "Wrong particles whose reward is above the median of the right ones, and right ones below the median of the wrong "
    "(reward hacking: Skalse et al., arXiv 2209.13085); the farther from it, the higher up. Where one kind is missing, "
    "1/2 is the bar."
)
_SIGNS = {
    "Peaked weights": "Steps in which the effective sample size 1/ΣW² (Kong, Liu & Wong 1994) fell below 2",
    "Twins": "Siblings that wrote the same text: particles spent on one thought",
    "Sure too early": "Mean reward of wrong particles in the first third of the steps (compare arXiv 2510.05825)",
}
MOST_SIGNS = 5


def mistakes(trace: Trace, selected: int | None) -> str:
    """The misjudged particles, worst first, and beside them what needs no label."""
    known = truth(trace)
    found = labels(trace, known)
    judged = hacking.mistakes(trace, found)
    table, signs = _table(trace, judged, selected), _signs(trace, hacking.early_confidence(trace, found).value)
    body = f'<div class="columns"><div>{table}</div>{signs}</div>' if table else signs
    return head(_summary(judged), _READS) + body


def _summary(judged: hacking.Mistakes) -> str:
    if not judged.right + judged.wrong:
        return UNKNOWN_TRUTH
    return (
        f"<b>{judged.right}</b> right steps, of median reward {_bar(judged.right, judged.right_bar)}; "
        f"<b>{judged.wrong}</b> wrong ones, of {_bar(judged.wrong, judged.wrong_bar)}. "
        f"<b>{len(judged.found)}</b> on the wrong side."
    )


def _table(trace: Trace, judged: hacking.Mistakes, selected: int | None) -> str:
    if not judged.found:
        return ""
    rows = "".join(_row(trace, one, one.uid == selected) for one in judged.found[:MOST_ROWS])
    more = len(judged.found) - MOST_ROWS
    return (
        f'<table class="told"><thead><tr><th></th><th>Step</th><th>Particle</th><th>Reward</th>'
        f"<th>Its step</th></tr></thead><tbody>{rows}</tbody></table>"
        + (f'<p class="small">and {more} more</p>' if more > 0 else "")
    )


def _bar(count: int, value: float) -> str:
    return share(value) if count else f"none ({share(value)} is the bar)"


def _row(trace: Trace, one: hacking.Mistake, selected: bool) -> str:
    wrong = one.kind == "high and wrong"
    mark = f'<b class="verdict {"wrong" if wrong else "right"}">{"✗ yet high" if wrong else "✓ yet low"}</b>'
    cells = (
        mark,
        str(one.step + 1),
        particle(one.uid, one.slot, "", f"mistake-{one.uid}"),
        f'<span class="scored">{bar(one.reward)}{share(one.reward)}</span>',
        f'<span class="line">{line(trace.texts[one.step][one.slot])}</span>',
    )
    return row(one.uid, selected, cells)


def _signs(trace: Trace, early: float) -> str:
    peaks = [
        f"step {peak.step + 1}: {peak.before:.1f} → {peak.after:.1f} "
        + particle(peak.uid, peak.uid % trace.particles, percent(peak.weight), f"peak-{peak.uid}")
        for peak in hacking.peaks(trace)
    ]
    twins = [_twins(trace, group) for group in hacking.twins(trace)]
    sure = [] if math.isnan(early) else [f"wrong, with a mean reward of <b>{share(early)}</b>"]
    told = (("Peaked weights", peaks), ("Twins", twins), ("Sure too early", sure))
    return f'<dl class="signs">{"".join(_sign(name, items) for name, items in told)}</dl>'


def _twins(trace: Trace, group: hacking.Twins) -> str:
    step, slot = divmod(group.uids[0], trace.particles)
    first = particle(group.uids[0], slot, f"and {len(group.uids) - 1} like it", f"twin-{group.uids[0]}")
    return f'{first} <span class="line">step {step + 1}: {line(group.text)}</span>'


def _sign(name: str, items: list[str]) -> str:
    shown = "".join(f"<li>{item}</li>" for item in items[:MOST_SIGNS]) or "<li>none</li>"
    more = f"<li>and {len(items) - MOST_SIGNS} more</li>" if len(items) > MOST_SIGNS else ""
    why = escape(_SIGNS[name])
    return (
        f'<div><dt>{name} <span class="why" tabindex="0" data-why="{why}" role="note" aria-label="{why}">?</span></dt>'
        f"<dd><ul>{shown}{more}</ul></dd></div>"
    )
