"""What holds for every figure of a fitted reward."""

from __future__ import annotations

import json

import pytest

from pfviz.figures import theme
from pfviz.figures.registry import Figure
from tests.figures.rooms import figures_of_room
from tests.figures.training.fitted import fitted


@pytest.mark.parametrize("figure", figures_of_room("training"), ids=lambda figure: figure.name)
def test_it_says_what_it_found_and_how_it_is_read(figure: Figure) -> None:
    drawn = figure.draw(fitted())
    assert drawn.layout.meta["reads"].endswith(".")
    assert drawn.layout.meta["title"]
    assert [note.name for note in drawn.layout.annotations].count("title") == 1
    assert "title" not in [note.name for note in figure.draw(fitted(), title=False).layout.annotations]


@pytest.mark.parametrize("figure", figures_of_room("training"), ids=lambda figure: figure.name)
def test_every_colour_has_its_dark_twin(figure: Figure) -> None:
    spec = json.dumps(theme.recolour(json.loads(figure.draw(fitted()).to_json()), dark=True))
    assert [token for token in theme.LIGHT_TO_DARK if token in spec] == []


@pytest.mark.parametrize("figure", figures_of_room("training"), ids=lambda figure: figure.name)
def test_what_was_not_measured_is_not_drawn(figure: Figure) -> None:
    figure.draw(fitted(curve=(), controls={}, by_step=())).to_json()
