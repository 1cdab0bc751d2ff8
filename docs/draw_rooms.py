"""Draw the rooms of the package and the imports between them, as docs/architecture.md shows them.

    python docs/draw_rooms.py

writes docs/rooms.svg. Rooms are the rows of that document's table. An arrow says that the upper room imports the lower
one; what follows from other arrows is left out (transitive reduction), so that a picture can be read. Layers, order and
places are those of a layered drawing (Sugiyama, Tagawa and Toda 1981).
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "rooms.svg"
ROOM_WIDTH, ROOM_HEIGHT, LAYER_HEIGHT = 160, 26, 58  # px
GAP, BEND_WIDTH = 22, 12  # px between two rooms, and what a line that passes a layer takes there
SWEEPS = 40  # over the layers; the order and the places have settled by then

Node = tuple[str, int]  # a room in its layer, or "upper lower" for the line between them that passes the layer


def read_rooms() -> list[str]:
    """Return the modules of the rooms, in the order of the table."""
    paths = re.findall(r"^\| `(pfviz/[\w/]+?)(?:/|\.py)` \|", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [path.replace("/", ".") for path in paths]


def find_room(module: str, rooms: list[str]) -> str | None:
    """Return the room with the longest name that a module lies in."""
    return max((room for room in rooms if f"{module}.".startswith(f"{room}.")), key=len, default=None)


def read_imports(path: Path) -> Iterator[str]:
    """Yield what a file imports, with dots; of `from a import b` both may be a module, so "a.b"."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def build_graph(rooms: list[str]) -> nx.DiGraph:
    """Return the rooms with an edge from each to those before it that it imports, transitively reduced."""
    graph = nx.DiGraph()
    graph.add_nodes_from(rooms)
    for path in sorted((ROOT / "pfviz").rglob("*.py")):
        here = find_room(".".join(path.relative_to(ROOT).with_suffix("").parts), rooms)
        for module in read_imports(path):
            there = find_room(module, rooms)
            if here and there and rooms.index(there) < rooms.index(here):
                graph.add_edge(here, there)
    ordered = nx.DiGraph()  # the reduction's own order of edges changes from process to process
    ordered.add_nodes_from(rooms)
    ordered.add_edges_from(sorted(nx.transitive_reduction(graph).edges))
    return ordered


def assign_layers(graph: nx.DiGraph) -> dict[str, int]:
    """Return the layer of each room, 0 at the top: right under the lowest of those that import it."""
    layers: dict[str, int] = {}
    for room in nx.topological_sort(graph):
        layers[room] = 1 + max((layers[user] for user in graph.predecessors(room)), default=-1)
    for room in graph:  # what nobody imports stands right over what it imports
        if not list(graph.predecessors(room)):
            layers[room] = min((layers[used] for used in graph[room]), default=1) - 1
    return layers


def split_edges(graph: nx.DiGraph, layers: dict[str, int]) -> nx.DiGraph:
    """Return the graph with a bend in each layer that an arrow passes: every edge leads to the next layer."""
    bent = nx.DiGraph()
    bent.add_nodes_from((room, layers[room]) for room in graph)
    for upper, lower in graph.edges:
        for layer in range(layers[upper], layers[lower]):
            first = upper if layer == layers[upper] else f"{upper} {lower}"
            last = lower if layer + 1 == layers[lower] else f"{upper} {lower}"
            bent.add_edge((first, layer), (last, layer + 1))
    return bent


def place_nodes(bent: nx.DiGraph) -> dict[Node, float]:
    """Return the middle of every node: its neighbours' mean, as near as those beside it allow."""
    depth = 1 + max(layer for _, layer in bent)
    rows: list[list[Node]] = [[node for node in bent if node[1] == layer] for layer in range(depth)]
    x = {node: 100.0 * k for row in rows for k, node in enumerate(row)}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wish = {node: _mean_place(bent.pred[node] if down else bent.succ[node], x, x[node]) for node in row}
            if sweep < SWEEPS // 2:
                row.sort(key=lambda node: wish[node])
            _spread(row, wish, x)
    return x


