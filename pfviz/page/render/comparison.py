"""The view that compares the methods: the studies that ship, as figures, with what came out of each in words."""

from __future__ import annotations

from functools import cache
from typing import Any

from pfviz.errors import StudyError
from pfviz.figures.registry import Figure, tab_figures
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.page.components.html import fill
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.page.render.part_values import PartValues
from pfviz.report.findings import describe_findings
from pfviz.study.recorded import RECORDED, RecordedStudy, recorded_studies
from pfviz.study.result import LEADER_METHOD, Result
from pfviz.text import format_percent, pluralise

PARTS = ("study_about", *(figure.part for figure in tab_figures("study")))
_VIEWS = (
    ("run", "This run"),
    ("methods", "Methods compared"),
    ("lab", "Reward lab"),
    ("compare", "Compare"),
    ("runs", "Runs"),
)
"""The first is open at first."""
_TOGETHER = {
    "Generations that rivals need": ("ratio", "ratio_vote"),
    "With and without selection": ("study_selection", "study_lineages"),
}
"""Parts that share a tab, by its title; each of the others has one of its own."""
_PROVENANCE_DEFAULTS = (("reward", "embedded"), ("problem_seed", 0))
CURVE_HEIGHT = 470  # px of the curve on a screen of 1440 × 900
USUAL_BUDGET = 16
"""The number of generations that the words speak of, if it was measured."""
NAMED_RIVALS = 3
"""How many of the other methods the words name: the best at that number of generations."""


def view_tabs() -> str:
    """Return the buttons that open the views of the page."""
    return fill("views.html.j2", views=_VIEWS)


def study_tabs() -> dict[str, list[Figure]]:
    """Return the tabs of the view by their titles, each with its figures in their order."""
    titles = {part: title for title, parts in _TOGETHER.items() for part in parts}
    found: dict[str, list[Figure]] = {}
    for figure in tab_figures("study"):
        found.setdefault(titles.get(figure.part, figure.title), []).append(figure)
    return found


def parts_in(tab: str) -> set[str]:
    """Return the parts that are in sight while the tab of that title is open."""
    return {"study_about", *(figure.part for figure in study_tabs().get(tab, ()))}


def study_choices() -> list[tuple[str, str]]:
    """Return (title, name) of the studies that there are to choose from."""
    return [(study.title, study.name) for study in recorded_studies()]


@cache
def render_parts(name: str | None = None) -> PartValues:
    """The value of each of `PARTS` for the study of that name, the first by default; where none is shipped, a sentence
    that says how to make one."""
    study = RECORDED.get(name or "") or next(iter(RECORDED.values()))
    try:
        result = study.load()
    except StudyError:
        return dict.fromkeys(PARTS, "") | {"study_about": fill("no_study.html.j2")}
    return {"study_about": describe_study(result, study)} | draw_figures(result, study)


def draw_figures(result: Result, study: RecordedStudy) -> PartValues:
    """The figures."""
    known = {"title": False, "height": CURVE_HEIGHT, "beside": study.load_baseline()}
    return {
        figure.part: to_pane_value(
            figure.draw(result, **known), run=f"{figure.part} {study.name}", steps=0, selected=None
        )
        for figure in tab_figures("study")
    }


def describe_study(result: Result, study: RecordedStudy | None = None) -> str:
    """Return what was compared, what came out of it, and why, in words."""
    reward, problem_seed = (str(result.about.get(name, usual)) for name, usual in _PROVENANCE_DEFAULTS)
    settings = dict(result.about.get("settings", {}))
    return fill(
        "study.html.j2",
        problems=result.problems,
        headline=_headline(result),
        what=study.what if study else "",
        dataset=result.about.get("dataset"),
        generator=result.about.get("generator"),
        problem_seed=problem_seed,
        seeds=pluralise(result.seeds, "seed"),
        reward=reward,
        settings=", ".join(f"{str(name).replace('_', ' ')} {value}" for name, value in settings.items()),
        findings=describe_findings(result),
        why=study.read_notes() if study else "",
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
