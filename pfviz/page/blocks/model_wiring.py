"""The choice of models, and the offer of published ones: what they change of the form, and what they call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from pfviz.page.actions import real_pair
from pfviz.page.actions.choose_models import choose_models, follow_models
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.streams import keep_properties
from pfviz.page.blocks.layout import Parts
from pfviz.page.components.html import problem_chips
from pfviz.page.forms import run_form
from pfviz.page.forms.usual_settings import FOLLOWING_FIELDS
from pfviz.page.render import model_notes
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.engine import Engine
from pfviz.page.serving.model_fetch import FetchJobs
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.visits import Visits

_MODEL_PARTS = ("about_models", "reward", "about_reward", "generator", "typed_reward", "problem_chips")
_FORM_FIELDS = (*run_form.MODEL_FIELDS, *FOLLOWING_FIELDS)


def wire_models(
    parts: Parts,
    engine: Engine,
    visits: Visits,
    outputs: list[Any],
    updates: Callable[[Parts, PartValues], Any],
    settings: dict[str, Any],
) -> None:
    """Attach the events; `updates` makes Gradio's updates of values, `settings` are those of every event."""
    _wire_choices(parts, engine.menu, visits, updates, settings)
    jobs = FetchJobs()
    changed = [parts[name] for name in dict.fromkeys((*real_pair.FORM_PARTS, *_MODEL_PARTS))]

    def press(request: gr.Request, event: gr.EventData, *typed: Any) -> Iterator[Any]:
        visit = visits.get(request.session_hash)
        sent = read_event_data(event)
        if sent.get("do") == "stop fetch":
            visit.stop_fetch()
            return
        form = dict(zip(run_form.FIELDS, typed, strict=True))
        told = (_follow_models(values, engine.menu) for values in real_pair.start(engine, jobs, visit, form))
        yield from keep_properties(updates(parts, values) for values in told)

    parts["offer"].ask(
        press,
        [parts[name] for name in run_form.FIELDS],
        [*outputs, *changed],
        trigger_mode="multiple",
        api_name="run_real_pair",
        preprocess=False,
        **settings,
    )


def _follow_models(values: PartValues, menu: ModelMenu) -> PartValues:
    if "models" not in values:
        return values
    changes = {name: values[name] for name in FOLLOWING_FIELDS if name in values}
    return values | _show_models(values["models"], menu, changes)


def _wire_choices(
    parts: Parts,
    menu: ModelMenu,
    visits: Visits,
    updates: Callable[[Parts, PartValues], Any],
    settings: dict[str, Any],
) -> None:
    """Another entry of the list has other reward models, and other problems to try; the settings follow."""
    inputs = [parts[name] for name in _FORM_FIELDS]
    following = [parts[name] for name in FOLLOWING_FIELDS]

    def choose(request: gr.Request, *typed: Any) -> Any:
        form = dict(zip(_FORM_FIELDS, typed, strict=True))
        changes = choose_models(visits.get(request.session_hash), form, menu)
        if changes is None:
            return gr.skip()
        return updates(parts, changes | _show_models(form["models"], menu, changes))

    def choose_reward(request: gr.Request, *typed: Any) -> Any:
        form = dict(zip(_FORM_FIELDS, typed, strict=True))
        changes = follow_models(visits.get(request.session_hash), form, menu)
        if changes is None:
            return gr.skip()
        name = form["reward" if form["models"] in menu.models else "typed_reward"]
        return updates(parts, changes | {"about_reward": model_notes.describe_reward(name, changes)})

    # Without Gradio's own check, which knows the reward models of the first entry only.
    settings = settings | {"preprocess": False}
    parts["models"].input(choose, inputs, [*(parts[name] for name in _MODEL_PARTS), *following], **settings)
    for name in ("reward", "typed_reward"):
        parts[name].input(
            choose_reward, inputs, [parts["about_reward"], *following], trigger_mode="always_last", **settings
        )


def _show_models(name: Any, menu: ModelMenu, changes: Mapping[str, Any]) -> PartValues:
    """What belongs to an entry of the list, with which these settings come: the values of `_MODEL_PARTS`."""
    listed = menu.models.get(name)
    reward: dict[str, Any] = {"visible": listed is not None}
    if listed is not None:
        reward |= {"choices": listed.reward_choices, "value": listed.rewards[0]}
    typed = gr.update(visible=listed is None)
    return {
        "about_models": model_notes.describe_models(name, menu),
        "reward": gr.update(**reward),
        "about_reward": model_notes.describe_reward(listed.rewards[0], changes) if listed is not None else "",
        "generator": typed,
        "typed_reward": typed,
        "problem_chips": problem_chips(menu.examples(name)),
    }
