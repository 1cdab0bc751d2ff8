"""For each format its example as a case of the contract: what the format says of it, worked out by hand."""

from __future__ import annotations

import math

from pfviz.trace.importers import IMPORTERS
from tests.contracts.importer import Case

PROBLEM = "Compute 3 * 4"
RIGHT, WRONG = ["3 * 4 = 12", "The answer is 12"], ["3 * 4 = 13", "The answer is 13"]


def logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def _case(name, solutions, rewards, labels=None, truth=None, problem=PROBLEM, runs=1, rule="", data="") -> Case:
    labels = [[None] * len(row) for row in rewards] if labels is None else labels
    data = data or IMPORTERS[name].example
    return Case(IMPORTERS[name], data.encode(), runs, solutions, rewards, labels, truth, problem, rule)


AS_LABELS = "the labels stand for the rewards"
CASES = [
    _case(
        "entropic-fork",
        [["The second is high.", "Answer: B"], ["The second is high.", "Answer: C"]],
        [[logistic(2.2), logistic(-0.4)], [logistic(3.0), logistic(0.8)]],
        truth="B", problem="Which is the highest note?", rule="rewards are 1 / (1 + exp(−weight))",
    ),
    _case(
        "its_hub", [["\n\n".join(RIGHT)], ["\n\n".join(WRONG)]], [[logistic(2.2), logistic(-0.8)]],
        rule="between −0.80 and 2.20: they are read as logits",
    ),
    _case(
        "smc-record", [["The", " cat"], ["The", " dog"]],
        [[math.exp(-0.1), math.exp(-2.0)], [math.exp(-0.2), math.exp(-0.5)]],
        problem="Problem 1 of the file, which does not tell it", rule="log-probabilities: the reward is exp(score)",
    ),
    _case(
        "thinkbooster", [RIGHT, ["3 * 4 = 12", "So 12 it is"]], [[0.9, 0.2], [0.95, 0.7]], truth="12",
    ),
    _case(
        "search-and-learn",
        [["3 * 4 = 12", r"The answer is \boxed{12}"], ["3 * 4 = 13", r"The answer is \boxed{13}"]],
        [[0.8, 0.4], [0.9, 0.3]], truth="12",
    ),
    _case(
        "prm800k", [["3 * 4 = 13", ""], RIGHT], [[0, 1], [0, 1]], [[-1, 1], [None, 1]], truth="12", rule=AS_LABELS,
    ),
    _case(
        "math-shepherd",
        [["Step 1: 3 * 4 = 12", "Step 2: The answer is: 12"], ["Step 1: 3 * 4 = 13", "Step 2: The answer is: 13"]],
        [[1, 0], [1, 0]], [[1, -1], [1, -1]], rule=AS_LABELS,
    ),
    _case(
        "processbench", [["3 * 4 = 12", "12 - 2 = 9", "The answer is 9"]], [[1], [0], [0]], [[1], [-1], [None]],
        problem="Compute 3 * 4 - 2", runs=2, rule=AS_LABELS,
    ),
    _case(
        "trl-stepwise", [["3 * 4 = 12", "12 - 2 = 9"], ["3 * 4 = 12", "12 - 2 = 10"]], [[1, 1], [0, 1]],
        [[1, 1], [-1, 1]], problem="Compute 3 * 4 - 2", rule=AS_LABELS,
    ),
    _case("own-table", [RIGHT, WRONG], [[0.8, 0.4], [0.9, 0.3]], truth="12"),
    _case(
        "own-table", [RIGHT, WRONG], [[0.8, 0.4], [0.9, 0.3]], [[1, -1], [1, None]], truth="12",
        rule="they are read as percent: the reward is score / 100",
        data=(
            'question;response;prm_scores;step_labels;gold\n'
            'Compute 3 * 4;"3 * 4 = 12\n\nThe answer is 12";80 90;1 1;12\n'
            'Compute 3 * 4;"3 * 4 = 13\n\nThe answer is 13";[40, 30];[-1, null];12\n'
        ),
    ),
]  # fmt: skip
