"""The genealogy as a graph, for queries and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pfviz.diagnostics.genealogy import lanes, living_descendants
from pfviz.trace.trace import Trace

if TYPE_CHECKING:
    import networkx


def to_networkx(trace: Trace) -> networkx.DiGraph:
    """The genealogy as a directed forest: a node per uid, an edge from each step to the steps that continue it.

    Node attributes (JSON-able): `step`, `slot`, `text`, `reward`, `weight` (normalised, when the step was written),
    `log_prob` (absent where it is not known), `tokens`, `finished`, `lane`, `living` (slots of the last step that
    descend from it).
    """
    import networkx

    graph = networkx.DiGraph(problem=trace.problem, particles=trace.particles, steps=trace.steps)
    rows, living, weights = lanes(trace), living_descendants(trace), trace.weights
    for t in range(trace.steps):
        for n in range(trace.particles):
            if not trace.written[t, n]:
                continue
            graph.add_node(
                int(trace.uids[t, n]),
                step=t,
                slot=n,
                text=trace.texts[t][n],
                reward=float(trace.rewards[t, n]),
                weight=float(weights[t, n]),
                **({} if np.isnan(trace.log_probs[t, n]) else {"log_prob": float(trace.log_probs[t, n])}),
                tokens=int(trace.tokens[t, n]),
                finished=bool(trace.finished[t, n]),
                lane=int(rows[t, n]),
                living=int(living[t, n]),
            )
            if t:
                parent = int(trace.ancestors[t - 1, n])
                graph.add_edge(int(trace.uids[t - 1, parent]), int(trace.uids[t, n]))
    return graph
