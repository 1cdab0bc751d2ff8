"""Imports point backwards along the rooms of docs/architecture.md, in no circle, and nothing heavy comes early."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import networkx as nx
import pytest

from tests.traces import synthetic_trace

ROOT = Path(__file__).parents[1]
PACKAGES = ("pfviz", "benchmarks")
HEAVY = ("torch", "transformers", "gradio", "plotly", "scipy")


def read_rooms() -> list[str]:
    """Return the modules of the rooms, in the order of the table: `pfviz/tiny/` is "pfviz.tiny"."""
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = re.findall(r"^\| `((?:pfviz/|benchmarks)[\w/]*?)(?:/|\.py)` \|", table, flags=re.MULTILINE)
    return [path.replace("/", ".") for path in paths]


ROOMS = read_rooms()


def module_of(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str, rooms: list[str]) -> int | None:
    """Return the place in the table of the room with the longest name that this module lies in."""
    found = [(len(room), place) for place, room in enumerate(rooms) if (module + ".").startswith(room + ".")]
    return max(found)[1] if found else None


def imports_of(source: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Yield (line, module) of each import of our own, inside functions and under TYPE_CHECKING too; absolute names.

    `from pfviz.figures import theme` yields "pfviz.figures.theme": the name may be a module, and a name inside a
    module lies in the same room as that module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if name.name.split(".")[0] in PACKAGES)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                kept = package[: len(package) - node.level + 1]
                base = ".".join([*kept, *([base] if base else [])])
            if base.split(".")[0] in PACKAGES:
                yield from ((node.lineno, f"{base}.{name.name}") for name in node.names)


def forward_imports(source: str, module: str, rooms: list[str], is_package: bool = False) -> list[str]:
    """Return a line for each import that points to a later room."""
    here = room_of(module, rooms)
    found = []
    for line, target in imports_of(source, module, is_package):
        there = room_of(target, rooms)
        if here is not None and there is not None and there > here:
            found.append(f"{module}, line {line}: {target} is in {rooms[there]}, which comes after {rooms[here]}")
    return found


def import_circles(sources: dict[str, str], packages: Collection[str] = ()) -> list[str]:
    """Return a line for each group of modules that import each other; `packages` are those that are an `__init__.py`.

    What a type checker reads counts, and what a function imports: either would hide the circle, and not cut it.
    """
    graph = nx.DiGraph()
    for module, source in sources.items():
        for _, target in imports_of(source, module, module in packages):
            while target not in sources and "." in target:
                target = target.rpartition(".")[0]
            if target in sources and target != module:
                graph.add_edge(module, target)
    circles = (nx.find_cycle(graph.subgraph(part)) for part in nx.strongly_connected_components(graph) if len(part) > 1)
    return [" → ".join([*(start for start, _ in circle), circle[0][0]]) for circle in circles]


FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
SOURCES = {module_of(path): path.read_text(encoding="utf-8") for path in FILES}
INITS = {module_of(path) for path in FILES if path.name == "__init__.py"}


def test_the_table_names_the_rooms() -> None:
    assert ROOMS[0] == "pfviz.errors"
    assert ROOMS[-2:] == ["pfviz.cli", "benchmarks"]
    assert ROOMS.index("pfviz.tiny") < ROOMS.index("pfviz.api") < ROOMS.index("pfviz.tiny.training")
    assert len(set(ROOMS)) == len(ROOMS)


def test_no_import_points_forward() -> None:
    found = [line for name, source in SOURCES.items() for line in forward_imports(source, name, ROOMS, name in INITS)]
    assert not found, "\n".join(found)


def test_no_modules_import_each_other() -> None:
    assert import_circles(SOURCES, INITS) == []


def test_every_file_lies_in_a_room() -> None:
    """But for the doors: pfviz/__init__.py imports the public surface lazily, pfviz/__main__.py is the CLI,
    pfviz/page/__init__.py hands on what builds the page."""
    homeless = [module for module in SOURCES if room_of(module, ROOMS) is None]
    assert homeless == ["pfviz", "pfviz.__main__", "pfviz.page"], "each other file needs a room in docs/architecture.md"


def test_every_room_has_files() -> None:
    empty = [room for place, room in enumerate(ROOMS) if all(room_of(module, ROOMS) != place for module in SOURCES)]
    assert empty == [], "rooms of docs/architecture.md that are not there"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pfviz.trace.json_file", "from pfviz.figures import theme"),
        ("pfviz.trace.json_file", "def f():\n    import pfviz.page.blocks.layout"),
        ("pfviz.tiny.gate", "from pfviz.tiny.training import model"),
        ("pfviz.types", "from .inference.loop import run"),
        ("pfviz.trace.json_file", "from pfviz import api"),
        ("pfviz.cli", "def f():\n    from benchmarks.command import bench"),
    ],
)
def test_a_forward_import_is_found(module: str, source: str) -> None:
    assert len(forward_imports(source, module, ROOMS)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pfviz.figures.theme", "from pfviz.diagnostics.weights import ess"),
        ("pfviz.tiny.training.model", "import pfviz.tiny.gate, pfviz.api"),
        ("pfviz.figures.theme", "from . import lanes"),
        ("pfviz.errors", "import numpy"),
        ("benchmarks.command", "from pfviz.cli.screen.files import OUTPUT_FILE"),
    ],
)
def test_a_backward_import_is_allowed(module: str, source: str) -> None:
    assert forward_imports(source, module, ROOMS) == []


def scipy_imports(source: str) -> list[int]:
    """The lines that import scipy, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if any(name.split(".")[0] == "scipy" for name in names):
            found.append(node.lineno)
    return found


