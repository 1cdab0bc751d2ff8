"""Who killed the right answer, and who wins under which rule: trace → safe HTML. Rows select their particle."""

from __future__ import annotations

from collections import Counter

from pfviz.diagnostics import deaths as ends
from pfviz.diagnostics.deaths import End
from pfviz.diagnostics.truth import RIGHT, Truth, truth
from pfviz.diagnostics.winners import PICKS, Winner
from pfviz.diagnostics.winners import winners as table_of
from pfviz.figures.mathtext import render
from pfviz.page import selection
from pfviz.page.markup import bar, escape, particle, percent, share
from pfviz.page.what_if import verdict
from pfviz.trace import Trace

MOST_ROWS = 64
LONGEST = 160  # characters of a step's text in a row

_DEATHS_READ = (
    "A lineage that was right, at the step after which nobody continued it. Rank: of its reward in that step. N·W: the "
    "children it should have had on average, as of every unbiased resampler (Douc, Cappé & Moulines 2005). Below 1/3 "
    "the low reward killed it; from 1/3 on it was bad luck of the draw. Early stop: the run ended before it was "
    "finished."
)
_WINNERS_READ = (
    "The answer of the last step’s particles if the rewards of a solution’s steps counted together as the row says "
    "(Snell et al., arXiv 2408.03314), picked as the column says. Most weight: the weights that this method gives with "
    "those rewards. Outlined: the rule of the run."
)
UNKNOWN_TRUTH = (
    "Nobody knows which particles are right here. Mark the right answer, or type it under More settings before a run; "
    "the embedded pair’s own problems need neither."
)
_FATES = {"low reward": "low", "bad luck": "luck", "early stop": "early", "alive": "alive"}
_ROWS = {"last": "Last step", "min": "Smallest", "product": "Product", "mean": "Mean"}
_COLUMNS = {"highest": "Highest reward", "vote": "Most weight", "majority": "Most particles"}


def head(finding: str, reads: str) -> str:
    """What was found, as HTML, and how to read what is below it, as above every picture."""
    how = f'<span class="pane-reads" tabindex="0">{escape(reads)}</span>'
    return f'<div class="pane-head"><p class="lead">{finding}</p>{how}</div>'


def deaths(trace: Trace, selected: int | None) -> str:
    """The ends of the right lineages; of the selected particle's, where none is known to be right."""
    known = truth(trace)
    if known.answer is None:
        return head(UNKNOWN_TRUTH, _DEATHS_READ) + _own(trace, selected)
    found = ends.deaths(trace, known)
    turn = _turn(trace, known)
    if not found.ends and not found.lost:
        return head(_nobody(trace, known), _DEATHS_READ) + turn + _own(trace, selected)
    shown = {end.uid for end in found.ends}
    own = "" if selected in shown else _own(trace, selected)
    return head(_summary(found, known), _DEATHS_READ) + turn + own + _table(trace, found.ends, selected)


def _nobody(trace: Trace, known: Truth) -> str:
    what = "No particle is known to be right" if known.source != "steps" else "No particle ever was right"
    why = f"selection had no {render(known.answer or '')} to kill"
    return f"{what}: {'none has answered yet' if trace.status == 'running' else why}."


def _summary(found: ends.Deaths, known: Truth) -> str:
    counts: Counter[str] = Counter(end.verdict for end in found.ends)
    said = [
        f"<b>{counts[fate]}</b> {text}"
        for fate, text in (
            ("low reward", "killed by a low reward"),
            ("bad luck", "killed by bad luck"),
            ("early stop", "stopped early"),
            ("alive", "alive"),
        )
        if counts[fate]
    ]
    if found.lost:
        said.append(f"<b>{found.lost}</b> lost by the generator, whose next steps were all wrong")
    caveat = "" if known.source == "steps" else " <small>Only prefixes that led to an answer are known.</small>"
    return f"Of the right lineages: {', '.join(said)}.{caveat}"


def _turn(trace: Trace, known: Truth) -> str:
    """Where the heaviest wrong answer became wrong."""
    turn = ends.wrong_turn(trace, known)
    if turn is None:
        return ""
    before = "" if turn.before is None else f", {share(turn.before)} before"
    slot = turn.uid % trace.particles
    answer = turn.answer if len(turn.answer) <= 40 else turn.answer[:40] + "…"
    told = particle(turn.uid, slot, f"reward {share(turn.reward)}{before}", "turn")
    return (
        f'<p class="lead">The heaviest wrong answer, <b>{render(answer)}</b> ({percent(turn.mass)} of the weight), '
        f"became wrong at step {turn.step + 1}: {told}</p>"
    )


