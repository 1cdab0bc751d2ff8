"""What the models answered, in words and tables: trace and answers → HTML. Rows select their particle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pfviz.diagnostics import kinship
from pfviz.lab.probes.edit import StepRewards
from pfviz.lab.probes.occlusion import Occlusion
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.components.html import fill, format_score, small_text
from pfviz.page.forms import probe_form
from pfviz.page.render.reward.token_rewards import shade_tokens
from pfviz.page.state.probe_answers import ProbeAnswers
from pfviz.text import format_number, format_signed, shorten
from pfviz.trace import Trace

MAX_GAP_ROWS = 12
MAX_KILLED = 16
MAX_NAME_CHARS = 40  # of a reward model's name
FULL_SHADE_EFFECT = 0.5  # an effect from which on a word is shaded no deeper

_WORDS_HELP = (
    "The reward of the step minus its reward without the word (occlusion; Zeiler & Fergus, arXiv 1311.2901). Above 0 "
    "the word raises the reward. Effects need not add up: words act together, and models do not expect texts with gaps."
)
_EDIT_HELP = (
    "The run’s reward model scores both paths, step by step. The steps after the edited one are still those that were "
    "written after the old text; Continue from here writes new ones. The colour under a word is the reward after it, "
    "where the reward model gives one."
)


def render_results(trace: Trace, question: str, answers: ProbeAnswers, selected: int | None) -> str:
    """Return what stands beside the picture, or in its place."""
    uid = kinship.valid_uid(trace, selected)
    if question == "worth":
        return _value_results(trace, answers, uid)
    if question == "other":
        if answers.rescored is None:
            return small_text("Choose another reward model and score the tree.")
        return _rescore_results(answers.rescored)
    if uid is None:
        return small_text(probe_form.NO_SELECTION_MESSAGE)
    if question == "words":
        return _word_results(trace, uid, answers)
    return _edit_results(trace, uid, answers)


def _value_results(trace: Trace, answers: ProbeAnswers, uid: int | None) -> str:
    """The value of the selected prefix, and the prefixes that are farthest from theirs."""
    from pfviz.diagnostics.truth import true_answer
    from pfviz.figures.reward.values import miscalibrated_values

    if true_answer(trace) is None:
        return small_text(probe_form.UNKNOWN_TRUTH_MESSAGE)
    own = None
    if uid is not None:
        t, n = trace.node(uid)
        own = {"step": t + 1, "slot": n, "value": answers.measured_values.get(uid)}
    far = [value for value in miscalibrated_values(answers.prefix_values) if not value.exact]
    return fill(
        "probes/values.html.j2",
        own=own,
        no_selection=probe_form.NO_SELECTION_MESSAGE,
        rows=[_gap_row(trace, value) for value in far[:MAX_GAP_ROWS]],
        selected=uid,
    )


def _gap_row(trace: Trace, value: PrefixValue) -> dict[str, Any]:
    t, n = trace.node(value.uids[0])
    return {"step": t + 1, "slot": n, "value": value}


def _rescore_results(found: RescoredSweep) -> str:
    """Rank correlations, and whom each reward would have killed."""
    return fill(
        "probes/rescore.html.j2",
        ours=shorten(found.trace.reward, MAX_NAME_CHARS, keep_end=True),
        theirs=shorten(found.reward, MAX_NAME_CHARS, keep_end=True),
        killed_by_ours=_killed(found, found.saved_by_other),
        killed_by_theirs=_killed(found, found.saved_by_run),
        max_killed=MAX_KILLED,
        correlations=[
            (t + 1, _format_correlation(rho), _format_correlation(tau))
            for t, (rho, tau) in enumerate(found.correlations.tolist())
        ],
    )


def _format_correlation(value: float) -> str:
    return "–" if math.isnan(value) else format_number(value)


def _killed(found: RescoredSweep, mask: np.ndarray) -> list[dict[str, Any]]:
    """Return the particles of a mask, each once."""
    nodes = {int(found.trace.uids[t, n]): (t, n) for t, n in np.argwhere(mask).tolist()}
    return [
        {
            "uid": uid,
            "slot": n,
            "step": t + 1,
            "rewards": f"{format_score(found.trace.rewards[t, n])} → {format_score(found.rewards[t, n])}",
        }
        for uid, (t, n) in nodes.items()
    ]


def _word_results(trace: Trace, uid: int, answers: ProbeAnswers) -> str:
    """The text of the step with each word shaded, and the words by their effects."""
    if uid not in answers.occlusions:
        t, n = trace.node(uid)
        return fill("probes/words_before.html.j2", text=trace.texts[t][n])
    reward, found = answers.occlusions[uid]
    words = [_word(found, k) for k in range(len(found.spans))]
    return fill(
        "probes/words.html.j2",
        reads=_WORDS_HELP,
        model=shorten(reward, MAX_NAME_CHARS, keep_end=True),
        reward=found.reward,
        pieces=_text_pieces(found, words),
        words=[words[int(k)] for k in np.argsort(-np.abs(found.effects), kind="stable")],
    )


def _text_pieces(found: Occlusion, words: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any] | None]]:
    """Return the text in pieces: what stands before a word, and the word; None after the last one."""
    starts, ends = [start for start, _ in found.spans], [end for _, end in found.spans]
    between = [found.text[end:start] for end, start in zip([0, *ends], [*starts, len(found.text)], strict=True)]
    return list(zip(between, [*words, None], strict=True))


def _word(found: Occlusion, k: int) -> dict[str, Any]:
    """Return a word, its effect, and how deep the colour behind it is."""
    start, end = found.spans[k]
    effect = float(found.effects[k])
    return {
        "text": found.text[start:end],
        "effect": format_signed(effect),
        "without": float(found.rewards_without[k]),
        "depth": round(100 * min(1.0, abs(effect) / FULL_SHADE_EFFECT)),
        "kind": "credit" if effect > 0 else "debit",
    }


def _edit_results(trace: Trace, uid: int, answers: ProbeAnswers) -> str:
    found = answers.edits.get(uid)
    if not found:
        return small_text(
            "Edit the text of the selected step to compare its new rewards with the old ones. Continue from here "
            "writes new steps after it, with the number of particles that is set on the left."
        )
    place = len(trace.solution(*trace.node(uid))) - 1
    changed = next((one for one in found if one.place == place), found[-1])
    return fill(
        "probes/edit.html.j2",
        reads=_EDIT_HELP,
        step=place + 1,
        changed=changed,
        change=format_signed(changed.new_reward - changed.old_reward),
        rows=[_step_row(one, one.place == place) for one in found],
    )


def _step_row(one: StepRewards, changed: bool) -> dict[str, Any]:
    return {
        "one": one,
        "change": format_signed(one.new_reward - one.old_reward),
        "shaded": shade_tokens(one.text, one.token_rewards) if one.token_rewards.ends else None,
        "old_text": one.old_text if changed and one.text != one.old_text else "",
    }
