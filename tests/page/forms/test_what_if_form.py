"""The form of "What if?" speaks of a setting as the rest of the page does."""

from __future__ import annotations

import html
import re

import pytest

from pfviz.inference.settings import SETTINGS
from pfviz.page.forms.what_if_form import draw_form
from tests.traces import synthetic_trace

NAMES = ("resampler", "tau", "seed", "potential", "aggregation", "trigger", "threshold")


@pytest.mark.parametrize("name", NAMES)
def test_a_field_has_the_words_of_its_setting(name: str) -> None:
    known = SETTINGS[name]
    label = re.search(rf'<label title="([^"]*)"><span>([^<]*)</span><(?:input|select) name="{name}".*?</label>',
                      draw_form(synthetic_trace()))  # fmt: skip
    assert label is not None
    assert (html.unescape(label[1]), html.unescape(label[2])) == (known.help, known.label)
    offered = dict(re.findall(r'<option value="(\w+)"[^>]*>([^<]*)</option>', label[0]))
    assert offered == {value: text for value, text in known.choices.items() if value != "model"}
