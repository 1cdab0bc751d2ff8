"""Other models are chosen: the settings that go with them come into the form.

Gradio says a choice twice, when it is made and when the list is left, and says one even where a list was only looked
at. What is chosen already changes nothing: the visitor's other reward model and settings stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfviz.page.forms.run_form import MODEL_DEFAULTS
from pfviz.page.forms.usual_settings import change_settings
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.visits import Visit


def choose_models(visit: Visit, form: Mapping[str, Any], menu: ModelMenu) -> PartValues | None:
    """The settings that change with another entry of the list and its first reward model, see `follow_models`."""
    listed = menu.models.get(form["models"])
    with visit.lock:
        if form["models"] == _chosen_models(visit)[0]:
            return None
        return follow_models(visit, form if listed is None else {**form, "reward": listed.rewards[0]}, menu)


def follow_models(visit: Visit, form: Mapping[str, Any], menu: ModelMenu) -> PartValues | None:
    """The settings that change with the form's models, None where these are chosen already; the visit keeps what the
    page has put into the form."""
    chosen = (form["models"], form["reward" if form["models"] in menu.models else "typed_reward"])
    with visit.lock:
        if chosen == _chosen_models(visit):
            return None
        changes = change_settings(form, visit.filled_settings, menu)
        visit.chosen_models = chosen
        visit.filled_settings |= changes
    return changes


def _chosen_models(visit: Visit) -> tuple[Any, Any]:
    return visit.chosen_models or (MODEL_DEFAULTS["models"], MODEL_DEFAULTS["reward"])
