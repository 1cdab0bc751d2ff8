"""The view that compares the methods: the shipped result of a study, as figures, with what it says in words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pfviz.errors import StudyError
from pfviz.figures.registry import tab_figures
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.page.components.html import fill
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.resources import study_dir
from pfviz.study.result import LEADER_METHOD, Result, load
from pfviz.text import format_percent, pluralise

PartValues = dict[str, Any]

PARTS = ("study_about", *(figure.part for figure in tab_figures("study")))
_VIEWS = (("run", "This run"), ("methods", "Methods compared"), ("lab", "Reward lab"))
"""The first is open at first."""
_PROVENANCE_DEFAULTS = (("reward", "embedded"), ("problem_seed", 0))
CURVE_HEIGHT = 310  # px of the curve on a screen of 1440 × 900
USUAL_BUDGET = 16
"""The number of generations that the words speak of, if it was measured."""
NAMED_RIVALS = 3
"""How many of the other methods the words name: the best at that number of generations."""


def result_path() -> Path:
    """The result that ships with pfviz; `pfviz study` makes it."""
    return study_dir() / "table.json"


def view_tabs() -> str:
    """Return the buttons that open the views of the page."""
    return fill("views.html.j2", views=_VIEWS)


@cache
def render_parts() -> PartValues:
    """The value of each of `PARTS`; where no result is shipped, a sentence that says how to make one."""
    try:
        result = load(result_path())
    except StudyError:
        return dict.fromkeys(PARTS, "") | {"study_about": fill("no_study.html.j2")}
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
    """Return what was compared, what came out of it, and why, in words."""
    reward, problem_seed = (str(result.about.get(name, usual)) for name, usual in _PROVENANCE_DEFAULTS)
    settings = dict(result.about.get("settings", {}))
    return fill(
        "study.html.j2",
        problems=result.problems,
        headline=_headline(result),
        dataset=result.about.get("dataset"),
        problem_seed=problem_seed,
        seeds=pluralise(result.seeds, "seed"),
        reward=reward,
        settings=", ".join(f"{str(name).replace('_', ' ')} {value}" for name, value in settings.items()),
        why=why,
    )


def _headline(result: Result) -> dict[str, Any] | None:
    """Return the shares of problems that are answered rightly; None where particle filtering was not measured."""
    budgets = sorted(budget for budget, _ in result.curve(LEADER_METHOD))
    if not budgets:
        return None
    n = USUAL_BUDGET if USUAL_BUDGET in budgets else budgets[-1]
    return _shares_at(result, n) | {"later": _shares_at(result, budgets[-1]) if budgets[-1] != n else None}


def _shares_at(result: Result, n: int) -> dict[str, Any]:
    """Return the shares of particle filtering, and (name, share) of the best others, with `n` generations."""
    picks = {pick: dict(result.curve(LEADER_METHOD, pick)) for pick in ("usual", "vote")}
    others = {method: dict(result.curve(method)) for method in result.methods if method != LEADER_METHOD}
    measured = [(method, curve[n].value) for method, curve in others.items() if n in curve]
    best = sorted(measured, key=lambda pair: -pair[1])[:NAMED_RIVALS]
    return {
        "n": n,
        "highest": format_percent(picks["usual"][n].value),
        "vote": format_percent(picks["vote"][n].value) if n in picks["vote"] else "–",
        "rivals": [(short_method_name(method), format_percent(share)) for method, share in best],
    }
