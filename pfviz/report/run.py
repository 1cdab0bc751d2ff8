"""A run as one HTML file that works offline: every figure, the answers, every solution."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pfviz.diagnostics import lanes, living_descendants
from pfviz.figures import theme
from pfviz.figures.marks import diameters
from pfviz.figures.run.answers import plot_answers
from pfviz.figures.run.genealogy import MAX_SVG_EDGES, plot_genealogy
from pfviz.figures.run.leaves import CORRECTNESS_MARKS
from pfviz.figures.run.resampling import plot_resampling
from pfviz.figures.run.rewards import plot_rewards
from pfviz.figures.run.strips import plot_strips
from pfviz.figures.run.sweeps import plot_sweeps
from pfviz.figures.run.weights import plot_weights
from pfviz.report.document import colour_css, figure_spec, html_document, plotly_js, script_safe_json
from pfviz.report.mathtext import CSS as MATH_CSS
from pfviz.report.mathtext import render
from pfviz.trace.trace import Trace

TEMPLATE_DIR = Path(__file__).parent / "static"

_FIGURES: Mapping[str, tuple[str, Any]] = {
    "genealogy": ("Genealogy", plot_genealogy),
    "strips": ("Health of the filter", plot_strips),
    "weights": ("Weights", plot_weights),
    "resampling": ("Resampling", plot_resampling),
    "answers": ("Answers", plot_answers),
    "rewards": ("Rewards", plot_rewards),
    "sweeps": ("Iterations", plot_sweeps),
}


def to_html(trace: Trace) -> str:
    """A stand-alone report of a run: plotly.js inside, no network, light and dark by the reader's setting.

    A click on any step shows its solution. Texts are escaped; a content policy forbids every load from outside.
    """
    plots = _FIGURES if trace.earlier else {name: plot for name, plot in _FIGURES.items() if name != "sweeps"}
    figures = {name: figure_spec(plot(trace, title=False)) for name, (_, plot) in plots.items()}
    data = {
        "run": _trace_data(trace),
        "figures": figures,
        "events": _resampling_figures(trace),
        "dark": theme.LIGHT_TO_DARK,
        "scale": [colour for _, colour in theme.REWARD_SCALE],
    }
    title = theme.shorten(trace.problem, 80) or "A run"
    body = f"""<div class="wrap">
{_header(trace)}
<div class="main">
{_card("genealogy", figures)}
{_card("strips", figures)}
{_PANEL_HTML if trace.steps else ""}
</div>
<div class="pair">
{_card("answers", figures, _answer_table(trace))}
{_card("resampling", figures, before=_event_buttons(trace))}
{_card("weights", figures)}
{_card("rewards", figures)}
{_card("sweeps", figures) if trace.earlier else ""}
</div>
{_settings(trace)}
</div>"""
    style = f"{colour_css()}{(TEMPLATE_DIR / 'report.css').read_text(encoding='utf-8')}{MATH_CSS}"
    return html_document(
        title,
        style,
        body,
        plotly_js(),
        f"const PFVIZ = {script_safe_json(data)};",
        (TEMPLATE_DIR / "report.js").read_text(encoding="utf-8"),
        # WebGL compiles its shaders' drivers with `Function`; small runs are drawn without it.
        unsafe=trace.steps * trace.particles > MAX_SVG_EDGES,
    )


_PANEL_HTML = """<aside class="card" tabindex="0" aria-label="Selected step">
<div class="where"><h2 id="where"></h2><span class="state" id="state"></span></div>
<dl class="facts" id="facts"></dl>
<ol class="steps" id="path"></ol>
<p class="hint">Click a step anywhere to read its solution.<span class="keys"> <kbd>←</kbd> <kbd>→</kbd> walk the steps,
<kbd>↑</kbd> <kbd>↓</kbd> the particles.</span></p>
</aside>"""


def _resampling_figures(trace: Trace) -> list[dict[str, Any]]:
    """A figure for each resampling that is told."""
    return [
        {
            "step": t,
            "slots": np.argsort(-trace.weights[t], kind="stable").tolist(),
            "figure": figure_spec(plot_resampling(trace, step=t, title=False)),
        }
        for t in _reported_resamplings(trace)
    ]


def _reported_resamplings(trace: Trace) -> list[int]:
    """The resamplings of the report; of a large run only the last ones, which keeps the file small."""
    steps: list[int] = np.flatnonzero(trace.resampled).tolist()
    return steps[-max(1, 4096 // trace.particles) :]


def _trace_data(trace: Trace) -> dict[str, Any]:
    """What the panel and the selection need; texts as an index into the list of distinct rendered texts."""
    index: dict[str, int] = {}
    texts = [[index.setdefault(text, len(index)) for text in row] for row in trace.texts]
    return {
        "steps": trace.steps,
        "particles": trace.particles,
        "selected": _default_selection(trace),
        "uids": trace.uids.tolist(),
        "ancestors": trace.ancestors.tolist(),
        "rewards": trace.rewards.round(5).tolist(),
        "weights": trace.weights.round(6).tolist(),
        "tokens": trace.tokens.tolist(),
        "log_probs": [[x if math.isfinite(x) else None for x in row] for row in trace.log_probs.round(4).tolist()],
        "finished": trace.finished.tolist(),
        "resampled": trace.resampled.tolist(),
        "living": living_descendants(trace).tolist(),
        "lanes": lanes(trace).tolist(),
        "sizes": diameters(trace.weights, trace.particles).round(2).tolist(),
        "texts": texts,
        "html": [render(text) for text in index],
    }


def _default_selection(trace: Trace) -> int | None:
    """uid of the step that a reader wants first: the best-rewarded of the answer, else of the last step."""
    if trace.steps == 0:
        return None
    slots = trace.chosen or tuple(range(trace.particles))
    return int(trace.uids[-1, max(slots, key=lambda slot: (trace.rewards[-1, slot], -slot))])


def _header(trace: Trace) -> str:
    answer = trace.choice
    facts: list[tuple[str, str]] = []
    if answer:
        judged = {True: "right", False: "wrong", None: ""}[answer.correct]
        mark = f'<span class="{judged}">{CORRECTNESS_MARKS[answer.correct]}</span> ' if judged else ""
        facts.append((f"answer{f', {judged}' if judged else ''}", f"{mark}{render(theme.shorten(answer.display, 60))}"))
        facts.append(("of the weight", f"{answer.mass:.0%}"))
    facts += [
        ("particles", str(trace.particles)),
        ("steps", str(trace.steps)),
        ("resamplings", str(int(trace.resampled.sum()))),
        ("tokens", f"{trace.written_tokens:,}"),
    ]
    if trace.steps:
        facts.append(("seconds", f"{trace.seconds[-1]:.1f}"))
    if trace.status != "finished":
        facts.append(("status", html.escape(trace.status)))
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    long = ' class="long"' if len(trace.problem) > 140 else ""
    return f"""<header>
