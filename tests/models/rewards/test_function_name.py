"""`module:function` as a reward: what is found, what is said where nothing is, and who may not name one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import pfviz
from pfviz.errors import ModelError, SettingError
from pfviz.models import registry
from pfviz.models.rewards.function import FunctionReward
from pfviz.models.rewards.function_name import is_function_name, load_function_reward
from pfviz.page.serving.model_menu import ModelMenu
from tests.cli.commands import call

MODULE = """
import pfviz

def score(problem, steps):
    return min(1.0, 0.1 * len(steps))

@pfviz.reward(batch=True)
def together(problem, prefixes):
    return [min(1.0, 0.1 * len(steps)) for steps in prefixes]

class Scorer:
    @staticmethod
    def score(problem, steps):
        return 0.5

NUMBER = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with modules in it, whose names no other test has."""
    (tmp_path / "own_rewards.py").write_text(MODULE)
    (tmp_path / "own_broken.py").write_text("1 / 0")
    (tmp_path / "own_needy.py").write_text("import no_such_package_here")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("own_rewards", "own_broken", "own_needy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_functions_and_reward_models_are_found_in_the_working_folder() -> None:
    for name, batch in (
        ("own_rewards:score", False),
        ("own_rewards:together", True),
        ("own_rewards:Scorer.score", False),
    ):
        found = load_function_reward(name)
        assert isinstance(found, FunctionReward)
        assert (found.name, found.batch) == (name, batch)
    assert sys.modules["own_rewards"].together.name == "together"  # somebody's own object stays as it is


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own_nothing:score", "there is no module 'own_nothing' in .* installed packages"),
        ("own_rewards.inner:score", "'own_rewards.inner'"),
        ("own_rewards:scores", r"its module has no 'scores'\. It has: .*score"),
        ("own_rewards:NUMBER", "is a int; expected a function"),
        ("own_rewards:Scorer", "is a class; expected a function"),
        ("own_broken:score", "its module raised ZeroDivisionError: division by zero"),
        ("own_needy:score", "its module needs 'no_such_package_here', which is not installed"),
    ],
)
def test_what_is_not_there_is_said(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=f"The reward '{name}'.*{said}"):
        load_function_reward(name)


def test_other_names_with_a_colon_are_none_of_functions() -> None:
    for name in (
        "endpoint:lab",
        "trl:owner/name",
        "judge:embedded",
        "rlhflow:place",
        "C:\\models",
        "a/b:c",
        "embedded",
        "a:",
    ):
        assert not is_function_name(name)
    assert is_function_name("package.module:Class.method")


@pytest.mark.usefixtures("folder")
def test_a_run_and_its_resumption_take_it_from_the_command_line() -> None:
    cut, whole = Path("cut.json"), Path("whole.json")
    arguments = ("--particles", "3", "--max-steps", "3", "--reward", "own_rewards:together")
    done = call("run", "Compute 1 + 2 + 3", *arguments, "--out", whole)
    assert done.exit_code == 0, done.output
    trace = pfviz.load(whole)
    assert trace.reward == "own_rewards:together"
    trace.upto(1).save(cut)
    refused = call("run", "--resume", cut)
    assert refused.exit_code != 0
    assert "names a Python function" in " ".join(refused.output.split())
    assert call("run", "--resume", cut, "--reward", "own_rewards:together", "--out", "on.json").exit_code == 0
    assert (pfviz.load("on.json").rewards == trace.rewards).all()
    assert call("run", "--resume", cut, "--reward", "oracle").exit_code == 2


@pytest.mark.usefixtures("folder")
def test_a_batch_of_the_lab_takes_it() -> None:
    done = call("diagnose", "--batch", "1", "--particles", "2", "--reward", "own_rewards:score")
    assert done.exit_code == 0, done.output
    assert "own_rewards:score" in done.output


@pytest.mark.usefixtures("folder")
def test_no_trace_and_no_page_runs_a_function_by_its_name() -> None:
    name = "own_rewards:score"
    for ask in (registry.reward_preset, registry.get_reward, lambda name: pfviz.run("Compute 1 + 2", reward=name)):
        with pytest.raises(ModelError, match="taken only where somebody types it on a command line"):
            ask(name)
    menu = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})
    with pytest.raises(SettingError, match="on the command line only"):
        menu.check_typed_name("typed_reward", name)
    with pytest.raises(ModelError, match="does not run"):
        menu.check_allowed(None, name)
    assert "own_rewards" not in sys.modules