def _mean_place(neighbours: list[Node], x: dict[Node, float], otherwise: float) -> float:
    return sum(x[other] for other in neighbours) / len(neighbours) if neighbours else otherwise


def _spread(row: list[Node], wish: dict[Node, float], x: dict[Node, float]) -> None:
    """Put a row's nodes where they wish to be, in their order and without overlap: blocks that touch move as one."""
    blocks: list[tuple[float, list[Node]]] = []  # (left end that it wishes, nodes)
    for node in row:
        blocks.append((wish[node] - _width(node) / 2, [node]))
        while len(blocks) > 1 and blocks[-2][0] + _length(blocks[-2][1]) > blocks[-1][0]:
            (left, nodes), (right, more) = blocks[-2:]
            shift = _length(nodes)
            mean = (left * len(nodes) + (right - shift) * len(more)) / (len(nodes) + len(more))
            blocks[-2:] = [(mean, nodes + more)]
    for left, nodes in blocks:
        for node in nodes:
            x[node] = left + _width(node) / 2
            left += _width(node) + GAP


def _width(node: Node) -> float:
    return BEND_WIDTH if " " in node[0] else ROOM_WIDTH


def _length(nodes: list[Node]) -> float:
    return sum(_width(node) + GAP for node in nodes)


def render(rooms: list[str]) -> str:
    """Return the picture as SVG."""
    graph = build_graph(rooms)
    layers = assign_layers(graph)
    bent = split_edges(graph, layers)
    x = place_nodes(bent)
    left = min(place - ROOM_WIDTH / 2 for place in x.values()) - 12
    width = round(max(place + ROOM_WIDTH / 2 for place in x.values()) - left + 12)
    height = 24 + ROOM_HEIGHT + LAYER_HEIGHT * max(layers.values())
    at = {node: (round(place - left), 12 + LAYER_HEIGHT * node[1]) for node, place in x.items()}
    lines = [_arrow(bent, at, upper, lower, layers) for upper, lower in graph.edges]
    boxes = [_box(room, *at[room, layers[room]]) for room in graph]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'font-family="system-ui, sans-serif" font-size="13" text-anchor="middle">',
            "<title>The rooms of pfviz; an arrow leads from a room to one that it imports</title>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0L8 4L0 8z" fill="#5f6d80"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#fefefe"/>',
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def _box(room: str, x: int, y: int) -> str:
    fill = "#e8eef7" if room.startswith("pfviz.page") else "#f3f6fa"
    return (
        f'<rect x="{x - ROOM_WIDTH // 2}" y="{y}" width="{ROOM_WIDTH}" height="{ROOM_HEIGHT}" rx="6" fill="{fill}" '
        f'stroke="#3b4656"/><text x="{x}" y="{y + 17}" fill="#1f2733">{html.escape(room.removeprefix("pfviz."))}</text>'
    )


def _arrow(bent: nx.DiGraph, at: dict[Node, tuple[int, int]], upper: str, lower: str, layers: dict[str, int]) -> str:
    """A line from the bottom of the upper room, through its bends, to the top of the lower one."""
    inner = [(f"{upper} {lower}", layer) for layer in range(layers[upper] + 1, layers[lower])]
    x, y = at[upper, layers[upper]]
    y += ROOM_HEIGHT
    path = f"M{x} {y}"
    for node in [*inner, (lower, layers[lower])]:
        to_x, to_y = at[node]
        path += f"C{x} {(y + to_y) // 2} {to_x} {(y + to_y) // 2} {to_x} {to_y}"
        x, y = to_x, to_y
        if node in inner:
            y += ROOM_HEIGHT
            path += f"L{x} {y}"
    return f'<path d="{path}" fill="none" stroke="#5f6d80" stroke-width="1.3" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    PICTURE.write_text(render(read_rooms()), encoding="utf-8")
