"""Ancestry, against brute force, and lanes that never cross."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz import diagnostics as d
from pfviz.trace import Trace
from tests.traces import synthetic_trace

traces = st.builds(
    synthetic_trace,
    particles=st.integers(1, 24),
    steps=st.integers(1, 9),
    seed=st.integers(0, 10_000),
    trigger=st.sampled_from(["always", "ess", "never"]),
)
quick = settings(max_examples=40, deadline=None)


def lineages(trace: Trace) -> list[list[tuple[int, int]]]:
    return [trace.lineage(trace.steps - 1, n) for n in range(trace.particles)]


@given(traces)
@quick
def test_survivors_are_those_that_a_last_particle_descends_from(trace: Trace) -> None:
    count = Counter(place for lineage in lineages(trace) for place in lineage)
    living = d.living_descendants(trace)
    assert {place: living[place] for place in np.ndindex(living.shape)} == {
        p: count[p] for p in np.ndindex(living.shape)
    }
    assert np.array_equal(d.survivors(trace), living > 0)
    assert d.distinct_ancestors(trace).tolist() == [len({p for p in count if p[0] == t}) for t in range(trace.steps)]
    assert d.distinct_ancestors(trace)[-1] == trace.particles
    assert np.all(np.diff(d.distinct_ancestors(trace)) >= 0)
    back = d.lineage_slots(trace)
    assert all(back[t, n] == lineage[t][1] for n, lineage in enumerate(lineages(trace)) for t in range(trace.steps))
    families = d.root_ancestor(trace)
    assert all(families[-1, n] == lineage[0][1] for n, lineage in enumerate(lineages(trace)))


@given(traces)
@quick
def test_lanes_are_permutations_and_no_two_edges_cross(trace: Trace) -> None:
    lanes = d.lanes(trace)
    assert all(sorted(row) == list(range(trace.particles)) for row in lanes.tolist())
    for t in range(trace.steps - 1):
        edges = sorted((lanes[t, trace.ancestors[t, n]], lanes[t + 1, n]) for n in range(trace.particles))
        children = [child for _, child in edges]
        assert children == sorted(children)


@given(traces, st.integers(1, 9))
@quick
def test_a_growing_run_moves_nothing_that_is_drawn(trace: Trace, t: int) -> None:
    t = min(t, trace.steps)
    assert np.array_equal(d.lanes(trace.upto(t)), d.lanes(trace)[:t])


@given(traces)
@quick
def test_offspring_sum_to_n_and_follow_the_weights(trace: Trace) -> None:
    actual, expected = d.offspring(trace), d.expected_offspring(trace)
    assert np.all(actual.sum(axis=1) == trace.particles)
    assert expected.sum(axis=1) == pytest.approx(trace.particles)
    events = trace.resampled
    assert np.all(np.abs(actual - expected)[events] < 1 + 1e-9)  # systematic resampling: ⌊NW⌋ or ⌈NW⌉


@given(traces, st.data())
@quick
def test_relatives_are_what_the_graph_says(trace: Trace, data: st.DataObject) -> None:
    graph = d.to_networkx(trace)
    uid = data.draw(st.sampled_from(sorted(graph.nodes)))
    masks = {"up": d.ancestry(trace, uid), "down": d.descendants(trace, uid)}
    assert set(trace.uids[masks["up"]].tolist()) == nx.ancestors(graph, uid) | {uid}
    assert set(trace.uids[masks["down"]].tolist()) == nx.descendants(graph, uid) | {uid}
    together = d.relatives(trace, uid)
    assert together is not None
    assert np.array_equal(together, masks["up"] | masks["down"])


@given(traces)
@quick
def test_the_graph_is_a_forest_with_a_node_per_uid(trace: Trace) -> None:
    graph = d.to_networkx(trace)
    assert set(graph.nodes) == set(np.unique(trace.uids).tolist())
    assert nx.is_forest(graph)
    assert max(dict(graph.in_degree()).values()) <= 1
    json.dumps(nx.node_link_data(graph, edges="edges"))
    for uid, node in graph.nodes(data=True):
        t, n = trace.node(uid)
        assert (node["step"], node["slot"], node["text"]) == (t, n, trace.texts[t][n])


def test_nothing_is_related_to_an_unknown_node() -> None:
    trace = synthetic_trace()
    assert d.relatives(trace, None) is None
    assert d.relatives(trace.upto(2), 5 * 16) is None
    with pytest.raises(KeyError):
        d.ancestry(trace, 10_000)


def test_the_most_recent_common_ancestor() -> None:
    assert d.mrca_step(synthetic_trace(16, 6, trigger="never")) is None
    trace = synthetic_trace(4, 5, seed=2)
    step = d.mrca_step(trace)
    assert step is not None
    assert len({lineage[step] for lineage in lineages(trace)}) == 1
    assert len({lineage[step + 1] for lineage in lineages(trace)}) > 1


def test_a_node_of_unknown_log_probability_has_no_such_attribute() -> None:
    """So that no format of graphs (GraphML takes no null, JSON no NaN) reads it as a number."""
    trace = synthetic_trace(4, 3)
    log_probs = trace.log_probs.copy()
    log_probs[0, 1] = np.nan
    graph = d.to_networkx(replace(trace, log_probs=log_probs))
    assert "log_prob" not in graph.nodes[1]
    assert graph.nodes[2]["log_prob"] == trace.log_probs[0, 2]
    json.dumps(nx.node_link_data(graph, edges="edges"), allow_nan=False)
    assert 'key="' in "".join(nx.generate_graphml(graph))
