"""Where the reward is wrong, and signs of it that need no label: trace → HTML."""

from __future__ import annotations

import math
from typing import Any

from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards import misjudged
from pfviz.diagnostics.truth import truth
from pfviz.page.components.html import fill
from pfviz.page.render.reward.verdicts import MAX_ROWS, UNKNOWN_TRUTH, step_excerpt
from pfviz.text import format_percent
from pfviz.trace import Trace

_MISTAKES_HELP = (
    "Wrong particles whose reward is above the median of the right ones, and right particles whose reward is below the "
    "median of the wrong ones (reward hacking: Skalse et al., arXiv 2209.13085), the worst first. Where one kind is "
    "missing, the threshold is 1/2."
)
_SIGN_HELP = {
    "Weight collapse": "Steps at which the effective sample size 1/ΣW² (Kong, Liu & Wong 1994) fell below 2",
    "Duplicate siblings": "Siblings with the same text: particles spent on one idea",
    "Early overconfidence": "Mean reward of wrong particles in the first third of the steps (compare arXiv 2510.05825)",
}
MAX_SIGNS = 5


def mistakes(trace: Trace, selected: int | None) -> str:
    """Return the misjudged particles, worst first, and beside them what needs no label."""
    found = prefix_labels(trace, truth(trace))
    judged = misjudged.misjudged_nodes(trace, found)
    return fill(
        "reward/mistakes.html.j2",
        reads=_MISTAKES_HELP,
        unknown=UNKNOWN_TRUTH if not judged.right + judged.wrong else "",
        judged=judged,
        rows=[{"node": one, "text": step_excerpt(trace.texts[one.step][one.slot])} for one in judged.nodes[:MAX_ROWS]],
        selected=selected,
        **_signs(trace, misjudged.early_wrong_reward(trace, found).value),
        sign_help=_SIGN_HELP,
        max_signs=MAX_SIGNS,
    )


def _signs(trace: Trace, early: float) -> dict[str, Any]:
    """Return what needs no label: collapses of the weights and duplicate siblings, and the mean `early` reward of wrong
    particles, None where there is none."""
    collapses = [
        {
            "step": peak.step + 1,
            "ess": f"{peak.ess_before:.1f} → {peak.ess_after:.1f}",
            "uid": peak.uid,
            "slot": peak.uid % trace.particles,
            "weight": format_percent(peak.weight),
        }
        for peak in misjudged.weight_collapses(trace)
    ]
    duplicates = []
    for group in misjudged.duplicate_siblings(trace):
        step, slot = divmod(group.uids[0], trace.particles)
        duplicates.append(
            {
                "uid": group.uids[0],
                "slot": slot,
                "others": len(group.uids) - 1,
                "step": step + 1,
                "text": step_excerpt(group.text),
            }
        )
    return {"collapses": collapses, "duplicates": duplicates, "early": None if math.isnan(early) else early}
