"""docs/extend.md is true: what its blocks of code add to a copy of the package is found wherever it says."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("extend")  # one process copies the package

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")

LOOK = r"""
import gzip, json
from pathlib import Path

from click.testing import CliRunner
import pfviz
from pfviz.cli import main
from pfviz.cli.reference import render_reference
from pfviz.errors import TraceError
from pfviz.figures.study.accuracy_curve import line_style
from pfviz.lab.causes import CAUSE_FINDERS
from pfviz.lab.findings import find_causes
from pfviz.models.prm.registry import get_protocol
from pfviz.page import build_page
from pfviz.page.actions import lab_runs
from pfviz.page.render.run.run_view import render_parts
from pfviz.problems.datasets import load_problems
from tests.contracts import toy
from tests.contracts.reward import step_of
from tests.lab.diagnosed import diagnosis
from tests.models import tiny
from tests.traces import synthetic_trace

trace = synthetic_trace(8, 4)
trace.save("run.json")
Path("run.json.gz").write_bytes(gzip.compress(Path("run.json").read_bytes()))
Path("x").write_text("x")
try:
    pfviz.load("x")
except TraceError as error:
    refusal = str(error)

def call(*arguments):
    result = CliRunner(env={"COLUMNS": "500"}).invoke(main, list(arguments))
    return [result.exit_code, result.output]

config = build_page().get_config_file()["components"]
by_id = {one["props"].get("elem_id"): one["props"] for one in config}
truncated = pfviz.run("compute 1", generator=toy.ToyGenerator(), reward=toy.reward, method="truncation", particles=8,
                      kept_share=0.25, seed=3)
