"""What the documents show runs as it stands there, on the embedded pair, and what they name is there."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

import pytest

from pfviz.inference.methods import METHODS
from pfviz.models.hub.catalog import GENERATORS
from pfviz.trace.importers import IMPORTERS, read_traces

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", *sorted(f"docs/{page.name}" for page in ROOT.glob("docs/*.md"))]
GROWING = "docs/extend.md"  # shows files and names that a reader is going to write; tests/test_extend.py adds them


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def script(name: str) -> ModuleType:
    """A script of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- examples ---------------------------------------------------------------------------------------------------------


def examples(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", read(document), flags=re.DOTALL)


@pytest.mark.parametrize("document", ["README.md", "docs/python.md", "docs/reward-lab.md"])
def test_the_examples_of_a_document_run(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for example in examples(document):
        exec(compile(example, document, "exec"), names)
    assert names["trace"].answer


def test_every_example_is_python() -> None:
    for document in DOCUMENTS:
        for example in examples(document):
            compile(example, document, "exec")


def test_every_format_is_shown_by_a_file_that_opens() -> None:
    shown = re.findall(r"```json\n(.*?)```", read("docs/formats.md"), flags=re.DOTALL)
    assert sorted(shown) == sorted(importer.example for importer in IMPORTERS.values() if importer.example)
    for example in shown:
        assert read_traces(example.encode())


# --- names ------------------------------------------------------------------------------------------------------------


def resolves(name: str) -> bool:
    """Whether this is a module of the package, or something in one: a function, a class, a method, a field."""
    try:
        resolve_name(name)
    except ImportError:
        return False
    except AttributeError:
        owner, _, field = name.rpartition(".")
        return resolves(owner) and field in getattr(resolve_name(owner), "__annotations__", {})
    return True


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if document != GROWING])
def test_every_dotted_name_is_there(document: str) -> None:
    names = set(re.findall(r"(?<![\w/.:-])pfviz(?:\.[A-Za-z_]\w*)+", read(document)))
    assert [name for name in sorted(names) if not resolves(name)] == []


def test_a_wrong_name_is_found() -> None:
    assert resolves("pfviz.api.run")
    assert resolves("pfviz.inference.settings.Settings.particles")
    assert not resolves("pfviz.streams")
    assert not resolves("pfviz.api.walk")


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if document != GROWING])
def test_every_path_is_there(document: str) -> None:
    paths = set(re.findall(r"`((?:pfviz|tests|docs|assets|benchmarks)/[\w./-]*)`", read(document)))
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@cache
def words_of_the_code() -> set[str]:
    files = [path for folder in ("pfviz", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    files += [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "requirements.txt"]
    return {word for path in files if path != Path(__file__) for word in re.findall(r"\w+", path.read_text("utf-8"))}


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if document != GROWING])
def test_every_identifier_is_in_the_code(document: str) -> None:
    """Those in backticks that cannot be plain words: with an underscore, or a capital inside."""
    quoted = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", read(document))
    identifiers = {
        word for text in quoted if "/" not in text for word in re.findall(r"[A-Za-z]\w*_\w+|[A-Z][a-z]+[A-Z]\w+", text)
    }
    assert sorted(identifiers - words_of_the_code()) == []


def test_the_changelog_names_what_is_there_now() -> None:
    rows = re.findall(r"^\| `[^|]*\| ([^|]*) \|$", read("CHANGELOG.md"), flags=re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(pfviz[\w.]*)`", row)]
    events = [f"pfviz.inference.events.{name}" for row in rows for name in re.findall(r"^`([A-Z]\w+)`$", row)]
    assert len(names) > 10
    assert len(events) == 7
    assert [name for name in [*names, *events] if not resolves(name)] == []


# --- the README -------------------------------------------------------------------------------------------------------


def test_the_readme_is_one_page() -> None:
    assert len(read("README.md").encode()) <= 9000


def test_the_methods_of_the_readme_are_methods() -> None:
    section = read("README.md").split("## Methods\n", 1)[1].split("\n## ", 1)[0]
    named = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert "particle_filtering" in named
    assert set(named) <= set(METHODS)


def test_the_families_of_the_readme_are_in_the_catalogue() -> None:
    families = ("Qwen2.5", "Qwen2.5-Math", "Llama-3")
    assert [family for family in families if not any(family in name for name in GENERATORS)] == []


def test_the_moving_picture_is_small_and_moves() -> None:
    from PIL import Image

    picture = ROOT / "assets" / "run.webp"
    assert picture.stat().st_size <= 2_000_000
    with Image.open(picture) as opened:
        assert opened.n_frames >= 8  # type: ignore[attr-defined]


# --- the site ---------------------------------------------------------------------------------------------------------


def test_the_picture_of_the_rooms_is_that_of_the_imports() -> None:
    draw = script("draw_rooms")
    assert draw.render(draw.read_rooms()) == read("docs/rooms.svg"), "python docs/draw_rooms.py draws it anew"


def test_the_arrows_between_rooms_point_backwards() -> None:
    draw = script("draw_rooms")
    rooms = draw.read_rooms()
    arrows = draw.build_graph(rooms).edges
    assert ("pfviz.page.blocks", "pfviz.page.actions") in arrows
    assert [(upper, lower) for upper, lower in arrows if rooms.index(lower) >= rooms.index(upper)] == []


def test_every_page_is_in_the_navigation() -> None:
    """mkdocs builds what is missing there too, and nobody finds it."""
    nav = read("mkdocs.yml").split("\nnav:\n", 1)[1]
    pages = set(re.findall(r"[\w-]+\.md$", nav, flags=re.MULTILINE))
    elsewhere = {"README.md", "docs/pypi.md"}  # the second is for the package index
    assert pages == {Path(document).name for document in DOCUMENTS if document not in elsewhere}


def test_a_page_that_loads_from_a_network_is_refused() -> None:
    hooks = script("hooks")
    assert hooks.find_loads('<a href="https://a.example">a</a><img src="assets/run.webp">') == []
    assert hooks.find_loads('<script src="https://a.example/x.js"></script>') == ["https://a.example/x.js"]
    assert hooks.find_loads('<link rel="stylesheet" href="//a.example/x.css">') == ["//a.example/x.css"]