def _own(trace: Trace, selected: int | None) -> str:
    """How the line of the selected particle ended."""
    uid = selection.known(trace, selected)
    if uid is None:
        return ""
    return (
        '<p class="lead">The lineage of the selected particle ended so:</p>'
        f"{_table(trace, ends.line(trace, uid), selected)}"
    )


def _table(trace: Trace, found: tuple[End, ...], selected: int | None) -> str:
    if not found:
        return ""
    names = ("Fate", "After step", "Particle", "Reward", "Rank", "N·W", "By", "Its last step")
    header = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(_row(trace, end, end.uid == selected) for end in found[:MOST_ROWS])
    more = f'<p class="small">and {len(found) - MOST_ROWS} more</p>' if len(found) > MOST_ROWS else ""
    return f'<table class="told"><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _row(trace: Trace, end: End, selected: bool) -> str:
    t, n = trace.node(end.uid)
    expected = "–" if end.expected is None else f"{end.expected:.2f}"
    copies = f" ×{end.copies}" if end.copies > 1 else ""
    cells = (
        f'<b class="fate {_FATES[end.verdict]}">{end.verdict}</b>',
        str(end.step + 1),
        f"{particle(end.uid, n, copies, f'end-{end.uid}')}",
        f'<span class="scored">{bar(end.reward)}{share(end.reward)}</span>',
        f"{end.rank} of {trace.particles}",
        expected,
        escape(end.scheme) or "–",
        f'<span class="line">{line(trace.texts[t][n])}</span>',
    )
    return row(end.uid, selected, cells)


def row(uid: int, selected: bool, cells: tuple[str, ...]) -> str:
    """A row that selects a particle."""
    current = ' aria-current="true"' if selected else ""
    return f'<tr data-uid="{uid}"{current}>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def line(text: str) -> str:
    """The beginning of a step's text, typeset."""
    short = " ".join(text.split())
    return render(short if len(short) <= LONGEST else short[:LONGEST] + "…")


def winners(trace: Trace, selected: int | None) -> str:
    """Rows: how rewards count together; columns: how the answer is picked."""
    found = table_of(trace)
    header = "".join(f"<th>{_COLUMNS[how]}</th>" for how in PICKS)
    body = ""
    for aggregation, name in _ROWS.items():
        cells = "".join(_cell(trace, one, selected) for one in found if one.aggregation == aggregation)
        body += f"<tr><th>{name}</th>{cells}</tr>"
    table = f"<thead><tr><th></th>{header}</tr></thead><tbody>{body}</tbody>"
    return f'{head(_won(trace, found), _WINNERS_READ)}<table class="told rules">{table}</table>'


def _won(trace: Trace, found: tuple[Winner, ...]) -> str:
    given = [one.answer for one in found if one.answer is not None]
    several = " Of this iteration alone." if trace.earlier or trace.retained is not None else ""
    if not given:
        return "No particle has answered."
    if given[0].correct is None:
        return f"Nobody knows which is right: type the true answer under More settings, and run again.{several}"
    said = f"<b>{sum(bool(answer.correct) for answer in given)}</b> of {len(found)} rules give the right answer."
    none = "" if (truth(trace).answers == RIGHT).any() else " No particle has it, so that no rule could."
    return f"{said}{none}{several}"


def _cell(trace: Trace, one: Winner, selected: int | None) -> str:
    if one.answer is None or one.uid is None:
        return "<td>–</td>"
    detail = {
        "highest": f"reward {share(one.answer.best_reward)}",
        "vote": percent(one.answer.mass),
        "majority": f"{one.answer.count} of {trace.particles}",
    }[one.pick]
    text = one.answer.display if len(one.answer.display) <= 24 else one.answer.display[:24] + "…"
    role = f"{one.aggregation}-{one.pick}"
    marks = (' class="own" title="The rule of the run"' if one.recorded else "") + (
        ' aria-current="true"' if one.uid == selected else ""
    )
    return (
        f'<td{marks}><button type="button" class="winner" data-uid="{one.uid}" data-role="{role}">'
        f"<b>{render(text)}</b>{verdict(one.answer.correct)} <small>{escape(detail)}</small></button></td>"
    )
