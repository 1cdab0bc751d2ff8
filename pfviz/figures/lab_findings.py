"""The findings of a diagnosis as HTML: a sentence each, how large and how sure, and the particles that show it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pfviz.figures import theme
from pfviz.figures.estimates import counted, told
from pfviz.figures.leaves import MARKS
from pfviz.figures.mathtext import render
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.examples import Example, Scored, example
from pfviz.lab.glossary import CAUSES

_SCALE = [colour for _, colour in theme.REWARD_SCALE]
LONGEST = 600
"""Characters of a step or a problem that are shown."""


def findings(diagnosis: Diagnosis, sources: Sequence[str] = ()) -> str:
    """Two cards: what is wrong, ranked, and what that did to the runs."""
    found, did = diagnosis.findings.found, diagnosis.consequences.found
    return f"""<section class="card block"><h2>What is wrong</h2>
<p class="reads">Findings that name a cause come first, the largest first. The size, from 0 to 1, is about
the share of pairs of a right and a wrong prefix that it spoils.</p>
{_list(diagnosis, found, sources) or "<p>Nothing was found.</p>"}</section>
<section class="card block"><h2>What that did to the runs</h2>
{_list(diagnosis, did, sources) or "<p>Nothing that is sure.</p>"}</section>"""


def _list(diagnosis: Diagnosis, found: Sequence[Finding], sources: Sequence[str]) -> str:
    items = "".join(_item(diagnosis, one, sources) for one in found)
    return f'<ol class="findings">{items}</ol>' if items else ""


def _item(diagnosis: Diagnosis, one: Finding, sources: Sequence[str]) -> str:
    shown = [_example(example(diagnosis, row), sources) for row in one.examples]
    opened = "" if one.general else " open"
    examples = (
        f'<details class="examples"{opened}><summary>Examples</summary>{"".join(shown)}</details>' if shown else ""
    )
    size = min(1.0, max(0.0, one.size))
    facts = [
        html.escape(CAUSES.get(one.cause, one.cause)) + (", names no cause" if one.general else ""),
        f"{told(one.estimate)}, {counted(one.estimate, 'runs' if one.cause in ('killed', 'falls') else 'prefixes')}",
    ]
    return f"""<li id="finding-{html.escape(one.cause)}">
<p class="sentence">{html.escape(one.sentence)}</p>
<div class="meter" title="size {size:.2f}"><span><i style="width:{100 * size:.0f}%"></i></span>size {size:.2f}</div>
<p class="facts-line">{" · ".join(facts)}</p>
{examples}</li>
"""


def _example(one: Example, sources: Sequence[str]) -> str:
    """One line that opens to the whole prefix. It names the particle by the run's number, and the uid of its node."""
    source = f" · {html.escape(sources[one.run])}" if one.run < len(sources) else ""
    sweep = f", sweep {one.sweep + 1}" if one.sweep else ""
    where = f"run {one.run + 1}{sweep} · step {one.step + 1} · node {one.node}{source}"
    steps = "".join(f"<li>{_scored(step)}</li>" for step in one.path)
    return f"""<details data-run="{one.run}" data-sweep="{one.sweep}" data-node="{one.node}">
<summary>{_scored(one.last)}<span class="where-line">{where}</span></summary>
<p class="problem">{_text(one.problem)}</p>
<ol class="prefix">{steps}</ol></details>
"""


def _scored(step: Scored) -> str:
    judged = {True: "right", False: "wrong", None: ""}[step.right]
    mark = f'<span class="{judged}" title="{judged}">{MARKS[step.right]}</span> ' if judged else ""
    said = f"reward {step.reward:.2f}{f', {judged}' if judged else ''}"
    colour = _SCALE[round(min(1.0, max(0.0, step.reward)) * (len(_SCALE) - 1))]
    return (
        f'{mark}<span class="text">{_text(step.text)}</span> '
        f'<span class="reward"><i style="background:{colour}"></i>{said}</span>'
    )


def _text(text: str) -> str:
    return render(theme.shorten(text, LONGEST))
