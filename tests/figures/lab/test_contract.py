"""What holds for every figure of a diagnosis."""

from __future__ import annotations

import json

import pytest

from pfviz.figures import theme
from pfviz.figures.registry import Figure
from tests.figures.rooms import figures_of_room
from tests.lab.diagnosed import diagnosis, unknown


@pytest.mark.parametrize("figure", figures_of_room("lab"), ids=lambda figure: figure.name)
def test_the_title_is_a_question_and_the_figure_says_how_to_read_it(figure: Figure) -> None:
    drawn = figure.draw(diagnosis())
    assert "?" in drawn.layout.meta["title"]
    assert drawn.layout.meta["reads"].endswith(".")
    assert [note.name for note in drawn.layout.annotations].count("title") == 1
    assert "title" not in [note.name for note in figure.draw(diagnosis(), title=False).layout.annotations]


@pytest.mark.parametrize("figure", figures_of_room("lab"), ids=lambda figure: figure.name)
def test_every_colour_has_its_dark_twin(figure: Figure) -> None:
    spec = json.dumps(theme.recolour(json.loads(figure.draw(diagnosis()).to_json()), dark=True))
    assert [token for token in theme.LIGHT_TO_DARK if token in spec] == []


@pytest.mark.parametrize("figure", figures_of_room("lab"), ids=lambda figure: figure.name)
def test_where_nothing_is_known_a_figure_says_what_it_needs(figure: Figure) -> None:
    drawn = figure.draw(unknown())
    assert len(drawn.data) == 0
    assert any("needed" in note.text or "is not known" in note.text for note in drawn.layout.annotations)
    drawn.to_json()
