"""The parts of the settings are what the settings say of themselves."""

from __future__ import annotations

from functools import cache

import gradio as gr
import pytest

from pfviz.inference.methods import DEFAULT_METHOD, METHODS
from pfviz.inference.settings import SETTINGS
from pfviz.page.blocks import layout
from pfviz.page.forms import run_form
from pfviz.page.serving.model_menu import ModelMenu


@cache
def parts() -> layout.Parts:
    with gr.Blocks():
        return layout.build(ModelMenu.from_environment({}))


@pytest.mark.parametrize("name", run_form.SHOWN_SETTINGS)
def test_a_setting_has_its_part(name: str) -> None:
    known, part = SETTINGS[name], parts()[name]
    assert (part.elem_id, part.label) == (name.replace("_", "-"), known.label)
    assert type(known.default)(part.value) == known.default
    assert part.visible == (known.group in ("steps", "seed") or name in METHODS[DEFAULT_METHOD].setting_names)
    if known.page_high is not None:
        assert isinstance(part, gr.Slider)
        assert (part.minimum, part.maximum, part.step) == (known.low, known.page_high, known.step)
    elif known.choices:
        assert isinstance(part, gr.Dropdown)
        assert part.choices == [(label, value) for value, label in known.choices.items()]
    else:
        assert isinstance(part, gr.Textbox)
    if known.group in ("folded", "steps", "seed"):
        assert part.info == known.help


def test_every_field_has_a_part_and_a_place_for_what_is_wrong_with_it() -> None:
    for field in run_form.FIELDS:
        assert field in parts()
        assert (
            parts()[f"error_{field}"].elem_id == f"error-{field.replace('_', '-')}" or field in run_form.SHOWN_SETTINGS
        )


def test_what_only_the_menu_of_models_sets_is_not_shown() -> None:
    assert not {name for name, known in SETTINGS.items() if known.group == "limits"} & parts().keys()
