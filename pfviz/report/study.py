"""A study as one HTML file that works offline: the curve, the horizontal ratios, the numbers, what they depend on."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import plot_accuracy_curve, short_method_name
from pfviz.figures.study.budget_ratio import plot_budget_ratio
from pfviz.report.document import drawing_script, figure_spec, html_document, plotly_js
from pfviz.study.result import LEADER_METHOD, Result
from pfviz.text import pluralise

TEMPLATE_DIR = Path(__file__).parent / "static"


def study_to_html(result: Result) -> str:
    """A stand-alone page: plotly.js inside, no network, light and dark by the reader's setting."""
    figures = {
        "curve": plot_accuracy_curve(result, title=False),
        "ratio": plot_budget_ratio(result, title=False),
        "ratio-vote": plot_budget_ratio(result, pick="vote", title=False),
    }
    specs = {name: figure_spec(figure) for name, figure in figures.items()}
    cards = "\n".join(_card(name, one["layout"]) for name, one in specs.items())
    seeds = pluralise(result.seeds, "seed")
    body = f"""<main>
<h1>Accuracy against generations</h1>
<p>{result.problems} held-out problems, {seeds}, all methods on the same problems; intervals from {result.resamples}
bootstrap resamples of the problems.</p>
{cards}
<section><h2>Accuracy</h2>{_accuracy_table(result)}</section>
<details><summary>What these numbers depend on</summary><dl>{"".join(_provenance_items(result.about))}</dl></details>
</main>"""
    return html_document("Accuracy against generations", _page_css(), body, plotly_js(), drawing_script(specs))


def _card(name: str, layout: Mapping[str, Any]) -> str:
    meta = layout["meta"]
    return f"""<section>
<h2>{html.escape(meta["title"])}</h2>
<p>{html.escape(meta["reads"])}</p>
<div id="{name}" style="height:{layout["height"]}px" role="img" aria-label="{html.escape(meta["title"])}"></div>
</section>"""


def _accuracy_table(result: Result) -> str:
    budgets = sorted({column.budget for column in result.columns})
    head = "".join(f"<th>N = {budget}</th>" for budget in budgets)
    rows = []
    for method in result.methods:
        for pick in ("usual", "vote") if method == LEADER_METHOD else ("usual",):
            points = dict(result.curve(method, pick))
            cells = "".join(
                f'<td title="{points[budget].low:.3f} to {points[budget].high:.3f}">{points[budget].value:.3f}</td>'
                if budget in points
                else "<td></td>"
                for budget in budgets
            )
            name = html.escape(short_method_name(method)) + (", by vote" if pick == "vote" else "")
            rows.append(f"<tr><th>{name}</th>{cells}</tr>")
    table = f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="scroll">{table}</div>'


def _provenance_items(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _provenance_items(item, f"{name} {key}".strip())
    else:
        yield f"<dt>{html.escape(name.replace('_', ' '))}</dt><dd>{html.escape(str(value))}</dd>"


def _page_css() -> str:
    names = {"ink": theme.INK, "muted": theme.MUTED, "faint": theme.FAINT, "surface": theme.SURFACE}
    light = "".join(f"--{name}:{colour};" for name, colour in names.items())
    dark = "".join(f"--{name}:{theme.LIGHT_TO_DARK[colour]};" for name, colour in names.items())
    css = (TEMPLATE_DIR / "study_page.css").read_text(encoding="utf-8")
    return f":root{{{light}--font:{theme.FONT}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{css}"
