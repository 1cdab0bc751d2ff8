"""The form follows a choice of models, and leaves alone what the visitor set."""

from __future__ import annotations

from typing import Any

import pytest

from pfviz.models.hub import catalog
from pfviz.models.preset import JUDGE_SETTINGS, VALUE_SETTINGS
from pfviz.models.registry import REWARDS
from pfviz.page.actions.choose_models import choose_models, follow_models
from pfviz.page.forms import run_form
from pfviz.page.forms.usual_settings import FOLLOWING_FIELDS, find_usual_settings
from pfviz.page.serving.model_menu import OTHER_MODEL, ModelMenu
from pfviz.page.state.visits import Visit

MENU = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})
EMBEDDED = {"models": "embedded", "reward": "embedded"}
REAL = {"models": catalog.REAL_PAIR, "reward": "auto"}
USUAL = {name: run_form.DEFAULTS[name] for name in FOLLOWING_FIELDS}


@pytest.fixture
def form() -> dict[str, Any]:
    return dict(run_form.DEFAULTS)


def choose(visit: Visit, form: dict[str, Any], **models: str) -> dict[str, Any]:
    """Choose these, and return the fields that follow."""
    form |= models
    form |= follow_models(visit, form, MENU) or {}
    return {name: form[name] for name in FOLLOWING_FIELDS}


def test_every_setting_of_a_reward_model_is_a_field_that_follows() -> None:
    named = {name for preset in REWARDS.values() for name in preset.settings}
    assert set(FOLLOWING_FIELDS) == named


def test_settings_come_with_the_models_and_go_with_them(form: dict[str, Any]) -> None:
    visit = Visit()
    assert choose(visit, form, **REAL) == VALUE_SETTINGS
    assert choose(visit, form, reward="judge") == USUAL | dict(JUDGE_SETTINGS)
    assert choose(visit, form, reward="confidence") == USUAL
    assert choose(visit, form, **REAL) == VALUE_SETTINGS
    assert choose(visit, form, **EMBEDDED) == USUAL


def test_what_was_set_by_hand_stays(form: dict[str, Any]) -> None:
    visit = Visit()
    by_hand = {"potential": "score", "pick": VALUE_SETTINGS["pick"]}
    form |= by_hand
    assert choose(visit, form, **REAL) == dict(VALUE_SETTINGS) | by_hand
    form["trigger"] = "always"
    kept = by_hand | {"trigger": "always"}
    assert choose(visit, form, reward="judge") == USUAL | kept
    assert choose(visit, form, **EMBEDDED) == USUAL | kept  # `pick` too, though it was the usual one meanwhile


def test_what_was_set_back_by_hand_follows_again(form: dict[str, Any]) -> None:
    visit = Visit()
    form["potential"] = "score"
    choose(visit, form, **REAL)
    form["potential"] = run_form.DEFAULTS["potential"]
    assert choose(visit, form, reward="judge") == USUAL | dict(JUDGE_SETTINGS)


@pytest.mark.parametrize(
    ("typed", "usual"),
    [("auto", VALUE_SETTINGS), (" judge ", JUDGE_SETTINGS), ("judg", {}), ("somebody/judge", {}), ("", {}), (None, {})],
)
def test_a_typed_reward_model_has_its_settings_if_it_is_one_of_pfviz(
    form: dict[str, Any], typed: Any, usual: dict[str, str]
) -> None:
    form |= {"models": OTHER_MODEL, "typed_reward": typed}
    assert find_usual_settings(form, MENU) == USUAL | dict(usual)


@pytest.mark.parametrize("models", [{"models": "none"}, {"models": None}, REAL | {"reward": "none"}])
def test_unknown_models_have_the_defaults(form: dict[str, Any], models: dict[str, Any]) -> None:
    assert find_usual_settings(form | models, MENU) == USUAL


def test_models_that_are_chosen_already_change_nothing(form: dict[str, Any]) -> None:
    visit = Visit()
    assert choose_models(visit, form, MENU) is None  # the list was opened, and left
    real = form | {"models": catalog.REAL_PAIR}  # the reward model is still that of the entry before
    assert choose_models(visit, real, MENU) == VALUE_SETTINGS
    assert choose_models(visit, real, MENU) is None
    assert follow_models(visit, real | {"reward": "judge"}, MENU) is not None
    assert choose_models(visit, real | {"reward": "judge"}, MENU) is None
    assert choose_models(visit, form, MENU) is not None
