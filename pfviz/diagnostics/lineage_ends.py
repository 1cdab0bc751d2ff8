"""Who killed the right answer: where the lineages that were right ended, and whose doing that was.

A lineage ends at a node that nobody continues. A right node whose children are all wrong did not die: the generator
lost it, and selection had no part in that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.diagnostics.evidence import is_filter
from pfviz.diagnostics.genealogy import descendants, expected_offspring, offspring
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, Truth
from pfviz.inference.answers import read_answer
from pfviz.inference.methods import METHODS
from pfviz.problems.answers import is_correct
from pfviz.trace.trace import Node, Trace
from pfviz.types import BoolArray, IntArray

Verdict = Literal["low reward", "bad luck", "early stop", "alive"]

BAD_LUCK_THRESHOLD = 1 / 3
"""N·W below which a death is the reward's doing, and from which it is the draw's."""


@dataclass(frozen=True, slots=True)
class LineageEnd:
    """How a lineage ended. `low reward`: N·W was below a third, or a search that draws nothing left it out; `bad luck`:
    it should have had children and drew none; `early stop`: the run ended before it was finished."""

    uid: int  # of its last node
    slot: int
    step: int  # the last step, from 0, in which it was there
    reward: float
    rank: int  # of that reward among the N particles of the step, 1 the best; ties share the better one
    expected: float | None  # N·W at the event after the step, all its copies together; None without a draw
    copies: int  # slots that hold it at that step
    scheme: str  # what selected there; "" where nothing did
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RightLineageEnds:
    """`ends` of the right lineages, the dead first, in the order of their steps; `lost_by_generator`: right nodes
    whose children are all wrong, which the generator lost."""

    ends: tuple[LineageEnd, ...]
    lost_by_generator: int


@dataclass(frozen=True, slots=True)
class FirstError:
    """Where the most weighty wrong answer of the last step became wrong, on the way of its heaviest particle."""

    answer: str
    mass: float  # its share of the weight
    uid: int  # the first node that is wrong
    step: int
    reward: float
    reward_before: float | None  # the reward of the node before it; None at the first step
    path: tuple[int, ...]  # uids of the whole solution


def right_lineage_ends(trace: Trace, truth: Truth) -> RightLineageEnds:
    """The ends of all lineages that are known to be right. Where answers alone are known, a dead prefix is known to be
    right only if it was finished."""
    found, lost = prefix_labels(trace, truth), 0
    for t in range(trace.steps - 1):
        wrong = np.bincount(trace.ancestors[t][found[t + 1] == WRONG], minlength=trace.particles)
        born = np.bincount(trace.ancestors[t], minlength=trace.particles)
        lost += int(np.sum((found[t] == RIGHT) & (born > 0) & (wrong == born)))
    return RightLineageEnds(lineage_ends(trace, found == RIGHT), lost)


def descendant_ends(trace: Trace, uid: int) -> tuple[LineageEnd, ...]:
    """The ends of everything that descends from a node, the node itself included.

    Raises:
        KeyError: no step has that uid.
    """
    return lineage_ends(trace, descendants(trace, uid))


def lineage_ends(trace: Trace, mask: BoolArray) -> tuple[LineageEnd, ...]:
    """The ends of the lineages whose slots are in the mask (T, N)."""
    expected, children, found = expected_offspring(trace), offspring(trace), []
    for t in range(trace.steps):
        _, places = np.unique(trace.uids[t], return_inverse=True)
        ended = np.bincount(places, weights=mask[t]) > 0
        if t < trace.steps - 1:
            ended &= np.bincount(places, weights=children[t]) == 0
        for k in np.flatnonzero(ended):
            copies = np.flatnonzero(places == k)
            found.append(_lineage_end(trace, t, copies, float(expected[t, copies].sum())))
    return tuple(sorted(found, key=lambda end: (end.verdict == "alive", end.step, end.rank, end.uid)))


def _lineage_end(trace: Trace, t: int, copies: IntArray, expected: float) -> LineageEnd:
    slot = int(copies[0])
    reward = float(trace.rewards[t, slot])
    # The last step of a run that was stopped may have had its event; else nothing was drawn there.
    selected = bool(trace.resampled[t]) and not np.isin(trace.ancestors[t], copies).any()
    draws = selected and is_filter(trace)
    verdict: Verdict = "alive"
    if selected:
        verdict = "bad luck" if draws and expected >= BAD_LUCK_THRESHOLD else "low reward"
    elif not trace.finished[t, slot] and trace.status != "running":
        verdict = "early stop"
    scheme = ""
    if selected:
        known = METHODS.get(trace.method)
        scheme = str(trace.settings.get("resampler", "")) if draws else known.title if known else trace.method
    return LineageEnd(
        int(trace.uids[t, slot]), slot, t, reward, 1 + int(np.sum(trace.rewards[t] > reward)),
        expected if draws else None, len(copies), scheme, verdict,
    )  # fmt: skip


def prefix_labels(trace: Trace, truth: Truth) -> IntArray:
    """(T, N): the labels of the prefixes; of a solution that was finished and has none, that of its answer."""
    found = truth.prefixes.copy()
    if truth.answer is None:
        return found
    open_ones = (found == UNKNOWN) & trace.finished
    uids, places = np.unique(trace.uids[open_ones], return_inverse=True)
    judged = [_label_by_answer(trace, trace.node(int(uid)), truth.answer) for uid in uids]
    found[open_ones] = np.array(judged, dtype=np.int64)[places]
    return found


def _label_by_answer(trace: Trace, node: Node, known: str) -> int:
    if trace.ends[node[0]][node[1]] == "failed":
        return UNKNOWN
    answer = read_answer(trace, *node)
    return UNKNOWN if answer is None else RIGHT if is_correct(answer, known) else WRONG


def first_error(trace: Trace, truth: Truth) -> FirstError | None:
    """Of the wrong answer with the most weight at the last step; None where none is known to be wrong."""
    wrong = [row for row in trace.answers.rows if truth.answers[row.members[0]] == WRONG]
    if not wrong:
        return None
    row = wrong[0]  # the rows come heaviest first
    last = trace.steps - 1
    heaviest = max(row.members, key=lambda slot: (trace.weights[last, slot], -slot))
    path = trace.solution(last, heaviest)
    place = next((k for k, node in enumerate(path) if truth.prefixes[node] == WRONG), len(path) - 1)
    node = path[place]
    return FirstError(
        row.display, row.mass, int(trace.uids[node]), node[0], float(trace.rewards[node]),
        float(trace.rewards[path[place - 1]]) if place else None, tuple(int(trace.uids[step]) for step in path),
    )  # fmt: skip
