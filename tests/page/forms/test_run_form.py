"""What is typed becomes settings, or a message for the field that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.methods import METHODS
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.settings import FINISHED_MODES, PICKS, SETTINGS, TRIGGERS, Settings
from pfviz.page.forms import run_form
from pfviz.page.serving.model_menu import OTHER_MODEL, ModelMenu
from pfviz.problems.problem import Problem

FORM: dict[str, Any] = {"problem": "1 + 2", **run_form.DEFAULTS}
OFFER = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})


def read(form: dict[str, Any]) -> tuple[dict[str, Any], run_form.FieldErrors]:
    return run_form.read_form(form, OFFER)


def test_the_usual_form_gives_settings() -> None:
    settings, errors = read(FORM)
    assert errors == {}
    assert settings == {
        "problem": Problem("1 + 2"),
        "method": "particle_filtering",
        "particles": 16,
        "generator": "embedded",
        "reward": "embedded",
        "truth": None,
        **{name: getattr(Settings(), name) for name in METHODS["particle_filtering"].setting_names},
        **{name: getattr(Settings(), name) for name in run_form.STEP_FIELDS},
        "seed": 0,
    }


def test_the_defaults_are_those_of_the_engine() -> None:
    usual = Settings()
    for field in run_form.SHOWN_SETTINGS:
        assert type(getattr(usual, field))(run_form.DEFAULTS[field]) == getattr(usual, field)


def test_the_form_has_every_setting_of_every_method_once() -> None:
    assert len(set(run_form.FIELDS)) == len(run_form.FIELDS)
    for method in METHODS.values():
        assert set(method.setting_names) | {"seed", "truth", "problem", "method"} <= set(run_form.FIELDS)
    assert run_form.DEFAULTS.keys() - run_form.SHOWN_SETTINGS.keys() == {"method", "truth", *run_form.MODEL_FIELDS}
    assert {"tau", "seed", "truth"} <= run_form.FOLDED_FIELDS
    assert not {"particles", "iterations", "models"} & run_form.FOLDED_FIELDS
    assert {"particles", "iterations", "chains"} <= set(run_form.SIZE_FIELDS)


def test_every_way_that_there_is_can_be_chosen() -> None:
    for setting, there in (
        ("potential", POTENTIALS), ("aggregation", AGGREGATIONS), ("resampler", RESAMPLERS), ("pick", PICKS),
        ("trigger", TRIGGERS), ("finished", FINISHED_MODES),
    ):  # fmt: skip
        assert list(SETTINGS[setting].choices) == list(there)
    assert [name for _, name in run_form.METHOD_CHOICES] == list(METHODS)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("problem", "", "empty"),
        ("problem", "   \n ", "empty"),
        ("problem", None, "empty"),
        ("problem", "1 + " * 5000, "characters"),
        ("problem", "1 + \x07 2", "control character"),
        ("particles", 0, "between"),
        ("particles", 65, "between 1 and 64"),
        ("particles", None, "empty"),
        ("particles", 2.5, "whole number"),
        ("temperature", "-1", "between"),
        ("temperature", "−1", "between"),
        ("temperature", "warm", "number"),
        ("temperature", "nan", "finite"),
        ("temperature", "", "empty"),
        ("tau", "0", "between"),
        ("threshold", "2", "between"),
        ("seed", "abc", "number"),
        ("seed", "-3", "between"),
        ("seed", "1.5", "whole number"),
        ("seed", "", "empty"),
        ("seed", "9" * 5000, "digits"),
        ("resampler", "<script>", "one of"),
        ("resampler", ["x"], "one of"),
        ("reward", "mine", "one of"),
        ("models", "mine", "one of"),
        ("method", "luck", "one of"),
        ("potential", "luck", "one of"),
        ("pick", "luck", "one of"),
        ("trigger", None, "empty"),
        ("step_rule", "page", "one of"),
        ("min_step_tokens", "0", "between"),
        ("system", "\x07", "control characters"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(field: str, typed: Any, said: str) -> None:
    settings, errors = read(FORM | {field: typed})
    assert list(errors) == [field]
    assert said in errors[field]
    assert len(errors[field]) < 300
    assert field not in settings


def test_a_method_has_only_its_own_fields() -> None:
    settings, errors = read(FORM | {"method": "beam_search", "tau": "junk", "width": "8"})
    assert errors == {}
    assert settings.keys() == {
        "problem", "method", "particles", "generator", "reward", "temperature", "width", "aggregation", "pick", "seed",
        "truth", *run_form.STEP_FIELDS,
    }  # fmt: skip
    assert settings["width"] == 8
    assert read(FORM | {"method": "greedy", "particles": 0})[0].keys() == {
        "problem", "method", "generator", "reward", "seed", "truth", *run_form.STEP_FIELDS,
    }  # fmt: skip


def test_every_method_says_what_it_does() -> None:
    sentences = [run_form.describe_method(name) for _, name in run_form.METHOD_CHOICES]
    assert len(set(sentences)) == len(sentences) == len(METHODS)
    assert "<p" in run_form.describe_method("luck")


@pytest.mark.parametrize(
    ("method", "typed", "said"),
    [
        ("particle_filtering", (16, "4", "3"), "16 solutions in all"),
        ("greedy", (16, "4", "3"), "1 solution in all"),
        ("particle_gibbs", (16, "4", "3"), "61 solutions in all"),  # 16 + 3 · 15
        ("parallel_tempering", ("8", " 2 ", "3"), "45 solutions in all"),  # 3 · (8 + 7)
    ],
)
def test_every_method_says_what_it_costs(method: str, typed: tuple[Any, ...], said: str) -> None:
    assert said in run_form.describe_method(method, *typed)


@pytest.mark.parametrize("typed", [("x", "4", "3"), (1, "4", "3"), (16, "", "3"), (16, None, [])])
def test_a_cost_that_is_not_known_is_not_said(typed: tuple[Any, ...]) -> None:
    assert "solution" not in run_form.describe_method("particle_gibbs", *typed).split("</p>")[0].split("before.")[1]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    _, errors = read(FORM | {"problem": "", "particles": 0, "seed": "abc"})
    assert errors.keys() == {"problem", "particles", "seed"}


def test_the_preview_is_mathematics_and_escaped() -> None:
    shown, error = run_form.preview("12 * 3 <script>alert(1)</script>")
    assert "12 × 3" in shown
    assert "<script" not in shown
    assert error == ""


def test_the_preview_of_nothing_is_nothing() -> None:
    assert run_form.preview("") == run_form.preview(None) == run_form.preview(" \n") == ("", "")


def test_the_preview_of_too_much_says_so() -> None:
    shown, error = run_form.preview("1" * 20_000)
    assert shown == ""
    assert "20,000 characters" in error


def test_the_dice_give_a_seed_that_is_taken() -> None:
    assert read(FORM | {"seed": run_form.random_seed()})[1] == {}


def test_models_are_taken_from_the_list_or_typed() -> None:
    settings, errors = read(FORM | {"models": "laptop", "reward": "confidence"})
    assert errors == {}
    assert (settings["generator"], settings["reward"]) == ("Qwen/Qwen2.5-0.5B-Instruct", "confidence")
    assert settings["max_steps"] == 40
    settings, errors = read(FORM | {"models": OTHER_MODEL, "generator": "a/b", "typed_reward": "naive"})
    assert errors == {}
    assert (settings["generator"], settings["reward"]) == ("a/b", "naive")
    _, errors = read(FORM | {"models": OTHER_MODEL, "generator": "http://x", "seed": "x"})
    assert errors.keys() == {"generator", "typed_reward", "seed"}


@pytest.mark.parametrize(("typed", "meant"), [("", None), (None, None), (" 12 ", "12"), ("9" * 999, "9" * 400)])
def test_the_true_answer_may_be_told(typed: Any, meant: str | None) -> None:
    settings, errors = read(FORM | {"truth": typed})
    assert errors == {}
    assert settings["truth"] == meant
