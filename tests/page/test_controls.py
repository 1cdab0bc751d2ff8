"""What is typed becomes settings, or a message for the field that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.methods import METHODS
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.settings import PICKS, POOLS, TRIGGERS, Settings
from pfviz.page import controls
from pfviz.page.offer import OTHER, Offer

FORM: dict[str, Any] = {"problem": "1 + 2", **controls.DEFAULTS}
OFFER = Offer.of({"PFVIZ_ANY_MODEL": "1"})


def read(form: dict[str, Any]) -> tuple[dict[str, Any], controls.Troubles]:
    return controls.read(form, OFFER)


def test_the_usual_form_gives_settings() -> None:
    settings, troubles = read(FORM)
    assert troubles == {}
    assert settings == {
        "problem": "1 + 2",
        "method": "particle_filtering",
        "particles": 16,
        "generator": "embedded",
        "reward": "embedded",
        "truth": None,
        "temperature": 0.8,
        "resampler": "multinomial",
        "trigger": "always",
        "threshold": 0.5,
        "tau": 1.0,
        "warmth": 1.0,
        "potential": "odds",
        "finished": "pooled",
        "aggregation": "last",
        "pick": "usual",
        "seed": 0,
    }


def test_the_defaults_are_those_of_the_engine() -> None:
    usual = Settings()
    for field in controls.DEFAULTS.keys() - {"method", "truth", *controls.MODELS}:
        assert type(getattr(usual, field))(controls.DEFAULTS[field]) == getattr(usual, field)


def test_every_way_that_there_is_can_be_chosen() -> None:
    for offered, there in (
        (controls.POTENTIALS, POTENTIALS), (controls.AGGREGATION, AGGREGATIONS), (controls.SCHEMES, RESAMPLERS),
        (controls.PICKS, PICKS), (controls.TRIGGERS, TRIGGERS), (controls.FINISHED, POOLS),
        (controls.METHOD_CHOICES, METHODS),
    ):  # fmt: skip
        assert [name for _, name in offered] == list(there)


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
    ],
)
def test_what_is_wrong_is_said_at_the_field(field: str, typed: Any, said: str) -> None:
    settings, troubles = read(FORM | {field: typed})
    assert list(troubles) == [field]
    assert said in troubles[field]
    assert len(troubles[field]) < 300
    assert field not in settings


def test_a_method_has_only_its_own_fields() -> None:
    settings, troubles = read(FORM | {"method": "beam_search", "tau": "junk", "width": "8"})
    assert troubles == {}
    assert settings.keys() == {
        "problem", "method", "particles", "generator", "reward", "temperature", "width", "aggregation", "pick", "seed",
        "truth",
    }  # fmt: skip
    assert settings["width"] == 8
    assert read(FORM | {"method": "greedy", "particles": 0})[0].keys() == {
        "problem", "method", "generator", "reward", "seed", "truth"
    }  # fmt: skip


def test_every_method_says_what_it_does() -> None:
    sentences = [controls.about(name) for _, name in controls.METHOD_CHOICES]
    assert len(set(sentences)) == len(sentences) == 10
    assert "<p" in controls.about("luck")


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
    assert said in controls.about(method, *typed)


@pytest.mark.parametrize("typed", [("x", "4", "3"), (1, "4", "3"), (16, "", "3"), (16, None, [])])
def test_a_cost_that_is_not_known_is_not_said(typed: tuple[Any, ...]) -> None:
    assert "solution" not in controls.about("particle_gibbs", *typed).split("</p>")[0].split("before.")[1]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    _, troubles = read(FORM | {"problem": "", "particles": 0, "seed": "abc"})
    assert troubles.keys() == {"problem", "particles", "seed"}


def test_the_preview_is_mathematics_and_escaped() -> None:
    shown, trouble = controls.preview("12 * 3 <script>alert(1)</script>")
    assert "12 × 3" in shown
    assert "<script" not in shown
    assert trouble == ""


def test_the_preview_of_nothing_is_nothing() -> None:
    assert controls.preview("") == controls.preview(None) == controls.preview(" \n") == ("", "")


def test_the_preview_of_too_much_says_so() -> None:
    shown, trouble = controls.preview("1" * 20_000)
    assert shown == ""
    assert "20,000 characters" in trouble


def test_the_dice_give_a_seed_that_is_taken() -> None:
    assert read(FORM | {"seed": controls.dice()})[1] == {}


def test_models_are_taken_from_the_list_or_typed() -> None:
    settings, troubles = read(FORM | {"models": "laptop", "reward": "confidence"})
    assert troubles == {}
    assert (settings["generator"], settings["reward"]) == ("Qwen/Qwen2.5-0.5B-Instruct", "confidence")
    assert settings["max_steps"] == 40
    settings, troubles = read(FORM | {"models": OTHER, "generator": "a/b", "typed_reward": "naive"})
    assert troubles == {}
    assert (settings["generator"], settings["reward"]) == ("a/b", "naive")
    _, troubles = read(FORM | {"models": OTHER, "generator": "http://x", "seed": "x"})
    assert troubles.keys() == {"generator", "typed_reward", "seed"}


@pytest.mark.parametrize(("typed", "meant"), [("", None), (None, None), (" 12 ", "12"), ("9" * 999, "9" * 400)])
def test_the_true_answer_may_be_told(typed: Any, meant: str | None) -> None:
    settings, troubles = read(FORM | {"truth": typed})
    assert troubles == {}
    assert settings["truth"] == meant
