"""From outcomes to a result: who is compared on what, and the record's way to a file and back."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from pfviz.errors import StudyError
from pfviz.inference.settings import PICKS
from pfviz.stats.estimate import Estimate
from pfviz.study.lengths import cut_lengths
from pfviz.study.plan import Unit, units
from pfviz.study.result import Result, loads
from pfviz.study.run_job import Outcome
from pfviz.study.summary import summarise
from tests.study.outcomes import outcome, outcomes

BUDGETS = (1, 2, 4, 8)
LEVELS = {"particle_filtering": (2, 4, 6, 8), "dvts": (2, 3, 4, 6), "self_consistency": (2, 2, 2, 2)}
WANTED = units(list(LEVELS), BUDGETS, 10, 1)
ABOUT = {"problem_seed": 0, "settings": {"tau": 1.0}}


def level(unit: Unit) -> bool:
    """Of ten problems the first so many are right."""
    return unit.problem < LEVELS[unit.method][BUDGETS.index(unit.budget)]


@pytest.fixture(scope="module")
def result() -> Result:
    return summarise(outcomes(WANTED, level), WANTED, ABOUT)


def test_accuracy_by_method_and_budget(result: Result) -> None:
    assert result.methods == tuple(LEVELS)
    assert (result.problems, result.seeds, result.about) == (10, 1, ABOUT)
    for method, rights in LEVELS.items():
        assert [(budget, e.value) for budget, e in result.curve(method)] == [
            (budget, pytest.approx(right / 10)) for budget, right in zip(BUDGETS, rights, strict=True)
        ]
    for _, estimate in result.curve("dvts"):
        assert 0 <= estimate.low < estimate.value < estimate.high <= 1


def test_the_lead_is_paired(result: Result) -> None:
    """Where two methods are right on the same problems the difference has no spread, however wide each interval is."""
    leads = {(c.method, c.budget): c.lead["usual"] for c in result.columns}
    assert leads["dvts", 1] == Estimate(0.0, 0.0, 0.0)
    assert leads["particle_filtering", 8] == Estimate(0.0, 0.0, 0.0)
    far = leads["self_consistency", 8]
    assert far.value == pytest.approx(-0.6)
    assert far.high < 0


def test_the_horizontal_ratio(result: Result) -> None:
    found = {(r.rival, r.budget): r for r in result.ratios if r.pick == "usual"}
    assert found["dvts", 2].ratio.value == pytest.approx(4 / 2)  # 0.4 is reached at 2, and by DVTS at 4
    assert found["dvts", 4].ratio.value == pytest.approx(8 / 4)
    assert found["dvts", 8].ratio.value == math.inf
    assert found["self_consistency", 2].ratio == Estimate(math.inf, found["self_consistency", 2].ratio.low, math.inf)
    assert (found["dvts", 1].ratio.value, found["dvts", 2].limit) == (1.0, 4.0)
    assert {r.rival for r in result.ratios} == {"dvts", "self_consistency"}


def test_only_problems_that_all_have_done_count() -> None:
    done = outcomes(WANTED, level)
    del done[Unit("dvts", 4, 9, 0)], done[Unit("dvts", 8, 8, 0)]
    found = summarise(done, WANTED, ABOUT)
    assert found.problems == 8
    assert dict(found.curve("particle_filtering"))[8].value == 1.0
    with pytest.raises(StudyError, match="--methods"):
        summarise({}, WANTED, ABOUT)


def test_a_problem_counts_once_however_many_seeds_it_has() -> None:
    wanted = units(["dvts"], (1,), 2, 3)
    done = {unit: outcome(unit, unit.problem == 0) for unit in wanted}
    del done[Unit("dvts", 1, 1, 2)]
    (column,) = summarise(done, wanted, ABOUT).columns
    assert column.accuracy["usual"].value == 0.5


def test_seeds_are_averaged() -> None:
    wanted = units(["particle_filtering"], (1,), 2, 2)
    found = summarise({unit: outcome(unit, unit.seed == 0) for unit in wanted}, wanted, ABOUT)
    assert found.seeds == 2
    assert found.columns[0].accuracy["usual"] == Estimate(0.5, 0.5, 0.5)


def test_measures_are_means_of_what_is_there() -> None:
    wanted = units(["dvts"], (2,), 2, 1)
    done = {unit: outcome(unit, log_evidence=None if unit.problem else -3.0, tokens=unit.problem) for unit in wanted}
    measures = summarise(done, wanted, ABOUT).columns[0].measures
    assert (measures["log_evidence"], measures["tokens"]) == (-3.0, 0.5)
    assert "top_wrong" not in measures


def test_the_same_outcomes_give_the_same_result(result: Result) -> None:
    assert summarise(outcomes(WANTED, level), WANTED, ABOUT) == result


def test_json_there_and_back(result: Result) -> None:
    again = loads(result.dumps())
    assert again.dumps() == result.dumps()
    assert again.methods == result.methods
    assert [r.ratio.value for r in again.ratios] == pytest.approx([r.ratio.value for r in result.ratios])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"result": 99}', "null", '{"result": 1, "about": {}}'])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(StudyError):
        loads(text)


def test_a_number_that_is_text_is_refused(result: Result) -> None:
    data = json.loads(result.dumps())
    data["columns"][0]["accuracy"]["usual"]["value"] = "much"
    with pytest.raises(StudyError):
        loads(json.dumps(data))


def test_csv(result: Result) -> None:
    rows = list(csv.DictReader(io.StringIO(result.csv())))
    assert len(rows) == len(result.columns) * len(PICKS)
    row = next(r for r in rows if (r["method"], r["budget"], r["pick"]) == ("dvts", "4", "usual"))
    assert (float(row["accuracy"]), float(row["lead"])) == (0.4, pytest.approx(-0.2))
    assert float(row["tokens"]) == 400


SELECTING = units(["particle_filtering", "best_of_n"], (2,), 8, 1)


def test_selection_is_compared_with_independent_samples_of_the_same_seeds() -> None:
    """With it six of eight are present and chosen, without it four are present and three chosen by the same pick."""

    def one(unit: Unit) -> Outcome:
        filtered = unit.method == "particle_filtering"
        right = dict.fromkeys(PICKS, unit.problem < 6) if filtered else {
            "usual": False, "highest": unit.problem < 3, "vote": False, "rewards": False,
            "majority": unit.problem < 2, "draw": False,
        }  # fmt: skip
        return outcome(unit, right, right_share=0.5 * (unit.problem < (6 if filtered else 4)))

    found = summarise({unit: one(unit) for unit in SELECTING}, SELECTING, ABOUT)
    column, plain = found.column("particle_filtering", 2), found.column("best_of_n", 2)
    assert column is not None
    assert plain is not None
    assert column.present is not None
    assert plain.present is not None
    assert (column.present.value, plain.present.value) == (0.75, 0.5)
    assert {name: gain.value for name, gain in column.gain.items()} == {
        "present": 0.25, "usual": pytest.approx(3 / 8), "majority": 0.5,
    }  # fmt: skip
    assert plain.gain == {}
    assert 0 <= column.gain["present"].low < 0.25 < column.gain["present"].high


def test_a_lineage_lives_until_it_is_lost() -> None:
    """Of eight runs one loses its last after a step, to selection, and one after three, to an error."""
    lost = {0: (1, "selection"), 1: (3, "writing")}
    done = {}
    for unit in SELECTING:
        steps, cause = lost.get(unit.problem, (4, ""))
        done[unit] = outcome(unit, right_steps=steps, lost_by=cause)
    column = summarise(done, SELECTING, ABOUT).column("particle_filtering", 2)
    assert column is not None
    assert [estimate.value for estimate in column.alive] == [1.0, 7 / 8, 7 / 8, 6 / 8]
    assert {cause: estimate.value for cause, estimate in column.lost.items()} == {"selection": 1 / 8, "writing": 1 / 8}
    assert column.right_shares == (0.25, 0.5, 0.5, 0.5)
    unjudged = {unit: replace(row, right_steps=None, lost_by="") for unit, row in done.items()}
    column = summarise(unjudged, SELECTING, ABOUT).column("particle_filtering", 2)
    assert column is not None
    assert (column.alive, column.lost) == ((), {})
    assert column.right_shares


def test_strata_are_of_the_problems_that_take_so_many_steps() -> None:
    found = summarise(outcomes(WANTED, level), WANTED, ABOUT)
    assert [(s.first, s.last, s.problems) for s in found.strata] == [(1, 1, 3), (2, 2, 3), (3, 3, 2), (4, 4, 2)]
    ones = [problem for problem in range(10) if problem % 4 == 0]
    for method, rights in LEVELS.items():
        right = sum(problem < rights[2] for problem in ones) / len(ones)
        assert found.strata[0].accuracy[method]["4"].value == pytest.approx(right)
    assert {r.rival for r in found.strata[0].ratios} == {"dvts", "self_consistency"}


def test_without_reference_solutions_the_runs_say_how_long_problems_are() -> None:
    done = {unit: outcome(unit, reference_steps=None, steps=3 + unit.problem % 2) for unit in SELECTING}
    shares = {unit: replace(row, right_shares=(0.5,) * row.steps) for unit, row in done.items()}
    assert [(s.first, s.last) for s in summarise(shares, SELECTING, ABOUT).strata] == [(3, 3), (4, 4)]


@pytest.mark.parametrize(
    ("lengths", "groups"),
    [([2, 2, 2], []), ([1, 2], [(1, 1), (2, 2)]), (list(range(1, 13)), [(1, 3), (4, 6), (7, 9), (10, 12)])],
)
def test_groups_are_as_even_as_lengths_allow(lengths: list[int], groups: list[tuple[int, int]]) -> None:
    assert cut_lengths(np.array(lengths)) == groups


def test_a_result_from_before_is_read() -> None:
    data = json.loads(summarise(outcomes(WANTED, level), WANTED, ABOUT).dumps())
    del data["strata"]
    for column in data["columns"]:
        for name in ("present", "gain", "alive", "lost", "right_shares"):
            del column[name]
    again = loads(json.dumps(data))
    assert (again.strata, again.columns[0].present) == ((), None)
