"""Who killed the right answer, and who wins under which rule: trace → safe HTML. Rows select their particle."""

from __future__ import annotations

from collections import Counter

from pfviz.diagnostics import kinship
from pfviz.diagnostics import lineage_ends as ends
from pfviz.diagnostics.lineage_ends import LineageEnd
from pfviz.diagnostics.truth import RIGHT, Truth, truth
from pfviz.diagnostics.winners import PICKS, Winner
from pfviz.diagnostics.winners import winners as table_of
from pfviz.page.components.html import bar, escape, format_score, particle_button, percent
from pfviz.page.render.what_if import verdict_mark
from pfviz.report.mathtext import render
from pfviz.text import shorten
from pfviz.trace import Trace

MAX_ROWS = 64
MAX_TEXT_CHARS = 160  # characters of a step's text in a row

_DEATHS_HELP = (
    "A lineage that was right, at the step after which nobody continued it. Rank: of its reward in that step. N·W: the "
    "children it should have had on average, as of every unbiased resampler (Douc, Cappé & Moulines 2005). Below 1/3 "
    "the low reward killed it; from 1/3 on it was bad luck of the draw. Early stop: the run ended before it was "
    "finished."
)
_WINNERS_HELP = (
    "The answer of the last step’s particles if the rewards of a solution’s steps counted together as the row says "
    "(Snell et al., arXiv 2408.03314), picked as the column says. Most weight: the weights that this method gives with "
    "those rewards. Outlined: the rule of the run."
)
UNKNOWN_TRUTH = (
    "Nobody knows which particles are right here. Mark the right answer, or type it under More settings before a run; "
    "the embedded pair’s own problems need neither."
)
_FATE_CLASSES = {"low reward": "low", "bad luck": "luck", "early stop": "early", "alive": "alive"}
_AGGREGATION_TITLES = {"last": "Last step", "min": "Smallest", "product": "Product", "mean": "Mean"}
_PICK_TITLES = {"highest": "Highest reward", "vote": "Most weight", "majority": "Most particles"}


def finding_header(finding: str, reads: str) -> str:
    """What was found, as HTML, and how to read what is below it, as above every picture."""
    how = f'<span class="pane-reads" tabindex="0">{escape(reads)}</span>'
    return f'<div class="pane-head"><p class="lead">{finding}</p>{how}</div>'


def render_deaths(trace: Trace, selected: int | None) -> str:
    """The ends of the right lineages; of the selected particle's, where none is known to be right."""
    known = truth(trace)
    if known.answer is None:
        return finding_header(UNKNOWN_TRUTH, _DEATHS_HELP) + _selected_lineage(trace, selected)
    found = ends.right_lineage_ends(trace, known)
    turn = _wrong_turn(trace, known)
    if not found.ends and not found.lost_by_generator:
        return (
            finding_header(_no_right_particle(trace, known), _DEATHS_HELP) + turn + _selected_lineage(trace, selected)
        )
    shown = {end.uid for end in found.ends}
    own = "" if selected in shown else _selected_lineage(trace, selected)
    return (
        finding_header(_deaths_summary(found, known), _DEATHS_HELP)
        + turn
        + own
        + _death_table(trace, found.ends, selected)
    )


def _no_right_particle(trace: Trace, known: Truth) -> str:
    what = "No particle is known to be right" if known.source != "steps" else "No particle ever was right"
    why = f"selection had no {render(known.answer or '')} to kill"
    return f"{what}: {'none has answered yet' if trace.status == 'running' else why}."


def _deaths_summary(found: ends.RightLineageEnds, known: Truth) -> str:
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
    if found.lost_by_generator:
        said.append(f"<b>{found.lost_by_generator}</b> lost by the generator, whose next steps were all wrong")
    caveat = "" if known.source == "steps" else " <small>Only prefixes that led to an answer are known.</small>"
    return f"Of the right lineages: {', '.join(said)}.{caveat}"


def _wrong_turn(trace: Trace, known: Truth) -> str:
    """Where the heaviest wrong answer became wrong."""
    turn = ends.first_error(trace, known)
    if turn is None:
        return ""
    before = "" if turn.reward_before is None else f", {format_score(turn.reward_before)} before"
    slot = turn.uid % trace.particles
    answer = shorten(turn.answer, 40)
    told = particle_button(turn.uid, slot, f"reward {format_score(turn.reward)}{before}", "turn")
    return (
        f'<p class="lead">The heaviest wrong answer, <b>{render(answer)}</b> ({percent(turn.mass)} of the weight), '
        f"became wrong at step {turn.step + 1}: {told}</p>"
    )


