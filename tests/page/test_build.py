"""The page is built on demand, without torch, and its parts are wired."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nothing_is_built_at_import() -> None:
    assert _python("import app, sys; print('gradio.blocks' in sys.modules, hasattr(app, 'demo'))").endswith("False")


def test_the_page_is_built_without_torch() -> None:
    code = "from pfviz.page import build_page; import sys; build_page(); print('torch' in sys.modules)"
    assert _python(code) == "False"


def test_building_leaves_no_file_beside_the_source() -> None:
    _python("from pfviz.page import build_page; build_page()")
    assert not list((ROOT / "pfviz" / "page").glob("*.pyi"))


def test_no_file_of_the_page_needs_a_table_of_contents() -> None:
    files = [path for path in (ROOT / "pfviz" / "page").iterdir() if path.suffix in (".py", ".js", ".css")]
    assert {
        path.name: size for path in files if (size := len(path.read_text(encoding="utf-8").splitlines())) >= 300
    } == {}


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in (ROOT / "pfviz" / "page").iterdir():
        if path.suffix in (".py", ".js", ".css"):
            text = path.read_text(encoding="utf-8")
            assert "https://" not in text, path.name
            assert "@import" not in text, path.name
