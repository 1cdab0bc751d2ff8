"""What went wrong in a run, in sentences that say what to do next. A run in which nothing did has no finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.evidence import is_filter, mass_name
from pfviz.diagnostics.genealogy import offspring, root_ancestor
from pfviz.inference.settings import SETTINGS
from pfviz.text import format_percent, pluralise, shorten
from pfviz.trace.trace import Node, Trace
from pfviz.types import BoolArray

LOW_REWARD = 0.3
"""A run whose solutions all have less has found nothing that its reward model believes in."""
MAJORITY = 0.5
"""Share of the weight below which the heaviest answer has more weight against it than behind it."""
CUT_SHARE = 0.1
"""Share of the steps that are cut, or repeat one before them, from which that is said."""
LOW_ESS = 2.0
"""Effective sample size below which one particle holds most of the weight."""
TINY_TOKENS = 3
"""Tokens of a step that says nothing: the beginning of a list, a lone bracket."""
TAKEN_SHARE = 0.25
"""Share of the particles that finished ones took from those that still wrote, over all steps, from which it is said."""
EARLY = 0.5
"""Share of the steps within which all particles of a filter should not yet have come from one first step."""
MIN_PARTICLES = 4
"""Particles from which on it says something that one of them took over."""


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """Something that went wrong. `severity` orders: above 1 it speaks against the answer, below 1 against the run."""

    name: str
    severity: float
    sentence: str  # what it is, and what to do; plain text
    uid: int | None = None  # a particle that shows it


def run_health(trace: Trace) -> list[HealthFinding]:
    """Return what went wrong in a run that is over, the worst first; nothing while it goes on, or before a step."""
    if trace.status == "running" or not trace.steps:
        return []
    found = [finding for look in _LOOKS for finding in look(trace)]
    return sorted(found, key=lambda finding: -finding.severity)


def _find_unfinished(trace: Trace) -> Iterator[HealthFinding]:
    left = np.flatnonzero(~trace.finished[-1])
    if trace.status == "stopped" or not len(left):
        return
    who, ended = f"{len(left)} of {pluralise(trace.particles, 'particle')}", pluralise(trace.steps, "step")
    share, uid = len(left) / trace.particles, int(trace.uids[-1, left[np.argmax(trace.weights[-1, left])]])
    yield HealthFinding(
        "unfinished",
        2.0 if share > MAJORITY else 0.9,
        f"{who} had not finished after {ended}: raise {_label('max_steps')}.",
        uid,
    )


def _find_low_rewards(trace: Trace) -> Iterator[HealthFinding]:
    best = int(np.argmax(trace.rewards[-1]))
    if float(trace.rewards[-1, best]) >= LOW_REWARD or _known_right(trace):
        return
    yield HealthFinding(
        "low rewards",
        1.8,
        f"No solution has a reward of {LOW_REWARD}: the answer may be wrong; try more particles or another model.",
        int(trace.uids[-1, best]),
    )


def _find_divided_answer(trace: Trace) -> Iterator[HealthFinding]:
    top = trace.pooled.by_weighted_vote
    if top is None or top.mass >= MAJORITY or _known_right(trace):
        return
    yield HealthFinding(
        "divided answer",
        1.6,
        f"The particles disagree: {shorten(top.display, 24)} has only {format_percent(top.mass)} of the "
        f"{mass_name(trace).removeprefix('share of the ')}, so the answer may be wrong; try more particles or another "
        "seed.",
    )


def _find_cut_steps(trace: Trace) -> Iterator[HealthFinding]:
    for end, name in (("tokens", "max_step_tokens"), ("characters", "max_step_characters")):
        cut = np.array([[one == end for one in row] for row in trace.ends]) & trace.written
        count, written = int(cut.sum()), int(trace.written.sum())
        if count >= max(1, CUT_SHARE * written):
            yield HealthFinding(
                f"cut at {end}",
                1.4 if count > MAJORITY * written else 0.8,
                f"{count} of {pluralise(written, 'step')} were cut at their limit of {end}, in mid-sentence: "
                f"raise {_label(name)}.",
                _first_uid(trace, cut),
            )


def _find_repeated_steps(trace: Trace) -> Iterator[HealthFinding]:
    """Steps with the text of a step before them in the same solution. Those of few tokens ("}") repeat by right."""
    rows = [[" ".join(text.split()) for text in row] for row in trace.texts]
    steps_of = Counter(text for row in rows for text in set(row))
    seen: list[frozenset[str]] = [frozenset()] * trace.particles  # of the texts that stand in several steps
    repeats = np.zeros_like(trace.written)
    for t, texts in enumerate(rows):
        if t:
            seen = [seen[slot] for slot in trace.ancestors[t - 1]]
        for n in np.flatnonzero(trace.written[t] & (trace.tokens[t] > TINY_TOKENS)):
            repeats[t, n] = bool(texts[n]) and texts[n] in seen[n]
        made: dict[tuple[int, str], frozenset[str]] = {}  # copies that wrote the same share one
        for slot, text in enumerate(texts):
            if steps_of[text] > 1 and text not in seen[slot]:
                before = seen[slot]
                key = (id(before), text)
                if key not in made:
                    made[key] = before | {text}
                seen[slot] = made[key]
    count, written = int(repeats.sum()), int(trace.written.sum())
    if count >= max(1, CUT_SHARE * written):
        yield HealthFinding(
            "repeated steps",
            1.3 if count > MAJORITY * written else 0.7,
            f"{count} of {pluralise(written, 'step')} repeat an earlier step of their solution word for word: "
            f"raise {_label('temperature')}, or lower {_label('max_steps')}.",
            _first_uid(trace, repeats),
        )


def _find_finished_that_multiply(trace: Trace) -> Iterator[HealthFinding]:
    """Where finished particles are resampled with the others, they compete on a text that is not written on."""
    if not is_filter(trace) or trace.settings.get("finished") == "absorbing":
        return
    writing = ~trace.finished.all(axis=1)
    done = trace.finished & (writing & trace.resampled)[:, None]
    gained = np.where(done, offspring(trace) - 1, 0).sum(axis=1)
    taken = int(gained.clip(0).sum())
    if trace.particles < MIN_PARTICLES or taken < TAKEN_SHARE * trace.particles:
        return
    step = int(np.argmax(gained))
    heaviest = int(np.argmax(np.where(done[step], trace.weights[step], -1)))
    yield HealthFinding(
        "finished particles multiply",
        0.6,
        f"Finished particles took the places of {taken} that still wrote, most of them after step {step + 1}: "
        f"set {_label('finished')} to be kept aside.",
        int(trace.uids[step, heaviest]),
    )


def _find_tiny_steps_that_win(trace: Trace) -> Iterator[HealthFinding]:
    """Steps that say nothing are copied in the place of those that do."""
    tiny = trace.written & ~trace.finished & (trace.tokens <= TINY_TOKENS) & trace.resampled[:, None]
    tiny &= trace.tokens > 0  # else it is not known how many it has
    born = np.where(tiny, offspring(trace), 0).sum(axis=1)
    wins = np.flatnonzero((born >= trace.particles / 2) & (born > 1.5 * tiny.sum(axis=1)))
    if not len(wins) or trace.particles < MIN_PARTICLES:
        return
    step = int(wins[0])
    winner = int(np.argmax(np.where(tiny[step], trace.weights[step], -1)))
    yield HealthFinding(
        "tiny steps win",
        0.65,
        f"Steps of at most {TINY_TOKENS} tokens won after step {step + 1} and have {born[step]} of "
        f"{trace.particles} children: raise {_label('min_step_tokens')}.",
        int(trace.uids[step, winner]),
    )


def _find_lowest_ess(trace: Trace) -> Iterator[HealthFinding]:
    if not is_filter(trace) or trace.particles < MIN_PARTICLES:
        return
    step = int(np.argmin(trace.ess))
    remedy = f"raise {_label('tau')}" if trace.resampled.any() else f"resample more often, see {_label('trigger')}"
    if float(trace.ess[step]) < LOW_ESS:
        yield HealthFinding(
            "lowest effective sample size",
            0.4,
            f"One particle had {format_percent(float(trace.weights[step].max()), 0)} of the weight at step {step + 1} "
            f"(effective sample size {trace.ess[step]:.1f} of {trace.particles}): {remedy}.",
            int(trace.uids[step, int(np.argmax(trace.weights[step]))]),
        )


def _find_early_collapse(trace: Trace) -> Iterator[HealthFinding]:
    """All particles descend from one first step too early. In a long run they do at last, whatever is set."""
    families = root_ancestor(trace)
    alone = np.flatnonzero((families == families[:, :1]).all(axis=1))
    if not is_filter(trace) or trace.particles < MIN_PARTICLES or not len(alone):
        return
    step = int(alone[0])
    if trace.steps >= 3 and step < EARLY * trace.steps:
        yield HealthFinding(
            "early collapse",
            0.5,
            f"From step {step + 1} on all {trace.particles} particles descend from one first step: raise "
            f"{_label('first_resampling')} or {_label('tau')}.",
            int(trace.uids[0, families[step, 0]]),
        )


def _known_right(trace: Trace) -> bool:
    return trace.choice is not None and trace.choice.correct is True


def _first_uid(trace: Trace, mask: BoolArray) -> int:
    place: Node = tuple(np.argwhere(mask)[0].tolist())
    return int(trace.uids[place])


def _label(name: str) -> str:
    return f"“{SETTINGS[name].label}”"


_LOOKS: tuple[Callable[[Trace], Iterator[HealthFinding]], ...] = (
    _find_unfinished,
    _find_low_rewards,
    _find_divided_answer,
    _find_cut_steps,
    _find_repeated_steps,
    _find_finished_that_multiply,
    _find_tiny_steps_that_win,
    _find_lowest_ess,
    _find_early_collapse,
)