<p class="kind">{html.escape(trace.method)}</p>
<h1{long}>{render(trace.problem)}</h1>
<dl class="verdict">{rows}</dl>
</header>"""


def _card(name: str, figures: Mapping[str, Any], after: str = "", before: str = "") -> str:
    layout = figures[name]["layout"]
    height = layout.get("height", 320)
    return f"""<section class="card">
<h2>{_FIGURES[name][0]}<span class="finding">{html.escape(layout["meta"]["title"])}</span></h2>
<p class="reads">{html.escape(layout["meta"]["reads"])}</p>
{before}<div class="plot" id="{name}" style="height:{height}px" role="img" aria-label="{_FIGURES[name][0]}"></div>
{after}</section>"""


def _event_buttons(trace: Trace) -> str:
    steps = _reported_resamplings(trace)
    if len(steps) < 2:
        return ""
    buttons = "".join(f'<button type="button" data-event="{t}" aria-pressed="false">{t + 1}</button>' for t in steps)
    return f'<div class="events" role="group" aria-label="Resampling after step">after step {buttons}</div>\n'


def _answer_table(trace: Trace) -> str:
    rows = trace.answers.rows
    if not rows:
        return ""
    body = "".join(
        f"<tr><td>{_correctness_mark(row.correct)}{render(theme.shorten(row.display, 200))}</td><td>{row.mass:.3f}</td>"
        f"<td>{row.count}</td><td>{row.best_reward:.3f}</td></tr>"
        for row in rows[:30]
    )
    return (
        '<div class="scroll"><table><thead><tr><th>answer</th><th>mass</th><th>particles</th><th>best reward</th></tr>'
        f"</thead><tbody>{body}</tbody></table></div>\n"
    )


def _correctness_mark(correct: bool | None) -> str:
    if correct is None:
        return ""
    return f'<span class="{"right" if correct else "wrong"}">{CORRECTNESS_MARKS[correct]}</span> '


def _settings(trace: Trace) -> str:
    values = {
        "generator": trace.generator,
        "reward": trace.reward,
        "seed": trace.seed,
        **{name.replace("_", " "): value for name, value in trace.settings.items()},
        "status": trace.status,
        "started": trace.started,
        **trace.versions,
    }
    rows = "".join(
        f"<div><dt>{html.escape(str(name))}</dt><dd>{html.escape(theme.shorten(str(value), 80))}</dd></div>"
        for name, value in values.items()
    )
    return f'<details><summary>Settings and versions of this run</summary><dl class="settings">{rows}</dl></details>'
