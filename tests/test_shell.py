"""The files around the package agree with each other: README, requirements, pyproject, changelog, Makefile, licence."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import pfviz

ROOT = Path(__file__).parents[1]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


README = read("README.md")
PROJECT: dict[str, Any] = tomllib.loads(read("pyproject.toml"))["project"]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}  # what a Space's card accepts


def pins(path: str) -> dict[str, Version]:
    """The exact versions of a requirements file, by name; `-r` lines and comments are left out."""
    found = {}
    for line in read(path).splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.fullmatch(r"[\w-]+==[\w.]+", line), f"{path}: {line!r} is not pinned exactly"
            name, version = line.split("==")
            found[canonicalize_name(name)] = Version(version)
    return found


def ranges(lines: list[str]) -> dict[str, Requirement]:
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def front_matter() -> dict[str, Any]:
    opening, block, _ = README.split("---\n", 2)
    assert opening == "", "README.md must open with the front matter"
    card = yaml.safe_load(block)
    assert isinstance(card, dict)
    return card


def test_front_matter() -> None:
    card = front_matter()
    assert card["title"]
    assert card["emoji"]
    assert {card["colorFrom"], card["colorTo"]} <= COLOURS
    assert card["sdk"] == "gradio"
    assert (ROOT / card["app_file"]).is_file()
    assert card["license"] == "apache-2.0"
    assert card["pinned"] is False
    assert 0 < len(card["short_description"]) <= 60


def test_the_space_runs_the_pinned_versions() -> None:
    card = front_matter()
    assert Version(str(card["sdk_version"])) == pins("requirements.txt")["gradio"]
    assert isinstance(card["python_version"], str), "quote python_version: YAML reads 3.10 as 3.1"
    assert Version(card["python_version"]) in Requirement("python" + PROJECT["requires-python"]).specifier


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-test.txt", PROJECT["optional-dependencies"]["test"]),
    ],
)
def test_pins_lie_in_the_ranges(path: str, lines: list[str]) -> None:
    pinned, allowed = pins(path), ranges(lines)
    assert set(pinned) == set(allowed)
    for name, version in pinned.items():
        assert version in allowed[name].specifier, f"{name} {version} is outside {allowed[name]}"


def test_torch_is_pinned_first() -> None:
    assert next(iter(pins("requirements.txt"))) == "torch"
    assert pins("requirements.txt")["torch"] == Version("2.13.0")


def test_the_changelog_has_the_version() -> None:
    versions = re.findall(r"^## \[([\d.]+)\] - \d{4}-\d{2}-\d{2}$", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert versions[0] == pfviz.__version__
    assert sorted(versions, key=Version, reverse=True) == versions


def test_the_licence_is_whole() -> None:
    text = read("LICENSE")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


# --- links, Makefile --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["README.md", "CHANGELOG.md", *(f"docs/{page.name}" for page in sorted(ROOT.glob("docs/*.md")))]
)
def test_links_lead_somewhere(path: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", read(path))
    local = [target.split("#")[0] for target in targets if not target.startswith(("http://", "https://"))]
    assert [target for target in local if not ((ROOT / path).parent / target).exists()] == []


def test_make_help_names_the_commands() -> None:
    done = subprocess.run(["make", "help"], capture_output=True, text=True, cwd=ROOT, check=True)
    commands = {" ".join(line.split()[:2]) for line in done.stdout.splitlines()}
    assert {"make run", "make check", "make test", "make docs"} <= commands


def test_a_second_make_installs_nothing(tmp_path: Path) -> None:
    """With the stamps in place, `make run` is `python app.py` and nothing else."""
    for name in ("Makefile", "requirements.txt", "requirements-test.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("bin/python", "installed", "installed-test"):
        (tmp_path / ".venv" / name).touch()
    done = subprocess.run(["make", "-n", "run"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.split() == ["exec", ".venv/bin/python", "app.py"]
    (tmp_path / "requirements.txt").write_text("torch==2.13.0\n")
    done = subprocess.run(["make", "-n", "run"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "install -r requirements.txt" in done.stdout


def test_check_is_the_quick_part_of_test(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "requirements-test.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("bin/python", "installed", "installed-test"):
        (tmp_path / ".venv" / name).touch()
    steps = {}
    for goal in ("check", "test"):
        done = subprocess.run(["make", "-n", goal], capture_output=True, text=True, cwd=tmp_path, check=True)
        steps[goal] = done.stdout
        assert all(f".venv/bin/{program}" in done.stdout for program in ("ruff format --check", "ruff check", "mypy"))
    assert '-m pytest -n 2 --dist loadgroup -m "not slow and not browser"' in steps["check"]
    assert steps["test"].rstrip().endswith("-m pytest -n 2 --dist loadgroup"), "everything"
    assert "\nmake docs" in steps["test"]
