"""The view that compares the methods: the shipped result of a study, as figures, with what it says in words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pfviz.errors import StudyError
from pfviz.figures.registry import tab_figures
from pfviz.page.components.html import escape, percent
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.resources import study_dir
from pfviz.stats.estimate import Estimate
from pfviz.study.result import LEADER_METHOD, Result, load
from pfviz.text import pluralise

PartValues = dict[str, Any]

PARTS = ("study_about", *(figure.part for figure in tab_figures("study")))
VIEW_TABS = (
    '<div class="views" role="tablist" aria-label="Views">'
    '<button type="button" role="tab" data-view="run" aria-selected="true">This run</button>'
    '<button type="button" role="tab" data-view="methods" aria-selected="false">Methods compared</button>'
    '<button type="button" role="tab" data-view="lab" aria-selected="false">Reward lab</button></div>'
)
_PROVENANCE_DEFAULTS = (("reward", "embedded"), ("problem_seed", 0))
CURVE_HEIGHT = 310  # px of the curve on a screen of 1440 × 900
USUAL_BUDGET = 16
"""The number of generations that the words speak of, if it was measured."""


def result_path() -> Path:
    """The result that ships with pfviz; `pfviz study` makes it."""
    return study_dir() / "table.json"


@cache
def render_parts() -> PartValues:
    """The value of each of `PARTS`; where no result is shipped, a sentence that says how to make one."""
    try:
        result = load(result_path())
    except StudyError:
        return dict.fromkeys(PARTS, "") | {
            "study_about": "<p>No comparison is here yet: <code>pfviz study</code> makes one.</p>"
        }
    return {"study_about": describe_study(result, read_findings())} | draw_figures(result)


def read_findings() -> str:
    """Why the shipped result is as it is, in words that were written beside it; empty where none were."""
    path = result_path().with_name("findings.txt")
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def load_baseline() -> dict[str, Result]:
    """Particle filtering without a reward model, on the same problems: under the generator's own confidence."""
    try:
        return {"No reward model": load(result_path().with_name("confidence.json"))}
    except StudyError:
        return {}


def draw_figures(result: Result) -> PartValues:
    """The figures."""
    known = {"title": False, "height": CURVE_HEIGHT, "beside": load_baseline()}
    return {
        figure.part: to_pane_value(figure.draw(result, **known), run=figure.part, steps=0, selected=None)
        for figure in tab_figures("study")
    }


def describe_study(result: Result, why: str = "") -> str:
    """What was compared, what came out of it, and why, in words."""
    settings = ", ".join(
        f"{escape(str(name).replace('_', ' '))} {escape(str(value))}"
        for name, value in dict(result.about.get("settings", {})).items()
    )
    seeds = pluralise(result.seeds, "seed")
    reward, problems = (escape(str(result.about.get(name, usual))) for name, usual in _PROVENANCE_DEFAULTS)
    dataset = result.about.get("dataset")
    source = "Held out from training" if dataset is None else f"Data set {escape(str(dataset))}"
    return (
        f'<h2>The methods, on the same {result.problems} problems</h2><div class="columns"><div>{_headline(result)}'
        f'<p class="small">{source} (problem seed {problems}); {seeds}; the {reward} pair; {settings}. '
        "N counts the solutions that are written in all.</p></div>"
        f"{f'<p>{escape(why)}</p>' if why else ''}</div>"
    )


def _headline(result: Result) -> str:
    budgets = sorted(budget for budget, _ in result.curve(LEADER_METHOD))
    if not budgets:
        return ""
    n = USUAL_BUDGET if USUAL_BUDGET in budgets else budgets[-1]
    told = [
        f"particle filtering answers <strong>{_accuracy(result, LEADER_METHOD, n)}</strong> rightly by its "
        f"highest reward and "
        f"<strong>{_accuracy(result, LEADER_METHOD, n, 'vote')}</strong> by its weighted vote"
    ]
    rivals = (("best_of_n", "best-of-N"), ("beam_search", "beam search"), ("dvts", "DVTS"))
    told += [f"{name} {_accuracy(result, rival, n)}" for rival, name in rivals if rival in result.methods]
    most = budgets[-1]
    later = (
        f"At N = {most}: {_accuracy(result, LEADER_METHOD, most)} and {_accuracy(result, LEADER_METHOD, most, 'vote')}"
    )
    if "best_of_n" in result.methods:
        later += f", best-of-N {_accuracy(result, 'best_of_n', most)}"
    ending = "" if most == n else f" {later}."
    return f"<p>At N = {n} {', '.join(told)}.{ending}</p>"


def _accuracy(result: Result, method: str, budget: int, pick: str = "usual") -> str:
    found: dict[int, Estimate] = dict(result.curve(method, pick))
    return percent(found[budget].value) if budget in found else "–"
