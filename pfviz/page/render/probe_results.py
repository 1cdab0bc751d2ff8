"""What the models answered, in words and tables: trace and answers → safe HTML. Rows select their particle."""

from __future__ import annotations

import math

import numpy as np

from pfviz.diagnostics import kinship
from pfviz.lab.probes.edit import StepRewards
from pfviz.lab.probes.occlusion import Occlusion
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.components.html import bar, escape, format_score, particle_button
from pfviz.page.forms import probe_form
from pfviz.page.render.token_rewards import shade_tokens
from pfviz.page.render.verdicts import finding_header, particle_row
from pfviz.page.state.probe_answers import ProbeAnswers
from pfviz.report.mathtext import render
from pfviz.text import format_number, format_signed, shorten
from pfviz.trace import Trace

MAX_GAP_ROWS = 12
MAX_KILLED = 16
FULL_SHADE_EFFECT = 0.5  # an effect from which on a word is shaded no deeper

_WORDS_HELP = (
    "The reward of the step less its reward without the word (occlusion; Zeiler & Fergus, arXiv 1311.2901). Above 0 "
    "the word is to the step’s credit. Words act together, and no model has seen a text with a hole: effects need not "
    "add up."
)
_EDIT_HELP = (
    "Both paths are scored by the run’s reward model, step by step. The steps after the new text are those that were "
    "written for the old one: Grow from here has new ones written. The colour under a word is the reward after it, "
    "where the reward model says it."
)


def render_results(trace: Trace, question: str, answers: ProbeAnswers, selected: int | None) -> str:
    """Beside the picture, or in its place."""
    uid = kinship.valid_uid(trace, selected)
    if question == "worth":
        return _value_results(trace, answers, uid)
    if question == "other":
        return (
            _rescore_results(answers.rescored)
            if answers.rescored
            else _small_text("Choose another reward model and score the tree.")
        )
    if uid is None:
        return _small_text(probe_form.NO_SELECTION_MESSAGE)
    if question == "words":
        return _word_results(trace, uid, answers)
    return _edit_results(trace, uid, answers)


def _small_text(text: str) -> str:
    return f'<p class="small">{escape(text)}</p>'


def _value_results(trace: Trace, answers: ProbeAnswers, uid: int | None) -> str:
    """The value of the selected prefix, and the prefixes that are farthest from theirs."""
    from pfviz.diagnostics.truth import true_answer
    from pfviz.figures.reward.values import miscalibrated_values

    if true_answer(trace) is None:
        return _small_text(probe_form.UNKNOWN_TRUTH_MESSAGE)
    own = _small_text(probe_form.NO_SELECTION_MESSAGE)
    if uid is not None:
        t, n = trace.node(uid)
        value = answers.measured_values.get(uid)
        name = f"<b>Step {t + 1}, particle {n}</b>"
        own = f'<p class="lead">{name}: {describe_value(value) if value else "not measured yet"}.</p>'
    far = [value for value in miscalibrated_values(answers.prefix_values) if not value.exact]
    if not far:
        return own
    rows = "".join(_gap_row(trace, value, uid) for value in far[:MAX_GAP_ROWS])
    header = "<th>Step</th><th>Particle</th><th>Reward</th><th>Value</th>"
    return f'{own}<p class="small">Reward outside of the interval:</p>{_table(header, rows)}'


def describe_value(value: PrefixValue) -> str:
    """Reward and value of a prefix, and how they differ."""
    if value.exact:
        return f"reward {format_score(value.reward)}, value <b>{value.value:.0f}</b>, as nothing is written after it"
    low, high = value.interval
    outside = "" if low <= value.reward <= high else " The reward is " + ("too high" if value.gap > 0 else "too low")
    return (
        f"reward {format_score(value.reward)}, value <b>{format_score(value.value)}</b> ({format_score(low)} "
        f"to {format_score(high)}): "
        f"{value.right} of {value.rollouts} rollouts right.{outside}"
    )


def _gap_row(trace: Trace, value: PrefixValue, selected: int | None) -> str:
    uid = value.uids[0]
    t, n = trace.node(uid)
    cells = (
        str(t + 1),
        particle_button(uid, n, f"×{len(value.uids)}" if len(value.uids) > 1 else "", f"gap-{uid}"),
        format_score(value.reward),
        f"<b>{format_score(value.value)}</b> <small>of {value.rollouts}</small>",
    )
    return particle_row(uid, selected in value.uids, cells)


def _legend_key(kind: str) -> str:
    """A piece of the line that has this colour in the picture."""
    return f'<i class="key {kind}" aria-hidden="true"></i>'


def _rescore_results(found: RescoredSweep) -> str:
    """Rank correlations, and whom each reward would have killed."""
    rows = "".join(
        f"<tr><td>{t + 1}</td><td>{_format_correlation(rho)}</td><td>{_format_correlation(tau)}</td></tr>"
        for t, (rho, tau) in enumerate(found.correlations.tolist())
    )
    why = "Rank correlation of the two rewards over the particles of a step; – where one gives all of them the same"
    header = f'<th>Step</th><th title="{why}">Spearman ρ</th><th title="{why}">Kendall τ</th>'
    ours, theirs = escape(_shorten_name(found.trace.reward)), escape(_shorten_name(found.reward))
    return (
        f'<p class="lead">{ours} → {theirs}</p>'
        + _killed_list(found, found.saved_by_other, f"{_legend_key('rises')}Killed by {ours} alone")
        + _killed_list(found, found.saved_by_run, f"{_legend_key('falls')}Killed by {theirs} alone")
        + f'<p class="small">{_legend_key("both")}Killed by both {_legend_key("neither")}by neither</p>'
        + _table(header, rows)
    )