reward = get_protocol("one-label").load_reward_class()(tiny.classifier(num_labels=1), tiny.tokenizer(), "mine")
session = reward.open(load_problems("squares", 1)[0], particles=1)
print(json.dumps({
    "package": pfviz.__file__,
    "parents": [len(set(ancestors)) for ancestors in truncated.ancestors[:-1].tolist()],
    "setting": truncated.settings["kept_share"],
    "truncated report": pfviz.to_html(truncated),
    "methods": [value for _, value in by_id["method"]["choices"]],
    "label": by_id["kept-share"]["label"],
    "reference": render_reference(),
    "line": line_style("truncation").colour == line_style("beam_search").colour,
    "no method": call("study", "--methods", "nonsense"),
    "out of range": call("run", "Compute 1 + 1", "--method", "truncation", "--kept-share", "7"),
    "figure": pfviz.figures.token_counts(trace).layout.meta["title"],
    "names": sorted(dir(pfviz.figures)),
    "report": pfviz.to_html(trace),
    "pane": render_parts(trace, tab="token_counts")["token_counts"],
    "tabs": [one["props"]["label"] for one in config if one["type"] == "tabitem"],
    "panes": [one["props"].get("elem_id") for one in config],
    "choices": next(one["props"]["choices"] for one in config if one["props"].get("elem_id") == "lab-dataset"),
    "suffixes": next(one["props"]["file_types"] for one in config if one["props"].get("elem_id") == "open"),
    "rewards": [session.score({0: step_of(text)})[0] for text in ("1 + 1", "so 2")],
    "problems": [[one.text, one.truth] for one in load_problems("squares", 3)],
    "finders": [find.__name__ for find in CAUSE_FINDERS],
    "found": len(find_causes(diagnosis().rows).found),
    "same": pfviz.load("run.json.gz").rewards.tolist() == trace.rewards.tolist(),
    "refusal": refusal,
    "run --help": call("run", "--help"),
    "study --help": call("study", "--help"),
    "diagnose --help": call("diagnose", "--help"),
    "models": call("models"),
    "show": call("show", "run.json.gz"),
    "too many": call("study", "--dataset", "squares", "--problems", "99"),
    "fail on": call("diagnose", "run.json.gz", "--fail-on", "high-start=2"),
}))
"""


def blocks(section: str) -> Iterator[tuple[str, str | None, str]]:
    """(file, table or None, code) of each block of code of a section."""
    text = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
    assert text is not None, section
    for code in re.findall(r"^```py(?:thon)?\n(.*?)^```$", text[1], flags=re.MULTILINE | re.DOTALL):
        head, _, rest = code.partition("\n")
        named = re.fullmatch(r"# (pfviz/[\w/]+\.py)(?:, (\w+))?", head)
        assert named is not None, head
        yield named[1], named[2], rest


def add_to_table(source: str, table: str, lines: str) -> str:
    """The source of a module with lines at the end of a table, or after its imports."""
    rows, tree = source.splitlines(keepends=True), ast.parse(source)
    if table == "imports":
        end = max(node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
        return "".join([*rows[:end], lines, *rows[end:]])
    assigned = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == table:  # its fields are the table
            end = max(field.end_lineno or 0 for field in node.body if isinstance(field, ast.AnnAssign))
            return "".join([*rows[:end], textwrap.indent(lines, "    "), *rows[end:]])
    displays = (ast.List, ast.Tuple, ast.Dict)
    found = next(node for node in ast.walk(assigned[table]) if isinstance(node, displays))  # type: ignore[arg-type]
    end = (found.end_lineno or 0) - 1
    indent = re.match(r" *", rows[end])[0] + "    "  # type: ignore[index]
    return "".join([*rows[:end], textwrap.indent(f"{lines.rstrip()},\n", indent), *rows[end:]])


def extend(package: Path, section: str) -> None:
    """Put what a section says into a copy of the package."""
    for name, table, code in blocks(section):
        path = package.parent / name
        if table is None:
            assert not path.exists(), name
            path.write_text(code, encoding="utf-8")
        else:
            path.write_text(add_to_table(path.read_text(encoding="utf-8"), table, code), encoding="utf-8")


SECTIONS = ("Figure", "Reward protocol", "Data set", "Importer", "Cause", "Method", "Setting")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process sees of the package with everything added that the document has code for."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "pfviz", folder / "pfviz", ignore=shutil.ignore_patterns("__pycache__"))
    for section in SECTIONS:
        extend(folder / "pfviz", section)
    (folder / "look.py").write_text(LOOK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "look.py"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert seen["package"].startswith(str(folder))
    return seen


@pytest.mark.parametrize("section", SECTIONS)
def test_it_is_one_file_and_one_line_of_each_table(section: str) -> None:
    told = list(blocks(section))
    assert [table for _, table, _ in told].count(None) == (0 if section == "Setting" else 1)
    assert len(told) == {"Cause": 4, "Setting": 1}.get(section, 2)


def test_a_figure_is_in_the_package_on_the_page_and_in_the_report(found: dict[str, Any]) -> None:
    assert found["figure"].endswith("tokens in all")
    assert "token_counts" in found["names"]
    assert found["tabs"][found["tabs"].index("Accuracy against generations") - 1] == "Tokens"  # the run's last
    assert "token-counts" in found["panes"]
    assert "tokens in all" in found["pane"]
    assert '<h2>Tokens<span class="finding">' in found["report"]


def test_a_reward_protocol_is_a_choice_and_scores(found: dict[str, Any]) -> None:
    assert "one-label" in found["run --help"][1]
    assert "  one-label: Token classifier with one label" in found["models"][1].splitlines()
    assert all(0 < reward < 1 for reward in found["rewards"])


def test_a_data_set_is_a_choice_of_both_commands_and_of_the_lab(found: dict[str, Any]) -> None:
    for command in ("study", "diagnose"):
        assert "squares" in found[f"{command} --help"][1]
    assert ["Squares", "squares"] in found["choices"]
    assert found["problems"] == [["Compute 2 * 2", "4"], ["Compute 3 * 3", "9"], ["Compute 4 * 4", "16"]]
    assert found["too many"][0] == 2
    assert "There are 10 such problems, not 99" in found["too many"][1]


def test_a_format_of_files_is_opened_everywhere(found: dict[str, Any]) -> None:
    assert found["same"] is True
    assert found["show"][0] == 0
    assert found["suffixes"] == [".json", ".jsonl", ".parquet", ".csv", ".tsv", ".gz"]
    assert "; expected a trace of pfviz (JSON), " in found["refusal"]
    assert found["refusal"].endswith(" or a packed trace")


def test_a_cause_is_looked_for_and_can_have_a_limit(found: dict[str, Any]) -> None:
    assert found["finders"][-1] == "find_high_start"
    assert found["fail on"][0] == 0, found["fail on"][1]


def test_a_method_runs_and_is_a_choice_everywhere(found: dict[str, Any]) -> None:
    assert set(found["parents"]) == {2}
    assert "truncation" in found["truncated report"]
    assert found["methods"][-1] == "truncation"
    assert found["line"] is True
    assert "truncation" in found["no method"][1]
    for command in ("run", "diagnose"):
        assert "truncation" in found[f"{command} --help"][1]


def test_a_setting_is_an_option_a_field_and_a_row_of_the_reference(found: dict[str, Any]) -> None:
    assert found["setting"] == 0.25
    assert "--kept-share" in found["run --help"][1]
    assert found["label"] == "Kept share"
    assert "--kept-share" in found["reference"]
    assert found["out of range"][0] == 2
    assert "Kept share is 7" in found["out of range"][1]
