"""What is said of a study follows from its numbers."""

from __future__ import annotations

import math
from dataclasses import replace

from pfviz.report.findings import describe_findings, format_times
from pfviz.stats.estimate import Estimate
from pfviz.study.result import Ratio, Result, Stratum
from tests.figures.study.results import result


def ratio(rival: str, budget: int, value: float, low: float, high: float) -> Ratio:
    return Ratio(rival, "usual", budget, Estimate(value, low, high), 64 / budget)


def study(*ratios: Ratio, strata: tuple[Stratum, ...] = ()) -> Result:
    return replace(
        result(("particle_filtering", "dvts", "best_of_n", "self_consistency")), ratios=ratios, strata=strata
    )


def test_rivals_are_called_ahead_behind_or_open() -> None:
    found = describe_findings(
        study(
            ratio("dvts", 16, 1.2, 0.8, math.inf),
            ratio("best_of_n", 16, math.inf, 2.5, math.inf),
            ratio("self_consistency", 16, 0.5, 0.3, 0.9),
        )
    ).first[0]
    assert found == (
        "For particle filtering's accuracy at N = 16: more generations are surely needed by Best of N, more than 4 "
        "times (2.5 to more than 4); fewer generations are surely needed by Self-consistency, 0.50 times (0.30 to "
        "0.90); open for DVTS."
    )


def test_what_length_does_is_said_of_the_longest_problems_against_the_shortest() -> None:
    short = Stratum(1, 3, 20, {}, (ratio("best_of_n", 4, 1.0, 0.5, 2.0), ratio("dvts", 4, 1.0, 0.5, 2.0)))
    long = Stratum(10, 12, 20, {}, (ratio("best_of_n", 4, 6.0, 2.0, 9.0), ratio("dvts", 4, 1.1, 0.5, 2.0)))
    said = describe_findings(study(strata=(short, long))).first
    assert said == (
        "On problems of 10 to 12 steps, for particle filtering's accuracy at N = 4, Best of N needs 6.0 times (2.0 to "
        "9.0) as many generations, on those of 1 to 3 steps 1.0 times (0.50 to 2.0); for DVTS that is open.",
    )
    none = describe_findings(study(strata=(long, short))).first
    assert none == (
        "On problems of 1 to 3 steps, for particle filtering's accuracy at N = 4, nobody surely needs more generations "
        "than it.",
    )


def test_what_selection_adds_and_ends_is_said_where_it_was_measured() -> None:
    said = describe_findings(study()).more
    assert len(said) == 2
    assert said[0].startswith("With particle filtering at N = 16 a right answer is present for 100%")
    assert said[1].startswith("Its last right lineage is ended by selection in 0% of the runs at N = 4")


def test_nothing_is_said_without_particle_filtering() -> None:
    found = describe_findings(result(("dvts",)))
    assert (found.first, found.more) == ((), ())


def test_a_ratio_beyond_the_measured_is_more_than_the_largest() -> None:
    assert format_times(ratio("dvts", 16, math.inf, math.inf, math.inf)) == "more than 4 times"