def _shorten_name(name: str) -> str:
    return shorten(name, 40, keep_end=True)


def _format_correlation(value: float) -> str:
    return "–" if math.isnan(value) else format_number(value)


def _killed_list(found: RescoredSweep, mask: np.ndarray, lead: str) -> str:
    nodes = {int(found.trace.uids[t, n]): (t, n) for t, n in np.argwhere(mask).tolist()}
    if not nodes:
        return f'<p class="small">{lead}: nobody.</p>'
    chips = "".join(
        particle_button(
            uid,
            n,
            f"step {t + 1}, {format_score(found.trace.rewards[t, n])} → {format_score(found.rewards[t, n])}",
            f"killed-{uid}",
        )
        for uid, (t, n) in list(nodes.items())[:MAX_KILLED]
    )
    more = f'<span class="small">and {len(nodes) - MAX_KILLED} more</span>' if len(nodes) > MAX_KILLED else ""
    return f'<p class="small">{lead}: {len(nodes)}</p><div class="family">{chips}{more}</div>'


def _word_results(trace: Trace, uid: int, answers: ProbeAnswers) -> str:
    """The text of the step with each word shaded, and the words by their effects."""
    if uid not in answers.occlusions:
        t, n = trace.node(uid)
        return f'<p class="lead">{escape(trace.texts[t][n])}</p>' + _small_text(
            "Leave out each word to see what it does."
        )
    reward, found = answers.occlusions[uid]
    finding = f"<b>{escape(_shorten_name(reward))}</b> gives the whole step {format_score(found.reward)}"
    order = np.argsort(-np.abs(found.effects), kind="stable")
    rows = "".join(
        f"<tr><td>{_word_span(found, int(k))}</td><td><b>{format_signed(float(found.effects[k]))}</b></td>"
        f"<td>{format_score(float(found.rewards_without[k]))}</td></tr>"
        for k in order
    )
    table = _table("<th>Word</th><th>Effect</th><th>Without it</th>", rows)
    text = f'<p class="shaded">{_shaded_words(found)}</p>'
    return f'{finding_header(finding, _WORDS_HELP)}<div class="columns">{text}<div>{table}</div></div>'


def _shaded_words(found: Occlusion) -> str:
    pieces, place = [], 0
    for k, (start, end) in enumerate(found.spans):
        pieces += [escape(found.text[place:start]), _word_span(found, k)]
        place = end
    return "".join([*pieces, escape(found.text[place:])])


def _word_span(found: Occlusion, k: int) -> str:
    """A word on its colour; the number is read on hover, and in the list."""
    start, end = found.spans[k]
    effect = float(found.effects[k])
    depth = round(100 * min(1.0, abs(effect) / FULL_SHADE_EFFECT))
    kind = "credit" if effect > 0 else "debit"
    shade = f'class="word {kind}" style="--depth:{depth}%" title="{format_signed(effect)}"'
    return f"<span {shade}>{escape(found.text[start:end])}</span>"


def _edit_results(trace: Trace, uid: int, answers: ProbeAnswers) -> str:
    found = answers.edits.get(uid)
    if not found:
        return _small_text(
            "Change the text of the selected step. Its new rewards then stand beside the old ones; Grow from here "
            "writes new steps after it, with as many particles as are set on the left."
        )
    place = len(trace.solution(*trace.node(uid))) - 1
    rows = "".join(_step_row(one, one.place == place) for one in found)
    changed = next((one for one in found if one.place == place), found[-1])
    change = format_signed(changed.new_reward - changed.old_reward)
    finding = (
        f"Step {place + 1} had {format_score(changed.old_reward)} and has "
        f"<b>{format_score(changed.new_reward)}</b> ({change})"
    )
    header = "<th>Step</th><th>Old</th><th>New</th><th>Change</th><th>Its text</th>"
    return finding_header(finding, _EDIT_HELP) + _table(header, rows)


def _step_row(one: StepRewards, changed: bool) -> str:
    said = shade_tokens(one.text, one.token_rewards) if one.token_rewards.ends else render(one.text)
    text = f'<span class="line">{said}</span>'
    if changed and one.text != one.old_text:
        text = f'<span class="line"><del>{render(one.old_text)}</del></span>{text}'
    cells = (
        str(one.place + 1),
        f'<span class="scored">{bar(one.old_reward)}{format_score(one.old_reward)}</span>',
        f'<span class="scored">{bar(one.new_reward)}{format_score(one.new_reward)}</span>',
        f"<b>{format_signed(one.new_reward - one.old_reward)}</b>",
        text,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(header: str, rows: str) -> str:
    return f'<table class="told"><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>'
