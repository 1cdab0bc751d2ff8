"""A run's genealogy as GraphML, which networkx, Gephi, yEd and Cytoscape read."""

from __future__ import annotations

from pfviz.diagnostics.graph import to_networkx
from pfviz.exports.plain_text import to_xml_text
from pfviz.trace.trace import Trace


def to_graphml(trace: Trace) -> str:
    """Return the graph of `pfviz.diagnostics.graph.to_networkx` as GraphML: a node for each step of the last sweep, an
    edge to each step that continues it. A character that XML cannot hold is replaced."""
    import networkx

    graph = to_networkx(trace)
    graph.graph["problem"] = to_xml_text(graph.graph["problem"])
    for _, attributes in graph.nodes(data=True):
        attributes["text"] = to_xml_text(attributes["text"])
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(networkx.generate_graphml(graph)) + "\n"