def _selected_lineage(trace: Trace, selected: int | None) -> str:
    """How the line of the selected particle ended."""
    uid = kinship.valid_uid(trace, selected)
    if uid is None:
        return ""
    return (
        '<p class="lead">The lineage of the selected particle ended so:</p>'
        f"{_death_table(trace, ends.descendant_ends(trace, uid), selected)}"
    )


def _death_table(trace: Trace, found: tuple[LineageEnd, ...], selected: int | None) -> str:
    if not found:
        return ""
    names = ("Fate", "After step", "Particle", "Reward", "Rank", "N·W", "By", "Its last step")
    header = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(_death_row(trace, end, end.uid == selected) for end in found[:MAX_ROWS])
    more = f'<p class="small">and {len(found) - MAX_ROWS} more</p>' if len(found) > MAX_ROWS else ""
    return f'<table class="told"><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _death_row(trace: Trace, end: LineageEnd, selected: bool) -> str:
    t, n = trace.node(end.uid)
    expected = "–" if end.expected is None else f"{end.expected:.2f}"
    copies = f" ×{end.copies}" if end.copies > 1 else ""
    cells = (
        f'<b class="fate {_FATE_CLASSES[end.verdict]}">{end.verdict}</b>',
        str(end.step + 1),
        f"{particle_button(end.uid, n, copies, f'end-{end.uid}')}",
        f'<span class="scored">{bar(end.reward)}{format_score(end.reward)}</span>',
        f"{end.rank} of {trace.particles}",
        expected,
        escape(end.scheme) or "–",
        f'<span class="line">{step_excerpt(trace.texts[t][n])}</span>',
    )
    return particle_row(end.uid, selected, cells)


def particle_row(uid: int, selected: bool, cells: tuple[str, ...]) -> str:
    """A row that selects a particle."""
    current = ' aria-current="true"' if selected else ""
    return f'<tr data-uid="{uid}"{current}>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def step_excerpt(text: str) -> str:
    """The beginning of a step's text, typeset."""
    return render(shorten(text, MAX_TEXT_CHARS))


def render_winners(trace: Trace, selected: int | None) -> str:
    """Rows: how rewards count together; columns: how the answer is picked."""
    found = table_of(trace)
    header = "".join(f"<th>{_PICK_TITLES[how]}</th>" for how in PICKS)
    body = ""
    for aggregation, name in _AGGREGATION_TITLES.items():
        cells = "".join(_winner_cell(trace, one, selected) for one in found if one.aggregation == aggregation)
        body += f"<tr><th>{name}</th>{cells}</tr>"
    table = f"<thead><tr><th></th>{header}</tr></thead><tbody>{body}</tbody>"
    return f'{finding_header(_winners_summary(trace, found), _WINNERS_HELP)}<table class="told rules">{table}</table>'


def _winners_summary(trace: Trace, found: tuple[Winner, ...]) -> str:
    given = [one.answer for one in found if one.answer is not None]
    several = " Of this iteration alone." if trace.earlier or trace.retained is not None else ""
    if not given:
        return "No particle has answered."
    if given[0].correct is None:
        return f"Nobody knows which is right: type the true answer under More settings, and run again.{several}"
    said = f"<b>{sum(bool(answer.correct) for answer in given)}</b> of {len(found)} rules give the right answer."
    none = "" if (truth(trace).answers == RIGHT).any() else " No particle has it, so that no rule could."
    return f"{said}{none}{several}"


def _winner_cell(trace: Trace, one: Winner, selected: int | None) -> str:
    if one.answer is None or one.uid is None:
        return "<td>–</td>"
    detail = {
        "highest": f"reward {format_score(one.answer.best_reward)}",
        "vote": percent(one.answer.mass),
        "majority": f"{one.answer.count} of {trace.particles}",
    }[one.pick]
    text = shorten(one.answer.display, 24)
    role = f"{one.aggregation}-{one.pick}"
    marks = (' class="own" title="The rule of the run"' if one.recorded else "") + (
        ' aria-current="true"' if one.uid == selected else ""
    )
    return (
        f'<td{marks}><button type="button" class="winner" data-uid="{one.uid}" data-role="{role}">'
        f"<b>{render(text)}</b>{verdict_mark(one.answer.correct)} <small>{escape(detail)}</small></button></td>"
    )
