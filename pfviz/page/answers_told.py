"""What the models answered, in words and tables: trace and answers → safe HTML. Rows select their particle."""

from __future__ import annotations

import math

import numpy as np

from pfviz.figures.mathtext import render
from pfviz.figures.residuals import signed
from pfviz.lab.attribution import Occlusion
from pfviz.lab.edit import StepRewards
from pfviz.lab.rescore import Rescored
from pfviz.lab.values import Value
from pfviz.page import selection, tools
from pfviz.page.answers import Answers
from pfviz.page.inside import shaded
from pfviz.page.markup import bar, escape, particle, share
from pfviz.page.verdicts import head, row
from pfviz.trace import Trace

MOST_GAPS = 12
MOST_KILLED = 16
SHADE = 0.5  # an effect from which on a word is shaded no deeper

_WORDS_READ = (
    "The reward of the step less its reward without the word (occlusion; Zeiler & Fergus, arXiv 1311.2901). Above 0 "
    "the word is to the step’s credit. Words act together, and no model has seen a text with a hole: effects need not "
    "add up."
)
_EDIT_READ = (
    "Both paths are scored by the run’s reward model, step by step. The steps after the new text are those that were "
    "written for the old one: Grow from here has new ones written. The colour under a word is the reward after it, "
    "where the reward model says it."
)


def told(trace: Trace, question: str, answers: Answers, selected: int | None) -> str:
    """Beside the picture, or in its place."""
    uid = selection.known(trace, selected)
    if question == "worth":
        return _worth(trace, answers, uid)
    if question == "other":
        return _other(answers.other) if answers.other else _small("Choose another reward model and score the tree.")
    if uid is None:
        return _small(tools.NOBODY)
    if question == "words":
        return _words(trace, uid, answers)
    return _edit(trace, uid, answers)


def _small(text: str) -> str:
    return f'<p class="small">{escape(text)}</p>'


def _worth(trace: Trace, answers: Answers, uid: int | None) -> str:
    """The value of the selected prefix, and the prefixes that are farthest from theirs."""
    from pfviz.diagnostics.truth import true_answer
    from pfviz.figures.worth import surprising

    if true_answer(trace) is None:
        return _small(tools.UNKNOWN)
    own = _small(tools.NOBODY)
    if uid is not None:
        t, n = trace.node(uid)
        value = answers.measured.get(uid)
        name = f"<b>Step {t + 1}, particle {n}</b>"
        own = f'<p class="lead">{name}: {valued(value) if value else "not measured yet"}.</p>'
    far = [value for value in surprising(answers.worth) if not value.exact]
    if not far:
        return own
    rows = "".join(_gap(trace, value, uid) for value in far[:MOST_GAPS])
    header = "<th>Step</th><th>Particle</th><th>Reward</th><th>Value</th>"
    return f'{own}<p class="small">Reward outside of the interval:</p>{_table(header, rows)}'


def valued(value: Value) -> str:
    """Reward and value of a prefix, and how they differ."""
    if value.exact:
        return f"reward {share(value.reward)}, value <b>{value.value:.0f}</b>, as nothing is written after it"
    low, high = value.interval
    outside = "" if low <= value.reward <= high else " The reward is " + ("too high" if value.gap > 0 else "too low")
    return (
        f"reward {share(value.reward)}, value <b>{share(value.value)}</b> ({share(low)} to {share(high)}): "
        f"{value.right} of {value.rollouts} rollouts right.{outside}"
    )


def _gap(trace: Trace, value: Value, selected: int | None) -> str:
    uid = value.uids[0]
    t, n = trace.node(uid)
    cells = (
        str(t + 1),
        particle(uid, n, f"×{len(value.uids)}" if len(value.uids) > 1 else "", f"gap-{uid}"),
        share(value.reward),
        f"<b>{share(value.value)}</b> <small>of {value.rollouts}</small>",
    )
    return row(uid, selected in value.uids, cells)


def _key(kind: str) -> str:
    """A piece of the line that has this colour in the picture."""
    return f'<i class="key {kind}" aria-hidden="true"></i>'


def _other(found: Rescored) -> str:
    """Rank correlations, and whom each reward would have killed."""
    rows = "".join(
        f"<tr><td>{t + 1}</td><td>{_rank(rho)}</td><td>{_rank(tau)}</td></tr>"
        for t, (rho, tau) in enumerate(found.correlations.tolist())
    )
    why = "Rank correlation of the two rewards over the particles of a step; – where one gives all of them the same"
    header = f'<th>Step</th><th title="{why}">Spearman ρ</th><th title="{why}">Kendall τ</th>'
    ours, theirs = escape(_name(found.trace.reward)), escape(_name(found.reward))
    return (
        f'<p class="lead">{ours} → {theirs}</p>'
        + _killed(found, found.saved_by_other, f"{_key('rises')}Killed by {ours} alone")
        + _killed(found, found.saved_by_run, f"{_key('falls')}Killed by {theirs} alone")
        + f'<p class="small">{_key("both")}Killed by both {_key("neither")}by neither</p>'
        + _table(header, rows)
    )