def test_scipy_is_imported_in_stats_alone() -> None:
    found = {
        module: scipy_imports(source) for module, source in SOURCES.items() if not module.startswith("pfviz.stats.")
    }
    assert {module: lines for module, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import numpy\nimport scipy.stats as st", [2]),
        ("def f():\n    from scipy.special import ndtri", [2]),
        ("from scipy import stats\nimport scipy", [1, 2]),
        ("from pfviz.stats.wilson import wilson\nfrom . import scipy", []),
    ],
)
def test_an_import_of_scipy_is_found(source: str, lines: list[int]) -> None:
    assert scipy_imports(source) == lines


@pytest.mark.parametrize(
    "hidden",
    [
        "from pfviz.b import name",
        "def f():\n    import pfviz.b",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import b",
    ],
)
def test_a_circle_is_found(hidden: str) -> None:
    sources = {"pfviz": "", "pfviz.a": hidden, "pfviz.b": "from pfviz.c import x", "pfviz.c": "import pfviz.a.name"}
    assert [set(line.split(" → ")) for line in import_circles(sources)] == [{"pfviz.a", "pfviz.b", "pfviz.c"}]
    assert import_circles(sources | {"pfviz.c": "import pfviz"}) == []


def test_nothing_heavy_is_imported() -> None:
    """Neither by `import pfviz`, nor by the help of any command."""
    code = f"""
import sys
def report(action):
    print(*(f"{{action}} imports {{name}}" for name in {HEAVY!r} if name in sys.modules), sep="\\n", file=sys.stderr)
import pfviz
report("pfviz")
from pfviz.cli import COMMANDS, main
for arguments in ["--help"], *([name, "--help"] for name in COMMANDS):
    main(arguments, standalone_mode=False)
    report(" ".join(arguments))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""


def test_a_trace_is_read_and_drawn_without_gradio_and_torch(tmp_path: Path) -> None:
    """By who only looks at runs: neither can be imported here, and nothing asks for them."""
    trace = tmp_path / "run.json"
    synthetic_trace(inside=True).save(trace)
    code = f"""
import importlib, pkgutil, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("gradio", "torch"):
            raise ImportError(name + " is not here")
sys.meta_path.insert(0, Blocker())
import pfviz, pfviz.diagnostics
for module in pkgutil.iter_modules(pfviz.diagnostics.__path__, "pfviz.diagnostics."):
    importlib.import_module(module.name)
trace = pfviz.load({str(trace)!r})
assert pfviz.diagnostics.survivors(trace).shape == trace.rewards.shape
from pfviz.figures.registry import FIGURES
for figure in FIGURES.values():
    assert callable(figure.plot)
    if figure.of == "run" and figure.fits(trace) and figure.name != "worth":  # it needs what a generator was asked
        figure.draw(trace, selected=int(trace.uids[1, 0])).to_json()
assert "</html>" in pfviz.to_html(trace)
from pfviz.cli import main
main(["show", {str(trace)!r}], standalone_mode=False)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "12 + 7" in done.stdout
