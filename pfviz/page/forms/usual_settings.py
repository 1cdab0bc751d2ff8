"""The settings that go with the chosen models: the form follows a choice, but for what the visitor set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfviz.models import registry
from pfviz.page.forms.run_form import DEFAULTS, SHOWN_SETTINGS
from pfviz.page.serving.model_menu import OTHER_MODEL, ModelMenu

FOLLOWING_FIELDS = tuple(
    name for name in SHOWN_SETTINGS if any(name in preset.settings for preset in registry.REWARDS.values())
)
"""Those that some reward model has a usual value for, in the order of the form."""


def find_usual_settings(form: Mapping[str, Any], menu: ModelMenu) -> dict[str, Any]:
    """`FOLLOWING_FIELDS` as they are usual with the models that the form names, the defaults with unknown ones."""
    found: Mapping[str, str] = {}
    if form["models"] == OTHER_MODEL:
        # A name that is typed, letter by letter, is looked up among pfviz's own only.
        typed = str(form["typed_reward"] or "").strip()
        found = registry.usual_settings("", typed) if typed in registry.REWARDS else {}
    elif form["models"] in menu.models and form["reward"] in menu.models[form["models"]].rewards:
        found = registry.usual_settings(menu.models[form["models"]].generator, form["reward"])
    return {name: found.get(name, DEFAULTS[name]) for name in FOLLOWING_FIELDS}


def change_settings(form: Mapping[str, Any], filled: Mapping[str, Any], menu: ModelMenu) -> dict[str, Any]:
    """The values of the fields that follow the form's models. A field is left out where it does not say any more what
    the page put into it: `filled`, by field, or else the default."""
    usual = find_usual_settings(form, menu)
    return {name: value for name, value in usual.items() if form[name] == filled.get(name, DEFAULTS[name])}