def _name(name: str) -> str:
    return name if len(name) <= 40 else "…" + name[-39:]


def _rank(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def _killed(found: Rescored, mask: np.ndarray, lead: str) -> str:
    nodes = {int(found.trace.uids[t, n]): (t, n) for t, n in np.argwhere(mask).tolist()}
    if not nodes:
        return f'<p class="small">{lead}: nobody.</p>'
    chips = "".join(
        particle(
            uid, n, f"step {t + 1}, {share(found.trace.rewards[t, n])} → {share(found.rewards[t, n])}", f"killed-{uid}"
        )
        for uid, (t, n) in list(nodes.items())[:MOST_KILLED]
    )
    more = f'<span class="small">and {len(nodes) - MOST_KILLED} more</span>' if len(nodes) > MOST_KILLED else ""
    return f'<p class="small">{lead}: {len(nodes)}</p><div class="family">{chips}{more}</div>'


def _words(trace: Trace, uid: int, answers: Answers) -> str:
    """The text of the step with each word shaded, and the words by their effects."""
    if uid not in answers.words:
        t, n = trace.node(uid)
        return f'<p class="lead">{escape(trace.texts[t][n])}</p>' + _small("Leave out each word to see what it does.")
    reward, found = answers.words[uid]
    finding = f"<b>{escape(_name(reward))}</b> gives the whole step {share(found.reward)}"
    order = np.argsort(-np.abs(found.effects), kind="stable")
    rows = "".join(
        f"<tr><td>{_word(found, int(k))}</td><td><b>{signed(float(found.effects[k]))}</b></td>"
        f"<td>{share(float(found.without[k]))}</td></tr>"
        for k in order
    )
    table = _table("<th>Word</th><th>Effect</th><th>Without it</th>", rows)
    text = f'<p class="shaded">{_shaded(found)}</p>'
    return f'{head(finding, _WORDS_READ)}<div class="columns">{text}<div>{table}</div></div>'


def _shaded(found: Occlusion) -> str:
    pieces, place = [], 0
    for k, (start, end) in enumerate(found.spans):
        pieces += [escape(found.text[place:start]), _word(found, k)]
        place = end
    return "".join([*pieces, escape(found.text[place:])])


def _word(found: Occlusion, k: int) -> str:
    """A word on its colour; the number is read on hover, and in the list."""
    start, end = found.spans[k]
    effect = float(found.effects[k])
    depth = round(100 * min(1.0, abs(effect) / SHADE))
    kind = "credit" if effect > 0 else "debit"
    shade = f'class="word {kind}" style="--depth:{depth}%" title="{signed(effect)}"'
    return f"<span {shade}>{escape(found.text[start:end])}</span>"


def _edit(trace: Trace, uid: int, answers: Answers) -> str:
    found = answers.edits.get(uid)
    if not found:
        return _small(
            "Change the text of the selected step. Its new rewards then stand beside the old ones; Grow from here "
            "writes new steps after it, with as many particles as are set on the left."
        )
    place = len(trace.solution(*trace.node(uid))) - 1
    rows = "".join(_step(one, one.place == place) for one in found)
    changed = next((one for one in found if one.place == place), found[-1])
    change = signed(changed.new - changed.old)
    finding = f"Step {place + 1} had {share(changed.old)} and has <b>{share(changed.new)}</b> ({change})"
    header = "<th>Step</th><th>Old</th><th>New</th><th>Change</th><th>Its text</th>"
    return head(finding, _EDIT_READ) + _table(header, rows)


def _step(one: StepRewards, changed: bool) -> str:
    said = shaded(one.text, one.inside) if one.inside.ends else render(one.text)
    text = f'<span class="line">{said}</span>'
    if changed and one.text != one.old_text:
        text = f'<span class="line"><del>{render(one.old_text)}</del></span>{text}'
    cells = (
        str(one.place + 1),
        f'<span class="scored">{bar(one.old)}{share(one.old)}</span>',
        f'<span class="scored">{bar(one.new)}{share(one.new)}</span>',
        f"<b>{signed(one.new - one.old)}</b>",
        text,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(header: str, rows: str) -> str:
    return f'<table class="told"><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>'
