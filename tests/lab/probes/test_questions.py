"""What a question about a run is asked of."""

from __future__ import annotations

from pfviz.lab.probes import questions
from tests.traces import synthetic_trace


def test_an_edited_path_goes_on_to_the_end_of_the_heaviest_line() -> None:
    trace = synthetic_trace()
    end = questions.heaviest_leaf(trace, 0)
    assert 0 in [int(trace.uids[node]) for node in trace.solution(*trace.node(end))]
    assert questions.heaviest_leaf(trace, end) == end
