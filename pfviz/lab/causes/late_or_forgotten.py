"""Errors that are noticed a step late, and errors that are forgotten."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import MIN_ROWS, Evidence, has_enough_rows
from pfviz.lab.causes.contrast import MIN_AUC_GAP, Candidate, contrast
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.stats.bootstrap import mean
from pfviz.text import format_percent
from pfviz.types import BoolArray, FloatArray


def late_candidates(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """The step after an error, or the one after that, is scored as low as the error should have been."""
    found = (_late_candidate(evidence, scores, delay) for delay in (1, 2))
    return [one for one in found if one is not None]


def _late_candidate(evidence: Evidence, scores: FloatArray, delay: int) -> Candidate | None:
    rows = evidence.rows
    after = mean_after_error(rows, scores, delay)
    both = rows.is_first_error & ~np.isnan(after) & ~np.isnan(scores)
    if not has_enough_rows(rows, both):
        return None
    apart = mean((scores - after)[both], rows.problem[both])
    if apart.value > -MIN_AUC_GAP or apart.high > -0.05:
        return None
    here, later = mean(scores[both], rows.problem[both]), float(after[both].mean())
    at_the_end = scores[rows.is_first_error & rows.last & ~np.isnan(scores)]
    if len(at_the_end) >= MIN_ROWS and later - at_the_end.mean() < MIN_AUC_GAP:
        return None  # where nothing comes after it, an error that is noticed late is not noticed
    members, evenly = rows.is_first_error.copy(), _late_step_share(rows, scores, after, both)
    if delay > 1:  # nor is the step between noticed, wherever it is, or not half as much
        members |= rows.is_after_error & (rows.first_error_row == rows.parent)
        between = scores[members & rows.is_after_error & ~np.isnan(scores)]
        if len(between) and between.mean() > (here.value + later) / 2:
            return None
        parts = [part for part in group_rows(rows.step, members & ~np.isnan(scores)) if len(part) >= 4]
        if any(later - scores[part].mean() < MIN_AUC_GAP for part in parts):
            return None
    lost = float((later - scores[members & ~np.isnan(scores)]).clip(min=0).sum())
    when, then = ("a step late", "the step after it") if delay == 1 else (f"{delay} steps late", "what is there then")
    sentence = (
        f"Errors are noticed {when}: a right prefix scores higher than the error in "
        f"{format_percent(here.value, 0)} of the "
        f"pairs, than {then} in {format_percent(later, 0)}."
    )
    return Candidate("late", sentence, here, lost * evenly, (later - here.value) * evenly, 1.0, members)


def mean_after_error(rows: PrefixTable, values: FloatArray, delay: int = 1) -> FloatArray:
    """(R,) the mean value of the steps that are `delay` steps after a first error; nan for other rows, and without
    one."""
    after = np.flatnonzero(rows.is_after_error & (rows.first_error_row >= 0) & ~np.isnan(values))
    after = after[rows.step[after] - rows.step[rows.first_error_row[after]] == delay]
    count = np.bincount(rows.first_error_row[after], minlength=len(rows))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(rows.first_error_row[after], values[after], len(rows)) / count)


def _late_step_share(rows: PrefixTable, scores: FloatArray, after: FloatArray, both: BoolArray) -> float:
    """The share of the places in solutions where it is so: late everywhere, or only blind at one place."""
    places = [part for part in group_rows(rows.step, both) if len(part) >= 4]
    if not places:
        return 1.0
    return float(np.mean([float((after - scores)[part].mean()) > MIN_AUC_GAP for part in places]))


def forgotten_candidates(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """Steps after an error are scored as if it had not been made; one candidate or none."""
    rows = evidence.rows
    if not has_enough_rows(rows, rows.is_after_error & ~np.isnan(evidence.original_auc)):
        evidence.add_open_question(
            "forgets",
            "Whether errors are forgotten: hardly any solution went on after an error with a right one beside it. More "
            "runs that do not select (best-of-N) would show it.",
        )
        return []
    told = contrast(evidence, scores, rows.is_after_error, rows.is_first_error | rows.is_after_error)
    if told is None:
        return []
    sentence = (
        f"Errors are forgotten: a right prefix scores higher in {format_percent(told.other_auc, 0)} of the pairs "
        f"when the error is "
        f"made, in {format_percent(told.auc.value, 0)} afterwards."
    )
    steps = [
        scores[part].mean() for part in group_rows(rows.step, rows.is_after_error & ~np.isnan(scores)) if len(part) >= 4
    ]
    even = float(np.mean([told.other_auc - step > MIN_AUC_GAP for step in steps])) if steps else 1.0
    return [
        Candidate(
            "forgets",
            sentence,
            told.auc,
            told.pairs_lost * even,
            told.gap * even,
            told.other_share,
            rows.is_after_error,
        )
    ]
