"""Who killed the right answer, and who wins under which rule: trace → HTML. Rows select their particle."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.diagnostics import lineage_ends as ends
from pfviz.diagnostics.lineage_ends import LineageEnd
from pfviz.diagnostics.truth import RIGHT, Truth, truth
from pfviz.diagnostics.winners import PICKS, Winner
from pfviz.diagnostics.winners import winners as table_of
from pfviz.page.components.html import fill, format_score
from pfviz.text import format_percent, shorten
from pfviz.trace import Trace

MAX_ROWS = 64
MAX_TEXT_CHARS = 160  # characters of a step's text in a row

_DEATHS_HELP = (
    "A row is a right lineage and the step after which no particle continued it. Rank: that of its reward at that "
    "step. N·W: its expected number of children, the same for every unbiased resampler (Douc, Cappé & Moulines 2005). "
    "Below 1/3 the low reward killed it; from 1/3 on it was bad luck in the draw. Early stop: the run ended before the "
    "lineage was finished."
)
_WINNERS_HELP = (
    "The answer of the last step’s particles if the rewards of a solution’s steps were combined as the row says (Snell "
    "et al., arXiv 2408.03314) and the answer picked as the column says. Most weight: by the weights that this method "
    "gives with those rewards. Outlined: the rule of the run."
)
UNKNOWN_TRUTH = (
    "The true answer of this problem is not known. Mark the right answer, or type it under More settings before a run; "
    "problems of the embedded pair need neither."
)
_FATE_CLASSES = {"low reward": "low", "bad luck": "luck", "early stop": "early", "alive": "alive"}
_COUNTED_FATES = (
    ("low reward", "killed by a low reward"),
    ("bad luck", "killed by bad luck"),
    ("early stop", "stopped early"),
    ("alive", "alive"),
)
_AGGREGATION_TITLES = {"last": "Last step", "min": "Smallest", "product": "Product", "mean": "Mean"}
_PICK_TITLES = {"highest": "Highest reward", "vote": "Most weight", "majority": "Most particles"}


def render_deaths(trace: Trace, selected: int | None) -> str:
    """Return the ends of the right lineages; of the selected particle's, where none is known to be right."""
    known = truth(trace)
    found = ends.right_lineage_ends(trace, known) if known.answer is not None else None
    some = found is not None and bool(found.ends or found.lost_by_generator)
    shown = {end.uid for end in found.ends} if found is not None else set()
    uid = kinship.valid_uid(trace, selected)
    follows = uid is not None and (not some or uid not in shown)
    return fill(
        "reward/deaths.html.j2",
        reads=_DEATHS_HELP,
        unknown=UNKNOWN_TRUTH if known.answer is None else "",
        answer=known.answer,
        is_running=trace.status == "running",
        steps_are_judged=known.source == "steps",
        counts=_count_fates(found) if some and found is not None else [],
        lost_by_generator=found.lost_by_generator if found is not None else 0,
        some=some,
        turn=_wrong_turn(trace, known) if known.answer is not None else None,
        own=_death_rows(trace, ends.descendant_ends(trace, uid)) if follows and uid is not None else None,
        found=_death_rows(trace, found.ends) if some and found is not None else None,
        selected=selected,
        particles=trace.particles,
    )


def _count_fates(found: ends.RightLineageEnds) -> list[tuple[int, str]]:
    counts: Counter[str] = Counter(end.verdict for end in found.ends)
    return [(counts[fate], text) for fate, text in _COUNTED_FATES if counts[fate]]


def _wrong_turn(trace: Trace, known: Truth) -> dict[str, Any] | None:
    """Return where the heaviest wrong answer became wrong."""
    turn = ends.first_error(trace, known)
    if turn is None:
        return None
    before = "" if turn.reward_before is None else f", {format_score(turn.reward_before)} before"
    return {
        "uid": turn.uid,
        "slot": turn.uid % trace.particles,
        "step": turn.step + 1,
        "answer": turn.answer,
        "mass": turn.mass,
        "rewards": f"reward {format_score(turn.reward)}{before}",
    }


def _death_rows(trace: Trace, found: tuple[LineageEnd, ...]) -> dict[str, Any]:
    return {"total": len(found), "rows": [_death_row(trace, end) for end in found[:MAX_ROWS]]}


def _death_row(trace: Trace, end: LineageEnd) -> dict[str, Any]:
    t, n = trace.node(end.uid)
    return {"end": end, "slot": n, "kind": _FATE_CLASSES[end.verdict], "text": step_excerpt(trace.texts[t][n])}


def step_excerpt(text: str) -> str:
    """Return the beginning of a step's text, in one line."""
    return shorten(text, MAX_TEXT_CHARS)


def render_winners(trace: Trace, selected: int | None) -> str:
    """Return a table: a row for each way in which rewards count together, a column for each way to pick the answer."""
    found = table_of(trace)
    given = [one.answer for one in found if one.answer is not None]
    return fill(
        "reward/winners.html.j2",
        reads=_WINNERS_HELP,
        picks=[_PICK_TITLES[how] for how in PICKS],
        rows=[
            (name, [_winner_cell(trace, one) for one in found if one.aggregation == aggregation])
            for aggregation, name in _AGGREGATION_TITLES.items()
        ],
        answered=bool(given),
        known=bool(given) and given[0].correct is not None,
        right=sum(bool(answer.correct) for answer in given),
        total=len(found),
        some_right=bool((truth(trace).answers == RIGHT).any()),
        several=bool(trace.earlier) or trace.retained is not None,
        selected=selected,
    )


def _winner_cell(trace: Trace, one: Winner) -> dict[str, Any] | None:
    """Return what stands in a cell; None where no particle has answered."""
    if one.answer is None or one.uid is None:
        return None
    detail = {
        "highest": f"reward {format_score(one.answer.best_reward)}",
        "vote": format_percent(one.answer.mass),
        "majority": f"{one.answer.count} of {trace.particles}",
    }[one.pick]
    return {
        "uid": one.uid,
        "role": f"{one.aggregation}-{one.pick}",
        "is_own": one.recorded,
        "answer": one.answer.display,
        "right": one.answer.correct,
        "detail": detail,
    }
