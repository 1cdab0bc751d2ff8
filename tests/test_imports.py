"""Imports point backwards along the rooms of docs/architecture.md, and nothing heavy is imported early."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "transformers", "gradio", "plotly", "scipy")


def read_rooms() -> list[str]:
    """The modules of the rooms, in the order of the table: `pfviz/tiny/` is "pfviz.tiny"."""
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = re.findall(r"^\| `(pfviz/[\w/]+?)(?:/|\.py)` \|", table, flags=re.MULTILINE)
    return [path.replace("/", ".") for path in paths]


ROOMS = read_rooms()


def module_of(path: Path) -> str:
    """The dotted name of a file of the package."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str, rooms: list[str]) -> int | None:
    """The place in the table of the room with the longest name that this module lies in."""
    found = [(len(room), place) for place, room in enumerate(rooms) if (module + ".").startswith(room + ".")]
    return max(found)[1] if found else None


def imports_of(source: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, module) of each import of pfviz, inside functions and under TYPE_CHECKING too, relative ones resolved.

    `from pfviz.figures import theme` yields "pfviz.figures.theme": the name may be a module, and a name inside a
    module lies in the same room as that module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if name.name.split(".")[0] == "pfviz")
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                kept = package[: len(package) - node.level + 1]
                base = ".".join([*kept, *([base] if base else [])])
            if base.split(".")[0] == "pfviz":
                yield from ((node.lineno, f"{base}.{name.name}") for name in node.names)


def forward_imports(source: str, module: str, rooms: list[str], is_package: bool = False) -> list[str]:
    """A line for each import that points to a later room."""
    here = room_of(module, rooms)
    found = []
    for line, target in imports_of(source, module, is_package):
        there = room_of(target, rooms)
        if here is not None and there is not None and there > here:
            found.append(f"{module}, line {line}: {target} is in {rooms[there]}, which comes after {rooms[here]}")
    return found


FILES = sorted((ROOT / "pfviz").rglob("*.py"))


def test_the_table_names_the_rooms() -> None:
    assert ROOMS[0] == "pfviz.errors"
    assert ROOMS[-1] == "pfviz.cli"
    assert ROOMS.index("pfviz.tiny") < ROOMS.index("pfviz.api") < ROOMS.index("pfviz.tiny.training")
    assert len(set(ROOMS)) == len(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_import_points_forward(path: Path) -> None:
    found = forward_imports(path.read_text(encoding="utf-8"), module_of(path), ROOMS, path.name == "__init__.py")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_every_file_lies_in_a_room(path: Path) -> None:
    """But for the doors: `pfviz` and `pfviz.page` import their public surface, `pfviz.__main__` is the CLI."""
    module = module_of(path)
    assert module in ("pfviz", "pfviz.__main__", "pfviz.page") or room_of(module, ROOMS) is not None, (
        f"{module} is in no room of docs/architecture.md"
    )


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pfviz.trace.json_file", "from pfviz.figures import theme"),
        ("pfviz.trace.json_file", "def f():\n    import pfviz.page.blocks.layout"),
        ("pfviz.tiny.gate", "from pfviz.tiny.training import model"),
        ("pfviz.types", "from .inference.loop import run"),
        ("pfviz.trace.json_file", "from pfviz import api"),
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


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_scipy_is_imported_in_stats_alone(path: Path) -> None:
    found = scipy_imports(path.read_text(encoding="utf-8"))
    assert not found or module_of(path).startswith("pfviz.stats."), f"scipy is imported in lines {found}"


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
    "action",
    [
        "import pfviz",
        "import pfviz.cli",
        "from pfviz.cli import main; main(['--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['run', '--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['show', '--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['serve', '--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['study', '--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['diagnose', '--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['bench', '--help'], standalone_mode=False)",
        "from pfviz.cli import main; main(['train-tiny', '--help'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_imported(action: str) -> None:
    code = f"import sys; {action}; print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""
