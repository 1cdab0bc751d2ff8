"""Every figure: its name, its title, what it draws, and where it is shown. A new figure is one file and one line here.

`pfviz.figures.NAME`, the tabs and panes of the page, and the sections of the HTML reports are read from this table.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pkgutil import resolve_name
from typing import Any, Literal


def _has_several_sweeps(trace: Any) -> bool:
    return bool(trace.earlier)


def _has_gains(result: Any) -> bool:
    return any(column.gain for column in result.columns)


def _has_lineages(result: Any) -> bool:
    return any(column.right_shares for column in result.columns)


def _has_signals(result: Any) -> bool:
    return any(column.signals for column in result.columns)


def _has_strata(result: Any) -> bool:
    return bool(result.strata)


def _has_subsets(result: Any) -> bool:
    return bool(result.subsets)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and where it is shown.

    Args:
        name: that of `pfviz.figures.NAME`, and of its section in a report.
        title: what its tab, its question and its section are called.
        path: "module:function" of what draws it, imported when it is first drawn. The function takes what is drawn,
            and by name what it wants of what the page knows: `selected` (a uid), `title` (whether to draw one),
            `horizon` (last step of the axis), `step` (the resampling that is shown), `shown` (number of the sweep).
        of: what is drawn: a run (`Trace`), a run under another reward (`RescoredSweep`), many runs (`Diagnosis`),
            a study (`Result`), a reward that was fitted (`Fitted`), runs side by side (`Comparison`), or a reward on
            ProcessBench (`ProcessBenchResult`).
        stage: whether it is always in sight, on the page of a run and at the top of its report.
        tab: its place among the tabs of a run, or among the figures of the lab; None for none.
        question: the question of the tab "Reward check" that it answers.
        report: its place among the sections of the report; None for none.
        pane: the part of the page that holds it, where that is not called like the figure.
        when: says of a run, or of what else is drawn, whether tab and section are shown; None where they always are.
        over_steps: whether its x axis is the step; selection and replay are then drawn over it, in the browser.
        whole_run: whether it draws the run with all its sweeps, whichever of them is looked at.
        options: further arguments of the function.
    """

    name: str
    title: str
    path: str
    of: Literal["run", "rescored run", "diagnosis", "study", "fitted reward", "comparison", "processbench"] = "run"
    stage: bool = False
    tab: int | None = None
    question: str = ""
    report: int | None = None
    pane: str = ""
    when: Callable[[Any], bool] | None = None
    over_steps: bool = False
    whole_run: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def part(self) -> str:
        """The name of the part of the page that holds it."""
        return self.pane or self.name

    @property
    def plot(self) -> Callable[..., Any]:
        """The function that draws it."""
        found = _load(self.path)
        return partial(found, **self.options) if self.options else found

    def fits(self, subject: Any) -> bool:
        """Return whether it is shown of this run, or of what else is drawn."""
        return self.when is None or self.when(subject)

    def takes(self, name: str) -> bool:
        """Return whether what draws it asks for that of what the page knows."""
        return name in _parameters(self.path)

    def draw(self, subject: Any, **known: Any) -> Any:
        """Return the figure, a `go.Figure`, of `subject`; of what is `known` the function is given what it takes."""
        taken = _parameters(self.path)
        return self.plot(subject, **{name: value for name, value in known.items() if name in taken})


@cache
def _load(path: str) -> Callable[..., Any]:
    found: Callable[..., Any] = resolve_name(path)
    return found


@cache
def _parameters(path: str) -> frozenset[str]:
    return frozenset(inspect.signature(_load(path)).parameters)


FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in [
        Figure("genealogy", "Genealogy", "pfviz.figures.run.genealogy:plot_genealogy", stage=True, over_steps=True),
        Figure("strips", "Health of the filter", "pfviz.figures.run.strips:plot_strips", stage=True, over_steps=True),
        Figure(
            "weights", "Weights", "pfviz.figures.run.weights:plot_weights", tab=10, report=30, over_steps=True
        ),
        Figure("resampling", "Resampling", "pfviz.figures.run.resampling:plot_resampling", tab=20, report=20),
        Figure("answers", "Answers", "pfviz.figures.run.answers:plot_answers", tab=30, report=10),
        Figure(
            "rewards", "Rewards", "pfviz.figures.run.rewards:plot_rewards", tab=40, report=40, over_steps=True
        ),
        Figure(
            "sweeps", "Iterations", "pfviz.figures.run.sweeps:plot_sweeps",
            tab=60, report=50, when=_has_several_sweeps, whole_run=True,
        ),
        Figure(
            "inside", "Where in the text?", "pfviz.figures.reward.token_rewards:plot_token_rewards", question="inside"
        ),
        Figure(
            "residuals", "Rises without cause?", "pfviz.figures.reward.residuals:plot_residuals", question="residuals"
        ),
        Figure("profile", "Follows length?", "pfviz.figures.reward.length_bias:plot_length_bias", question="profile"),
        Figure(
            "counterfactual", "What if?", "pfviz.figures.reward.counterfactual:plot_counterfactual", question="what_if"
        ),
        Figure("worth", "What is it worth?", "pfviz.figures.reward.values:plot_values", question="worth"),
        Figure(
            "slopes", "Another reward?", "pfviz.figures.reward.reward_comparison:plot_reward_comparison",
            "rescored run", question="other",
        ),
        Figure(
            "reliability", "Reliability", "pfviz.figures.lab.reliability:plot_reliability",
            "diagnosis", tab=10, report=10, pane="lab_reliability",
        ),
        Figure(
            "scores_by_step", "Scores by step", "pfviz.figures.lab.scores_by_step:plot_scores_by_step",
            "diagnosis", tab=20, report=30, pane="lab_steps",
        ),
        Figure(
            "knowledge", "Where selection pays", "pfviz.figures.lab.knowledge:plot_knowledge",
            "diagnosis", tab=25, report=35, pane="lab_knowledge",
        ),
        Figure(
            "auc_by_kind", "Kinds of problems", "pfviz.figures.lab.auc_by_kind:plot_auc_by_kind",
            "diagnosis", tab=30, report=40, pane="lab_kinds",
        ),
        Figure(
            "signal_auc", "Simpler numbers", "pfviz.figures.lab.signal_auc:plot_signal_auc",
            "diagnosis", tab=15, report=15, pane="lab_signals",
        ),
        Figure(
            "best_of_n", "Best of n", "pfviz.figures.lab.best_of_n_curve:plot_best_of_n_curve",
            "diagnosis", tab=40, report=20, pane="lab_best",
        ),
        Figure(
            "accuracy_curve", "Accuracy against generations",
            "pfviz.figures.study.accuracy_curve:plot_accuracy_curve", "study", tab=10, report=10, pane="study",
        ),
        Figure(
            "budget_ratio", "Generations that rivals need", "pfviz.figures.study.budget_ratio:plot_budget_ratio",
            "study", tab=20, report=20, pane="ratio",
        ),
        Figure(
            "budget_ratio_vote", "The same for the weighted vote", "pfviz.figures.study.budget_ratio:plot_budget_ratio",
            "study", tab=30, report=30, pane="ratio_vote", options={"pick": "vote"},
        ),
        Figure(
            "accuracy_by_tokens", "Accuracy against tokens",
            "pfviz.figures.study.accuracy_by_tokens:plot_accuracy_by_tokens", "study", tab=15, report=15,
            pane="study_tokens",
        ),
        Figure(
            "selection_gain", "With and without selection",
            "pfviz.figures.study.selection_gain:plot_selection_gain", "study", tab=50, report=40,
            pane="study_selection", when=_has_gains,
        ),
        Figure(
            "right_lineages", "Right lineages by step",
            "pfviz.figures.study.right_lineages:plot_right_lineages", "study", tab=60, report=50,
            pane="study_lineages", when=_has_lineages,
        ),
        Figure(
            "signal_pairs", "The reward beside simpler numbers",
            "pfviz.figures.study.signal_pairs:plot_signal_pairs", "study", tab=80, report=70,
            pane="study_signals", when=_has_signals,
        ),
        Figure(
            "ratio_by_length", "By the length of the problem",
            "pfviz.figures.study.ratio_by_length:plot_ratio_by_length", "study", tab=70, report=60,
            pane="study_length", when=_has_strata,
        ),
        Figure(
            "genealogies", "Genealogies side by side", "pfviz.figures.compare.genealogies:plot_genealogies",
            "comparison", tab=10, report=10, pane="compare_genealogies",
        ),
        Figure(
            "answer_shares", "Answers side by side", "pfviz.figures.compare.answer_shares:plot_answer_shares",
            "comparison", tab=20, report=20, pane="compare_answers",
        ),
        Figure(
            "ess_by_step", "Evenness of the weights", "pfviz.figures.compare.ess_by_step:plot_ess_by_step",
            "comparison", tab=30, report=30, pane="compare_ess",
        ),
        Figure(
            "run_cost", "Tokens and seconds", "pfviz.figures.compare.run_cost:plot_run_cost",
            "comparison", tab=40, report=40, pane="compare_cost",
        ),
        Figure(
            "auc_beside_controls", "Beside controls",
            "pfviz.figures.training.auc_beside_controls:plot_auc_beside_controls", "fitted reward", report=10,
        ),
        Figure(
            "slope_by_step", "Step by step", "pfviz.figures.training.slope_by_step:plot_slope_by_step",
            "fitted reward", report=20,
        ),
        Figure(
            "learning_curve", "Learning curve", "pfviz.figures.training.learning_curve:plot_learning_curve",
            "fitted reward", report=30,
        ),
        Figure(
            "subset_f1", "F1 by subset", "pfviz.figures.processbench.subset_f1:plot_subset_f1",
            "processbench", report=10, when=_has_subsets,
        ),
        Figure(
            "error_positions", "Where the first error is",
            "pfviz.figures.processbench.error_positions:plot_error_positions", "processbench", report=20,
        ),
        Figure(
            "wrong_processes", "Right answers by wrong processes",
            "pfviz.figures.processbench.wrong_processes:plot_wrong_processes", "processbench", report=30,
        ),
        Figure(
            "last_step_scores", "The score at the last step",
            "pfviz.figures.processbench.last_step_scores:plot_last_step_scores", "processbench", report=40,
        ),
    ]
}  # fmt: skip
"""By name. The places of tabs and sections leave room between them for figures to come."""


def stage_figures() -> list[Figure]:
    """Return the figures of a run that are always in sight."""
    return [figure for figure in FIGURES.values() if figure.stage]


def tab_figures(of: str = "run") -> list[Figure]:
    """Return the figures that have a tab, or a pane in the lab's view (of "diagnosis"), in the order of the page."""
    found = [(figure.tab, figure) for figure in FIGURES.values() if figure.of == of and figure.tab is not None]
    return [figure for _, figure in sorted(found, key=lambda pair: pair[0])]


def report_figures(of: str = "run") -> list[Figure]:
    """Return the figures that have a section of their own in the report, in its order."""
    found = [(figure.report, figure) for figure in FIGURES.values() if figure.of == of and figure.report is not None]
    return [figure for _, figure in sorted(found, key=lambda pair: pair[0])]


def question_figures() -> dict[str, Figure]:
    """Return, by the name of a question about the reward, the figure that answers it."""
    return {figure.question: figure for figure in FIGURES.values() if figure.question}
